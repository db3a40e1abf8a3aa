"""One attempt at one job: fetch the document, have it read, store and announce the answer."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog

from medinfer.errors import (
    DeadlineExceeded,
    DocumentRejected,
    ModelNotFound,
    ServerOverloaded,
    ServerUnavailable,
)
from medinfer.results import JobError, JobResult
from router.core.decisions import (
    Ack,
    Answered,
    DeadLetter,
    Failed,
    Overloaded,
    Refused,
    Retry,
    ServerDown,
    StoreDown,
    settle,
)
from router.ports import DocumentNotFound, ServiceMisconfigured, ServiceRefused, ServiceUnavailable
from router.telemetry import describe

if TYPE_CHECKING:
    from medinfer.contract.vocabulary import Priority
    from medinfer.jobs import DocumentJob
    from router.answers import Answers
    from router.core.backoff import Backoff
    from router.core.decisions import Outcome
    from router.ports import DocumentStore, Message, Reader

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Settled:
    """What is to be done with the job's message, and what that taught of Triton and the stores. ``decision`` None: the
    job had its result already, and the message is done."""

    decision: Ack | Retry | DeadLetter | None
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class Attempts:
    documents: DocumentStore
    reader: Reader
    answers: Answers
    retry: Backoff
    max_document_bytes: int
    read_timeout_s: float
    jitter: Callable[[], float] = random.random
    """Gives numbers in [0, 1)."""

    async def make(self, job: DocumentJob, priority: Priority, receive_count: int) -> Settled:
        """Everything but the message's own end. Never raises: whatever one job does must not stop the others."""
        try:
            if await self.answers.announce_stored(job, was_received_before=receive_count > 1):
                return Settled(None, None)
            outcome, digest = await self._read(job, priority)
            decision = settle(outcome, receive_count, self.retry, self.jitter())
            if not isinstance(decision, Retry):
                await self.answers.publish(job, job_result(job, decision, digest))
        except Exception as error:  # noqa: BLE001 - see above
            log.warning("answer_failed", job_id=job.job_id, **describe(error))
            outcome = outcome_of(error)
            decision = Retry(self.retry.delay_s(receive_count, self.jitter()))
        return Settled(decision, outcome)

    async def give_up(self, message: Message, reason: DeadLetter) -> Settled:
        """A message that is not a job. Never raises."""
        try:
            await self.answers.give_up_unreadable(message.body, reason)
        except Exception as error:  # noqa: BLE001 - see `make`
            log.warning("dead_letter_failed", message_id=message.id, **describe(error))
            return Settled(Retry(self.retry.delay_s(message.receive_count, self.jitter())), outcome_of(error))
        return Settled(None, None)

    async def _read(self, job: DocumentJob, priority: Priority) -> tuple[Outcome, str | None]:
        """What came of it, and the document's SHA-256 if it could be fetched."""
        digest = None
        try:
            document = await self.documents.get(job.document, max_bytes=self.max_document_bytes)
            digest = hashlib.sha256(document).hexdigest()
            return Answered(await self.reader.read(document, priority=priority, timeout_s=self.read_timeout_s)), digest
        except Exception as error:  # noqa: BLE001 - see `make`
            outcome = outcome_of(error)
            if not isinstance(outcome, Refused):
                log.warning("attempt_failed", job_id=job.job_id, **describe(error))
            return outcome, digest


def outcome_of(error: Exception) -> Outcome:
    """Only what is certain to be the document's own fault is refused. A request that the server calls invalid, or an
    answer that breaks the contract, may be the fault of a release: those are tried again and end, unanswered and
    whole, in the dead-letter queue, from where they can be moved back."""
    match error:
        case DocumentRejected():
            return Refused(error.code, str(error))
        case DocumentNotFound():
            return Refused("document_not_found", "There is no document where the job says.")
        case ServerUnavailable() | ModelNotFound():
            return ServerDown()
        case ServerOverloaded() | DeadlineExceeded():
            return Overloaded()
        case ServiceRefused():  # about this one object; others may be well
            return Failed()
        case ServiceUnavailable() | ServiceMisconfigured():
            return StoreDown()
        case _:
            return Failed()


def job_result(job: DocumentJob, decision: Ack | DeadLetter, document_sha256: str | None) -> JobResult:
    succeeded = isinstance(decision, Ack)
    return JobResult(
        job_id=job.job_id,
        status="succeeded" if succeeded else "failed",
        source=job.source,
        submitted_at=job.submitted_at,
        completed_at=datetime.now(UTC),
        document_sha256=document_sha256,
        document=decision.document if isinstance(decision, Ack) else None,
        error=JobError.model_validate({"code": decision.code, "message": decision.message})
        if isinstance(decision, DeadLetter)
        else None,
    )
