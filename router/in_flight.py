"""The messages that the worker has in hand: kept hidden from others by a heartbeat until each is settled."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from medinfer.errors import MedinferError
from router.core.classes import ServiceClass
from router.ports import Message
from router.telemetry import describe

if TYPE_CHECKING:
    from router.ports import Queue
    from router.telemetry import WorkerMetrics

log = structlog.get_logger()

BEATS_PER_TIMEOUT = 3
"""A beat may be late or fail twice before a message is seen by others."""


@dataclass(eq=False, slots=True)
class Held:
    """One message in hand. ``received_s``: epoch seconds."""

    service_class: ServiceClass
    message: Message
    received_s: float
    lost: bool = False
    """The queue does not know this receipt any more: someone else has the message, or had."""


class InFlight:
    def __init__(self, queues: Mapping[ServiceClass, Queue], visibility_timeout_s: int, metrics: WorkerMetrics) -> None:
        self._queues = queues
        self._timeout_s = visibility_timeout_s
        self._metrics = metrics
        self._held: dict[ServiceClass, set[Held]] = {c: set() for c in queues}
        # A beat under way must not land after a message was given back, or it would hide it again.
        self._visibility = {c: asyncio.Lock() for c in queues}

    def count(self, service_class: ServiceClass) -> int:
        return len(self._held[service_class])

    def take(self, service_class: ServiceClass, messages: Sequence[Message], received_s: float) -> list[Held]:
        taken = [Held(service_class, message, received_s) for message in messages]
        self._held[service_class].update(taken)
        self._count(service_class)
        return taken

    async def delete(self, held: Held) -> None:
        """The message is done. If this fails it comes again and its stored result is found: nothing is done twice."""
        self._let_go(held)
        try:
            failed = await self._queues[held.service_class].delete([held.message.receipt])
        except MedinferError as error:
            log.warning("delete_failed", message_id=held.message.id, **describe(error))
        else:
            if failed:
                log.warning("delete_refused", message_id=held.message.id)

    async def give_back(self, all_held: Iterable[Held], delay_s: float) -> None:
        """Let others see these messages after ``delay_s`` seconds. If this fails they are seen after their timeout."""
        by_class: dict[ServiceClass, list[Held]] = {}
        for held in all_held:
            by_class.setdefault(held.service_class, []).append(held)
        for service_class, group in by_class.items():
            async with self._visibility[service_class]:
                receipts = [h.message.receipt for h in group if h in self._held[service_class] and not h.lost]
                try:
                    await self._queues[service_class].change_visibility(receipts, math.ceil(delay_s))
                except MedinferError as error:
                    log.warning("give_back_failed", service_class=service_class, **describe(error))
                # Only now: one whose giving back was cancelled is still in hand, and the drain gives it back.
                for held in group:
                    self._let_go(held)

    async def keep(self) -> None:
        """Beat for ever."""
        while True:
            await asyncio.sleep(self._timeout_s / BEATS_PER_TIMEOUT)
            await asyncio.gather(*(self._beat(c) for c in self._queues))

    async def _beat(self, service_class: ServiceClass) -> None:
        async with self._visibility[service_class]:
            held = {h.message.receipt: h for h in self._held[service_class] if not h.lost}
            if not held:
                return
            try:
                failed = await self._queues[service_class].change_visibility(list(held), self._timeout_s)
            except MedinferError as error:
                log.warning("heartbeat_failed", service_class=service_class, messages=len(held), **describe(error))
                return
        for receipt in failed:
            # Deleted in the meantime is no loss.
            if held[receipt] in self._held[service_class]:
                held[receipt].lost = True
                self._metrics.lost.inc()
                log.warning("message_lost", message_id=held[receipt].message.id, service_class=service_class)

    def _let_go(self, held: Held) -> None:
        self._held[held.service_class].discard(held)
        self._count(held.service_class)

    def _count(self, service_class: ServiceClass) -> None:
        self._metrics.in_flight.labels(service_class).set(self.count(service_class))
