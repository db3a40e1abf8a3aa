"""Does the network have the tensors that the configuration promises? Asked once, when the model loads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from server.backends.onnxruntime.options import Config, ConfigurationError

_TYPES = {
    "TYPE_BOOL": "tensor(bool)",
    "TYPE_UINT8": "tensor(uint8)",
    "TYPE_UINT16": "tensor(uint16)",
    "TYPE_UINT32": "tensor(uint32)",
    "TYPE_UINT64": "tensor(uint64)",
    "TYPE_INT8": "tensor(int8)",
    "TYPE_INT16": "tensor(int16)",
    "TYPE_INT32": "tensor(int32)",
    "TYPE_INT64": "tensor(int64)",
    "TYPE_FP16": "tensor(float16)",
    "TYPE_FP32": "tensor(float)",
    "TYPE_FP64": "tensor(double)",
    "TYPE_STRING": "tensor(string)",
}


def check_signature(config: Config, inputs: Sequence[Any], outputs: Sequence[Any]) -> None:
    """Compare the configuration with ``InferenceSession.get_inputs()`` and ``get_outputs()``.

    A network's own input that the configuration leaves out is an error; an output may be left out. Dims must agree
    where both sides fix them.

    Raises:
        ConfigurationError: naming the tensor and both sides.
    """
    promised = {tensor["name"]: tensor for tensor in config["input"]}
    if missing := {node.name for node in inputs} - set(promised):
        raise ConfigurationError(f"{config['name']}: the network also needs {sorted(missing)}")
    batched = config["max_batch_size"] > 0
    for declared, nodes in ((config["input"], inputs), (config["output"], outputs)):
        by_name = {node.name: node for node in nodes}
        for tensor in declared:
            node = by_name.get(tensor["name"])
            if node is None:
                raise ConfigurationError(
                    f"{config['name']}: the network has no {tensor['name']}; it has {sorted(by_name)}"
                )
            dims = [int(d) for d in tensor["dims"]]
            if node.type != _TYPES.get(tensor["data_type"]) or not _agree(dims, node.shape, batched=batched):
                batch = "a batch axis and then " if batched else ""
                raise ConfigurationError(
                    f"{config['name']}: {tensor['name']} is {tensor['data_type']} of {batch}{dims} "
                    f"in the configuration, {node.type} of {node.shape} in the network"
                )


def _agree(dims: Sequence[int], shape: Sequence[int | str | None], *, batched: bool) -> bool:
    """Symbolic dimensions of the network agree with anything, and so does a shape that it does not tell.
    The batch axis must be symbolic: a fixed one cannot batch."""
    if not shape:
        return True
    if batched:
        if isinstance(shape[0], int):
            return False
        shape = shape[1:]
    return len(dims) == len(shape) and all(
        d == -1 or not isinstance(n, int) or d == n for d, n in zip(dims, shape, strict=True)
    )
