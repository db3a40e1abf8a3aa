"""What a file is, by its first bytes: names and content types are claims, not facts."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    PDF = "PDF"
    JPEG = "JPEG"
    PNG = "PNG"
    TIFF = "TIFF"


_PDF_HEADER_WITHIN_BYTES = 1024
"""Readers accept a PDF header after leading junk (ISO 32000-1, annex H.3, note 13)."""

_SIGNATURES = {
    b"\xff\xd8\xff": Format.JPEG,
    b"\x89PNG\r\n\x1a\n": Format.PNG,
    b"II*\x00": Format.TIFF,
    b"MM\x00*": Format.TIFF,
    b"II+\x00": Format.TIFF,  # BigTIFF
    b"MM\x00+": Format.TIFF,
}


def sniff(data: bytes) -> Format | None:
    """The format of ``data``, or None if it is none that we read."""
    for signature, found in _SIGNATURES.items():
        if data.startswith(signature):
            return found
    junk, header, _ = data[:_PDF_HEADER_WITHIN_BYTES].partition(b"%PDF-")
    # Binary junk is some other format (an archive that holds a PDF), and PDFium would read what is inside.
    return Format.PDF if header and b"\0" not in junk else None
