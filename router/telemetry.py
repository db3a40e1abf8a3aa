"""Logs and metrics: events with ids, codes and counts. Nothing that a document, a message or a file name says."""

from __future__ import annotations

import logging
import sys
import traceback
from pathlib import Path
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 21600)


def configure_logging(level: str) -> None:
    """One JSON object a line on stderr; stdout stays for a command's answer."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def describe(error: BaseException) -> dict[str, Any]:
    """An error as log fields: its type and where it was raised. Its text is left out, because that of a foreign
    error can quote its input (pydantic's does)."""
    return {
        "error": type(error).__name__,
        "at": next(reversed(frames(error)), None),
        "cause": type(error.__cause__).__name__ if error.__cause__ else None,
    }


def frames(error: BaseException) -> list[str]:
    """Where the error passed through, outermost first."""
    return [f"{Path(f.filename).name}:{f.lineno}" for f in traceback.extract_tb(error.__traceback__)]


class IntakeMetrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        self.messages = Counter(
            "medinfer_intake_messages", "Messages taken from the intake queue", ["outcome"], registry=registry
        )


class WorkerMetrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        self.settled = Counter(
            "medinfer_worker_messages", "Messages settled", ["service_class", "decision"], registry=registry
        )
        self.late = Counter(
            "medinfer_worker_late", "Documents answered after their deadline", ["service_class"], registry=registry
        )
        self.lost = Counter(
            "medinfer_worker_lost", "Messages whose visibility could not be extended", registry=registry
        )
        self.age = Histogram(
            "medinfer_worker_age_seconds",
            "From a job's submission to its settled message",
            ["service_class"],
            buckets=SECONDS,
            registry=registry,
        )
        self.work = Histogram(
            "medinfer_worker_work_seconds",
            "From a document's start to its settled message",
            ["service_class"],
            buckets=SECONDS,
            registry=registry,
        )
        self.in_flight = Gauge(
            "medinfer_worker_in_flight", "Messages received and not settled", ["service_class"], registry=registry
        )
        self.slots = Gauge("medinfer_worker_slots", "Documents that may be in Triton at once now", registry=registry)
        self.paused = Gauge(
            "medinfer_worker_paused", "1 while Triton or a store is down and nothing is fetched", registry=registry
        )
        self.paused.set(1)
