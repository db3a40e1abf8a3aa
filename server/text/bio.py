"""Labels of tokens -> entities in the text.

The labels are BIO (Ramshaw and Marcus 1995): ``B-x`` begins an entity of kind x, ``I-x`` goes on with it, ``O`` is
outside of all.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_EDGES = frozenset(",;:|•·*=_\"'`“”‘’")
"""Signs that belong to no entity when they stand at its edge. Not among them: + % < > ° / ± ^, which are values or
units ("<0.5", "5%", "++")."""

_TELLING = frozenset("+-%°")
"""Signs that are a result or a unit even alone."""

_BRACKETS = {"(": ")", "[": "]", "{": "}"}


class Span(NamedTuple):
    """An entity: characters ``start`` to ``end`` (Unicode code points). ``score``: its lowest token probability."""

    label: str
    start: int
    end: int
    score: float


def spans(
    text: str,
    start: NDArray[np.int32],
    end: NDArray[np.int32],
    label_id: NDArray[np.int32],
    score: NDArray[np.float32],
    labels: Sequence[str],
) -> list[Span]:
    """The entities of one text, in order; they do not overlap.

    A word has the label of its first token, so that no entity ends inside a word. ``I-x`` that goes on with nothing
    begins an entity. Spaces and punctuation at the edges are left out; an entity of nothing else is dropped.

    Args:
        text: one line or one free text. Entities do not leave it.
        start: [t] first character of each token, ascending.
        end: [t] one past its last character.
        label_id: [t] best label, an index into ``labels``.
        score: [t] its probability, 0..1.
        labels: as `medinfer.contract.vocabulary.bio_labels` gives them.
    """
    ids, scores = label_id.tolist(), score.tolist()
    starts, ends = start.tolist(), end.tolist()
    found: list[Span] = []
    open_until = -1
    for first, last in _words(text, starts, ends):
        prefix, _, kind = labels[ids[first]].partition("-")
        if not kind:
            continue
        lowest = min(s for i, s in zip(ids[first:last], scores[first:last], strict=True) if labels[i][2:] == kind)
        before = found[-1] if found else None
        if prefix == "I" and before is not None and before.label == kind and open_until == first:
            found[-1] = Span(kind, before.start, ends[last - 1], min(before.score, lowest))
        else:
            found.append(Span(kind, starts[first], ends[last - 1], lowest))
        open_until = last
    return [trimmed for span in found if (trimmed := _trim(text, span)) is not None]


def _words(text: str, starts: Sequence[int], ends: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Ranges of tokens that are one word. A number and the letters glued to it are two: "98mg/dL", "10d"."""
    first = 0
    for i in range(1, len(starts) + 1):
        if i == len(starts) or not _goes_on(text, starts[first], ends[i - 1], starts[i]):
            if i > first:
                yield first, i
            first = i


def _goes_on(text: str, word_start: int, end: int, start: int) -> bool:
    """Whether the token at ``start`` goes on with the word that reaches from ``word_start`` to ``end``."""
    if start < end:  # two tokens of one character
        return True
    if start > end or start == len(text) or not (_in_word(text[end - 1]) and _in_word(text[start])):
        return False
    return not (text[word_start:end].isdigit() and text[start].isalpha())


def _in_word(character: str) -> bool:
    """Letters, digits, and the marks that scripts such as Devanagari write as characters of their own."""
    return character.isalnum() or unicodedata.category(character)[0] == "M"


def _trim(text: str, span: Span) -> Span | None:
    start, end = span.start, span.end
    while start < end:
        first, last = text[start], text[end - 1]
        if first.isspace() or first in _EDGES or (first in ".-" and not text[start + 1 : end][:1].isdigit()):
            if first == "-" and end - start == 1:  # "-" alone is a result: negative
                break
            start += 1
        elif last.isspace() or last in _EDGES or last in ".-":
            end -= 1
        elif first in _BRACKETS and (last == _BRACKETS[first] or _BRACKETS[first] not in text[start:end]):
            start, end = start + 1, end - (last == _BRACKETS[first])
        elif last in _BRACKETS.values() and not any(b in text[start:end] for b, c in _BRACKETS.items() if c == last):
            end -= 1
        elif first in _BRACKETS.values():
            start += 1
        elif last in _BRACKETS:
            end -= 1
        else:
            break
    if not any(_in_word(c) or c in _TELLING for c in text[start:end]):
        return None
    return span._replace(start=start, end=end)
