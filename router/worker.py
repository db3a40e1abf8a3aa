"""The worker: from the class queues through Triton to the result store.

    one fetcher per class ──> DeadlineQueue ──> up to `slots` jobs at once ──> settled
            ^                                           │
            └──── held shut while Triton or S3 is down <┘

A message is deleted only after its result is stored and announced, and given back in every other case.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import structlog

from router.core.backoff import Backoff
from router.core.classes import PRIORITIES, ServiceClass, deadline_s, floor_s
from router.core.concurrency import Limit
from router.core.decisions import Ack, DeadLetter, Retry
from router.core.drain import Drain
from router.core.gate import Gate
from router.core.routing import parse
from router.core.scheduling import DeadlineQueue
from router.in_flight import Held, InFlight
from router.ports import ServiceUnavailable
from router.telemetry import describe

if TYPE_CHECKING:
    from medinfer.jobs import DocumentJob
    from router.attempt import Attempts
    from router.core.decisions import Outcome
    from router.ports import Queue, Reader
    from router.settings import Settings
    from router.telemetry import WorkerMetrics

log = structlog.get_logger()

PROBE_GROWTH = 30
"""A Triton that stays away is looked at ever less often, down to once in this many `probe_interval_s`."""


class Worker:
    def __init__(
        self,
        queues: Mapping[ServiceClass, Queue],
        reader: Reader,
        attempts: Attempts,
        settings: Settings,
        metrics: WorkerMetrics,
    ) -> None:
        self._queues = queues
        self._reader = reader
        self._attempts = attempts
        self._settings = settings
        self._metrics = metrics
        self._in_flight = InFlight(queues, settings.visibility_timeout_s, metrics)
        self._waiting: DeadlineQueue[tuple[Held, DocumentJob]] = DeadlineQueue(settings.max_wait_s)
        self._running: dict[asyncio.Task[None], Held] = {}
        self._gate = Gate(Limit.start(settings.concurrency))
        self._retry = Backoff(settings.retry_base_s, settings.retry_cap_s)
        self._probe = Backoff(settings.probe_interval_s, settings.probe_interval_s * PROBE_GROWTH)
        self._stopping = False
        self._changed = asyncio.Condition()

    def is_ready(self) -> bool:
        """At work: Triton answered, no outage since, and no stop signal came."""
        return self._gate.is_open and not self._stopping

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set, then drain.

        Raises:
            ContractMismatch: the server's models are not those of this release.
        """
        fetchers = [asyncio.create_task(self._fetch(c, q)) for c, q in self._queues.items()]
        heartbeat = asyncio.create_task(self._in_flight.keep())
        others = [asyncio.create_task(self._dispatch()), asyncio.create_task(self._resume())]
        stopped = asyncio.create_task(stop.wait())
        # None of these ends by itself but by a stop or a fault.
        ended, _ = await asyncio.wait([stopped, heartbeat, *fetchers, *others], return_when=asyncio.FIRST_COMPLETED)
        drain = Drain(time.monotonic(), self._settings.drain_s)
        try:
            await self._drain(drain, fetchers)
        finally:
            for task in (stopped, heartbeat, *fetchers, *others):
                task.cancel()
            await asyncio.gather(stopped, heartbeat, *fetchers, *others, return_exceptions=True)
        for task in ended:
            task.result()

    # ── fetching ────────────────────────────────────────────────────────────────────────────────────────────────

    def _room(self, service_class: ServiceClass) -> int:
        """One message running and one waiting for each slot, for each class: a class that floods its queue takes no
        room from another, and little is in hand when this worker dies or Triton goes down."""
        return 2 * self._gate.limit.slots - self._in_flight.count(service_class)

    async def _fetch(self, service_class: ServiceClass, queue: Queue) -> None:
        failures = 0
        while True:
            await self._until(lambda: self._stopping or (self._gate.is_open and self._room(service_class) > 0))
            if self._stopping:
                return
            try:
                messages = await queue.receive(
                    min(self._room(service_class), 10),
                    wait_s=self._settings.long_poll_s,
                    visibility_s=self._settings.visibility_timeout_s,
                )
            except ServiceUnavailable as error:
                failures += 1
                log.warning("receive_failed", queue=queue.name, **describe(error))
                await self._pause(self._retry.delay_s(failures, _jitter()))
                continue
            failures = 0
            held = self._in_flight.take(service_class, messages, time.time())
            if self._stopping or not self._gate.is_open:
                await self._in_flight.give_back(held, 0)
            else:
                await asyncio.gather(*(self._schedule(h) for h in held))
                await self._wake()

    async def _schedule(self, held: Held) -> None:
        job = parse(held.message.body)
        if isinstance(job, DeadLetter):
            await self._give_up_unreadable(held, job)
            return
        due_s = deadline_s(job, self._settings.sla_s[held.service_class])
        floor = floor_s(held.service_class, self._settings.sla_s)
        self._waiting.push((held, job), deadline_s=due_s, received_s=held.received_s, floor_s=floor)

    async def _give_up_unreadable(self, held: Held, reason: DeadLetter) -> None:
        """Only intake writes to the class queues, and only jobs: this message came another way."""
        settled = await self._attempts.give_up(held.message, reason)
        log.warning("message_unreadable", message_id=held.message.id, code=reason.code)
        await self._end(held, settled.decision)
        self._metrics.settled.labels(held.service_class, "unreadable").inc()

    async def _end(self, held: Held, decision: Ack | Retry | DeadLetter | None) -> None:
        if isinstance(decision, Retry):
            await self._in_flight.give_back([held], decision.delay_s)
        else:
            await self._in_flight.delete(held)

    # ── working ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def _dispatch(self) -> None:
        while True:
            await self._until(self._may_start)
            held, job = self._waiting.pop()
            if held.lost:
                await self._in_flight.give_back([held], 0)
                continue
            task = asyncio.create_task(self._work(held, job))
            self._running[task] = held
            task.add_done_callback(self._running.pop)

    def _may_start(self) -> bool:
        has_slot = len(self._running) < self._gate.limit.slots
        return self._gate.is_open and not self._stopping and has_slot and len(self._waiting) > 0

    async def _work(self, held: Held, job: DocumentJob) -> None:
        started_s = time.monotonic()
        settled = await self._attempts.make(job, PRIORITIES[held.service_class], held.message.receive_count)
        if settled.outcome:
            await self._learn(settled.outcome)
        await self._end(held, settled.decision)
        self._record(held, job, settled.decision, time.monotonic() - started_s)
        await self._wake()

    def _record(self, held: Held, job: DocumentJob, decision: Ack | Retry | DeadLetter | None, work_s: float) -> None:
        now_s = time.time()
        name = type(decision).__name__.lower() if decision else "repeat"
        age_s = now_s - job.submitted_at.timestamp()
        late = now_s > deadline_s(job, self._settings.sla_s[held.service_class])
        self._metrics.settled.labels(held.service_class, name).inc()
        if not isinstance(decision, Retry):
            self._metrics.age.labels(held.service_class).observe(age_s)
            self._metrics.work.labels(held.service_class).observe(work_s)
            self._metrics.late.labels(held.service_class).inc(late)
        log.info(
            "job_settled",
            job_id=job.job_id,
            message_id=held.message.id,
            service_class=held.service_class,
            decision=name,
            code=decision.code if isinstance(decision, DeadLetter) else None,
            receive_count=held.message.receive_count,
            age_s=round(age_s, 3),
            work_s=round(work_s, 3),
            late=late,
        )

    # ── pausing ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def _learn(self, outcome: Outcome) -> None:
        was_open = self._gate.is_open
        self._set_gate(self._gate.after(outcome))
        if was_open and not self._gate.is_open:
            log.warning("paused", reason=type(outcome).__name__)
            # Fetched for nothing: other workers may be better off.
            await self._give_back_waiting()

    async def _resume(self) -> None:
        """While paused, look for Triton ever less often."""
        while True:
            await self._until(lambda: not self._gate.is_open)
            await self._pause(self._gate.delay_s(self._probe, _jitter()))
            self._set_gate(self._gate.after_look(ready=await self._reader.ready()))
            if self._gate.is_open:
                log.info("resumed", looks=self._gate.looks)
                await self._wake()
            elif self._gate.looks == 1:
                log.warning("waiting_for_triton", address=self._settings.triton_address)

    def _set_gate(self, gate: Gate) -> None:
        self._gate = gate
        self._metrics.slots.set(gate.limit.slots)
        self._metrics.paused.set(not gate.is_open)

    async def _give_back_waiting(self) -> None:
        await self._in_flight.give_back([held for held, _ in self._waiting.clear()], 0)

    # ── stopping ────────────────────────────────────────────────────────────────────────────────────────────────

    async def _drain(self, drain: Drain, fetchers: list[asyncio.Task[None]]) -> None:
        """Nothing new; what runs may finish; the rest goes back, a receive under way included."""
        self._stopping = True
        await self._wake()
        log.info("draining", running=len(self._running), waiting=len(self._waiting), limit_s=drain.limit_s)
        await self._give_back_waiting()
        await _finish([*fetchers, *self._running], drain.to_finish_s(time.monotonic()))
        unfinished = list(self._running.items())
        for task, _ in unfinished:
            task.cancel()
        await _finish([task for task, _ in unfinished], drain.to_settle_s(time.monotonic()))
        await self._in_flight.give_back([held for _, held in unfinished], 0)
        log.info("drained", given_back_unfinished=len(unfinished))

    # ── waiting ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def _until(self, condition: Callable[[], bool]) -> None:
        async with self._changed:
            await self._changed.wait_for(condition)

    async def _wake(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _pause(self, seconds: float) -> None:
        """Sleep, but no longer than until a stop."""
        try:
            async with asyncio.timeout(seconds):
                await self._until(lambda: self._stopping)
        except TimeoutError:
            return


def _jitter() -> float:
    return random.random()  # noqa: S311 - spreads load, guards nothing


async def _finish(tasks: list[asyncio.Task[None]], timeout_s: float) -> None:
    if tasks:
        await asyncio.wait(tasks, timeout=timeout_s)
