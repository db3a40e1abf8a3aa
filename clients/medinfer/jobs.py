"""The messages that travel through the queues. A claim check: the bytes stay in S3.

The JSON schemas are committed as docs/schemas/*.json and checked in CI.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

JobId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$")]


class Source(StrEnum):
    """Where a document comes from; it decides the class of service."""

    SELF_UPLOAD = "self_upload"
    HEALTH_NETWORK = "health_network"
    MAILBOX_SYNC = "mailbox_sync"


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ObjectLocation(_Message):
    """An object in S3."""

    bucket: Annotated[str, StringConstraints(min_length=3, max_length=63)]
    key: Annotated[str, StringConstraints(min_length=1, max_length=1024)]


class DocumentJob(_Message):
    """One document to read.

    ``job_id`` is the key of everything that follows: the result is stored under it, once, and a second
    job of the same id gets the first one's result. It goes into logs, so it must not be derived from a
    patient's data. ``deadline`` overrides the deadline of the source's class.
    """

    version: Literal[1] = 1
    job_id: JobId
    source: Source
    document: ObjectLocation
    content_type: Annotated[str, StringConstraints(max_length=255)] | None = None
    submitted_at: AwareDatetime
    tenant: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None = None
    deadline: AwareDatetime | None = None
    traceparent: Annotated[str, StringConstraints(max_length=55)] | None = Field(
        default=None, description="W3C Trace Context"
    )


class CompletionEvent(_Message):
    """Sent when a result is stored, at least once for each job. Says where, never what."""

    version: Literal[1] = 1
    job_id: JobId
    status: Literal["succeeded", "failed"]
    error_code: str | None = None
    result: ObjectLocation
    completed_at: AwareDatetime


class DeadLetterEntry(_Message):
    """Why a message was given up: a code for machines and a sentence for people, neither with content.

    ``job`` is set when the message could be read as a job. One that could not be may hold anything,
    a patient's words included, so of that only the SHA-256 of its body is kept: enough to find the
    same message in the producer's own records.
    """

    version: Literal[1] = 1
    code: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,64}$")]
    message: str
    job: DocumentJob | None = None
    body_sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None
    failed_at: AwareDatetime
