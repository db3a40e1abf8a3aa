"""The words that made documents are made of.

`load()` reads the small lists beside this file (our own words). With the data folder (setting MEDINFER_DATA; see
docs/data.md) the lists get wider: more names of tests, drugs and conditions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from training.made import public_lists
from training.made.entries import Analyte, Drug, Range, Vocabulary, Words
from training.made.held import Held, Split, every, hashed, key, merged, ordered
from training.made.public_lists import rows

FOLDER = Path(__file__).parent / "vocabulary"


@cache
def load(data: Path | None = None) -> Vocabulary:
    """The lists; wider with the data folder.

    Raises:
        FileNotFoundError: the data folder lacks a file that docs/data.md names.
    """
    wide_names = public_lists.loinc_names(data) if data else {}
    panels: dict[str, list[Analyte]] = {}
    for row in rows(FOLDER / "analytes.csv", ";"):
        panels.setdefault(row["panel"], []).append(_analyte(row, wide_names))
    if data:
        panels["SPECIAL TESTS"] = list(public_lists.special_tests(data, {a.loinc for p in panels.values() for a in p}))
    panels = _disjoint(panels)
    drugs = {d.name: d for d in _drugs()}
    common = every(drugs, 7)
    wide_drugs = {d.name: d for d in public_lists.drugs(data)} if data else {}
    conditions = every(_lines("conditions.txt"), 6)
    findings: dict[str, list[str]] = {}
    for line in _lines("findings.txt"):
        modality, finding = line.split(";")
        findings.setdefault(modality, []).append(finding)
    return Vocabulary(
        panels={name: tuple(analytes) for name, analytes in panels.items()},
        drugs=Words(common, _only_new(common, wide_drugs) if data else None),
        drug={**wide_drugs, **drugs},
        conditions=Words(conditions, _only_new(conditions, public_lists.diseases(data)) if data else None),
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
    for row in rows(FOLDER / "drugs.csv", ";"):
        forms, strengths = (tuple(v for v in row[c].split(s) if v) for c, s in (("forms", ","), ("strengths", "|")))
        yield Drug(row["name"], forms, strengths)
