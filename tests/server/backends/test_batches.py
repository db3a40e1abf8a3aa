"""Requests joined by shape, run once, split again; one that fails fails alone."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from server.backends.onnxruntime.batches import Arrays, RunError, answer


class Doubler:
    """Twice X; refuses a batch that holds a negative number. Remembers the shapes that it ran on."""

    def __init__(self) -> None:
        self.shapes: list[tuple[int, ...]] = []

    def __call__(self, inputs: Arrays) -> Arrays:
        x = inputs["X"]
        self.shapes.append(x.shape)
        if (x < 0).any():
            raise RunError("negative", invalid=True)
        return {"Y": x * 2, "ROWS": np.arange(len(x))}


_shapes = st.tuples(st.integers(1, 4), st.integers(0, 3))


@given(shapes=st.lists(_shapes, min_size=1, max_size=8), bad=st.sets(st.integers(0, 7)))
def test_every_request_gets_its_own_rows_and_its_own_error(shapes: list[tuple[int, int]], bad: set[int]) -> None:
    requests = []
    for i, shape in enumerate(shapes):
        x = np.full(shape, i + 1, np.int32)
        requests.append({"X": -x if i in bad else x})
    for request, result in zip(requests, answer(requests, Doubler(), batched=True), strict=True):
        if (request["X"] < 0).any():
            assert isinstance(result, RunError)
            assert result.invalid
        else:
            assert not isinstance(result, RunError)
            np.testing.assert_array_equal(result["Y"], request["X"] * 2)
            assert len(result["ROWS"]) == len(request["X"])


@given(shapes=st.lists(_shapes, min_size=1, max_size=8))
def test_one_run_for_each_shape(shapes: list[tuple[int, int]]) -> None:
    run = Doubler()
    answer([{"X": np.ones(shape, np.int32)} for shape in shapes], run, batched=True)
    widths = {width for _, width in shapes}
    assert sorted(run.shapes) == sorted((sum(rows for rows, w in shapes if w == width), width) for width in widths)


def test_types_and_optional_inputs_are_not_mixed() -> None:
    run = Doubler()
    requests: list[Arrays] = [{"X": np.ones((1, 2), np.int32)}, {"X": np.ones((1, 2), np.float32)}]
    first, second = answer(requests, run, batched=True)
    assert not isinstance(first, RunError)
    assert not isinstance(second, RunError)
    assert first["Y"].dtype == np.dtype(np.int32)
    assert second["Y"].dtype == np.dtype(np.float32)
    assert len(run.shapes) == 2


def test_a_model_without_batch_axis_answers_one_by_one() -> None:
    run = Doubler()
    answer([{"X": np.ones(3, np.int32)}, {"X": np.ones(3, np.int32)}], run, batched=False)
    assert run.shapes == [(3,), (3,)]


def test_an_output_without_batch_axis_is_never_cut_up() -> None:
    def total(inputs: Arrays) -> Arrays:
        return {"Y": inputs["X"].sum(keepdims=True).reshape(1, 1)}

    requests = [{"X": np.ones((2, 1), np.int32)}, {"X": np.ones((1, 1), np.int32)}]
    first, second = answer(requests, total, batched=True)
    assert not isinstance(first, RunError)  # alone, each is what the network says
    assert not isinstance(second, RunError)
    assert first["Y"] == [[2]]
    assert second["Y"] == [[1]]
