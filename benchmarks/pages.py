"""The pages that OCR is measured on."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from medinfer.rows import rows
from server.documents.decode import decode
from server.documents.formats import Format, sniff
from server.documents.limits import Limits
from server.documents.pages import PixelPage, Unreadable

_TESTS = ("Haemoglobin", "Creatinine", "Glucose", "Sodium", "Urea", "Albumin", "Bilirubin", "Calcium", "TSH", "HbA1c")
_UNITS = ("mg/dL", "g/dL", "mmol/L", "U/L", "ng/mL", "%")
_A4_PX = (1240, 1754)  # 150 dpi


@dataclass(frozen=True, slots=True)
class Page:
    """``data``: a JPEG or PNG, one page. ``transcription``: its lines as a person typed them, if there is one."""

    name: str
    data: bytes
    transcription: tuple[str, ...] | None = None


def collect(folder: Path, count: int) -> list[Page]:
    """The first ``count`` pages of the files in ``folder``; made pages if there are fewer. Both readers get the same
    bytes: pages of PDF and TIFF become PNG. Files that cannot be read are left out."""
    pages: list[Page] = []
    for path in sorted(folder.glob("*")) if folder.is_dir() else []:
        if len(pages) < count and path.is_file():
            pages += _pages_of(path)
    pages += [Page(f"made page {seed}", made_page(seed)) for seed in range(count - len(pages))]
    return pages[:count]


def made_page(seed: int) -> bytes:
    """A dense lab report, A4 at 150 dpi, as PNG."""
    rng = random.Random(seed)  # noqa: S311 (a test page, not a secret)
    image = Image.new("RGB", _A4_PX, "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(22)
    draw.text((90, 60), f"City Laboratory, report {rng.randint(10_000, 99_999)}", fill="black", font=font)
    for row in range(36):
        value = f"{rng.uniform(0.1, 300):.{rng.randint(0, 2)}f}"
        reference = f"{rng.randint(1, 99)} - {rng.randint(100, 400)}"
        cells = (f"{rng.choice(_TESTS)}, {rng.choice(('serum', 'plasma'))}", value, rng.choice(_UNITS), reference)
        for left, cell in zip((90, 560, 760, 960), cells, strict=True):
            draw.text((left, 130 + row * 43), cell, fill="black", font=font)
    return _png(image)


def _pages_of(path: Path) -> list[Page]:
    data = path.read_bytes()
    transcription = _transcription(path.with_suffix(".csv"))
    try:
        decoded = list(decode(data, Limits(), force_ocr=True))
    except Unreadable:
        return []
    if sniff(data) in (Format.JPEG, Format.PNG):
        return [Page(path.name, data, transcription)]
    pages = [page for page in decoded if isinstance(page, PixelPage)]
    return [Page(f"{path.name}, page {number}", _png_of(page)) for number, page in enumerate(pages, start=1)]


def _transcription(path: Path) -> tuple[str, ...] | None:
    """The lines of a SROIE file (``x1,y1,x2,y2,x3,y3,x4,y4,text`` each), in the order that readings are put in."""
    if not path.is_file():
        return None
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    fields = [line.split(",", 8) for line in lines if line.count(",") >= 8]
    boxes = np.array([[float(number) for number in f[:8]] for f in fields], np.float32).reshape(-1, 4, 2)
    return tuple(fields[i][8] for row in rows(boxes, np.zeros(len(boxes), np.int32)) for i in row)


def _png_of(page: PixelPage) -> bytes:
    return _png(Image.frombytes("RGB", (page.width, page.height), bytes(page.bgr), "raw", "BGR"))


def _png(image: Image.Image) -> bytes:
    target = io.BytesIO()
    image.save(target, "PNG", compress_level=1)
    return target.getvalue()
