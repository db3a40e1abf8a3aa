"""Made documents of every class by seed."""

from __future__ import annotations

import random
from collections.abc import Callable

from medinfer.contract.vocabulary import DocumentType
from training.made import clinical_note, discharge_summary, imaging_report, lab_report, not_medical, prescription
from training.made.entries import Vocabulary
from training.made.held import Split
from training.made.layout import MadeDocument

MAKERS: dict[DocumentType, Callable[[random.Random, Split, Vocabulary], MadeDocument]] = {
    DocumentType.LAB_REPORT: lab_report.make,
    DocumentType.PRESCRIPTION: prescription.make,
    DocumentType.DISCHARGE_SUMMARY: discharge_summary.make,
    DocumentType.IMAGING_REPORT: imaging_report.make,
    DocumentType.CLINICAL_NOTE: clinical_note.make,
    DocumentType.NOT_MEDICAL: not_medical.make,
}


def make(document_type: DocumentType, split: Split, seed: int, words: Vocabulary) -> MadeDocument:
    """The document that ``seed`` stands for; the same arguments always give the same document.

    Raises:
        KeyError: ``document_type`` is UNKNOWN.
    """
    return MAKERS[document_type](random.Random(f"{document_type}/{split}/{seed}"), split, words)
