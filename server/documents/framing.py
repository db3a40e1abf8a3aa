"""What the decoding process and the server say to each other over two pipes.

A message is a length (4 bytes, big endian), a JSON object of that length, and as many raw bytes as the object's
``bytes`` says. JSON and not pickle: a decoder that a hostile file took over must not be able to run code here.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from typing import Any

from server.documents.pages import Corners, Page, PixelPage, TextLine, TextPage

Header = dict[str, Any]
Buffer = bytes | bytearray | memoryview
Read = Callable[[int], Buffer]
"""Reads exactly that many bytes."""

MAX_HEADER_BYTES = 64 * 2**20

_LENGTH = struct.Struct(">I")


class ProtocolError(Exception):
    """The other side did not keep to the protocol."""


def message(header: Header, payload: Buffer = b"") -> list[Buffer]:
    """The parts to write, in order."""
    text = json.dumps({**header, "bytes": len(payload)}, separators=(",", ":")).encode()
    return [_LENGTH.pack(len(text)) + text, payload]


def receive(read: Read, max_payload_bytes: int) -> tuple[Header, Buffer]:
    """The next message.

    Raises:
        ProtocolError: it is none, or larger than allowed.
    """
    (length,) = _LENGTH.unpack(read(_LENGTH.size))
    if length > MAX_HEADER_BYTES:
        raise ProtocolError("header too long")
    try:
        header = json.loads(bytes(read(length)))
        size = int(header["bytes"])
    except (ValueError, KeyError, TypeError) as error:
        raise ProtocolError("header is not what was agreed") from error
    if not 0 <= size <= max_payload_bytes:
        raise ProtocolError("payload too long")
    return header, read(size) if size else b""


def page_message(page: Page) -> list[Buffer]:
    if isinstance(page, PixelPage):
        shape = {"size": [page.width, page.height], "page_size": [page.page_width, page.page_height]}
        return message({"kind": "pixels", **shape}, page.bgr)
    lines = [[line.text, line.corners] for line in page.lines]
    return message({"kind": "text", "size": [page.width, page.height], "rotation": page.rotation, "lines": lines})


def page_of(header: Header, payload: Buffer) -> Page:
    """The page that `page_message` wrote.

    Raises:
        ProtocolError: it is not one.
    """
    try:
        width, height = map(int, header["size"])
        if header["kind"] == "pixels":
            page_width, page_height = map(int, header["page_size"])
            if min(width, height, page_width, page_height) < 1 or width * height * 3 != len(payload):
                raise ProtocolError("pixels do not fill the page")
            return PixelPage(width, height, page_width, page_height, payload)
        lines = tuple(TextLine(str(text), _corners(corners)) for text, corners in header["lines"])
        return TextPage(width, height, int(header["rotation"]), lines)
    except (KeyError, TypeError, ValueError) as error:
        raise ProtocolError("not a page") from error


def _corners(corners: list[list[float]]) -> Corners:
    (a, b), (c, d), (e, f), (g, h) = corners
    return ((float(a), float(b)), (float(c), float(d)), (float(e), float(f)), (float(g), float(h)))
