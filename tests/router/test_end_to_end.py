"""Real documents through real queues, intake, worker and Triton into stored results."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import cycle

import pytest
from reportlab.pdfgen.canvas import Canvas

from medinfer.contract.vocabulary import Priority
from medinfer.errors import DocumentRejected, ServerUnavailable
from medinfer.jobs import CompletionEvent, DeadLetterEntry, Source
from router.core.classes import ServiceClass
from router.edges.aws import Aws
from router.edges.sqs import SqsQueue
from router.edges.triton import TritonReader
from router.local import free_port
from router.producer import Producer
from router.settings import Settings
from server.triton import TritonServer
from tests.fixtures.aws import MakeSettings
from tests.router.processes import INTAKE, ROOT, WORKER, Processes, in_queues, is_ready, stored, wait_for
from tests.router.twins import bodies

pytestmark = pytest.mark.integration

EXAMPLES = ROOT / "examples" / "documents"
REPORT = (
    "HAEMATOLOGY REPORT",
    "Patient: Planted Lakshmi   Age: 44 years   Sex: Female",
    "Test            Result   Unit     Reference range",
    "Haemoglobin     11.2     g/dL     12.0 - 15.0",
    "Platelet count  250000   /uL      150000 - 410000",
)


def pdf(*lines: str) -> bytes:
    """One page with a text layer."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=True)
    for number, line in enumerate(lines):
        canvas.drawString(72, 780 - 18 * number, line)
    canvas.save()
    return buffer.getvalue()


@pytest.fixture
def settings(aws_settings: MakeSettings, triton: TritonServer) -> Settings:
    return aws_settings(
        triton_address=triton.grpc_address,
        concurrency=2,
        probe_interval_s=0.1,
        retry_base_s=0.1,
        retry_cap_s=1,
        worker_port=free_port(),
    )


@asynccontextmanager
async def reachable(settings: Settings, port: int) -> AsyncIterator[None]:
    """While the block runs, Triton is also at ``port``; afterwards nothing is, and connections are cut."""
    host, _, triton_port = settings.triton_address.partition(":")
    writers: list[asyncio.StreamWriter] = []
    connections: list[asyncio.Task[None]] = []

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_triton, to_triton = await asyncio.open_connection(host, int(triton_port))
        writers.extend([writer, to_triton])
        connections.extend(
            [asyncio.create_task(copy(reader, to_triton)), asyncio.create_task(copy(from_triton, writer))]
        )

    server = await asyncio.start_server(connect, "127.0.0.1", port)
    try:
        yield
    finally:
        server.close()
        for writer in writers:
            writer.transport.abort()
        await asyncio.gather(*connections)


async def test_a_job_of_each_source_gets_its_result(aws: Aws, settings: Settings, processes: Processes) -> None:
    processes.start(settings, *INTAKE)
    processes.start(settings, *WORKER)
    async with Producer.connect(settings) as producer:
        jobs = [await producer.submit(pdf(*REPORT), file_name="Planted.pdf", source=source) for source in Source]
        bad = await producer.submit(b"PK\x03\x04 not a PDF", file_name="x.pdf", source=Source.SELF_UPLOAD)
        results = [await producer.wait(job.job_id, timeout_s=60) for job in jobs]
        rejected = await producer.wait(bad.job_id, timeout_s=60)
    for job, result in zip(jobs, results, strict=True):
        assert (result.job_id, result.status, result.source) == (job.job_id, "succeeded", job.source)
        assert result.document is not None
        assert len(result.document.pages) == 1
    assert len({r.document_sha256 for r in results}) == 1
    assert rejected.error is not None
    assert rejected.error.code == "unsupported_type"
    wait_for(lambda: set(in_queues(aws, settings).values()) == {(0, 0)})
    events = await bodies(await SqsQueue.find(aws, settings.completed_queue))
    assert {CompletionEvent.model_validate_json(b).job_id for b in events} == {j.job_id for j in (*jobs, bad)}
    (letter,) = await bodies(await SqsQueue.find(aws, settings.work_dead_letter_queue))
    assert DeadLetterEntry.model_validate_json(letter).job == bad


async def test_killing_the_worker_amid_the_examples_loses_none_and_writes_none_twice(
    aws: Aws, settings: Settings, processes: Processes
) -> None:
    """The demo's documents, good and bad, with the worker killed when some have their result and some are in hand."""
    aws.s3.put_bucket_versioning(Bucket=settings.results_bucket, VersioningConfiguration={"Status": "Enabled"})
    settings = settings.model_copy(update={"visibility_timeout_s": 5})
    examples = sorted(path for path in EXAMPLES.iterdir() if path.is_file())
    processes.start(settings, *INTAKE)
    worker = processes.start(settings, *WORKER)
    async with Producer.connect(settings) as producer:
        jobs = [
            await producer.submit(path.read_bytes(), file_name=path.name, source=source)
            for path, source in zip(examples, cycle(Source))
        ]
        await asyncio.to_thread(wait_for, lambda: len(stored(aws, settings)) >= len(jobs) // 3, 120)
        worker.kill()
        worker.wait()
        before = set(stored(aws, settings))
        assert len(before) < len(jobs)
        assert sum(hidden for _, hidden in in_queues(aws, settings).values()) > 0, "nothing was in hand"

        processes.start(settings, *WORKER)
        results = [await producer.wait(job.job_id, timeout_s=180) for job in jobs]
    await asyncio.to_thread(wait_for, lambda: set(in_queues(aws, settings).values()) == {(0, 0)})
    assert sorted(stored(aws, settings)) == sorted(f"results/{job.job_id}.json" for job in jobs)
    bad = {path.name: result.status for path, result in zip(examples, results, strict=True)}
    assert bad == {path.name: "failed" if path.name.startswith("bad_") else "succeeded" for path in examples}
    letters = await bodies(await SqsQueue.find(aws, settings.work_dead_letter_queue))
    given_up = {DeadLetterEntry.model_validate_json(letter).job for letter in letters}
    assert given_up == {job for job, result in zip(jobs, results, strict=True) if result.status == "failed"}
    events = await bodies(await SqsQueue.find(aws, settings.completed_queue))
    assert {CompletionEvent.model_validate_json(event).job_id for event in events} == {job.job_id for job in jobs}


async def test_while_triton_is_away_jobs_stay_queued_and_then_they_are_read(
    aws: Aws, settings: Settings, processes: Processes
) -> None:
    port = free_port()
    away = settings.model_copy(update={"triton_address": f"127.0.0.1:{port}"})
    work = await SqsQueue.find(aws, settings.class_queue(ServiceClass.INTERACTIVE))
    processes.start(away, *INTAKE)
    worker = processes.start(away, *WORKER)
    async with Producer.connect(away) as producer:
        first = await producer.submit(pdf(*REPORT), file_name="x.pdf", source=Source.SELF_UPLOAD)
        await asyncio.to_thread(wait_for, lambda: in_queues(aws, settings)[work.name] == (1, 0))
        await asyncio.to_thread(wait_for, lambda: processes.events("worker_started"))
        await asyncio.sleep(1)
        assert not is_ready(settings.worker_port)
        assert in_queues(aws, settings)[work.name] == (1, 0)
        async with reachable(settings, port):
            assert (await producer.wait(first.job_id, timeout_s=30)).status == "succeeded"
        second = [
            await producer.submit(pdf(*REPORT, str(n)), file_name="x.pdf", source=Source.SELF_UPLOAD) for n in range(5)
        ]
        await asyncio.to_thread(wait_for, lambda: processes.events("paused"))
        await asyncio.to_thread(wait_for, lambda: in_queues(aws, settings)[work.name] == (5, 0))
        assert len(stored(aws, settings)) == 1
        async with reachable(settings, port):
            results = [await producer.wait(job.job_id, timeout_s=60) for job in second]
        assert {r.status for r in results} == {"succeeded"}
    assert worker.poll() is None
    assert len(processes.events("resumed")) >= 2
    assert await bodies(await SqsQueue.find(aws, settings.work_dead_letter_queue)) == []


async def test_the_reader_over_the_real_server(triton: TritonServer) -> None:
    async with TritonReader.connect(triton.grpc_address) as reader:
        assert await reader.ready()
        result = await reader.read(pdf(*REPORT), priority=Priority.INTERACTIVE, timeout_s=60)
        assert len(result.pages) == 1
        with pytest.raises(DocumentRejected):
            await reader.read(b"", priority=Priority.BULK, timeout_s=60)


async def test_a_server_that_is_not_there_is_not_ready_and_unavailable() -> None:
    async with TritonReader.connect(f"127.0.0.1:{free_port()}") as reader:
        assert not await reader.ready()
        with pytest.raises(ServerUnavailable):
            await reader.read(b"%PDF", priority=Priority.BULK, timeout_s=5)
