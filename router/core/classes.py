"""Classes of service: how soon a document is wanted, and what Triton is told about it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

from medinfer.contract.vocabulary import Priority

if TYPE_CHECKING:
    from medinfer.jobs import DocumentJob


class ServiceClass(StrEnum):
    """Each class has a queue of its own."""

    INTERACTIVE = "interactive"
    STANDARD = "standard"
    BULK = "bulk"


PRIORITIES: Mapping[ServiceClass, Priority] = {
    ServiceClass.INTERACTIVE: Priority.INTERACTIVE,
    ServiceClass.STANDARD: Priority.STANDARD,
    ServiceClass.BULK: Priority.BULK,
}


def deadline_s(job: DocumentJob, sla_s: float) -> float:
    """When the answer is wanted, in epoch seconds: the job's own deadline, else ``sla_s`` seconds after submission."""
    return job.deadline.timestamp() if job.deadline else job.submitted_at.timestamp() + sla_s


def floor_s(service_class: ServiceClass, sla_s: Mapping[ServiceClass, float]) -> float:
    """Seconds from its receipt before which a message of this class is not due, however late it is: a backlog of the
    other classes does not pass what someone is waiting for."""
    return 0 if service_class is ServiceClass.INTERACTIVE else sla_s[ServiceClass.INTERACTIVE]
