"""Results for tests of what is shown."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from medinfer.cli.submit import Submission
from medinfer.contract.vocabulary import DOCUMENT_CLASSES, DocumentErrorCode, DocumentLabel, DocumentType
from medinfer.documents import part_of_box
from medinfer.errors import SENTENCES
from medinfer.jobs import Source
from medinfer.records import assemble
from medinfer.results import DocumentResult, Entity, JobError, JobResult, Line, Page

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>&"


def document(document_type: DocumentType = DocumentType.LAB_REPORT, text: str = "Haemoglobin") -> DocumentResult:
    """One page with one observation, whose test is called ``text``."""
    medical = document_type is not DocumentType.NOT_MEDICAL
    cells = [(text, DocumentLabel.TEST), ("12.1", DocumentLabel.VALUE), ("13.0 - 17.0", DocumentLabel.REFERENCE_RANGE)]
    lines = []
    for i, (cell, _) in enumerate(cells):
        x = 100.0 + 300 * i
        lines.append(Line(text=cell, page=0, box=((x, 50), (x + 250, 50), (x + 250, 80), (x, 80)), score=0.98))
    entities = [
        Entity(
            label=label,
            text=cell,
            line=i,
            start=0,
            end=len(cell),
            score=0.9,
            box=part_of_box(lines[i], 0, len(cell)),
        )
        for i, (cell, label) in enumerate(cells)
    ]
    kept = (lines, entities) if medical else ([], [])
    return DocumentResult(
        document_type=document_type,
        type_score=0.97,
        class_scores={c: 0.97 if c is document_type else 0.006 for c in DOCUMENT_CLASSES},
        pages=(Page(number=0, width_px=1000, height_px=400, rotation_degrees=90, ocr=True),),
        lines=tuple(kept[0]),
        entities=tuple(kept[1]),
        timings_ms={"decode": 4.0, "detection": 120.0, "recognition": 300.0},
        model_versions={"document_pipeline": "1"},
        **assemble(*kept)._asdict(),
    )


def submission(path: Path, result: DocumentResult | DocumentErrorCode) -> Submission:
    now = datetime.now(UTC)
    answer = JobResult(
        job_id="0123456789abcdef",
        status="succeeded" if isinstance(result, DocumentResult) else "failed",
        source=Source.SELF_UPLOAD,
        submitted_at=now,
        completed_at=now,
        document=result if isinstance(result, DocumentResult) else None,
        error=None if isinstance(result, DocumentResult) else JobError(code=result, message=SENTENCES[result]),
    )
    return Submission(path, Source.SELF_UPLOAD, answer.job_id, answer)
