"""Characters with boxes -> lines of text. Pure.

A line ends where its row does, and at a gap wider than about one em: the cells of a table are lines of their own,
as they are for OCR.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from server.documents.pages import Corners, TextLine

COLUMN_GAP_EM = 1.0
"""A wider gap between two characters separates two lines."""

SPACE_GAP_EM = 0.2
"""A wider gap is a space even where the file has none (it may position words instead). A space is 0.25 em."""

BACKWARD_EM = 0.5
"""A character that starts further left of the last one's end belongs to another run."""

SAME_ROW_EM = 0.5
"""Runs whose centres are closer share a row: wide enough for sub- and superscripts (10³, m²)."""

_LIGATURES = {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\ufb05": "st"}
_LIGATURES["\ufb06"] = "st"
_PDFIUM_HYPHEN = "\x02"
_ALIASES = {_PDFIUM_HYPHEN: "-", "\u00ad": "-", "\u2010": "-", "\u2011": "-", **_LIGATURES}
_IGNORED = {"\u200b", "\u200c", "\u200d", "\u2060", "\ufeff"}


@dataclass(frozen=True, slots=True)
class Character:
    """One character of a page as a viewer shows it; box in px, y down.

    ``quarter_turns``: of the text, clockwise; 0 reads from left to right.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    quarter_turns: int = 0


@dataclass(slots=True)
class _Run:
    """Characters that follow each other on one row. Boxes are those of the upright text."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def em(self) -> float:
        return self.bottom - self.top

    @property
    def centre(self) -> float:
        return (self.top + self.bottom) / 2

    def append(self, other: _Run, *, space: bool) -> None:
        self.text += (" " if space else "") + other.text
        self.left, self.right = min(self.left, other.left), max(self.right, other.right)
        self.top, self.bottom = min(self.top, other.top), max(self.bottom, other.bottom)


def is_readable(characters: Iterable[str], *, min_characters: int, max_unmapped: float) -> bool:
    """Whether a text layer is worth having: enough characters, of which few have no Unicode meaning."""
    printable = [c for c in characters if not c.isspace() and c not in _IGNORED]
    unmapped = sum(map(is_unmapped, printable))
    return len(printable) - unmapped >= min_characters and unmapped <= max_unmapped * len(printable)


def is_unmapped(character: str) -> bool:
    """Control, private use, surrogate and replacement characters: a font without a usable Unicode map."""
    code = ord(character)
    return (
        (code < 0x20 and character not in _ALIASES and not character.isspace())
        or 0x7F <= code < 0xA0
        or 0xD800 <= code <= 0xF8FF
        or code >= 0xF0000
        or character in "\ufffd\uffff\ufffe"
    )


def page_turn(characters: Sequence[Character]) -> int:
    """Quarter turns clockwise that make most of the text upright."""
    if not characters:
        return 0
    return -Counter(c.quarter_turns for c in characters).most_common(1)[0][0] % 4


def text_lines(characters: Sequence[Character], width: float, height: float) -> list[TextLine]:
    """The lines of a page of ``width`` x ``height`` px, in the order of the file.

    Text that stands sideways or upside down is read in its own direction; corners are always the page's.
    """
    lines = []
    for turns in sorted({c.quarter_turns for c in characters}):
        upright = turned([c for c in characters if c.quarter_turns == turns], -turns, width, height)
        turned_size = (height, width) if turns % 2 else (width, height)
        for run in _joined(_runs(upright)):
            box = turn_box((run.left, run.top, run.right, run.bottom), turns, *turned_size)
            lines.append(TextLine(run.text, _corners(*box)))
    return lines


def turned(characters: Iterable[Character], turns: int, width: float, height: float) -> list[Character]:
    """The characters after their page of ``width`` x ``height`` px was turned clockwise."""
    return [
        Character(
            c.text, *turn_box((c.left, c.top, c.right, c.bottom), turns, width, height), (c.quarter_turns + turns) % 4
        )
        for c in characters
    ]


def turn_box(
    box: tuple[float, float, float, float], turns: int, width: float, height: float
) -> tuple[float, float, float, float]:
    """The box (left, top, right, bottom) after the page of ``width`` x ``height`` was turned clockwise."""
    for _ in range(turns % 4):
        left, top, right, bottom = box
        box = (height - bottom, left, height - top, right)
        width, height = height, width
    return box


def _corners(left: float, top: float, right: float, bottom: float) -> Corners:
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def _runs(characters: Iterable[Character]) -> list[_Run]:
    runs: list[_Run] = []
    last: Character | None = None
    space = False
    for character in characters:
        if character.text.isspace():
            space = True
            continue
        if character.text in _IGNORED or is_unmapped(character.text):
            continue
        text = _ALIASES.get(character.text, character.text)
        run = _Run(text, character.left, character.top, character.right, character.bottom)
        if last is not None and last.text == character.text and _same_place(last, character):
            continue  # printed twice, a pixel apart: bold without a bold font
        if last is not None and _follows(last, character):
            runs[-1].append(run, space=space or character.left - last.right > SPACE_GAP_EM * _em(last, character))
        else:
            runs.append(run)
        last, space = character, False
    return runs


def _same_place(a: Character, b: Character) -> bool:
    near = 0.1 * (a.bottom - a.top)
    return abs(a.left - b.left) < near and abs(a.top - b.top) < near


def _em(a: Character, b: Character) -> float:
    return max(a.bottom - a.top, b.bottom - b.top, 1e-6)


def _follows(last: Character, character: Character) -> bool:
    em = _em(last, character)
    gap = character.left - last.right
    apart = abs(last.top + last.bottom - character.top - character.bottom) / 2
    return -BACKWARD_EM * em <= gap <= COLUMN_GAP_EM * em and apart <= SAME_ROW_EM * em


def _joined(runs: list[_Run]) -> list[_Run]:
    """Join runs that touch on one row though the file holds them apart (text drawn word by word, out of order)."""
    rows: list[list[_Run]] = []
    for run in sorted(runs, key=lambda r: r.centre):
        row = rows[-1] if rows else []
        if row and run.centre - statistics.fmean(r.centre for r in row[-8:]) <= SAME_ROW_EM * min(run.em, row[-1].em):
            row.append(run)
        else:
            rows.append([run])
    joined = []
    for row in rows:
        line: _Run | None = None
        for run in sorted(row, key=lambda r: r.left):
            gap_em = (run.left - line.right) / max(line.em, run.em, 1e-6) if line else 0.0
            if line is not None and -BACKWARD_EM <= gap_em <= COLUMN_GAP_EM:
                line.append(run, space=gap_em > SPACE_GAP_EM)
            else:
                line = run
                joined.append(line)
    return joined
