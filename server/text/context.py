"""What a text says of a mention: present, negated, possible, historical, or about the family.

NegEx (Chapman et al. 2001, "A Simple Algorithm for Identifying Negated Findings") and ConText (Harkema et al. 2009):
trigger phrases open a scope over the mentions after (or before) them, which ends at the sentence's end or at a phrase
that starts another statement. The phrases are in `server.text.triggers`.

Where several scopes hold a mention, the first of this order decides (`Cue`):
affirmed ("cough +") > negated > family > possible > current ("since 3 days") > historical > nothing: present.
So "no h/o DM" and "no family history of DM" are negated, "?old MI" is possible, "h/o fever since 3 days" is present.

Our rules beyond the papers, for the shorthand of Indian case notes:
- Scopes cross commas ("No h/o Dm2, htn" negates both), but a trigger that opens a comma's part starts a new statement
  ("no fever, h/o TB": TB is historical).
- Phrases marked ``TO_COMMA`` reach to the next comma only ("?LRTI, adv CXR").
- A stop that follows its trigger at once belongs to it ("no c/o fever", "not a k/c/o DM").
- What may come to pass ("review if fever") is possible: the contract has no hypothetical.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from medinfer.contract.vocabulary import Assertion
from server.text.triggers import TRIGGERS, Cue, Reach, Trigger

_ASSERTION = {
    Cue.AFFIRMED: Assertion.PRESENT,
    Cue.NEGATED: Assertion.NEGATED,
    Cue.FAMILY: Assertion.FAMILY,
    Cue.POSSIBLE: Assertion.POSSIBLE,
    Cue.CURRENT: Assertion.PRESENT,
    Cue.HISTORICAL: Assertion.HISTORICAL,
}
_COMMA = Trigger(None, Reach.COMMA)
_SENTENCE_END = Trigger(None, Reach.STOP)
_QUERY_BEFORE = Trigger(Cue.POSSIBLE, Reach.AFTER_TO_COMMA)
_QUERY_AFTER = Trigger(Cue.POSSIBLE, Reach.BEFORE_TO_COMMA)
_YEAR = Trigger(Cue.HISTORICAL, Reach.BEFORE_TO_COMMA)
_LASTING = Trigger(Cue.CURRENT, Reach.BEFORE_TO_COMMA)
_BY_GROUP = {
    "comma": _COMMA,
    "end": _SENTENCE_END,
    "query_before": _QUERY_BEFORE,
    "query_after": _QUERY_AFTER,
    "year": _YEAR,
    "lasting": _LASTING,
}
_LOWER = {c: c + 32 for c in range(ord("A"), ord("Z") + 1)}
"""ASCII only: `str.lower` can change a text's length ("İ"), and positions must hold."""
_ARTICLES = frozenset(("", "a", "an", "any", "the", "significant"))


class _Mark(NamedTuple):
    """One trigger in the text, characters ``start`` to ``end``."""

    start: int
    end: int
    trigger: Trigger


def _pattern(phrases: Iterable[str]) -> str:
    """One expression for all phrases, longest first, as a tree of their letters.

    A flat alternation of the 1,400 phrases took 2,200 µs for a line of 99 characters; the tree takes 80.
    """
    branches: dict[str, list[str]] = {}
    for phrase in sorted(set(phrases)):
        branches.setdefault(phrase[:1], []).append(phrase)
    ends = "" in branches
    choices = []
    for letter, members in branches.items():
        if letter:
            boundary = r"(?!\w)" if letter.isalnum() else ""
            rest = _pattern(p[1:] for p in members)
            if rest.endswith("|)"):  # a phrase ends here: not in the middle of a word
                rest = f"{rest[:-2]}|{boundary})" if rest != "(?:|)" else boundary
            choices.append(_LETTER.get(letter, re.escape(letter)) + rest)
    return "(?:" + "|".join(choices) + ("|)" if ends else ")")


_LETTER = {" ": r"\s+", "/": r"\s?/\s?"}
_FROM_LETTER = _pattern(p for p in TRIGGERS if p[0].isalnum())
_FROM_SIGN = _pattern(p for p in TRIGGERS if not p[0].isalnum())
_MARK = re.compile(
    rf"(?P<phrase>(?<!\w){_FROM_LETTER}|{_FROM_SIGN})"
    r"|(?P<year>\bin\s(?:19|20)\d\d\b)"
    r"|(?P<lasting>(?<!\w)x\s?\d+\s?(?:/7|/52|(?:d|days?|wks?|weeks?|hrs?|hours?)\b))"
    r"|(?P<query_before>(?<![^\s(,:/\-])\?+\s?(?=\w))"
    r"|(?P<query_after>\?)"
    r"|(?P<comma>,(?!\d))"
    r"|(?P<end>[.!](?=\s|$)|[;\n])"
)


def assertions(text: str, spans: Sequence[tuple[int, int]]) -> list[Assertion]:
    """The assertion of each mention in a text.

    Args:
        text: one or more sentences; a line break ends a statement.
        spans: ``[start, end)`` of each mention, in Unicode code points, in any order; they may overlap.

    Returns:
        One `Assertion` for each span, in the order of ``spans``.
    """
    if not spans:
        return []
    folded = text.translate(_LOWER)
    marks = list(_marks(folded))
    cues: list[set[Cue]] = [set() for _ in spans]
    _sweep_forward(folded, marks, spans, cues)
    _sweep_backward(marks, spans, cues)
    return [_ASSERTION[min(found)] if found else Assertion.PRESENT for found in cues]


def _marks(folded: str) -> Iterator[_Mark]:
    for match in _MARK.finditer(folded):
        if match.lastgroup == "phrase":
            phrase = " ".join(match.group().split()).replace(" /", "/").replace("/ ", "/")
            trigger = TRIGGERS[phrase]
        else:
            trigger = _BY_GROUP[match.lastgroup or ""]
        if trigger.reach is Reach.IGNORED:
            continue
        yield _Mark(match.start(), match.end(), trigger)
        if trigger is _QUERY_AFTER:
            yield _Mark(match.start(), match.end(), _SENTENCE_END)


def _sweep_forward(
    folded: str, marks: Sequence[_Mark], spans: Sequence[tuple[int, int]], cues: Sequence[set[Cue]]
) -> None:
    """Left to right: each mention gets the scopes that are open at its start."""
    open_scopes: dict[Cue, Reach] = {}
    opened_at = comma_at = -1
    upcoming = iter(marks)
    mark = next(upcoming, None)
    for index in sorted(range(len(spans)), key=lambda i: spans[i][0]):
        while mark is not None and mark.start <= spans[index][0]:
            cue, reach = mark.trigger
            if reach is Reach.COMMA:
                comma_at = mark.end
                _close(open_scopes, Reach.AFTER_TO_COMMA)
            elif reach is Reach.STOP:
                if opened_at < 0 or folded[opened_at : mark.start].strip() not in _ARTICLES:
                    open_scopes.clear()
            elif reach is Reach.STOP_FAMILY:
                open_scopes.pop(Cue.FAMILY, None)
            elif reach in (Reach.AFTER, Reach.AFTER_TO_COMMA) and cue is not None:
                if comma_at >= 0 and not folded[comma_at : mark.start].strip():
                    open_scopes.clear()
                open_scopes[cue] = reach
                opened_at = mark.end
            mark = next(upcoming, None)
        cues[index].update(open_scopes)


def _sweep_backward(marks: Sequence[_Mark], spans: Sequence[tuple[int, int]], cues: Sequence[set[Cue]]) -> None:
    """Right to left: each mention gets the scopes of the triggers after it."""
    open_scopes: dict[Cue, Reach] = {}
    upcoming = reversed(marks)
    mark = next(upcoming, None)
    for index in sorted(range(len(spans)), key=lambda i: spans[i][1], reverse=True):
        while mark is not None and mark.start >= spans[index][1]:
            cue, reach = mark.trigger
            if reach is Reach.COMMA:
                _close(open_scopes, Reach.BEFORE_TO_COMMA)
            elif reach is Reach.STOP:
                open_scopes.clear()
            elif reach in (Reach.BEFORE, Reach.BEFORE_TO_COMMA) and cue is not None:
                open_scopes[cue] = reach
            mark = next(upcoming, None)
        cues[index].update(open_scopes)


def _close(open_scopes: dict[Cue, Reach], reach: Reach) -> None:
    for cue in [c for c, r in open_scopes.items() if r is reach]:
        del open_scopes[cue]
