"""`document_classifier` inside Triton: tensors in, `server.text.classify` over sub-requests, tensors out."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import numpy as np

from medinfer.contract.document_classifier import NETWORK
from server import adapter
from server.bls import bls_infer
from server.text.classify import class_scores, decide, kept
from server.text.tokens import TextTokenizer


class TritonPythonModel:
    def initialize(self, args: dict[str, str]) -> None:
        self._tokenizer = TextTokenizer.from_file(adapter.artefact(args, NETWORK, "tokenizer.json"))

    async def execute(self, requests: list[Any]) -> list[Any]:
        return list(await asyncio.gather(*map(self._answer, requests)))

    async def _answer(self, request: Any) -> Any:
        started = time.perf_counter()
        try:
            text, priority, timeout_us = adapter.inputs(request, "LINE_TEXT", "PRIORITY", "TIMEOUT_US")
            lines = [line.decode() for line in text]
            infer = bls_infer(int(priority[0]), int(timeout_us[0]))
            scores = await class_scores(infer, self._tokenizer, lines)
            document_type = decide(scores)
            return adapter.response(
                {
                    "DOCUMENT_TYPE": np.array([document_type.value.encode()], object),
                    "CLASS_SCORE": scores,
                    "RECORD_TEXT": np.array([line.encode() for line in kept(document_type, lines)], object),
                    "CLASSIFIER_TIMING_MS": np.array([1e3 * (time.perf_counter() - started)], np.float32),
                }
            )
        except Exception as error:  # noqa: BLE001 (see adapter.failure)
            return adapter.failure("document_classifier", error)
