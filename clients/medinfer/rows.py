"""Visual rows: which lines stand side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SAME_ROW = 0.5
"""Two lines share a row when their centres are at most this part of the lower line's height apart: equally
high lines then overlap by at least half. Measuring from centres keeps a tall box (a stamp, a logo) from
drawing all the rows beside it into one."""

MAX_SKEW = 0.18
"""Steepest page skew that is levelled (slope; about 10 degrees). Boxes that are steeper do not count."""


def rows(line_box: NDArray[np.float32], line_page: Sequence[int] | NDArray[np.int32]) -> list[list[int]]:
    """Group lines into visual rows.

    Args:
        line_box: [n, 4, 2] corners (x, y) in px: top left, top right, bottom right, bottom left.
        line_page: [n] page of each line.

    Returns:
        Indices of lines; every line is in exactly one row. Rows go by page, then from top to bottom; the
        lines of a row from left to right.

    Raises:
        ValueError: the two arguments disagree on the number of lines.
    """
    boxes = np.asarray(line_box, np.float64).reshape(-1, 4, 2)
    pages = np.asarray(line_page, np.int64).reshape(-1)
    if len(boxes) != len(pages):
        raise ValueError(f"{len(boxes)} boxes but {len(pages)} pages")
    found: list[list[int]] = []
    for page in np.unique(pages):
        indices = np.flatnonzero(pages == page)
        found.extend([int(indices[i]) for i in row] for row in _page_rows(boxes[indices]))
    return found


def _page_rows(boxes: NDArray[np.float64]) -> list[list[int]]:
    centre = boxes.mean(axis=1)
    level = centre[:, 1] - _skew(boxes) * centre[:, 0]
    height = (np.linalg.norm(boxes[:, 3] - boxes[:, 0], axis=1) + np.linalg.norm(boxes[:, 2] - boxes[:, 1], axis=1)) / 2
    page_rows: list[list[int]] = []
    row_level = row_height = 0.0
    for i in np.lexsort((centre[:, 0], level)):
        if page_rows and level[i] - row_level <= SAME_ROW * min(row_height, height[i]):
            row = page_rows[-1]
            row.append(int(i))
            row_level += (level[i] - row_level) / len(row)
            row_height += (height[i] - row_height) / len(row)
        else:
            page_rows.append([int(i)])
            row_level, row_height = level[i], height[i]
    return [sorted(row, key=lambda i: (centre[i, 0], i)) for row in page_rows]


def _skew(boxes: NDArray[np.float64]) -> float:
    """Slope of the page's text: the median over its lines, each weighted with its width; 0 if none is wide."""
    along = (boxes[:, 1] - boxes[:, 0] + boxes[:, 2] - boxes[:, 3]) / 2
    wide = along[:, 0] > 0
    slope, weight = along[wide, 1] / along[wide, 0], along[wide, 0]
    plausible = np.abs(slope) <= MAX_SKEW
    slope, weight = slope[plausible], weight[plausible]
    if not len(slope):
        return 0.0
    order = np.argsort(slope, kind="stable")
    middle = np.searchsorted(np.cumsum(weight[order]), weight.sum() / 2)
    return float(slope[order][min(int(middle), len(order) - 1)])
