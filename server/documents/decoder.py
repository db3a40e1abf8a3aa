"""Decodes untrusted documents outside this process.

PDFium, libtiff, libjpeg and libpng are native code that is fed with whatever a stranger sends. A fault in them must
not end or stall the process that serves other requests, so documents are decoded in subprocesses with limits on
time, memory and files (`server.documents.worker`), which have neither the environment nor the credentials of this
one. The processes are kept warm.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from threading import Lock

from medinfer.contract.vocabulary import DocumentErrorCode
from server.documents.limits import Limits
from server.documents.pages import Page, Unreadable
from server.documents.process import DecodingProcess

RECYCLE_AFTER = 500
"""Documents that one process decodes: bounds what a leak, or a file that corrupted its memory, can reach."""


class Decoder:
    """A pool of warm decoding processes: one for each document that is being decoded at the moment. One that crashed,
    was late, or was left half way through a document is not used again."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.idle: list[DecodingProcess] = []
        self._lock = Lock()

    async def pages(self, data: bytes, *, force_ocr: bool = False) -> AsyncGenerator[Page, None]:
        """The pages of ``data`` in order. While the caller works on one, the next is decoded.

        Raises:
            Unreadable: the document cannot be read; pages before the damage may have been given.
            DecoderFailed: the decoder is broken; the document may be fine.
        """
        if not data:
            raise Unreadable(DocumentErrorCode.EMPTY)
        if len(data) > self.limits.max_bytes:
            raise Unreadable(DocumentErrorCode.TOO_LARGE)
        process = await self._take()
        try:
            await asyncio.to_thread(process.send, data, force_ocr=force_ocr)
            while (page := await asyncio.to_thread(process.next_page)) is not None:
                yield page
        finally:
            self._give_back(process)

    def close(self) -> None:
        """End the idle processes."""
        with self._lock:
            idle, self.idle = self.idle, []
        for process in idle:
            process.kill()

    async def _take(self) -> DecodingProcess:
        taking = asyncio.ensure_future(asyncio.to_thread(self._idle_or_new))
        try:
            return await asyncio.shield(taking)
        except asyncio.CancelledError:
            taking.add_done_callback(self._give_back_taken)  # the thread goes on, and its process needs an owner
            raise

    def _idle_or_new(self) -> DecodingProcess:
        with self._lock:
            process = self.idle.pop() if self.idle else None
        if process is not None:
            if process.alive:
                return process
            process.kill()
        return DecodingProcess(self.limits)

    def _give_back_taken(self, taken: asyncio.Future[DecodingProcess]) -> None:
        if not taken.cancelled() and taken.exception() is None:
            self._give_back(taken.result())

    def _give_back(self, process: DecodingProcess) -> None:
        if process.done and process.documents < RECYCLE_AFTER:
            with self._lock:
                self.idle.append(process)
        else:
            process.kill()
