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


class DocumentLocation(_Message):
    bucket: Annotated[str, StringConstraints(min_length=3, max_length=63)]
    key: Annotated[str, StringConstraints(min_length=1, max_length=1024)]


class DocumentJob(_Message):
    """One document to read. ``deadline`` overrides the deadline of the source's class."""

    version: Literal[1] = 1
    job_id: JobId
    source: Source
    document: DocumentLocation
    content_type: Annotated[str, StringConstraints(max_length=255)] | None = None
    submitted_at: AwareDatetime
    tenant: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None = None
    deadline: AwareDatetime | None = None
    traceparent: Annotated[str, StringConstraints(max_length=55)] | None = Field(
        default=None, description="W3C Trace Context"
    )


class CompletionEvent(_Message):
    """Sent once a result is stored. Says where, never what."""

    version: Literal[1] = 1
    job_id: JobId
    status: Literal["succeeded", "failed"]
    error_code: str | None = None
    bucket: str
    key: str
    completed_at: AwareDatetime


class DeadLetter(_Message):
    """Why a message was given up. ``body`` is there only for a message that could not be parsed as
    a job id-bearing job, as a hash: the message itself may hold anything."""

    version: Literal[1] = 1
    job_id: JobId | None = None
    code: str
    message: str
    job: DocumentJob | None = None
    body_sha256: str | None = None
    failed_at: AwareDatetime
