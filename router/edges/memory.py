"""The ports in memory: real implementations for tests and for embedding, held to the same tests as SQS and S3."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from medinfer.contract.vocabulary import DocumentErrorCode
from medinfer.errors import DocumentRejected
from medinfer.jobs import ObjectLocation
from medinfer.results import JobResult
from router.core.keys import result_key
from router.ports import DocumentNotFound, Message


@dataclass(slots=True)
class _Stored:
    id: str
    body: str
    visible_at_s: float
    receive_count: int = 0
    receipt: str | None = None


class MemoryQueue:
    """A standard SQS queue: visibility timeouts, receive counts, long polls, redrive to ``dead_letters``.

    As in SQS, a message received ``max_receives`` times moves when it would be received once more, and each receive
    makes a new receipt that voids the one before.
    """

    def __init__(self, name: str, *, dead_letters: MemoryQueue | None = None, max_receives: int = 5) -> None:
        self.name = name
        self._dead_letters = dead_letters
        self.max_receives = max_receives
        self._messages: dict[str, _Stored] = {}
        self._ids = itertools.count()
        self._arrived = asyncio.Condition()

    def __len__(self) -> int:
        """All messages, hidden ones included."""
        return len(self._messages)

    async def receive(self, limit: int, *, wait_s: int, visibility_s: int) -> list[Message]:
        until_s = time.monotonic() + wait_s
        while True:
            if messages := await self._collect(limit, visibility_s):
                return messages
            remaining_s = until_s - time.monotonic()
            if remaining_s <= 0:
                return []
            hidden = [m.visible_at_s for m in self._messages.values()]
            wake_s = min([remaining_s, *(max(0.001, at - time.monotonic()) for at in hidden)])
            try:
                async with asyncio.timeout(wake_s), self._arrived:
                    await self._arrived.wait()
            except TimeoutError:
                continue

    async def _collect(self, limit: int, visibility_s: int) -> list[Message]:
        now_s = time.monotonic()
        received: list[Message] = []
        for stored in [m for m in self._messages.values() if m.visible_at_s <= now_s]:
            if self._dead_letters is not None and stored.receive_count >= self.max_receives:
                del self._messages[stored.id]
                await self._dead_letters.send([stored.body])
            elif len(received) < limit:
                stored.receive_count += 1
                stored.receipt = f"{stored.id}#{stored.receive_count}"
                stored.visible_at_s = now_s + visibility_s
                received.append(Message(stored.id, stored.receipt, stored.body, stored.receive_count))
        return received

    async def delete(self, receipts: Sequence[str]) -> frozenset[str]:
        return frozenset(r for r in receipts if (m := self._held(r)) is None or self._messages.pop(m.id) is None)

    async def change_visibility(self, receipts: Sequence[str], timeout_s: int) -> frozenset[str]:
        failed = set()
        for receipt in receipts:
            if message := self._held(receipt):
                message.visible_at_s = time.monotonic() + timeout_s
            else:
                failed.add(receipt)
        async with self._arrived:
            self._arrived.notify_all()
        return frozenset(failed)

    def _held(self, receipt: str) -> _Stored | None:
        return next((m for m in self._messages.values() if m.receipt == receipt), None)

    async def send(self, bodies: Sequence[str]) -> frozenset[int]:
        for body in bodies:
            stored = _Stored(f"{self.name}-{next(self._ids)}", body, time.monotonic())
            self._messages[stored.id] = stored
        async with self._arrived:
            self._arrived.notify_all()
        return frozenset()


@dataclass(slots=True)
class MemoryDocuments:
    _objects: dict[ObjectLocation, bytes] = field(default_factory=dict)

    async def get(self, location: ObjectLocation, *, max_bytes: int) -> bytes:
        if location not in self._objects:
            raise DocumentNotFound("The store has no document at this location.")
        document = self._objects[location]
        if len(document) > max_bytes:
            raise DocumentRejected(DocumentErrorCode.TOO_LARGE)
        return document

    async def put(self, location: ObjectLocation, document: bytes) -> None:
        self._objects[location] = document


@dataclass(slots=True)
class MemoryResults:
    bucket: str = "memory-results"
    _objects: dict[str, str] = field(default_factory=dict)

    def location(self, job_id: str) -> ObjectLocation:
        return ObjectLocation(bucket=self.bucket, key=result_key(job_id))

    async def put_if_absent(self, result: JobResult) -> bool:
        """Kept as JSON, so that what comes back has made the same journey as through S3."""
        text = result.model_dump_json()
        return self._objects.setdefault(result.job_id, text) is text

    async def get(self, job_id: str) -> JobResult | None:
        text = self._objects.get(job_id)
        return None if text is None else JobResult.model_validate_json(text)
