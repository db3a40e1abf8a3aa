"""Where a long clinical text may be cut."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

_INSIDE, _WORD, _CLAUSE, _SENTENCE = range(4)

_ABBREVIATION = re.compile(
    r"[a-z]|dr|mr|mrs|ms|prof|st|no|tabs?|caps?|inj|syr|susp|oint|vs|approx|resp|wt|ht|temp|dept|hosp|fig|eg|ie|etc|al"
    r"|(?:[a-z]\.)+[a-z]"  # i.e, a.m, t.d.s, k.c.o
)
"""After these a full stop ends no sentence. Clinical shorthand ends few sentences with a verb, many with these."""

_BREAKS = re.compile(r"\n\s*|(?P<word>[\w.]*)(?P<stop>[.!?])[\"')\]]*\s+(?=[A-Z0-9\"'(\[\-*•])|[;,]\s+")


def cut(text: str, start: NDArray[np.int32], end: NDArray[np.int32], limit: int) -> list[slice]:
    """Cut the tokens of a text into pieces of at most ``limit``.

    A piece ends with a sentence or a line where it can, else after a comma, else between words. Pieces are as long
    as they can be: neighbouring sentences help to read each other.

    Args:
        text: the text.
        start: [t] first character of each token, ascending.
        end: [t] one past its last character.
        limit: tokens; 1 at least.

    Returns:
        Consecutive slices that cover all tokens; none for a text without tokens.
    """
    count = len(start)
    places = [0]
    strength = _strengths(text, start, end) if count > limit else None
    while strength is not None and count - places[-1] > limit:
        first = places[-1]
        # Not in the first quarter: pieces would become many and short.
        window = strength[first + max(1, limit // 4) : first + limit + 1]
        best = np.flatnonzero(window == window.max())[-1]
        places.append(first + max(1, limit // 4) + int(best))
    return [slice(a, b) for a, b in pairwise([*places, count])] if count else []


def _strengths(text: str, start: NDArray[np.int32], end: NDArray[np.int32]) -> NDArray[np.int8]:
    """[t] how good a cut before each token is."""
    strength = np.full(len(start), _INSIDE, np.int8)
    strength[1:][start[1:] > end[:-1]] = _WORD
    for match in _BREAKS.finditer(text):
        token = int(np.searchsorted(start, match.end()))
        if token < len(start):
            strength[token] = max(strength[token], _kind(text, match))
    return strength


def _kind(text: str, match: re.Match[str]) -> int:
    if match["stop"] is not None:
        abbreviated = match["stop"] == "." and _ABBREVIATION.fullmatch(match["word"].lower())
        return _WORD if abbreviated else _SENTENCE
    if match[0].startswith("\n"):
        # A line that goes on in lower case was wrapped.
        wrapped = match[0].count("\n") == 1 and text[match.end() : match.end() + 1].islower()
        return _WORD if wrapped else _SENTENCE
    return _CLAUSE
