"""Checkpoint -> built, verified, in its place in the model repository. Does only what is out of date."""

from __future__ import annotations

import dataclasses
import hashlib
import importlib
import json
import tempfile
import time
from collections.abc import Callable, Mapping
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from export import checkpoints
from export.checkpoints import REPOSITORY, sha256
from medinfer.contract import DType, Model
from medinfer.contract.sources import HuggingFaceSource, RapidOcrSource

if TYPE_CHECKING:
    from export.verify import Comparison

RECORD = "build.json"
"""Written last: a version folder without it is not finished and is built again."""

_WORK = REPOSITORY / ".build"
_PACKAGES: dict[type, tuple[str, ...]] = {
    HuggingFaceSource: ("torch", "transformers", "onnx", "onnxscript"),
    RapidOcrSource: ("rapidocr", "onnx"),
}
"""Libraries whose version changes what is built."""

_MODULES: dict[type, str] = {HuggingFaceSource: "export.huggingface", RapidOcrSource: "export.ocr"}


@dataclasses.dataclass(frozen=True, slots=True)
class Artefact:
    """A file of a built model."""

    sha256: str
    size_bytes: int


@dataclasses.dataclass(frozen=True, slots=True)
class Built:
    """What `build` did with one model.

    ``files``: name in the version folder -> facts. ``differences``: output -> largest difference from the reference,
    over all shapes. ``seconds``: 0 if it was up to date.
    """

    model: Model
    files: Mapping[str, Artefact]
    differences: Mapping[str, float]
    seconds: float

    @property
    def up_to_date(self) -> bool:
        return self.seconds == 0


def build(
    model: Model, repository: Path, *, force: bool = False, report: Callable[[str], None] = lambda _: None
) -> Built:
    """Make sure that ``repository/<name>/<version>/`` holds the model that its source and contract describe.

    The model is built and verified in a temporary folder first: what is in place is replaced only by what passed.
    ``report`` is told each step.

    Raises:
        FileNotFoundError: the source is not there.
        ValueError: the source does not fit the contract.
        VerificationError: the built model differs from its reference.
    """
    place = version_folder(model, repository)
    inputs = fingerprint(model)
    if not force and (found := read_record(model, repository)) is not None:
        record, files = found
        if record["inputs"] == inputs and intact(place, files):
            return Built(model, files, record["differences"], 0)
    started = time.perf_counter()
    _WORK.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_WORK, prefix=f"{model.name}-") as temporary:
        folder = Path(temporary)
        report("building")
        exporter(model).build(model, folder)
        differences = largest_differences(compare(model, folder, report))
        files = {
            path.name: Artefact(sha256(path), path.stat().st_size)
            for path in sorted(folder.iterdir())
            if path.is_file()
        }
        _write_record(folder / RECORD, model, inputs, files, differences)
        _install(folder, place, files)
    return Built(model, files, differences, time.perf_counter() - started)


def compare(model: Model, folder: Path, report: Callable[[str], None] = lambda _: None) -> list[Comparison]:
    """Verify the model in ``folder``; all its comparisons.

    Raises:
        VerificationError: an output differs by more than its tolerance; the message lists all that do.
    """
    from export.verify import VerificationError, verify

    report("verifying")
    comparisons = []
    for comparison in verify(model, folder, exporter(model).reference(model)):
        comparisons.append(comparison)
        report(f"verifying {comparison.output} {list(comparison.shape)}")
    if failed := [c for c in comparisons if not c.passed]:
        lines = (f"{c.output} {list(c.shape)}: {c.largest:.3g}, accepted {c.tolerance:.3g}" for c in failed)
        raise VerificationError(f"{model.name} differs from its reference: {'; '.join(lines)}")
    return comparisons


def largest_differences(comparisons: list[Comparison]) -> dict[str, float]:
    largest: dict[str, float] = {}
    for comparison in comparisons:
        largest[comparison.output] = max(largest.get(comparison.output, 0.0), comparison.largest)
    return largest


def version_folder(model: Model, repository: Path) -> Path:
    return repository / model.name / str(model.version)


def fingerprint(model: Model) -> dict[str, str]:
    """Everything that the built files depend on, name -> checksum or version.

    Raises:
        FileNotFoundError: the source is not there.
    """
    source = model.source
    kind = type(source)
    module = importlib.util.find_spec(_MODULES[kind])
    assert module is not None
    assert module.origin is not None
    if isinstance(source, HuggingFaceSource):
        originals = checkpoints.fingerprint(source.checkpoint)
    else:
        originals = exporter(model).fingerprint(model)
    return {
        **{f"source {name}": value for name, value in originals.items()},
        "contract": _contract_facts(model),
        "exporter": sha256(Path(module.origin)),
        **{package: metadata.version(package) for package in _PACKAGES[kind]},
    }


def exporter(model: Model) -> ModuleType:
    """The module that builds this kind of source: ``build(model, folder)`` and ``reference(model)``. Imported on first
    use: torch alone takes seconds, and a repository that is up to date needs none of it."""
    return importlib.import_module(_MODULES[type(model.source)])


def read_record(model: Model, repository: Path) -> tuple[dict[str, Any], dict[str, Artefact]] | None:
    """The record of the built model and its files; None if it is not built."""
    path = version_folder(model, repository) / RECORD
    if not path.is_file():
        return None
    record = json.loads(path.read_text(encoding="utf-8"))
    return record, {name: Artefact(**facts) for name, facts in record["files"].items()}


def intact(folder: Path, files: Mapping[str, Artefact]) -> bool:
    return not damaged(folder, files)


def damaged(folder: Path, files: Mapping[str, Artefact]) -> list[str]:
    """Files that are missing or do not have their recorded checksum."""
    return [
        name for name, facts in files.items() if not (folder / name).is_file() or sha256(folder / name) != facts.sha256
    ]


def _contract_facts(model: Model) -> str:
    """Checksum of what the contract says about tensors, batch and source. Placement changes no weights."""
    facts = [dataclasses.asdict(part) for part in (*model.inputs, *model.outputs)]
    facts.append({"max_batch_size": model.max_batch_size, "source": dataclasses.asdict(model.source)})  # type: ignore[arg-type]
    text = json.dumps(
        facts, sort_keys=True, default=lambda value: value.name if isinstance(value, DType) else str(value)
    )
    return hashlib.sha256(text.encode()).hexdigest()


def _write_record(
    path: Path, model: Model, inputs: dict[str, str], files: Mapping[str, Artefact], differences: Mapping[str, float]
) -> None:
    record = {
        "model": model.name,
        "version": model.version,
        "inputs": inputs,
        "files": {name: dataclasses.asdict(facts) for name, facts in files.items()},
        "differences": differences,
    }
    path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def _install(folder: Path, place: Path, files: Mapping[str, Artefact]) -> None:
    """Move the files into place, each in one step, the record last; stop at any point and the next build repairs it."""
    place.mkdir(parents=True, exist_ok=True)
    (place / RECORD).unlink(missing_ok=True)
    for name in (*files, RECORD):
        (folder / name).replace(place / name)
