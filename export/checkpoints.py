"""Hugging Face checkpoints, wherever they are kept. Imports no torch."""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

REPOSITORY = Path(__file__).resolve().parent.parent
"""Root of this repository; checkpoint folders are relative to it."""

_CACHE = REPOSITORY / ".build" / "checkpoints"
_HUB = re.compile(r"(?P<id>[\w.-]+/[\w.-]+)@(?P<revision>[0-9a-f]{40})")
_WANTED = ("config.json", "model.safetensors", "tokenizer.json")


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fingerprint(checkpoint: str) -> Mapping[str, str]:
    """What identifies the checkpoint's contents, without downloading them: file name -> checksum, entity tag or
    revision.

    Raises:
        FileNotFoundError: there is no such checkpoint, or it lacks a file.
    """
    if checkpoint.startswith("s3://"):
        return _s3_tags(checkpoint)
    if match := _HUB.fullmatch(checkpoint):
        return {"revision": match["revision"]}
    folder = _local(checkpoint)
    return {name: sha256(folder / name) for name in _WANTED}


def folder(checkpoint: str) -> Path:
    """A local folder with the checkpoint's config.json, model.safetensors and tokenizer.json; downloads it if it is
    elsewhere.

    Raises:
        FileNotFoundError: there is no such checkpoint, or it lacks a file.
    """
    if checkpoint.startswith("s3://"):
        return _s3_folder(checkpoint)
    if match := _HUB.fullmatch(checkpoint):
        from huggingface_hub import snapshot_download

        return Path(snapshot_download(match["id"], revision=match["revision"], allow_patterns=list(_WANTED)))
    return _local(checkpoint)


def _local(checkpoint: str) -> Path:
    found = REPOSITORY / checkpoint
    if not found.is_dir():
        raise FileNotFoundError(
            f"no checkpoint folder {checkpoint}; a hub checkpoint is written owner/name@<40 hex digits of a commit>, "
            "because a branch may move, and one in S3 s3://bucket/prefix"
        )
    if missing := [name for name in _WANTED if not (found / name).is_file()]:
        raise FileNotFoundError(f"checkpoint {checkpoint} lacks {', '.join(missing)}")
    return found


def _s3_tags(checkpoint: str) -> Mapping[str, str]:
    client, bucket, prefix = _s3(checkpoint)
    found = client.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
    tags = {
        PurePosixPath(item["Key"]).name: item["ETag"] for item in found if item["Key"].removeprefix(prefix) in _WANTED
    }
    if missing := [name for name in _WANTED if name not in tags]:
        raise FileNotFoundError(f"{checkpoint} lacks {', '.join(missing)}")
    return tags


def _s3_folder(checkpoint: str) -> Path:
    """Downloads once per content: the cache folder is named after the address and the entity tags."""
    client, bucket, prefix = _s3(checkpoint)
    tags = _s3_tags(checkpoint)
    identity = hashlib.sha256(repr((checkpoint, sorted(tags.items()))).encode()).hexdigest()
    final = _CACHE / identity
    if not final.is_dir():
        _CACHE.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(dir=_CACHE))
        try:
            for name in _WANTED:
                client.download_file(bucket, prefix + name, str(partial / name))
            partial.rename(final)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return final


def _s3(checkpoint: str) -> tuple[S3Client, str, str]:
    """Client (region, endpoint and credentials as boto3 finds them), bucket, prefix that ends in a slash."""
    import boto3

    bucket, _, prefix = checkpoint.removeprefix("s3://").partition("/")
    return boto3.client("s3"), bucket, prefix.rstrip("/") + "/" if prefix else ""
