"""One set of tests, two backends: what holds for SQS and S3 over the wire holds for their twins in memory."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

import pytest

from medinfer.contract.vocabulary import DocumentErrorCode
from medinfer.errors import DocumentRejected
from medinfer.jobs import ObjectLocation
from medinfer.results import JobError, JobResult
from router.core.classes import ServiceClass
from router.edges.aws import Aws
from router.edges.memory import MemoryDocuments, MemoryQueue, MemoryResults
from router.edges.s3 import S3Documents, S3Results, check_bucket
from router.edges.sqs import SqsQueue
from router.ports import DocumentNotFound, DocumentStore, Queue, ResultStore, ServiceMisconfigured
from router.settings import Settings
from tests.fixtures.aws import run_now

BACKENDS = ["memory", pytest.param("aws", marks=pytest.mark.integration)]


@pytest.fixture(params=BACKENDS)
def queues(request: pytest.FixtureRequest) -> tuple[Queue, Queue]:
    """A queue that redrives after 2 receives, and its dead-letter queue."""
    if request.param == "memory":
        memory_letters = MemoryQueue("letters")
        return MemoryQueue("work", dead_letters=memory_letters, max_receives=2), memory_letters
    aws, settings = request.getfixturevalue("aws"), request.getfixturevalue("settings")
    names = (settings.class_queue(ServiceClass.BULK), settings.work_dead_letter_queue)
    work, letters = (run_now(SqsQueue.find(aws, name)) for name in names)
    return work, letters


@pytest.fixture
def queue(queues: tuple[Queue, Queue]) -> Queue:
    return queues[0]


class TestQueue:
    async def test_a_message_comes_with_its_body_and_first_receive(self, queue: Queue) -> None:
        assert await queue.send(["a µ body"]) == frozenset()
        (message,) = await queue.receive(10, wait_s=1, visibility_s=30)
        assert (message.body, message.receive_count) == ("a µ body", 1)

    async def test_more_than_a_batch_is_sent_received_and_deleted(self, queue: Queue) -> None:
        bodies = {f"body {i}" for i in range(25)}
        assert await queue.send(sorted(bodies)) == frozenset()
        received = []
        while batch := await queue.receive(10, wait_s=0, visibility_s=30):
            assert len(batch) <= 10
            received += batch
        assert {m.body for m in received} == bodies
        assert await queue.change_visibility([m.receipt for m in received], 30) == frozenset()
        assert await queue.delete([m.receipt for m in received]) == frozenset()
        assert await queue.receive(1, wait_s=0, visibility_s=30) == []

    async def test_an_empty_queue_is_polled_for_the_time_asked(self, queue: Queue) -> None:
        start_s = time.monotonic()
        assert await queue.receive(1, wait_s=1, visibility_s=30) == []
        assert 0.9 <= time.monotonic() - start_s < 3

    async def test_a_long_poll_ends_when_a_message_comes(self, queue: Queue) -> None:
        poll = asyncio.create_task(queue.receive(1, wait_s=10, visibility_s=30))
        await asyncio.sleep(0.2)
        start_s = time.monotonic()
        await queue.send(["late"])
        assert [m.body for m in await poll] == ["late"]
        assert time.monotonic() - start_s < 2

    async def test_a_message_in_hand_is_hidden_until_its_timeout(self, queue: Queue) -> None:
        await queue.send(["hidden"])
        await queue.receive(1, wait_s=1, visibility_s=1)
        assert await queue.receive(1, wait_s=0, visibility_s=1) == []
        (again,) = await queue.receive(1, wait_s=3, visibility_s=1)
        assert again.receive_count == 2

    async def test_visibility_can_be_extended(self, queue: Queue) -> None:
        await queue.send(["slow"])
        (message,) = await queue.receive(1, wait_s=1, visibility_s=1)
        assert await queue.change_visibility([message.receipt], 30) == frozenset()
        assert await queue.receive(1, wait_s=2, visibility_s=1) == []

    async def test_visibility_0_gives_a_message_back_at_once(self, queue: Queue) -> None:
        await queue.send(["given back"])
        (message,) = await queue.receive(1, wait_s=1, visibility_s=30)
        await queue.change_visibility([message.receipt], 0)
        (again,) = await queue.receive(1, wait_s=1, visibility_s=30)
        assert (again.id, again.receive_count) == (message.id, 2)

    async def test_a_receipt_that_is_not_good_any_more_fails_alone(self, queue: Queue) -> None:
        await queue.send(["first", "second"])
        held = await queue.receive(10, wait_s=1, visibility_s=30)
        while len(held) < 2:
            held += await queue.receive(10, wait_s=1, visibility_s=30)
        gone, kept = held
        assert await queue.delete([gone.receipt]) == frozenset()
        assert await queue.change_visibility([gone.receipt, kept.receipt], 30) == frozenset({gone.receipt})

    async def test_a_message_received_too_often_moves_to_the_dead_letters(self, queues: tuple[Queue, Queue]) -> None:
        queue, letters = queues
        await queue.send(["poison"])
        for expected in (1, 2):
            (message,) = await queue.receive(1, wait_s=1, visibility_s=30)
            assert message.receive_count == expected
            await queue.change_visibility([message.receipt], 0)
        assert await queue.receive(1, wait_s=0, visibility_s=30) == []
        (letter,) = await letters.receive(1, wait_s=1, visibility_s=30)
        assert letter.body == "poison"


@pytest.fixture(params=BACKENDS)
def results(request: pytest.FixtureRequest) -> ResultStore:
    if request.param == "memory":
        return MemoryResults()
    settings: Settings = request.getfixturevalue("settings")
    return S3Results(request.getfixturevalue("aws"), settings.results_bucket)


def result(message: str) -> JobResult:
    now = datetime.now(UTC)
    return JobResult(
        job_id="job-00000001",
        status="failed",
        source="self_upload",
        submitted_at=now,
        completed_at=now,
        error=JobError(code="internal", message=message),
    )


class TestResultStore:
    async def test_there_is_no_result_before_one_is_stored(self, results: ResultStore) -> None:
        assert await results.get("job-00000001") is None

    async def test_the_first_result_stays(self, results: ResultStore) -> None:
        first, second = result("first"), result("second")
        assert await results.put_if_absent(first) is True
        assert await results.put_if_absent(second) is False
        assert await results.get("job-00000001") == first

    async def test_of_many_writers_one_wins(self, results: ResultStore) -> None:
        attempts = [result(f"writer {i}") for i in range(8)]
        won = await asyncio.gather(*(results.put_if_absent(a) for a in attempts))
        assert sum(won) == 1
        assert await results.get("job-00000001") == attempts[won.index(True)]

    async def test_a_location_is_made_of_the_id_alone(self, results: ResultStore) -> None:
        assert results.location("job-00000001").key == "results/job-00000001.json"


Documents = tuple[DocumentStore, ObjectLocation]


@pytest.fixture(params=BACKENDS)
def documents(request: pytest.FixtureRequest) -> Documents:
    key = "documents/job-00000001/document.pdf"
    if request.param == "memory":
        return MemoryDocuments(), ObjectLocation(bucket="documents", key=key)
    settings: Settings = request.getfixturevalue("settings")
    return S3Documents(request.getfixturevalue("aws")), ObjectLocation(bucket=settings.documents_bucket, key=key)


class TestDocumentStore:
    async def test_what_is_put_comes_back(self, documents: Documents) -> None:
        store, location = documents
        await store.put(location, b"%PDF\x00\xff")
        assert await store.get(location, max_bytes=6) == b"%PDF\x00\xff"

    async def test_one_byte_over_the_limit_is_refused(self, documents: Documents) -> None:
        store, location = documents
        await store.put(location, b"1234567")
        with pytest.raises(DocumentRejected) as caught:
            await store.get(location, max_bytes=6)
        assert caught.value.code is DocumentErrorCode.TOO_LARGE

    async def test_a_missing_document_and_a_missing_bucket_are_not_found(self, documents: Documents) -> None:
        store, location = documents
        for missing in (location, ObjectLocation(bucket="no-such-bucket", key="x")):
            with pytest.raises(DocumentNotFound):
                await store.get(missing, max_bytes=6)

    async def test_many_at_once(self, documents: Documents) -> None:
        store, location = documents
        places = [location.model_copy(update={"key": f"{location.key}.{i}"}) for i in range(20)]
        await asyncio.gather(*(store.put(p, p.key.encode()) for p in places))
        found = await asyncio.gather(*(store.get(p, max_bytes=1000) for p in places))
        assert found == [p.key.encode() for p in places]


@pytest.mark.integration
class TestMisconfiguration:
    async def test_a_queue_that_does_not_exist_says_what_to_do(self, aws: Aws) -> None:
        with pytest.raises(ServiceMisconfigured, match="python -m router provision"):
            await SqsQueue.find(aws, "no-such-queue")

    async def test_a_bucket_that_does_not_exist_says_what_to_do(self, aws: Aws) -> None:
        with pytest.raises(ServiceMisconfigured, match="python -m router provision"):
            await check_bucket(aws, "no-such-bucket")
