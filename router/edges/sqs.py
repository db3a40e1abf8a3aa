"""Queues in SQS, or in the local server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from router.edges.aws import Aws
from router.ports import Message, ServiceMisconfigured, ServiceRefused

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import (
        ChangeMessageVisibilityBatchRequestEntryTypeDef,
        DeleteMessageBatchRequestEntryTypeDef,
        SendMessageBatchRequestEntryTypeDef,
    )

BATCH = 10
"""SQS's largest batch."""

_MISSING = frozenset({"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"})


class SqsQueue:
    """One queue; see `router.ports.Queue`."""

    def __init__(self, aws: Aws, name: str, url: str) -> None:
        self.name = name
        self._aws = aws
        self._url = url

    @classmethod
    async def find(cls, aws: Aws, name: str) -> SqsQueue:
        """The queue of this name.

        Raises:
            ServiceMisconfigured: there is none.
            ServiceUnavailable: SQS did not answer.
        """
        try:
            found = await aws.call(aws.sqs.get_queue_url, QueueName=name)
        except ServiceRefused as error:
            if error.code in _MISSING:
                raise ServiceMisconfigured(
                    f"The queue {name} does not exist. Create the queues with Terraform, or locally with: "
                    "python -m router provision"
                ) from error
            raise
        return cls(aws, name, found["QueueUrl"])

    async def receive(self, limit: int, *, wait_s: int, visibility_s: int) -> list[Message]:
        answer = await self._aws.call(
            self._aws.sqs.receive_message,
            QueueUrl=self._url,
            MaxNumberOfMessages=min(limit, BATCH),
            WaitTimeSeconds=wait_s,
            VisibilityTimeout=visibility_s,
            MessageSystemAttributeNames=["ApproximateReceiveCount"],
        )
        return [
            Message(m["MessageId"], m["ReceiptHandle"], m["Body"], int(m["Attributes"]["ApproximateReceiveCount"]))
            for m in answer.get("Messages", [])
        ]

    async def delete(self, receipts: Sequence[str]) -> frozenset[str]:
        failed: set[str] = set()
        for start, chunk in _chunks(receipts):
            entries: list[DeleteMessageBatchRequestEntryTypeDef] = [
                {"Id": str(start + i), "ReceiptHandle": receipt} for i, receipt in enumerate(chunk)
            ]
            answer = await self._aws.call(self._aws.sqs.delete_message_batch, QueueUrl=self._url, Entries=entries)
            failed.update(receipts[int(f["Id"])] for f in answer.get("Failed", []))
        return frozenset(failed)

    async def change_visibility(self, receipts: Sequence[str], timeout_s: int) -> frozenset[str]:
        failed: set[str] = set()
        for start, chunk in _chunks(receipts):
            entries: list[ChangeMessageVisibilityBatchRequestEntryTypeDef] = [
                {"Id": str(start + i), "ReceiptHandle": receipt, "VisibilityTimeout": timeout_s}
                for i, receipt in enumerate(chunk)
            ]
            answer = await self._aws.call(
                self._aws.sqs.change_message_visibility_batch, QueueUrl=self._url, Entries=entries
            )
            failed.update(receipts[int(f["Id"])] for f in answer.get("Failed", []))
        return frozenset(failed)

    async def send(self, bodies: Sequence[str]) -> frozenset[int]:
        failed: set[int] = set()
        for start, chunk in _chunks(bodies):
            entries: list[SendMessageBatchRequestEntryTypeDef] = [
                {"Id": str(start + i), "MessageBody": body} for i, body in enumerate(chunk)
            ]
            answer = await self._aws.call(self._aws.sqs.send_message_batch, QueueUrl=self._url, Entries=entries)
            failed.update(int(f["Id"]) for f in answer.get("Failed", []))
        return frozenset(failed)


def _chunks(items: Sequence[str]) -> Iterator[tuple[int, Sequence[str]]]:
    """Batches with the position of their first item."""
    return ((start, items[start : start + BATCH]) for start in range(0, len(items), BATCH))
