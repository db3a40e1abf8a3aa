"""A reader that answers as its script says, and the worker around it in memory."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry

from medinfer.contract.vocabulary import DOCUMENT_CLASSES, DocumentType, Priority
from medinfer.jobs import CompletionEvent, DeadLetterEntry, DocumentJob
from medinfer.results import DocumentResult, JobResult
from router.answers import Answers
from router.attempt import Attempts
from router.core.backoff import Backoff
from router.core.classes import ServiceClass
from router.edges.memory import MemoryDocuments, MemoryQueue, MemoryResults
from router.ports import Queue
from router.settings import Settings
from router.telemetry import WorkerMetrics
from router.worker import Worker

RESULT = DocumentResult(
    document_type=DocumentType.LAB_REPORT,
    type_score=0.9,
    class_scores={c: 0.9 if c is DocumentType.LAB_REPORT else 0.02 for c in DOCUMENT_CLASSES},
    pages=(),
)


@dataclass
class ScriptedReader:
    """Takes ``delay_s`` for each document; ``script`` may raise what the real reader would."""

    delay_s: float = 0
    script: Callable[[bytes], DocumentResult] = lambda document: RESULT
    up: bool = True
    read_documents: list[bytes] = field(default_factory=list)
    priorities: list[Priority] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    async def ready(self) -> bool:
        return self.up

    async def read(self, document: bytes, *, priority: Priority, timeout_s: float) -> DocumentResult:
        self.read_documents.append(document)
        self.priorities.append(priority)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(self.delay_s)
            return self.script(document)
        finally:
            self.at_once -= 1


@dataclass
class World:
    """Everything that a worker talks to, in memory."""

    settings: Settings
    reader: ScriptedReader
    max_receives: int = 3

    def __post_init__(self) -> None:
        self.registry = CollectorRegistry()
        self.letters = MemoryQueue("work-dlq")
        self.completed = MemoryQueue("completed")
        self.queues = {
            c: MemoryQueue(c.value, dead_letters=self.letters, max_receives=self.max_receives) for c in ServiceClass
        }
        self.documents = MemoryDocuments()
        self.results = MemoryResults()

    def worker(self) -> Worker:
        return Worker(
            self.queues,
            self.reader,
            Attempts(
                self.documents,
                self.reader,
                Answers(self.results, self.completed, self.letters),
                Backoff(self.settings.retry_base_s, self.settings.retry_cap_s),
                self.settings.max_document_bytes,
                self.settings.read_timeout_s,
            ),
            self.settings,
            WorkerMetrics(self.registry),
        )

    async def submit(
        self, job: DocumentJob, service_class: ServiceClass = ServiceClass.INTERACTIVE, document: bytes | None = None
    ) -> None:
        await self.documents.put(job.document, job.job_id.encode() if document is None else document)
        await self.queues[service_class].send([job.model_dump_json()])

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Worker]:
        """A worker at work; drained at the end of the block."""
        worker, stop = self.worker(), asyncio.Event()
        task = asyncio.create_task(worker.run(stop))
        try:
            yield worker
        finally:
            stop.set()
            await task

    async def result(self, job: DocumentJob) -> JobResult:
        stored = await self.results.get(job.job_id)
        assert stored is not None
        return stored

    async def events(self) -> list[CompletionEvent]:
        return [CompletionEvent.model_validate_json(body) for body in await bodies(self.completed)]

    async def entries(self) -> list[DeadLetterEntry]:
        return [DeadLetterEntry.model_validate_json(body) for body in await bodies(self.letters)]

    def metric(self, name: str, **labels: str) -> float:
        return self.registry.get_sample_value(name, labels) or 0


async def bodies(queue: Queue) -> list[str]:
    """Take everything that can be seen out of the queue."""
    found: list[str] = []
    while messages := await queue.receive(10, wait_s=0, visibility_s=30):
        found += [m.body for m in messages]
        await queue.delete([m.receipt for m in messages])
    return found


async def until(condition: Callable[[], object], timeout_s: float = 10) -> None:
    """Wait for the condition.

    Raises:
        AssertionError: it did not come.
    """
    until_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < until_s, "waited in vain"
        await asyncio.sleep(0.01)
