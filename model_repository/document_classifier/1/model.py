"""`document_classifier` inside Triton: tensors in, `server.text.classify` over sub-requests, tensors out."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import numpy as np
import triton_python_backend_utils as pb_utils

from medinfer.contract.document_classifier import NETWORK
from server.bls import bls_infer, triton_error
from server.faults import where
from server.inference import InferenceError
from server.text.classify import class_scores, decide, kept
from server.text.tokens import TextTokenizer


class TritonPythonModel:
    def initialize(self, args: dict[str, str]) -> None:
        repository = Path(args["model_repository"]).parent
        self._tokenizer = TextTokenizer.from_file(repository / NETWORK.name / str(NETWORK.version) / "tokenizer.json")

    async def execute(self, requests: list[Any]) -> list[Any]:
        return list(await asyncio.gather(*map(self._answer, requests)))

    async def _answer(self, request: Any) -> Any:
        started = time.perf_counter()
        try:
            text, priority, timeout_us = (
                pb_utils.get_input_tensor_by_name(request, name).as_numpy()
                for name in ("LINE_TEXT", "PRIORITY", "TIMEOUT_US")
            )
            lines = [line.decode() for line in text]
            infer = bls_infer(int(priority[0]), int(timeout_us[0]))
            scores = await class_scores(infer, self._tokenizer, lines)
            document_type = decide(scores)
            outputs = {
                "DOCUMENT_TYPE": np.array([document_type.value.encode()], object),
                "CLASS_SCORE": scores,
                "RECORD_TEXT": np.array([line.encode() for line in kept(document_type, lines)], object),
                "CLASSIFIER_TIMING_MS": np.array([1e3 * (time.perf_counter() - started)], np.float32),
            }
            return pb_utils.InferenceResponse([pb_utils.Tensor(name, array) for name, array in outputs.items()])
        except InferenceError as error:
            failure = triton_error(error)
        except Exception as error:  # noqa: BLE001 (Triton would answer with the message, which may quote the document)
            failure = pb_utils.TritonError(f"document_classifier: {where(error)}", pb_utils.TritonError.INTERNAL)
        return pb_utils.InferenceResponse(error=failure)
