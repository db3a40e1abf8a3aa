import asyncio
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from medinfer.contract import Model, clinical_ner, document_classifier
from medinfer.contract.networks import SEQUENCE_BUCKETS
from server.inference import Arrays
from server.text.buckets import infer_sequences
from tests.server.text.rule_network import unreachable

lengths = st.lists(st.integers(1, SEQUENCE_BUCKETS[-1]), max_size=40)


def sequences(of_lengths: list[int]) -> list[NDArray[np.int32]]:
    return [np.arange(1, n + 1, dtype=np.int32) + 1000 * i for i, n in enumerate(of_lengths)]


@given(lengths)
def test_each_sequence_gets_its_own_answer_without_padding(of_lengths: list[int]) -> None:
    asked = sequences(of_lengths)
    shapes: list[tuple[int, ...]] = []

    async def echo(model: Model, inputs: Arrays) -> Arrays:
        ids: NDArray[Any] = inputs["INPUT_IDS"]
        shapes.append(ids.shape)
        await asyncio.sleep(0)
        return {"LABEL_ID": ids, "LABEL_SCORE": ids.astype(np.float32)}

    answers = asyncio.run(infer_sequences(echo, clinical_ner.NETWORK, asked))
    assert len(answers) == len(asked)
    for ids, answer in zip(asked, answers, strict=True):
        np.testing.assert_array_equal(answer["LABEL_ID"], ids)
        np.testing.assert_array_equal(answer["LABEL_SCORE"], ids)
    expected = Counter(min(b for b in SEQUENCE_BUCKETS if b >= n) for n in of_lengths)
    assert {length: size for size, length in shapes} == expected
    assert len(shapes) == len(expected)


async def test_an_output_without_token_axis_is_left_whole() -> None:
    async def classes(model: Model, inputs: Arrays) -> Arrays:
        return {"CLASS_SCORE": np.tile(inputs["INPUT_IDS"][:, :1].astype(np.float32), (1, 6))}

    answers = await infer_sequences(classes, document_classifier.NETWORK, sequences([3, 40, 5]))
    assert [answer["CLASS_SCORE"].tolist() for answer in answers] == [[1.0] * 6, [1001.0] * 6, [2001.0] * 6]


async def test_nothing_is_asked_for_nothing() -> None:
    assert await infer_sequences(unreachable, clinical_ner.NETWORK, []) == []


async def test_a_sequence_that_fits_no_bucket_is_refused() -> None:
    with pytest.raises(ValueError, match="a length of 257"):
        await infer_sequences(unreachable, clinical_ner.NETWORK, sequences([257]))
