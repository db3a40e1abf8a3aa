"""Classes of service: how soon a document is wanted, and what Triton is told about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from medinfer.contract.vocabulary import Priority
from medinfer.jobs import Source

if TYPE_CHECKING:
    from datetime import datetime

    from medinfer.jobs import DocumentJob


class ServiceClass(StrEnum):
    """Each class has a queue of its own."""

    INTERACTIVE = "interactive"
    STANDARD = "standard"
    BULK = "bulk"


DEFAULT_CLASSES: Mapping[Source, ServiceClass] = {
    Source.SELF_UPLOAD: ServiceClass.INTERACTIVE,
    Source.HEALTH_NETWORK: ServiceClass.STANDARD,
    Source.MAILBOX_SYNC: ServiceClass.BULK,
}

PRIORITIES: Mapping[ServiceClass, Priority] = {
    ServiceClass.INTERACTIVE: Priority.INTERACTIVE,
    ServiceClass.STANDARD: Priority.STANDARD,
    ServiceClass.BULK: Priority.BULK,
}


def deadline(job: DocumentJob, sla_s: float) -> datetime:
    """When the answer is wanted: the job's own deadline, else its submission plus the class's SLA in seconds."""
    return job.deadline or job.submitted_at + timedelta(seconds=sla_s)
