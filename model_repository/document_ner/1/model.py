"""`document_ner` inside Triton: tensors in, `server.text.document_ner` over sub-requests, tensors out."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import numpy as np

from medinfer.contract.document_ner import NETWORK
from server import adapter
from server.bls import bls_infer
from server.text.document_ner import entities
from server.text.tokens import TextTokenizer


class TritonPythonModel:
    def initialize(self, args: dict[str, str]) -> None:
        self._tokenizer = TextTokenizer.from_file(adapter.artefact(args, NETWORK, "tokenizer.json"))

    async def execute(self, requests: list[Any]) -> list[Any]:
        return list(await asyncio.gather(*map(self._answer, requests)))

    async def _answer(self, request: Any) -> Any:
        started = time.perf_counter()
        try:
            text, box, page, priority, timeout_us = adapter.inputs(
                request, "RECORD_TEXT", "LINE_BOX", "LINE_PAGE", "PRIORITY", "TIMEOUT_US"
            )
            infer = bls_infer(int(priority[0]), int(timeout_us[0]))
            found = await entities(infer, self._tokenizer, [line.decode() for line in text], box, page)
            return adapter.response(
                {
                    "ENTITY_LABEL": np.array([e.label.value.encode() for e in found], object),
                    "ENTITY_LINE": np.array([e.line for e in found], np.int32),
                    "ENTITY_START": np.array([e.start for e in found], np.int32),
                    "ENTITY_END": np.array([e.end for e in found], np.int32),
                    "ENTITY_SCORE": np.array([e.score for e in found], np.float32),
                    "ENTITY_ASSERTION": np.array([(e.assertion or "").encode() for e in found], object),
                    "NER_TIMING_MS": np.array([1e3 * (time.perf_counter() - started)], np.float32),
                }
            )
        except Exception as error:  # noqa: BLE001 (see adapter.failure)
            return adapter.failure("document_ner", error)
