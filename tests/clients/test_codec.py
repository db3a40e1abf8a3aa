"""Arrays to the wire and back, for every model of the contract, against NVIDIA's own packing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from medinfer.codec import decode, encode
from medinfer.contract import MODELS, Axis, DType, Model, Tensor, model
from medinfer.errors import ContractMismatch, InvalidRequest
from tests.clients.kserve import inputs_of, response_of

TEXT = model("clinical_ner")
PIPELINE = model("document_pipeline")

Arrays = dict[str, NDArray[Any]]


@st.composite
def _arrays(draw: st.DrawFn, tensors: tuple[Tensor, ...], batch: int | None) -> Arrays:
    lengths: dict[Axis, int] = {}
    found = {}
    for tensor in tensors:
        for axis in tensor.axes:
            if axis not in lengths:
                lengths[axis] = min(axis.typical, axis.minimum + draw(st.sampled_from([0, 3])) * axis.multiple)
        dims = [lengths[d] if isinstance(d, Axis) else d for d in tensor.dims]
        shape = tuple(dims if batch is None else [batch, *dims])
        if int(np.prod(shape)) > 10_000:  # pictures: the bytes do not matter, only that they all come through
            found[tensor.name] = (np.arange(np.prod(shape)) % 251).astype(tensor.dtype.numpy).reshape(shape)
        else:
            elements = st.binary(max_size=8) if tensor.dtype is DType.BYTES else arrays.from_dtype(tensor.dtype.numpy)
            found[tensor.name] = draw(arrays.arrays(tensor.dtype.numpy, shape, elements=elements))
    return found


@pytest.mark.parametrize("candidate", MODELS, ids=lambda m: m.name)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_inputs_arrive_as_they_were_sent(candidate: Model, data: st.DataObject) -> None:
    sent = data.draw(_arrays(candidate.inputs, 2 if candidate.batched else None))
    _assert_same(inputs_of(encode(candidate, sent)), sent)


@pytest.mark.parametrize("candidate", MODELS, ids=lambda m: m.name)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_outputs_arrive_as_they_were_answered(candidate: Model, data: st.DataObject) -> None:
    answered = data.draw(_arrays(candidate.outputs, 2 if candidate.batched else None))
    _assert_same(decode(candidate, response_of(candidate, answered)), answered)


def _assert_same(got: Arrays, expected: Arrays) -> None:
    assert got.keys() == expected.keys()
    for name, array in expected.items():
        assert got[name].dtype == array.dtype
        np.testing.assert_array_equal(got[name], array)


TEXTS = np.array([[b"htn"]], object)


@pytest.mark.parametrize(
    ("inputs", "named"),
    [
        ({}, "TEXT"),
        ({"TEXT": TEXTS, "MOOD": TEXTS}, "MOOD"),
        ({"TEXT": np.zeros((1, 1), np.float32)}, "TEXT"),
        ({"TEXT": TEXTS[0]}, "TEXT"),
        ({"TEXT": np.array([[b"a", b"b"]], object)}, "TEXT"),
        ({"TEXT": np.array([["a str"]], object)}, "TEXT"),
        ({"TEXT": np.repeat(TEXTS, TEXT.max_batch_size + 1, axis=0)}, "65 rows"),
    ],
)
def test_a_request_that_breaks_the_contract_is_not_made(inputs: Arrays, named: str) -> None:
    with pytest.raises(InvalidRequest, match=named) as caught:
        encode(TEXT, inputs)
    assert "htn" not in str(caught.value)


def _answer() -> Any:
    count = np.array([[0]], np.int32)
    rows: Arrays = {t.name: np.zeros((1, 0), t.dtype.numpy) for t in TEXT.outputs if t.name != "ENTITY_COUNT"}
    return response_of(TEXT, {"ENTITY_COUNT": count, **rows})


def test_an_answer_may_lack_nothing() -> None:
    assert decode(TEXT, _answer()).keys() == {t.name for t in TEXT.outputs}
    answer = _answer()
    del answer.outputs[0], answer.raw_output_contents[0]
    with pytest.raises(ContractMismatch, match="clinical_ner: the answer lacks the output ENTITY_COUNT"):
        decode(TEXT, answer)


def test_an_answer_of_another_type_or_shape_names_the_tensor() -> None:
    answer = _answer()
    answer.outputs[0].datatype = "INT64"
    with pytest.raises(ContractMismatch, match="ENTITY_COUNT is INT64"):
        decode(TEXT, answer)
    answer = _answer()
    answer.outputs[0].shape[:] = [1, 2]
    with pytest.raises(ContractMismatch, match="ENTITY_COUNT"):
        decode(TEXT, answer)


@given(st.binary(max_size=40))
def test_bytes_that_do_not_fill_a_tensor_are_noticed(raw: bytes) -> None:
    answer = response_of(PIPELINE, {"DOCUMENT_ERROR": np.array([b"ok"], object)})
    answer.raw_output_contents[0] = raw
    tensor = PIPELINE.output("DOCUMENT_ERROR")
    whole = len(raw) >= 4 and int.from_bytes(raw[:4], "little") == len(raw) - 4
    with pytest.raises(ContractMismatch) as caught:
        decode(PIPELINE, answer)
    # Whole contents pass, and the next output is what is missing.
    assert (tensor.name in str(caught.value)) == (not whole)


def test_an_answer_without_raw_contents() -> None:
    answer = _answer()
    del answer.raw_output_contents[:]
    with pytest.raises(ContractMismatch, match="raw contents"):
        decode(TEXT, answer)
