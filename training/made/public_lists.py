"""Wider lists from the data folder (docs/data.md): names of tests, drugs and diseases."""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Iterator
from pathlib import Path

from training.made.entries import Analyte, Drug, Range
from training.made.held import Split, hashed


def rows(path: Path, delimiter: str = ",") -> Iterator[dict[str, str]]:
    """The rows of a table with a header line. Fields that are parted by ";" hold quotes as they are."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter=delimiter, quoting=csv.QUOTE_NONE if delimiter == ";" else 0)


_WORD = re.compile(r"[A-Za-z]{2}")
_FORM = re.compile(
    r"\b(tablet|capsule|injection|syrup|cream|ointment|gel|eye drops|nasal spray|inhaler|suspension|lotion)s?\b", re.I
)
_STRENGTH = re.compile(r"\b\d+(?:\.\d+)?\s?(?:mg|mcg|g|iu|%)(?![a-z/])", re.I)


def loinc_names(data: Path) -> dict[str, list[str]]:
    """LOINC code -> names as Indian laboratories print them (loinc-india)."""
    with (data / "labs" / "loinc_aliases_india.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    return {row[0]: [n for raw in row[2].split("$$") if _plausible(n := " ".join(raw.split()))] for row in rows}


def _plausible(name: str) -> bool:
    return 2 <= len(name) <= 60 and bool(_WORD.search(name)) and name.isprintable() and _drawable(name)


def _drawable(text: str) -> bool:
    try:
        text.encode("cp1252")  # what the PDF standard fonts can show
    except UnicodeEncodeError:
        return False
    return True


_PROPERTY_UNITS = {
    "Mass/volume": (("ng/mL", "mg/dL", "µg/dL", "pg/mL"), 1),
    "Moles/volume": (("mmol/L", "µmol/L", "nmol/L"), 1),
    "Units/volume": (("IU/mL", "U/mL", "AU/mL", "mIU/mL"), 1),
    "Enzymatic activity/volume": (("U/L", "IU/L"), 0),
    "#/volume": (("/cumm", "cells/µL"), 0),
    "Mass/time": (("mg/24 hrs", "mg/day"), 0),
    "Moles/time": (("mmol/24 hrs", "mmol/day"), 0),
    "Ratio": (("", "%"), 1),
    "Mass Ratio": (("", "mg/g"), 2),
}


def special_tests(data: Path, known: set[str | None]) -> Iterator[Analyte]:
    """Tests of loinc-india that the small list lacks. Units follow the property in the LOINC name; the reference
    intervals are invented (a layout needs some; no model learns medicine from them)."""
    names = loinc_names(data)
    with (data / "labs" / "loinc_aliases_india.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    for code, long_name, _ in rows:
        held = hashed(names[code])
        kind = re.search(r"\[(.+?)\]", long_name)
        if code in known or not all(held.of(s) for s in (Split.TRAIN,)):
            continue
        units, decimals = _PROPERTY_UNITS.get(kind.group(1) if kind else "", ((), 0))
        if units:
            rng = random.Random(code)
            low = round(rng.choice((0.5, 2, 10, 30, 100)) * rng.uniform(0.8, 2), decimals)
            ranges = {"": Range(low, round(low * rng.uniform(2, 6) + 1, decimals))}
            yield Analyte("SPECIAL TESTS", code, held, units, ranges, (), decimals)
        else:
            yield Analyte("SPECIAL TESTS", code, held, (), {}, ("Negative", "Positive", "Absent", "Nil"), 0)


def drugs(data: Path) -> Iterator[Drug]:
    for row in rows(data / "drugs" / "janaushadhi_meds.csv"):
        if row["Group Name"].startswith("Surgical"):
            continue
        yield from _parsed(row["Generic Name"])
    for row in rows(data / "drugs" / "india_az_500_sample_usecases.csv"):
        yield from _parsed(row["name"])


def _parsed(product: str) -> Iterator[Drug]:
    """ "Aceclofenac Tablets IP 100 mg" -> Aceclofenac, tablet, 100 mg. Mixtures and oddities are left out."""
    form = _FORM.search(product)
    if not form or re.search(r"\band\b|[(,&+]|\bwith\b", product, re.I) or not _drawable(product):
        return
    strength = _STRENGTH.search(product)
    name = product[: min(form.start(), strength.start() if strength else len(product))].strip()
    number = re.search(r"\s(\d[\d./]*)(?:\s.*)?$", name)
    strengths = (strength.group(),) if strength else ()
    if number:
        strengths = strengths or (number.group(1),)
        name = name[: number.start()]
    if 3 <= len(name) <= 32 and len(name.split()) <= 3:
        yield Drug(name, (form.group(1).lower(),), strengths)


def diseases(data: Path) -> list[str]:
    names = (row["label"] for row in rows(data / "conditions" / "DO_HumanDO.tsv", "\t"))
    return [n for n in names if 4 <= len(n) <= 45 and len(n.split()) <= 5 and _drawable(n)]
