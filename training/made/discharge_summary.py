"""Discharge summaries of a hospital."""

from __future__ import annotations

import random

from medinfer.contract.vocabulary import DocumentType
from training.made import blocks, letterheads, measurements, medicines, people, phrases
from training.made.entries import Vocabulary
from training.made.held import Held, Split, every
from training.made.layout import MadeDocument, Sheet
from training.made.phrases import Writer
from training.made.text import join
from training.made.truth import Truth
from training.made.wording import Wording

_WORDING = Wording.of("discharge_summary")
TITLES = every(_WORDING.words("titles"), 5)
STAY_KEYS = every(
    [
        ("Date of Admission", "Date of Discharge"),
        ("DOA", "DOD"),
        ("Admitted on", "Discharged on"),
        ("Admission Date", "Discharge Date"),
        ("D.O.A", "D.O.D"),
        ("Adm. Date", "Disch. Date"),
    ],
    5,
)
HEADINGS = {name: every(words, 5) for name, words in _WORDING.groups("headings").items()}
ORDERS: Held[str] = Held(
    (
        "diagnosis complaints history examination results course condition medicines advice",
        "diagnosis complaints course results medicines advice condition",
        "complaints history diagnosis course medicines condition advice",
        "diagnosis course results medicines advice",
    ),
    ("complaints examination results diagnosis course medicines advice",),
    (
        "history complaints examination course results diagnosis condition medicines advice",
        "diagnosis medicines course results advice",
    ),
)
STABLE = every(_WORDING.words("stable"), 5)


def make(rng: random.Random, split: Split, words: Vocabulary) -> MadeDocument:
    truth = Truth()
    sheet = Sheet(
        margin=rng.choice((40, 50)),
        font=rng.choice(("Helvetica", "Times")),
        size=rng.choice((9, 9.5, 10)),
        leading=rng.choice((1.35, 1.5)),
    )
    writer = Writer(rng, split, words, truth)
    who, when = blocks.identity(rng, split), blocks.dates(rng, split)
    letterheads.letterhead(sheet, rng, split, people.facility(rng, split, "hospital"))
    sheet.down(2)
    sheet.line(TITLES.pick(rng, split), bold=True, size=13, align="center")
    blocks.patient_block(sheet, rng, split, truth, who, when, extra=rng.randint(1, 4))
    admitted, discharged = STAY_KEYS.pick(rng, split)
    stay = rng.randint(2, 12)
    cells = [admitted + " : " + when.text(), discharged + " : " + when.text(stay)]
    if rng.random() < 0.5:
        sheet.row([(cells[0], sheet.margin), (cells[1], sheet.margin + sheet.inner * 0.5)])
    else:
        for cell in cells:
            sheet.line(cell)
    order = ORDERS.pick(rng, split)
    for section in order.split():
        _section(sheet, writer, section, who.person.sex)
    blocks.signature(sheet, rng, split)
    blocks.foot(sheet, rng, split)
    return sheet.finish(DocumentType.DISCHARGE_SUMMARY, "discharge/" + order.replace(" ", "-"), truth)


def _section(sheet: Sheet, writer: Writer, section: str, sex: str) -> None:
    rng, split, words, truth = writer.rng, writer.split, writer.words, writer.truth
    sheet.down(4)
    sheet.line(HEADINGS[section].pick(rng, split) + rng.choice((":", "", " :")), bold=True)
    if section == "diagnosis":
        bullet = _bullet(rng, split)
        for i in range(rng.randint(1, 4)):
            sheet.line(bullet.format(i + 1) + writer.condition())
    elif section == "complaints":
        sheet.paragraph(writer.statement(phrases.COMPLAINTS))
    elif section == "history":
        for _ in range(rng.randint(1, 2)):
            sheet.paragraph(writer.statement(phrases.HISTORY))
    elif section == "examination":
        sheet.paragraph(measurements.vitals_line(rng, split, truth))
        for line in phrases.EXAMINATION.sample(rng, split, rng.randint(1, 3)):
            sheet.line(line)
    elif section == "results":
        texts = measurements.results(rng, split, words, truth, sex, rng.randint(3, 9))
        if rng.random() < 0.5:
            sheet.paragraph(join(texts, rng.choice((", ", "; "))))
        else:
            for text in texts:
                sheet.line(text)
    elif section == "course":
        sheet.paragraph(join([writer.statement(phrases.COURSE) for _ in range(rng.randint(2, 6))], " "))
    elif section == "medicines":
        template, bullet = medicines.LINES.pick(rng, split), _bullet(rng, split)
        for i in range(rng.randint(2, 7)):
            lines, said = medicines.medicine_line(rng, split, medicines.medicine(rng, split, words), template)
            truth.medications.append(said)
            sheet.line(bullet.format(i + 1) + lines[0])
            for continued in lines[1:]:
                sheet.line(continued, x=sheet.margin + 22)
    elif section == "advice":
        for advice in phrases.ADVICE.sample(rng, split, rng.randint(1, 3)):
            sheet.line("- " + advice)
    else:
        sheet.line(STABLE.pick(rng, split))


def _bullet(rng: random.Random, split: Split) -> str:
    return medicines.BULLETS.pick(rng, split) if rng.random() < 0.8 else ""
