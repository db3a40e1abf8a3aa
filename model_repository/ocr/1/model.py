"""`ocr` inside Triton: tensors in, `server.ocr` over sub-requests, tensors out."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import triton_python_backend_utils as pb_utils

from medinfer.contract import text_recognition
from server.bls import bls_infer, triton_error
from server.documents.decoder import Decoder
from server.documents.process import DecoderFailed
from server.faults import where
from server.inference import InferenceError
from server.ocr.document import DocumentReader
from server.ocr.recognition import Alphabet


class TritonPythonModel:
    def initialize(self, args: dict[str, str]) -> None:
        repository = Path(args["model_repository"]).parent
        recognition = text_recognition.MODEL
        alphabet = Alphabet.load(repository / recognition.name / str(recognition.version) / "characters.txt")
        self._decoder = Decoder()
        self._reader = DocumentReader(self._decoder, alphabet)

    async def execute(self, requests: list[Any]) -> list[Any]:
        return list(await asyncio.gather(*map(self._answer, requests)))

    def finalize(self) -> None:
        self._decoder.close()

    async def _answer(self, request: Any) -> Any:
        try:
            data, force_ocr, priority, timeout_us = (
                pb_utils.get_input_tensor_by_name(request, name).as_numpy()[0]
                for name in ("DOCUMENT", "FORCE_OCR", "PRIORITY", "TIMEOUT_US")
            )
            infer = bls_infer(int(priority), int(timeout_us))
            result = await self._reader.read(bytes(data), infer, force_ocr=bool(force_ocr))
            return pb_utils.InferenceResponse(
                [pb_utils.Tensor(n, np.ascontiguousarray(a)) for n, a in result.tensors().items()]
            )
        except InferenceError as error:
            failure = triton_error(error)
        except DecoderFailed as error:
            failure = pb_utils.TritonError(f"ocr: {error}", pb_utils.TritonError.INTERNAL)
        except Exception as error:  # noqa: BLE001 (Triton would answer with the message, which may quote the document)
            failure = pb_utils.TritonError(f"ocr: {where(error)}", pb_utils.TritonError.INTERNAL)
        return pb_utils.InferenceResponse(error=failure)
