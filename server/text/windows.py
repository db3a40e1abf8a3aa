"""Token sequences of a document: what training and serving both feed to the document networks.

``[CLS] cell | cell [SEP] cell | cell [SEP] …``: one segment per visual row, a bar between its cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.text.tokens import TextTokenizer

CONTEXT_ROWS = 2
"""Rows before a window's first own row that it repeats, so that the row is read with what stands above it
(a table's heading, the drug of a dosage line)…"""

CONTEXT_SHARE = 0.25
"""… as long as they take no more than this part of the window."""

_ROWS_PER_CALL = 32


@dataclass(frozen=True, slots=True)
class Window:
    """One token sequence, ``t`` tokens long.

    Attributes:
        input_ids: int32 [t].
        line: int32 [t] index of the token's line; -1 for [CLS], [SEP] and the bar between cells.
        start: int32 [t] first character of the token in its line (Unicode code points); 0 where line is -1.
        end: int32 [t] one past its last character.
        owned: bool [t] this window answers for the token. A token of a repeated row belongs to the window
            before; every token of a document is owned once. False where line is -1.
    """

    input_ids: NDArray[np.int32]
    line: NDArray[np.int32]
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    owned: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.input_ids)


_Segment = NDArray[np.int32]
"""[4, t]: id, line, start, end of the tokens of one row, or of one piece of a row that is too long."""


def windows(
    line_text: Sequence[str], rows: Sequence[Sequence[int]], tokenizer: TextTokenizer, max_tokens: int
) -> list[Window]:
    """Cut a document into windows of whole rows, at most ``max_tokens`` long.

    A row that is longer than a window is cut between words. Blank lines give no token; a document of
    blank lines gives no window.

    Args:
        line_text: text of each line.
        rows: as `medinfer.rows.rows` gives them.
        max_tokens: 8 at least.

    Raises:
        ValueError: ``max_tokens`` is too small to hold a row.
    """
    _check(max_tokens)
    segments = [piece for row in _encode(line_text, rows, tokenizer) for piece in _cut(row, max_tokens - 2)]
    found: list[Window] = []
    first = 0
    while first < len(segments):
        begin = _context(segments, first, max_tokens)
        length = 1 + sum(s.shape[1] + 1 for s in segments[begin:first])
        last = first
        while last < len(segments) and length + segments[last].shape[1] + 1 <= max_tokens:
            length += segments[last].shape[1] + 1
            last += 1
        found.append(_window(segments[begin:first], segments[first:last], tokenizer))
        first = last
    return found


def first_window(
    line_text: Sequence[str], rows: Sequence[Sequence[int]], tokenizer: TextTokenizer, max_tokens: int
) -> Window | None:
    """The document's beginning as one window, its last row cut where the window is full.

    Reads no further than it needs. None if all lines are blank.

    Raises:
        ValueError: as `windows`.
    """
    _check(max_tokens)
    segments: list[_Segment] = []
    room = max_tokens - 1
    for begin in range(0, len(rows), _ROWS_PER_CALL):
        for row in _encode(line_text, rows[begin : begin + _ROWS_PER_CALL], tokenizer):
            if room < 2:
                return _window([], segments, tokenizer)
            segments.append(row[:, : room - 1])
            room -= segments[-1].shape[1] + 1
    return _window([], segments, tokenizer) if segments else None


def _check(max_tokens: int) -> None:
    if max_tokens < 8:
        raise ValueError("max_tokens must be at least 8")


def _encode(line_text: Sequence[str], rows: Sequence[Sequence[int]], tokenizer: TextTokenizer) -> Iterator[_Segment]:
    """The tokens of each row that is not blank; all cells are tokenised in one call."""
    cells = [line for row in rows for line in row]
    tokens = dict(zip(cells, tokenizer.encode([line_text[line] for line in cells]), strict=True))
    bar = np.array([[tokenizer.bar_id], [-1], [0], [0]], np.int32)
    for row in rows:
        parts: list[_Segment] = []
        for line in row:
            ids, start, end = tokens[line]
            if len(ids):
                parts += [bar, np.stack([ids, np.full_like(ids, line), start, end])]
        if parts:
            yield np.concatenate(parts[1:], axis=1)


def _cut(row: _Segment, limit: int) -> Iterator[_Segment]:
    """Pieces of at most ``limit`` tokens, cut at the last word or cell that still fits."""
    while row.shape[1] > limit:
        _, line, start, end = row
        starts_word = (line[1:] != line[:-1]) | (start[1:] > end[:-1])
        places = np.flatnonzero(starts_word[:limit]) + 1
        place = int(places[-1]) if len(places) else limit
        yield _without_bars(row[:, :place])
        row = _without_bars(row[:, place:])
    yield row


def _without_bars(piece: _Segment) -> _Segment:
    text = np.flatnonzero(piece[1] >= 0)
    return piece[:, text[0] : text[-1] + 1] if len(text) else piece[:, :0]


def _context(segments: Sequence[_Segment], first: int, max_tokens: int) -> int:
    """The segment with which the window that owns ``segments[first]`` begins."""
    room = min(int(max_tokens * CONTEXT_SHARE), max_tokens - 2 - segments[first].shape[1])
    begin = first
    while begin > max(0, first - CONTEXT_ROWS) and (room := room - segments[begin - 1].shape[1] - 1) >= 0:
        begin -= 1
    return begin


def _window(context: Sequence[_Segment], own: Sequence[_Segment], tokenizer: TextTokenizer) -> Window:
    cls, sep = (np.array([[i], [-1], [0], [0]], np.int32) for i in (tokenizer.cls_id, tokenizer.sep_id))
    body = np.concatenate([cls, *(part for segment in (*context, *own) for part in (segment, sep))], axis=1)
    ids, line, start, end = np.ascontiguousarray(body)
    repeated = 1 + sum(segment.shape[1] + 1 for segment in context)
    return Window(ids, line, start, end, (line >= 0) & (np.arange(len(ids)) >= repeated))
