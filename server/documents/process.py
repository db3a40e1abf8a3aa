"""One decoding process, seen from the server. Blocking: used from threads."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from threading import Lock

from medinfer.contract.vocabulary import DocumentErrorCode
from server.documents.framing import Buffer, ProtocolError, message, page_of, receive
from server.documents.limits import Limits
from server.documents.pages import Page, Unreadable

START_S = 30.0
"""Seconds until a new process must be ready."""

_PIPE_BYTES = 2**20
_BYTES_PER_PIXEL = 3


class DecoderFailed(RuntimeError):
    """The decoder itself is broken; the document is not to blame. ``str()`` is safe to show."""


class DecodingProcess:
    """Runs `server.documents.worker` and gives it one document after another.

    ``documents``: how many it was given. ``done``: it came to a regular end with the last one, a refusal included.

    Raises:
        DecoderFailed: it did not become ready.
    """

    def __init__(self, limits: Limits) -> None:
        self.documents = 0
        self.done = True
        self._limits = limits
        self._left_s = START_S
        self._talking = Lock()
        self._popen = subprocess.Popen(
            [sys.executable, "-m", "server.documents.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a library's complaint may quote the document
            env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "OPENBLAS_NUM_THREADS": "1"},
            cwd=tempfile.gettempdir(),
            bufsize=0,
        )
        assert self._popen.stdin is not None
        assert self._popen.stdout is not None
        self._in, self._out = self._popen.stdin.fileno(), self._popen.stdout.fileno()
        for pipe in (self._in, self._out):
            os.set_blocking(pipe, False)
            with contextlib.suppress(OSError):  # over the user's quota of pipe memory: slower, not wrong
                fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        try:
            receive(self._read, 0)
        except (EOFError, TimeoutError, ProtocolError) as error:
            self.kill()
            raise DecoderFailed(f"{sys.executable} -m server.documents.worker did not become ready") from error

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def alive(self) -> bool:
        return self._popen.poll() is None

    def send(self, data: bytes, *, force_ocr: bool) -> None:
        """Hand over a document. The time for decoding it starts."""
        self.documents += 1
        self.done = False
        self._left_s = self._limits.decode_s
        with self._talking:
            self._send(data, force_ocr=force_ocr)

    def _send(self, data: bytes, *, force_ocr: bool) -> None:
        self._check_open()
        try:
            for part in message({"limits": asdict(self._limits), "force_ocr": force_ocr}, data):
                self._write(part)
        except BrokenPipeError as error:
            raise DecoderFailed("the decoding process ended before it had the document") from error
        except TimeoutError as error:
            raise DecoderFailed("the decoding process does not take the document") from error

    def next_page(self) -> Page | None:
        """The next page of the document, None after the last.

        Raises:
            Unreadable: also when the document ended the process, or took too long.
            DecoderFailed: a bug of the decoder, or something else ended the process.
        """
        with self._talking:
            return self._next_page()

    def kill(self) -> None:
        self._popen.kill()
        # A thread that still waits for it is told now. Its pipes must not be closed before: their numbers would be
        # given to another file, and that thread would read from it.
        with self._talking:
            self._popen.wait()
            for pipe in (self._popen.stdin, self._popen.stdout):
                if pipe is not None:
                    pipe.close()

    def _next_page(self) -> Page | None:
        side_px = self._limits.max_side_px + 1  # a rounding may add one
        self._check_open()
        try:
            header, payload = receive(self._read, side_px * side_px * _BYTES_PER_PIXEL)
            kind = header.get("kind")
            self.done = kind in ("end", "unreadable")
            if kind == "end":
                return None
            if kind == "unreadable":
                raise Unreadable(DocumentErrorCode(header["code"]))
            if kind == "failed":
                raise DecoderFailed(f"the decoder failed: {header['where']}")
            return page_of(header, payload)
        except TimeoutError as error:
            raise Unreadable(DocumentErrorCode.DECODE_TIMEOUT) from error
        except EOFError as error:
            raise self._ended() from error
        except (ProtocolError, ValueError, KeyError) as error:
            raise DecoderFailed("the decoding process broke the protocol") from error

    def _check_open(self) -> None:
        if self._popen.stdin is None or self._popen.stdin.closed:
            raise DecoderFailed("the decoding process was ended")

    def _ended(self) -> Exception:
        status = self._popen.wait()
        if status == -signal.SIGXCPU:
            return Unreadable(DocumentErrorCode.DECODE_TIMEOUT)
        if status < 0 and status != -signal.SIGKILL:  # it crashed on this document, or ran out of its memory
            return Unreadable(DocumentErrorCode.CORRUPT)
        return DecoderFailed(f"the decoding process ended with status {status}")

    def _read(self, size: int) -> Buffer:
        data = bytearray(size)
        rest = memoryview(data)
        while rest:
            self._wait(self._out, select.POLLIN)
            count = os.readv(self._out, [rest])
            if count == 0:
                raise EOFError
            rest = rest[count:]
        return data

    def _write(self, part: Buffer) -> None:
        rest = memoryview(part)
        while rest:
            self._wait(self._in, select.POLLOUT)
            rest = rest[os.write(self._in, rest) :]

    def _wait(self, pipe: int, event: int) -> None:
        """Wait for ``pipe``; the time is taken from what the document has left."""
        poll = select.poll()
        poll.register(pipe, event)
        began_s = time.monotonic()
        ready = poll.poll(max(self._left_s, 0) * 1e3)
        self._left_s -= time.monotonic() - began_s
        if not ready:
            raise TimeoutError
