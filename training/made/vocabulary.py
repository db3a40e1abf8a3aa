"""The words that made documents are made of.

`load()` reads the small lists beside this file (our own words). With the data folder (setting MEDINFER_DATA; see
docs/data.md) the lists get wider: more names of tests, drugs and conditions.
"""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from training.made.held import Held, Split, every, hashed, key, merged, ordered

FOLDER = Path(__file__).parent / "vocabulary"
WIDE_SHARE = 0.35
"""Part of the drugs and conditions that come from the data folder where there is one: rare words widen a list, common
ones must stay common."""


@dataclass(frozen=True, slots=True)
class Range:
    """Reference interval of a number; a missing bound is open. ``counted``: values are printed as "2-4"."""

    low: float | None
    high: float | None
    counted: bool = False


@dataclass(frozen=True, slots=True)
class Analyte:
    """One measurable thing of a lab report.

    ``ranges`` by sex ("M", "F") or for everyone (""). ``choices`` are the answers of a test that is not a number.
    """

    panel: str
    loinc: str | None
    names: Held[str]
    units: tuple[str, ...]
    ranges: Mapping[str, Range]
    choices: tuple[str, ...]
    decimals: int

    def range_for(self, sex: str) -> Range | None:
        return self.ranges.get(sex, self.ranges.get(""))


@dataclass(frozen=True, slots=True)
class Drug:
    name: str
    forms: tuple[str, ...]
    strengths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """A common list and, where the data folder is there, a wide one."""

    common: Held[str]
    wide: Held[str] | None = None

    def pick(self, rng: random.Random, split: Split) -> str:
        if self.wide is not None and self.wide.of(split) and rng.random() < WIDE_SHARE:
            return self.wide.pick(rng, split)
        return self.common.pick(rng, split)

    def sample(self, rng: random.Random, split: Split, count: int) -> list[str]:
        found: dict[str, str] = {}
        while len(found) < min(count, len(self.common.of(split))):
            word = self.pick(rng, split)
            found.setdefault(key(word), word)
        return list(found.values())

    def of(self, split: Split) -> tuple[str, ...]:
        return self.common.of(split) + (self.wide.of(split) if self.wide else ())


@dataclass(frozen=True, slots=True)
class Vocabulary:
    panels: Mapping[str, tuple[Analyte, ...]]
    drugs: Words
    drug: Mapping[str, Drug]
    conditions: Words
    symptoms: Held[str]
    findings: Mapping[str, Held[str]]
    """By modality: XRAY, USG, CT, MRI."""


@cache
def load(data: Path | None = None) -> Vocabulary:
    """The lists; wider with the data folder.

    Raises:
        FileNotFoundError: the data folder lacks a file that docs/data.md names.
    """
    wide_names = _loinc_names(data) if data else {}
    panels: dict[str, list[Analyte]] = {}
    for row in _csv(FOLDER / "analytes.csv", ";"):
        panels.setdefault(row["panel"], []).append(_analyte(row, wide_names))
    if data:
        panels["SPECIAL TESTS"] = list(_special_tests(data, {a.loinc for p in panels.values() for a in p}))
    panels = _disjoint(panels)
    drugs = {d.name: d for d in _drugs()}
    common = every(drugs, 7)
    wide_drugs = {d.name: d for d in _wide_drugs(data)} if data else {}
    conditions = every(_lines("conditions.txt"), 6)
    findings: dict[str, list[str]] = {}
    for line in _lines("findings.txt"):
        modality, finding = line.split(";")
        findings.setdefault(modality, []).append(finding)
    return Vocabulary(
        panels={name: tuple(analytes) for name, analytes in panels.items()},
        drugs=Words(common, _only_new(common, wide_drugs) if data else None),
        drug={**wide_drugs, **drugs},
        conditions=Words(conditions, _only_new(conditions, _diseases(data)) if data else None),
        symptoms=every(_lines("symptoms.txt"), 6),
        findings={modality: every(words, 5) for modality, words in findings.items()},
    )


def _disjoint(panels: Mapping[str, Sequence[Analyte]]) -> dict[str, list[Analyte]]:
    """Two analytes may share a name ("Glucose" in blood and urine): one that training uses anywhere is for training."""

    def keys(split: Split) -> set[str]:
        return {key(n) for analytes in panels.values() for a in analytes for n in a.names.of(split)}

    train = keys(Split.TRAIN)
    dev = keys(Split.DEV) - train

    def held(names: Held[str]) -> Held[str]:
        return Held(
            names.train,
            tuple(n for n in names.dev if key(n) not in train),
            tuple(n for n in names.test if key(n) not in train | dev),
        )

    return {panel: [replace(a, names=held(a.names)) for a in analytes] for panel, analytes in panels.items()}


def _only_new(common: Held[str], wide: Sequence[str] | Mapping[str, Drug]) -> Held[str]:
    known = {key(w) for split in Split for w in common.of(split)}
    return hashed(w for w in wide if key(w) not in known)


def _lines(name: str) -> list[str]:
    return (FOLDER / name).read_text(encoding="utf-8").split("\n")[:-1]


def _csv(path: Path, delimiter: str = ",") -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter=delimiter, quoting=csv.QUOTE_NONE if delimiter == ";" else 0)


def _analyte(row: Mapping[str, str], wide_names: Mapping[str, Sequence[str]]) -> Analyte:
    spec = row["range"]
    choices: tuple[str, ...] = ()
    ranges: dict[str, Range] = {}
    if spec.startswith("="):
        choices = tuple(spec[1:].split("/"))
    else:
        for part in spec.split(","):
            sex, _, bounds = part.rpartition(":")
            ranges[sex] = _range(bounds)
    loinc = row["loinc"] or None
    names = merged(ordered(row["names"].split("|")), hashed(wide_names.get(loinc or "", ())))
    units = tuple(u for u in row["units"].split("|") if u)
    return Analyte(row["panel"], loinc, names, units, ranges, choices, int(row["decimals"]))


def _range(bounds: str) -> Range:
    if bounds.startswith("<"):
        return Range(None, float(bounds[1:]))
    if bounds.startswith(">"):
        return Range(float(bounds[1:]), None)
    low, high = bounds.lstrip("~").split("-")
    return Range(float(low), float(high), counted=bounds.startswith("~"))


def _drugs() -> Iterator[Drug]:
    for row in _csv(FOLDER / "drugs.csv", ";"):
        forms, strengths = (tuple(v for v in row[c].split(s) if v) for c, s in (("forms", ","), ("strengths", "|")))
        yield Drug(row["name"], forms, strengths)


# --- wider, from the data folder ---------------------------------------------------------------------------------

_WORD = re.compile(r"[A-Za-z]{2}")
_FORM = re.compile(
    r"\b(tablet|capsule|injection|syrup|cream|ointment|gel|eye drops|nasal spray|inhaler|suspension|lotion)s?\b", re.I
)
_STRENGTH = re.compile(r"\b\d+(?:\.\d+)?\s?(?:mg|mcg|g|iu|%)(?![a-z/])", re.I)


def _loinc_names(data: Path) -> dict[str, list[str]]:
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


def _special_tests(data: Path, known: set[str | None]) -> Iterator[Analyte]:
    """Tests of loinc-india that the small list lacks. Units follow the property in the LOINC name; the reference
    intervals are invented (a layout needs some; no model learns medicine from them)."""
    names = _loinc_names(data)
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


def _wide_drugs(data: Path) -> Iterator[Drug]:
    for row in _csv(data / "drugs" / "janaushadhi_meds.csv"):
        if row["Group Name"].startswith("Surgical"):
            continue
        yield from _parsed(row["Generic Name"])
    for row in _csv(data / "drugs" / "india_az_500_sample_usecases.csv"):
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


def _diseases(data: Path) -> list[str]:
    rows = _csv(data / "conditions" / "DO_HumanDO.tsv", "\t")
    names = (row["label"] for row in rows)
    return [n for n in names if 4 <= len(n) <= 45 and len(n.split()) <= 5 and _drawable(n)]
