"""Real good and bad files through the decoder, in this process and in the limited one."""

from __future__ import annotations

import contextlib
import io
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace

import numpy as np
import pytest
import pytest_asyncio
from PIL import Image

from medinfer.contract.vocabulary import DocumentErrorCode
from server.documents.decode import decode
from server.documents.decoder import Decoder
from server.documents.limits import Limits
from server.documents.pages import Page, PixelPage, TextPage, Unreadable
from tests.server.documents import made

LIMITS = Limits()


def pages_of(data: bytes, limits: Limits = LIMITS, *, force_ocr: bool = False) -> list[Page]:
    return list(decode(data, limits, force_ocr=force_ocr))


def pixels_of(page: Page) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    assert isinstance(page, PixelPage)
    return np.frombuffer(page.bgr, np.uint8).reshape(page.height, page.width, 3)


def assert_corners(page: Page) -> None:
    """The page shows `made.corners_image` the right way up, in BGR order."""
    pixels = pixels_of(page).astype(int)
    assert np.abs(pixels[3, 3] - (0, 0, 255)).max() < 60
    assert np.abs(pixels[-4, -4] - (255, 0, 0)).max() < 60
    assert pixels[3, -4].min() > 200
    assert pixels[-4, 3].min() > 200


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_image_comes_out_as_a_viewer_shows_it(form: str, orientation: int) -> None:
    (page,) = pages_of(made.with_orientation(made.corners_image(), orientation, form))
    assert isinstance(page, PixelPage)
    assert (page.width, page.height, page.page_width, page.page_height) == (60, 40, 60, 40)
    assert_corners(page)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_kind_of_pixel_becomes_bgr(mode: str) -> None:
    image = Image.new("L", (40, 30), "white")
    image.paste("black", (5, 5, 20, 20))
    converted = image.convert("I").point(lambda v: v * 257).convert("I;16") if mode == "I;16" else image.convert(mode)
    (page,) = pages_of(made.encoded(converted, "PNG"))
    pixels = pixels_of(page)
    assert pixels[10, 10].tolist() == [0, 0, 0]
    assert pixels[25, 30].tolist() == [255, 255, 255]


def test_what_is_transparent_is_white_paper() -> None:
    (page,) = pages_of(made.encoded(Image.new("RGBA", (8, 8), (0, 0, 0, 0)), "PNG"))
    assert pixels_of(page).min() == 255


def test_a_cmyk_jpeg_is_read() -> None:
    (page,) = pages_of(made.encoded(made.corners_image().convert("CMYK"), "JPEG", quality=95))
    assert_corners(page)


@pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_adobe_deflate", "packbits"])
def test_every_frame_of_a_tiff_is_a_page(compression: str | None) -> None:
    pages = pages_of(made.tiff([made.corners_image(60, 40), made.corners_image(80, 50)], compression=compression))
    assert [(p.width, p.height) for p in pages] == [(60, 40), (80, 50)]
    for page in pages:
        assert_corners(page)


def test_a_fax_tiff_is_read() -> None:
    (page,) = pages_of(made.tiff([Image.new("1", (64, 32), 1)], compression="group4"))
    assert pixels_of(page).min() == 255


def test_a_large_photograph_is_decoded_smaller_and_keeps_its_size() -> None:
    (page,) = pages_of(made.encoded(made.corners_image(3000, 2000), "JPEG"), replace(LIMITS, max_side_px=1000))
    assert isinstance(page, PixelPage)
    assert (page.width, page.height) == (1000, 667)
    assert (page.page_width, page.page_height) == (3000, 2000)


def test_a_pdf_page_is_drawn_at_the_stated_resolution() -> None:
    (page,) = pages_of(made.pdf(), force_ocr=True)
    assert isinstance(page, PixelPage)
    assert (page.width, page.height) == (1654, 2339)  # A4 at 200 dpi
    assert 0 < np.mean(pixels_of(page) < 128) < 0.02


def test_a_poster_is_drawn_with_fewer_dots_per_inch() -> None:
    (page,) = pages_of(made.pdf(page_size=(2000, 3000)), force_ocr=True)
    assert max(page.width, page.height) == LIMITS.max_side_px


def test_a_page_with_a_text_layer_is_not_drawn() -> None:
    pages = pages_of(made.pdf(pages=3))
    assert all(isinstance(page, TextPage) for page in pages)
    assert len(pages) == 3


def test_what_was_typed_into_a_form_is_text() -> None:
    (page,) = pages_of(made.form_pdf("Asha Verma"))
    assert isinstance(page, TextPage)
    assert [line.text for line in page.lines] == ["Name of the patient", "Asha Verma"]


def test_a_scan_is_drawn_though_the_scanner_signed_it() -> None:
    scan = made.scan_pdf(made.corners_image(600, 800), "Scanned with a scanner, page 1 of 1")
    assert isinstance(pages_of(scan)[0], PixelPage)


def archive() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        file.writestr("report.pdf", made.pdf())
    return target.getvalue()


JPEG = made.encoded(Image.effect_noise((200, 200), 50).convert("RGB"), "JPEG")
PNG = made.encoded(Image.effect_noise((200, 200), 50).convert("RGB"), "PNG")
TIFF = made.tiff([Image.effect_noise((200, 200), 50).convert("RGB")])
BAD = {
    "no bytes": (b"", DocumentErrorCode.EMPTY),
    "a PDF without pages": (made.pdf_without_pages(), DocumentErrorCode.EMPTY),
    "a zip named .pdf": (archive(), DocumentErrorCode.UNSUPPORTED_TYPE),
    "plain text": (b"Haemoglobin 13.5 g/dL", DocumentErrorCode.UNSUPPORTED_TYPE),
    "a GIF": (made.encoded(Image.new("P", (4, 4)), "GIF"), DocumentErrorCode.UNSUPPORTED_TYPE),
    "a PDF header and nothing else": (b"%PDF-1.7\n" + b"x" * 400, DocumentErrorCode.CORRUPT),
    "half a PDF": (made.pdf()[:300], DocumentErrorCode.CORRUPT),
    "half a JPEG": (JPEG[: len(JPEG) // 2], DocumentErrorCode.CORRUPT),
    "a JPEG header": (JPEG[:20], DocumentErrorCode.CORRUPT),
    "half a PNG": (PNG[: len(PNG) // 2], DocumentErrorCode.CORRUPT),
    "half a TIFF": (TIFF[: len(TIFF) // 2], DocumentErrorCode.CORRUPT),
    "a PNG of noise": (PNG[:50] + bytes(range(256)) * 40, DocumentErrorCode.CORRUPT),
    "a PDF with a password": (made.rewritten(made.pdf(), password="s3cret"), DocumentErrorCode.ENCRYPTED),
    "a PDF of 101 pages": (made.pdf(pages=101), DocumentErrorCode.TOO_MANY_PAGES),
    "a TIFF of 101 pages": (made.tiff([Image.new("1", (8, 8))] * 101), DocumentErrorCode.TOO_MANY_PAGES),
    "a PNG of 100 megapixels": (
        made.encoded(Image.new("1", (10_000, 10_000)), "PNG"),
        DocumentErrorCode.TOO_MANY_PIXELS,
    ),
    "a PNG that claims 4 gigapixels": (made.png_header_only(65_000, 65_000), DocumentErrorCode.TOO_MANY_PIXELS),
    "a TIFF bomb": (
        made.tiff([Image.new("1", (20_000, 20_000))], compression="group4"),
        DocumentErrorCode.TOO_MANY_PIXELS,
    ),
    "a PDF page of 5 metres": (made.pdf(page_size=(14_400, 14_400)), DocumentErrorCode.TOO_MANY_PIXELS),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_with_its_reason(name: str) -> None:
    data, code = BAD[name]
    with pytest.raises(Unreadable) as caught:
        pages_of(data)
    assert caught.value.code is code


def test_the_reason_is_that_of_this_file_and_not_of_one_before_it() -> None:
    for name in ("a PDF with a password", "a PDF without pages", "half a PDF", "a PDF without pages"):
        test_a_bad_file_is_refused_with_its_reason(name)


def test_a_file_over_the_byte_limit_is_refused() -> None:
    data = made.pdf()
    with pytest.raises(Unreadable) as caught:
        pages_of(data, replace(LIMITS, max_bytes=len(data) - 1))
    assert caught.value.code is DocumentErrorCode.TOO_LARGE
    assert len(pages_of(data, replace(LIMITS, max_bytes=len(data)))) == 1


def test_a_limit_must_be_positive() -> None:
    with pytest.raises(ValueError, match="max_pages"):
        Limits(max_pages=0)


@pytest_asyncio.fixture
async def decoder() -> AsyncIterator[Decoder]:
    decoder = Decoder()
    yield decoder
    decoder.close()


async def read(decoder: Decoder, data: bytes, *, force_ocr: bool = False) -> list[Page]:
    return [page async for page in decoder.pages(data, force_ocr=force_ocr)]


async def test_the_limited_process_gives_the_same_pages(decoder: Decoder) -> None:
    files = [made.pdf(2), made.tiff([made.corners_image(), made.corners_image(80, 50)]), JPEG, PNG]
    for data in files:
        for force_ocr in (False, True):
            assert await read(decoder, data, force_ocr=force_ocr) == pages_of(data, force_ocr=force_ocr)


async def test_every_bad_file_is_refused_and_its_neighbours_are_read(decoder: Decoder) -> None:
    good = made.pdf()
    for name, (data, code) in BAD.items():
        with pytest.raises(Unreadable) as caught:
            await read(decoder, data)
        assert caught.value.code is code, name
        assert len(await read(decoder, good)) == 1


@pytest.mark.parametrize("form", ["PDF", "JPEG", "PNG", "TIFF"])
async def test_random_damage_is_read_or_refused_and_never_an_error(form: str, decoder: Decoder) -> None:
    whole = {"PDF": made.pdf(), "JPEG": JPEG, "PNG": PNG, "TIFF": TIFF}[form]
    rng = np.random.default_rng(7)
    for _ in range(25):
        data = bytearray(whole)
        end = min(len(data), 1_500) if rng.random() < 0.5 else len(data)
        for place in rng.integers(0, end, rng.integers(1, 12)):
            data[place] = rng.integers(0, 256)
        with contextlib.suppress(Unreadable):
            await read(decoder, bytes(data))
    assert len(await read(decoder, whole)) == 1
