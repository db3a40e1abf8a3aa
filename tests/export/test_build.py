"""`build` does what is out of date and nothing else, and never leaves a half-built model in place."""

import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest

from export.build import RECORD, build, fingerprint, read_record, version_folder
from export.verify import VerificationError
from medinfer.contract import Batching, Device, DType, Model, Placement, text_orientation
from medinfer.contract.sources import HuggingFaceSource
from tests.export.conftest import with_checkpoint, write_checkpoint

MODEL = text_orientation.MODEL
"""The smallest real network."""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    build(MODEL, tmp_path)
    return tmp_path


def test_the_record_describes_what_is_in_place(tmp_path: Path) -> None:
    done = build(MODEL, tmp_path)
    folder = version_folder(MODEL, tmp_path)
    assert not done.up_to_date
    assert {path.name for path in folder.iterdir()} == {*done.files, RECORD}
    assert done.files["model.onnx"].size_bytes == (folder / "model.onnx").stat().st_size
    assert set(done.differences) == {"UPSIDE_DOWN", "SCORE"}
    found = read_record(MODEL, tmp_path)
    assert found is not None
    record, files = found
    assert files == done.files
    assert record["inputs"] == fingerprint(MODEL)


def test_what_is_up_to_date_is_left_alone(repository: Path) -> None:
    path = version_folder(MODEL, repository) / "model.onnx"
    before = path.stat().st_mtime_ns
    assert build(MODEL, repository).up_to_date
    assert path.stat().st_mtime_ns == before
    assert not build(MODEL, repository, force=True).up_to_date


def test_a_damaged_file_is_built_again(repository: Path) -> None:
    path = version_folder(MODEL, repository) / "model.onnx"
    good = path.read_bytes()
    path.write_bytes(good[:-1])
    assert not build(MODEL, repository).up_to_date
    assert path.read_bytes() == good


def test_an_interrupted_build_is_repeated(repository: Path) -> None:
    (version_folder(MODEL, repository) / RECORD).unlink()
    assert not build(MODEL, repository).up_to_date


def test_the_contract_counts_and_placement_does_not() -> None:
    batch = dataclasses.replace(MODEL, max_batch_size=MODEL.max_batch_size + 1)
    placed = dataclasses.replace(MODEL, cpu=Placement(Device.CPU, 3, Batching(9)))
    assert fingerprint(batch) != fingerprint(MODEL)
    assert fingerprint(placed) == fingerprint(MODEL)


def test_the_checkpoint_counts(token_model: Model, tmp_path: Path) -> None:
    assert isinstance(token_model.source, HuggingFaceSource)
    other = write_checkpoint(tmp_path, token_model.source.task, token_model.source.labels, initializer_range=0.4)
    before, after = fingerprint(token_model), fingerprint(with_checkpoint(token_model, other))
    assert before["source model.safetensors"] != after["source model.safetensors"]
    assert before["source tokenizer.json"] == after["source tokenizer.json"]


def test_what_fails_verification_does_not_replace_what_is_in_place(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = version_folder(MODEL, repository) / "model.onnx"
    before = path.stat().st_mtime_ns
    monkeypatch.setattr("export.verify.TOLERANCE", dict.fromkeys(DType, -1.0))
    with pytest.raises(VerificationError, match="SCORE"):
        build(MODEL, repository, force=True)
    assert path.stat().st_mtime_ns == before
    assert read_record(MODEL, repository) is not None


def test_a_repository_that_is_up_to_date_needs_no_torch(repository: Path) -> None:
    """Importing torch and transformers takes seconds; `make demo` must not pay them each time."""
    code = (
        "import sys; from export.cli import app; app(sys.argv[1:], standalone_mode=False); "
        "print({'torch', 'transformers'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", code, "build", MODEL.name, "--repository", str(repository)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert "0 built, 1 up to date" in answer.stdout
    assert answer.stdout.endswith("set()\n")
