"""Tensors: the three spellings of a type, dims with and without the batch axis, bounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tritonclient.utils import np_to_triton_dtype

from medinfer.contract import Axis, DType, Tensor

WIDTH = Axis("width", 2, 8, 64)
IMAGE = Tensor("IMAGE", DType.UINT8, (WIDTH, 3), "pixels")


@pytest.mark.parametrize("dtype", DType)
def test_the_spellings_of_a_dtype_are_those_of_triton(dtype: DType) -> None:
    from tritonclient.grpc import model_config_pb2

    assert np_to_triton_dtype(dtype.numpy) == dtype.wire
    assert model_config_pb2.DataType.Value(dtype.config) > 0


def test_dims_leave_the_batch_axis_out_and_axis_names_put_it_in() -> None:
    assert IMAGE.config_dims == (-1, 3)
    assert IMAGE.axis_names(batched=False) == {0: "width"}
    assert IMAGE.axis_names(batched=True) == {0: "batch", 1: "width"}


@given(width=st.integers(0, 100), batch=st.integers(1, 4))
def test_a_shape_is_admitted_exactly_within_its_bounds(width: int, batch: int) -> None:
    inside = WIDTH.minimum <= width <= WIDTH.maximum
    assert IMAGE.admits((width, 3), batched=False) is inside
    assert IMAGE.admits((batch, width, 3), batched=True) is inside
    assert not IMAGE.admits((batch, width, 4), batched=True)
    assert not IMAGE.admits((width,), batched=False)


def test_an_axis_admits_multiples_only() -> None:
    axis = Axis("height", 32, 64, 128, multiple=32)
    assert [n for n in range(161) if axis.admits(n)] == [32, 64, 96, 128]


@pytest.mark.parametrize(
    "bad", [("batch", 1, 1, 1), ("two words", 1, 1, 1), ("n", 2, 1, 3), ("n", -1, 1, 3), ("n", 8, 12, 32, 8)]
)
def test_a_broken_axis_is_refused(bad: tuple[str, int, int, int]) -> None:
    with pytest.raises(ValueError, match=r"axis|need"):
        Axis(*bad)


@pytest.mark.parametrize(("name", "dims"), [("image", (1,)), ("", (1,)), ("IMAGE", ()), ("IMAGE", (0,))])
def test_a_broken_tensor_is_refused(name: str, dims: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="tensor"):
        Tensor(name, DType.FP32, dims, "made")
