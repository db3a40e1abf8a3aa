"""What a call to the server consists of, without doing any of it: the sync and the asyncio client share all of this.

An exchange is a generator. It yields what to do next (`Send` a request, `Pause`), receives the outcome (the reply or
the `grpc.RpcError`), and returns the answer. The clients differ in one line: how they perform a step.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, TypeVar

import grpc
from tritonclient.grpc import service_pb2

from medinfer.errors import (
    ContractMismatch,
    DeadlineExceeded,
    InferenceFailed,
    InvalidRequest,
    MedinferError,
    ModelNotFound,
    ServerOverloaded,
    ServerUnavailable,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Send:
    """Call ``method`` of the KServe service (``ModelInfer``, ``ModelMetadata``, ``ServerReady``, ``ModelReady``)."""

    method: str
    request: Any
    timeout_s: float


@dataclass(frozen=True, slots=True)
class Pause:
    seconds: float


Exchange = Generator[Send | Pause, Any, T]


@dataclass(frozen=True, slots=True)
class Backoff:
    """Full jitter: before attempt n + 1 a pause drawn from 0 .. min(cap, base * 2**(n-1)) seconds.

    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """

    attempts: int = 3
    base_s: float = 0.1
    cap_s: float = 2.0

    def pause_s(self, attempt: int) -> float:
        return random.uniform(0, min(self.cap_s, self.base_s * 2.0 ** (attempt - 1)))  # noqa: S311 - jitter, no secret


@dataclass(frozen=True, slots=True)
class Deadline:
    """A point on the monotonic clock."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """Raises: InvalidRequest: ``seconds`` is not positive."""
        if not seconds > 0:
            raise InvalidRequest("timeout_s must be positive")
        return cls(time.monotonic() + seconds)

    @property
    def remaining_s(self) -> float:
        return self.at - time.monotonic()


# One table from gRPC's codes to the error tree. Codes that are not here are InferenceFailed. Triton's mapping from its
# own codes: TRITONSERVER_Error_Code -> grpc::StatusCode in src/grpc/grpc_utils.cc of triton-inference-server/server.
_ERRORS: dict[grpc.StatusCode, tuple[type[MedinferError], str]] = {
    grpc.StatusCode.UNAVAILABLE: (ServerUnavailable, "the server cannot be reached, is starting or is stopping"),
    grpc.StatusCode.RESOURCE_EXHAUSTED: (ServerOverloaded, "the server has no room for the request or its answer"),
    grpc.StatusCode.DEADLINE_EXCEEDED: (DeadlineExceeded, "no answer within the deadline"),
    grpc.StatusCode.CANCELLED: (DeadlineExceeded, "the request was cancelled before its answer"),
    grpc.StatusCode.NOT_FOUND: (ModelNotFound, "the server does not have this model"),
    grpc.StatusCode.UNIMPLEMENTED: (ContractMismatch, "the server does not speak this part of the KServe protocol"),
    grpc.StatusCode.INVALID_ARGUMENT: (InvalidRequest, "the server refused the request as invalid"),
    grpc.StatusCode.OUT_OF_RANGE: (InvalidRequest, "the server refused the request as out of range"),
    grpc.StatusCode.UNAUTHENTICATED: (InvalidRequest, "the server wants credentials"),
    grpc.StatusCode.PERMISSION_DENIED: (InvalidRequest, "the server does not permit this request"),
}


def to_error(model: str, failure: grpc.RpcError) -> MedinferError:
    """The error to raise. The server's own text is left out: it may quote the request."""
    code = failure.code()
    kind, sentence = _ERRORS.get(code, (InferenceFailed, "the server failed"))
    return kind(f"{model}: {sentence} ({code.name})")


def call(model: str, method: str, build: Callable[[float], Any], deadline: Deadline, backoff: Backoff) -> Exchange[Any]:
    """Send the request that ``build(remaining_s)`` makes, and again after UNAVAILABLE while time and attempts last.

    A unary call that ended in UNAVAILABLE had no answer, and inference changes nothing in the server, so sending it
    again is safe. No other code is tried again here.

    Raises:
        MedinferError: as the table above says. UNAVAILABLE from a server that calls itself ready means a full queue:
            `ServerOverloaded`.
    """
    attempt = 0
    while True:
        attempt += 1
        remaining_s = deadline.remaining_s
        if remaining_s <= 0:
            raise DeadlineExceeded(f"{model}: no answer within the deadline")
        outcome = yield Send(method, build(remaining_s), remaining_s)
        if not isinstance(outcome, grpc.RpcError):
            return outcome
        pause_s = backoff.pause_s(attempt)
        if outcome.code() is not grpc.StatusCode.UNAVAILABLE:
            raise to_error(model, outcome) from None
        if attempt >= backoff.attempts or pause_s >= deadline.remaining_s:
            break
        yield Pause(pause_s)
    if (yield from is_ready(min(1.0, deadline.remaining_s))):
        raise ServerOverloaded(f"{model}: a queue in the server is full")
    raise to_error(model, outcome) from None


def is_ready(timeout_s: float, model: str | None = None) -> Exchange[bool]:
    """Whether the server (and ``model``, if named) answers that it is ready. No answer in time is a no."""
    if timeout_s <= 0:
        return False
    if model is None:
        ready = yield Send("ServerReady", service_pb2.ServerReadyRequest(), timeout_s)
    else:
        ready = yield Send("ModelReady", service_pb2.ModelReadyRequest(name=model), timeout_s)
    return not isinstance(ready, grpc.RpcError) and bool(ready.ready)
