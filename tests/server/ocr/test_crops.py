"""Boxes -> crops of one height."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from medinfer.contract import text_orientation, text_recognition
from medinfer.contract.text_recognition import BUCKET_WIDTHS_PX, HEIGHT_PX, PADDING_VALUE
from server.ocr.crops import line_crops, orientation_batch, padded, upside_down

NOISE = np.random.default_rng(0).integers(0, 256, (400, 3000, 3)).astype(np.uint8)
PAGE = cv2.GaussianBlur(NOISE, (9, 9), 0).astype(np.uint8)


def box(left: float, top: float, right: float, bottom: float) -> NDArray[np.float32]:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)


def test_a_level_box_is_cut_as_a_warp_would_cut_it() -> None:
    (crop,) = line_crops(PAGE, box(40, 100, 340, 148)[np.newaxis])
    target = np.array([[0, 0], [300, 0], [300, 48], [0, 48]], np.float32)
    matrix = cv2.getPerspectiveTransform(box(40, 100, 340, 148), target)
    np.testing.assert_array_equal(crop, cv2.warpPerspective(PAGE, matrix, (300, 48), flags=cv2.INTER_CUBIC))


def test_a_slanted_box_is_levelled() -> None:
    slanted = np.array([[100, 100], [395, 152], [387, 199], [92, 147]], np.float32)
    (crop,) = line_crops(PAGE, slanted[np.newaxis])
    assert crop.shape[0] == HEIGHT_PX
    assert 280 < crop.shape[1] < 320
    assert np.abs(crop[1, 1].astype(int) - PAGE[101, 101]).max() < 40


def test_a_tall_box_is_turned_counterclockwise() -> None:
    (crop,) = line_crops(PAGE, box(100, 50, 148, 350)[np.newaxis])
    np.testing.assert_array_equal(crop, np.rot90(PAGE[50:350, 100:148]))


@pytest.mark.parametrize(("width", "height"), [(1, 1), (3, 300), (2990, 10), (5, 4)])
def test_every_crop_fits_the_widest_bucket(width: int, height: int) -> None:
    (crop,) = line_crops(PAGE, box(5, 5, 5 + width, 5 + height)[np.newaxis])
    assert crop.shape[0] == HEIGHT_PX
    assert 1 <= crop.shape[1] <= BUCKET_WIDTHS_PX[-1]


def test_padding_is_grey_on_the_right() -> None:
    crops = [np.zeros((HEIGHT_PX, width, 3), np.uint8) for width in (10, 96)]
    batch = padded(crops, 96)
    assert text_recognition.MODEL.inputs[0].admits(batch.shape, batched=True)
    assert (batch[0, :, :10] == 0).all()
    assert (batch[0, :, 10:] == PADDING_VALUE).all()
    assert (batch[1] == 0).all()


def test_the_orientation_network_gets_its_shape() -> None:
    batch = orientation_batch([PAGE[:48, :30], PAGE[:48, :900]])
    assert text_orientation.MODEL.inputs[0].admits(batch.shape, batched=True)
    assert batch.dtype == np.uint8


def test_upside_down_twice_is_nothing() -> None:
    np.testing.assert_array_equal(upside_down(upside_down(PAGE)), PAGE)
    assert (upside_down(PAGE)[0, 0] == PAGE[-1, -1]).all()
