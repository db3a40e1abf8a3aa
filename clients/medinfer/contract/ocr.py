"""OCR of a whole document: decode, find lines, turn them upright, read them."""

from enum import StrEnum

from medinfer.contract.dtypes import DType
from medinfer.contract.models import Backend, Device, Model, Placement
from medinfer.contract.tensors import Axis, Tensor

MAX_LINES = 20_000
MAX_PAGES = 100

MAX_DOCUMENT_BYTES = 50 * 2**20
"""Longest file; clients and workers refuse a longer one before they send it."""

LINES = Axis("lines", 0, 100, MAX_LINES)
PAGES = Axis("pages", 0, 2, MAX_PAGES)


class OcrTiming(StrEnum):
    """Stages that `TIMING_MS` of `ocr` reports, in this order."""

    DECODE = "decode"
    DETECTION = "detection"
    ORIENTATION = "orientation"
    RECOGNITION = "recognition"


REQUEST_INPUTS = (
    Tensor("DOCUMENT", DType.BYTES, (1,), "the file as the client has it: PDF, JPEG, PNG or TIFF"),
    Tensor("FORCE_OCR", DType.BOOL, (1,), "true: read the pixels even where a PDF has a text layer"),
    Tensor("PRIORITY", DType.UINT32, (1,), "passed on to every sub-request: 0 default, 1 first .. 3 last"),
    Tensor("TIMEOUT_US", DType.INT64, (1,), "microseconds this request may take from its arrival; 0 = no limit"),
)

LINE_TEXT = Tensor("LINE_TEXT", DType.BYTES, (LINES,), "UTF-8 text of each line; pages in order, then reading order")
LINE_BOX = Tensor("LINE_BOX", DType.FP32, (LINES, 4, 2), "corners (x, y) in px of the upright page: TL, TR, BR, BL")
LINE_PAGE = Tensor("LINE_PAGE", DType.INT32, (LINES,), "page of each line, from 0, ascending")

DOCUMENT_OUTPUTS = (
    Tensor("DOCUMENT_ERROR", DType.BYTES, (1,), "empty, or a DocumentErrorCode; then everything else is empty"),
    LINE_BOX,
    Tensor("LINE_SCORE", DType.FP32, (LINES,), "mean character probability, 0..1; 1 for a text layer"),
    LINE_PAGE,
    Tensor("PAGE_SIZE", DType.INT32, (PAGES, 2), "width, height in px of the upright page; boxes refer to it"),
    Tensor(
        "PAGE_ROTATION",
        DType.INT32,
        (PAGES,),
        "degrees clockwise (0 90 180 270) that made the page upright, after a viewer's EXIF or PDF /Rotate turn",
    ),
    Tensor("PAGE_OCR", DType.BOOL, (PAGES,), "true: read from pixels; false: from the PDF's text layer"),
    Tensor("OCR_TIMING_MS", DType.FP32, (len(OcrTiming),), "wall time in OcrTiming's order, summed over pages"),
)

MODEL = Model(
    name="ocr",
    description="Document bytes -> lines of text with boxes (BLS over detection, orientation, recognition).",
    backend=Backend.PYTHON,
    max_batch_size=0,
    inputs=REQUEST_INPUTS,
    outputs=(LINE_TEXT, *DOCUMENT_OUTPUTS),
    gpu=Placement(Device.CPU, 8, prioritised=True),
    cpu=Placement(Device.CPU, 2, prioritised=True),
)
