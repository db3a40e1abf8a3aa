"""PDF -> pages of text where the file holds it, of pixels where it does not."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from medinfer.contract.vocabulary import DocumentErrorCode
from server.documents import text_layer
from server.documents.limits import Limits
from server.documents.pages import Page, PixelPage, TextPage, Unreadable
from server.documents.text_layer import Character

MIN_CHARACTERS = 16
"""A page with fewer characters is read from its pixels: a page number or a stamp is not its text."""

MIN_CHARACTERS_ON_SCAN = 200
"""The same for a page that is mostly one picture: a scanner's or a sender's footer is not its text."""

SCAN_COVERAGE = 0.5
"""Part of the page that pictures cover, from which on it counts as a scan."""

MAX_CHARACTERS = 100_000
"""A page with more is read from its pixels; a page of fine print has about 10,000."""

MAX_UNMAPPED = 0.1
"""Part of the characters without a Unicode meaning, above which the text layer is not used."""

_PT_PER_INCH = 72
_PASSWORD_ERRORS = (pdfium_c.FPDF_ERR_PASSWORD, pdfium_c.FPDF_ERR_SECURITY)


def pdf_pages(data: bytes, limits: Limits, *, force_ocr: bool) -> Iterator[Page]:
    """The pages of a PDF as a viewer shows them (crop box and rotation applied), one at a time.

    Raises:
        Unreadable: damaged, encrypted, without pages, or over a limit.
    """
    document = _open(data)
    try:
        pages = len(document)
        if pages > limits.max_pages:
            raise Unreadable(DocumentErrorCode.TOO_MANY_PAGES)
        for number in range(pages):
            try:
                page = _load(document, number)
                try:
                    answer = _page(page, limits, force_ocr=force_ocr)
                finally:
                    page.close()
            except pdfium.PdfiumError as error:
                raise Unreadable(DocumentErrorCode.CORRUPT) from error
            yield answer
    finally:
        document.close()


def _open(data: bytes) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        raise Unreadable(_reason(data)) from error


def _reason(data: bytes) -> DocumentErrorCode:
    """Why a PDF does not open. PDFium sets its error code only when loading fails; for a document that loads and has no
    pages, the code is still that of some document before it. So loading itself is asked first."""
    document = pdfium_c.FPDF_LoadMemDocument64(data, len(data), None)
    if document:
        pdfium_c.FPDF_CloseDocument(document)
        return DocumentErrorCode.EMPTY
    return (
        DocumentErrorCode.ENCRYPTED if pdfium_c.FPDF_GetLastError() in _PASSWORD_ERRORS else DocumentErrorCode.CORRUPT
    )


def _load(document: pdfium.PdfDocument, number: int) -> pdfium.PdfPage:
    """A page with its annotations made part of it: what was typed into a form is text like any other."""
    page = document[number]
    if pdfium_c.FPDFPage_GetAnnotCount(page) > 0:
        pdfium_c.FPDFPage_Flatten(page, pdfium_c.FLAT_NORMALDISPLAY)
        page.close()
        page = document[number]
    return page


def _page(page: pdfium.PdfPage, limits: Limits, *, force_ocr: bool) -> Page:
    width_pt, height_pt = page.get_size()
    if not (math.isfinite(width_pt) and math.isfinite(height_pt) and width_pt > 0 and height_pt > 0):
        raise Unreadable(DocumentErrorCode.CORRUPT)
    fitting_dpi = (limits.max_side_px - 0.01) * _PT_PER_INCH / max(width_pt, height_pt)  # less than a px too small
    dpi = min(limits.render_dpi, fitting_dpi)
    if dpi < limits.min_render_dpi:
        raise Unreadable(DocumentErrorCode.TOO_MANY_PIXELS)
    scale = dpi / _PT_PER_INCH
    size = (math.ceil(width_pt * scale), math.ceil(height_pt * scale))
    if not force_ocr and (text := _text_page(page, size)) is not None:
        return text
    return _rendered(page, scale)


def _rendered(page: pdfium.PdfPage, scale: float) -> PixelPage:
    bitmap = page.render(scale=scale, may_draw_forms=False, limit_image_cache=True)
    row_bytes = bitmap.width * 3
    pixels = memoryview(bitmap.buffer).cast("B")
    if bitmap.stride != row_bytes:
        starts = range(0, bitmap.height * bitmap.stride, bitmap.stride)
        pixels = memoryview(b"".join(pixels[start : start + row_bytes] for start in starts))
    return PixelPage(
        bitmap.width, bitmap.height, bitmap.width, bitmap.height, bytes(pixels[: bitmap.height * row_bytes])
    )


def _text_page(page: pdfium.PdfPage, size: tuple[int, int]) -> TextPage | None:
    """The page's text layer, or None if it has none that is worth having."""
    textpage = page.get_textpage()
    try:
        count = textpage.count_chars()
        if not MIN_CHARACTERS <= count <= MAX_CHARACTERS:
            return None
        codes = [pdfium_c.FPDFText_GetUnicode(textpage, i) for i in range(count)]
        texts = [chr(code) if 0 < code <= 0x10FFFF else "\ufffd" for code in codes]
        characters = _characters(page, textpage, texts, size)
    finally:
        textpage.close()
    needed = MIN_CHARACTERS_ON_SCAN if _is_scan(page) else MIN_CHARACTERS
    if not text_layer.is_readable((c.text for c in characters), min_characters=needed, max_unmapped=MAX_UNMAPPED):
        return None
    turns = text_layer.page_turn(characters)
    upright = text_layer.turned(characters, turns, *size)
    width, height = size if turns % 2 == 0 else size[::-1]
    return TextPage(width, height, turns * 90, tuple(text_layer.text_lines(upright, width, height)))


def _is_scan(page: pdfium.PdfPage) -> bool:
    left, bottom, right, top = page.get_bbox()
    covered = 0.0
    for picture in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE], max_depth=2):
        x0, y0, x1, y1 = picture.get_bounds()
        covered += max(0.0, min(x1, right) - max(x0, left)) * max(0.0, min(y1, top) - max(y0, bottom))
    return bool(covered >= SCAN_COVERAGE * (right - left) * (top - bottom))


def _characters(
    page: pdfium.PdfPage, textpage: pdfium.PdfTextPage, texts: list[str], size: tuple[int, int]
) -> list[Character]:
    """The characters on the visible page, in the order of the file, in px of the page as a viewer shows it."""
    (a, b, c, d, e, f) = _to_px(page, size)
    box = pdfium_c.FS_RECTF()
    characters = []
    turns = 0
    for index, text in enumerate(texts):
        if not pdfium_c.FPDFText_GetLooseCharBox(textpage, index, box):
            continue
        xs = sorted(a * x + c * y + e for x, y in ((box.left, box.bottom), (box.right, box.top)))
        ys = sorted(b * x + d * y + f for x, y in ((box.left, box.bottom), (box.right, box.top)))
        if xs[1] < 0 or ys[1] < 0 or xs[0] > size[0] or ys[0] > size[1]:
            continue
        if not text.isspace():  # a generated space has no angle of its own
            angle = -pdfium_c.FPDFText_GetCharAngle(textpage, index)  # PDFium counts it clockwise
            turns = _quarter_turns(a * math.cos(angle) + c * math.sin(angle), b * math.cos(angle) + d * math.sin(angle))
        characters.append(Character(text, xs[0], ys[0], xs[1], ys[1], turns))
    return characters


def _quarter_turns(x: float, y: float) -> int:
    """Quarter turns clockwise of text that runs in direction (x, y), y down."""
    return round(math.atan2(y, x) / (math.pi / 2)) % 4


def _to_px(page: pdfium.PdfPage, size: tuple[int, int]) -> tuple[float, float, float, float, float, float]:
    """(a, b, c, d, e, f) of x_px = a x + c y + e, y_px = b x + d y + f for a point (x, y) of the page's own space.

    PDFium answers in whole px: it is asked for a page 1,000 times as large, at points 1,000 pt apart.
    """
    width, height = size
    fine = 1_000
    x, y = ctypes.c_int(), ctypes.c_int()

    def device(page_x: float, page_y: float) -> tuple[float, float]:
        pdfium_c.FPDF_PageToDevice(page, 0, 0, width * fine, height * fine, 0, page_x, page_y, x, y)
        return x.value / fine, y.value / fine

    (e, f), (ex, fx), (ey, fy) = device(0, 0), device(1000, 0), device(0, 1000)
    return (ex - e) / 1000, (fx - f) / 1000, (ey - e) / 1000, (fy - f) / 1000, e, f
