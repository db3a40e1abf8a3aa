"""What intake and worker need from the world. `router.edges` has each in two forms: the service, and in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from medinfer.errors import PermanentError, TransientError

if TYPE_CHECKING:
    from medinfer.contract.vocabulary import Priority
    from medinfer.jobs import ObjectLocation
    from medinfer.results import DocumentResult, JobResult


class ServiceUnavailable(TransientError):
    """A queue or store did not answer, failed, or asked for less."""


class ServiceRefused(ServiceUnavailable):
    """A queue or store refused this one request; ``code`` is its own word for why."""

    def __init__(self, code: str) -> None:
        super().__init__(f"The service refused the request ({code}).")
        self.code = code


class ServiceMisconfigured(PermanentError):
    """A queue or bucket does not exist or may not be used; the text says what to do."""


class DocumentNotFound(PermanentError):
    """The store has no document at this location."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message in hand. ``receipt`` is good for this receive only; ``receive_count`` is 1 at the first."""

    id: str
    receipt: str
    body: str
    receive_count: int


class Queue(Protocol):
    """A queue with SQS's promises: at least once, in no order, invisible to others while in hand.

    Batches may be of any length. What fails for single messages is returned; all methods raise
    `ServiceUnavailable` when the call as a whole fails.
    """

    @property
    def name(self) -> str: ...

    async def receive(self, limit: int, *, wait_s: int, visibility_s: int) -> list[Message]:
        """Up to ``limit`` (1 to 10) messages, as soon as there is one, or none after ``wait_s`` seconds."""
        ...

    async def delete(self, receipts: Sequence[str]) -> frozenset[str]:
        """Delete for good; returns receipts that failed."""
        ...

    async def change_visibility(self, receipts: Sequence[str], timeout_s: int) -> frozenset[str]:
        """Hide from others for ``timeout_s`` seconds from now (0: show at once); returns receipts that failed."""
        ...

    async def send(self, bodies: Sequence[str]) -> frozenset[int]:
        """Send; returns positions in ``bodies`` that failed."""
        ...


class DocumentStore(Protocol):
    async def get(self, location: ObjectLocation, *, max_bytes: int) -> bytes:
        """The document's bytes.

        Raises:
            DocumentNotFound: there is none.
            DocumentRejected: it has more than ``max_bytes``; no more than those are read.
            ServiceUnavailable: the store did not answer.
        """
        ...

    async def put(self, location: ObjectLocation, document: bytes) -> None: ...


class ResultStore(Protocol):
    def location(self, job_id: str) -> ObjectLocation: ...

    async def put_if_absent(self, result: JobResult) -> bool:
        """Store under the job's id; False, and nothing changes, when there is a result already."""
        ...

    async def get(self, job_id: str) -> JobResult | None: ...


class Reader(Protocol):
    """Reads one document; raises the tree of `medinfer.errors`."""

    async def ready(self) -> bool:
        """Whether documents can be read now; never raises for a server that is away."""
        ...

    async def read(self, document: bytes, *, priority: Priority, timeout_s: float) -> DocumentResult: ...
