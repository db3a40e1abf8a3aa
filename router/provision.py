"""Creates queues and buckets where there are none. For the local server; in AWS, Terraform does this."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from router.core.classes import ServiceClass
from router.ports import ServiceRefused

if TYPE_CHECKING:
    from router.edges.aws import Aws
    from router.settings import Settings

RETENTION_S = 14 * 24 * 3600
"""How long messages are kept: SQS's longest."""


async def provision(aws: Aws, settings: Settings) -> list[str]:
    """Make everything that intake and worker need; what exists gets today's settings. Returns the names.

    Raises:
        ServiceUnavailable: SQS or S3 did not answer.
    """
    intake_letters = await _queue(aws, settings.intake_dead_letter_queue, {})
    work_letters = await _queue(aws, settings.work_dead_letter_queue, {})
    await _queue(aws, settings.completed_queue, {})
    await _queue(aws, settings.intake_queue, _redrive(intake_letters, settings))
    for service_class in ServiceClass:
        await _queue(aws, settings.class_queue(service_class), _redrive(work_letters, settings))
    for bucket in (settings.documents_bucket, settings.results_bucket):
        await _bucket(aws, bucket, settings.aws_region)
    return [
        settings.intake_queue,
        *(settings.class_queue(c) for c in ServiceClass),
        settings.completed_queue,
        settings.intake_dead_letter_queue,
        settings.work_dead_letter_queue,
        settings.documents_bucket,
        settings.results_bucket,
    ]


def _redrive(dead_letter_arn: str, settings: Settings) -> dict[str, str]:
    policy = {"deadLetterTargetArn": dead_letter_arn, "maxReceiveCount": settings.max_receives}
    return {"RedrivePolicy": json.dumps(policy)}


async def _queue(aws: Aws, name: str, attributes: dict[str, str]) -> str:
    """Create without attributes, then set them: creating anew with other attributes is an error. Returns the ARN."""
    url = (await aws.call(aws.sqs.create_queue, QueueName=name))["QueueUrl"]
    wanted: Any = {"MessageRetentionPeriod": str(RETENTION_S), **attributes}
    await aws.call(aws.sqs.set_queue_attributes, QueueUrl=url, Attributes=wanted)
    found = await aws.call(aws.sqs.get_queue_attributes, QueueUrl=url, AttributeNames=["QueueArn"])
    return found["Attributes"]["QueueArn"]


async def _bucket(aws: Aws, name: str, region: str) -> None:
    location: Any = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    try:
        await aws.call(aws.s3.create_bucket, Bucket=name, **location)
    except ServiceRefused as error:
        if error.code != "BucketAlreadyOwnedByYou":
            raise
