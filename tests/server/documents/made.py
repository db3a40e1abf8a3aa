"""Small documents of every kind, good and bad, made from real encoders."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence

import pypdf
from PIL import ExifTags, Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

REPORT = (
    (72, 750, 16, "City Laboratory Report"),
    (72, 700, 11, "Patient: Asha Verma"),
    (330, 700, 11, "Age: 42 years"),
    (72, 660, 11, "Haemoglobin"),
    (250, 660, 11, "13.5"),
    (330, 660, 11, "g/dL"),
    (420, 660, 11, "12.0 - 15.5"),
    (72, 640, 11, "Platelet count"),
    (250, 640, 11, "250"),
    (330, 640, 11, "thousand/uL"),
    (420, 640, 11, "150 - 410"),
)
"""x, y in pt from the bottom left of an A4 page; font size in pt; text."""


def pdf(pages: int = 1, *, turned: int = 0, page_rotation: int = 0, page_size: tuple[float, float] = A4) -> bytes:
    """`REPORT` on every page. ``turned``: the text, degrees counterclockwise; ``page_rotation``: the /Rotate entry."""
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=page_size)
    for _ in range(pages):
        width, height = page_size
        canvas.translate(width / 2, height / 2)
        canvas.rotate(turned)
        canvas.translate(-A4[0] / 2, -A4[1] / 2)
        for x, y, size, text in REPORT:
            canvas.setFont("Helvetica", size)
            canvas.drawString(x, y, text)
        canvas.showPage()
    canvas.save()
    if page_rotation == 0:
        return target.getvalue()
    return rewritten(target.getvalue(), page_rotation=page_rotation)


def rewritten(data: bytes, *, page_rotation: int = 0, password: str | None = None) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    for page in writer.pages:
        page.rotate(page_rotation)
    if password is not None:
        writer.encrypt(password)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def form_pdf(typed: str) -> bytes:
    """A form with ``typed`` in its only field."""
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4)
    canvas.drawString(72, 700, "Name of the patient")
    canvas.acroForm.textfield(value=typed, x=72, y=640, width=300, height=24)
    canvas.save()
    return target.getvalue()


def pdf_without_pages() -> bytes:
    target = io.BytesIO()
    pypdf.PdfWriter().write(target)
    return target.getvalue()


def scan_pdf(image: Image.Image, text: str = "") -> bytes:
    """A page that is one picture, with ``text`` printed over its foot."""
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4)
    canvas.drawImage(ImageReader(image), 0, 0, *A4)
    canvas.drawString(72, 20, text)
    canvas.save()
    return target.getvalue()


def encoded(image: Image.Image, form: str, **options: object) -> bytes:
    target = io.BytesIO()
    image.save(target, form, **options)
    return target.getvalue()


def corners_image(width: int = 60, height: int = 40) -> Image.Image:
    """White, with a red square at the top left and a blue one at the bottom right."""
    image = Image.new("RGB", (width, height), "white")
    image.paste("red", (0, 0, 10, 10))
    image.paste("blue", (width - 10, height - 10, width, height))
    return image


def with_orientation(image: Image.Image, orientation: int, form: str = "JPEG") -> bytes:
    """Stored so that a viewer that follows EXIF ``orientation`` shows ``image``."""
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    stored = image.transpose(undo[orientation]) if orientation in undo else image
    return encoded(stored, form, exif=exif, **({"quality": 95} if form == "JPEG" else {}))


def tiff(images: Sequence[Image.Image], **options: object) -> bytes:
    return encoded(images[0], "TIFF", save_all=True, append_images=list(images[1:]), **options)


def png_header_only(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds next to nothing."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")
