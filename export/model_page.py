"""docs/models.md: what each model takes and gives, written from the contract."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from medinfer.contract import MODELS, Axis, Model, Placement, Tensor

_HEAD = """# Models

Written from `clients/medinfer/contract` by `make render`: change it there. Shapes of batched models leave the batch
axis out. A variable axis shows its name and its bounds.
"""


def text(models: Iterable[Model] = MODELS) -> str:
    """The page in Markdown: one section a model, in the registry's order; ends with a newline."""
    return "\n".join([_HEAD, *(line for model in models for line in _section(model))])


def stale(page: Path) -> bool:
    return not page.is_file() or page.read_text(encoding="utf-8") != text()


def _section(model: Model) -> Iterator[str]:
    yield f"## {model.name}\n"
    yield f"{model.description}\n"
    batch = f"batches of up to {model.max_batch_size}" if model.batched else "one request at a time, no batch axis"
    yield f"{model.backend.value} · version {model.version} · {batch}\n"
    if model.steps:
        yield "Steps: " + " → ".join(f"`{step.model.name}`" for step in model.steps) + "\n"
    for host, placement in (("GPU host", model.gpu), ("CPU host", model.cpu)):
        if placement is not None:
            yield f"- {host}: {_placement(placement)}"
    if not model.steps:
        yield ""
    yield "| | tensor | type | shape | |"
    yield "|---|---|---|---|---|"
    for direction, tensors in (("in", model.inputs), ("out", model.outputs)):
        for tensor in tensors:
            yield f"| {direction} | {tensor.name} | {tensor.dtype.wire} | {_shape(tensor)} | {tensor.description} |"
    yield ""


def _placement(placement: Placement) -> str:
    parts = [f"{placement.instances} × {placement.device.value.removeprefix('KIND_')}"]
    if placement.batching is not None:
        parts.append(f"joins requests that come within {placement.batching.max_queue_delay_us} µs")
    parts += [f"{name} {value}" for name, value in placement.parameters.items()]
    return ", ".join(parts)


def _shape(tensor: Tensor) -> str:
    dims = (f"{d.name} ({d.minimum}..{d.maximum})" if isinstance(d, Axis) else str(d) for d in tensor.dims)
    return " × ".join(dims)
