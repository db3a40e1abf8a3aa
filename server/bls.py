"""`Infer` inside Triton: sub-requests of a python model (business logic scripting, BLS)."""

from __future__ import annotations

import time
from typing import Any

import triton_python_backend_utils as pb_utils

from medinfer.contract import Model
from server.inference import Arrays, Infer, InferenceCode, InferenceError, in_batches

_CODES = {getattr(pb_utils.TritonError, code.name): code for code in InferenceCode}


def bls_infer(priority: int, timeout_us: int) -> Infer:
    """An `Infer` for the request that is being answered; create it when the request arrives.

    ``timeout_us``: microseconds that the request may take from now; 0 = no limit. What is left of it travels with
    each sub-request, so that Triton refuses one whose time runs out in a queue; when nothing is left, no sub-request
    is sent. Both end as ``InferenceCode.UNAVAILABLE``.

    ``priority``: a `Priority`.
    """
    deadline_s = time.monotonic() + timeout_us / 1e6 if timeout_us > 0 else None

    async def infer(model: Model, inputs: Arrays) -> Arrays:
        async def run(part: Arrays) -> Arrays:
            request = pb_utils.InferenceRequest(
                model_name=model.name,
                requested_output_names=[tensor.name for tensor in model.outputs],
                inputs=[pb_utils.Tensor(name, array) for name, array in part.items()],
                timeout=_remaining_us(model, deadline_s),
                preferred_memory=pb_utils.PreferredMemory(pb_utils.TRITONSERVER_MEMORY_CPU, 0),
                parameters={"priority": int(priority)},
            )
            return _arrays(model, await request.async_exec())

        return await in_batches(model, inputs, run)

    return infer


def triton_error(error: InferenceError) -> Any:
    """The `pb_utils.TritonError` that tells the caller of a python model what its sub-request was told."""
    return pb_utils.TritonError(str(error), getattr(pb_utils.TritonError, error.code.name))


def _remaining_us(model: Model, deadline_s: float | None) -> int:
    if deadline_s is None:
        return 0
    remaining_us = int((deadline_s - time.monotonic()) * 1e6)
    if remaining_us <= 0:
        raise InferenceError(model.name, InferenceCode.UNAVAILABLE, "the request's time is up")
    return remaining_us


def _arrays(model: Model, response: Any) -> Arrays:
    if response.has_error():
        error = response.error()
        raise InferenceError(model.name, _CODES.get(error.code(), InferenceCode.UNKNOWN), error.message())
    # A view would die with the response's shared memory; the outputs are small (decisions, not logits).
    return {tensor.name(): tensor.as_numpy() for tensor in response.output_tensors()}
