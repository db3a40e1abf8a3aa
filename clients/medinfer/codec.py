"""Arrays of the contract <-> messages of the KServe v2 protocol. Pure; checks both directions.

The protocol's raw form is used throughout (``raw_input_contents``, ``raw_output_contents``): numbers little-endian in
row-major order; each BYTES element as its length (4 bytes, little-endian), then its bytes.
https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_grpc.md
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tritonclient.grpc import service_pb2

from medinfer.contract import DType, Model, Tensor
from medinfer.errors import ContractMismatch, InvalidRequest

Arrays = Mapping[str, NDArray[Any]]


def encode(model: Model, inputs: Arrays, *, priority: int = 0, timeout_us: int = 0) -> service_pb2.ModelInferRequest:
    """The request that asks ``model`` for all its outputs.

    ``inputs`` are named after the contract's tensors and carry the batch axis if the model is batched; BYTES arrays
    hold `bytes`. Triton's dynamic batcher goes by ``priority`` (0 default, 1 first) and ``timeout_us`` (0 none).

    Raises:
        InvalidRequest: an input is missing, unknown, of the wrong type, or of a shape that the contract does not admit.
    """
    if unknown := set(inputs) - {t.name for t in model.inputs}:
        raise InvalidRequest(f"{model.name} has no input {', '.join(sorted(unknown))}")
    request = service_pb2.ModelInferRequest(model_name=model.name)
    for tensor in model.inputs:
        array = inputs.get(tensor.name)
        if array is None:
            if tensor.optional:
                continue
            raise InvalidRequest(f"{model.name} needs the input {tensor.name}")
        if fault := _fault(tensor, array.dtype, array.shape, batched=model.batched):
            raise InvalidRequest(f"{model.name}: {fault}")
        if model.batched and len(array) > model.max_batch_size:
            raise InvalidRequest(f"{model.name}: {len(array)} rows exceed the largest batch, {model.max_batch_size}")
        request.inputs.add(name=tensor.name, datatype=tensor.dtype.wire, shape=array.shape)
        request.raw_input_contents.append(_to_raw(model, tensor, array))
    if priority:
        request.parameters["priority"].uint64_param = priority
    if timeout_us:
        request.parameters["timeout"].int64_param = timeout_us
    return request


def decode(model: Model, response: service_pb2.ModelInferResponse) -> dict[str, NDArray[Any]]:
    """Every output of the contract as a (read-only) array, BYTES as objects of type `bytes`.

    Raises:
        ContractMismatch: an output is missing, of another type, or of a shape that the contract does not admit.
    """
    if len(response.raw_output_contents) != len(response.outputs):
        raise ContractMismatch(f"{model.name}: the answer has outputs without raw contents")
    raws = {o.name: (o, raw) for o, raw in zip(response.outputs, response.raw_output_contents, strict=True)}
    arrays: dict[str, NDArray[Any]] = {}
    for tensor in model.outputs:
        if tensor.name not in raws:
            raise ContractMismatch(f"{model.name}: the answer lacks the output {tensor.name}")
        output, raw = raws[tensor.name]
        if output.datatype != tensor.dtype.wire:
            raise ContractMismatch(
                f"{model.name}: output {tensor.name} is {output.datatype}, the contract says {tensor.dtype.wire}"
            )
        if fault := _fault(tensor, tensor.dtype.numpy, tuple(output.shape), batched=model.batched):
            raise ContractMismatch(f"{model.name}: {fault}")
        arrays[tensor.name] = _from_raw(model, tensor, tuple(output.shape), raw)
    return arrays


def _fault(tensor: Tensor, dtype: np.dtype[Any], shape: tuple[int, ...], *, batched: bool) -> str | None:
    if dtype != tensor.dtype.numpy:
        return f"{tensor.name} needs elements of type {tensor.dtype.numpy}, has {dtype}"
    if not tensor.admits(shape, batched=batched):
        return f"{tensor.name} of shape {list(shape)} does not fit {list(tensor.config_dims)} within its bounds"
    return None


def _to_raw(model: Model, tensor: Tensor, array: NDArray[Any]) -> bytes:
    if tensor.dtype is not DType.BYTES:
        return np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).tobytes()
    parts: list[bytes] = []
    for element in array.ravel():
        if not isinstance(element, bytes):
            raise InvalidRequest(f"{model.name}: {tensor.name} needs elements of type bytes")
        parts += (struct.pack("<I", len(element)), element)
    return b"".join(parts)


def _from_raw(model: Model, tensor: Tensor, shape: tuple[int, ...], raw: bytes) -> NDArray[Any]:
    count = int(np.prod(shape, dtype=np.int64))
    if tensor.dtype is not DType.BYTES:
        if len(raw) != count * tensor.dtype.numpy.itemsize:
            raise ContractMismatch(f"{model.name}: {len(raw)} bytes of {tensor.name} do not fill {list(shape)}")
        return np.frombuffer(raw, tensor.dtype.numpy.newbyteorder("<")).reshape(shape)
    elements = np.empty(count, object)
    offset = 0
    for i in range(count):
        start = offset + 4
        offset = start + int.from_bytes(raw[offset:start], "little")
        elements[i] = raw[start:offset]
        if offset > len(raw):
            break
    if offset != len(raw):
        raise ContractMismatch(f"{model.name}: {len(raw)} bytes of {tensor.name} do not fill {list(shape)}")
    elements.flags.writeable = False
    return elements.reshape(shape)
