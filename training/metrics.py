"""Measures of the text models: strict entities, macro F1, calibration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Span = tuple[int, int, str]
"""First position, one past the last, label."""


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of one label: true (gold), answered, and answered rightly."""

    gold: int
    answered: int
    right: int

    @property
    def precision(self) -> float:
        return self.right / self.answered if self.answered else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        total = self.gold + self.answered
        return 2 * self.right / total if total else 0.0


def bio_spans(labels: Sequence[str]) -> list[Span]:
    """Entities in a sequence of BIO labels, in order; an I that continues nothing opens an entity (as CoNLL's)."""
    spans: list[Span] = []
    begin, current = 0, ""
    for position, label in enumerate((*labels, "O")):
        prefix, _, name = label.partition("-")
        if current and (prefix != "I" or name != current):
            spans.append((begin, position, current))
            current = ""
        if name and not current:
            begin, current = position, name
    return spans


def entity_scores(gold: Iterable[Collection[Span]], answered: Iterable[Collection[Span]]) -> dict[str, Score]:
    """Strict match (label and both borders) for each label of either side, and ``"all"`` (micro).

    ``gold`` and ``answered`` hold one collection of spans for each text, in the same order.
    """
    counts: Mapping[str, Counter[str]] = {"gold": Counter(), "answered": Counter(), "right": Counter()}
    for true, found in zip(gold, answered, strict=True):
        for key, spans in (("gold", set(true)), ("answered", set(found)), ("right", set(true) & set(found))):
            counts[key].update(s[2] for s in spans)
    labels = sorted({*counts["gold"], *counts["answered"]})
    scores = {x: Score(counts["gold"][x], counts["answered"][x], counts["right"][x]) for x in labels}
    total = Score(*(sum(counts[key].values()) for key in ("gold", "answered", "right")))
    return {**scores, "all": total}


def macro_f1(gold: Sequence[int], answered: Sequence[int]) -> float:
    """Mean F1 of the classes that occur on either side."""
    classes = sorted({*gold, *answered})
    scores = [
        Score(
            sum(g == c for g in gold),
            sum(a == c for a in answered),
            sum(g == a == c for g, a in zip(gold, answered, strict=True)),
        )
        for c in classes
    ]
    return sum(s.f1 for s in scores) / len(scores) if scores else 0.0


def softmax(logits: NDArray[np.floating[Any]], temperature: float = 1.0) -> NDArray[np.float64]:
    """float64 [n, classes] of logits [n, classes] divided by ``temperature``."""
    scaled = np.asarray(logits, np.float64) / temperature
    scaled -= scaled.max(axis=-1, keepdims=True)
    exponents = np.exp(scaled)
    return np.asarray(exponents / exponents.sum(axis=-1, keepdims=True))


def calibration_error(probabilities: NDArray[np.floating[Any]], gold: Sequence[int], bins: int = 15) -> float:
    """Expected calibration error (Naeini et al. 2015) of the best class, over ``bins`` equal bins of its score.

    ``probabilities`` is [n, classes].
    """
    score, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == np.asarray(gold)
    edges = np.minimum((score * bins).astype(int), bins - 1)
    gaps = [abs(score[edges == b].sum() - right[edges == b].sum()) for b in range(bins)]
    return float(sum(gaps) / max(len(score), 1))


def fit_temperature(logits: NDArray[np.floating[Any]], gold: Sequence[int]) -> float:
    """The temperature (0.05 to 20) with the least negative log likelihood on dev data (Guo et al. 2017).

    The likelihood has one minimum in the temperature: a golden-section search over its logarithm finds it.
    """
    rows, classes = np.arange(len(gold)), np.asarray(gold)

    def loss(log_temperature: float) -> float:
        chosen = softmax(logits, float(np.exp(log_temperature)))[rows, classes]
        return float(-np.log(np.maximum(chosen, 1e-12)).mean())

    low, high, golden = float(np.log(0.05)), float(np.log(20.0)), (np.sqrt(5) - 1) / 2
    while high - low > 1e-4:
        left, right = high - golden * (high - low), low + golden * (high - low)
        low, high = (low, right) if loss(left) < loss(right) else (left, high)
    return float(np.exp((low + high) / 2))
