"""The built model repository -> S3, in the layout that Triton reads. A published version is never rewritten."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from export.build import damaged, read_record, version_folder
from export.checkpoints import sha256
from medinfer.contract import Backend, Model

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MANIFEST = "manifest.json"
"""Last object of a version: ``{"model", "version", "files": {name: {"sha256", "size_bytes"}}}``. A version without it
is not complete."""

_CONFIGURATIONS = ("config.pbtxt", "configs/cpu.pbtxt")


class PublishError(Exception):
    """Nothing more is uploaded; the message says what to do."""


class Outcome(StrEnum):
    UPLOADED = "uploaded"
    SAME = "same"
    WOULD_UPLOAD = "would put"


@dataclass(frozen=True, slots=True)
class Upload:
    """One object. ``key`` is relative to the destination; ``fixed``: part of a version, never rewritten."""

    key: str
    content: Path | bytes
    sha256: str
    fixed: bool


def plan(models: Iterable[Model], repository: Path) -> list[Upload]:
    """What is to be uploaded, in an order that is safe to stop at any point: for each model the files of the version,
    its manifest, then the configurations that make Triton load it. Models keep their order: the registry names a
    model after those that it calls.

    Raises:
        PublishError: a model is not built, or its files have changed since.
    """
    uploads: list[Upload] = []
    for model in models:
        version = version_folder(model, repository)
        names = _version_files(model, repository)
        files = {
            name: Upload(f"{model.name}/{model.version}/{name}", version / name, sha256(version / name), True)
            for name in names
        }
        manifest = {
            "model": model.name,
            "version": model.version,
            "files": {
                name: {"sha256": upload.sha256, "size_bytes": (version / name).stat().st_size}
                for name, upload in files.items()
            },
        }
        body = (json.dumps(manifest, indent=1) + "\n").encode()
        uploads += files.values()
        uploads.append(Upload(f"{model.name}/{model.version}/{MANIFEST}", body, hashlib.sha256(body).hexdigest(), True))
        for name in _CONFIGURATIONS:
            path = repository / model.name / name
            uploads.append(Upload(f"{model.name}/{name}", path, sha256(path), False))
    return uploads


def publish(
    uploads: Sequence[Upload],
    destination: str,
    *,
    endpoint_url: str | None = None,
    dry_run: bool = False,
    report: Callable[[str, Outcome], None] = lambda *_: None,
) -> None:
    """Upload in order; S3 checks each object against its SHA-256.

    A version's objects are put only where nothing is (If-None-Match), so that two publishers cannot overwrite each
    other; configurations are replaced. All versions are compared before the first upload.

    Raises:
        PublishError: a version is published already with other bytes, or the destination cannot be used.
    """
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    bucket, prefix = _parse(destination)
    try:
        client = boto3.client("s3", endpoint_url=endpoint_url)
        present = [_published_sha256(client, bucket, prefix + upload.key) for upload in uploads]
        for upload, found in zip(uploads, present, strict=True):
            if upload.fixed and found not in (None, upload.sha256):
                raise _rewritten(upload)
        for upload, found in zip(uploads, present, strict=True):
            if found == upload.sha256:
                report(upload.key, Outcome.SAME)
            elif dry_run:
                report(upload.key, Outcome.WOULD_UPLOAD)
            else:
                report(upload.key, _put(client, bucket, prefix, upload))
    except ClientError as error:
        raise PublishError(
            f"S3 refused {error.operation_name} on {bucket}: {error.response['Error']['Code']}"
        ) from error
    except BotoCoreError as error:
        raise PublishError(f"cannot reach S3 for {destination}: {error}") from error


def _version_files(model: Model, repository: Path) -> list[str]:
    if model.backend is Backend.ENSEMBLE:
        return [".gitkeep"]  # S3 has no empty folders, and Triton asks for a version folder
    if model.backend is Backend.PYTHON:
        return ["model.py"]
    if (found := read_record(model, repository)) is None:
        raise PublishError(f"{model.name} is not built; run `make export`")
    if changed := damaged(version_folder(model, repository), found[1]):
        raise PublishError(f"{model.name}: {', '.join(changed)} changed since it was built; run `make export`")
    return [*found[1]]  # not the build's record: it names the building machine's library versions


def _put(client: S3Client, bucket: str, prefix: str, upload: Upload) -> Outcome:
    from botocore.exceptions import ClientError

    condition = {"IfNoneMatch": "*"} if upload.fixed else {}
    checksum = base64.b64encode(bytes.fromhex(upload.sha256)).decode()
    content = upload.content if isinstance(upload.content, bytes) else upload.content.open("rb")
    try:
        client.put_object(
            Bucket=bucket,
            Key=prefix + upload.key,
            Body=content,
            ChecksumSHA256=checksum,
            Metadata={"sha256": upload.sha256},
            **condition,  # type: ignore[arg-type]
        )
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] not in (409, 412):
            raise
        # Another publisher was quicker.
        if _published_sha256(client, bucket, prefix + upload.key) != upload.sha256:
            raise _rewritten(upload) from None
        return Outcome.SAME
    finally:
        if not isinstance(content, bytes):
            content.close()
    return Outcome.UPLOADED


def _published_sha256(client: S3Client, bucket: str, key: str) -> str | None:
    """Checksum of the object as S3 has it; None if there is no object; "unknown" if it was put without one."""
    from botocore.exceptions import ClientError

    try:
        head = client.head_object(Bucket=bucket, Key=key, ChecksumMode="ENABLED")
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            return None
        raise
    if checksum := head.get("ChecksumSHA256"):
        return base64.b64decode(checksum).hex()
    return "unknown"


def _rewritten(upload: Upload) -> PublishError:
    return PublishError(
        f"{upload.key} is published already with other bytes. Published versions are never rewritten: raise the "
        "model's `version` in clients/medinfer/contract, then build and publish again."
    )


def _parse(destination: str) -> tuple[str, str]:
    bucket, _, prefix = destination.removeprefix("s3://").partition("/")
    if not destination.startswith("s3://") or not bucket:
        raise PublishError(f"{destination!r} is not of the form s3://bucket/prefix")
    prefix = prefix.strip("/")
    return bucket, f"{prefix}/" if prefix else ""
