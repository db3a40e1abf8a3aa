"""Puts the processes together: settings, services, probes and signals around `Intake` and `Worker`."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import structlog
from prometheus_client import CollectorRegistry

from router.answers import Answers
from router.attempt import Attempts
from router.core.backoff import Backoff
from router.core.classes import ServiceClass
from router.edges.aws import Aws
from router.edges.s3 import S3Documents, S3Results, check_bucket
from router.edges.sqs import SqsQueue
from router.intake import Intake
from router.lifecycle import stop_signals
from router.probes import serve_probes
from router.telemetry import IntakeMetrics, WorkerMetrics
from router.worker import Worker

if TYPE_CHECKING:
    from router.ports import Reader
    from router.settings import Settings

log = structlog.get_logger()

THREADS_PER_POLLER = 4
"""A long poll, or a send to each class at once."""

THREADS_PER_JOB = 2
"""A job has one call under way, beside which its message may be kept or given back."""


async def run_intake(settings: Settings) -> None:
    """Until a stop signal.

    Raises:
        ServiceMisconfigured: a queue is missing, or may not be used.
    """
    registry = CollectorRegistry()
    async with AsyncExitStack() as stack:
        stop = stack.enter_context(stop_signals(settings.drain_s))
        aws = _connect(settings, THREADS_PER_POLLER * settings.intake_pollers, stack)
        process = Intake(
            await SqsQueue.find(aws, settings.intake_queue),
            await _class_queues(aws, settings),
            await SqsQueue.find(aws, settings.intake_dead_letter_queue),
            settings,
            IntakeMetrics(registry),
        )
        stack.enter_context(serve_probes(settings.intake_port, registry, process.is_ready))
        log.info("intake_started", queue=settings.intake_queue)
        await process.run(stop)


async def run_worker(settings: Settings, reader: Reader) -> None:
    """Until a stop signal.

    Raises:
        ServiceMisconfigured: a queue or the result bucket is missing, or may not be used.
        ContractMismatch: the server's models are not those of this release.
    """
    registry = CollectorRegistry()
    async with AsyncExitStack() as stack:
        stop = stack.enter_context(stop_signals(settings.drain_s))
        aws = _connect(settings, len(ServiceClass) + THREADS_PER_JOB * settings.concurrency, stack)
        for bucket in (settings.documents_bucket, settings.results_bucket):
            await check_bucket(aws, bucket)
        answers = Answers(
            S3Results(aws, settings.results_bucket),
            await SqsQueue.find(aws, settings.completed_queue),
            await SqsQueue.find(aws, settings.work_dead_letter_queue),
        )
        process = Worker(
            await _class_queues(aws, settings),
            reader,
            Attempts(
                S3Documents(aws),
                reader,
                answers,
                Backoff(settings.retry_base_s, settings.retry_cap_s),
                settings.max_document_bytes,
                settings.read_timeout_s,
            ),
            settings,
            WorkerMetrics(registry),
        )
        stack.enter_context(serve_probes(settings.worker_port, registry, process.is_ready))
        log.info("worker_started", triton=settings.triton_address, concurrency=settings.concurrency)
        await process.run(stop)


def _connect(settings: Settings, threads: int, stack: AsyncExitStack) -> Aws:
    aws = Aws(endpoint_url=settings.aws_endpoint_url, region=settings.aws_region, threads=threads)
    stack.callback(aws.close)
    return aws


async def _class_queues(aws: Aws, settings: Settings) -> dict[ServiceClass, SqsQueue]:
    return {c: await SqsQueue.find(aws, settings.class_queue(c)) for c in ServiceClass}
