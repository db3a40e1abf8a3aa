"""The other end of the queues: hand in a document, wait for its result. What `medinfer submit` and load tests use."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from medinfer.jobs import DocumentJob, ObjectLocation
from router.answers import send_all
from router.core.keys import document_key
from router.edges.aws import Aws
from router.edges.s3 import S3Documents, S3Results
from router.edges.sqs import SqsQueue

if TYPE_CHECKING:
    from medinfer.jobs import Source
    from medinfer.results import JobResult
    from router.ports import DocumentStore, Queue, ResultStore
    from router.settings import Settings

POLL_S = 0.25


class Producer:
    def __init__(self, documents: DocumentStore, documents_bucket: str, intake: Queue, results: ResultStore) -> None:
        self._documents = documents
        self._bucket = documents_bucket
        self._intake = intake
        self._results = results

    @classmethod
    @asynccontextmanager
    async def connect(cls, settings: Settings, *, threads: int = 8) -> AsyncIterator[Producer]:
        """Over the queues and buckets of ``settings``; ``threads``: most calls at once.

        Raises:
            ServiceMisconfigured: the intake queue does not exist.
            ServiceUnavailable: SQS did not answer.
        """
        aws = Aws(endpoint_url=settings.aws_endpoint_url, region=settings.aws_region, threads=threads)
        try:
            intake = await SqsQueue.find(aws, settings.intake_queue)
            yield cls(S3Documents(aws), settings.documents_bucket, intake, S3Results(aws, settings.results_bucket))
        finally:
            aws.close()

    async def submit(self, document: bytes, *, file_name: str, source: Source) -> DocumentJob:
        """Store the document under a new job id and send the job. Of ``file_name`` only the extension is kept.

        Raises:
            ServiceUnavailable: it was not stored, or not sent.
        """
        job_id = uuid.uuid4().hex
        location = ObjectLocation(bucket=self._bucket, key=document_key(job_id, file_name))
        job = DocumentJob(job_id=job_id, source=source, document=location, submitted_at=datetime.now(UTC))
        await self._documents.put(location, document)
        await send_all(self._intake, [job.model_dump_json(exclude_none=True)])
        return job

    async def result(self, job_id: str) -> JobResult | None:
        """The job's result, if there is one by now."""
        return await self._results.get(job_id)

    async def wait(self, job_id: str, *, timeout_s: float) -> JobResult:
        """The job's result, as soon as there is one.

        Raises:
            TimeoutError: there was none within ``timeout_s``.
            ServiceUnavailable: the store did not answer.
        """
        async with asyncio.timeout(timeout_s):
            while (result := await self._results.get(job_id)) is None:
                await asyncio.sleep(POLL_S)
            return result
