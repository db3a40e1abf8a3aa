"""What a Triton model is: tensors, batching, and how it is placed on each kind of host."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from medinfer.contract.tensors import Tensor
from medinfer.contract.wiring import check_wiring

if TYPE_CHECKING:
    from collections.abc import Mapping

    from medinfer.contract.sources import Source

PRIORITY_LEVELS = 3


class Backend(StrEnum):
    """Triton backend names. ``ENSEMBLE`` is Triton's scheduler, not a backend."""

    PYTHON = "python"
    ONNXRUNTIME = "onnxruntime"
    ENSEMBLE = "ensemble"


class Device(StrEnum):
    """Triton instance kinds."""

    CPU = "KIND_CPU"
    GPU = "KIND_GPU"


@dataclass(frozen=True, slots=True)
class Batching:
    """Triton's dynamic batcher for one model on one kind of host.

    ``max_queue_delay_us``: how long (microseconds) a request may wait for company.
    ``preferred_sizes``: batch sizes that leave at once; empty means any.
    """

    max_queue_delay_us: int
    preferred_sizes: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.max_queue_delay_us < 0:
            raise ValueError("max_queue_delay_us must not be negative")


@dataclass(frozen=True, slots=True)
class Placement:
    """How a model runs on one kind of host: instances, device, batching, backend parameters.

    ``parameters`` are the backend's own (``intra_op_thread_count`` and its like), as strings.
    ``prioritised``: requests wait by priority, and one whose own timeout passes is refused. It takes two
    instances: with one, Triton 2.51 sleeps up to 500 ms beside waiting requests (docs/adr/0004).
    """

    device: Device
    instances: int = 1
    batching: Batching | None = None
    parameters: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    prioritised: bool = False

    def __post_init__(self) -> None:
        if self.instances < 1:
            raise ValueError("instances must be at least 1")
        if self.prioritised and self.instances < 2:
            raise ValueError("a prioritised queue needs at least 2 instances")
        object.__setattr__(self, "parameters", MappingProxyType(dict(self.parameters)))


@dataclass(frozen=True, slots=True)
class Step:
    """One model of an ensemble.

    ``inputs`` and ``outputs`` map the model's tensor name to the ensemble's tensor name.
    """

    model: Model
    inputs: Mapping[str, str]
    outputs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Model:
    """One model of the repository: everything that is derived elsewhere is derived from this.

    ``max_batch_size`` 0 means that Triton adds no batch axis. ``gpu`` and ``cpu`` are the two
    placements (config.pbtxt and configs/cpu.pbtxt). ``source`` says what the weights are built
    from; python models and ensembles have none.

    Raises:
        ValueError: the declaration contradicts itself, or the ensemble's wiring is broken.
    """

    name: str
    description: str
    backend: Backend
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    max_batch_size: int
    gpu: Placement | None = None
    cpu: Placement | None = None
    source: Source | None = None
    steps: tuple[Step, ...] = ()
    version: int = 1

    def __post_init__(self) -> None:
        if not self.name.isidentifier() or self.name != self.name.lower():
            raise ValueError(f"model name {self.name!r} must be a lower-case identifier")
        if self.max_batch_size < 0:
            raise ValueError(f"{self.name}: max_batch_size must not be negative")
        for tensors in (self.inputs, self.outputs):
            names = [t.name for t in tensors]
            if not names or len(set(names)) != len(names):
                raise ValueError(f"{self.name}: needs tensors with distinct names, has {names}")
        if (self.backend is Backend.ONNXRUNTIME) != (self.source is not None):
            raise ValueError(f"{self.name}: exactly the onnxruntime models have a source of weights")
        if self.backend is Backend.ENSEMBLE:
            check_wiring(self)
        elif self.steps:
            raise ValueError(f"{self.name}: only an ensemble has steps")
        elif self.gpu is None or self.cpu is None:
            raise ValueError(f"{self.name}: needs a placement for both kinds of host")
        else:
            for placement in (self.gpu, self.cpu):
                if placement.batching is not None and self.max_batch_size == 0:
                    raise ValueError(f"{self.name}: batching needs max_batch_size > 0")

    @property
    def batched(self) -> bool:
        return self.max_batch_size > 0

    def input(self, name: str) -> Tensor:
        return _by_name(self.inputs, name, self.name)

    def output(self, name: str) -> Tensor:
        return _by_name(self.outputs, name, self.name)


def _by_name(tensors: tuple[Tensor, ...], name: str, model: str) -> Tensor:
    for tensor in tensors:
        if tensor.name == name:
            return tensor
    raise KeyError(f"{model} has no tensor {name}; it has {[t.name for t in tensors]}")
