"""Synchronous gRPC clients. Safe to share between threads.

with DocumentClient.connect("127.0.0.1:8001") as client:
    result = client.infer(path.read_bytes())
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Generic, Self, TypeVar

import grpc
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


class _Client(Generic[C]):
    """Performs the exchanges of ``calls`` over a channel, which stays the caller's to close."""

    _calls: C

    def __init__(self, channel: grpc.Channel) -> None:
        self._stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)

    @classmethod
    @contextmanager
    def connect(cls, address: str) -> Iterator[Self]:
        """A client of the server at ``address`` ("host:port", Triton's gRPC port). The first call connects."""
        with grpc.insecure_channel(address, options=CHANNEL_OPTIONS) as channel:
            yield cls(channel)

    def is_ready(self, timeout_s: float = 5.0) -> bool:
        """Whether the server is there and has loaded the model that this client asks."""
        return self._run(self._calls.is_ready(timeout_s))

    def check_contract(self, timeout_s: float = 10.0) -> None:
        """Compare the server's models with the contract; every client does so once, before its first request.

        Raises:
            ContractMismatch: names the model and tensor that differ.
            ModelNotFound: the server does not have the model.
            TransientError: the server did not answer.
        """
        self._run(self._calls.check_contract(Deadline.after(timeout_s)))

    def _run(self, exchange: Exchange[T]) -> T:
        outcome: Any = None
        while True:
            try:
                step = exchange.send(outcome)
            except StopIteration as done:
                answer: T = done.value
                return answer
            outcome = self._perform(step)

    def _perform(self, step: Send | Pause) -> Any:
        if isinstance(step, Pause):
            return time.sleep(step.seconds)
        try:
            return getattr(self._stub, step.method)(step.request, timeout=step.timeout_s)
        except grpc.RpcError as error:
            return error


class DocumentClient(_Client[DocumentCalls]):
    """Reads documents through `document_pipeline`."""

    def __init__(self, channel: grpc.Channel) -> None:
        super().__init__(channel)
        self._calls = DocumentCalls()

    def infer(
        self,
        document: bytes,
        *,
        force_ocr: bool = False,
        priority: Priority = Priority.DEFAULT,
        timeout_s: float = 60.0,
    ) -> DocumentResult:
        """Read one document: a PDF, JPEG, PNG or TIFF as it lies on disk.

        Args:
            document: the file's bytes.
            force_ocr: read the pixels even where a PDF has a text layer.
            priority: class of service inside the server.
            timeout_s: seconds until the answer must be here, retries included; the server gets the same deadline.

        Raises:
            DocumentRejected: the document cannot be read; ``code`` says why.
            PermanentError: the request, the model or the contract is at fault.
            TransientError: no answer this time; the same request may succeed later.
        """
        deadline = Deadline.after(timeout_s)
        return self._run(self._calls.infer(document, force_ocr=force_ocr, priority=priority, deadline=deadline))


class ClinicalTextClient(_Client[ClinicalTextCalls]):
    """Finds entities in clinical free text through `clinical_ner`."""

    def __init__(self, channel: grpc.Channel) -> None:
        super().__init__(channel)
        self._calls = ClinicalTextCalls()

    def entities(
        self, text: str, *, priority: Priority = Priority.DEFAULT, timeout_s: float = 60.0
    ) -> tuple[ClinicalEntity, ...]:
        """The entities of one text, ordered by start. Raises as `entities_batch` does."""
        return self.entities_batch([text], priority=priority, timeout_s=timeout_s)[0]

    def entities_batch(
        self, texts: Sequence[str], *, priority: Priority = Priority.DEFAULT, timeout_s: float = 60.0
    ) -> list[tuple[ClinicalEntity, ...]]:
        """The entities of each text, in order. ``timeout_s`` covers all of them.

        Raises:
            InvalidRequest: a text is longer than the contract's `MAX_CHARACTERS`.
            PermanentError, TransientError: as for documents.
        """
        return self._run(self._calls.entities(texts, priority=priority, deadline=Deadline.after(timeout_s)))
