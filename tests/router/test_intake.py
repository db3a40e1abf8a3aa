"""Intake's promises, on queues in memory."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
from prometheus_client import CollectorRegistry

from medinfer.jobs import DeadLetterEntry, DocumentJob
from router.core.classes import ServiceClass
from router.edges.memory import MemoryQueue
from router.intake import Intake
from router.ports import ServiceUnavailable
from router.settings import Settings
from router.telemetry import IntakeMetrics
from tests.router.twins import bodies, until

MakeJob = Callable[..., DocumentJob]
SETTINGS = Settings(long_poll_s=1, drain_s=3, visibility_timeout_s=2, retry_base_s=0.05, retry_cap_s=0.2)


class FlakyQueue(MemoryQueue):
    """Refuses as many sends as it is told: whole calls, or single messages."""

    failing_calls = 0
    failing_messages = 0

    async def send(self, bodies: Sequence[str]) -> frozenset[int]:
        if self.failing_calls:
            self.failing_calls -= 1
            raise ServiceUnavailable("x")
        refused = frozenset(range(min(self.failing_messages, len(bodies))))
        self.failing_messages -= len(refused)
        await super().send([body for i, body in enumerate(bodies) if i not in refused])
        return refused


class Queues:
    def __init__(self) -> None:
        self.letters = FlakyQueue("intake-dlq")
        self.intake = MemoryQueue("intake", dead_letters=self.letters, max_receives=5)
        self.classes = {c: FlakyQueue(c.value) for c in ServiceClass}
        self.registry = CollectorRegistry()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Intake]:
        intake = Intake(self.intake, self.classes, self.letters, SETTINGS, IntakeMetrics(self.registry))
        stop = asyncio.Event()
        task = asyncio.create_task(intake.run(stop))
        try:
            yield intake
        finally:
            stop.set()
            await task

    def metric(self, outcome: str) -> float:
        return self.registry.get_sample_value("medinfer_intake_messages_total", {"outcome": outcome}) or 0


async def test_each_job_goes_to_the_queue_of_its_class(make_job: MakeJob) -> None:
    queues = Queues()
    sources = ["self_upload", "health_network", "mailbox_sync"]
    jobs = [make_job(i, source=sources[i % 3]) for i in range(30)]
    await queues.intake.send([j.model_dump_json() for j in jobs])
    async with queues.running():
        await until(lambda: len(queues.intake) == 0)
    for n, service_class in enumerate(ServiceClass):
        arrived = [DocumentJob.model_validate_json(b) for b in await bodies(queues.classes[service_class])]
        assert sorted(arrived, key=lambda j: j.job_id) == jobs[n::3]
        assert queues.metric(service_class) == 10
    assert len(queues.letters) == 0


@pytest.mark.parametrize("body", ["", "not json", "[]", '{"version": 7}', "\x00", "Mrs Planted Patient"])
async def test_a_message_that_is_not_a_job_becomes_an_entry_with_its_hash(body: str, make_job: MakeJob) -> None:
    queues, job = Queues(), make_job()
    await queues.intake.send([body, job.model_dump_json()])
    async with queues.running():
        await until(lambda: len(queues.intake) == 0)
    (text,) = await bodies(queues.letters)
    entry = DeadLetterEntry.model_validate_json(text)
    assert entry.body_sha256 == hashlib.sha256(body.encode()).hexdigest()
    assert entry.code.startswith("message_")
    assert "Planted" not in text
    assert len(queues.classes[ServiceClass.INTERACTIVE]) == 1


async def test_a_job_is_kept_until_it_could_be_sent_on(make_job: MakeJob) -> None:
    queues = Queues()
    jobs = [make_job(i) for i in range(5)]
    queues.classes[ServiceClass.INTERACTIVE].failing_calls = 1
    queues.classes[ServiceClass.INTERACTIVE].failing_messages = 2
    await queues.intake.send([j.model_dump_json() for j in jobs])
    async with queues.running():
        await until(lambda: len(queues.intake) == 0)
    arrived = {
        DocumentJob.model_validate_json(b).job_id for b in await bodies(queues.classes[ServiceClass.INTERACTIVE])
    }
    assert arrived == {j.job_id for j in jobs}
    assert queues.metric("retry") == 7


async def test_one_queue_that_refuses_holds_up_no_other(make_job: MakeJob) -> None:
    queues = Queues()
    queues.classes[ServiceClass.BULK].failing_calls = 1000
    await queues.intake.send(
        [make_job(0, source="mailbox_sync").model_dump_json(), make_job(1, source="self_upload").model_dump_json()]
    )
    async with queues.running():
        await until(lambda: len(queues.classes[ServiceClass.INTERACTIVE]))
    assert len(queues.intake) == 1


async def test_what_a_receive_under_way_brings_after_the_stop_is_given_back(make_job: MakeJob) -> None:
    queues, job, stop = Queues(), make_job(), asyncio.Event()
    intake = Intake(queues.intake, queues.classes, queues.letters, SETTINGS, IntakeMetrics(queues.registry))
    task = asyncio.create_task(intake.run(stop))
    await until(intake.is_ready)
    await asyncio.sleep(0.1)
    stop.set()
    await queues.intake.send([job.model_dump_json()])
    await task
    (back,) = await queues.intake.receive(1, wait_s=0, visibility_s=1)
    assert DocumentJob.model_validate_json(back.body) == job
    assert len(queues.classes[ServiceClass.INTERACTIVE]) == 0
