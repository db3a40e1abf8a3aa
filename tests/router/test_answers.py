"""What is written when a job is done, whoever else does the same job."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from medinfer.jobs import CompletionEvent, DeadLetterEntry, DocumentJob
from medinfer.results import JobError, JobResult
from router.answers import Answers
from router.edges.memory import MemoryQueue, MemoryResults
from tests.router.twins import RESULT, bodies

MakeJob = Callable[..., DocumentJob]


class Places:
    def __init__(self) -> None:
        self.results, self.completed, self.letters = MemoryResults(), MemoryQueue("completed"), MemoryQueue("letters")
        self.answers = Answers(self.results, self.completed, self.letters)

    async def events(self) -> list[CompletionEvent]:
        return [CompletionEvent.model_validate_json(b) for b in await bodies(self.completed)]

    async def entries(self) -> list[DeadLetterEntry]:
        return [DeadLetterEntry.model_validate_json(b) for b in await bodies(self.letters)]


def finished(job: DocumentJob, *, ok: bool, after_s: float = 0) -> JobResult:
    return JobResult(
        job_id=job.job_id,
        status="succeeded" if ok else "failed",
        source=job.source,
        submitted_at=job.submitted_at,
        completed_at=datetime.now(UTC) + timedelta(seconds=after_s),
        document=RESULT if ok else None,
        error=None if ok else JobError(code="internal", message="x"),
    )


@pytest.mark.parametrize("ok", [True, False])
async def test_of_two_workers_on_one_job_the_first_decides(make_job: MakeJob, ok: bool) -> None:
    """Both looked before either had stored; the second's own answer is dropped, and it announces the first's."""
    places, job = Places(), make_job()
    first, second = finished(job, ok=ok), finished(job, ok=not ok, after_s=1)
    await places.answers.publish(job, first)
    await places.answers.publish(job, second)
    assert await places.results.get(job.job_id) == first
    assert [(e.status, e.completed_at) for e in await places.events()] == [(first.status, first.completed_at)] * 2
    assert [e.job for e in await places.entries()] == ([] if ok else [job])


async def test_there_is_nothing_to_announce_before_there_is_a_result(make_job: MakeJob) -> None:
    places, job = Places(), make_job()
    assert await places.answers.announce_stored(job, was_received_before=True) is False
    assert (await places.events(), await places.entries()) == ([], [])


@pytest.mark.parametrize("was_received_before", [True, False])
async def test_an_entry_is_repeated_only_where_the_first_may_be_missing(
    make_job: MakeJob, was_received_before: bool
) -> None:
    places, job = Places(), make_job()
    await places.results.put_if_absent(finished(job, ok=False))
    assert await places.answers.announce_stored(job, was_received_before=was_received_before)
    assert len(await places.events()) == 1
    assert len(await places.entries()) == was_received_before
