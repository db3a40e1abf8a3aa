"""Both clients against a real gRPC server: the same expectations, one awaited."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import grpc
import numpy as np
import pytest

from medinfer import (
    AsyncClinicalTextClient,
    AsyncDocumentClient,
    ClinicalTextClient,
    DocumentClient,
    DocumentRejected,
    Priority,
)
from medinfer.contract import MODELS, DType
from medinfer.contract.clinical_ner import MAX_CHARACTERS
from medinfer.contract.ocr import MAX_DOCUMENT_BYTES
from medinfer.contract.vocabulary import Assertion, ClinicalLabel, DocumentErrorCode
from medinfer.errors import (
    ContractMismatch,
    DeadlineExceeded,
    InferenceFailed,
    InvalidRequest,
    MedinferError,
    ModelNotFound,
    ServerOverloaded,
    ServerUnavailable,
)
from tests.clients.kserve import KServe, clinical_outputs, document_outputs, inputs_of, rejected, serving

Ask = Callable[..., Any]


def _sync(client: Any, method: str) -> Ask:
    def ask(address: str, *args: Any, **kwargs: Any) -> Any:
        with client.connect(address) as connected:
            return getattr(connected, method)(*args, **kwargs)

    return ask


def _async(client: Any, method: str) -> Ask:
    def ask(address: str, *args: Any, **kwargs: Any) -> Any:
        async def main() -> Any:
            async with client.connect(address) as connected:
                return await getattr(connected, method)(*args, **kwargs)

        return asyncio.run(main())

    return ask


@pytest.fixture(params=[_sync(DocumentClient, "infer"), _async(AsyncDocumentClient, "infer")], ids=["sync", "async"])
def infer(request: pytest.FixtureRequest) -> Ask:
    ask: Ask = request.param
    return ask


@pytest.fixture(
    params=[_sync(ClinicalTextClient, "entities_batch"), _async(AsyncClinicalTextClient, "entities_batch")],
    ids=["sync", "async"],
)
def entities_batch(request: pytest.FixtureRequest) -> Ask:
    ask: Ask = request.param
    return ask


@pytest.fixture
def server() -> Iterator[KServe]:
    with serving(KServe(outputs=document_outputs())) as running:
        yield running


def test_a_document_becomes_a_typed_result(server: KServe, infer: Ask) -> None:
    result = infer(server.address, b"%PDF-")
    assert (result.document_type, result.type_score) == ("lab_report", 0.95)
    assert result.pages[0].model_dump() == {
        "number": 0, "width_px": 1000, "height_px": 1400, "rotation_degrees": 90, "ocr": True,
    }  # fmt: skip
    assert [e.text for e in result.entities] == ["Hæmoglobin", "13.5"]
    assert [(o.test, o.value) for o in result.observations] == [("Hæmoglobin", "13.5")]
    assert result.timings_ms["recognition"] == 4
    assert result.model_versions == {"document_pipeline": "1"}


def test_the_request_carries_bytes_priority_and_what_is_left_of_the_deadline(server: KServe, infer: Ask) -> None:
    infer(server.address, b"\x00\xff", force_ocr=True, priority=Priority.BULK, timeout_s=5.0)
    (request,) = server.requests
    inputs = inputs_of(request)
    assert inputs["DOCUMENT"].tolist() == [b"\x00\xff"]
    assert inputs["FORCE_OCR"].tolist() == [True]
    assert inputs["PRIORITY"].tolist() == [3] == [request.parameters["priority"].uint64_param]
    assert 0 < inputs["TIMEOUT_US"][0] <= 5_000_000
    assert inputs["TIMEOUT_US"][0] == request.parameters["timeout"].int64_param


@pytest.mark.parametrize("code", list(DocumentErrorCode))
def test_a_document_that_cannot_be_read_is_rejected_with_its_code(infer: Ask, code: DocumentErrorCode) -> None:
    with serving(KServe(outputs=rejected(code.value))) as server, pytest.raises(DocumentRejected) as caught:
        infer(server.address, b"x")
    assert caught.value.code is code
    assert not caught.value.retryable


def test_a_document_that_is_too_large_is_not_sent(server: KServe, infer: Ask) -> None:
    with pytest.raises(DocumentRejected) as caught:
        infer(server.address, bytes(MAX_DOCUMENT_BYTES + 1))
    assert caught.value.code is DocumentErrorCode.TOO_LARGE
    assert not server.requests


def test_a_document_as_large_as_the_limit_is_sent(server: KServe, infer: Ask) -> None:
    infer(server.address, bytes(MAX_DOCUMENT_BYTES))
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (grpc.StatusCode.RESOURCE_EXHAUSTED, ServerOverloaded),
        (grpc.StatusCode.DEADLINE_EXCEEDED, DeadlineExceeded),
        (grpc.StatusCode.NOT_FOUND, ModelNotFound),
        (grpc.StatusCode.INVALID_ARGUMENT, InvalidRequest),
        (grpc.StatusCode.UNIMPLEMENTED, ContractMismatch),
        (grpc.StatusCode.INTERNAL, InferenceFailed),
        (grpc.StatusCode.UNKNOWN, InferenceFailed),
    ],
)
def test_codes_become_errors_at_once_and_without_the_servers_text(
    server: KServe, infer: Ask, code: grpc.StatusCode, error: type[MedinferError]
) -> None:
    server.failures = [code]
    with pytest.raises(error) as caught:
        infer(server.address, b"x")
    assert len(server.requests) == 1
    assert "Asha" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert code.name in str(caught.value)


def test_unavailable_is_tried_again(server: KServe, infer: Ask) -> None:
    server.failures = [grpc.StatusCode.UNAVAILABLE] * 2
    assert infer(server.address, b"x").document_type == "lab_report"
    assert len(server.requests) == 3


def test_unavailable_from_a_ready_server_is_a_full_queue(server: KServe, infer: Ask) -> None:
    server.failures = [grpc.StatusCode.UNAVAILABLE] * 9
    with pytest.raises(ServerOverloaded):
        infer(server.address, b"x")
    assert len(server.requests) == 3


def test_unavailable_from_a_server_that_is_not_ready(server: KServe, infer: Ask) -> None:
    server.ready = False
    server.failures = [grpc.StatusCode.UNAVAILABLE] * 9
    with pytest.raises(ServerUnavailable):
        infer(server.address, b"x")


def test_nobody_there(infer: Ask) -> None:
    with serving(KServe()) as server:
        address = server.address
    with pytest.raises(ServerUnavailable):
        infer(address, b"x", timeout_s=3.0)


def test_the_deadline_holds(server: KServe, infer: Ask) -> None:
    server.delay_s = 3.0
    started = time.monotonic()
    with pytest.raises(DeadlineExceeded):
        infer(server.address, b"x", timeout_s=0.3)
    assert time.monotonic() - started < 2.0


@pytest.mark.parametrize("timeout_s", [0.0, -1.0, float("nan")])
def test_a_deadline_is_positive(server: KServe, infer: Ask, timeout_s: float) -> None:
    with pytest.raises(InvalidRequest, match="timeout_s"):
        infer(server.address, b"x", timeout_s=timeout_s)


def test_a_server_with_another_contract_is_refused_before_anything_is_sent(infer: Ask) -> None:
    def changed(name: str) -> Any:
        model = next(m for m in MODELS if m.name == name)
        return replace(model, outputs=tuple(
            replace(t, dtype=DType.INT64) if t.name == "LINE_PAGE" else t for t in model.outputs
        ))  # fmt: skip

    models = tuple(changed(m.name) if m.name == "ocr" else m for m in MODELS)
    with serving(KServe(outputs=document_outputs(), models=models)) as server:
        with pytest.raises(ContractMismatch, match="ocr: output LINE_PAGE is INT64 on the server, INT32"):
            infer(server.address, b"x")
        assert not server.requests


def test_a_server_without_the_model(infer: Ask) -> None:
    with serving(KServe(models=())) as server, pytest.raises(ModelNotFound, match="document_pipeline"):
        infer(server.address, b"x")


def test_the_contract_is_checked_once_per_connection(server: KServe) -> None:
    with DocumentClient.connect(server.address) as client:
        client.check_contract()
        client.infer(b"x")
        client.infer(b"x")
    assert server.metadata_requests == 1 + 3  # the pipeline and its three steps


def test_readiness(server: KServe) -> None:
    with DocumentClient.connect(server.address) as client:
        assert client.is_ready()
        server.ready = False
        assert not client.is_ready()


async def test_one_asyncio_client_carries_many_requests_at_once(server: KServe) -> None:
    server.delay_s = 0.3
    started = time.monotonic()
    async with AsyncDocumentClient.connect(server.address) as client:
        await client.check_contract()
        results = await asyncio.gather(*(client.infer(b"x") for _ in range(8)))
    assert len(results) == 8
    assert time.monotonic() - started < 8 * 0.3


@pytest.mark.parametrize(
    ("change", "tensor"),
    [
        ({"ENTITY_END": np.array([10, 99], np.int32)}, "ENTITY_"),
        ({"ENTITY_LINE": np.array([0, 1], np.int32)}, "ENTITY_"),
        ({"ENTITY_LABEL": np.array([b"test", b"animal"], object)}, "ENTITY_LABEL"),
        ({"RECORD_TEXT": np.array([b"\xff" * 20], object)}, "RECORD_TEXT"),
        ({"LINE_SCORE": np.array([1, 1], np.float32)}, "LINE_SCORE"),
        ({"DOCUMENT_ERROR": np.array([b"bored"], object)}, "DOCUMENT_ERROR"),
        ({"PAGE_ROTATION": np.array([45], np.int32)}, "PAGE_ROTATION"),
    ],
)
def test_an_answer_that_contradicts_itself_names_the_tensor(change: dict[str, Any], tensor: str) -> None:
    with serving(KServe(outputs=document_outputs(**change))) as server, pytest.raises(ContractMismatch, match=tensor):
        _sync(DocumentClient, "infer")(server.address, b"x")


def test_no_text_is_kept_of_what_is_not_medical(infer: Ask) -> None:
    outputs = document_outputs(DOCUMENT_TYPE=np.array([b"not_medical"], object))
    with serving(KServe(outputs=outputs)) as server:
        result = infer(server.address, b"x")
    assert (result.lines, result.entities, result.observations) == ((), (), ())
    assert len(result.pages) == 1


def test_clinical_entities(entities_batch: Ask) -> None:
    with serving(KServe(outputs=clinical_outputs())) as server:
        ((first, second),) = entities_batch(server.address, ["No h/o of Dm2, htn"], priority=Priority.INTERACTIVE)
    assert (first.text, first.label, first.assertion) == ("Dm2", ClinicalLabel.PROBLEM, Assertion.NEGATED)
    assert (second.text, second.start, second.end) == ("htn", 15, 18)
    assert server.requests[0].parameters["priority"].uint64_param == 1


def test_texts_go_in_batches_of_the_contract(entities_batch: Ask) -> None:
    with serving(KServe(outputs=clinical_outputs(64))) as server:
        found = entities_batch(server.address, ["No h/o of Dm2, htn"] * 128)
    assert [len(entities) for entities in found] == [2] * 128
    assert [list(r.inputs[0].shape) for r in server.requests] == [[64, 1]] * 2


def test_an_answer_for_another_number_of_texts(entities_batch: Ask) -> None:
    with (
        serving(KServe(outputs=clinical_outputs(2))) as server,
        pytest.raises(ContractMismatch, match="number of texts"),
    ):
        entities_batch(server.address, ["No h/o of Dm2, htn"])


@pytest.mark.parametrize("text", ["x" * (MAX_CHARACTERS + 1), "\ud800"])
def test_a_text_that_cannot_be_sent_is_named_by_its_position_only(entities_batch: Ask, text: str) -> None:
    with serving(KServe()) as server, pytest.raises(InvalidRequest, match="text 1 ") as caught:
        entities_batch(server.address, ["fine", text])
    assert text not in str(caught.value)
    assert not server.requests


def test_no_texts_no_request(entities_batch: Ask) -> None:
    with serving(KServe()) as server:
        assert entities_batch(server.address, []) == []
    assert not server.requests
