from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tritonclient.grpc import service_pb2

from medinfer.contract import MODELS, DType, Model, model
from medinfer.contract_check import compare
from medinfer.errors import ContractMismatch
from tests.clients.kserve import KServe


def _metadata(served: Model) -> Any:
    request = service_pb2.ModelMetadataRequest(name=served.name)
    return KServe(models=(served,)).ModelMetadata(request, None)  # type: ignore[arg-type]


@pytest.mark.parametrize("same", MODELS, ids=lambda m: m.name)
def test_a_model_agrees_with_itself(same: Model) -> None:
    compare(same, _metadata(same))


TEXT = model("clinical_ner")


def _with_input(**changes: Any) -> Model:
    return replace(TEXT, inputs=(replace(TEXT.inputs[0], **changes),))


@pytest.mark.parametrize(
    ("served", "message"),
    [
        (_with_input(name="TEXTS"), "the server has no input TEXT"),
        (_with_input(dtype=DType.UINT8), "input TEXT is UINT8 on the server, BYTES in the contract"),
        (_with_input(dims=(2,)), r"input TEXT is \[-1, 2\] on the server, \[-1, 1\] in the contract"),
        (replace(TEXT, outputs=TEXT.outputs[1:]), "the server has no output ENTITY_COUNT"),
        (
            replace(TEXT, inputs=(*TEXT.inputs, replace(TEXT.inputs[0], name="LANGUAGE"))),
            "the server wants an input LANGUAGE that the contract lacks",
        ),
    ],
)
def test_a_difference_names_model_and_tensor(served: Model, message: str) -> None:
    with pytest.raises(ContractMismatch, match=f"clinical_ner: {message}"):
        compare(TEXT, _metadata(served))


def test_the_server_may_answer_more_than_is_asked() -> None:
    more = replace(TEXT.outputs[0], name="ENTITY_MOOD")
    compare(TEXT, _metadata(replace(TEXT, outputs=(*TEXT.outputs, more))))
