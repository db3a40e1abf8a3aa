"""Whole documents through the real networks."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from medinfer.contract import Model, ocr
from medinfer.contract.ocr import OcrTiming
from medinfer.contract.vocabulary import DocumentErrorCode
from server.inference import Arrays, Infer, InferenceCode, InferenceError
from server.ocr.document import PAGES_IN_FLIGHT, DocumentReader, OcrResult
from tests.server.documents import made as documents
from tests.server.ocr import made

PNG = documents.encoded(made.page(), "PNG")


def assert_answers_the_contract(result: OcrResult) -> None:
    tensors = result.tensors()
    assert list(tensors) == [t.name for t in ocr.MODEL.outputs]
    for tensor in ocr.MODEL.outputs:
        assert tensors[tensor.name].dtype == tensor.dtype.numpy, tensor.name
        assert tensor.admits(tensors[tensor.name].shape, batched=False), tensor.name
    pages = tensors["PAGE_SIZE"][tensors["LINE_PAGE"]]
    assert (tensors["LINE_BOX"] >= 0).all()
    assert (tensors["LINE_BOX"] <= pages[:, None, :] + 1).all()
    assert (np.diff(tensors["LINE_PAGE"]) >= 0).all()


def squeezed(texts: Iterable[str]) -> list[str]:
    """Without spaces: whether "150 - 410" has any is a matter of half a pixel."""
    return ["".join(text.split()) for text in texts]


def centres(result: OcrResult) -> dict[str, NDArray[np.float32]]:
    return {
        "".join(text.split()): box.mean(axis=0) for text, box in zip(result.line_text, result.line_box, strict=True)
    }


@pytest.fixture(scope="module")
def upright(reader: DocumentReader, infer: Infer) -> dict[str, NDArray[np.float32]]:
    """Text -> centre of each line of the page as it should be."""
    return centres(asyncio.run(reader.read(PNG, infer)))


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
async def test_a_page_is_read_whichever_way_it_was_scanned(
    degrees: int, reader: DocumentReader, infer: Infer, upright: dict[str, NDArray[np.float32]]
) -> None:
    result = await reader.read(documents.encoded(made.turned(degrees), "PNG"), infer)
    assert_answers_the_contract(result)
    assert result.error is None
    assert result.page_rotation.tolist() == [degrees]
    assert result.page_size.tolist() == [list(made.page().size)]
    assert result.page_ocr.tolist() == [True]
    assert squeezed(result.line_text) == squeezed(made.CELLS)
    assert result.line_score.min() > 0.8
    for text, centre in centres(result).items():
        np.testing.assert_allclose(centre, upright[text], atol=12)


async def test_boxes_refer_to_the_stored_size_of_a_photograph(
    reader: DocumentReader, infer: Infer, upright: dict[str, NDArray[np.float32]]
) -> None:
    large = made.page().resize((4960, 4000))
    result = await reader.read(documents.encoded(large, "JPEG", quality=80), infer)
    assert result.page_size.tolist() == [[4960, 4000]]
    found = centres(result)
    for text in ("CityLaboratory", "Plateletcount", "0.60-1.10"):
        np.testing.assert_allclose(found[text], upright[text] * 4, atol=40)


async def test_a_text_layer_and_the_pixels_of_the_same_page_agree(reader: DocumentReader, infer: Infer) -> None:
    data = documents.pdf()
    layer = await reader.read(data, infer)
    pixels = await reader.read(data, infer, force_ocr=True)
    for result in (layer, pixels):
        assert_answers_the_contract(result)
    assert (layer.page_ocr.tolist(), pixels.page_ocr.tolist()) == ([False], [True])
    assert layer.page_size.tolist() == pixels.page_size.tolist()
    assert layer.line_text == [text for *_, text in documents.REPORT]
    assert (layer.line_score == 1).all()
    assert squeezed(layer.line_text) == squeezed(pixels.line_text)
    for text, centre in centres(layer).items():
        np.testing.assert_allclose(centre, centres(pixels)[text], atol=15)


def lines_of(result: OcrResult, page: int) -> list[str]:
    return [text for text, number in zip(result.line_text, result.line_page, strict=True) if number == page]


async def test_pages_come_in_order_with_their_own_kind(reader: DocumentReader, infer: Infer) -> None:
    result = await reader.read(documents.tiff([made.page(), documents.corners_image(), made.turned(180)]), infer)
    assert_answers_the_contract(result)
    assert result.page_rotation.tolist() == [0, 0, 180]
    assert squeezed(lines_of(result, 0)) == squeezed(made.CELLS)
    assert squeezed(lines_of(result, 2)) == squeezed(made.CELLS)


async def test_every_stage_is_timed(reader: DocumentReader, infer: Infer) -> None:
    result = await reader.read(PNG, infer)
    assert len(result.timing_ms) == len(OcrTiming)
    assert (result.timing_ms > 0).all()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", DocumentErrorCode.EMPTY),
        (b"PK\x03\x04", DocumentErrorCode.UNSUPPORTED_TYPE),
        (PNG[:2000], DocumentErrorCode.CORRUPT),
        (documents.rewritten(documents.pdf(), password="x"), DocumentErrorCode.ENCRYPTED),
    ],
)
async def test_a_document_that_cannot_be_read_is_an_answer(
    data: bytes, code: DocumentErrorCode, reader: DocumentReader, infer: Infer
) -> None:
    result = await reader.read(data, infer)
    assert result.error is code
    assert_answers_the_contract(result)
    assert result.line_text == []
    assert len(result.page_size) == len(result.line_box) == 0


async def test_damage_on_a_later_page_leaves_nothing_of_the_first(reader: DocumentReader, infer: Infer) -> None:
    data = documents.tiff([made.page(), made.page()])
    result = await reader.read(data[: len(data) * 3 // 4], infer)
    assert result.error is DocumentErrorCode.CORRUPT
    assert_answers_the_contract(result)
    assert result.line_text == []


async def test_a_model_that_does_not_answer_fails_the_request_after_all_sub_requests_ended(
    reader: DocumentReader, infer: Infer
) -> None:
    running = 0

    async def failing(model: Model, inputs: Arrays) -> Arrays:
        nonlocal running
        running += 1
        try:
            await asyncio.sleep(0.01 * running)
            if model.name == "text_recognition":
                raise InferenceError(model.name, InferenceCode.UNAVAILABLE, "the queue is full")
            return await infer(model, inputs)
        finally:
            running -= 1

    with pytest.raises(InferenceError) as caught:
        await reader.read(documents.tiff([made.page()] * 3), failing)
    assert caught.value.code is InferenceCode.UNAVAILABLE
    assert running == 0


async def test_the_pages_in_flight_are_bounded(reader: DocumentReader, infer: Infer) -> None:
    pages = most = 0

    async def counting(model: Model, inputs: Arrays) -> Arrays:
        nonlocal pages, most
        if model.name == "text_detection":
            pages += 1
            most = max(most, pages)
            await asyncio.sleep(0.05)
            pages -= 1
        return await infer(model, inputs)

    await reader.read(documents.tiff([documents.corners_image(64, 64)] * 8), counting)
    assert 1 < most <= PAGES_IN_FLIGHT


def transcription(path: Path) -> list[str]:
    """The text of each line of a SROIE file: ``x1,y1,x2,y2,x3,y3,x4,y4,text``."""
    return [line.split(",", 8)[8] for line in path.read_text(encoding="utf-8").splitlines() if line.count(",") >= 8]


async def test_real_scans_are_read_as_they_were_transcribed(reader: DocumentReader, infer: Infer) -> None:
    folder = os.environ.get("MEDINFER_DATA")
    if folder is None or not (receipts := sorted(Path(folder, "receipts").glob("*.jpg"))):
        pytest.skip("set MEDINFER_DATA to a folder with receipts/*.jpg and *.csv (SROIE) to read real scans")
    lines = read = 0
    for path in receipts[:3]:
        result = await reader.read(path.read_bytes(), infer)
        found = "".join(squeezed(result.line_text)).upper()
        wanted = squeezed(text.upper() for text in transcription(path.with_suffix(".csv")))
        lines += len(wanted)
        read += sum(text in found for text in wanted)
    assert read > 0.7 * lines
