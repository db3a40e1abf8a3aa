"""The seam between pipeline code and whatever runs a model.

Pipeline code takes an `Infer` and knows nothing of Triton; `server.bls` implements it inside Triton and
`server.local_inference` over in-process ONNX Runtime.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from medinfer.contract import Axis, Model

Arrays = Mapping[str, NDArray[Any]]
T = TypeVar("T")


class InferenceCode(StrEnum):
    """Why a model did not answer, under Triton's own names (``TRITONSERVER_Error_Code``)."""

    UNKNOWN = "UNKNOWN"
    INTERNAL = "INTERNAL"
    NOT_FOUND = "NOT_FOUND"
    INVALID_ARG = "INVALID_ARG"
    UNAVAILABLE = "UNAVAILABLE"
    UNSUPPORTED = "UNSUPPORTED"
    ALREADY_EXISTS = "ALREADY_EXISTS"
    CANCELLED = "CANCELLED"


class InferenceError(Exception):
    """A model did not answer. ``str()`` holds names, shapes and codes, never contents.

    ``UNAVAILABLE`` covers a full queue and a request whose time is up, as it does in Triton.
    """

    def __init__(self, model: str, code: InferenceCode, message: str) -> None:
        super().__init__(f"{model}: {message}")
        self.model = model
        self.code = code


class Infer(Protocol):
    """Runs one model.

    ``inputs`` are named after the contract's tensors and carry the batch axis first (if the model is batched),
    of any length: it is split at ``model.max_batch_size`` and gathered again, in order. A batch of length 0 is
    answered without a call.

    Raises:
        InferenceError: the model did not answer.
        ValueError: the inputs do not share one batch length.
    """

    async def __call__(self, model: Model, inputs: Arrays) -> Arrays: ...


async def in_batches(model: Model, inputs: Arrays, run: Callable[[Arrays], Awaitable[Arrays]]) -> Arrays:
    """Answer ``inputs`` through ``run``, which takes at most ``model.max_batch_size`` rows; all parts run at once."""
    if not model.batched:
        return await run(inputs)
    length = batch_length(model, inputs)
    if length == 0:
        return empty_outputs(model)
    return concatenate(await gather(run(part) for part in split(inputs, length, model.max_batch_size)))


async def gather(calls: Iterable[Awaitable[T]]) -> list[T]:
    """The answers of ``calls`` in order, all run at once. Where some fail, the first error is raised *after all have
    ended*: a sub-request that is still in flight when a python model answers would outlive its request.
    """
    answers = await asyncio.gather(*calls, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    return [answer for answer in answers if not isinstance(answer, BaseException)]


def batch_length(model: Model, inputs: Arrays) -> int:
    """The rows that all inputs have.

    Raises:
        ValueError: they differ, or there are no inputs.
    """
    lengths = {name: len(array) for name, array in inputs.items()}
    if len(set(lengths.values())) != 1:
        raise ValueError(f"{model.name}: inputs need one batch length, have {lengths}")
    return next(iter(lengths.values()))


def split(inputs: Arrays, length: int, size: int) -> Iterator[dict[str, NDArray[Any]]]:
    """Views of ``inputs`` of at most ``size`` rows each, in order. Parts differ by at most one row:
    two batches of 17 finish sooner than one of 32 and one of 2 when they run at once."""
    parts = -(-length // size)
    for part in range(parts):
        start, stop = part * length // parts, (part + 1) * length // parts
        yield {name: array[start:stop] for name, array in inputs.items()}


def concatenate(parts: Sequence[Arrays]) -> Arrays:
    if len(parts) == 1:
        return parts[0]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def empty_outputs(model: Model) -> Arrays:
    """What a batched model answers to no rows: batch axis 0, and 0 for every variable axis."""
    return {
        tensor.name: np.empty((0, *(0 if isinstance(d, Axis) else d for d in tensor.dims)), tensor.dtype.numpy)
        for tensor in model.outputs
    }
