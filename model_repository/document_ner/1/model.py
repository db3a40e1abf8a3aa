"""`document_ner` inside Triton: tensors in, `server.text.document_ner` over sub-requests, tensors out."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import numpy as np
import triton_python_backend_utils as pb_utils

from medinfer.contract.document_ner import NETWORK
from server.bls import bls_infer, triton_error
from server.faults import where
from server.inference import InferenceError
from server.text.document_ner import entities
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
            text, box, page, priority, timeout_us = (
                pb_utils.get_input_tensor_by_name(request, name).as_numpy()
                for name in ("RECORD_TEXT", "LINE_BOX", "LINE_PAGE", "PRIORITY", "TIMEOUT_US")
            )
            infer = bls_infer(int(priority[0]), int(timeout_us[0]))
            found = await entities(infer, self._tokenizer, [line.decode() for line in text], box, page)
            outputs = {
                "ENTITY_LABEL": np.array([e.label.value.encode() for e in found], object),
                "ENTITY_LINE": np.array([e.line for e in found], np.int32),
                "ENTITY_START": np.array([e.start for e in found], np.int32),
                "ENTITY_END": np.array([e.end for e in found], np.int32),
                "ENTITY_SCORE": np.array([e.score for e in found], np.float32),
                "ENTITY_ASSERTION": np.array([(e.assertion or "").encode() for e in found], object),
                "NER_TIMING_MS": np.array([1e3 * (time.perf_counter() - started)], np.float32),
            }
            return pb_utils.InferenceResponse([pb_utils.Tensor(name, array) for name, array in outputs.items()])
        except InferenceError as error:
            failure = triton_error(error)
        except Exception as error:  # noqa: BLE001 (Triton would answer with the message, which may quote the document)
            failure = pb_utils.TritonError(f"document_ner: {where(error)}", pb_utils.TritonError.INTERNAL)
        return pb_utils.InferenceResponse(error=failure)
