"""What the vocabulary holds: analytes, drugs, lists of words."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

from training.made.held import Held, Split, key

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
