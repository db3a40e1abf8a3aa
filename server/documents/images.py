"""JPEG, PNG and TIFF -> pages of pixels."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
from PIL import ExifTags, Image

from medinfer.contract.vocabulary import DocumentErrorCode
from server.documents.formats import Format
from server.documents.limits import Limits
from server.documents.pages import PixelPage, Unreadable

Image.MAX_IMAGE_PIXELS = None  # Limits.max_page_px is checked instead, for every frame

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes an image of each EXIF orientation upright (Exif 2.32, tag 0x0112)."""

_TRANSPARENT_MODES = ("RGBA", "RGBa", "LA", "La", "PA")

_NEW_SUBFILE_TYPE = 254
_REDUCED_RESOLUTION = 1
"""TIFF 6.0, section 8: a frame that is a thumbnail of another one is not a page."""


def image_pages(data: bytes, form: Format, limits: Limits) -> Iterator[PixelPage]:
    """The frames of an image file, one at a time; only a TIFF has more than one page.

    Raises:
        Unreadable: damaged, or over a limit.
    """
    image = _open(data, form)
    pages = 0
    for frame in range(limits.max_pages + 1 if form is Format.TIFF else 1):
        if frame > 0 and not _seek(image, frame):
            break
        if form is Format.TIFF and _is_thumbnail(image):
            continue
        if (pages := pages + 1) > limits.max_pages:
            raise Unreadable(DocumentErrorCode.TOO_MANY_PAGES)
        yield _page(image, limits)


def _open(data: bytes, form: Format) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data), formats=(form.value,))
    except Exception as error:
        raise Unreadable(DocumentErrorCode.CORRUPT) from error


def _seek(image: Image.Image, frame: int) -> bool:
    """Go to a frame. False: there is none."""
    try:
        image.seek(frame)
    except EOFError:
        return False
    except Exception as error:
        raise Unreadable(DocumentErrorCode.CORRUPT) from error
    return True


def _is_thumbnail(image: Image.Image) -> bool:
    tags = getattr(image, "tag_v2", {})
    return bool(int(tags.get(_NEW_SUBFILE_TYPE, 0)) & _REDUCED_RESOLUTION)


def _page(image: Image.Image, limits: Limits) -> PixelPage:
    width, height = image.size
    if width < 1 or height < 1:
        raise Unreadable(DocumentErrorCode.CORRUPT)
    if width * height > limits.max_page_px:
        raise Unreadable(DocumentErrorCode.TOO_MANY_PIXELS)
    scale = min(1.0, limits.max_side_px / max(width, height))
    try:
        pixels, turned = _pixels(image, (max(1, round(width * scale)), max(1, round(height * scale))))
    except Exception as error:
        raise Unreadable(DocumentErrorCode.CORRUPT) from error
    if turned:
        width, height = height, width
    return PixelPage(pixels.width, pixels.height, width, height, pixels.tobytes("raw", "BGR"))


def _pixels(image: Image.Image, size: tuple[int, int]) -> tuple[Image.Image, bool]:
    """The frame as RGB at ``size``, then turned as EXIF says; and whether that swapped its sides."""
    image.draft(None, size)  # a JPEG is decoded at 1/2, 1/4 or 1/8 where that is enough; nothing for other formats
    image.load()
    pixels = _rgb(image)
    if pixels.size != size:
        pixels = pixels.resize(size, Image.Resampling.BOX)
    orientation = image.getexif().get(ExifTags.Base.Orientation, 1)  # a TIFF is turned, and its tag gone, after load()
    if (turn := _TURNS.get(orientation)) is not None:
        pixels = pixels.transpose(turn)
    return pixels, orientation in (5, 6, 7, 8)


def _rgb(image: Image.Image) -> Image.Image:
    """8-bit RGB on white, from whatever the file holds: 1 and 16 bit, palettes, transparency, CMYK, floats."""
    if image.mode.startswith(("I", "F")):
        values = np.asarray(image, dtype=np.float32)
        low, high = float(values.min()), float(values.max())
        return Image.fromarray(((values - low) * (255 / max(high - low, 1e-6))).astype(np.uint8)).convert("RGB")
    if image.mode in _TRANSPARENT_MODES or "transparency" in image.info:
        layer = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
    return image.convert("RGB")
