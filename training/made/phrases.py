"""Phrases of clinical writing that several forms use: statements about conditions, findings, advice."""

from __future__ import annotations

import random
from dataclasses import dataclass

from medinfer.contract.vocabulary import Assertion
from medinfer.contract.vocabulary import DocumentLabel as L
from training.made.entries import Vocabulary
from training.made.held import Held, Split, every
from training.made.text import Text, filled, tag
from training.made.truth import ConditionTruth, MedicationTruth, Truth
from training.made.wording import Wording

_WORDING = Wording.of("phrases")


@dataclass(slots=True)
class Writer:
    """Fills templates and writes down what they say.

    Holes: {c} condition, {s} symptom, {d} drug, {n} a small number. Conditions and symptoms are labelled and enter the
    truth with the assertion of the template, drugs with their name alone.
    """

    rng: random.Random
    split: Split
    words: Vocabulary
    truth: Truth

    def fill(self, template: str, assertion: Assertion = Assertion.PRESENT) -> Text:
        return filled(template, lambda hole: self._content(hole, assertion))

    def statement(self, options: Held[tuple[str, Assertion]]) -> Text:
        template, assertion = options.pick(self.rng, self.split)
        return self.fill(template, assertion)

    def condition(self, *, assertion: Assertion = Assertion.PRESENT) -> Text:
        return self.fill("{c}", assertion)

    def _content(self, hole: str, assertion: Assertion) -> Text:
        if hole == "n":
            return Text(str(self.rng.randint(2, 10)))
        if hole == "d":
            name = self.words.drugs.pick(self.rng, self.split)
            self.truth.medications.append(MedicationTruth(name))
            return tag(L.DRUG, name)
        if hole == "s":
            text = self.words.symptoms.pick(self.rng, self.split)
        else:
            text = self.words.conditions.pick(self.rng, self.split)
            text = self.rng.choice((text, text, text.lower(), text.upper()))
        self.truth.conditions.append(ConditionTruth(text, assertion))
        return tag(L.CONDITION, text)


_P, _N, _H, _F, _Q = (Assertion.PRESENT, Assertion.NEGATED, Assertion.HISTORICAL, Assertion.FAMILY, Assertion.POSSIBLE)

HISTORY: Held[tuple[str, Assertion]] = every(_WORDING.statements("history"), 7)
COMPLAINTS: Held[tuple[str, Assertion]] = every(_WORDING.statements("complaints"), 6)
DIAGNOSES: Held[tuple[str, Assertion]] = every(_WORDING.statements("diagnoses"), 6)
COURSE: Held[tuple[str, Assertion]] = every(_WORDING.statements("course"), 6)
EXAMINATION = every(_WORDING.words("examination"), 6)
ADVICE = every(_WORDING.words("advice"), 6)
