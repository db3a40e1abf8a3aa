"""A made document as a reader sees it: lines of text with boxes and labels, with or without the noise of OCR.

OCR noise is applied to lines, not to pixels: characters that are taken for each other, lost spaces, cells that are read
as one or cut in two, lines that are missed, boxes that are off, pages that lie askew.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from training.made.layout import MadeDocument, Page
from training.made.text import Span, Text

PIXELS_PER_POINT = 200 / 72


@dataclass(frozen=True, slots=True)
class Line:
    """One line: labelled text, its four corners (x, y) in px (top left, top right, bottom right, bottom left), page."""

    text: Text
    box: tuple[tuple[float, float], ...]
    page: int


def boxes(lines: Sequence[Line]) -> NDArray[np.float32]:
    """[n, 4, 2] px."""
    return np.array([line.box for line in lines], np.float32).reshape(-1, 4, 2)


def pages(lines: Sequence[Line]) -> NDArray[np.int32]:
    """[n] page of each line."""
    return np.array([line.page for line in lines], np.int32)


def clean(document: MadeDocument) -> list[Line]:
    """The lines as a PDF's text layer gives them, in reading order."""
    found = []
    for number, page in enumerate(document.pages):
        for cell in sorted(page.cells, key=lambda c: (round(c.y), c.x)):
            x0, y0, x1, y1 = (v * PIXELS_PER_POINT for v in cell.box)
            found.append(Line(cell.text, ((x0, y0), (x1, y0), (x1, y1), (x0, y1)), number))
    return found


CONFUSIONS = {
    "0": "O",
    "O": "0",
    "1": "l",
    "l": "1",
    "I": "l",
    "5": "S",
    "S": "5",
    "8": "B",
    "B": "8",
    "rn": "m",
    "m": "rn",
    "g": "q",
    "e": "c",
    "c": "e",
    "µ": "u",
    "°": "o",
    ".": ",",
    ",": ".",
    ":": ";",
    "-": "~",
    "/": "l",
    "i": "í",
    "a": "o",
    "t": "f",
    "h": "b",
    "2": "Z",
    "6": "G",
}


@dataclass(frozen=True, slots=True)
class Noise:
    """How bad the reading is: rates per character, line or pair of neighbours; degrees; share of a line's height."""

    character: float = 0.008
    lost_space: float = 0.02
    lost_line: float = 0.01
    joined: float = 0.06
    cut: float = 0.05
    skew_degrees: float = 1.5
    jitter: float = 0.08


def noisy(document: MadeDocument, rng: random.Random, noise: Noise) -> list[Line]:
    """The lines as OCR of a scan might give them. Labels follow their characters."""
    lines = clean(document)
    lines = _joined(lines, rng, noise)
    lines = [piece for line in lines for piece in _cut(line, rng, noise)]
    lines = [replace(line, text=_misread(line.text, rng, noise)) for line in lines if rng.random() >= noise.lost_line]
    angle = math.radians(rng.uniform(-noise.skew_degrees, noise.skew_degrees))
    placed = [replace(line, box=_moved(line.box, document.pages[line.page], angle, rng, noise)) for line in lines]
    return [line for line in placed if line.text.text.strip()]


def _joined(lines: list[Line], rng: random.Random, noise: Noise) -> list[Line]:
    """Neighbours of a row, read as one line. Only where the gap is narrow, as a detector does."""
    result: list[Line] = []
    for line in lines:
        last = result[-1] if result else None
        if last is not None and last.page == line.page and abs(last.box[0][1] - line.box[0][1]) < 4:
            gap = line.box[0][0] - last.box[1][0]
            height = line.box[3][1] - line.box[0][1]
            chance = 0.9 if gap < 0.5 * height else noise.joined if gap < 2.5 * height else 0.0
            if gap > -height and rng.random() < chance:
                box = (last.box[0], line.box[1], line.box[2], last.box[3])
                result[-1] = Line(last.text + rng.choice((" ", " ", "")) + line.text, box, line.page)
                continue
        result.append(line)
    return result


def _cut(line: Line, rng: random.Random, noise: Noise) -> list[Line]:
    """A line in two boxes, cut at a space that is wide on paper or follows a colon."""
    content = line.text.text
    spaces = [
        i
        for i, c in enumerate(content)
        if c == " " and 0 < i < len(content) - 1 and (content[i - 1] in ":-;" or content[i + 1] == " ")
    ]
    if not spaces or rng.random() >= noise.cut * 4:
        return [line]
    place = rng.choice(spaces)
    share = place / len(content)
    (x0, y0), (x1, _), _, (_, y1) = line.box
    middle = x0 + (x1 - x0) * share
    left, right = line.text.part(0, place), line.text.part(place + 1, len(content))
    pieces = [
        Line(left, ((x0, y0), (middle, y0), (middle, y1), (x0, y1)), line.page),
        Line(right, ((middle + 4, y0), (x1, y0), (x1, y1), (middle + 4, y1)), line.page),
    ]
    return [p for p in pieces if p.text.text.strip()]


def _misread(text: Text, rng: random.Random, noise: Noise) -> Text:
    """Character errors. Each output character keeps the label of the character that it was read from."""
    characters: list[tuple[str, Span | None]] = []
    owner: list[Span | None] = [None] * len(text.text)
    for span in text.spans:
        owner[span.start : span.end] = [span] * (span.end - span.start)
    for i, character in enumerate(text.text):
        if character == " " and rng.random() < noise.lost_space:
            continue
        read = character
        if rng.random() < noise.character:
            read = CONFUSIONS.get(character, rng.choice(("", character, character.swapcase())))
        characters += [(c, owner[i]) for c in read]
    spans: list[Span] = []
    previous: Span | None = None
    for i, (_, source) in enumerate(characters):
        if source is None:
            previous = None
        elif source is previous:
            spans[-1] = Span(spans[-1].start, i + 1, source.label)
        else:
            spans.append(Span(i, i + 1, source.label))
            previous = source
    return Text("".join(c for c, _ in characters), tuple(spans))


def _moved(
    box: tuple[tuple[float, float], ...], page: Page, angle: float, rng: random.Random, noise: Noise
) -> tuple[tuple[float, float], ...]:
    height = box[3][1] - box[0][1]
    dx, dy = (rng.gauss(0, noise.jitter * height) for _ in range(2))
    centre = (page.width * PIXELS_PER_POINT / 2, page.height * PIXELS_PER_POINT / 2)
    cosine, sine = math.cos(angle), math.sin(angle)
    moved = []
    for x, y in box:
        u, v = x + dx - centre[0], y + dy - centre[1]
        moved.append((centre[0] + u * cosine - v * sine, centre[1] + u * sine + v * cosine))
    return tuple(moved)
