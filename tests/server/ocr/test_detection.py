"""Probability maps -> boxes."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from medinfer.contract import text_detection
from server.ocr import detection


def map_with(
    rectangles: list[tuple[tuple[float, float], tuple[float, float], float]], value: int = 230
) -> NDArray[np.uint8]:
    """[160, 320] with each (centre, size, angle in degrees) filled."""
    probability = np.zeros((160, 320), np.uint8)
    for rectangle in rectangles:
        cv2.fillPoly(probability, [np.rint(cv2.boxPoints(rectangle)).astype(np.int32)], (value,))
    return probability


def test_a_level_line_grows_by_the_unclip_ratio() -> None:
    probability = np.zeros((160, 320), np.uint8)
    probability[40:60, 50:250] = 255
    (box,) = detection.boxes_of(probability, 320, 160)
    # Dilation by 2 x 2 adds a pixel; contours run through pixel centres: 200 x 20.
    grown = 200 * 20 * detection.UNCLIP_RATIO / (2 * (200 + 20))
    left, top, right, bottom = box[0, 0], box[0, 1], box[2, 0], box[2, 1]
    assert [left, top] == pytest.approx([49 - grown, 39 - grown], abs=1.5)
    assert [right, bottom] == pytest.approx([250 + grown, 60 + grown], abs=1.5)


def test_boxes_are_scaled_to_the_page_and_stay_inside() -> None:
    probability = np.zeros((160, 320), np.uint8)
    probability[0:20, 0:320] = 255
    (box,) = detection.boxes_of(probability, 640, 800)
    assert box.min() == 0
    assert box[:, 0].max() == 639
    assert 5 * 20 < box[2, 1] < 5 * 40


def test_a_slanted_line_keeps_its_slant() -> None:
    (box,) = detection.boxes_of(map_with([((160, 80), (200, 24), 10)]), 320, 160)
    along = box[1] - box[0]
    assert math.degrees(math.atan2(along[1], along[0])) == pytest.approx(10, abs=2)


def test_weak_thin_and_tiny_shapes_are_not_lines() -> None:
    assert len(detection.boxes_of(map_with([((160, 80), (200, 24), 0)], value=100), 320, 160)) == 0
    assert len(detection.boxes_of(map_with([((160, 80), (200, 1), 0)]), 320, 160)) == 0
    assert len(detection.boxes_of(np.zeros((160, 320), np.uint8), 320, 160)) == 0


def test_noise_is_bounded() -> None:
    squares = np.kron(np.indices((80, 120)).sum(axis=0) % 2, np.ones((8, 8)))
    noise = (squares * 255).astype(np.uint8)
    assert len(detection.boxes_of(noise, noise.shape[1], noise.shape[0])) <= detection.MAX_BOXES


@given(st.integers(1, 4000), st.integers(1, 4000))
def test_what_the_network_sees_fits_the_contract(width: int, height: int) -> None:
    shrunk = detection.shrunk(np.zeros((height, width, 3), np.uint8))
    assert text_detection.MODEL.inputs[0].admits((1, *shrunk.shape), batched=True)
    assert not shrunk.shape[0] % text_detection.STRIDE_PX
    assert not shrunk.shape[1] % text_detection.STRIDE_PX
    assert max(shrunk.shape) <= detection.LONG_SIDE_PX


@given(
    st.tuples(st.integers(100, 900), st.integers(100, 900)),
    st.tuples(st.integers(60, 300), st.integers(10, 50)),
    st.integers(-40, 40),
    st.permutations(range(4)),
)
def test_corners_are_put_in_order(centre: tuple[int, int], size: tuple[int, int], angle: int, order: list[int]) -> None:
    corners = cv2.boxPoints((centre, size, angle)).astype(np.float32)
    (box,) = detection.clockwise(corners[order][np.newaxis])
    assert sorted(map(tuple, box)) == sorted(map(tuple, corners))
    along, down = box[1] - box[0], box[3] - box[0]
    assert along[0] > 0
    assert down[1] > 0
    assert along[0] * down[1] - along[1] * down[0] > 0  # clockwise, y down
