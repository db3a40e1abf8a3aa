"""Bounds on what one document may cost."""

from __future__ import annotations

from dataclasses import dataclass

from medinfer.contract import ocr


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one document. A document beyond one is refused with the code that names it.

    Attributes:
        max_bytes: length of the file.
        max_pages: pages of a PDF or TIFF.
        max_page_px: pixels (width x height) of a page as its header states it, read before anything is decoded.
        max_side_px: longer side of what is decoded; a larger page or photograph is decoded smaller, not refused.
        render_dpi: resolution at which a PDF page is drawn, and of the boxes of its text layer.
        min_render_dpi: a PDF page so large that fewer dots per inch would fit into ``max_side_px`` is refused.
        decode_s: seconds of waiting for the decoder, over all pages of the document.
        memory_bytes: address space of the decoding process.
    """

    max_bytes: int = ocr.MAX_DOCUMENT_BYTES
    max_pages: int = ocr.MAX_PAGES
    max_page_px: int = 60_000_000
    max_side_px: int = 3_508
    render_dpi: int = 200
    min_render_dpi: int = 36
    decode_s: float = 30.0
    memory_bytes: int = 2 * 2**30

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be positive")
