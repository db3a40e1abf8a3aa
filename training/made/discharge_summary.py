"""Discharge summaries of a hospital."""

from __future__ import annotations

import random

from medinfer.contract.vocabulary import DocumentType
from training.made import blocks, people, phrases
from training.made.held import Held, Split, every
from training.made.layout import MadeDocument, Sheet
from training.made.phrases import Writer
from training.made.text import join
from training.made.truth import Truth
from training.made.vocabulary import Vocabulary

TITLES = every(["DISCHARGE SUMMARY", "Discharge Summary", "DISCHARGE CARD", "SUMMARY OF DISCHARGE", "DISCHARGE / TRANSFER SUMMARY", "Discharge Record", "Inpatient Summary"], 5)
STAY_KEYS = every(
    [("Date of Admission", "Date of Discharge"), ("DOA", "DOD"), ("Admitted on", "Discharged on"), ("Admission Date", "Discharge Date"),
     ("D.O.A", "D.O.D"), ("Adm. Date", "Disch. Date")], 5
)  # fmt: skip
HEADINGS = {
    "diagnosis": every(["DIAGNOSIS", "Final Diagnosis", "Diagnosis", "FINAL DIAGNOSIS", "Principal Diagnosis", "Discharge Diagnosis"], 5),
    "complaints": every(["CHIEF COMPLAINTS", "Presenting Complaints", "Complaints on admission", "Reason for admission", "History of present illness"], 5),
    "history": every(["PAST HISTORY", "Past History", "Significant history", "Personal and past history", "Medical history"], 5),
    "examination": every(["ON EXAMINATION", "Physical Examination", "Examination at admission", "Clinical findings", "General examination"], 5),
    "results": every(["INVESTIGATIONS", "Investigations", "Lab results", "Significant investigations", "Relevant reports"], 5),
    "course": every(["COURSE IN THE HOSPITAL", "Hospital Course", "Course and treatment", "Treatment given", "Brief hospital summary"], 5),
    "medicines": every(["DISCHARGE MEDICATIONS", "Advice on discharge", "Treatment on discharge", "Medications at discharge", "Discharge prescription"], 5),
    "advice": every(["FOLLOW UP", "Follow up advice", "Instructions", "Review", "Advice"], 5),
    "condition": every(["CONDITION ON DISCHARGE", "Condition at discharge", "Status at discharge", "Patient status", "General condition"], 5),
}  # fmt: skip
ORDERS: Held[str] = Held(
    ("diagnosis complaints history examination results course condition medicines advice", "diagnosis complaints course results medicines advice condition",
     "complaints history diagnosis course medicines condition advice", "diagnosis course results medicines advice"),
    ("complaints examination results diagnosis course medicines advice",),
    ("history complaints examination course results diagnosis condition medicines advice", "diagnosis medicines course results advice"),
)  # fmt: skip
STABLE = every(["Stable", "Haemodynamically stable, afebrile", "Satisfactory", "Improved", "Fair; vitals stable", "Ambulant and comfortable"], 5)


def make(rng: random.Random, split: Split, words: Vocabulary) -> MadeDocument:
    truth = Truth()
    sheet = Sheet(margin=rng.choice((40, 50)), font=rng.choice(("Helvetica", "Times")), size=rng.choice((9, 9.5, 10)), leading=rng.choice((1.35, 1.5)))
    writer = Writer(rng, split, words, truth)
    who, when = blocks.identity(rng, split), blocks.dates(rng, split)
    blocks.letterhead(sheet, rng, split, people.facility(rng, split, "hospital"))
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
        sheet.paragraph(phrases.vitals_line(rng, split, truth))
        for line in phrases.EXAMINATION.sample(rng, split, rng.randint(1, 3)):
            sheet.line(line)
    elif section == "results":
        texts = phrases.results(rng, split, words, truth, sex, rng.randint(3, 9))
        if rng.random() < 0.5:
            sheet.paragraph(join(texts, rng.choice((", ", "; "))))
        else:
            for text in texts:
                sheet.line(text)
    elif section == "course":
        sheet.paragraph(join([writer.statement(phrases.COURSE) for _ in range(rng.randint(2, 6))], " "))
    elif section == "medicines":
        template, bullet = phrases.LINES.pick(rng, split), _bullet(rng, split)
        for i in range(rng.randint(2, 7)):
            lines, said = phrases.medicine_line(rng, split, phrases.medicine(rng, split, words), template)
            truth.medications.append(said)
            sheet.line(bullet.format(i + 1) + lines[0])
            for line in lines[1:]:
                sheet.line(line, x=sheet.margin + 22)
    elif section == "advice":
        for line in phrases.ADVICE.sample(rng, split, rng.randint(1, 3)):
            sheet.line("- " + line)
    else:
        sheet.line(STABLE.pick(rng, split))


def _bullet(rng: random.Random, split: Split) -> str:
    return phrases.BULLETS.pick(rng, split) if rng.random() < 0.8 else ""
