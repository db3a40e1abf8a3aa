"""The text models inside the real Triton, with the committed checkpoints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import pytest
import tritonclient.grpc as grpcclient
from numpy.typing import NDArray

from medinfer.contract import Model, clinical_ner, document_classifier, document_ner
from medinfer.contract.vocabulary import Assertion, ClinicalLabel, DocumentLabel, DocumentType
from server.triton import TritonServer

pytestmark = pytest.mark.integration

TEXTS = (
    "No h/o of Dm2, htn",
    "Pt c/o fever and cough x 3 days",
    "",
    "Known case of hypothyroidism on thyroxine. Father had diabetes. Denies chest pain. " * 12,
    "?pneumonia, adv chest x-ray",
    "s/p appendectomy 2015",
)


class Entity(NamedTuple):
    label: str
    text: str
    assertion: str


class Found(NamedTuple):
    """One text's answer, as it came: its entities and their scores."""

    entities: list[Entity]
    scores: NDArray[np.float32]


@pytest.fixture(scope="module")
def client(triton: TritonServer) -> Iterator[Any]:
    with grpcclient.InferenceServerClient(triton.grpc_address) as client:
        yield client


def infer(client: Any, model: Model, inputs: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    tensors = []
    for wanted in model.inputs:
        array = inputs[wanted.name]
        tensor = grpcclient.InferInput(wanted.name, list(array.shape), wanted.dtype.wire)
        tensor.set_data_from_numpy(array)
        tensors.append(tensor)
    answer = client.infer(model.name, tensors)
    return {tensor.name: answer.as_numpy(tensor.name) for tensor in model.outputs}


def read(client: Any, texts: Sequence[str]) -> list[Found]:
    outputs = infer(client, clinical_ner.MODEL, {"TEXT": np.array([[t.encode()] for t in texts], object)})
    found = []
    for row, text in enumerate(texts):
        count = int(outputs["ENTITY_COUNT"][row, 0])
        assert not any(outputs["ENTITY_LABEL"][row, count:])
        label, start, end, score, assertion = (
            outputs[f"ENTITY_{name}"][row, :count] for name in ("LABEL", "START", "END", "SCORE", "ASSERTION")
        )
        entities = [
            Entity(one.decode(), text[a:b], said.decode())
            for one, a, b, said in zip(label, start, end, assertion, strict=True)
        ]
        assert {e.label for e in entities} <= set(ClinicalLabel)
        found.append(Found(entities, score))
    return found


def assert_same(some: Sequence[Found], others: Sequence[Found]) -> None:
    """Same entities; scores as near as sums in another order leave them."""
    for one, other in zip(some, others, strict=True):
        assert one.entities == other.entities
        np.testing.assert_allclose(one.scores, other.scores, atol=1e-4)


def counts(client: Any, model: Model) -> tuple[int, int]:
    """Inferences (texts or sequences) and executions (batches) since the server started."""
    (statistics,) = client.get_inference_statistics(model.name).model_stats
    return statistics.inference_count, statistics.execution_count


def lines(texts: Sequence[str]) -> dict[str, NDArray[Any]]:
    """A column of lines on one page; a tab separates cells of a row."""
    cells = [(r, c, text) for r, row in enumerate(texts) for c, text in enumerate(row.split("\t"))]
    corners = np.array([(0, 0), (180, 0), (180, 20), (0, 20)], np.float32)
    offsets = [np.array((200 * c, 30 * r), np.float32) for r, c, _ in cells]
    return {
        "LINE_TEXT": np.array([text.encode() for _, _, text in cells], object),
        "LINE_BOX": np.array([corners + offset for offset in offsets], np.float32).reshape(-1, 4, 2),
        "LINE_PAGE": np.zeros(len(cells), np.int32),
        "PRIORITY": np.array([1], np.uint32),
        "TIMEOUT_US": np.array([0], np.int64),
    }


REPORT = (
    "CITY DIAGNOSTIC LABORATORY",
    "Patient Name: Mrs. Asha Verma\tAge / Sex: 46 Years / Female",
    "COMPLETE BLOOD COUNT",
    "Investigation\tResult\tUnit\tBiological Reference Interval",
    "Haemoglobin\t10.2\tg/dL\t12.0 - 15.0",
    "Total Leucocyte Count\t7600\t/cumm\t4000 - 11000",
    "Platelet Count\t2.4\tlakh/cumm\t1.5 - 4.5",
    "ESR\t38\tmm/hr\t0 - 20",
)
RECEIPT = (
    "SUPER MART SDN BHD",
    "TAX INVOICE",
    "Milk 2 x 4.50\t9.00",
    "Bread\t3.20",
    "TOTAL\t12.20",
    "CASH\t20.00",
    "CHANGE\t7.80",
)


def test_two_negated_problems_in_shorthand(client: Any) -> None:
    (found,) = read(client, ["No h/o of Dm2, htn"])
    assert found.entities == [
        Entity(ClinicalLabel.PROBLEM, "Dm2", Assertion.NEGATED),
        Entity(ClinicalLabel.PROBLEM, "htn", Assertion.NEGATED),
    ]


def test_texts_of_one_request_answer_as_they_do_alone(client: Any) -> None:
    alone = [read(client, [text])[0] for text in TEXTS]
    assert sum(len(found.entities) for found in alone) > len(TEXTS)
    assert_same(read(client, TEXTS), alone)


def test_concurrent_requests_share_batches_and_answer_as_they_do_alone(client: Any) -> None:
    alone = [read(client, [text])[0] for text in TEXTS]
    before = [counts(client, model) for model in (clinical_ner.MODEL, clinical_ner.NETWORK)]
    with ThreadPoolExecutor(32) as pool:
        together = list(pool.map(lambda i: read(client, [TEXTS[i % len(TEXTS)]])[0], range(96)))
    assert_same(together, [alone[i % len(TEXTS)] for i in range(96)])
    for model, (inferences, executions) in zip((clinical_ner.MODEL, clinical_ner.NETWORK), before, strict=True):
        now = counts(client, model)
        asked, ran = now[0] - inferences, now[1] - executions
        assert asked >= 80
        assert ran < asked / 2, f"{model.name}: {asked} in {ran} batches"


@pytest.mark.parametrize("bad", [b"\xff\xfe", b"x" * (clinical_ner.MAX_CHARACTERS + 1)], ids=["not UTF-8", "too long"])
def test_a_bad_text_fails_alone(client: Any, bad: bytes) -> None:
    def ask(i: int) -> str | list[Found]:
        if i % 4:
            return read(client, [TEXTS[1]])
        try:
            infer(client, clinical_ner.MODEL, {"TEXT": np.array([[bad]], object)})
        except grpcclient.InferenceServerException as error:
            return str(error.status())
        return "answered"

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(ask, range(16)))
    assert {answers[i] for i in range(0, 16, 4) if isinstance(answers[i], str)} == {"StatusCode.INVALID_ARGUMENT"}
    for i, answer in enumerate(answers):
        if i % 4:
            assert isinstance(answer, list)
            assert answer[0].entities


def test_a_lab_report_is_recognised_and_its_text_kept(client: Any) -> None:
    inputs = lines(REPORT)
    outputs = infer(client, document_classifier.MODEL, inputs)
    assert outputs["DOCUMENT_TYPE"].tolist() == [DocumentType.LAB_REPORT.encode()]
    assert outputs["CLASS_SCORE"].sum() == pytest.approx(1, abs=1e-5)
    assert outputs["RECORD_TEXT"].tolist() == inputs["LINE_TEXT"].tolist()
    assert outputs["CLASSIFIER_TIMING_MS"] > 0


def test_the_text_of_a_receipt_is_not_kept(client: Any) -> None:
    inputs = lines(RECEIPT)
    outputs = infer(client, document_classifier.MODEL, inputs)
    assert outputs["DOCUMENT_TYPE"].tolist() == [DocumentType.NOT_MEDICAL.encode()]
    assert outputs["RECORD_TEXT"].tolist() == [b""] * len(inputs["LINE_TEXT"])


def record(texts: Sequence[str]) -> dict[str, NDArray[Any]]:
    inputs = lines(texts)
    return {"RECORD_TEXT": inputs.pop("LINE_TEXT"), **inputs}


def test_rows_of_a_report_become_entities_in_their_cells(client: Any) -> None:
    inputs = record(REPORT)
    outputs = infer(client, document_ner.MODEL, inputs)
    text = [line.decode() for line in inputs["RECORD_TEXT"]]
    found = {
        (label.decode(), text[line][start:end])
        for label, line, start, end in zip(
            *(outputs[f"ENTITY_{name}"] for name in ("LABEL", "LINE", "START", "END")), strict=True
        )
    }
    for test, value, unit in (("Haemoglobin", "10.2", "g/dL"), ("ESR", "38", "mm/hr")):
        assert {(DocumentLabel.TEST, test), (DocumentLabel.VALUE, value), (DocumentLabel.UNIT, unit)} <= found
    place = list(zip(outputs["ENTITY_LINE"].tolist(), outputs["ENTITY_START"].tolist(), strict=True))
    assert place == sorted(place)
    assert all(
        bool(said) == (label == DocumentLabel.CONDITION.encode())
        for label, said in zip(outputs["ENTITY_LABEL"], outputs["ENTITY_ASSERTION"], strict=True)
    )


@pytest.mark.parametrize("texts", [(), ("", " ")], ids=["no lines", "blank lines"])
def test_nothing_to_read_asks_no_network(client: Any, texts: Sequence[str]) -> None:
    networks = (document_classifier.NETWORK, document_ner.NETWORK)
    before = [counts(client, network) for network in networks]
    classified = infer(client, document_classifier.MODEL, lines(texts))
    assert classified["DOCUMENT_TYPE"].tolist() == [DocumentType.UNKNOWN.encode()]
    assert len(classified["RECORD_TEXT"]) == len(texts)
    outputs = infer(client, document_ner.MODEL, record(texts))
    assert all(len(outputs[t.name]) == 0 for t in document_ner.MODEL.outputs if t.name != "NER_TIMING_MS")
    assert [counts(client, network) for network in networks] == before
