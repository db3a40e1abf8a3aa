"""Publishing to the real local S3: checksums, manifests, and versions that stay as they are."""

import base64
import dataclasses
import hashlib
import json
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from typer.testing import CliRunner

from export import render
from export.build import build, version_folder
from export.checkpoints import fingerprint, folder
from export.cli import app
from export.publish import MANIFEST, Outcome, PublishError, plan, publish
from medinfer.contract import Model, text_orientation
from medinfer.contract.sources import HuggingFaceSource

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

pytestmark = pytest.mark.integration

MODEL = text_orientation.MODEL


@pytest.fixture(scope="module")
def built_repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    repository = tmp_path_factory.mktemp("repository")
    render.write(repository)
    build(MODEL, repository)
    return repository


@pytest.fixture
def s3(aws_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> "S3Client":
    """The local server stands in for the environment that a user of AWS has."""
    for name, value in {
        "AWS_ENDPOINT_URL": aws_endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "ap-south-1",
    }.items():
        monkeypatch.setenv(name, value)
    return boto3.client("s3")


@pytest.fixture
def bucket(s3: "S3Client") -> str:
    name = f"models-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "ap-south-1"})
    return name


def outcomes(repository: Path, destination: str, *, dry_run: bool = False, model: Model = MODEL) -> dict[str, Outcome]:
    found: dict[str, Outcome] = {}
    publish(
        plan([model], repository),
        destination,
        dry_run=dry_run,
        report=lambda key, outcome: found.update({key: outcome}),
    )
    return found


def test_a_published_version_is_complete_and_checked(s3: "S3Client", bucket: str, built_repository: Path) -> None:
    done = outcomes(built_repository, f"s3://{bucket}/models")
    assert set(done.values()) == {Outcome.UPLOADED}
    assert list(done)[-2:] == ["text_orientation/config.pbtxt", "text_orientation/configs/cpu.pbtxt"]
    manifest = json.loads(s3.get_object(Bucket=bucket, Key=f"models/text_orientation/1/{MANIFEST}")["Body"].read())
    weights = s3.get_object(Bucket=bucket, Key="models/text_orientation/1/model.onnx", ChecksumMode="ENABLED")
    body = weights["Body"].read()
    assert body == (version_folder(MODEL, built_repository) / "model.onnx").read_bytes()
    digest = hashlib.sha256(body)
    assert manifest["files"]["model.onnx"] == {"sha256": digest.hexdigest(), "size_bytes": len(body)}
    assert base64.b64decode(weights["ChecksumSHA256"]) == digest.digest()


def test_publishing_again_uploads_nothing(bucket: str, built_repository: Path) -> None:
    outcomes(built_repository, f"s3://{bucket}/models")
    assert set(outcomes(built_repository, f"s3://{bucket}/models").values()) == {Outcome.SAME}


def test_a_dry_run_uploads_nothing(s3: "S3Client", bucket: str, built_repository: Path) -> None:
    done = outcomes(built_repository, f"s3://{bucket}", dry_run=True)
    assert set(done.values()) == {Outcome.WOULD_UPLOAD}
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_a_version_is_never_rewritten(s3: "S3Client", bucket: str, built_repository: Path) -> None:
    key = "models/text_orientation/1/model.onnx"
    s3.put_object(Bucket=bucket, Key=key, Body=b"other weights", ChecksumAlgorithm="SHA256")
    with pytest.raises(PublishError, match="raise the model's `version`"):
        outcomes(built_repository, f"s3://{bucket}/models")
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == b"other weights"
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 1


def test_a_quicker_publisher_wins(s3: "S3Client", bucket: str, built_repository: Path) -> None:
    """Another publisher puts its own bytes after we compared: S3 itself refuses ours."""
    uploads = plan([MODEL], built_repository)
    other = dataclasses.replace(uploads[1], content=b"other", sha256=hashlib.sha256(b"other").hexdigest())

    def after_the_first(key: str, outcome: Outcome) -> None:
        if key == uploads[0].key:
            publish([other], f"s3://{bucket}/models")

    with pytest.raises(PublishError, match="never rewritten"):
        publish(uploads, f"s3://{bucket}/models", report=after_the_first)
    assert s3.get_object(Bucket=bucket, Key=f"models/{other.key}")["Body"].read() == b"other"


def test_configurations_may_change(s3: "S3Client", bucket: str, built_repository: Path) -> None:
    outcomes(built_repository, f"s3://{bucket}")
    s3.put_object(Bucket=bucket, Key="text_orientation/config.pbtxt", Body=b"old", ChecksumAlgorithm="SHA256")
    changed = {
        key for key, outcome in outcomes(built_repository, f"s3://{bucket}").items() if outcome is Outcome.UPLOADED
    }
    assert changed == {"text_orientation/config.pbtxt"}


@pytest.mark.parametrize(
    ("destination", "message"),
    [("bucket/x", "not of the form s3://bucket/prefix"), ("s3://no-such-bucket/x", "NoSuchBucket")],
)
def test_a_wrong_destination_is_explained(
    s3: "S3Client", built_repository: Path, destination: str, message: str
) -> None:
    with pytest.raises(PublishError, match=message):
        publish(plan([MODEL], built_repository), destination)


def test_the_command_says_what_is_wrong(bucket: str, built_repository: Path, aws_endpoint: str) -> None:
    arguments = ["publish", f"s3://{bucket}", "--repository", str(built_repository), "--endpoint-url", aws_endpoint]
    answer = CliRunner().invoke(app, arguments)
    assert answer.exit_code == 1
    assert "is not built; run `make export`" in answer.stderr


def test_the_command_lists_what_it_did(
    s3: "S3Client", bucket: str, built_repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("export.cli.MODELS", (MODEL,))
    arguments = ["publish", f"s3://{bucket}/models", "--repository", str(built_repository)]
    for dry_run, outcome in (["--dry-run"], Outcome.WOULD_UPLOAD), ([], Outcome.UPLOADED), ([], Outcome.SAME):
        answer = CliRunner().invoke(app, [*arguments, *dry_run])
        assert answer.exit_code == 0, answer.output
        assert f"{outcome.value}  text_orientation/1/model.onnx" in answer.stdout


def test_an_unbuilt_model_is_not_published(tmp_path: Path) -> None:
    render.write(tmp_path)
    with pytest.raises(PublishError, match="text_orientation is not built; run `make export`"):
        plan([MODEL], tmp_path)


def test_a_checkpoint_in_s3_is_fetched_once(
    s3: "S3Client", bucket: str, token_model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("export.checkpoints._CACHE", tmp_path)
    assert isinstance(token_model.source, HuggingFaceSource)
    local = Path(token_model.source.checkpoint)
    for path in local.iterdir():
        s3.upload_file(str(path), bucket, f"checkpoints/tiny/{path.name}")
    address = f"s3://{bucket}/checkpoints/tiny"
    fetched = folder(address)
    assert (fetched / "model.safetensors").read_bytes() == (local / "model.safetensors").read_bytes()
    before = fingerprint(address)
    s3.delete_object(Bucket=bucket, Key="checkpoints/tiny/config.json")
    with pytest.raises(FileNotFoundError, match=r"lacks config\.json"):
        fingerprint(address)
    s3.upload_file(str(local / "config.json"), bucket, "checkpoints/tiny/config.json")
    assert fingerprint(address) == before
    assert folder(address) == fetched
