"""Document bytes -> the tensors of the `ocr` model."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medinfer.contract import ocr
from medinfer.contract.vocabulary import DocumentErrorCode
from medinfer.rows import rows
from server.documents.decoder import Decoder
from server.documents.pages import Page, TextPage, Unreadable
from server.inference import Infer
from server.ocr.clock import StageClock
from server.ocr.page import PageLines, from_text_layer, read_pixels
from server.ocr.recognition import Alphabet

PAGES_IN_FLIGHT = 2
"""Pages of one document that are read at once: one is cut and decoded here while the models work on the other.
Bounds the memory of a document (37 MB a page at most)."""


@dataclass(frozen=True, slots=True)
class OcrResult:
    """What `ocr` answers: the contract's output tensors by another name, in the contract's dtypes."""

    error: DocumentErrorCode | None
    line_text: list[str]
    line_box: NDArray[np.float32]
    line_score: NDArray[np.float32]
    line_page: NDArray[np.int32]
    page_size: NDArray[np.int32]
    page_rotation: NDArray[np.int32]
    page_ocr: NDArray[np.bool_]
    timing_ms: NDArray[np.float32]

    def tensors(self) -> Mapping[str, NDArray[Any]]:
        """The outputs of `medinfer.contract.ocr.MODEL`; texts as UTF-8 bytes."""
        return {
            "LINE_TEXT": np.array([text.encode() for text in self.line_text], np.object_),
            "DOCUMENT_ERROR": np.array([(self.error or "").encode()], np.object_),
            "LINE_BOX": self.line_box,
            "LINE_SCORE": self.line_score,
            "LINE_PAGE": self.line_page,
            "PAGE_SIZE": self.page_size,
            "PAGE_ROTATION": self.page_rotation,
            "PAGE_OCR": self.page_ocr,
            "OCR_TIMING_MS": self.timing_ms,
        }


class DocumentReader:
    """Reads documents; one for a server. ``decoder``: the processes that decode; ``alphabet``: of the recognition
    network that `Infer` runs."""

    def __init__(self, decoder: Decoder, alphabet: Alphabet) -> None:
        self._decoder = decoder
        self._alphabet = alphabet

    async def read(self, data: bytes, infer: Infer, *, force_ocr: bool = False) -> OcrResult:
        """Read a document; one that cannot be read is an answer too (``error``).

        Raises:
            InferenceError: a model did not answer.
            DecoderFailed: the decoder is broken.
        """
        clock = StageClock()
        try:
            pages = await self._pages(data, infer, clock, force_ocr=force_ocr)
        except Unreadable as error:
            return _result([], clock, error.code)
        return _result(pages, clock, None)

    async def _pages(self, data: bytes, infer: Infer, clock: StageClock, *, force_ocr: bool) -> list[PageLines]:
        done: list[PageLines] = []
        running: list[asyncio.Task[PageLines]] = []
        decoded = self._decoder.pages(data, force_ocr=force_ocr)
        try:
            while (page := await _next(decoded, clock)) is not None:
                if len(running) == PAGES_IN_FLIGHT:
                    done.append(await running.pop(0))
                running.append(asyncio.create_task(self._page(page, infer, clock)))
            while running:
                done.append(await running.pop(0))
        finally:
            # Sub-requests must not outlive their request, whatever went wrong.
            await asyncio.gather(*running, return_exceptions=True)
            await decoded.aclose()
        return done

    async def _page(self, page: Page, infer: Infer, clock: StageClock) -> PageLines:
        if isinstance(page, TextPage):
            return from_text_layer(page)
        return await read_pixels(page, self._alphabet, infer, clock)


async def _next(pages: AsyncIterator[Page], clock: StageClock) -> Page | None:
    with clock.time(ocr.OcrTiming.DECODE):
        return await anext(pages, None)


def _result(pages: Sequence[PageLines], clock: StageClock, error: DocumentErrorCode | None) -> OcrResult:
    boxes = np.concatenate([np.empty((0, 4, 2), np.float32), *(page.boxes for page in pages)])
    numbers = np.repeat(np.arange(len(pages), dtype=np.int32), [len(page.texts) for page in pages])
    texts = [text for page in pages for text in page.texts]
    scores = np.concatenate([np.empty(0, np.float32), *(page.scores for page in pages)])
    # MAX_LINES is far above any real document (200 lines on each of 100 pages); the bound protects what comes after.
    order = [line for row in rows(boxes, numbers) for line in row][: ocr.MAX_LINES]
    return OcrResult(
        error=error,
        line_text=[texts[i] for i in order],
        line_box=boxes[order],
        line_score=scores[order],
        line_page=numbers[order],
        page_size=np.array([(page.width, page.height) for page in pages], np.int32).reshape(-1, 2),
        page_rotation=np.array([page.rotation for page in pages], np.int32),
        page_ocr=np.array([page.ocr for page in pages], np.bool_),
        timing_ms=clock.milliseconds,
    )
