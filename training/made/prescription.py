"""Prescriptions of a clinic: handwritten-style lists and printed tables."""

from __future__ import annotations

import random

from medinfer.contract.vocabulary import DocumentLabel as L
from medinfer.contract.vocabulary import DocumentType
from training.made import blocks, letterheads, measurements, medicines, people, phrases
from training.made.entries import Vocabulary
from training.made.held import Held, Split, every, ordered
from training.made.layout import MadeDocument, Sheet
from training.made.phrases import Writer
from training.made.text import Text, tag
from training.made.truth import MedicationTruth, Truth
from training.made.wording import Wording

_WORDING = Wording.of("prescription")
RX = ordered(["Rx", "Rx", "R/x", "Adv:", "Treatment", "Medicines", "Prescription", "Medication Advised"])
TABLES: Held[str] = Held(
    ("fds q t m", "ds q t", "ds f q t", "fds q m t", "d s q t"), ("ds t q", "f ds q t"), ("d s f q t", "fds t q m")
)
"""Columns of a tabular prescription; letters as in `medicines.LINES`, several letters share a cell."""
HEADS = {name: every(words, 5) for name, words in _WORDING.groups("heads").items()}
LABELS = {name: every(words, 5) for name, words in _WORDING.groups("labels").items()}
TESTS_ADVISED = every(_WORDING.words("tests_advised"), 5)


def make(rng: random.Random, split: Split, words: Vocabulary) -> MadeDocument:
    truth = Truth()
    sheet = Sheet(
        margin=rng.choice((40, 52)),
        font=rng.choice(("Helvetica", "Times")),
        size=rng.choice((10, 10.5, 11)),
        leading=rng.choice((1.4, 1.6)),
    )
    writer = Writer(rng, split, words, truth)
    who, when = blocks.identity(rng, split), blocks.dates(rng, split)
    doctor = people.doctor(rng, split)
    _head(sheet, rng, split, doctor)
    blocks.patient_block(sheet, rng, split, truth, who, when, extra=rng.randint(1, 4))
    style = rng.choice((": ", " : ", " - "))
    if rng.random() < 0.75:
        vitals_label = LABELS["vitals"].pick(rng, split) + style if rng.random() < 0.5 else ""
        sheet.paragraph(vitals_label + measurements.vitals_line(rng, split, truth))
    for name, chance, options in (
        ("complaints", 0.7, phrases.COMPLAINTS),
        ("history", 0.45, phrases.HISTORY),
        ("examination", 0.4, None),
        ("diagnosis", 0.75, phrases.DIAGNOSES),
    ):
        if rng.random() < chance:
            label = LABELS[name].pick(rng, split)
            content = writer.statement(options) if options else Text(phrases.EXAMINATION.pick(rng, split))
            if rng.random() < 0.3:
                sheet.line(label, bold=True)
                sheet.paragraph(content)
            else:
                sheet.paragraph(label + style + content)
    table = rng.random() < 0.4
    columns = TABLES.pick(rng, split).split() if table else []
    if rng.random() < 0.9:
        sheet.down(6)
        sheet.line(RX.pick(rng, split), bold=True, size=sheet.size + 3)
    items = [medicines.medicine(rng, split, words) for _ in range(rng.choice((1, 2, 3, 3, 4, 5, 6)))]
    if table:
        template = "table/" + "-".join(columns)
        _table(sheet, rng, split, truth, items, columns)
    else:
        template = medicines.LINES.pick(rng, split)
        bullet = medicines.BULLETS.pick(rng, split) if rng.random() < 0.75 else ""
        for i, item in enumerate(items, 1):
            lines, said = medicines.medicine_line(rng, split, item, template)
            truth.medications.append(said)
            sheet.line(bullet.format(i) + lines[0])
            for line in lines[1:]:
                sheet.line(line, x=sheet.margin + 22)
        template = "list/" + template.replace("\n", "/")
    if rng.random() < 0.7:
        sheet.down(6)
        sheet.line(LABELS["advice"].pick(rng, split) + style, bold=True)
        for words_of_advice in phrases.ADVICE.sample(rng, split, rng.randint(1, 3)):
            sheet.line(rng.choice(("- ", "", "* ")) + words_of_advice)
    if rng.random() < 0.4:
        sheet.line(
            LABELS["tests"].pick(rng, split) + style + ", ".join(TESTS_ADVISED.sample(rng, split, rng.randint(1, 3)))
        )
    if rng.random() < 0.35:
        sheet.line(LABELS["review"].pick(rng, split) + style + when.text(rng.randint(3, 30)))
    blocks.signature(sheet, rng, split, doctor=doctor)
    blocks.foot(sheet, rng, split)
    return sheet.finish(DocumentType.PRESCRIPTION, "prescription/" + template, truth)


def _head(sheet: Sheet, rng: random.Random, split: Split, doctor: str) -> None:
    clinic = people.facility(rng, split, rng.choice(("clinic", "clinic", "hospital")))
    if rng.random() < 0.5:
        letterheads.letterhead(sheet, rng, split, clinic)
        return
    align = rng.choice(("left", "center"))
    sheet.line(tag(L.DOCTOR, doctor), size=15, bold=True, align=align)
    sheet.line(people.DEGREES.pick(rng, split), size=9, align=align)
    sheet.line(tag(L.FACILITY, clinic), size=11, align=align)
    sheet.line(people.address(rng, split), size=8.5, align=align)
    sheet.rule()


def _table(
    sheet: Sheet,
    rng: random.Random,
    split: Split,
    truth: Truth,
    items: list[medicines.Medicine],
    columns: list[str],
) -> None:
    widths = [2.4 if "d" in c else 1.0 for c in columns]
    scale = (sheet.inner - 24) / sum(widths)
    places = [sheet.margin + 24 + scale * sum(widths[:i]) for i in range(len(columns) + 1)]
    numbered = rng.random() < 0.5
    heads = [HEADS["d" if "d" in c else c].pick(rng, split) for c in columns]
    sheet.band(sheet.size * sheet.leading)
    sheet.row(
        [("S.No" if numbered else "", sheet.margin), *zip(heads, places, strict=False)], bold=True, size=sheet.size - 1
    )
    for i, item in enumerate(items, 1):
        parts = item.parts | {"m": Text(medicines.MEALS.pick(rng, split))}
        cells: list[tuple[Text | str, float]] = [(str(i) if numbered else "", sheet.margin)]
        for column, x in zip(columns, places, strict=False):
            text = Text()
            for letter in column:
                if parts[letter].text:
                    text = text + " " + parts[letter] if text.text else parts[letter]
            cells.append((text, x))
        sheet.down(3)
        sheet.row(cells, size=sheet.size - 1)
        said = set("".join(columns))
        truth.medications.append(
            MedicationTruth(
                item.drug,
                (item.strength or None) if "s" in said else None,
                item.form if "f" in said else None,
                item.frequency,
                item.duration if "t" in said else None,
            )
        )
    sheet.rule(thickness=0.4)
