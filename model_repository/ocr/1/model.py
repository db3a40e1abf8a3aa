"""`ocr` inside Triton: tensors in, `server.ocr` over sub-requests, tensors out."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np

from medinfer.contract import text_recognition
from server import adapter
from server.bls import bls_infer
from server.documents.decoder import Decoder
from server.documents.process import DecoderFailed
from server.ocr.document import DocumentReader
from server.ocr.recognition import Alphabet


class TritonPythonModel:
    def initialize(self, args: dict[str, str]) -> None:
        alphabet = Alphabet.load(adapter.artefact(args, text_recognition.MODEL, "characters.txt"))
        self._decoder = Decoder()
        self._reader = DocumentReader(self._decoder, alphabet)

    async def execute(self, requests: list[Any]) -> list[Any]:
        return list(await asyncio.gather(*map(self._answer, requests)))

    def finalize(self) -> None:
        self._decoder.close()

    async def _answer(self, request: Any) -> Any:
        try:
            data, force_ocr, priority, timeout_us = (
                array[0] for array in adapter.inputs(request, "DOCUMENT", "FORCE_OCR", "PRIORITY", "TIMEOUT_US")
            )
            infer = bls_infer(int(priority), int(timeout_us))
            result = await self._reader.read(bytes(data), infer, force_ocr=bool(force_ocr))
            return adapter.response({name: np.ascontiguousarray(array) for name, array in result.tensors().items()})
        except DecoderFailed as error:
            return adapter.refusal(f"ocr: {error}", "INTERNAL")
        except Exception as error:  # noqa: BLE001 (see adapter.failure)
            return adapter.failure("ocr", error)
