"""What runs, what it serves, and what waits."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass
from typing import Any

import grpc
from rich.console import Group
from tritonclient.grpc import service_pb2, service_pb2_grpc

from medinfer.channel import CHANNEL_OPTIONS
from medinfer.cli import stack, tables
from medinfer.cli.state import Stack
from medinfer.cli.submit import queue_depths
from medinfer.errors import MedinferError

_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class PartStatus:
    name: str
    pid: int
    address: str
    state: str  # ready, starting (alive, not ready), dead


@dataclass(frozen=True, slots=True)
class ModelStatus:
    name: str
    version: str
    state: str


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """``waiting`` and ``in_flight``: messages, as SQS estimates them."""

    name: str
    waiting: int
    in_flight: int


@dataclass(frozen=True, slots=True)
class Status:
    """``faults``: what could not be asked, a sentence each."""

    parts: tuple[PartStatus, ...]
    models: tuple[ModelStatus, ...]
    queues: tuple[QueueStatus, ...]
    faults: tuple[str, ...]

    @property
    def ready(self) -> bool:
        states = [part.state for part in self.parts] + [model.state for model in self.models]
        return not self.faults and all(state in ("ready", "READY") for state in states)

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "ready": self.ready}

    def tables(self) -> Group:
        parts = [(p.name, str(p.pid), p.address, p.state) for p in self.parts]
        models = [(m.name, m.version, m.state) for m in self.models]
        queues = [(q.name, str(q.waiting), str(q.in_flight)) for q in self.queues]
        return Group(
            *([tables.records(parts, "part", "pid", "address", "state")] if parts else []),
            *([tables.records(models, "model", "version", "state")] if models else []),
            *([tables.records(queues, "queue", "waiting", "in flight")] if queues else []),
            *self.faults,
        )


def look(known: Stack | None, *, endpoint: str | None, triton: str) -> Status:
    """Ask every part, Triton and the queues. ``endpoint`` None: there are no queues to ask."""
    faults = []
    models: tuple[ModelStatus, ...] = ()
    queues: tuple[QueueStatus, ...] = ()
    try:
        models = _models(triton)
    except grpc.RpcError as error:
        faults.append(f"Triton at {triton} does not answer ({error.code().name})")
    if endpoint is not None:
        try:
            depths = asyncio.run(queue_depths(endpoint))
            queues = tuple(QueueStatus(name, *depth) for name, depth in depths.items())
        except MedinferError as error:
            faults.append(f"the queues cannot be asked: {error}")
    return Status(_parts(known) if known else (), models, queues, tuple(faults))


def _parts(known: Stack) -> tuple[PartStatus, ...]:
    def state(part: Any) -> str:
        if not part.process.alive:
            return "dead"
        return "ready" if stack.is_ready(part) else "starting"

    return tuple(PartStatus(part.name, part.process.pid, part.address, state(part)) for part in known.parts)


def _models(triton: str) -> tuple[ModelStatus, ...]:
    with grpc.insecure_channel(triton, options=CHANNEL_OPTIONS) as channel:
        stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)
        index = stub.RepositoryIndex(service_pb2.RepositoryIndexRequest(), timeout=_TIMEOUT_S)
    return tuple(ModelStatus(model.name, model.version or "-", model.state or "not loaded") for model in index.models)
