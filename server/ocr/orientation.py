"""Which way up a page and its lines are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from medinfer.contract import text_orientation
from server.inference import Infer
from server.ocr.crops import TALL, orientation_batch
from server.ocr.detection import Boxes, Image

SAMPLE = 12
"""Lines that are asked first. On pages whose sampled lines all stand upright (nearly all pages) the rest is not asked:
a line of its own orientation is rare, and a wrong answer for a good line costs its text."""

SURE = 0.9
"""Score from which on "upside down" counts (rapidocr's `cls_thresh`)."""

MIN_TALL_LINES = 3
"""Fewer tall boxes do not make a page sideways: a digit, a margin note."""


def is_sideways(boxes: Boxes) -> bool:
    """Whether most of the text (by length) runs up or down the page."""
    across = np.linalg.norm(boxes[:, 1] - boxes[:, 0], axis=1)
    down = np.linalg.norm(boxes[:, 3] - boxes[:, 0], axis=1)
    tall = down >= TALL * across
    return int(tall.sum()) >= MIN_TALL_LINES and float(down[tall].sum()) > float(across[~tall].sum())


async def upside_down_lines(crops: Sequence[Image], infer: Infer) -> NDArray[np.bool_]:
    """[n] which crops surely stand upside down."""
    widest = sorted(range(len(crops)), key=lambda i: -crops[i].shape[1])[:SAMPLE]
    answer = np.zeros(len(crops), np.bool_)
    if widest and (await _ask([crops[i] for i in widest], infer)).any():
        answer[:] = await _ask(list(crops), infer)
    return answer


async def _ask(crops: list[Image], infer: Infer) -> NDArray[np.bool_]:
    answer = await infer(text_orientation.MODEL, {"CROP": orientation_batch(crops)})
    return np.asarray(answer["UPSIDE_DOWN"][:, 0] & (answer["SCORE"][:, 0] > SURE), np.bool_)
