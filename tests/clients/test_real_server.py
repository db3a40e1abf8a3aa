"""The clients against the real Triton with every model."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from medinfer import (
    AsyncDocumentClient,
    ClinicalTextClient,
    DocumentClient,
    DocumentRejected,
    DocumentType,
    Priority,
)
from medinfer.contract.vocabulary import DocumentErrorCode
from medinfer.errors import DeadlineExceeded, TransientError
from server.triton import TritonServer

EXAMPLES = Path(__file__).parents[2] / "examples" / "documents"
REPORT = (EXAMPLES / "lab_report_text.pdf").read_bytes()

pytestmark = pytest.mark.integration


def test_the_servers_models_are_those_of_the_contract(triton: TritonServer) -> None:
    with DocumentClient.connect(triton.grpc_address) as client:
        assert client.is_ready()
        client.check_contract()
    with ClinicalTextClient.connect(triton.grpc_address) as client:
        client.check_contract()


def test_a_report_becomes_observations_of_a_patient(triton: TritonServer) -> None:
    with DocumentClient.connect(triton.grpc_address) as client:
        result = client.infer(REPORT, priority=Priority.INTERACTIVE)
    assert result.document_type is DocumentType.LAB_REPORT
    assert not any(page.ocr for page in result.pages)
    assert result.observations
    assert result.patient.name
    for entity in result.entities:
        assert result.lines[entity.line].text[entity.start : entity.end] == entity.text
    for corner in (corner for line in result.lines for corner in line.box):
        page = result.pages[0]
        assert -5 <= corner[0] <= page.width_px + 5
        assert -5 <= corner[1] <= page.height_px + 5


def test_the_pixels_say_the_same_as_the_text(triton: TritonServer) -> None:
    with DocumentClient.connect(triton.grpc_address) as client:
        from_text, from_pixels = client.infer(REPORT), client.infer(REPORT, force_ocr=True)
    assert all(page.ocr for page in from_pixels.pages)
    said = {o.value for o in from_text.observations}
    assert len(said & {o.value for o in from_pixels.observations}) >= 0.7 * len(said)


async def test_good_and_bad_documents_at_once(triton: TritonServer) -> None:
    names = ("lab_report_text.pdf", "bad_encrypted.pdf", "not_medical_letter.pdf", "bad_zip_renamed.pdf")
    async with AsyncDocumentClient.connect(triton.grpc_address) as client:
        answers = await asyncio.gather(
            *(client.infer((EXAMPLES / name).read_bytes()) for name in names), return_exceptions=True
        )
    report, encrypted, letter, archive = answers
    assert not isinstance(report, BaseException)
    assert not isinstance(letter, BaseException)
    assert report.observations
    assert letter.document_type is DocumentType.NOT_MEDICAL
    assert (letter.lines, letter.entities) == ((), ())
    assert isinstance(encrypted, DocumentRejected)
    assert encrypted.code is DocumentErrorCode.ENCRYPTED
    assert isinstance(archive, DocumentRejected)
    assert archive.code is DocumentErrorCode.UNSUPPORTED_TYPE


def test_a_deadline_that_cannot_be_met(triton: TritonServer) -> None:
    scan = (EXAMPLES / "lab_report_scan.pdf").read_bytes()
    with DocumentClient.connect(triton.grpc_address) as client:
        client.check_contract()
        with pytest.raises(TransientError) as caught:
            client.infer(scan, timeout_s=0.05)
    assert isinstance(caught.value, DeadlineExceeded)


def test_entities_of_many_texts_come_back_in_order(triton: TritonServer) -> None:
    texts = ["No h/o of Dm2, htn", "", "c/o chest pain since 2 days"] * 30  # more than one batch
    with ClinicalTextClient.connect(triton.grpc_address) as client:
        found = client.entities_batch(texts)
        assert client.entities(texts[0]) == found[0]
    assert len(found) == len(texts)
    assert {e.assertion for e in found[0]} == {"negated"}
    for text, entities in zip(texts, found, strict=True):
        assert [text[e.start : e.end] for e in entities] == [e.text for e in entities]
    assert all(not entities for entities in found[1::3])
    assert [[e.text for e in entities] for entities in found[:3]] == [[e.text for e in es] for es in found[-3:]]
