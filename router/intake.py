"""Intake, the router process: each message of the intake queue goes to the queue of its class, or to the dead letters.

A message is deleted only after it was sent on. If intake dies in between it is sent on twice, and the worker finds
that the job has its result.
"""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import structlog

from router.answers import unreadable
from router.core.backoff import Backoff
from router.core.classes import ServiceClass
from router.core.decisions import DeadLetter, Forward
from router.core.drain import Drain
from router.core.routing import route
from router.ports import Message, ServiceUnavailable
from router.telemetry import describe

if TYPE_CHECKING:
    from router.ports import Queue
    from router.settings import Settings
    from router.telemetry import IntakeMetrics

log = structlog.get_logger()

BATCH = 10
"""Messages of one receive: SQS's largest batch."""


class Intake:
    def __init__(
        self,
        intake: Queue,
        classes: Mapping[ServiceClass, Queue],
        dead_letters: Queue,
        settings: Settings,
        metrics: IntakeMetrics,
    ) -> None:
        self._intake = intake
        self._classes = classes
        self._dead_letters = dead_letters
        self._settings = settings
        self._metrics = metrics
        self._retry = Backoff(settings.retry_base_s, settings.retry_cap_s)
        self._polling = False

    def is_ready(self) -> bool:
        """At work: no receive has failed since the last that did not."""
        return self._polling

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set, then finish what is in hand within the drain limit."""
        pollers = [asyncio.create_task(self._poll(stop)) for _ in range(self._settings.intake_pollers)]
        stopped = asyncio.create_task(stop.wait())
        ended, _ = await asyncio.wait([stopped, *pollers], return_when=asyncio.FIRST_COMPLETED)
        stop.set()
        drain = Drain(time.monotonic(), self._settings.drain_s)
        log.info("draining", limit_s=drain.limit_s)
        _, unfinished = await asyncio.wait(pollers, timeout=drain.to_finish_s(time.monotonic()))
        for task in unfinished:
            task.cancel()
        await asyncio.gather(*pollers, return_exceptions=True)
        log.info("drained", unfinished=len(unfinished))
        for finished in ended:
            finished.result()

    async def _poll(self, stop: asyncio.Event) -> None:
        failures = 0
        self._polling = True
        while not stop.is_set():
            try:
                messages = await self._intake.receive(
                    BATCH, wait_s=self._settings.long_poll_s, visibility_s=self._settings.visibility_timeout_s
                )
                self._polling, failures = True, 0
                if stop.is_set():
                    await self._give_back(messages, 0)
                elif messages:
                    await self._pass_on(messages)
            except ServiceUnavailable as error:
                self._polling, failures = False, failures + 1
                log.warning("intake_failed", queue=self._intake.name, **describe(error))
                delay_s = self._retry.delay_s(failures, random.random())  # noqa: S311 - spreads load, guards nothing
                await _sleep_until(stop, delay_s)

    async def _pass_on(self, messages: Sequence[Message]) -> None:
        """Send each on, then delete those that were sent; the others are seen again after a delay."""
        groups: dict[ServiceClass | None, list[tuple[Message, str]]] = {}
        for message in messages:
            match route(message.body, self._settings.source_classes, self._settings.documents_bucket):
                case Forward(service_class, job):
                    groups.setdefault(service_class, []).append((message, job.model_dump_json(exclude_none=True)))
                    log.info("job_routed", job_id=job.job_id, message_id=message.id, service_class=service_class)
                case DeadLetter() as reason:
                    groups.setdefault(None, []).append((message, unreadable(message.body, reason)))
                    log.warning("message_refused", message_id=message.id, code=reason.code)
        sent = await asyncio.gather(*(self._send(c, group) for c, group in groups.items()))
        if done := [m.receipt for group in sent for m in group]:
            await self._intake.delete(done)
        if failed := [m for m in messages if m.receipt not in set(done)]:
            worst = max(m.receive_count for m in failed)
            await self._give_back(failed, self._retry.delay_s(worst, 0))

    async def _send(self, service_class: ServiceClass | None, group: Sequence[tuple[Message, str]]) -> list[Message]:
        """To the class's queue, or to the dead letters (None); returns the messages that went."""
        queue = self._dead_letters if service_class is None else self._classes[service_class]
        try:
            failed = await queue.send([body for _, body in group])
        except ServiceUnavailable as error:
            log.warning("send_failed", queue=queue.name, messages=len(group), **describe(error))
            failed = frozenset(range(len(group)))
        sent = [message for i, (message, _) in enumerate(group) if i not in failed]
        self._metrics.messages.labels(service_class or "dead_letter").inc(len(sent))
        self._metrics.messages.labels("retry").inc(len(failed))
        return sent

    async def _give_back(self, messages: Sequence[Message], delay_s: float) -> None:
        if messages:
            await self._intake.change_visibility([m.receipt for m in messages], math.ceil(delay_s))


async def _sleep_until(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
