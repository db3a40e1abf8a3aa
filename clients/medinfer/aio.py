"""Asyncio gRPC clients: the same calls as `medinfer.client`, awaited.

    async with AsyncDocumentClient.connect("127.0.0.1:8001") as client:
        result = await client.infer(path.read_bytes())

One client carries any number of requests at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Generic, Self, TypeVar

import grpc
import grpc.aio
from tritonclient.grpc import service_pb2_grpc

from medinfer.calls import Calls
from medinfer.channel import CHANNEL_OPTIONS
from medinfer.contract.vocabulary import Priority
from medinfer.documents import DocumentCalls
from medinfer.exchange import Deadline, Exchange, Pause, Send
from medinfer.results import ClinicalEntity, DocumentResult
from medinfer.texts import ClinicalTextCalls

T = TypeVar("T")
C = TypeVar("C", bound=Calls)


class _AsyncClient(Generic[C]):
    """Performs the exchanges of ``calls`` over a channel, which stays the caller's to close."""

    _calls: C

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)

    @classmethod
    @asynccontextmanager
    async def connect(cls, address: str) -> AsyncIterator[Self]:
        """As `medinfer.client` does. Must be entered inside a running event loop."""
        async with grpc.aio.insecure_channel(address, options=CHANNEL_OPTIONS) as channel:
            yield cls(channel)

    async def is_ready(self, timeout_s: float = 5.0) -> bool:
        """Whether the server is there and has loaded the model that this client asks."""
        return await self._run(self._calls.is_ready(timeout_s))

    async def check_contract(self, timeout_s: float = 10.0) -> None:
        """As `DocumentClient.check_contract`."""
        await self._run(self._calls.check_contract(Deadline.after(timeout_s)))

    async def _run(self, exchange: Exchange[T]) -> T:
        outcome: Any = None
        while True:
            try:
                step = exchange.send(outcome)
            except StopIteration as done:
                answer: T = done.value
                return answer
            outcome = await self._perform(step)

    async def _perform(self, step: Send | Pause) -> Any:
        if isinstance(step, Pause):
            return await asyncio.sleep(step.seconds)
        try:
            return await getattr(self._stub, step.method)(step.request, timeout=step.timeout_s)
        except grpc.RpcError as error:
            return error


class AsyncDocumentClient(_AsyncClient[DocumentCalls]):
    """`DocumentClient`, awaited."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        super().__init__(channel)
        self._calls = DocumentCalls()

    async def infer(
        self,
        document: bytes,
        *,
        force_ocr: bool = False,
        priority: Priority = Priority.DEFAULT,
        timeout_s: float = 60.0,
    ) -> DocumentResult:
        """Read one document; arguments and errors as in `DocumentClient.infer`."""
        deadline = Deadline.after(timeout_s)
        return await self._run(self._calls.infer(document, force_ocr=force_ocr, priority=priority, deadline=deadline))


class AsyncClinicalTextClient(_AsyncClient[ClinicalTextCalls]):
    """`ClinicalTextClient`, awaited."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        super().__init__(channel)
        self._calls = ClinicalTextCalls()

    async def entities(
        self, text: str, *, priority: Priority = Priority.DEFAULT, timeout_s: float = 60.0
    ) -> tuple[ClinicalEntity, ...]:
        """The entities of one text, ordered by start; errors as in `ClinicalTextClient.entities_batch`."""
        return (await self.entities_batch([text], priority=priority, timeout_s=timeout_s))[0]

    async def entities_batch(
        self, texts: Sequence[str], *, priority: Priority = Priority.DEFAULT, timeout_s: float = 60.0
    ) -> list[tuple[ClinicalEntity, ...]]:
        """The entities of each text, in order; errors as in `ClinicalTextClient.entities_batch`."""
        return await self._run(self._calls.entities(texts, priority=priority, deadline=Deadline.after(timeout_s)))
