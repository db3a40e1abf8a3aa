"""One attempt at one job: fetch the document, have it read, say what came of it."""

from __future__ import annotations

import hashlib
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
from router.core.decisions import Ack, Answered, DeadLetter, Failed, Overloaded, Refused, ServerDown
from router.ports import DocumentNotFound
from router.telemetry import describe

if TYPE_CHECKING:
    from medinfer.contract.vocabulary import Priority
    from medinfer.jobs import DocumentJob
    from router.core.decisions import Outcome
    from router.ports import DocumentStore, Reader

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Attempt:
    outcome: Outcome
    document_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Attempts:
    documents: DocumentStore
    reader: Reader
    max_document_bytes: int
    read_timeout_s: float

    async def make(self, job: DocumentJob, priority: Priority) -> Attempt:
        """Never raises: what went wrong is the outcome."""
        digest = None
        try:
            document = await self.documents.get(job.document, max_bytes=self.max_document_bytes)
            digest = hashlib.sha256(document).hexdigest()
            result = await self.reader.read(document, priority=priority, timeout_s=self.read_timeout_s)
        except Exception as error:  # noqa: BLE001 - one job's failure, whatever it is, must not stop the others
            outcome = outcome_of(error)
            if isinstance(outcome, Failed):
                log.warning("attempt_failed", job_id=job.job_id, **describe(error))
            return Attempt(outcome, digest)
        return Attempt(Answered(result), digest)


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
