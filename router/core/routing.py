"""What becomes of a message of the intake queue."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from pydantic import ValidationError

from medinfer.jobs import DocumentJob, Source
from router.core.classes import ServiceClass
from router.core.decisions import DeadLetter, Forward


class MessageErrorCode(StrEnum):
    """Why a message is not a job."""

    NOT_JSON = "message_not_json"
    INVALID = "message_invalid"
    UNSUPPORTED_VERSION = "message_version_unsupported"
    BUCKET_NOT_ALLOWED = "bucket_not_allowed"


def route(body: str, classes: Mapping[Source, ServiceClass], documents_bucket: str) -> Forward | DeadLetter:
    """The queue for this message. A job may only name the documents bucket: the worker reads with its own rights,
    so a message must not be able to point it at any other bucket that those rights happen to reach."""
    job = parse(body)
    if isinstance(job, DeadLetter):
        return job
    if job.document.bucket != documents_bucket:
        return DeadLetter(
            MessageErrorCode.BUCKET_NOT_ALLOWED, "The document is not in the documents bucket of this system."
        )
    return Forward(classes[job.source], job)


def parse(body: str) -> DocumentJob | DeadLetter:
    """The job in a message, or why there is none."""
    try:
        return DocumentJob.model_validate_json(body)
    except ValidationError as error:
        return _explain(error)


def _explain(error: ValidationError) -> DeadLetter:
    """Field names that the schema knows and pydantic's fixed error types: nothing that the message says.

    A location can hold the name of a field that the producer invented, so unknown ones are only counted.
    """
    problems = error.errors(include_input=False, include_context=False, include_url=False)
    if any(p["type"] == "json_invalid" for p in problems):
        return DeadLetter(MessageErrorCode.NOT_JSON, "The message is not JSON.")
    if any(p["loc"] == ("version",) for p in problems):
        return DeadLetter(MessageErrorCode.UNSUPPORTED_VERSION, "The message is of a version that is not supported.")
    unknown = sum(p["type"] == "extra_forbidden" for p in problems)
    reasons = [
        f"{'.'.join(map(str, p['loc'])) or 'message'} ({p['type']})" for p in problems if p["type"] != "extra_forbidden"
    ]
    if unknown:
        reasons.append(f"{unknown} unknown field{'s' if unknown > 1 else ''}")
    return DeadLetter(MessageErrorCode.INVALID, f"The message is not a job: {', '.join(reasons)}.")
