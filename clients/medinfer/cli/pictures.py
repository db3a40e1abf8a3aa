"""Pictures of a document's pages, as the server turned them."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from medinfer.cli.console import needs
from medinfer.results import Page

if TYPE_CHECKING:
    from PIL import Image

LONGEST_SIDE_PX = 1400
MAX_PICTURES = 20
"""Pages beyond these are listed without a picture: each is about 200 KB of HTML."""

_QUALITY = 72


def page_pictures(path: Path, pages: Sequence[Page]) -> list[bytes]:
    """JPEGs of the first pages, upright; fewer where the file cannot be drawn here, which is no failure of reading.

    The file was decoded under the server's limits before it gets here; a rejected one never does.

    Raises:
        Failure: Pillow or pypdfium2 is not installed.
    """
    with needs("models"):
        import pypdfium2
        from PIL import Image, UnidentifiedImageError

    pictures: list[bytes] = []
    try:
        raw = _pdf_pages(path) if path.read_bytes()[:1024].find(b"%PDF-") >= 0 else _image_frames(path)
        for page, picture in zip(pages, islice(raw, MAX_PICTURES), strict=False):
            upright = picture.rotate(-page.rotation_degrees, expand=True)
            upright.thumbnail((LONGEST_SIDE_PX, LONGEST_SIDE_PX), Image.Resampling.LANCZOS)
            buffer = io.BytesIO()
            upright.save(buffer, "JPEG", quality=_QUALITY)
            pictures.append(buffer.getvalue())
    except (OSError, UnidentifiedImageError, pypdfium2.PdfiumError, Image.DecompressionBombError):
        return pictures
    return pictures


def _pdf_pages(path: Path) -> Iterator[Image.Image]:
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    try:
        for page in document:
            width, height = page.get_size()
            yield page.render(scale=LONGEST_SIDE_PX / max(width, height)).to_pil().convert("RGB")
    finally:
        document.close()


def _image_frames(path: Path) -> Iterator[Image.Image]:
    from PIL import Image, ImageOps, ImageSequence

    with Image.open(path, formats=("JPEG", "PNG", "TIFF")) as image:
        for frame in ImageSequence.Iterator(image):
            yield ImageOps.exif_transpose(frame).convert("RGB")
