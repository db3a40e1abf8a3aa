"""The worker's promises, on queues and stores in memory that behave as SQS and S3 do (tests/router/test_ports.py)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest

from medinfer.contract.vocabulary import DocumentErrorCode, Priority
from medinfer.errors import (
    ContractMismatch,
    DocumentRejected,
    InferenceFailed,
    InvalidRequest,
    ModelNotFound,
    ServerOverloaded,
    ServerUnavailable,
)
from medinfer.jobs import DocumentJob, ObjectLocation
from medinfer.results import DocumentResult, JobResult
from router.core.classes import ServiceClass
from router.edges.memory import MemoryDocuments, MemoryResults
from router.ports import ServiceMisconfigured, ServiceRefused, ServiceUnavailable
from router.settings import Settings
from tests.router.twins import RESULT, ScriptedReader, World, until

MakeJob = Callable[..., DocumentJob]
INTERACTIVE = ServiceClass.INTERACTIVE


def make_world(**overrides: Any) -> World:
    settings = Settings(
        **{
            "long_poll_s": 1,
            "drain_s": 3,
            "visibility_timeout_s": 2,
            "retry_base_s": 0.05,
            "retry_cap_s": 0.2,
            "probe_interval_s": 0.02,
            **overrides,
        }
    )
    return World(settings, ScriptedReader())


def empty(world: World) -> bool:
    """Nothing waits, and nothing is in flight."""
    return all(len(q) == 0 for q in world.queues.values())


class TestOneJob:
    async def test_result_event_and_deletion(self, make_job: MakeJob) -> None:
        world, job = make_world(), make_job()
        await world.submit(job)
        async with world.running():
            await until(lambda: len(world.completed))
        result = await world.result(job)
        assert (result.status, result.document, result.error) == ("succeeded", RESULT, None)
        assert result.submitted_at == job.submitted_at
        assert result.document_sha256 is not None
        (event,) = await world.events()
        assert (event.job_id, event.status, event.result) == (
            job.job_id,
            "succeeded",
            world.results.location(job.job_id),
        )
        assert empty(world)
        assert await world.entries() == []

    @pytest.mark.parametrize("service_class", ServiceClass)
    async def test_triton_is_told_the_class_s_priority(self, make_job: MakeJob, service_class: ServiceClass) -> None:
        world, job = make_world(), make_job()
        await world.submit(job, service_class)
        async with world.running():
            await until(lambda: len(world.completed))
        assert world.reader.priorities == [Priority[service_class.name]]

    async def test_a_rejected_document_fails_for_good(self, make_job: MakeJob) -> None:
        world, job = make_world(), make_job()

        def reject(document: bytes) -> DocumentResult:
            raise DocumentRejected(DocumentErrorCode.ENCRYPTED)

        world.reader.script = reject
        await world.submit(job)
        async with world.running():
            await until(lambda: len(world.completed))
        result = await world.result(job)
        assert result.status == "failed"
        assert result.error is not None
        assert (result.error.code, result.error.message) == (
            DocumentErrorCode.ENCRYPTED,
            "The PDF is protected by a password.",
        )
        (entry,) = await world.entries()
        assert (entry.code, entry.message, entry.job) == ("encrypted_document", result.error.message, job)
        (event,) = await world.events()
        assert (event.status, event.error_code) == ("failed", "encrypted_document")
        assert len(world.reader.read_documents) == 1
        assert empty(world)

    async def test_a_document_that_is_not_there_fails_for_good(self, make_job: MakeJob) -> None:
        world, job = make_world(), make_job()
        await world.queues[INTERACTIVE].send([job.model_dump_json()])
        async with world.running():
            await until(lambda: len(world.completed))
        assert [e.code for e in await world.entries()] == ["document_not_found"]
        assert world.reader.read_documents == []

    async def test_a_document_over_the_limit_is_not_sent(self, make_job: MakeJob) -> None:
        world, job = make_world(max_document_bytes=1024), make_job()
        await world.submit(job, document=b"x" * 1025)
        async with world.running():
            await until(lambda: len(world.completed))
        assert [e.code for e in await world.entries()] == ["document_too_large"]
        assert world.reader.read_documents == []

    async def test_neighbours_of_a_bad_document_succeed(self, make_job: MakeJob) -> None:
        world, jobs = make_world(), [make_job(i) for i in range(10)]

        def reject_one(document: bytes) -> DocumentResult:
            if document == jobs[3].job_id.encode():
                raise DocumentRejected(DocumentErrorCode.CORRUPT)
            return RESULT

        world.reader.script = reject_one
        for job in jobs:
            await world.submit(job)
        async with world.running():
            await until(lambda: len(world.completed) == 10)
        statuses = {e.job_id: e.status for e in await world.events()}
        assert [statuses[j.job_id] for j in jobs] == ["succeeded"] * 3 + ["failed"] + ["succeeded"] * 6
        assert [e.job for e in await world.entries()] == [jobs[3]]

    async def test_a_message_that_is_not_a_job_is_given_up(self, make_job: MakeJob) -> None:
        world, job = make_world(), make_job()
        await world.queues[INTERACTIVE].send(["{ not a job: Mrs Planted Patient"])
        await world.submit(job)
        async with world.running():
            await until(lambda: len(world.completed) and len(world.letters))
        (entry,) = await world.entries()
        assert (entry.code, entry.job) == ("message_not_json", None)
        assert entry.body_sha256 is not None
        assert "Planted" not in entry.model_dump_json()
        assert empty(world)


class TestRepeats:
    async def test_a_second_message_of_a_job_does_no_work_and_is_announced(self, make_job: MakeJob) -> None:
        world, job = make_world(), make_job()
        await world.submit(job)
        async with world.running():
            await until(lambda: len(world.completed))
            first = await world.result(job)
            await world.submit(job)
            await until(lambda: len(world.completed) == 2)
        assert await world.result(job) == first
        assert len(world.reader.read_documents) == 1
        one, other = await world.events()
        assert one == other
        assert world.metric("medinfer_worker_messages_total", service_class="interactive", decision="repeat") == 1

    async def test_two_messages_of_a_failing_job_make_one_entry(self, make_job: MakeJob) -> None:
        world, job = make_world(), make_job()

        def reject(document: bytes) -> DocumentResult:
            raise DocumentRejected(DocumentErrorCode.EMPTY)

        world.reader.script, world.reader.delay_s = reject, 0.2
        await world.submit(job)
        await world.submit(job)
        async with world.running():
            await until(lambda: len(world.completed) == 2)
        assert len(await world.entries()) == 1

    async def test_a_worker_that_died_after_storing_is_made_good(self, make_job: MakeJob) -> None:
        """Result stored, then nothing: the message comes again, and entry and event are still sent."""
        world, job = make_world(), make_job()
        failed = JobResult.model_validate(
            {
                "job_id": job.job_id,
                "status": "failed",
                "source": job.source,
                "submitted_at": job.submitted_at,
                "completed_at": job.submitted_at,
                "error": {"code": "empty_document", "message": "The file is empty."},
            }
        )
        await world.submit(job)
        (message,) = await world.queues[INTERACTIVE].receive(1, wait_s=0, visibility_s=30)
        await world.results.put_if_absent(failed)
        await world.queues[INTERACTIVE].change_visibility([message.receipt], 0)
        async with world.running():
            await until(lambda: len(world.completed))
        assert [e.code for e in await world.entries()] == ["empty_document"]
        assert [e.error_code for e in await world.events()] == ["empty_document"]
        assert world.reader.read_documents == []


class TestTransientFailures:
    @pytest.mark.parametrize(
        "error", [InferenceFailed("x"), InvalidRequest("x"), ContractMismatch("x"), ZeroDivisionError("x")]
    )
    async def test_it_is_tried_again_and_succeeds(self, make_job: MakeJob, error: Exception) -> None:
        world, job = make_world(), make_job()

        def fail_once(document: bytes) -> DocumentResult:
            if len(world.reader.read_documents) == 1:
                raise error
            return RESULT

        world.reader.script = fail_once
        await world.submit(job)
        async with world.running():
            await until(lambda: len(world.completed))
        assert (await world.result(job)).status == "succeeded"
        assert len(world.reader.read_documents) == 2

    async def test_a_document_that_always_fails_is_redriven_whole(self, make_job: MakeJob) -> None:
        world, job = make_world(), make_job()

        def fail(document: bytes) -> DocumentResult:
            raise InferenceFailed("x")

        world.reader.script = fail
        await world.submit(job)
        async with world.running():
            await until(lambda: len(world.letters))
        assert len(world.reader.read_documents) == world.max_receives
        assert await world.results.get(job.job_id) is None
        (body,) = [m.body for m in await world.letters.receive(10, wait_s=0, visibility_s=1)]
        assert DocumentJob.model_validate_json(body) == job

    async def test_an_overloaded_server_gets_fewer_documents_and_everything_is_read(self, make_job: MakeJob) -> None:
        world, jobs = make_world(concurrency=8), [make_job(i) for i in range(40)]

        refused = 0

        def refuse_above_three(document: bytes) -> DocumentResult:
            nonlocal refused
            if world.reader.at_once > 3:
                refused += 1
                raise ServerOverloaded("x")
            return RESULT

        world.reader.script, world.reader.delay_s = refuse_above_three, 0.01
        for queue in world.queues.values():
            queue.max_receives = 100
        for job in jobs:
            await world.submit(job)
        async with world.running():
            await until(lambda: len(world.completed) == 40, timeout_s=30)
        assert len(world.letters) == 0
        assert refused <= 15

    async def test_a_result_that_cannot_be_stored_is_not_acknowledged(self, make_job: MakeJob) -> None:
        world, job = make_world(), make_job()

        class FailsOnce(MemoryResults):
            failed = False

            async def put_if_absent(self, result: JobResult) -> bool:
                if not FailsOnce.failed:
                    FailsOnce.failed = True
                    raise ServiceUnavailable("x")
                return await super().put_if_absent(result)

        world.results = FailsOnce()
        await world.submit(job)
        async with world.running():
            await until(lambda: len(world.completed))
        assert (await world.result(job)).status == "succeeded"
        assert len(world.reader.read_documents) == 2
        assert empty(world)


class TestTritonDown:
    async def test_nothing_is_fetched_until_it_is_up(self, make_job: MakeJob) -> None:
        world, job = make_world(), make_job()
        world.reader.up = False
        await world.submit(job)
        async with world.running() as worker:
            await asyncio.sleep(0.3)
            assert not worker.is_ready()
            (message,) = await world.queues[INTERACTIVE].receive(1, wait_s=0, visibility_s=0)
            assert message.receive_count == 1
            world.reader.up = True
            await until(lambda: len(world.completed))
            assert worker.is_ready()

    @pytest.mark.parametrize("error", [ServerUnavailable("x"), ModelNotFound("x")])
    async def test_an_outage_costs_messages_at_most_one_receive(self, make_job: MakeJob, error: Exception) -> None:
        """More jobs than may be in hand, an outage in the middle much longer than all retries: nothing is given up."""
        world, jobs = make_world(concurrency=4), [make_job(i) for i in range(30)]

        def script(document: bytes) -> DocumentResult:
            if not world.reader.up:
                raise error
            return RESULT

        world.reader.script, world.reader.delay_s = script, 0.02
        for job in jobs:
            await world.submit(job)
        async with world.running() as worker:
            await until(lambda: len(world.completed) >= 10)
            world.reader.up = False
            await until(lambda: not worker.is_ready())
            await until(lambda: world.reader.at_once == 0)
            tried = len(world.reader.read_documents)
            await asyncio.sleep(0.5)
            assert len(world.reader.read_documents) == tried
            world.reader.up = True
            await until(lambda: len(world.completed) == 30)
        assert len(world.letters) == 0
        assert tried - 10 <= 3 * 2 * 4
        assert {e.job_id for e in await world.events()} == {j.job_id for j in jobs}

    async def test_a_server_that_is_ready_and_serves_nothing_is_not_hammered(self, make_job: MakeJob) -> None:
        world, jobs = make_world(probe_interval_s=0.1), [make_job(i) for i in range(20)]

        def refuse(document: bytes) -> DocumentResult:
            raise ModelNotFound("x")

        world.reader.script = refuse
        for job in jobs:
            await world.submit(job)
        async with world.running():
            await asyncio.sleep(1)
        assert 1 <= len(world.reader.read_documents) <= 8

    async def test_a_mismatch_of_contracts_stops_the_worker(self) -> None:
        world = make_world()

        class OtherRelease(ScriptedReader):
            async def ready(self) -> bool:
                raise ContractMismatch("ocr: the server has no output LINE_BOX")

        world.reader = OtherRelease()
        with pytest.raises(ContractMismatch, match="LINE_BOX"):
            await world.worker().run(asyncio.Event())


class TestStoresDown:
    @pytest.mark.parametrize("error", [ServiceUnavailable("x"), ServiceMisconfigured("x")])
    async def test_an_outage_pauses_the_worker_and_spends_few_receives(
        self, make_job: MakeJob, error: Exception
    ) -> None:
        world, jobs = make_world(probe_interval_s=0.1), [make_job(i) for i in range(20)]

        class Away(MemoryDocuments):
            looked = 0
            back = False

            async def get(self, location: ObjectLocation, *, max_bytes: int) -> bytes:
                Away.looked += 1
                if not self.back:
                    raise error
                return await super().get(location, max_bytes=max_bytes)

        world.documents = documents = Away()
        for job in jobs:
            await world.submit(job)
        async with world.running():
            await asyncio.sleep(1)
            assert 1 <= documents.looked <= 8
            documents.back = True
            await until(lambda: len(world.completed) == 20, timeout_s=20)
        assert len(world.letters) == 0

    async def test_one_object_that_is_refused_pauses_nobody(self, make_job: MakeJob) -> None:
        world, jobs = make_world(), [make_job(i) for i in range(10)]

        class Frozen(MemoryDocuments):
            async def get(self, location: ObjectLocation, *, max_bytes: int) -> bytes:
                if location == jobs[0].document:
                    raise ServiceRefused("InvalidObjectState")
                return await super().get(location, max_bytes=max_bytes)

        world.documents = Frozen()
        for job in jobs:
            await world.submit(job)
        async with world.running() as worker:
            await until(lambda: len(world.completed) == 9)
            assert worker.is_ready()
        assert await world.results.get(jobs[0].job_id) is None


class TestVisibility:
    async def test_a_long_job_and_those_that_wait_behind_it_stay_hidden(self, make_job: MakeJob) -> None:
        world, jobs = make_world(concurrency=1), [make_job(i) for i in range(2)]
        world.reader.delay_s = 3
        for job in jobs:
            await world.submit(job)
        async with world.running():
            await until(lambda: world.reader.at_once)
            until_s = time.monotonic() + 2.8
            while time.monotonic() < until_s:
                assert await world.queues[INTERACTIVE].receive(10, wait_s=0, visibility_s=1) == []
                await asyncio.sleep(0.1)
            await until(lambda: len(world.completed) == 2)
        assert len(world.reader.read_documents) == 2


class TestStopping:
    async def test_what_runs_is_finished_and_what_waits_is_given_back(self, make_job: MakeJob) -> None:
        world, jobs = make_world(concurrency=1), [make_job(i) for i in range(3)]
        world.reader.delay_s = 0.5
        for job in jobs:
            await world.submit(job)
        async with world.running():
            await until(lambda: world.reader.at_once)
        assert len(await world.events()) == 1
        back = await world.queues[INTERACTIVE].receive(10, wait_s=0, visibility_s=30)
        assert len(back) == len(world.queues[INTERACTIVE]) == 2

    async def test_what_does_not_finish_in_time_is_given_back(self, make_job: MakeJob) -> None:
        world, job = make_world(drain_s=1.5, visibility_timeout_s=60), make_job()
        world.reader.delay_s = 60
        await world.submit(job)
        async with world.running():
            await until(lambda: world.reader.at_once)
            start_s = time.monotonic()
        assert time.monotonic() - start_s < 2
        (back,) = await world.queues[INTERACTIVE].receive(10, wait_s=0, visibility_s=30)
        assert DocumentJob.model_validate_json(back.body) == job

    async def test_what_a_receive_under_way_brings_is_given_back(self, make_job: MakeJob) -> None:
        """The stop signal comes first, then the message arrives in the long poll that was under way."""
        world, job = make_world(visibility_timeout_s=60), make_job()
        worker, stop = world.worker(), asyncio.Event()
        task = asyncio.create_task(worker.run(stop))
        await until(worker.is_ready)
        await asyncio.sleep(0.1)
        stop.set()
        await until(lambda: not worker.is_ready())
        await world.submit(job)
        await task
        assert world.reader.read_documents == []
        (back,) = await world.queues[INTERACTIVE].receive(10, wait_s=0, visibility_s=30)
        assert DocumentJob.model_validate_json(back.body) == job


class TestOrder:
    async def test_the_earliest_deadline_is_read_first_across_classes(self, make_job: MakeJob) -> None:
        world = make_world(concurrency=1)
        world.reader.delay_s = 0.3
        bulk, standard, interactive, first = (make_job(i) for i in range(4))
        await world.submit(first, ServiceClass.BULK)
        async with world.running():
            await until(lambda: world.reader.at_once)
            await world.submit(bulk, ServiceClass.BULK)
            await asyncio.sleep(0.05)
            await world.submit(standard, ServiceClass.STANDARD)
            await asyncio.sleep(0.05)
            await world.submit(interactive, ServiceClass.INTERACTIVE)
            await until(lambda: len(world.completed) == 4)
        assert world.reader.read_documents == [j.job_id.encode() for j in (first, interactive, standard, bulk)]
