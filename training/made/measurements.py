"""Vitals, and results of tests in running text."""

from __future__ import annotations

import random
from collections.abc import Callable

from medinfer.contract.vocabulary import DocumentLabel as L
from training.made.entries import Vocabulary
from training.made.held import Held, Split, shared
from training.made.lab_report import BETWEEN, LOWER, UPPER, NumberStyle, sample_value
from training.made.text import Text, tag
from training.made.truth import ObservationTruth, Truth

_VITALS: tuple[tuple[str, Held[str], tuple[str, ...], Callable[[random.Random], str]], ...] = (
    (
        "85354-9",
        shared(["BP", "B.P.", "Blood Pressure", "Bp", "B/P"]),
        ("mmHg", "mm of Hg", "mm Hg", ""),
        lambda r: f"{r.randint(100, 170)}/{r.randint(60, 100)}",
    ),
    (
        "8867-4",
        shared(["Pulse", "PR", "P", "Pulse rate", "HR", "PULSE"]),
        ("/min", "bpm", "beats/min", ""),
        lambda r: str(r.randint(58, 120)),
    ),
    (
        "8310-5",
        shared(["Temp", "Temperature", "T", "Temp.", "TEMP"]),
        ("°F", "F", "deg F", "° F"),
        lambda r: f"{r.uniform(97, 103):.1f}",
    ),
    (
        "59408-5",
        shared(["SpO2", "SPO2", "Spo2", "O2 sat", "Saturation"]),
        ("%", "% RA", "% on RA"),
        lambda r: str(r.randint(90, 100)),
    ),
    (
        "9279-1",
        shared(["RR", "Resp. rate", "R.R.", "Respiratory rate"]),
        ("/min", "cpm", "/ min"),
        lambda r: str(r.randint(12, 28)),
    ),
    (
        "29463-7",
        shared(["Weight", "Wt", "Wt.", "Body weight", "WT"]),
        ("kg", "Kg", "kgs"),
        lambda r: f"{r.randint(10, 98)}",
    ),
    ("8302-2", shared(["Height", "Ht", "Ht.", "HEIGHT"]), ("cm", "cms"), lambda r: str(r.randint(90, 185))),
)
_VITAL_JOIN = shared([", ", "  ", "; ", "   ", " | ", " / "])
_VITAL_SEPARATOR = shared([": ", " ", " - ", "-", " : ", ":", " = "])


def vitals(rng: random.Random, split: Split, truth: Truth) -> list[Text]:
    """Some vitals, each as a text of its own."""
    separator = _VITAL_SEPARATOR.pick(rng, split)
    chosen = sorted(rng.sample(range(len(_VITALS)), rng.randint(2, 5)))
    texts = []
    for i in chosen:
        code, names, units, draw = _VITALS[i]
        name, value, unit = names.pick(rng, split), draw(rng), rng.choice(units)
        truth.observations.append(ObservationTruth(name, value, unit or None, None, code))
        texts.append(
            tag(L.TEST, name)
            + separator
            + tag(L.VALUE, value)
            + (rng.choice(("", " ")) if unit else "")
            + tag(L.UNIT, unit)
        )
    return texts


def vitals_line(rng: random.Random, split: Split, truth: Truth) -> Text:
    joiner = _VITAL_JOIN.pick(rng, split)
    first, *rest = vitals(rng, split, truth)
    for text in rest:
        first = first + joiner + text
    return first


def results(rng: random.Random, split: Split, words: Vocabulary, truth: Truth, sex: str, count: int) -> list[Text]:
    """Lab results in running text: "Hb - 10.2 gm%"."""
    analytes = [a for panel in words.panels.values() for a in panel if a.names.of(split)]
    separator = _VITAL_SEPARATOR.pick(rng, split)
    style = NumberStyle(
        BETWEEN.pick(rng, split), UPPER.pick(rng, split), LOWER.pick(rng, split), "{m} {f}", "", "", False, False
    )
    texts = []
    for analyte in rng.sample(analytes, min(count, len(analytes))):
        name, value = analyte.names.pick(rng, split), sample_value(rng, analyte, sex, style)[0]
        unit = rng.choice((*analyte.units, "")) if analyte.units else ""
        truth.observations.append(ObservationTruth(name, value, unit or None, None, analyte.loinc))
        texts.append(
            tag(L.TEST, name)
            + separator
            + tag(L.VALUE, value)
            + (rng.choice(("", " ")) if unit else "")
            + tag(L.UNIT, unit)
        )
    return texts
