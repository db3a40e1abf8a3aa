"""What is written when a job is done: result, dead-letter entry, completion event, in an order that loses nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from medinfer.jobs import CompletionEvent, DeadLetterEntry, DocumentJob
from router.ports import ServiceUnavailable

if TYPE_CHECKING:
    from medinfer.results import JobResult
    from router.core.decisions import DeadLetter
    from router.ports import Queue, ResultStore


def unreadable(body: str, reason: DeadLetter) -> str:
    """The dead-letter entry of a message that is not a job: its hash, because it may hold anything."""
    digest = hashlib.sha256(body.encode(errors="surrogatepass")).hexdigest()
    entry = DeadLetterEntry(code=reason.code, message=reason.message, body_sha256=digest, failed_at=datetime.now(UTC))
    return entry.model_dump_json()


async def send_all(queue: Queue, bodies: Sequence[str]) -> None:
    """Raises: ServiceUnavailable: not all of them were sent."""
    if failed := await queue.send(bodies):
        raise ServiceUnavailable(f"{queue.name} refused {len(failed)} of {len(bodies)} messages.")


class Answers:
    """A worker may die between any two steps: the message then comes again, the stored result is found, and what
    follows it is sent once more. All methods raise `ServiceUnavailable` when something could not be written."""

    def __init__(self, results: ResultStore, completed: Queue, dead_letters: Queue) -> None:
        self._results = results
        self._completed = completed
        self._dead_letters = dead_letters

    async def publish(self, job: DocumentJob, result: JobResult) -> None:
        """Store the result and announce it; if the job has one already, that one stays and is announced."""
        if await self._results.put_if_absent(result):
            await self._announce(job, result, with_letter=True)
        else:
            await self.announce_stored(job, was_received_before=False)

    async def announce_stored(self, job: DocumentJob, *, was_received_before: bool) -> bool:
        """Announce the result that the job has already; False when it has none.

        A failure has one dead-letter entry, written by whoever stored it. Only where this very message was received
        before, the worker may have died between the two, so the entry is written again: twice rather than never.
        """
        result = await self._results.get(job.job_id)
        if result is None:
            return False
        await self._announce(job, result, with_letter=was_received_before)
        return True

    async def give_up_unreadable(self, body: str, reason: DeadLetter) -> None:
        """A message that is not a job has no id to store a result under: a dead-letter entry is all it gets."""
        await send_all(self._dead_letters, [unreadable(body, reason)])

    async def _announce(self, job: DocumentJob, result: JobResult, *, with_letter: bool) -> None:
        if result.error and with_letter:
            entry = DeadLetterEntry(
                code=result.error.code, message=result.error.message, job=job, failed_at=result.completed_at
            )
            await send_all(self._dead_letters, [entry.model_dump_json()])
        event = CompletionEvent(
            job_id=job.job_id,
            status=result.status,
            error_code=result.error.code if result.error else None,
            result=self._results.location(job.job_id),
            completed_at=result.completed_at,
        )
        await send_all(self._completed, [event.model_dump_json()])
