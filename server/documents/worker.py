"""The decoding process: reads documents from stdin, writes their pages to stdout.

Started by `server.documents.decoder`, never by hand. It gives up what it does not need before it reads the first
byte: it cannot write files, start processes, or use more memory and processor time than its limits say.
"""

from __future__ import annotations

import contextlib
import os
import resource
from dataclasses import fields

from medinfer.contract.vocabulary import DocumentErrorCode
from server.documents.decode import decode
from server.documents.framing import Header, message, page_message, receive
from server.documents.limits import Limits
from server.documents.pages import Unreadable
from server.faults import where

_STDIN, _STDOUT = 0, 1
_OPEN_FILES = 64


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold a patient's document
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    _send({"kind": "ready"})
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            header, data = receive(_read, max_payload_bytes=2**40)
            _answer(header, bytes(data))


def _answer(header: Header, data: bytes) -> None:
    limits = Limits(**{field.name: header["limits"][field.name] for field in fields(Limits)})
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, resource.RLIM_INFINITY))
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu_s = int(used.ru_utime + used.ru_stime + limits.decode_s) + 1
    # The server ends a decoder that is late; this ends one whose server is gone.
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, resource.RLIM_INFINITY))
    try:
        for page in decode(data, limits, force_ocr=header["force_ocr"]):
            for part in page_message(page):
                _write(part)
        _send({"kind": "end"})
    except Unreadable as error:
        _send({"kind": "unreadable", "code": error.code.value})
    except MemoryError:
        _send({"kind": "unreadable", "code": DocumentErrorCode.CORRUPT.value})
    except Exception as error:  # noqa: BLE001 (reported to the server, without the text: it may quote the document)
        _send({"kind": "failed", "where": where(error)})


def _send(header: Header) -> None:
    for part in message(header):
        _write(part)


def _write(part: bytes | bytearray | memoryview) -> None:
    rest = memoryview(part)
    while rest:
        rest = rest[os.write(_STDOUT, rest) :]


def _read(size: int) -> bytearray:
    data = bytearray(size)
    rest = memoryview(data)
    while rest:
        count = os.readv(_STDIN, [rest])
        if count == 0:
            raise EOFError
        rest = rest[count:]
    return data


if __name__ == "__main__":
    main()
