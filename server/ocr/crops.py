"""Lines cut out of a page, at the height that the networks read."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from medinfer.contract import text_orientation
from medinfer.contract.text_recognition import BUCKET_WIDTHS_PX, HEIGHT_PX, PADDING_VALUE
from server.ocr.detection import Boxes, Image

TALL = 1.5
"""A crop that is this much higher than wide holds text that stands sideways."""


def line_crops(page: Image, boxes: Boxes) -> list[Image]:
    """One crop of height `HEIGHT_PX` for each box, at most as wide as the widest bucket."""
    return [_at_height(_cut(page, box)) for box in boxes]


def _cut(page: Image, box: NDArray[np.float32]) -> Image:
    """The box levelled and, if it is tall, turned a quarter counterclockwise (PP-OCR's `get_rotate_crop_image`)."""
    top_left, top_right, bottom_right, bottom_left = box
    width = max(1, int(max(np.linalg.norm(top_left - top_right), np.linalg.norm(bottom_right - bottom_left))))
    height = max(1, int(max(np.linalg.norm(top_left - bottom_left), np.linalg.norm(top_right - bottom_right))))
    (left, top), (right, bottom) = top_left, bottom_right
    if bottom_left[0] == left and top_right[1] == top and top_right[0] == right and bottom_left[1] == bottom:
        # Level, on whole pixels: a slice is what the warp below would copy.
        crop = page[int(top) : int(top) + height, int(left) : int(left) + width]
    else:
        target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        matrix = cv2.getPerspectiveTransform(box, target)
        crop = cv2.warpPerspective(
            page, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        ).astype(np.uint8, copy=False)
    return np.rot90(crop) if is_tall(width, height) else crop


def is_tall(width: float, height: float) -> bool:
    return height >= TALL * width


def _at_height(crop: Image) -> Image:
    height, width = crop.shape[:2]
    target = min(max(1, math.ceil(HEIGHT_PX * width / height)), BUCKET_WIDTHS_PX[-1])
    return cv2.resize(np.ascontiguousarray(crop), (target, HEIGHT_PX)).astype(np.uint8, copy=False)


def padded(crops: list[Image], width: int) -> NDArray[np.uint8]:
    """[n, height, width, 3]: the crops, each filled up with grey on its right."""
    batch = np.full((len(crops), crops[0].shape[0], width, 3), PADDING_VALUE, np.uint8)
    for row, crop in zip(batch, crops, strict=True):
        row[:, : crop.shape[1]] = crop
    return batch


def orientation_batch(crops: list[Image]) -> NDArray[np.uint8]:
    """The crops as the orientation network takes them: squeezed to its width where they are wider."""
    width, height = text_orientation.WIDTH_PX, text_orientation.HEIGHT_PX
    fitting = [
        crop if crop.shape[1] <= width else cv2.resize(crop, (width, height)).astype(np.uint8, copy=False)
        for crop in crops
    ]
    return padded(fitting, width)


def upside_down(crop: Image) -> Image:
    return crop[::-1, ::-1]
