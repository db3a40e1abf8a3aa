"""Bytes -> pages, in this process. The server calls it through `server.documents.decoder`, in a limited one."""

from __future__ import annotations

from collections.abc import Iterator

from medinfer.contract.vocabulary import DocumentErrorCode
from server.documents.formats import Format, sniff
from server.documents.images import image_pages
from server.documents.limits import Limits
from server.documents.pages import Page, Unreadable
from server.documents.pdf import pdf_pages


def decode(data: bytes, limits: Limits, *, force_ocr: bool) -> Iterator[Page]:
    """The pages of a document in order, each decoded when it is asked for.

    ``force_ocr``: draw the pages of a PDF even where it holds their text.

    Raises:
        Unreadable: while iterating; ``code`` says why.
    """
    if not data:
        raise Unreadable(DocumentErrorCode.EMPTY)
    if len(data) > limits.max_bytes:
        raise Unreadable(DocumentErrorCode.TOO_LARGE)
    form = sniff(data)
    if form is None:
        raise Unreadable(DocumentErrorCode.UNSUPPORTED_TYPE)
    if form is Format.PDF:
        yield from pdf_pages(data, limits, force_ocr=force_ocr)
    else:
        yield from image_pages(data, form, limits)
