"""Documents and results in S3, or in the local server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from medinfer.contract.vocabulary import DocumentErrorCode
from medinfer.errors import DocumentRejected
from medinfer.jobs import ObjectLocation
from medinfer.results import JobResult
from router.core.keys import result_key
from router.edges.aws import Aws
from router.ports import DocumentNotFound, ServiceMisconfigured, ServiceRefused

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef, PutObjectOutputTypeDef

_NO_OBJECT = frozenset({"NoSuchKey", "404"})
_NO_BUCKET = frozenset({"NoSuchBucket"})
_EXISTS = frozenset({"PreconditionFailed", "412"})


async def check_bucket(aws: Aws, name: str) -> None:
    """See at the start that the bucket is there and that the role has s3:ListBucket on it (HeadBucket needs it).
    Without that right S3 answers "access denied" for an object that is missing, and a document that is not there, or a
    job that has no result yet, could not be told from a wrong policy.

    Raises:
        ServiceMisconfigured: with what to do.
    """
    try:
        await aws.call(aws.s3.head_bucket, Bucket=name)
    except ServiceRefused as error:
        raise ServiceMisconfigured(
            f"The bucket {name} cannot be used ({error.code}). 404: create it with Terraform, or locally with: "
            "python -m router provision. 403: the role needs s3:ListBucket on it."
        ) from error


class S3Documents:
    """See `router.ports.DocumentStore`."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    async def get(self, location: ObjectLocation, *, max_bytes: int) -> bytes:
        try:
            return await self._aws.call(self._read, location, max_bytes)
        except ServiceRefused as error:
            if error.code in _NO_OBJECT | _NO_BUCKET:
                raise DocumentNotFound("The store has no document at this location.") from error
            raise

    def _read(self, location: ObjectLocation, max_bytes: int) -> bytes:
        found: GetObjectOutputTypeDef = self._aws.s3.get_object(Bucket=location.bucket, Key=location.key)
        with found["Body"] as body:
            if found["ContentLength"] > max_bytes:
                raise DocumentRejected(DocumentErrorCode.TOO_LARGE)
            return body.read()

    async def put(self, location: ObjectLocation, document: bytes) -> None:
        await self._aws.call(self._put, location, document)

    def _put(self, location: ObjectLocation, document: bytes) -> PutObjectOutputTypeDef:
        return self._aws.s3.put_object(Bucket=location.bucket, Key=location.key, Body=document)


class S3Results:
    """See `router.ports.ResultStore`. Results are written once: S3's conditional put (If-None-Match: *)."""

    def __init__(self, aws: Aws, bucket: str) -> None:
        self._aws = aws
        self._bucket = bucket

    def location(self, job_id: str) -> ObjectLocation:
        return ObjectLocation(bucket=self._bucket, key=result_key(job_id))

    async def put_if_absent(self, result: JobResult) -> bool:
        try:
            await self._aws.call(
                self._aws.s3.put_object,
                Bucket=self._bucket,
                Key=result_key(result.job_id),
                Body=result.model_dump_json().encode(),
                ContentType="application/json",
                IfNoneMatch="*",
            )
        except ServiceRefused as error:
            if error.code in _EXISTS:
                return False
            raise
        return True

    async def get(self, job_id: str) -> JobResult | None:
        try:
            text = await self._aws.call(self._read, result_key(job_id))
        except ServiceRefused as error:
            if error.code in _NO_OBJECT:
                return None
            raise
        return JobResult.model_validate_json(text)

    def _read(self, key: str) -> bytes:
        with self._aws.s3.get_object(Bucket=self._bucket, Key=key)["Body"] as body:
            return body.read()
