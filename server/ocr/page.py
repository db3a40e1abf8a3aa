"""One page of pixels -> lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medinfer.contract.ocr import OcrTiming
from server.documents.pages import PixelPage, TextPage
from server.inference import Infer
from server.ocr.clock import StageClock
from server.ocr.crops import line_crops, upside_down
from server.ocr.detection import Boxes, Image, detect
from server.ocr.orientation import is_sideways, upside_down_lines
from server.ocr.recognition import Alphabet, Reading, recognise

MIN_LINE_SCORE = 0.5
"""Lines read with less are dropped (rapidocr's `text_score`): mostly logos, stamps and ruled lines."""


@dataclass(frozen=True, slots=True)
class PageLines:
    """The lines of one page; ``boxes`` [n, 4, 2] in px of the upright page of ``width`` x ``height``."""

    width: int
    height: int
    rotation: int
    ocr: bool
    texts: list[str]
    boxes: Boxes
    scores: NDArray[np.float32]


def from_text_layer(page: TextPage) -> PageLines:
    boxes = np.array([line.corners for line in page.lines], np.float32).reshape(-1, 4, 2)
    texts = [line.text for line in page.lines]
    return PageLines(page.width, page.height, page.rotation, False, texts, boxes, np.ones(len(texts), np.float32))


async def read_pixels(page: PixelPage, alphabet: Alphabet, infer: Infer, clock: StageClock) -> PageLines:
    """Find the lines, turn the page upright if it is not, read the lines."""
    image: Image = np.frombuffer(page.bgr, np.uint8).reshape(page.height, page.width, 3)
    size = (page.page_width, page.page_height)
    rotation = 0
    with clock.time(OcrTiming.DETECTION):
        boxes = await detect(image, infer)
        if is_sideways(boxes):
            image, size, rotation = np.ascontiguousarray(np.rot90(image, -1)), size[::-1], 90
            boxes = await detect(image, infer)
    with clock.time(OcrTiming.ORIENTATION):
        crops = line_crops(image, boxes)
        flipped = await upside_down_lines(crops, infer)
        if flipped.sum() * 2 > len(flipped):
            rotation = (rotation + 180) % 360
            boxes = (np.array([image.shape[1], image.shape[0]], np.float32) - boxes)[:, [2, 3, 0, 1]]
            crops, flipped = [upside_down(crop) for crop in crops], ~flipped
    with clock.time(OcrTiming.RECOGNITION):
        readings = await _read(crops, np.flatnonzero(flipped).tolist(), alphabet, infer)
    kept = [i for i, (text, score) in enumerate(readings) if text.strip() and score >= MIN_LINE_SCORE]
    scale = np.array([size[0] / image.shape[1], size[1] / image.shape[0]], np.float32)
    return PageLines(
        width=size[0],
        height=size[1],
        rotation=rotation,
        ocr=True,
        texts=[readings[i][0] for i in kept],
        boxes=boxes[kept] * scale,
        scores=np.array([readings[i][1] for i in kept], np.float32),
    )


async def _read(crops: list[Image], doubtful: list[int], alphabet: Alphabet, infer: Infer) -> list[Reading]:
    """The text of each crop. Those at ``doubtful`` are read both ways up and the better reading counts: where one line
    contradicts its page, the orientation network is wrong more often than the line is ("g/dL" became "7p/6")."""
    readings = await recognise([*crops, *(upside_down(crops[i]) for i in doubtful)], alphabet, infer)
    for index, other in zip(doubtful, readings[len(crops) :], strict=True):
        readings[index] = max(readings[index], other, key=lambda reading: reading[1])
    return readings[: len(crops)]
