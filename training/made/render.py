"""Made documents as files: PDF with a text layer, page images, scans.

The same document always gives the same bytes (reportlab's invariant mode; no time stamp, no random id).
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import pypdfium2
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from training.made.layout import MadeDocument, Page

POINTS_PER_INCH = 72


def pdf(document: MadeDocument, *, password: str | None = None) -> bytes:
    """A PDF with a text layer, one page per page; protected if there is a password."""
    target = BytesIO()
    encryption = StandardEncryption(password, strength=128) if password else None
    canvas = Canvas(target, invariant=1, pageCompression=1, encrypt=encryption)
    for page in document.pages:
        _draw(canvas, page)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def _draw(canvas: Canvas, page: Page) -> None:
    canvas.setPageSize((page.width, page.height))
    for bar in page.bars:
        canvas.setFillGray(bar.grey)
        canvas.rect(bar.x0, page.height - bar.y1, bar.x1 - bar.x0, bar.y1 - bar.y0, stroke=0, fill=1)
    for cell in page.cells:
        canvas.setFillGray(cell.grey)
        canvas.setFont(cell.font_name, cell.size)
        canvas.drawString(cell.x, page.height - cell.y, cell.text.text)


def page_images(content: bytes, *, dpi: int = 150) -> list[Image.Image]:
    """Each page of a PDF as a grey image."""
    document = pypdfium2.PdfDocument(content)
    try:
        return [page.render(scale=dpi / POINTS_PER_INCH, grayscale=True).to_pil().convert("L") for page in document]
    finally:
        document.close()


def jpeg(image: Image.Image, *, quality: int = 70, exif: bytes = b"") -> bytes:
    target = BytesIO()
    image.save(target, "JPEG", quality=quality, exif=exif)
    return target.getvalue()


def png(image: Image.Image) -> bytes:
    target = BytesIO()
    image.save(target, "PNG", optimize=True)
    return target.getvalue()


def tiff(images: Sequence[Image.Image]) -> bytes:
    """All pages in one file, black and white as a fax sends them (CCITT group 4)."""
    target = BytesIO()
    first, *rest = [image.point(lambda value: 255 if value > 170 else 0).convert("1") for image in images]
    first.save(target, "TIFF", compression="group4", save_all=True, append_images=rest, dpi=(150, 150))
    return target.getvalue()


def scanned_pdf(images: Sequence[Image.Image], *, quality: int = 60) -> bytes:
    """A PDF whose pages are pictures, without a text layer."""
    return mixed_pdf([], images, quality=quality)


def mixed_pdf(pages: Sequence[Page], images: Sequence[Image.Image], *, dpi: int = 150, quality: int = 60) -> bytes:
    """A PDF with text pages first and scanned pages behind them."""
    target = BytesIO()
    canvas = Canvas(target, invariant=1, pageCompression=1)
    for page in pages:
        _draw(canvas, page)
        canvas.showPage()
    for image in images:
        width, height = (side * POINTS_PER_INCH / dpi for side in image.size)
        canvas.setPageSize((width, height))
        canvas.drawImage(ImageReader(BytesIO(jpeg(image, quality=quality))), 0, 0, width, height)
        canvas.showPage()
    canvas.save()
    return target.getvalue()
