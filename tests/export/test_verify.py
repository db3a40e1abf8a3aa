"""Verification accepts what is equal and refuses what is not."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from export import huggingface
from export.verify import MARGIN, VerificationError, compare, shapes, verify
from medinfer.contract import MODELS, DType, Model, Tensor, clinical_ner, text_detection

NETWORK = clinical_ner.NETWORK
LABEL_ID = NETWORK.output("LABEL_ID")
LABEL_SCORE = NETWORK.output("LABEL_SCORE")


@pytest.mark.parametrize("model", [m for m in MODELS if m.source is not None], ids=lambda m: m.name)
def test_shapes_are_the_contracts_and_differ(model: Model) -> None:
    found = shapes(model)
    assert len({tuple(lengths.items()) for lengths in found}) == len(found) >= 3
    for lengths in found:
        for tensor in model.inputs:
            dims = [d if isinstance(d, int) else lengths[d.name] for d in tensor.dims]
            assert tensor.admits((lengths["batch"], *dims), batched=True)
    assert {1, model.max_batch_size} <= {lengths["batch"] for lengths in found}


def test_pages_are_multiples_of_the_networks_stride() -> None:
    assert all(lengths["height"] % 32 == lengths["width"] % 32 == 0 for lengths in shapes(text_detection.MODEL))


def test_a_score_may_differ_within_its_tolerance() -> None:
    expected = np.full((2, 16), 0.5, np.float32)
    near, far = expected + np.float32(5e-5), expected.copy()
    far[1, 3] += 0.01
    assert compare(NETWORK, LABEL_SCORE, expected, near, None).passed
    refused = compare(NETWORK, LABEL_SCORE, expected, far, None)
    assert not refused.passed
    assert refused.largest == pytest.approx(0.01, rel=1e-3)


def test_not_a_number_is_refused() -> None:
    expected = np.zeros((1, 16), np.float32)
    found = expected.copy()
    found[0, 0] = np.nan
    assert not compare(NETWORK, LABEL_SCORE, expected, found, None).passed


def test_a_decision_may_differ_only_where_the_reference_hesitates() -> None:
    expected = np.zeros((1, 16), np.int32)
    found = expected.copy()
    found[0, 5] = 1
    margin = np.ones((1, 16))
    assert not compare(NETWORK, LABEL_ID, expected, found, margin).passed
    margin[0, 5] = MARGIN / 2
    accepted = compare(NETWORK, LABEL_ID, expected, found, margin)
    assert accepted.passed
    assert accepted.agreement == pytest.approx(15 / 16)


def test_wrong_types_and_shapes_are_refused() -> None:
    expected = np.zeros((1, 16), np.int32)
    with pytest.raises(VerificationError, match="int64"):
        compare(NETWORK, LABEL_ID, expected, expected.astype(np.int64), np.ones((1, 16)))
    with pytest.raises(VerificationError, match="shape"):
        compare(NETWORK, LABEL_ID, expected, expected[:, :8], np.ones((1, 16)))


def test_a_decision_needs_a_margin() -> None:
    with pytest.raises(VerificationError, match="margin"):
        compare(NETWORK, LABEL_ID, np.zeros((1, 16), np.int32), np.zeros((1, 16), np.int32), None)


def test_a_changed_network_is_caught(token_model: Model, built: Path) -> None:
    reference = huggingface.reference(token_model)

    def other(inputs: Mapping[str, NDArray[Any]]) -> Mapping[str, NDArray[Any]]:
        answers = dict(reference(inputs))
        return {**answers, "LABEL_SCORE": answers["LABEL_SCORE"] * np.float32(0.99)}

    failed = [c for c in verify(token_model, built / token_model.name, other) if not c.passed]
    assert {c.output for c in failed} == {"LABEL_SCORE"}


def test_a_graph_with_other_tensors_is_refused(token_model: Model, built: Path) -> None:
    renamed = dataclasses.replace(
        token_model, outputs=(Tensor("OTHER", DType.INT32, LABEL_ID.dims, "made"), *token_model.outputs[1:])
    )
    with pytest.raises(VerificationError, match="outputs"):
        next(verify(renamed, built / token_model.name, huggingface.reference(token_model)))
