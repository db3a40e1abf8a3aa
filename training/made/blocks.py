"""Parts that forms share: letterhead, patient block, signature, foot."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from medinfer.contract.vocabulary import DocumentLabel as L
from training.made import people
from training.made.held import Held, Split, every, ordered
from training.made.layout import Sheet
from training.made.people import Person
from training.made.text import Text, plain, tag
from training.made.truth import PatientTruth, Truth

Field = tuple[str, Text]
"""A field's name and its content: ("Patient Name", "Rahul Verma")."""

NAME_KEYS = every(
    ["Patient Name", "Name", "Patient", "Pt. Name", "NAME", "Patient's Name", "Name of Patient", "PATIENT NAME",
     "Name of the Patient", "Client Name", "Pt Name"], 6
)  # fmt: skip
AGE_SEX_KEYS = every(
    ["Age/Sex", "Age / Gender", "Age & Sex", "AGE/SEX", "Age/Gender", "Sex / Age", "Gender/Age", "Age, Sex"], 6
)
DATE_KEYS = every(
    ["Date", "Collected On", "Reported On", "Sample Date", "Registered", "Report Date", "Received", "Visit Date",
     "Collection Date", "Reg. Date", "Reporting Time", "Date & Time", "Dated"], 6
)  # fmt: skip
DOCTOR_KEYS = every(["Ref. By", "Referred By", "Ref Dr.", "Ref. Doctor", "Ref By", "Consultant", "Refd. by", "Requested By"], 6)
ID_KEYS = every(
    ["Sample ID", "Lab No", "UHID", "Reg No", "Bill No", "Barcode", "Patient ID", "MR No", "OP No", "Visit ID", "SID",
     "Accession No", "CR No"], 6
)  # fmt: skip
OTHER_FIELDS = every(
    [("Sample Type", "Serum"), ("Specimen", "Blood"), ("Contact", ""), ("Location", "OPD"), ("Client", "Walk-in"),
     ("Collected At", "Main Centre"), ("Status", "Final"), ("Ward", "General"), ("Sample", "EDTA Blood"),
     ("Bed No", "12"), ("Payer", "Self")], 6
)  # fmt: skip

_AGE_YEARS = ordered(["{} Years", "{} Y", "{} Yrs", "{}Y", "{} yrs", "{} years", "{} Year(s)", "{} YRS", "{} y.o."])
_SEX = {
    "M": ordered(["Male", "M", "MALE", "male", "Male"]),
    "F": ordered(["Female", "F", "FEMALE", "female", "Female"]),
}


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a document is about, in the wording of this document."""

    person: Person
    name: str
    titled: Text
    age: str
    sex: str

    @property
    def truth(self) -> PatientTruth:
        return PatientTruth(self.name, self.age, "male" if self.person.sex == "M" else "female")


def identity(rng: random.Random, split: Split, who: Person | None = None) -> Identity:
    who = who or people.person(rng, split)
    name = rng.choice((str, str, str.upper))(who.name)
    title = who.title.upper() if name.isupper() else who.title
    titled = tag(L.PATIENT_NAME, name)
    if rng.random() < 0.6:
        titled = f"{title} " + titled
    if who.months:
        age = rng.choice(("{} Months", "{} M", "{} months")).format(who.age)
    else:
        age = _AGE_YEARS.pick(rng, split).format(who.age)
    return Identity(who, name, titled, age, _SEX[who.sex].pick(rng, split))


def age_sex(rng: random.Random, who: Identity, *, sex_first: bool = False) -> Text:
    between = rng.choice(("/", " / ", "/ ", ", ", " "))
    age, sex = tag(L.AGE, who.age), tag(L.SEX, who.sex)
    return sex + between + age if sex_first else age + between + sex


@dataclass(frozen=True, slots=True)
class Dates:
    """The dates of one document share a form."""

    form: str
    first: datetime.date

    def text(self, after_days: int = 0) -> Text:
        return tag(L.DATE, (self.first + datetime.timedelta(days=after_days)).strftime(self.form))

    def timed(self, rng: random.Random, after_days: int = 0) -> Text:
        """With a time of day behind it, which is not part of the date."""
        clock = rng.choice((f"{rng.randint(1, 12)}:{rng.randint(0, 59):02d} {rng.choice(('AM', 'PM'))}",
                            f"{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}"))  # fmt: skip
        return self.text(after_days) + rng.choice((" ", ", ", "  ")) + clock


def dates(rng: random.Random, split: Split) -> Dates:
    return Dates(people.DATE_FORMS.pick(rng, split), people.day(rng))


def number(rng: random.Random) -> str:
    return rng.choice(("", "", "LAB", "OP", "IP/", "R-", "MH")) + str(rng.randint(1000, 99_999_999))


# --- letterheads ---------------------------------------------------------------------------------------------------


def letterhead(sheet: Sheet, rng: random.Random, split: Split, name: str) -> None:
    """The facility's name, address and telephone at the top of the page."""
    LETTERHEADS.pick(rng, split)(sheet, rng, split, name)


def _contact(rng: random.Random) -> str:
    return rng.choice(("Ph: {}", "Tel : {}", "Phone: {}", "Contact: {}", "Mob. {}")).format(people.phone(rng))


def _centred(sheet: Sheet, rng: random.Random, split: Split, name: str) -> None:
    sheet.line(tag(L.FACILITY, name), size=rng.choice((15, 17, 19)), bold=True, align="center")
    sheet.line(people.address(rng, split), size=8.5, align="center")
    if rng.random() < 0.7:
        sheet.line(_contact(rng), size=8.5, align="center")
    sheet.rule()


def _left(sheet: Sheet, rng: random.Random, split: Split, name: str) -> None:
    sheet.line(tag(L.FACILITY, name.upper()), size=rng.choice((14, 16)), bold=True)
    sheet.line(people.address(rng, split) + "  " + _contact(rng), size=8)
    sheet.rule(thickness=1.2)


def _two_sides(sheet: Sheet, rng: random.Random, split: Split, name: str) -> None:
    sheet.line(tag(L.FACILITY, name), size=15, bold=True)
    sheet.put(_contact(rng), sheet.right, size=8.5, align="right")
    sheet.line(people.address(rng, split), size=8.5)
    sheet.put("NABL Accredited" if rng.random() < 0.5 else "ISO 9001:2015", sheet.right, size=8, align="right")
    sheet.rule()


def _right(sheet: Sheet, rng: random.Random, split: Split, name: str) -> None:
    sheet.line(tag(L.FACILITY, name), size=16, bold=True, align="right")
    sheet.line(people.address(rng, split), size=8.5, align="right")
    sheet.line(_contact(rng), size=8.5, align="right")
    sheet.rule(thickness=1.5)


def _banded(sheet: Sheet, rng: random.Random, split: Split, name: str) -> None:
    sheet.band(20)
    sheet.line(tag(L.FACILITY, name.upper()), size=16, bold=True, align="center")
    sheet.line("A unit of " + people.address(rng, split), size=8, align="center")
    sheet.rule(thickness=0.5)


def _plain(sheet: Sheet, rng: random.Random, split: Split, name: str) -> None:
    sheet.line(tag(L.FACILITY, name), size=13, bold=True)
    sheet.rule(thickness=0.4)


LETTERHEADS: Held[Callable[[Sheet, random.Random, Split, str], None]] = Held(
    (_centred, _left, _two_sides, _plain), (_banded,), (_right,)
)


# --- patient blocks ------------------------------------------------------------------------------------------------

_SEPARATORS = ordered([" : ", ": ", " :", ":", " - ", "  "])
_ARRANGEMENTS = Held(
    ("one_cell_two_columns", "key_value_two_columns", "one_cell_list", "key_colon_value_two_columns", "inline", "bare"),
    ("key_value_list",),
    ("key_value_three_columns", "two_per_line"),
)


def patient_fields(rng: random.Random, split: Split, who: Identity, when: Dates, *, extra: int) -> list[Field]:
    """Name, age and sex, and ``extra`` others in varying order."""
    sex_first = False
    fields: list[Field] = [(NAME_KEYS.pick(rng, split), who.titled)]
    if rng.random() < 0.72:
        title = AGE_SEX_KEYS.pick(rng, split)
        sex_first = title.startswith(("Sex", "Gender"))
        fields.append((title, age_sex(rng, who, sex_first=sex_first)))
    else:
        fields.append(("Age", tag(L.AGE, who.age)))
        fields.append((rng.choice(("Sex", "Gender")), tag(L.SEX, who.sex)))
    others: list[Field] = []
    for i, title in enumerate(DATE_KEYS.sample(rng, split, rng.choice((1, 2, 3)))):
        others.append((title, when.timed(rng, i) if rng.random() < 0.6 else when.text(i)))
    referrer = "SELF" if rng.random() < 0.15 else tag(L.DOCTOR, people.doctor(rng, split))
    others.append((DOCTOR_KEYS.pick(rng, split), plain(referrer)))
    others += [(title, Text(number(rng))) for title in ID_KEYS.sample(rng, split, 2)]
    title, content = OTHER_FIELDS.pick(rng, split)
    others.append((title, Text(content or people.phone(rng))))
    rng.shuffle(others)
    fields += others[:extra]
    if rng.random() < 0.3:
        rng.shuffle(fields)
    return fields


def patient_block(
    sheet: Sheet, rng: random.Random, split: Split, truth: Truth, who: Identity, when: Dates, *, extra: int = 5
) -> None:
    """The block that says who the document is about, in one of several arrangements."""
    truth.patient = who.truth
    fields = patient_fields(rng, split, who, when, extra=extra)
    separator = _SEPARATORS.pick(rng, split)
    draw_fields(sheet, fields, _ARRANGEMENTS.pick(rng, split), separator)
    if rng.random() < 0.7:
        sheet.rule(gap=5)


def draw_fields(sheet: Sheet, fields: Sequence[Field], arrangement: str, separator: str) -> None:
    left, middle = sheet.margin, sheet.margin + sheet.inner * 0.54
    if arrangement == "one_cell_list":
        for title, content in fields:
            sheet.line(title + separator + content)
    elif arrangement == "one_cell_two_columns":
        for i in range(0, len(fields), 2):
            pair = fields[i : i + 2]
            sheet.row([(t + separator + c, x) for (t, c), x in zip(pair, (left, middle), strict=False)])
    elif arrangement == "key_value_list":
        for title, content in fields:
            sheet.row([(title, left), (separator.lstrip() + content, left + 95)])
    elif arrangement in ("key_value_two_columns", "key_colon_value_two_columns"):
        colon = arrangement.startswith("key_colon")
        half = (len(fields) + 1) // 2
        for i in range(half):
            cells: list[tuple[Text | str, float]] = []
            for (title, content), x in zip(fields[i::half], (left, middle), strict=False):
                cells.append((title, x))
                cells += [(":", x + 82), (content, x + 90)] if colon else [(": " + content, x + 82)]
            sheet.row(cells)
    elif arrangement == "key_value_three_columns":
        for i in range(0, len(fields), 3):
            cells = []
            for j, (title, content) in enumerate(fields[i : i + 3]):
                x = left + j * sheet.inner / 3
                cells.append((title + separator + content, x))
            sheet.row(cells, size=sheet.size * 0.84)
    elif arrangement == "two_per_line":
        for i in range(0, len(fields), 2):
            line = Text()
            for title, content in fields[i : i + 2]:
                line = (line + "     " if line.text else line) + title + separator + content
            sheet.line(line)
    elif arrangement == "bare":
        for title, content in fields:
            spoken = {s.label for s in content.spans} & {L.PATIENT_NAME, L.AGE, L.SEX}
            sheet.line(content if spoken else title + separator + content, bold=L.PATIENT_NAME in spoken)
    else:
        line = Text()
        for title, content in fields:
            line = (line + ", " if line.text else line) + title + separator + content
        sheet.paragraph(line)


# --- ends of pages -------------------------------------------------------------------------------------------------


def signature(sheet: Sheet, rng: random.Random, split: Split, *, doctor: str | None = None) -> None:
    name = doctor or people.doctor(rng, split)
    align = rng.choice(("left", "right"))
    sheet.ensure(60)
    sheet.down(rng.choice((12, 24, 36)))
    if rng.random() < 0.4:
        sheet.line(rng.choice(("Signature", "Authorised Signatory", "Verified by", "Sd/-")), align=align, size=8.5)
    degree = people.DEGREES.pick(rng, split)
    if rng.random() < 0.4:
        sheet.line(tag(L.DOCTOR, name) + ", " + degree, align=align)
    else:
        sheet.line(tag(L.DOCTOR, name), align=align, bold=rng.random() < 0.5)
        sheet.line(degree, align=align, size=8.5)
    if rng.random() < 0.4:
        sheet.line(
            rng.choice(("Consultant Pathologist", "Reg. No. {}", "Consultant", "KMC No: {}")).format(
                rng.randint(1000, 99999)
            ),
            align=align, size=8.5,
        )  # fmt: skip


FEET = every(
    ["*** End of Report ***", "Page 1 of 1", "This is a computer generated report.", "Results relate only to the sample tested.",
     "Please correlate clinically.", "Not valid for medico-legal purposes.", "Thank you for choosing us.",
     "Timings: 8 am to 8 pm, Sunday closed", "In case of emergency contact the hospital.",
     "Printed by: ADMIN", "Home collection available"], 6
)  # fmt: skip


def foot(sheet: Sheet, rng: random.Random, split: Split) -> None:
    """Up to two lines at the bottom of the page, if there is room."""
    chosen = FEET.sample(rng, split, rng.choice((0, 1, 1, 2)))
    if not sheet.to_bottom(len(chosen) * 14):
        return
    for words in chosen:
        sheet.line(words, size=8, align=rng.choice(("center", "left")), grey=0.3)
