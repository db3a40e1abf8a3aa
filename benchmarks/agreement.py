"""How much two readings of one page agree. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np


def squeezed(lines: Sequence[str]) -> str:
    """One string without white space: readers differ in where they see a space or a line end."""
    return "".join("".join(line.split()) for line in lines)


def edit_distance(a: str, b: str) -> int:
    """Levenshtein distance: insertions, deletions and substitutions that turn ``a`` into ``b``."""
    codes = np.array([ord(c) for c in b], np.int64)
    steps = np.arange(len(b) + 1)
    row = steps.copy()
    for i, character in enumerate(a, start=1):
        best = np.empty_like(row)
        best[0] = i
        np.minimum(row[:-1] + (codes != ord(character)), row[1:] + 1, out=best[1:])
        row = np.minimum.accumulate(best - steps) + steps  # insertions: a run of them costs its length
    return int(row[-1])


def similarity(a: str, b: str) -> float:
    """1 - edit distance / length of the longer text; 1 for two empty texts."""
    return 1 - edit_distance(a, b) / max(len(a), len(b), 1)


def identical_share(a: Sequence[str], b: Sequence[str]) -> float:
    """Part of the lines (of the reading that has more) that the other has too, character by character."""
    return sum((Counter(a) & Counter(b)).values()) / max(len(a), len(b), 1)
