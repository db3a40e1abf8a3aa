"""`clinical_ner` inside Triton: the texts of all requests at hand go through `server.text.clinical` together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import triton_python_backend_utils as pb_utils

from medinfer.contract.clinical_ner import MAX_CHARACTERS, NETWORK
from server.bls import bls_infer, triton_error
from server.faults import where
from server.inference import InferenceError
from server.text.clinical import ClinicalEntity, entities
from server.text.tokens import TextTokenizer


class TritonPythonModel:
    def initialize(self, args: dict[str, str]) -> None:
        repository = Path(args["model_repository"]).parent
        self._tokenizer = TextTokenizer.from_file(repository / NETWORK.name / str(NETWORK.version) / "tokenizer.json")

    async def execute(self, requests: list[Any]) -> list[Any]:
        asked = [_texts(request) for request in requests]
        # Requests that share a batch differ in priority and time left: their sub-request has the defaults of both.
        try:
            texts = [text for answer in asked if isinstance(answer, list) for text in answer]
            found = iter(await entities(bls_infer(0, 0), self._tokenizer, texts))
        except InferenceError as error:
            return [_failure(triton_error(error)) for _ in requests]
        except Exception as error:  # noqa: BLE001 (Triton would answer with the message, which may quote a text)
            internal = pb_utils.TritonError(f"clinical_ner: {where(error)}", pb_utils.TritonError.INTERNAL)
            return [_failure(internal) for _ in requests]
        return [
            _response([next(found) for _ in answer]) if isinstance(answer, list) else _failure(answer)
            for answer in asked
        ]


def _texts(request: Any) -> list[str] | Any:
    """The texts of one request, or the error that it gets."""
    texts = []
    for encoded in pb_utils.get_input_tensor_by_name(request, "TEXT").as_numpy().reshape(-1):
        try:
            text = encoded.decode()
        except UnicodeDecodeError:
            return pb_utils.TritonError("clinical_ner: TEXT is not UTF-8", pb_utils.TritonError.INVALID_ARG)
        if len(text) > MAX_CHARACTERS:
            return pb_utils.TritonError(
                f"clinical_ner: TEXT has {len(text)} characters; at most {MAX_CHARACTERS} are read at once",
                pb_utils.TritonError.INVALID_ARG,
            )
        texts.append(text)
    return texts


def _response(found: Sequence[Sequence[ClinicalEntity]]) -> Any:
    """One request's answer: a row for each text, padded to the longest with 0 and empty strings."""
    shape = (len(found), max(map(len, found), default=0))
    outputs = {
        "ENTITY_COUNT": np.array([[len(of_text)] for of_text in found], np.int32),
        "ENTITY_LABEL": np.full(shape, b"", object),
        "ENTITY_START": np.zeros(shape, np.int32),
        "ENTITY_END": np.zeros(shape, np.int32),
        "ENTITY_SCORE": np.zeros(shape, np.float32),
        "ENTITY_ASSERTION": np.full(shape, b"", object),
    }
    for row, of_text in enumerate(found):
        for column, entity in enumerate(of_text):
            at = row, column
            outputs["ENTITY_LABEL"][at] = entity.label.value.encode()
            outputs["ENTITY_START"][at] = entity.start
            outputs["ENTITY_END"][at] = entity.end
            outputs["ENTITY_SCORE"][at] = entity.score
            outputs["ENTITY_ASSERTION"][at] = entity.assertion.value.encode()
    return pb_utils.InferenceResponse([pb_utils.Tensor(name, array) for name, array in outputs.items()])


def _failure(error: Any) -> Any:
    return pb_utils.InferenceResponse(error=error)
