"""Splitting, gathering and failing, over a made-up model."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medinfer.contract import Axis, Backend, Device, DType, Model, Placement, Tensor
from server.inference import Arrays, InferenceCode, InferenceError, gather, in_batches, split


def doubler(max_batch_size: int) -> Model:
    return Model(
        name="doubler",
        description="Twice the input.",
        backend=Backend.PYTHON,
        max_batch_size=max_batch_size,
        inputs=(Tensor("X", DType.INT32, (Axis("length", 0, 1, 9),), "any"),),
        outputs=(Tensor("Y", DType.INT32, (Axis("length", 0, 1, 9),), "twice"),),
        gpu=Placement(Device.CPU),
        cpu=Placement(Device.CPU),
    )


@given(rows=st.integers(0, 40), size=st.integers(1, 9))
def test_any_batch_length_is_answered_in_order_within_the_limit(rows: int, size: int) -> None:
    lengths = []

    async def run(part: Arrays) -> Arrays:
        lengths.append(len(part["X"]))
        await asyncio.sleep(0)
        return {"Y": part["X"] * 2}

    x = np.arange(rows * 2, dtype=np.int32).reshape(rows, 2)
    outputs = asyncio.run(in_batches(doubler(size), {"X": x}, run))
    assert outputs["Y"].dtype == np.int32
    if rows:
        np.testing.assert_array_equal(outputs["Y"], x * 2)
    else:
        assert outputs["Y"].shape == (0, 0)
    assert len(lengths) == -(-rows // size)
    assert all(0 < n <= size for n in lengths)


async def test_a_model_without_batch_axis_gets_its_inputs_whole() -> None:
    async def run(part: Arrays) -> Arrays:
        return {"Y": part["X"]}

    x = np.arange(100, dtype=np.int32)
    assert (await in_batches(doubler(0), {"X": x}, run))["Y"] is x


@given(length=st.integers(1, 200), size=st.integers(1, 64))
def test_parts_are_even(length: int, size: int) -> None:
    lengths = [len(part["X"]) for part in split({"X": np.arange(length)}, length, size)]
    assert sum(lengths) == length
    assert max(lengths) <= size
    assert max(lengths) - min(lengths) <= 1


async def test_inputs_of_different_length_are_refused() -> None:
    async def run(part: Arrays) -> Arrays:
        raise AssertionError("must not be called")

    with pytest.raises(ValueError, match="one batch length"):
        await in_batches(doubler(4), {"X": np.zeros((1, 1)), "Z": np.zeros((2, 1))}, run)


async def test_the_first_error_is_raised_after_all_calls_have_ended() -> None:
    ended = []

    async def call(name: str, delay_s: float, *, fails: bool) -> str:
        await asyncio.sleep(delay_s)
        ended.append(name)
        if fails:
            raise InferenceError("doubler", InferenceCode.UNAVAILABLE, name)
        return name

    with pytest.raises(InferenceError) as caught:
        await gather([call("slow", 0.02, fails=False), call("first", 0.01, fails=True), call("second", 0, fails=True)])
    assert caught.value.code is InferenceCode.UNAVAILABLE
    assert str(caught.value) == "doubler: first"
    assert sorted(ended) == ["first", "second", "slow"]
