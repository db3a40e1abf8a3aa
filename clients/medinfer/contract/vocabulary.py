"""The closed vocabularies that models, clients, router and training share."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class DocumentType(StrEnum):
    """Class of a document. ``UNKNOWN`` is the answer when no class is sure enough."""

    LAB_REPORT = "lab_report"
    PRESCRIPTION = "prescription"
    DISCHARGE_SUMMARY = "discharge_summary"
    IMAGING_REPORT = "imaging_report"
    CLINICAL_NOTE = "clinical_note"
    NOT_MEDICAL = "not_medical"
    UNKNOWN = "unknown"


DOCUMENT_CLASSES: tuple[DocumentType, ...] = tuple(t for t in DocumentType if t is not DocumentType.UNKNOWN)
"""What the classifier chooses from, in the order of its output."""


class DocumentLabel(StrEnum):
    """Entities that `document_ner` finds in the lines of a record."""

    TEST = "test"
    VALUE = "value"
    UNIT = "unit"
    REFERENCE_RANGE = "reference_range"
    DRUG = "drug"
    STRENGTH = "strength"
    FORM = "form"
    FREQUENCY = "frequency"
    DURATION = "duration"
    ROUTE = "route"
    CONDITION = "condition"
    PATIENT_NAME = "patient_name"
    AGE = "age"
    SEX = "sex"
    DATE = "date"
    DOCTOR = "doctor"
    FACILITY = "facility"


class ClinicalLabel(StrEnum):
    """Entities that `clinical_ner` finds in free text."""

    PROBLEM = "problem"
    DRUG = "drug"
    TEST = "test"
    PROCEDURE = "procedure"
    BODY_SITE = "body_site"


class Assertion(StrEnum):
    """What the text says of a mention (ConText: Harkema et al. 2009)."""

    PRESENT = "present"
    NEGATED = "negated"
    POSSIBLE = "possible"
    HISTORICAL = "historical"
    FAMILY = "family"


class DocumentErrorCode(StrEnum):
    """Why a document cannot be read. All are permanent: the same bytes fail again."""

    EMPTY = "empty_document"
    UNSUPPORTED_TYPE = "unsupported_type"
    CORRUPT = "corrupt_document"
    ENCRYPTED = "encrypted_document"
    TOO_LARGE = "document_too_large"
    TOO_MANY_PAGES = "too_many_pages"
    TOO_MANY_PIXELS = "too_many_pixels"
    DECODE_TIMEOUT = "decode_timeout"


class Priority(IntEnum):
    """Priority levels of a request, as Triton counts them: 1 is served first. 0 means default."""

    DEFAULT = 0
    INTERACTIVE = 1
    STANDARD = 2
    BULK = 3


def bio_labels(labels: type[StrEnum]) -> tuple[str, ...]:
    """The token labels of an entity vocabulary: ``O``, then ``B-x``, ``I-x`` for each x in order."""
    return ("O", *(f"{prefix}-{label.value}" for label in labels for prefix in "BI"))
