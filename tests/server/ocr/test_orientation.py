"""Which way up pages and lines are."""

from __future__ import annotations

import numpy as np
import pytest

from medinfer.contract import Model
from server.inference import Arrays, Infer
from server.ocr.crops import line_crops, upside_down
from server.ocr.detection import Image, detect
from server.ocr.orientation import SAMPLE, is_sideways, upside_down_lines
from tests.server.ocr import made


def boxes(*sizes: tuple[int, int]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.array([[[0, 0], [w, 0], [w, h], [0, h]] for w, h in sizes], np.float32).reshape(-1, 4, 2)


def test_a_page_is_sideways_when_most_of_its_text_is() -> None:
    assert not is_sideways(boxes())
    assert not is_sideways(boxes((300, 30), (200, 30), (20, 40)))
    assert is_sideways(boxes((30, 300), (30, 200), (30, 100), (40, 40)))
    assert not is_sideways(boxes((30, 300), (30, 200)))  # too few to tell
    assert not is_sideways(boxes((20, 40), (20, 40), (20, 40), (20, 40), (400, 30)))


@pytest.fixture(scope="module")
def page() -> Image:
    return np.ascontiguousarray(np.asarray(made.page())[:, :, ::-1])


async def test_each_line_that_stands_upside_down_is_found(page: Image, infer: Infer) -> None:
    crops = line_crops(page, await detect(page, infer))
    crops = [crop for crop in crops if crop.shape[1] > 200]
    assert len(crops) >= 8
    expected = [i % 2 == 0 for i in range(len(crops))]
    mixed = [upside_down(crop) if flip else crop for crop, flip in zip(crops, expected, strict=True)]
    assert (await upside_down_lines(mixed, infer)).tolist() == expected


async def test_only_a_sample_of_an_upright_page_is_asked(page: Image, infer: Infer) -> None:
    asked: list[int] = []

    async def counting(model: Model, inputs: Arrays) -> Arrays:
        asked.append(len(inputs["CROP"]))
        return await infer(model, inputs)

    crops = line_crops(page, await detect(page, infer))
    assert len(crops) > SAMPLE
    assert not (await upside_down_lines(crops, counting)).any()
    assert asked == [SAMPLE]
    assert not len(await upside_down_lines([], counting))
