"""`clinical_ner` inside Triton: the texts of all requests at hand go through `server.text.clinical` together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from medinfer.contract.clinical_ner import MAX_CHARACTERS, NETWORK
from server import adapter
from server.bls import bls_infer
from server.text.clinical import ClinicalEntity, entities
from server.text.tokens import TextTokenizer


class TritonPythonModel:
    def initialize(self, args: dict[str, str]) -> None:
        self._tokenizer = TextTokenizer.from_file(adapter.artefact(args, NETWORK, "tokenizer.json"))

    async def execute(self, requests: list[Any]) -> list[Any]:
        asked = [_texts(request) for request in requests]
        # Requests that share a batch differ in priority and time left: their sub-request has the defaults of both.
        try:
            texts = [text for answer in asked if isinstance(answer, list) for text in answer]
            found = iter(await entities(bls_infer(0, 0), self._tokenizer, texts))
        except Exception as error:  # noqa: BLE001 (see adapter.failure)
            return [adapter.failure("clinical_ner", error) for _ in requests]
        return [_response([next(found) for _ in answer]) if isinstance(answer, list) else answer for answer in asked]


def _texts(request: Any) -> list[str] | Any:
    """The texts of one request, or the error response that it gets."""
    texts = []
    for encoded in adapter.inputs(request, "TEXT")[0].reshape(-1):
        try:
            text = encoded.decode()
        except UnicodeDecodeError:
            return adapter.refusal("clinical_ner: TEXT is not UTF-8", "INVALID_ARG")
        if len(text) > MAX_CHARACTERS:
            return adapter.refusal(
                f"clinical_ner: TEXT has {len(text)} characters; at most {MAX_CHARACTERS} are read at once",
                "INVALID_ARG",
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
    return adapter.response(outputs)
