"""What the weights of a model are built from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Task(StrEnum):
    """Heads of a Hugging Face checkpoint that `export` knows."""

    SEQUENCE_CLASSIFICATION = "sequence-classification"
    TOKEN_CLASSIFICATION = "token-classification"  # noqa: S105 (a task, not a secret)


class OcrStage(StrEnum):
    """The three networks that the `rapidocr` wheel ships (PP-OCR, Apache-2.0)."""

    DETECTION = "detection"
    ORIENTATION = "orientation"
    RECOGNITION = "recognition"


@dataclass(frozen=True, slots=True)
class RapidOcrSource:
    """An ONNX file inside the installed ``rapidocr`` wheel (``file`` relative to its models folder)."""

    stage: OcrStage
    file: str


@dataclass(frozen=True, slots=True)
class HuggingFaceSource:
    """A Hugging Face checkpoint: folder in this repository, hub id, or ``s3://`` prefix.

    ``temperature`` divides the logits before the softmax (calibration, fitted on dev data;
    Guo et al. 2017, "On Calibration of Modern Neural Networks").
    """

    checkpoint: str
    task: Task
    labels: tuple[str, ...]
    temperature: float = 1.0


Source = RapidOcrSource | HuggingFaceSource
