"""What a mailbox or an upload holds beside medical records.

Hard negatives on purpose: pharmacy bills, hospital bills, appointment mails, health insurance and adverts for check-ups
speak of medicine but record nothing about a patient's health. They count as not medical, so their text is not kept.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from medinfer.contract.vocabulary import DocumentType
from training.made import blocks, people
from training.made.entries import Vocabulary
from training.made.held import Held, Split, every
from training.made.layout import MadeDocument, Sheet
from training.made.truth import Truth
from training.made.wording import Wording

_WORDING = Wording.of("not_medical")
COMPANIES = every(_WORDING.words("companies"), 5)
GOODS = every(_WORDING.words("goods"), 5)
PRODUCTS_OF_A_CHEMIST = every(_WORDING.words("products_of_a_chemist"), 5)
HOSPITAL_CHARGES = every(_WORDING.words("hospital_charges"), 5)
SKILLS = every(_WORDING.words("skills"), 5)

_LETTERS: Held[tuple[str, list[str]]] = every(_WORDING.groups("letters").items(), 5)
"""What the letter is, and its sentences."""


def make(rng: random.Random, split: Split, _words: Vocabulary) -> MadeDocument:
    name = FORMS.pick(rng, split)
    sheet = Sheet(
        margin=rng.choice((36, 48)), font=rng.choice(("Helvetica", "Times", "Courier")), size=rng.choice((9.5, 10, 11))
    )
    _DRAW[name](sheet, rng, split)
    return sheet.finish(DocumentType.NOT_MEDICAL, f"not_medical/{name}", Truth())


def _amounts(sheet: Sheet, rng: random.Random, split: Split, goods: Held[str], title: str) -> None:
    when = blocks.dates(rng, split)
    sheet.line(
        COMPANIES.pick(rng, split) if goods is GOODS else people.facility(rng, split, "hospital"),
        bold=True,
        size=15,
        align="center",
    )
    sheet.line(people.address(rng, split), size=8.5, align="center")
    sheet.line(title, bold=True, align="center")
    sheet.row([(f"Invoice No: {blocks.number(rng)}", sheet.margin), ("Date: " + when.text().text, sheet.width * 0.6)])
    if rng.random() < 0.7:
        sheet.row(
            [
                (
                    rng.choice(("Bill To: ", "Name: ", "Customer: ", "Patient Name: "))
                    + people.person(rng, split).name,
                    sheet.margin,
                )
            ]
        )
    places = [sheet.margin, sheet.width * 0.5, sheet.width * 0.62, sheet.width * 0.78]
    sheet.rule()
    sheet.row(
        list(zip(("Item" if rng.random() < 0.5 else "Particulars", "Qty", "Rate", "Amount"), places, strict=True)),
        bold=True,
    )
    total = 0.0
    for item in goods.sample(rng, split, rng.randint(2, 10)):
        quantity, rate = rng.randint(1, 12), rng.randint(10, 900) + rng.choice((0, 0.5))
        total += quantity * rate
        sheet.row(list(zip((item, str(quantity), f"{rate:.2f}", f"{quantity * rate:.2f}"), places, strict=True)))
    sheet.rule()
    if rng.random() < 0.7:
        sheet.row([("CGST 9%", places[2]), (f"{total * 0.09:.2f}", places[3])])
        sheet.row([("SGST 9%", places[2]), (f"{total * 0.09:.2f}", places[3])])
    sheet.row([("Total", places[2]), (f"{total:.2f}", places[3])], bold=True)
    sheet.line(
        rng.choice(
            (
                "Thank you, visit again",
                "Goods once sold will not be taken back",
                "E. & O. E.",
                "Paid by UPI",
                "Authorised signatory",
            )
        )
    )


def _invoice(sheet: Sheet, rng: random.Random, split: Split) -> None:
    _amounts(sheet, rng, split, GOODS, rng.choice(("TAX INVOICE", "INVOICE", "CASH BILL", "RECEIPT")))


def _pharmacy_bill(sheet: Sheet, rng: random.Random, split: Split) -> None:
    _amounts(
        sheet,
        rng,
        split,
        PRODUCTS_OF_A_CHEMIST,
        rng.choice(("PHARMACY BILL", "CASH MEMO", "TAX INVOICE", "RETAIL INVOICE")),
    )


def _hospital_bill(sheet: Sheet, rng: random.Random, split: Split) -> None:
    _amounts(sheet, rng, split, HOSPITAL_CHARGES, rng.choice(("FINAL BILL", "BILL OF SUPPLY", "RECEIPT", "IP BILL")))


def _letter(sheet: Sheet, rng: random.Random, split: Split) -> None:
    title, sentences = _LETTERS.pick(rng, split)
    if rng.random() < 0.6:
        sheet.line(
            people.facility(rng, split, "hospital")
            if any(w in title for w in ("Health", "Appointment", "Check", "Lab", "Medical", "Doctor", "Claim"))
            else COMPANIES.pick(rng, split),
            bold=True,
            size=14,
        )
    if rng.random() < 0.5:
        sheet.line("Date: " + blocks.dates(rng, split).text().text, align="right")
    if rng.random() < 0.5:
        sheet.line("To, " + people.person(rng, split).name)
        sheet.line(people.address(rng, split))
    first, *rest = sentences
    sheet.down(8)
    sheet.line(first, bold=rng.random() < 0.6, size=sheet.size * rng.choice((1, 1.3)))
    rng.shuffle(rest)
    for sentence in rest[: rng.randint(2, len(rest))]:
        sheet.paragraph(sentence)
    if rng.random() < 0.6:
        sheet.line(rng.choice(("Regards,", "Yours faithfully,", "Warm regards", "Thanking you")))
        sheet.line(people.person(rng, split).name)


def _utility_bill(sheet: Sheet, rng: random.Random, split: Split) -> None:
    when = blocks.dates(rng, split)
    kind = rng.choice(("ELECTRICITY BILL", "WATER BILL", "TELEPHONE BILL", "GAS BILL", "BROADBAND BILL"))
    sheet.line(COMPANIES.pick(rng, split), bold=True, size=14)
    sheet.line(kind, bold=True)
    rows = [
        ("Consumer No", str(rng.randint(10**8, 10**9))),
        ("Name", people.person(rng, split).name),
        ("Billing date", when.text().text),
        ("Due date", when.text(15).text),
        ("Previous reading", str(rng.randint(1000, 4000))),
        ("Present reading", str(rng.randint(4001, 9000))),
        ("Units consumed", str(rng.randint(20, 900))),
        ("Fixed charges", f"{rng.randint(40, 300)}.00"),
        ("Amount payable", f"Rs. {rng.randint(150, 9000)}"),
    ]
    for name, value in rows:
        sheet.row([(name, sheet.margin), (value, sheet.width * rng.choice((0.5, 0.5, 0.4)))])


def _ticket(sheet: Sheet, rng: random.Random, split: Split) -> None:
    when = blocks.dates(rng, split)
    sheet.line(
        rng.choice(("E-TICKET", "BOARDING PASS", "BUS TICKET", "Electronic Reservation Slip", "HOTEL BOOKING VOUCHER")),
        bold=True,
        size=14,
    )
    origin, goal = people.TOWNS.sample(rng, split, 2)
    who = people.person(rng, split)
    for line in (
        f"PNR: {rng.randint(10**9, 10**10 - 1)}",
        f"From: {origin}  To: {goal}",
        f"Date of journey: {when.text().text}",
        f"Passenger: {who.name}  Age: {who.age}  Sex: {who.sex}",
        f"Coach/Seat: S{rng.randint(1, 9)}/{rng.randint(1, 72)}",
        f"Fare: Rs. {rng.randint(200, 9000)}.00",
        "Carry a valid photo identity card.",
        "Booking status: CNF",
    ):
        if rng.random() < 0.85:
            sheet.line(line)


def _curriculum_vitae(sheet: Sheet, rng: random.Random, split: Split) -> None:
    who = people.person(rng, split)
    sheet.line(who.name, bold=True, size=16)
    sheet.line(people.address(rng, split) + "  " + people.phone(rng))
    sheet.line(rng.choice(("Objective", "Career objective", "Summary")), bold=True)
    sheet.paragraph("To work in a growing organisation where my skills are used and developed.")
    sheet.line("Experience", bold=True)
    for _ in range(rng.randint(1, 3)):
        trade = rng.choice(("Accountant", "Engineer", "Sales Executive", "Teacher", "Staff Nurse", "Analyst"))
        company = COMPANIES.pick(rng, split)
        sheet.line(f"{trade}, {company}, {rng.randint(2005, 2015)} - {rng.randint(2016, 2024)}")
    sheet.line("Skills: " + ", ".join(SKILLS.sample(rng, split, rng.randint(2, 5))))
    sheet.line(
        "Education: " + rng.choice(("B.Com", "B.Tech", "MBA", "B.Sc Nursing", "M.A.")) + f", {rng.randint(1998, 2020)}"
    )


def _statement(sheet: Sheet, rng: random.Random, split: Split) -> None:
    when = blocks.dates(rng, split)
    sheet.line(COMPANIES.pick(rng, split), bold=True, size=14)
    sheet.line("Statement of account", bold=True)
    sheet.line("Account holder: " + people.person(rng, split).name)
    places = [sheet.margin, sheet.width * 0.25, sheet.width * 0.6, sheet.width * 0.78]
    sheet.row(list(zip(("Date", "Narration", "Amount", "Balance"), places, strict=True)), bold=True)
    for i in range(rng.randint(4, 14)):
        text = rng.choice(
            ("UPI/grocery", "ATM WDL", "NEFT salary", "EMI debit", "Interest credit", "POS fuel", "UPI/medical store")
        )
        sheet.row(
            list(
                zip(
                    (
                        when.text(i).text,
                        text,
                        f"{rng.randint(50, 20000)}.00",
                        f"{rng.randint(1000, 90000)}.{rng.randint(0, 99):02d}",
                    ),
                    places,
                    strict=True,
                )
            )
        )


_DRAW: dict[str, Callable[[Sheet, random.Random, Split], None]] = {
    "invoice": _invoice,
    "pharmacy_bill": _pharmacy_bill,
    "hospital_bill": _hospital_bill,
    "letter": _letter,
    "utility_bill": _utility_bill,
    "ticket": _ticket,
    "curriculum_vitae": _curriculum_vitae,
    "statement": _statement,
}
_EVERYWHERE = ("invoice", "pharmacy_bill", "hospital_bill", "letter", "letter", "letter", "statement")
FORMS: Held[str] = Held((*_EVERYWHERE, "utility_bill"), (*_EVERYWHERE, "ticket"), (*_EVERYWHERE, "curriculum_vitae"))
"""The forms that stand in all three parts differ in their words (goods, charges, letters), which are held out."""
