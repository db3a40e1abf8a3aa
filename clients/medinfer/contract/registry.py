"""Every model of the repository. To add one, write its file and name it here (docs/adding_a_model.md)."""

from __future__ import annotations

from medinfer.contract import (
    clinical_ner,
    document_classifier,
    document_ner,
    document_pipeline,
    ocr,
    text_detection,
    text_orientation,
    text_recognition,
)
from medinfer.contract.models import Model

MODELS: tuple[Model, ...] = (
    text_detection.MODEL,
    text_orientation.MODEL,
    text_recognition.MODEL,
    ocr.MODEL,
    document_classifier.NETWORK,
    document_classifier.MODEL,
    document_ner.NETWORK,
    document_ner.MODEL,
    document_pipeline.MODEL,
    clinical_ner.NETWORK,
    clinical_ner.MODEL,
)


def model(name: str) -> Model:
    """The model of that name.

    Raises:
        KeyError: there is none; the message lists what there is.
    """
    for candidate in MODELS:
        if candidate.name == name:
            return candidate
    raise KeyError(f"no model {name!r}; the repository has {', '.join(m.name for m in MODELS)}")
