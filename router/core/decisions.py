"""What came of a message, and what is done about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from medinfer.jobs import DocumentJob
    from medinfer.results import DocumentResult
    from router.core.backoff import Backoff
    from router.core.classes import ServiceClass


@dataclass(frozen=True, slots=True)
class Forward:
    """Send the job to the queue of its class, then delete the message."""

    service_class: ServiceClass
    job: DocumentJob


@dataclass(frozen=True, slots=True)
class Ack:
    """Store the answer, announce it, then delete the message."""

    document: DocumentResult


@dataclass(frozen=True, slots=True)
class Retry:
    """Give the message back to its queue; it is seen again after ``delay_s`` seconds."""

    delay_s: float


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """Store the failure, write a dead-letter entry with its reason, announce it, then delete the message."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Answered:
    """The document was read."""

    document: DocumentResult


@dataclass(frozen=True, slots=True)
class Refused:
    """The same document would fail again."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Failed:
    """Something failed that may not fail next time."""


@dataclass(frozen=True, slots=True)
class Overloaded:
    """The server has more work than it takes, or answered too late."""


@dataclass(frozen=True, slots=True)
class ServerDown:
    """No server, or one that cannot serve any document."""


@dataclass(frozen=True, slots=True)
class StoreDown:
    """The document could not be fetched, or its answer not be kept or announced."""


Outcome = Answered | Refused | Failed | Overloaded | ServerDown | StoreDown


def settle(outcome: Outcome, receive_count: int, backoff: Backoff, jitter: float) -> Ack | Retry | DeadLetter:
    """What to do with a message after its ``receive_count``-th receive; ``jitter`` is a random number in [0, 1).

    A message is never sent anew: only then does SQS's own receive count stay true, and a document that kills its
    worker each time moves to the dead-letter queue by the queue's redrive policy. A server that is down says
    nothing about the document: the message goes back at once, for whoever still has a server.
    """
    match outcome:
        case Answered(document):
            return Ack(document)
        case Refused(code, message):
            return DeadLetter(code, message)
        case ServerDown():
            return Retry(0)
        case Failed() | Overloaded() | StoreDown():
            return Retry(backoff.delay_s(receive_count, jitter))
