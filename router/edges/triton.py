"""Triton as the reader of documents."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import grpc.aio

from medinfer import AsyncDocumentClient
from medinfer.channel import CHANNEL_OPTIONS
from medinfer.errors import ModelNotFound, TransientError

if TYPE_CHECKING:
    from medinfer.contract.vocabulary import Priority
    from medinfer.results import DocumentResult


class TritonReader:
    """See `router.ports.Reader`. The channel stays the caller's to close."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._channel = channel
        self._client = AsyncDocumentClient(channel)

    @classmethod
    @asynccontextmanager
    async def connect(cls, address: str) -> AsyncIterator[TritonReader]:
        """A reader over the server at ``address`` ("host:port"), which need not be there yet."""
        async with grpc.aio.insecure_channel(address, options=CHANNEL_OPTIONS) as channel:
            yield cls(channel)

    async def ready(self) -> bool:
        """A server that came back may be another release, so each time its models are compared with the contract.

        Raises:
            ContractMismatch: they differ.
        """
        client = AsyncDocumentClient(self._channel)
        try:
            if not await client.is_ready():
                return False
            await client.check_contract()
        except (TransientError, ModelNotFound):
            return False
        self._client = client
        return True

    async def read(self, document: bytes, *, priority: Priority, timeout_s: float) -> DocumentResult:
        return await self._client.infer(document, priority=priority, timeout_s=timeout_s)
