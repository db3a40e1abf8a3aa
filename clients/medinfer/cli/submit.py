"""Documents through the queue: from files to stored results."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medinfer.cli.console import Exit, Failure, err, needs
from medinfer.contract.ocr import MAX_DOCUMENT_BYTES
from medinfer.contract.vocabulary import DocumentErrorCode
from medinfer.errors import SENTENCES
from medinfer.jobs import Source
from medinfer.results import DocumentResult, JobResult

if TYPE_CHECKING:
    from router.producer import Producer

AT_ONCE = 8
"""Uploads, and looks for results, under way at the same time."""

LOOK_EVERY_S = 0.4

DOCUMENT_SUFFIXES = frozenset((".pdf", ".jpg", ".jpeg", ".png", ".tif", ".tiff"))
"""What is taken from a folder. The server judges bytes, not names: a file that is named itself is always sent."""


@dataclass(slots=True)
class Submission:
    """One file on its way. ``job_id`` None: it was not sent, because it is too large."""

    path: Path
    source: Source
    job_id: str | None = None
    result: JobResult | None = None

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def answered(self) -> bool:
        """A result or a typed rejection is there."""
        return self.result is not None or self.job_id is None

    @property
    def document(self) -> DocumentResult | None:
        return self.result.document if self.result else None

    @property
    def error_code(self) -> str:
        if self.result and self.result.error:
            return str(self.result.error.code)
        return "no_result_yet" if self.job_id else DocumentErrorCode.TOO_LARGE.value

    @property
    def error_sentence(self) -> str:
        if self.result and self.result.error:
            return self.result.error.message
        if self.job_id:
            return f"Ask again later: medinfer results {self.job_id}"
        return SENTENCES[DocumentErrorCode.TOO_LARGE]

    def as_json(self) -> dict[str, Any]:
        result = self.result.model_dump(mode="json") if self.result else None
        error = None if self.document else {"code": self.error_code, "message": self.error_sentence}
        return {"path": str(self.path), "job_id": self.job_id, "source": self.source, "result": result, "error": error}


def files(paths: Sequence[Path]) -> list[Path]:
    """The files that the paths name: a folder stands for the files right in it whose names end as a document's do
    (`DOCUMENT_SUFFIXES`). How many others a folder holds is said on stderr.

    Raises:
        Failure: a path does not exist, or there is no file at all.
    """
    found = [file for path in paths for file in _files(path)]
    if not found:
        raise Failure(f"there is no {', '.join(sorted(DOCUMENT_SUFFIXES))} file in what was named", Exit.USAGE)
    return list(dict.fromkeys(found))


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.is_dir():
        inside = sorted(file for file in path.iterdir() if file.is_file() and not file.name.startswith("."))
        documents = [file for file in inside if file.suffix.lower() in DOCUMENT_SUFFIXES]
        if others := len(inside) - len(documents):
            err.print(f"{path}: {others} files are left out, their names are not those of documents", markup=False)
        yield from documents
    else:
        raise Failure(f"{path} does not exist", Exit.USAGE)


async def submit(
    endpoint: str,
    documents: Sequence[tuple[Path, Source]],
    *,
    wait_s: float | None,
    sent: Callable[[Submission], None] = lambda _: None,
    answered: Callable[[Submission], None] = lambda _: None,
) -> list[Submission]:
    """Upload each file, send its job, and wait up to ``wait_s`` seconds (None: not at all) for all the results.

    ``sent`` and ``answered`` are told of each submission as it gets there.

    Raises:
        MedinferError: queues or stores cannot be used.
    """
    submissions = [Submission(path, source) for path, source in documents]
    async with _producer(endpoint) as producer:
        room = asyncio.Semaphore(AT_ONCE)
        under_way: deque[Submission] = deque()

        async def send(submission: Submission) -> None:
            async with room:
                await _send(producer, submission)
            sent(submission)
            if submission.answered:
                answered(submission)
            else:
                under_way.append(submission)

        try:
            async with asyncio.TaskGroup() as tasks:
                sends = [tasks.create_task(send(submission)) for submission in submissions]
                if wait_s is not None:
                    tasks.create_task(_collect(producer, under_way, sends, wait_s, answered))
        except ExceptionGroup as group:  # the first failure ended the others
            raise group.exceptions[0] from None
    return submissions


async def result(endpoint: str, job_id: str) -> JobResult | None:
    """The stored result of a job, if there is one by now."""
    async with _producer(endpoint) as producer:
        found: JobResult | None = await producer.result(job_id)
        return found


async def queue_depths(endpoint: str) -> dict[str, tuple[int, int]]:
    """Queue -> messages that wait, messages in hand."""
    with needs("router"):
        from router.core.classes import ServiceClass
        from router.edges.aws import Aws
        from router.settings import Settings
    settings = Settings(aws_endpoint_url=endpoint)
    aws = Aws(endpoint_url=endpoint, region=settings.aws_region, threads=4)
    names = [
        settings.intake_queue,
        *(settings.class_queue(c) for c in ServiceClass),
        settings.completed_queue,
        settings.intake_dead_letter_queue,
        settings.work_dead_letter_queue,
    ]
    try:
        return {name: await _depth(aws, name) for name in names}
    finally:
        aws.close()


async def _depth(aws: Any, name: str) -> tuple[int, int]:
    url = (await aws.call(aws.sqs.get_queue_url, QueueName=name))["QueueUrl"]
    wanted = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    answer = await aws.call(aws.sqs.get_queue_attributes, QueueUrl=url, AttributeNames=wanted)
    waiting, in_flight = (int(answer["Attributes"][attribute]) for attribute in wanted)
    return waiting, in_flight


def _producer(endpoint: str) -> Any:
    with needs("router"):
        from router.producer import Producer
        from router.settings import Settings
    return Producer.connect(Settings(aws_endpoint_url=endpoint), threads=AT_ONCE)


async def _send(producer: Producer, submission: Submission) -> None:
    if submission.path.stat().st_size > MAX_DOCUMENT_BYTES:
        return
    document = await asyncio.to_thread(submission.path.read_bytes)
    job = await producer.submit(document, file_name=submission.name, source=submission.source)
    submission.job_id = job.job_id


async def _collect(
    producer: Producer,
    under_way: deque[Submission],
    sends: Sequence[asyncio.Task[None]],
    wait_s: float,
    answered: Callable[[Submission], None],
) -> None:
    """Look for results, a few jobs at a time in turn: asking for all of them at once takes a core from the server."""
    clock = asyncio.get_running_loop().time
    until = clock() + wait_s
    while (under_way or not all(send.done() for send in sends)) and clock() < until:
        looked_at = [under_way.popleft() for _ in range(min(AT_ONCE, len(under_way)))]
        results = await asyncio.gather(*(producer.result(submission.job_id or "") for submission in looked_at))
        for submission, result in zip(looked_at, results, strict=True):
            submission.result = result
            if submission.answered:
                answered(submission)
            else:
                under_way.append(submission)
        if None in results or not results:
            await asyncio.sleep(LOOK_EVERY_S)
