"""What a mailbox or an upload holds beside medical records.

Hard negatives on purpose: pharmacy bills, hospital bills, appointment mails, health insurance and adverts for check-ups
speak of medicine but record nothing about a patient's health. They count as not medical, so their text is not kept.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from medinfer.contract.vocabulary import DocumentType
from training.made import blocks, people
from training.made.held import Held, Split, every
from training.made.layout import MadeDocument, Sheet
from training.made.truth import Truth
from training.made.vocabulary import Vocabulary

COMPANIES = every(
    ["Bright Electronics", "City Mart", "Metro Super Bazaar", "Green Leaf Foods", "Star Mobiles", "Royal Furniture", "Quick Courier", "Blue Sky Travels", "Sunrise Textiles",
     "Om Hardware", "Galaxy Books", "Fresh Basket", "Elite Motors", "Prime Stationers", "National Gas Agency", "Coastal Bank", "Unity Bank", "Swift Telecom", "Deccan Power Company",
     "Himalaya Tours"], 5
)  # fmt: skip
GOODS = every(
    ["LED Bulb 9W", "Basmati Rice 5kg", "Toor Dal 1kg", "USB Cable", "Notebook A4", "Cotton Shirt", "Sunflower Oil 1L", "Office Chair", "Mobile Cover", "Tea 500g", "Detergent 1kg",
     "Steel Bottle", "Ball Pens (10)", "School Bag", "Wheat Flour 10kg", "Milk 500ml", "Biscuits", "Bath Soap", "Sugar 1kg", "Screen Guard", "Table Lamp", "Bed Sheet", "Running Shoes",
     "Power Bank", "Coffee 200g", "Paint 4L", "Cement bag", "PVC Pipe 2in", "Ceiling Fan", "Extension Board"], 5
)  # fmt: skip
PRODUCTS_OF_A_CHEMIST = every(["Tab Dolo 650", "Pan 40 Tab", "Crocin Syrup", "Band Aid", "Hand Sanitizer", "Cotton Roll", "Azithral 500", "Shelcal 500", "ORS Orange", "Vicks", "Face Mask",
                               "Glucometer Strips", "Betadine Oint", "Digene", "Limcee", "Adult Diapers"], 5)  # fmt: skip
HOSPITAL_CHARGES = every(["Room charges", "Consultation fee", "Nursing charges", "OT charges", "Lab charges", "Pharmacy", "Registration", "ICU charges", "X-Ray charges", "Dressing",
                          "Diet charges", "Ambulance"], 5)  # fmt: skip
SKILLS = every(["Python", "MS Excel", "Tally", "Java", "Team leadership", "AutoCAD", "Digital marketing", "SQL", "Public speaking", "Photoshop", "Accounting", "Sales"], 5)

_PARAGRAPHS: Held[tuple[str, tuple[str, ...]]] = every(
    [
        ("Bank letter", ("Dear Customer,", "We thank you for banking with us. Your account statement for the month is enclosed.", "The rate of interest on your fixed deposit has been revised.",
                         "Kindly update your KYC documents at the nearest branch to avoid inconvenience.")),
        ("School circular", ("Dear Parents,", "The annual day will be held in the school auditorium. Students should report by 8.30 am in uniform.", "The last date for payment of fees is the tenth of this month.",
                             "Parent teacher meeting is on Saturday.")),
        ("Newsletter", ("Residents' Association Newsletter", "The lift maintenance is complete. Water supply will be off on Sunday morning.", "Members are requested to pay the maintenance charges before the due date.",
                        "The cultural evening was enjoyed by all.")),
        ("Health newsletter", ("Healthy living: five tips for this monsoon", "Drink boiled water, wash hands often and avoid street food. Mosquitoes breed in stagnant water.", "Regular exercise keeps blood pressure and sugar under control.",
                               "Subscribe to our weekly wellness letter.")),
        ("Appointment mail", ("Your appointment is confirmed", "Dear patient, your appointment with our consultant is booked. Please arrive 15 minutes early and carry your previous reports.",
                              "To reschedule, reply to this mail or call the help desk.", "Team Front Office")),
        ("Insurance letter", ("Health Insurance Policy Schedule", "Sum insured: Rs. 5,00,000. Pre-existing diseases are covered after a waiting period of three years.", "Room rent is limited to one percent of the sum insured per day.",
                              "For cashless treatment show this card at a network hospital.")),
        ("Check-up advert", ("FULL BODY CHECK-UP AT JUST Rs 999", "72 tests including thyroid, liver, kidney, lipid and vitamin profile. Free home sample collection.", "Offer valid till the end of the month. Call now to book your slot.",
                             "Reports in 24 hours.")),
        ("Job offer", ("Offer of appointment", "We are pleased to offer you the position of Assistant Manager. Your annual compensation will be as per the annexure.", "Please sign and return a copy of this letter as acceptance.",
                       "Joining formalities will be done at the head office.")),
        ("Rental agreement", ("RENTAL AGREEMENT", "This agreement is made between the owner and the tenant for the residential premises. The monthly rent shall be paid before the fifth of each month.",
                              "The tenant shall not sublet the premises.", "The deposit is refundable without interest.")),
        ("Meeting minutes", ("Minutes of the meeting", "The budget for the next quarter was discussed. Action items were assigned to the project team.", "The vendor will deliver the first batch by month end.",
                             "Next meeting is on Monday.")),
        ("Course certificate", ("CERTIFICATE OF COMPLETION", "This is to certify that the candidate has completed the six week online course on data analysis with grade A.", "Issued by the training department.", "Verify online.")),
        ("Medical camp flyer", ("FREE EYE CAMP", "Free eye check-up and spectacles for senior citizens on Sunday from 9 am. Bring an identity card.", "Organised by the Lions Club. All are welcome.", "Venue: community hall.")),
        ("Recipe", ("Vegetable Pulao", "Wash and soak the rice for 20 minutes. Heat ghee, add cumin, cloves and onions and fry till golden.", "Add vegetables, rice and two cups of water. Cook for 15 minutes.", "Serve hot with raita.")),
        ("Gym flyer", ("Join the fitness revolution", "Personal training, yoga and zumba. Lose weight and gain energy in twelve weeks.", "Annual membership at half price this week only.", "Walk in today.")),
        ("Drug advert", ("Trusted relief from joint pain", "New ayurvedic oil with twelve herbs. Apply twice daily for lasting comfort. Available at all leading chemists.", "Buy two, get one free.", "Not a medicine for children.")),
        ("Tax notice", ("Acknowledgement of return", "Your return of income for the assessment year has been filed and is under processing.", "Please verify it within thirty days.", "This is a system generated message.")),
        ("Claim mail", ("Claim settled", "Your reimbursement claim has been processed. The approved amount has been credited to your bank account.", "Deductions: non-medical items Rs. 740.", "Claims department")),
        ("Lab advert", ("Home sample collection now in your city", "Book a blood test online and get it done at home by trained staff. HbA1c and lipid profile at 40% off.", "Use code HEALTH40.", "Terms apply.")),
        ("Subscription mail", ("Your order has been shipped", "The parcel will reach you by tomorrow evening. Track it with the number below.", "You can return the item within seven days.", "Happy shopping!")),
        ("Doctor directory", ("Our doctors", "General medicine, orthopaedics, paediatrics, gynaecology and dermatology under one roof.", "OPD timings 9 am to 1 pm and 5 pm to 8 pm.", "Parking available.")),
    ], 5
)  # fmt: skip


def make(rng: random.Random, split: Split, words: Vocabulary) -> MadeDocument:
    name = FORMS.pick(rng, split)
    sheet = Sheet(margin=rng.choice((36, 48)), font=rng.choice(("Helvetica", "Times", "Courier")), size=rng.choice((9.5, 10, 11)))
    _DRAW[name](sheet, rng, split)
    return sheet.finish(DocumentType.NOT_MEDICAL, f"not_medical/{name}", Truth())


def _amounts(sheet: Sheet, rng: random.Random, split: Split, goods: Held[str], title: str) -> None:
    when = blocks.dates(rng, split)
    sheet.line(COMPANIES.pick(rng, split) if goods is GOODS else people.facility(rng, split, "hospital"), bold=True, size=15, align="center")
    sheet.line(people.address(rng, split), size=8.5, align="center")
    sheet.line(title, bold=True, align="center")
    sheet.row([(f"Invoice No: {blocks.number(rng)}", sheet.margin), ("Date: " + when.text().text, sheet.width * 0.6)])
    if rng.random() < 0.7:
        sheet.row([(rng.choice(("Bill To: ", "Name: ", "Customer: ", "Patient Name: ")) + people.person(rng, split).name, sheet.margin)])
    places = [sheet.margin, sheet.width * 0.5, sheet.width * 0.62, sheet.width * 0.78]
    sheet.rule()
    sheet.row(list(zip(("Item" if rng.random() < 0.5 else "Particulars", "Qty", "Rate", "Amount"), places, strict=True)), bold=True)
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
    sheet.line(rng.choice(("Thank you, visit again", "Goods once sold will not be taken back", "E. & O. E.", "Paid by UPI", "Authorised signatory")))


def _invoice(sheet: Sheet, rng: random.Random, split: Split) -> None:
    _amounts(sheet, rng, split, GOODS, rng.choice(("TAX INVOICE", "INVOICE", "CASH BILL", "RECEIPT")))


def _pharmacy_bill(sheet: Sheet, rng: random.Random, split: Split) -> None:
    _amounts(sheet, rng, split, PRODUCTS_OF_A_CHEMIST, rng.choice(("PHARMACY BILL", "CASH MEMO", "TAX INVOICE", "RETAIL INVOICE")))


def _hospital_bill(sheet: Sheet, rng: random.Random, split: Split) -> None:
    _amounts(sheet, rng, split, HOSPITAL_CHARGES, rng.choice(("FINAL BILL", "BILL OF SUPPLY", "RECEIPT", "IP BILL")))


def _letter(sheet: Sheet, rng: random.Random, split: Split) -> None:
    title, sentences = _PARAGRAPHS.pick(rng, split)
    if rng.random() < 0.6:
        sheet.line(people.facility(rng, split, "hospital") if any(w in title for w in ("Health", "Appointment", "Check", "Lab", "Medical", "Doctor", "Claim")) else COMPANIES.pick(rng, split),
                   bold=True, size=14)
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
    rows = [("Consumer No", str(rng.randint(10**8, 10**9))), ("Name", people.person(rng, split).name), ("Billing date", when.text().text), ("Due date", when.text(15).text),
            ("Previous reading", str(rng.randint(1000, 4000))), ("Present reading", str(rng.randint(4001, 9000))), ("Units consumed", str(rng.randint(20, 900))),
            ("Fixed charges", f"{rng.randint(40, 300)}.00"), ("Amount payable", f"Rs. {rng.randint(150, 9000)}")]  # fmt: skip
    for name, value in rows:
        sheet.row([(name, sheet.margin), (value, sheet.width * rng.choice((0.5, 0.5, 0.4)))])


def _ticket(sheet: Sheet, rng: random.Random, split: Split) -> None:
    when = blocks.dates(rng, split)
    sheet.line(rng.choice(("E-TICKET", "BOARDING PASS", "BUS TICKET", "Electronic Reservation Slip", "HOTEL BOOKING VOUCHER")), bold=True, size=14)
    origin, goal = people.TOWNS.sample(rng, split, 2)
    who = people.person(rng, split)
    for line in (f"PNR: {rng.randint(10**9, 10**10 - 1)}", f"From: {origin}  To: {goal}", f"Date of journey: {when.text().text}", f"Passenger: {who.name}  Age: {who.age}  Sex: {who.sex}",
                 f"Coach/Seat: S{rng.randint(1, 9)}/{rng.randint(1, 72)}", f"Fare: Rs. {rng.randint(200, 9000)}.00", "Carry a valid photo identity card.", "Booking status: CNF"):  # fmt: skip
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
        sheet.line(f"{rng.choice(('Accountant', 'Engineer', 'Sales Executive', 'Teacher', 'Staff Nurse', 'Analyst'))}, {COMPANIES.pick(rng, split)}, {rng.randint(2005, 2015)} - {rng.randint(2016, 2024)}")
    sheet.line("Skills: " + ", ".join(SKILLS.sample(rng, split, rng.randint(2, 5))))
    sheet.line("Education: " + rng.choice(("B.Com", "B.Tech", "MBA", "B.Sc Nursing", "M.A.")) + f", {rng.randint(1998, 2020)}")


def _statement(sheet: Sheet, rng: random.Random, split: Split) -> None:
    when = blocks.dates(rng, split)
    sheet.line(COMPANIES.pick(rng, split), bold=True, size=14)
    sheet.line("Statement of account", bold=True)
    sheet.line("Account holder: " + people.person(rng, split).name)
    places = [sheet.margin, sheet.width * 0.25, sheet.width * 0.6, sheet.width * 0.78]
    sheet.row(list(zip(("Date", "Narration", "Amount", "Balance"), places, strict=True)), bold=True)
    for i in range(rng.randint(4, 14)):
        text = rng.choice(("UPI/grocery", "ATM WDL", "NEFT salary", "EMI debit", "Interest credit", "POS fuel", "UPI/medical store"))
        sheet.row(list(zip((when.text(i).text, text, f"{rng.randint(50, 20000)}.00", f"{rng.randint(1000, 90000)}.{rng.randint(0, 99):02d}"), places, strict=True)))


_DRAW: dict[str, Callable[[Sheet, random.Random, Split], None]] = {
    "invoice": _invoice, "pharmacy_bill": _pharmacy_bill, "hospital_bill": _hospital_bill, "letter": _letter, "utility_bill": _utility_bill,
    "ticket": _ticket, "curriculum_vitae": _curriculum_vitae, "statement": _statement,
}  # fmt: skip
_EVERYWHERE = ("invoice", "pharmacy_bill", "hospital_bill", "letter", "letter", "letter", "statement")
FORMS: Held[str] = Held((*_EVERYWHERE, "utility_bill"), (*_EVERYWHERE, "ticket"), (*_EVERYWHERE, "curriculum_vitae"))
"""The forms that stand in all three parts differ in their words (goods, charges, letters), which are held out."""
