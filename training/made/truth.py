"""What a made document says, in the format of `examples/documents/truth/*.json`."""

from __future__ import annotations

from dataclasses import dataclass, field

from medinfer.contract.vocabulary import Assertion


@dataclass(frozen=True, slots=True)
class PatientTruth:
    name: str | None = None
    age: str | None = None
    sex: str | None = None
    """female, male or other."""


@dataclass(frozen=True, slots=True)
class ObservationTruth:
    """One result, as printed. ``loinc`` is None where no code is known."""

    test: str
    value: str
    unit: str | None = None
    reference_range: str | None = None
    loinc: str | None = None


@dataclass(frozen=True, slots=True)
class MedicationTruth:
    drug: str
    strength: str | None = None
    form: str | None = None
    frequency: str | None = None
    duration: str | None = None


@dataclass(frozen=True, slots=True)
class ConditionTruth:
    text: str
    assertion: Assertion


@dataclass(slots=True)
class Truth:
    """Filled while a document is written, in reading order."""

    patient: PatientTruth = field(default_factory=PatientTruth)
    observations: list[ObservationTruth] = field(default_factory=list)
    medications: list[MedicationTruth] = field(default_factory=list)
    conditions: list[ConditionTruth] = field(default_factory=list)
