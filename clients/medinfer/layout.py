"""Entities in the order in which a person reads them: by visual rows, and on through a paragraph's lines. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from medinfer.results import Entity, Line
from medinfer.rows import rows

_MAX_GAP = 3.0
"""A row that starts more than this many of its line heights below the last one is no continuation of it."""

_TOUCHING = 1.0
"""The same for the second line of a cell or the next line of a paragraph."""

_PARAGRAPH_WIDTH = 0.6
_PARAGRAPH_CHARACTERS = 40
"""A line of a paragraph runs on in the next one if it is this long, and this part of the page's widest line."""


@dataclass(frozen=True, slots=True)
class Row:
    """The entities of one visual row from left to right, or of one paragraph, and where they stand (px)."""

    entities: tuple[Entity, ...]
    page: int
    top: float
    bottom: float

    def follows(self, other: Row) -> bool:
        """Whether this row stands close under ``other``."""
        return self._gap(other) <= _MAX_GAP

    def touches(self, other: Row) -> bool:
        """Whether this row may be the second line of cells in ``other``."""
        return self._gap(other) <= _TOUCHING

    def _gap(self, other: Row) -> float:
        """Space between the rows in heights of this one."""
        return (self.top - other.bottom) / max(1.0, self.bottom - self.top) if self.page == other.page else inf


def entity_rows(lines: Sequence[Line], entities: Sequence[Entity]) -> list[Row]:
    """Rows that hold entities, in reading order; a mention that a line's end breaks in two is one again."""
    by_line: dict[int, list[Entity]] = {}
    for entity in sorted(entities, key=lambda e: (e.start, e.end)):
        by_line.setdefault(entity.line, []).append(entity)
    boxes = np.array([line.box for line in lines], np.float32).reshape(-1, 4, 2)
    found = []
    for block in _blocks(lines, boxes):
        inside = [e for row in block for index in row for e in by_line.get(index, ())]
        if inside:
            first, last = boxes[block[0]][:, :, 1], boxes[block[-1]][:, :, 1]
            top, bottom = float(np.median(first.min(axis=1))), float(np.median(last.max(axis=1)))
            found.append(Row(tuple(_mended(inside, lines)), lines[block[0][0]].page, top, bottom))
    return found


def _blocks(lines: Sequence[Line], boxes: NDArray[np.float32]) -> Iterator[list[list[int]]]:
    """Rows of lines (indices); those that make up one paragraph together."""
    left, right = boxes[:, :, 0].min(axis=1), boxes[:, :, 0].max(axis=1)
    top, bottom = boxes[:, :, 1].min(axis=1), boxes[:, :, 1].max(axis=1)
    widest: dict[int, float] = {}
    for i, line in enumerate(lines):
        widest[line.page] = max(widest.get(line.page, 0.0), float(right[i] - left[i]))

    def runs_on(above: list[int], below: list[int]) -> bool:
        a, b = above[0], below[0]
        return (
            len(above) == len(below) == 1
            and lines[a].page == lines[b].page
            and len(lines[a].text) >= _PARAGRAPH_CHARACTERS
            and right[a] - left[a] >= _PARAGRAPH_WIDTH * widest[lines[a].page]
            and top[b] - bottom[a] <= _TOUCHING * (bottom[b] - top[b])
        )

    block: list[list[int]] = []
    for row in rows(boxes, [line.page for line in lines]):
        if block and not runs_on(block[-1], row):
            yield block
            block = []
        block.append(row)
    if block:
        yield block


def _mended(entities: Sequence[Entity], lines: Sequence[Line]) -> Iterator[Entity]:
    """Joins a mention at its line's end with one of the same kind at the next line's start. A mention that is its whole
    line is left alone: it may be a heading."""
    last: Entity | None = None
    for entity in entities:
        if (
            last is not None
            and last.label is entity.label
            and last.line != entity.line
            and last.end == len(lines[last.line].text.rstrip())
            and last.start > 0
            and entity.start == 0
        ):
            last = last.model_copy(
                update={"text": f"{last.text} {entity.text}", "score": min(last.score, entity.score)}
            )
            continue
        if last is not None:
            yield last
        last = entity
    if last is not None:
        yield last
