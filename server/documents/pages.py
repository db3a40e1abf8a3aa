"""What decoding gives: pages of pixels, pages of text, or the reason why there are none."""

from __future__ import annotations

from dataclasses import dataclass

from medinfer.contract.vocabulary import DocumentErrorCode

Point = tuple[float, float]
Corners = tuple[Point, Point, Point, Point]
"""Top left, top right, bottom right, bottom left, in px; x to the right, y down."""


class Unreadable(Exception):
    """The document cannot be read; the same bytes fail again."""

    def __init__(self, code: DocumentErrorCode) -> None:
        super().__init__(code.value)
        self.code = code


@dataclass(frozen=True, slots=True)
class PixelPage:
    """A page to be read from its pixels.

    ``bgr``: height x width x 3 bytes, rows from the top. ``page_width`` and ``page_height`` are px of the page as
    it is stored (after its EXIF orientation), of which ``bgr`` may be a smaller copy.
    """

    width: int
    height: int
    page_width: int
    page_height: int
    bgr: bytes | bytearray | memoryview


@dataclass(frozen=True, slots=True)
class TextLine:
    text: str
    corners: Corners


@dataclass(frozen=True, slots=True)
class TextPage:
    """A page whose text the file itself holds; ``rotation``: degrees clockwise that made it upright."""

    width: int
    height: int
    rotation: int
    lines: tuple[TextLine, ...]


Page = PixelPage | TextPage
