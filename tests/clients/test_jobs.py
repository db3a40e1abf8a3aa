"""The messages of the queues: what passes, what does not, and that nothing is lost on the way."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from medinfer.jobs import CompletionEvent, DeadLetterEntry, DocumentJob, ObjectLocation, Source

MOMENTS = st.datetimes(
    datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.sampled_from([UTC, timezone(timedelta(hours=5.5))])
)
IDS = st.from_regex(r"\A[A-Za-z0-9_-]{8,64}\Z")
LOCATIONS = st.builds(
    ObjectLocation, bucket=st.text("abc-9", min_size=3, max_size=63), key=st.text(min_size=1, max_size=50)
)
JOBS = st.builds(
    DocumentJob,
    job_id=IDS,
    source=st.sampled_from(Source),
    document=LOCATIONS,
    submitted_at=MOMENTS,
    content_type=st.none() | st.text(max_size=255),
    tenant=st.none() | st.just("hospital_7"),
    deadline=st.none() | MOMENTS,
    traceparent=st.none() | st.text(max_size=55),
)
EVENTS = st.builds(
    CompletionEvent,
    job_id=IDS,
    status=st.sampled_from(["succeeded", "failed"]),
    error_code=st.none() | st.just("corrupt_document"),
    result=LOCATIONS,
    completed_at=MOMENTS,
)
ENTRIES = st.builds(
    DeadLetterEntry,
    code=st.from_regex(r"\A[a-z0-9_]{1,64}\Z"),
    message=st.text(),
    job=st.none() | JOBS,
    body_sha256=st.none() | st.from_regex(r"\A[0-9a-f]{64}\Z"),
    failed_at=MOMENTS,
)
JOB: dict[str, Any] = {
    "job_id": "01J9ZQ4S6V8M2T",
    "source": "self_upload",
    "document": {"bucket": "medinfer-documents", "key": "documents/01J9ZQ4S6V8M2T/document.pdf"},
    "submitted_at": "2026-01-31T09:15:00+05:30",
}


@given(JOBS | EVENTS | ENTRIES)
def test_a_message_is_the_same_after_its_journey(message: BaseModel) -> None:
    for text in (message.model_dump_json(), message.model_dump_json(exclude_none=True)):
        assert type(message).model_validate_json(text) == message


@given(JOBS)
def test_a_job_fits_a_message_many_times_over(job: DocumentJob) -> None:
    """SQS takes 256 KiB; ten jobs go in one batch."""
    assert len(job.model_dump_json().encode()) * 10 < 256 * 1024


def test_the_shortest_job_is_the_documented_one() -> None:
    job = DocumentJob.model_validate_json(json.dumps(JOB))
    assert job.version == 1
    assert (job.content_type, job.tenant, job.deadline, job.traceparent) == (None, None, None, None)
    for field in JOB:
        with pytest.raises(ValidationError):
            DocumentJob.model_validate({name: value for name, value in JOB.items() if name != field})


@pytest.mark.parametrize(
    "wrong",
    [
        {"version": 2},
        {"version": "1"},
        {"job_id": "short"},
        {"job_id": "x" * 65},
        {"job_id": "Asha Rao"},
        {"job_id": "results/../secret"},
        {"job_id": "01J9ZQ4S6V8M2T\n"},
        {"source": "fax"},
        {"document": {"bucket": "b", "key": "k"}},
        {"document": {"bucket": "bucket", "key": ""}},
        {"document": {"bucket": "bucket", "key": "k" * 1025}},
        {"document": {"bucket": "bucket", "key": "k", "version": "3"}},
        {"document": "s3://bucket/key"},
        {"submitted_at": "2026-01-31T09:15:00"},
        {"submitted_at": "yesterday"},
        {"deadline": "2026-01-31"},
        {"tenant": "a hospital"},
        {"traceparent": "0" * 56},
        {"patient": "Asha Rao"},
    ],
)
def test_a_job_that_breaks_the_contract_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        DocumentJob.model_validate_json(json.dumps({**JOB, **wrong}))


def test_messages_do_not_change() -> None:
    job = DocumentJob.model_validate(JOB)
    with pytest.raises(ValidationError, match="frozen"):
        job.source = Source.MAILBOX_SYNC


@pytest.mark.parametrize(
    "wrong", [{"code": "Not A Code"}, {"body_sha256": "abc"}, {"body": "the message itself"}, {"failed_at": None}]
)
def test_an_entry_has_a_code_and_no_body(wrong: dict[str, Any]) -> None:
    entry = {"code": "message_invalid", "message": "x", "failed_at": "2026-01-31T09:15:00Z"}
    assert DeadLetterEntry.model_validate(entry).job is None
    with pytest.raises(ValidationError):
        DeadLetterEntry.model_validate({**entry, **wrong})
