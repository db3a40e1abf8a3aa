"""Prescriptions of a clinic: handwritten-style lists and printed tables."""

from __future__ import annotations

import random

from medinfer.contract.vocabulary import DocumentLabel as L
from medinfer.contract.vocabulary import DocumentType
from training.made import blocks, people, phrases
from training.made.held import Held, Split, every, ordered
from training.made.layout import MadeDocument, Sheet
from training.made.phrases import Writer
from training.made.text import Text, tag
from training.made.truth import MedicationTruth, Truth
from training.made.vocabulary import Vocabulary

RX = ordered(["Rx", "Rx", "R/x", "Adv:", "Treatment", "Medicines", "Prescription", "Medication Advised"])
TABLES: Held[str] = Held(
    ("fds q t m", "ds q t", "ds f q t", "fds q m t", "d s q t"), ("ds t q", "f ds q t"), ("d s f q t", "fds t q m")
)
"""Columns of a tabular prescription; letters as in `phrases.LINES`, several letters share a cell."""
HEADS = {
    "d": every(["Medicine", "Drug", "Drug Name", "Medicine Name", "Name of Medicine", "Medication"], 5),
    "s": every(["Dose", "Strength", "Dosage", "Dose / Strength", "Potency"], 5),
    "f": every(["Type", "Form", "Type of Drug", "Kind", "Formulation"], 5),
    "q": every(["Frequency", "Dosage", "Freq", "Timing", "Schedule", "Dose Pattern"], 5),
    "t": every(["Duration", "Days", "No. of days", "For", "Period"], 5),
    "m": every(["Instructions", "Remarks", "Notes", "When", "Relation to food"], 5),
}  # fmt: skip
LABELS = {
    "complaints": every(["Chief Complaints", "Complaints", "C/O", "Presenting complaints", "CC", "Symptoms"], 5),
    "history": every(["History", "Past History", "H/O", "Known history", "K/C/O", "Medical history"], 5),
    "diagnosis": every(["Diagnosis", "Provisional Diagnosis", "Dx", "Impression", "Imp", "Clinical diagnosis"], 5),
    "examination": every(["O/E", "Examination", "On examination", "Clinical findings", "Exam"], 5),
    "vitals": every(["Vitals", "VITALS", "Vital signs", "General", "Vital parameters"], 5),
    "advice": every(["Advice", "Adv", "Instructions", "General advice", "Other advice"], 5),
    "tests": every(["Investigations", "Inv", "Tests advised", "Ix", "Investigations advised"], 5),
    "review": every(["Follow up", "Next visit", "Review on", "F/U", "Next review"], 5),
}  # fmt: skip
TESTS_ADVISED = every(["CBC", "FBS, PPBS", "LFT", "RFT", "Chest X-ray PA view", "USG abdomen", "Lipid profile", "Thyroid profile", "ECG", "Urine routine", "HbA1c", "2D Echo"], 5)


def make(rng: random.Random, split: Split, words: Vocabulary) -> MadeDocument:
    truth = Truth()
    sheet = Sheet(margin=rng.choice((40, 52)), font=rng.choice(("Helvetica", "Times")), size=rng.choice((10, 10.5, 11)),
                  leading=rng.choice((1.4, 1.6)))  # fmt: skip
    writer = Writer(rng, split, words, truth)
    who, when = blocks.identity(rng, split), blocks.dates(rng, split)
    doctor = people.doctor(rng, split)
    _head(sheet, rng, split, doctor)
    blocks.patient_block(sheet, rng, split, truth, who, when, extra=rng.randint(1, 4))
    style = rng.choice((": ", " : ", " - "))
    if rng.random() < 0.75:
        vitals_label = LABELS["vitals"].pick(rng, split) + style if rng.random() < 0.5 else ""
        sheet.paragraph(vitals_label + phrases.vitals_line(rng, split, truth))
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
    medicines = [phrases.medicine(rng, split, words) for _ in range(rng.choice((1, 2, 3, 3, 4, 5, 6)))]
    if table:
        template = "table/" + "-".join(columns)
        _table(sheet, rng, split, truth, medicines, columns)
    else:
        template = phrases.LINES.pick(rng, split)
        bullet = phrases.BULLETS.pick(rng, split) if rng.random() < 0.75 else ""
        for i, item in enumerate(medicines, 1):
            lines, said = phrases.medicine_line(rng, split, item, template)
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
        sheet.line(LABELS["tests"].pick(rng, split) + style + ", ".join(TESTS_ADVISED.sample(rng, split, rng.randint(1, 3))))
    if rng.random() < 0.35:
        sheet.line(LABELS["review"].pick(rng, split) + style + when.text(rng.randint(3, 30)))
    blocks.signature(sheet, rng, split, doctor=doctor)
    blocks.foot(sheet, rng, split)
    return sheet.finish(DocumentType.PRESCRIPTION, "prescription/" + template, truth)


def _head(sheet: Sheet, rng: random.Random, split: Split, doctor: str) -> None:
    clinic = people.facility(rng, split, rng.choice(("clinic", "clinic", "hospital")))
    if rng.random() < 0.5:
        blocks.letterhead(sheet, rng, split, clinic)
        return
    align = rng.choice(("left", "center"))
    sheet.line(tag(L.DOCTOR, doctor), size=15, bold=True, align=align)
    sheet.line(people.DEGREES.pick(rng, split), size=9, align=align)
    sheet.line(tag(L.FACILITY, clinic), size=11, align=align)
    sheet.line(people.address(rng, split), size=8.5, align=align)
    sheet.rule()


def _table(
    sheet: Sheet, rng: random.Random, split: Split, truth: Truth, medicines: list[phrases.Medicine], columns: list[str]
) -> None:
    widths = [2.4 if "d" in c else 1.0 for c in columns]
    scale = (sheet.inner - 24) / sum(widths)
    places = [sheet.margin + 24 + scale * sum(widths[:i]) for i in range(len(columns) + 1)]
    numbered = rng.random() < 0.5
    heads = [HEADS["d" if "d" in c else c].pick(rng, split) for c in columns]
    sheet.band(sheet.size * sheet.leading)
    sheet.row([("S.No" if numbered else "", sheet.margin), *zip(heads, places, strict=False)], bold=True, size=sheet.size - 1)
    for i, item in enumerate(medicines, 1):
        parts = item.parts | {"m": Text(phrases.MEALS.pick(rng, split))}
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
