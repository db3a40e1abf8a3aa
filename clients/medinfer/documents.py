"""The document pipeline's call: request from bytes, `DocumentResult` from tensors. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from medinfer.calls import Calls
from medinfer.codec import Arrays, decode, encode
from medinfer.contract import document_pipeline
from medinfer.contract.ocr import MAX_DOCUMENT_BYTES, OcrTiming
from medinfer.contract.vocabulary import (
    DOCUMENT_CLASSES,
    Assertion,
    DocumentErrorCode,
    DocumentLabel,
    DocumentType,
    Priority,
)
from medinfer.errors import ContractMismatch, DocumentRejected
from medinfer.exchange import Deadline, Exchange, call
from medinfer.records import assemble
from medinfer.results import Box, DocumentResult, Entity, Line, Page

MODEL = document_pipeline.MODEL
E = TypeVar("E", bound=StrEnum)


@dataclass(slots=True)
class DocumentCalls(Calls):
    models = (MODEL, *(step.model for step in MODEL.steps))

    def infer(
        self, document: bytes, *, force_ocr: bool, priority: Priority, deadline: Deadline
    ) -> Exchange[DocumentResult]:
        """One document through the pipeline; the server is told how much of the deadline is left.

        Raises:
            DocumentRejected: the document cannot be read. One that is too large is not even sent.
        """
        if len(document) > MAX_DOCUMENT_BYTES:
            raise DocumentRejected(DocumentErrorCode.TOO_LARGE)
        yield from self.check_contract(deadline)

        def build(remaining_s: float) -> Any:
            timeout_us = max(1, int(remaining_s * 1e6))
            inputs = {
                "DOCUMENT": np.array([document], object),
                "FORCE_OCR": np.array([force_ocr]),
                "PRIORITY": np.array([priority], np.uint32),
                "TIMEOUT_US": np.array([timeout_us], np.int64),
            }
            return encode(MODEL, inputs, priority=int(priority), timeout_us=timeout_us)

        response = yield from call(MODEL.name, "ModelInfer", build, deadline, self.backoff)
        return document_result(decode(MODEL, response), model_version=response.model_version)


def document_result(outputs: Arrays, *, model_version: str) -> DocumentResult:
    """The pipeline's tensors as a typed result, with records assembled from entities.

    Raises:
        DocumentRejected: ``DOCUMENT_ERROR`` says why.
        ContractMismatch: tensors disagree with each other or with the vocabularies; names the tensor.
    """
    if outputs["DOCUMENT_ERROR"][0]:
        raise DocumentRejected(_word(outputs, "DOCUMENT_ERROR", DocumentErrorCode)[0])
    (document_type,) = _word(outputs, "DOCUMENT_TYPE", DocumentType)
    scores = {c: _score(s) for c, s in zip(DOCUMENT_CLASSES, outputs["CLASS_SCORE"], strict=True)}
    # "unknown" has no score of its own: the best class's is the one that was not enough.
    type_score = scores[document_type] if document_type in scores else max(scores.values())
    medical = document_type is not DocumentType.NOT_MEDICAL
    lines = _lines(outputs) if medical else ()
    entities = _entities(outputs, lines) if medical else ()
    return DocumentResult(
        document_type=document_type,
        type_score=type_score,
        class_scores=scores,
        pages=_pages(outputs),
        lines=lines,
        entities=entities,
        timings_ms=_timings(outputs),
        model_versions={MODEL.name: model_version},
        **assemble(lines, entities)._asdict(),
    )


def _pages(outputs: Arrays) -> tuple[Page, ...]:
    _same_length(outputs, "PAGE_SIZE", "PAGE_ROTATION", "PAGE_OCR")
    pages = zip(outputs["PAGE_SIZE"].tolist(), outputs["PAGE_ROTATION"].tolist(), outputs["PAGE_OCR"], strict=True)
    if not set(outputs["PAGE_ROTATION"].tolist()) <= {0, 90, 180, 270}:
        raise ContractMismatch(f"{MODEL.name}: PAGE_ROTATION is not a quarter turn")
    return tuple(
        Page(number=n, width_px=width, height_px=height, rotation_degrees=rotation, ocr=bool(ocr))
        for n, ((width, height), rotation, ocr) in enumerate(pages)
    )


def _lines(outputs: Arrays) -> tuple[Line, ...]:
    _same_length(outputs, "RECORD_TEXT", "LINE_BOX", "LINE_SCORE", "LINE_PAGE")
    rows = zip(
        _texts(outputs, "RECORD_TEXT"), outputs["LINE_PAGE"], outputs["LINE_BOX"], outputs["LINE_SCORE"], strict=True
    )
    return tuple(Line(text=text, page=int(page), box=_box(box), score=_score(score)) for text, page, box, score in rows)


def _entities(outputs: Arrays, lines: Sequence[Line]) -> tuple[Entity, ...]:
    names = ("ENTITY_LINE", "ENTITY_START", "ENTITY_END")
    _same_length(outputs, "ENTITY_LABEL", "ENTITY_SCORE", "ENTITY_ASSERTION", *names)
    labels = _word(outputs, "ENTITY_LABEL", DocumentLabel)
    assertions = [a or None for a in _texts(outputs, "ENTITY_ASSERTION")]
    entities = []
    spans = zip(*(outputs[name].tolist() for name in names), strict=True)
    for label, (index, start, end), score, assertion in zip(
        labels, spans, outputs["ENTITY_SCORE"], assertions, strict=True
    ):
        if not (0 <= index < len(lines) and 0 <= start < end <= len(lines[index].text)):
            raise ContractMismatch(f"{MODEL.name}: an entity lies outside its line (ENTITY_LINE, ENTITY_START)")
        line = lines[index]
        entities.append(
            Entity(
                label=label,
                text=line.text[start:end],
                line=index,
                start=start,
                end=end,
                score=_score(score),
                box=part_of_box(line, start, end),
                assertion=None if assertion is None else _member("ENTITY_ASSERTION", Assertion, assertion),
            )
        )
    return tuple(entities)


# Widths of characters in a common face (Helvetica), roughly: with one width for all, a box in the middle of a line is
# off by up to three characters.
_NARROW, _WIDE = frozenset("iljtfrI.,:;'|!()[]/- "), frozenset("mwMW@%")


def part_of_box(line: Line, start: int, end: int) -> Box:
    """About where characters ``start`` to ``end`` of a line are."""
    widths = [0.5 if c in _NARROW else 1.5 if c in _WIDE else 1.2 if c.isupper() else 1.0 for c in line.text]
    total = sum(widths)
    corners = np.array(line.box)
    left, right = corners[[0, 3]], corners[[1, 2]]
    first, last = (left + (right - left) * (sum(widths[:position]) / total) for position in (start, end))
    return _box(np.array([first[0], last[0], last[1], first[1]]))


def _timings(outputs: Arrays) -> dict[str, float]:
    stages = {stage.value: ms for stage, ms in zip(OcrTiming, outputs["OCR_TIMING_MS"], strict=True)}
    stages |= {"classification": outputs["CLASSIFIER_TIMING_MS"][0], "ner": outputs["NER_TIMING_MS"][0]}
    return {stage: round(float(ms), 2) for stage, ms in stages.items()}


def _same_length(outputs: Arrays, *names: str) -> None:
    if len({len(outputs[name]) for name in names}) > 1:
        raise ContractMismatch(f"{MODEL.name}: {', '.join(names)} differ in length")


def _texts(outputs: Arrays, name: str) -> list[str]:
    try:
        return [element.decode() for element in outputs[name]]
    except UnicodeDecodeError:
        raise ContractMismatch(f"{MODEL.name}: {name} is not UTF-8") from None


def _word(outputs: Arrays, name: str, vocabulary: type[E]) -> list[E]:
    return [_member(name, vocabulary, text) for text in _texts(outputs, name)]


def _member(name: str, vocabulary: type[E], text: str) -> E:
    try:
        return vocabulary(text)
    except ValueError:
        raise ContractMismatch(f"{MODEL.name}: {name} holds a word that is no {vocabulary.__name__}") from None


def _score(value: Any) -> float:
    """float32 sums may exceed 1 by a rounding step."""
    return round(min(1.0, max(0.0, float(value))), 4)


def _box(corners: NDArray[Any]) -> Box:
    return cast("Box", tuple((round(float(x), 1), round(float(y), 1)) for x, y in corners))
