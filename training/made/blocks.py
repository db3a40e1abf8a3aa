"""Parts that forms share: identity, dates, patient block, signature, foot."""

from __future__ import annotations

import datetime
import random
from collections.abc import Sequence
from dataclasses import dataclass

from medinfer.contract.vocabulary import DocumentLabel as L
from training.made import people
from training.made.held import Held, Split, every, shared
from training.made.layout import Sheet
from training.made.people import Person
from training.made.text import Text, plain, tag
from training.made.truth import PatientTruth, Truth
from training.made.wording import Wording

_WORDING = Wording.of("blocks")
Field = tuple[str, Text]
"""A field's name and its content: ("Patient Name", "Rahul Verma")."""

NAME_KEYS = every(_WORDING.words("name_keys"), 6)
AGE_SEX_KEYS = every(
    ["Age/Sex", "Age / Gender", "Age & Sex", "AGE/SEX", "Age/Gender", "Sex / Age", "Gender/Age", "Age, Sex"], 6
)
DATE_KEYS = every(_WORDING.words("date_keys"), 6)
DOCTOR_KEYS = every(
    ["Ref. By", "Referred By", "Ref Dr.", "Ref. Doctor", "Ref By", "Consultant", "Refd. by", "Requested By"], 6
)
ID_KEYS = every(_WORDING.words("id_keys"), 6)
OTHER_FIELDS = every(
    [
        ("Sample Type", "Serum"),
        ("Specimen", "Blood"),
        ("Contact", ""),
        ("Location", "OPD"),
        ("Client", "Walk-in"),
        ("Collected At", "Main Centre"),
        ("Status", "Final"),
        ("Ward", "General"),
        ("Sample", "EDTA Blood"),
        ("Bed No", "12"),
        ("Payer", "Self"),
    ],
    6,
)

_AGE_YEARS = shared(["{} Years", "{} Y", "{} Yrs", "{}Y", "{} yrs", "{} years", "{} Year(s)", "{} YRS", "{} y.o."])
_SEX = {
    "M": shared(["Male", "M", "MALE", "male", "Male"]),
    "F": shared(["Female", "F", "FEMALE", "female", "Female"]),
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
        clock = rng.choice(
            (
                f"{rng.randint(1, 12)}:{rng.randint(0, 59):02d} {rng.choice(('AM', 'PM'))}",
                f"{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}",
            )
        )
        return self.text(after_days) + rng.choice((" ", ", ", "  ")) + clock


def dates(rng: random.Random, split: Split) -> Dates:
    return Dates(people.DATE_FORMS.pick(rng, split), people.day(rng))


def number(rng: random.Random) -> str:
    return rng.choice(("", "", "LAB", "OP", "IP/", "R-", "MH")) + str(rng.randint(1000, 99_999_999))


# --- patient blocks ------------------------------------------------------------------------------------------------

_SEPARATORS = shared([" : ", ": ", " :", ":", " - ", "  "])
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
            align=align,
            size=8.5,
        )


FEET = every(_WORDING.words("feet"), 6)


def foot(sheet: Sheet, rng: random.Random, split: Split) -> None:
    """Up to two lines at the bottom of the page, if there is room."""
    chosen = FEET.sample(rng, split, rng.choice((0, 1, 1, 2)))
    if not sheet.to_bottom(len(chosen) * 14):
        return
    for words in chosen:
        sheet.line(words, size=8, align=rng.choice(("center", "left")), grey=0.3)
