"""`Infer` inside Triton: sub-requests of a python model (business logic scripting, BLS)."""

from __future__ import annotations

import time
from typing import Any

import triton_python_backend_utils as pb_utils

from medinfer.contract import Model
from server.inference import Arrays, Infer, InferenceCode, InferenceError, in_batches

_TIME_IS_UP = "the request's time is up"


def bls_infer(priority: int, timeout_us: int) -> Infer:
    """An `Infer` for the request that is being answered; create it when the request arrives.

    ``timeout_us``: microseconds that the request may take from now; 0 = no limit. What is left of it travels with
    each sub-request, so that Triton refuses one whose time runs out in a queue; when nothing is left, no sub-request
    is sent. Both end as ``InferenceCode.UNAVAILABLE``.

    ``priority``: a `Priority`; the sub-request carries it as its parameter "priority". The network's queue does not
    order by it: Triton's python backend (2.51) has no call that sets the priority of a sub-request, and queues see the
    default. What waits there is bounded by the instances of the python models, whose own queues go by priority.
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
            response = await request.async_exec()
            if response.has_error():
                raise _error(model, response.error(), deadline_s)
            # as_numpy copies out of the response's shared memory, so the arrays outlive it.
            return {tensor.name(): tensor.as_numpy() for tensor in response.output_tensors()}

        return await in_batches(model, inputs, run)

    return infer


def _code(status: int) -> InferenceCode:
    # Not a table: Triton adds its classes to pb_utils only after it has imported the model.
    names = (code for code in InferenceCode if getattr(pb_utils.TritonError, code.name) == status)
    return next(names, InferenceCode.UNKNOWN)


def _remaining_us(model: Model, deadline_s: float | None) -> int:
    if deadline_s is None:
        return 0
    remaining_us = int((deadline_s - time.monotonic()) * 1e6)
    if remaining_us <= 0:
        raise InferenceError(model.name, InferenceCode.UNAVAILABLE, _TIME_IS_UP)
    return remaining_us


def _error(model: Model, error: Any, deadline_s: float | None) -> InferenceError:
    """Triton tells a python model INTERNAL whatever went wrong in its sub-request (2.51: a request that timed out in
    the queue is UNAVAILABLE to a client and INTERNAL here), so time is asked from the clock."""
    if deadline_s is not None and time.monotonic() >= deadline_s:
        return InferenceError(model.name, InferenceCode.UNAVAILABLE, _TIME_IS_UP)
    return InferenceError(model.name, _code(error.code()), error.message())
