"""`Infer` over in-process ONNX Runtime on a built model repository: for tests and benchmarks, without a server."""

from __future__ import annotations

import asyncio
from functools import cache
from pathlib import Path

import onnxruntime as ort

from medinfer.contract import Model
from server.inference import Arrays, Infer, InferenceCode, InferenceError, in_batches


def local_infer(repository: Path, *, threads: int = 2) -> Infer:
    """An `Infer` over ``repository/<model>/<version>/model.onnx``; each network is loaded on its first use.

    ``threads``: of ONNX Runtime within one operator. Calls may be gathered: they share a network's session.
    """

    @cache
    def session(name: str, version: int) -> ort.InferenceSession:
        path = repository / name / str(version) / "model.onnx"
        if not path.is_file():
            raise InferenceError(name, InferenceCode.NOT_FOUND, f"{path} is not built; run `make export`")
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        return ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    async def infer(model: Model, inputs: Arrays) -> Arrays:
        names = [tensor.name for tensor in model.outputs]
        network = session(model.name, model.version)

        async def run(part: Arrays) -> Arrays:
            outputs = await asyncio.to_thread(network.run, names, dict(part))
            return dict(zip(names, outputs, strict=True))

        return await in_batches(model, inputs, run)

    return infer
