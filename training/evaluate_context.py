"""Measures `server.text.context` on the published ConText sentences (chapmanbe/negex, rsAnnotations, Apache-2.0).

python -m training.evaluate_context
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from medinfer.contract.vocabulary import Assertion
from server.text.context import assertions
from training.readers import data_file, read_context_sentences

FILE = "negation/context_rsAnnotations-1-120-random.txt"


@dataclass(frozen=True, slots=True)
class Scores:
    """Of one assertion against all others. ``support`` is the number of true cases."""

    support: int
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def evaluate(path: Path) -> dict[str, Scores]:
    """Scores of "negated" and "historical"; a case marked as both counts for both, though we answer only one."""
    hits = {"negated": [0, 0, 0], "historical": [0, 0, 0]}  # true, answered, both
    for case in read_context_sentences(path):
        phrase = re.search(r"\s+".join(map(re.escape, case.mention.split())), case.sentence, re.IGNORECASE)
        if phrase is None:  # 5 of 1,141: the phrase is not in its sentence
            continue
        answer = assertions(case.sentence, [phrase.span()])[0]
        for name, true in (("negated", case.negated), ("historical", case.historical)):
            answered = answer is Assertion(name)
            hits[name][0] += true
            hits[name][1] += answered
            hits[name][2] += true and answered
    return {name: Scores(t, both / max(a, 1), both / max(t, 1)) for name, (t, a, both) in hits.items()}


def main() -> None:
    scores = evaluate(data_file(FILE))
    for name, score in scores.items():
        print(
            f"{name:11} n={score.support:4} precision={score.precision:.3f} recall={score.recall:.3f} F1={score.f1:.3f}"
        )
    print(f"macro F1 {sum(s.f1 for s in scores.values()) / len(scores):.3f}")


if __name__ == "__main__":
    main()
