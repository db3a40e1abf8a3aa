"""Printed numbers and reference ranges as intervals, and the flag that follows from them. Pure.

    "13.0 - 17.0"  "13 to 17"  "< 200"  "Up to 5"  "> 40"  "≥ 60 mL/min"

Both a value and a range are intervals: "<0.01" is everything below 0.01, "2-3" (cells per field) is from 2 to 3. A
value is flagged only where every number that it may stand for gives the same answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import inf
from typing import Literal

Flag = Literal["low", "normal", "high"]
Sex = Literal["female", "male", "other"]

# Digits grouped by threes, or in the Indian way (1,50,000).
_NUMBER = r"[-+−]?(?:\d{1,3}(?:,\d{2,3})+|\d+)(?:\.\d+)?|[-+−]?\.\d+"
_TO = r"(?:-|–|—|−|~|to)"
_BELOW = (
    r"(?:<=|=<|≤|<|up\s*to|at\s+most|max(?:imum)?\b\.?:?|not?\s+(?:more|greater|higher)\s+than|not\s+(?:above|over|exceeding)"
    r"|(?:less|lower)\s+than(?:\s+or\s+equal\s+to)?|below|under)"
)
_ABOVE = (
    r"(?:>=|=>|≥|>|at\s+least|min(?:imum)?\b\.?:?|not?\s+(?:less|lower)\s+than|not\s+(?:below|under)"
    r"|(?:more|greater|higher)\s+than(?:\s+or\s+equal\s+to)?|above|over)"
)
_CLOSED = re.compile(r".*[=≤≥]|up|at|max|min|no|.*equal", re.IGNORECASE)
"""Bounds that include their number: "up to 5" does, "less than 5" does not."""
_NEGATION = re.compile(r"\b(?:no|not|never|nor)\b", re.IGNORECASE)
_INTERVAL = re.compile(
    rf"(?<![\w.,/^-])(?P<low>{_NUMBER})\s*{_TO}\s*(?P<high>{_NUMBER})(?![\d.,]*\s*[-–/]\s*\d)(?![\d^])"
    rf"|(?P<sign>{_BELOW}|{_ABOVE})\s*(?P<bound>{_NUMBER})(?![\d^])",
    re.IGNORECASE,
)
_SEX_MARK = re.compile(r"\b(?:(?P<female>females?|women|woman|f)|(?:males?|men|man|m))\b\s*[:=-]?", re.IGNORECASE)
_PLAIN = re.compile(rf"(?P<number>{_NUMBER})")
_MARK = re.compile(r"^(?:[HL*↑↓]+\s+)|\s*[\[(]?(?:\b(?:H|L|HIGH|LOW)\b|[*↑↓])+[\])]?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Interval:
    """From ``low`` to ``high``. An open end excludes its number."""

    low: float
    high: float
    low_open: bool = False
    high_open: bool = False

    def below(self, other: Interval) -> bool:
        """Whether every number of this interval is smaller than every number of the other."""
        return self.high < other.low or (self.high == other.low and (self.high_open or other.low_open))

    def within(self, other: Interval) -> bool:
        low = self.low > other.low or (self.low == other.low and (self.low_open or not other.low_open))
        high = self.high < other.high or (self.high == other.high and (self.high_open or not other.high_open))
        return low and high


def flag(value: str, reference_range: str | None, sex: Sex | None = None) -> Flag | None:
    """Where ``value`` lies by the printed range; None where either is no number or the answer is not certain.

    ``sex``: whose range counts where one is printed for each ("M: 13-17 F: 12-15").
    """
    numbers = parse_value(value)
    reference = parse_range(reference_range, sex) if reference_range else None
    if numbers is None or reference is None:
        return None
    if numbers.below(reference):
        return "low"
    if reference.below(numbers):
        return "high"
    return "normal" if numbers.within(reference) else None


def parse_value(text: str) -> Interval | None:
    """A result as printed ("13.5", "H 13.5", "< 0.01", "2-3", "1,50,000"); None for others ("Positive", "1:80")."""
    bare = _MARK.sub("", text.strip()).strip()
    if match := _PLAIN.fullmatch(bare):
        number = _to_float(match["number"])
        return Interval(number, number)
    match = _INTERVAL.fullmatch(bare)
    return _interval(match) if match else None


def parse_range(text: str, sex: Sex | None = None) -> Interval | None:
    """A printed reference range. None where it states none, several of which ``sex`` does not choose one, or one with
    a negation that is not understood."""
    part = _of_sex(text, sex)
    found = list(_INTERVAL.finditer(part))
    if len(found) != 1 or _NEGATION.search(part[: found[0].start()] + " " + part[found[0].end() :]):
        return None
    return _interval(found[0])


def with_negation(text: str, before: str) -> str:
    """``text`` with the negation that ``before`` ends with: a range that lost its "not" would say the opposite."""
    words = before.split()
    return f"{words[-1]} {text}" if words and _NEGATION.fullmatch(words[-1]) else text


def _of_sex(text: str, sex: Sex | None) -> str:
    """The part of the text that is for this sex; all of it where it does not speak of both."""
    marks = {("female" if m["female"] else "male"): m for m in _SEX_MARK.finditer(text)}
    if len(marks) < 2 or sex not in marks:
        return text
    start = marks[sex].end()
    return text[start : min((m.start() for m in marks.values() if m.start() > start), default=len(text))]


def _interval(match: re.Match[str]) -> Interval | None:
    if match["sign"] is None:
        low, high = _to_float(match["low"]), _to_float(match["high"])
        return Interval(low, high) if low <= high else None
    bound, sign = _to_float(match["bound"]), match["sign"]
    closed = _CLOSED.match(sign) is not None
    if re.fullmatch(_BELOW, sign, re.IGNORECASE):
        return Interval(-inf, bound, low_open=True, high_open=not closed)
    return Interval(bound, inf, low_open=not closed, high_open=True)


def _to_float(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-"))
