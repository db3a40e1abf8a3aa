"""Notes of a visit: SOAP notes, out-patient notes, progress notes, referral letters."""

from __future__ import annotations

import random
from collections.abc import Callable

from medinfer.contract.vocabulary import DocumentLabel as L
from medinfer.contract.vocabulary import DocumentType
from training.made import blocks, letterheads, measurements, people, phrases
from training.made.entries import Vocabulary
from training.made.held import Held, Split, every
from training.made.layout import MadeDocument, Sheet
from training.made.phrases import Writer
from training.made.text import Text, join, tag
from training.made.truth import Truth
from training.made.wording import Wording

_WORDING = Wording.of("clinical_note")
TITLES = every(_WORDING.words("titles"), 5)
FORMS: Held[str] = Held(("soap", "sections", "free", "progress"), ("short",), ("letter", "problems"))
SOAP = every(
    [
        ("S:", "O:", "A:", "P:"),
        ("Subjective", "Objective", "Assessment", "Plan"),
        ("SUBJECTIVE:", "OBJECTIVE:", "ASSESSMENT:", "PLAN:"),
        ("S -", "O -", "A -", "P -"),
        ("S/", "O/", "A/", "P/"),
    ],
    5,
)
PLAN = every(_WORDING.words("plan"), 5)


def make(rng: random.Random, split: Split, words: Vocabulary) -> MadeDocument:
    truth = Truth()
    sheet = Sheet(
        margin=rng.choice((44, 56)),
        font=rng.choice(("Helvetica", "Times")),
        size=rng.choice((10, 10.5, 11)),
        leading=rng.choice((1.4, 1.6)),
    )
    writer = Writer(rng, split, words, truth)
    who, when = blocks.identity(rng, split), blocks.dates(rng, split)
    doctor = people.doctor(rng, split)
    if rng.random() < 0.7:
        letterheads.letterhead(sheet, rng, split, people.facility(rng, split, rng.choice(("clinic", "hospital"))))
    if rng.random() < 0.8:
        sheet.line(TITLES.pick(rng, split), bold=True, size=12, align=rng.choice(("left", "center")))
    form = FORMS.pick(rng, split)
    if form == "letter":
        _letter(sheet, writer, who, when)
    else:
        blocks.patient_block(sheet, rng, split, truth, who, when, extra=rng.randint(1, 3))
        _FORMS[form](sheet, writer, who.person.sex)
    blocks.signature(sheet, rng, split, doctor=doctor)
    return sheet.finish(DocumentType.CLINICAL_NOTE, "note/" + form, truth)


def _plan(writer: Writer) -> list[str]:
    return [PLAN.pick(writer.rng, writer.split) for _ in range(writer.rng.randint(1, 4))]


def _soap(sheet: Sheet, w: Writer, _sex: str) -> None:
    names = SOAP.pick(w.rng, w.split)
    own_line = w.rng.random() < 0.5
    parts: list[Callable[[], list[Text | str]]] = [
        lambda: [w.statement(phrases.COMPLAINTS), w.statement(phrases.HISTORY)],
        lambda: [measurements.vitals_line(w.rng, w.split, w.truth), *phrases.EXAMINATION.sample(w.rng, w.split, 2)],
        lambda: [w.statement(phrases.DIAGNOSES)],
        lambda: [w.fill(p) for p in _plan(w)],
    ]
    for name, part in zip(names, parts, strict=True):
        content = join(part(), ". ")
        sheet.down(3)
        if own_line:
            sheet.line(name, bold=True)
            sheet.paragraph(content)
        else:
            sheet.paragraph(name + " " + content)


def _sections(sheet: Sheet, w: Writer, sex: str) -> None:
    sheet.paragraph("Complaints: " + w.statement(phrases.COMPLAINTS))
    for _ in range(w.rng.randint(1, 3)):
        sheet.paragraph("History: " + w.statement(phrases.HISTORY))
    sheet.paragraph("Vitals - " + measurements.vitals_line(w.rng, w.split, w.truth))
    for line in phrases.EXAMINATION.sample(w.rng, w.split, w.rng.randint(1, 3)):
        sheet.line(line)
    if w.rng.random() < 0.5:
        texts = measurements.results(w.rng, w.split, w.words, w.truth, sex, w.rng.randint(2, 5))
        sheet.paragraph("Reports: " + join(texts, ", "))
    sheet.paragraph("Impression: " + w.statement(phrases.DIAGNOSES))
    for plan in _plan(w):
        sheet.paragraph("- " + w.fill(plan))


def _free(sheet: Sheet, w: Writer, _sex: str) -> None:
    sentences = [w.statement(phrases.COMPLAINTS), w.statement(phrases.HISTORY), w.statement(phrases.HISTORY)]
    sentences += [w.statement(phrases.COURSE) for _ in range(w.rng.randint(1, 4))]
    sheet.paragraph(join(sentences, ". "))
    sheet.paragraph(join([w.fill(p) for p in _plan(w)], ". "))


def _progress(sheet: Sheet, w: Writer, _sex: str) -> None:
    for day in range(1, w.rng.randint(2, 5)):
        sheet.down(5)
        sheet.line(w.rng.choice(("Day {}", "D{}", "POD {}", "Hospital day {}")).format(day), bold=True)
        sheet.paragraph(w.statement(phrases.COMPLAINTS))
        sheet.paragraph(measurements.vitals_line(w.rng, w.split, w.truth))
        sheet.line(phrases.EXAMINATION.pick(w.rng, w.split))
        sheet.paragraph("Plan: " + join([w.fill(p) for p in _plan(w)], ", "))


def _short(sheet: Sheet, w: Writer, _sex: str) -> None:
    sheet.paragraph(w.statement(phrases.COMPLAINTS))
    sheet.paragraph(w.statement(phrases.HISTORY))
    sheet.paragraph("O/E: " + phrases.EXAMINATION.pick(w.rng, w.split))
    sheet.paragraph("Imp: " + w.statement(phrases.DIAGNOSES))
    sheet.paragraph("Adv: " + w.fill(_plan(w)[0]))


def _problems(sheet: Sheet, w: Writer, _sex: str) -> None:
    sheet.line("Problem list", bold=True)
    for i in range(w.rng.randint(2, 5)):
        sheet.paragraph(f"#{i + 1} " + w.condition() + ": " + w.fill(PLAN.pick(w.rng, w.split)))
    sheet.paragraph(
        "Today: " + w.statement(phrases.COMPLAINTS) + ". " + measurements.vitals_line(w.rng, w.split, w.truth)
    )


def _letter(sheet: Sheet, w: Writer, who: blocks.Identity, when: blocks.Dates) -> None:
    w.truth.patient = who.truth
    sheet.line(when.text(), align="right")
    sheet.line("Dear " + tag(L.DOCTOR, people.doctor(w.rng, w.split)) + ",")
    opening = "Thank you for seeing " + who.titled + ", " + blocks.age_sex(w.rng, who) + ". "
    sheet.down(6)
    sheet.paragraph(opening + w.statement(phrases.COMPLAINTS) + ". " + w.statement(phrases.HISTORY) + ".")
    sheet.paragraph(join([w.statement(phrases.COURSE) for _ in range(3)], " "))
    sheet.paragraph("My impression is " + w.condition() + ". " + w.fill(PLAN.pick(w.rng, w.split)) + ".")
    sheet.line("With regards,")


_FORMS: dict[str, Callable[[Sheet, Writer, str], None]] = {
    "soap": _soap,
    "sections": _sections,
    "free": _free,
    "progress": _progress,
    "short": _short,
    "problems": _problems,
}
