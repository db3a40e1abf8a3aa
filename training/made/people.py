"""Invented people and places: first names, surnames, towns and trades, combined at random. None is meant."""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass

from training.made.held import Held, Split, every, shared
from training.made.wording import Wording

_WORDING = Wording.of("people")
MEN = every(_WORDING.words("men"), 6)
WOMEN = every(_WORDING.words("women"), 6)
SURNAMES = every(_WORDING.words("surnames"), 6)
TOWNS = every(_WORDING.words("towns"), 6)
STREETS = every(_WORDING.words("streets"), 6)
DEGREES = every(_WORDING.words("degrees"), 5)
_LAB_FIRST = every(_WORDING.words("lab_first"), 6)
_LAB_LAST = every(_WORDING.words("lab_last"), 5)
_HOSPITAL_LAST = every(_WORDING.words("hospital_last"), 5)
_CLINIC_LAST = every(_WORDING.words("clinic_last"), 5)
_SCAN_LAST = every(_WORDING.words("scan_last"), 5)
_KINDS = {"lab": _LAB_LAST, "hospital": _HOSPITAL_LAST, "clinic": _CLINIC_LAST, "scan": _SCAN_LAST}


@dataclass(frozen=True, slots=True)
class Person:
    """``sex`` is M or F; ``age`` in years, or months where ``months``."""

    first: str
    last: str
    sex: str
    age: int
    months: bool = False

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}".strip()

    @property
    def title(self) -> str:
        if self.months or self.age < 12:
            return "Master" if self.sex == "M" else "Baby"
        return "Mr." if self.sex == "M" else ("Ms." if self.age < 25 else "Mrs.")


def person(rng: random.Random, split: Split) -> Person:
    sex = rng.choice("MF")
    first = (MEN if sex == "M" else WOMEN).pick(rng, split)
    last = SURNAMES.pick(rng, split)
    if rng.random() < 0.12:
        last = SURNAMES.pick(rng, split)[0]  # "Murugan S", as in the south
    elif rng.random() < 0.12:
        first = (
            f"{first} {rng.choice(('Kumar', 'Devi', 'Lal', 'Bai')) if rng.random() < 0.5 else rng.choice('ABGKMNPRSV')}"
        )
    months = rng.random() < 0.04
    return Person(first, last, sex, rng.randint(1, 11) if months else rng.randint(2, 88), months)


def doctor(rng: random.Random, split: Split) -> str:
    """ "Dr. Anjali Mehta"."""
    first = (MEN if rng.random() < 0.5 else WOMEN).pick(rng, split)
    last = SURNAMES.pick(rng, split)
    title = rng.choice(("Dr. ", "Dr.", "Dr ", "DR. "))
    return title + rng.choice((f"{first} {last}", f"{first[0]}. {last}", f"{first} {last[0]}", f"{first[0]} {last}"))


def facility(rng: random.Random, split: Split, kind: str) -> str:
    """Name of a lab, hospital, clinic or scan centre."""
    last = _KINDS[kind].pick(rng, split)
    first = _LAB_FIRST.pick(rng, split) if rng.random() < 0.7 else f"{SURNAMES.pick(rng, split)}"
    return f"{first} {last}"


def address(rng: random.Random, split: Split) -> str:
    house = f"No. {rng.randint(1, 250)}, {STREETS.pick(rng, split)}"
    return f"{house}, {TOWNS.pick(rng, split)} - {rng.randint(400, 799)}{rng.randint(0, 999):03d}"


def phone(rng: random.Random) -> str:
    """Numbers of a kind that is not given out: area code 000, or mobile numbers that begin with 0."""
    return rng.choice((f"000-{rng.randint(2000000, 4999999)}", f"00000 {rng.randint(10000, 99999)}"))


DATE_FORMS: Held[str] = shared(_WORDING.words("date_forms"))


def day(rng: random.Random) -> datetime.date:
    return datetime.date(2019, 1, 1) + datetime.timedelta(days=rng.randint(0, 2500))
