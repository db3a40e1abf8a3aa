"""Where the lines of a page are: text probability map -> boxes.

Differentiable Binarization (Liao et al. 2020, arXiv:1911.08947) with PP-OCR's settings
(rapidocr 3.10, config.yaml `Det`).
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from medinfer.contract import text_detection
from server.inference import Infer

Image = NDArray[np.uint8]
"""[height, width, 3], BGR."""

Boxes = NDArray[np.float32]
"""[n, 4, 2] corners (x, y) in px: top left, top right, bottom right, bottom left."""

LONG_SIDE_PX = 960
"""A page is shrunk to this for detection; lines are cut out of the page at its full size."""

TEXT_ABOVE = round(0.3 * 255)
"""Probability (0..255) from which on a pixel is text."""

MIN_BOX_SCORE = 0.5 * 255
"""Mean probability (0..255) inside a box that is kept."""

UNCLIP_RATIO = 1.6
"""The network finds shrunken lines; a box grows by area * ratio / perimeter on every side."""

MAX_BOXES = 1_000
"""Of one page: bounds the work that noise can cause."""

_MIN_SIDE_PX = 3
"""A thinner shape in the map, or box on the page, is noise."""


async def detect(page: Image, infer: Infer) -> Boxes:
    """The boxes of the text lines of ``page``, in its px, in no particular order."""
    answer = await infer(text_detection.MODEL, {"PAGE": shrunk(page)[np.newaxis]})
    height, width = page.shape[:2]
    return boxes_of(answer["TEXT_PROBABILITY"][0], width, height)


def shrunk(page: Image) -> Image:
    """The page as the network wants it: its long side at most `LONG_SIDE_PX`, both sides multiples of the stride."""
    height, width = page.shape[:2]
    scale = min(1.0, LONG_SIDE_PX / max(height, width))
    size = (_to_stride(width * scale), _to_stride(height * scale))
    return page if size == (width, height) else _image(cv2.resize(page, size))


def _to_stride(length: float) -> int:
    return max(1, round(length / text_detection.STRIDE_PX)) * text_detection.STRIDE_PX


def boxes_of(probability: NDArray[np.uint8], width: int, height: int) -> Boxes:
    """Boxes in a map [h, w] of 0..255, scaled to a page of ``width`` x ``height`` px and inside it."""
    mask = cv2.dilate((probability >= TEXT_ABOVE).astype(np.uint8), np.ones((2, 2), np.uint8))
    contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    rectangles = []
    for contour in contours[:MAX_BOXES]:
        centre, size, angle = cv2.minAreaRect(contour)
        if min(size) < _MIN_SIDE_PX:
            continue
        if _mean_inside(probability, cv2.boxPoints((centre, size, angle))) < MIN_BOX_SCORE:
            continue
        # The smallest rectangle around a rectangle that grew by d on every side (round corners) needs no polygon
        # library: its sides are 2 d longer.
        grown = size[0] * size[1] * UNCLIP_RATIO / (size[0] + size[1])
        rectangles.append(cv2.boxPoints((centre, (size[0] + grown, size[1] + grown), angle)))
    if not rectangles:
        return np.empty((0, 4, 2), np.float32)
    scale = np.array([width / probability.shape[1], height / probability.shape[0]], np.float32)
    corners = np.rint(np.stack(rectangles).astype(np.float32) * scale)
    boxes = clockwise(np.clip(corners, 0, np.array([width - 1, height - 1], np.float32)))
    across = np.linalg.norm(boxes[:, 1] - boxes[:, 0], axis=1)
    down = np.linalg.norm(boxes[:, 3] - boxes[:, 0], axis=1)
    kept: Boxes = boxes[(across > _MIN_SIDE_PX) & (down > _MIN_SIDE_PX)]
    return kept


def clockwise(corners: NDArray[np.float32]) -> Boxes:
    """[n, 4, 2] corners in any order -> top left, top right, bottom right, bottom left.

    The two leftmost corners are the left side, as PP-OCR decides it.
    """
    by_x = np.take_along_axis(corners, np.argsort(corners[:, :, :1], axis=1, kind="stable"), axis=1)
    left = np.take_along_axis(by_x[:, :2], np.argsort(by_x[:, :2, 1:], axis=1, kind="stable"), axis=1)
    right = np.take_along_axis(by_x[:, 2:], np.argsort(by_x[:, 2:, 1:], axis=1, kind="stable"), axis=1)
    return np.stack([left[:, 0], right[:, 0], right[:, 1], left[:, 1]], axis=1)


def _mean_inside(probability: NDArray[np.uint8], corners: NDArray[Any]) -> float:
    height, width = probability.shape
    x0, y0 = np.clip(np.floor(corners.min(axis=0)).astype(int), 0, (width - 1, height - 1))
    x1, y1 = np.clip(np.ceil(corners.max(axis=0)).astype(int), 0, (width - 1, height - 1))
    inside = np.zeros((y1 - y0 + 1, x1 - x0 + 1), np.uint8)
    cv2.fillPoly(inside, [(corners - (x0, y0)).astype(np.int32)], (1,))
    return float(cv2.mean(probability[y0 : y1 + 1, x0 : x1 + 1], inside)[0])


def _image(array: NDArray[Any]) -> Image:
    return array.astype(np.uint8, copy=False)
