"""What medinfer answers: typed, frozen, and the same in Python, in JSON and in the result store.

The JSON schema is committed as docs/schemas/*.json and checked in CI.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from medinfer.contract.vocabulary import Assertion, ClinicalLabel, DocumentErrorCode, DocumentLabel, DocumentType

Score = Annotated[float, Field(ge=0, le=1)]
Point = tuple[float, float]
Box = tuple[Point, Point, Point, Point]
"""Corners in px of the upright page: top left, top right, bottom right, bottom left."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Page(_Frozen):
    number: int = Field(ge=0, description="from 0")
    width_px: int
    height_px: int
    rotation_degrees: Literal[0, 90, 180, 270] = Field(description="clockwise turn that made the page upright")
    ocr: bool = Field(description="true: read from pixels; false: from the PDF's text layer")


class Line(_Frozen):
    """A run of text on one page, in reading order."""

    text: str
    page: int
    box: Box
    score: Score


class Entity(_Frozen):
    """A mention in the document: characters ``start`` to ``end`` of ``lines[line].text``."""

    label: DocumentLabel
    text: str
    line: int
    start: int
    end: int
    score: Score
    box: Box
    assertion: Assertion | None = Field(default=None, description="for conditions only")


class Observation(_Frozen):
    """One row of a lab report. ``line`` is the line that holds the test's name."""

    test: str
    value: str
    unit: str | None = None
    reference_range: str | None = None
    flag: Literal["low", "normal", "high"] | None = Field(
        default=None, description="value against the printed range, where both are numbers"
    )
    page: int
    line: int
    score: Score


class Medication(_Frozen):
    drug: str
    strength: str | None = None
    form: str | None = None
    frequency: str | None = None
    duration: str | None = None
    route: str | None = None
    page: int
    line: int
    score: Score


class Condition(_Frozen):
    text: str
    assertion: Assertion
    page: int
    line: int
    score: Score


class Patient(_Frozen):
    """What the document's header says of the patient; None where it says nothing."""

    name: str | None = None
    age: str | None = None
    sex: Literal["female", "male", "other"] | None = None


class DocumentResult(_Frozen):
    """Everything that was read from one document.

    A document that is not medical has a type, a score and pages, but no text, entities or patient.
    """

    schema_version: Literal[1] = 1
    document_type: DocumentType
    type_score: Score
    class_scores: dict[DocumentType, Score]
    pages: tuple[Page, ...]
    lines: tuple[Line, ...] = ()
    entities: tuple[Entity, ...] = ()
    observations: tuple[Observation, ...] = ()
    medications: tuple[Medication, ...] = ()
    conditions: tuple[Condition, ...] = ()
    patient: Patient = Patient()
    timings_ms: dict[str, float] = Field(default_factory=dict, description="wall time in the server, per stage")
    model_versions: dict[str, str] = Field(default_factory=dict)


class ClinicalEntity(_Frozen):
    """A mention in free text: characters ``start`` to ``end`` (Unicode code points)."""

    label: ClinicalLabel
    text: str
    start: int
    end: int
    score: Score
    assertion: Assertion


class JobError(_Frozen):
    """Why a job failed: a code for machines, a sentence for people. Never a patient's data."""

    code: DocumentErrorCode | Literal["document_not_found", "internal"]
    message: str


class JobResult(_Frozen):
    """What the result store keeps for one job: either ``document`` or ``error`` is set."""

    schema_version: Literal[1] = 1
    job_id: str
    status: Literal["succeeded", "failed"]
    source: str
    submitted_at: datetime
    completed_at: datetime
    document_sha256: str | None = None
    document: DocumentResult | None = None
    error: JobError | None = None
