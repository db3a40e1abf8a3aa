"""Whether the server's models are those of the contract."""

from __future__ import annotations

from typing import Any

from tritonclient.grpc import service_pb2

from medinfer.contract import Model, Tensor
from medinfer.errors import ContractMismatch


def compare(model: Model, metadata: service_pb2.ModelMetadataResponse) -> None:
    """Raises: ContractMismatch: names the model and the first tensor that differs in presence, type or shape."""
    for side, tensors, served in (
        ("input", model.inputs, metadata.inputs),
        ("output", model.outputs, metadata.outputs),
    ):
        by_name = {s.name: s for s in served}
        for tensor in tensors:
            if tensor.name not in by_name:
                raise ContractMismatch(f"{model.name}: the server has no {side} {tensor.name}")
            _compare_tensor(model, side, tensor, by_name.pop(tensor.name))
        if by_name and side == "input":
            raise ContractMismatch(f"{model.name}: the server wants an input {min(by_name)} that the contract lacks")


def _compare_tensor(model: Model, side: str, tensor: Tensor, served: Any) -> None:
    if served.datatype != tensor.dtype.wire:
        raise ContractMismatch(
            f"{model.name}: {side} {tensor.name} is {served.datatype} on the server, "
            f"{tensor.dtype.wire} in the contract"
        )
    dims = [*([-1] if model.batched else []), *tensor.config_dims]
    if list(served.shape) != dims:
        raise ContractMismatch(
            f"{model.name}: {side} {tensor.name} is {list(served.shape)} on the server, {dims} in the contract"
        )
