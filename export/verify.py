"""A built model against the original it was built from: names, types, shapes and values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from medinfer.contract import DType, Model, Tensor
from medinfer.contract.networks import INPUT_IDS
from medinfer.contract.tensors import BATCH_AXIS

Arrays = Mapping[str, NDArray[Any]]

TOLERANCE: dict[DType, float] = {DType.FP32: 1e-4, DType.UINT8: 1.0}
"""Largest difference that is accepted. Floats are probabilities: 1e-4 is a hundred times what a change in the order of
fp32 additions makes (1e-6), and a hundredth of what would change a decision. A rounded byte may fall either way."""

MARGIN = 2e-4
"""A decision (an id, a flag) may differ only where the reference's two best classes are at most this close: each of
the two may be off by the tolerance of a float."""

SEED = 20_240_229


class VerificationError(Exception):
    """The built model does not do what the contract and its original say."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One output on one shape.

    ``largest``: largest difference; for decisions, the largest lead of the reference's best class where they disagree.
    ``agreement``: share of equal decisions; None for values.
    """

    model: str
    output: str
    shape: tuple[int, ...]
    largest: float
    tolerance: float
    agreement: float | None = None

    @property
    def passed(self) -> bool:
        return self.largest <= self.tolerance  # False for NaN


def verify(model: Model, folder: Path, reference: Callable[[Arrays], Arrays]) -> Iterator[Comparison]:
    """Run ``folder/model.onnx`` and ``reference`` on each of `shapes`; yields as it goes.

    Raises:
        VerificationError: the graph's tensors are not the contract's, or an answer has the wrong type or shape.
    """
    session = ort.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
    _check_signature(model, session)
    names = [tensor.name for tensor in model.outputs]
    rng = np.random.default_rng(SEED)
    for lengths in shapes(model):
        inputs = {tensor.name: example(tensor, lengths, folder, rng) for tensor in model.inputs}
        expected = reference(inputs)
        found = dict(zip(names, session.run(names, inputs), strict=True))
        for tensor in model.outputs:
            yield compare(
                model, tensor, expected[tensor.name], found[tensor.name], expected.get(f"{tensor.name}.margin")
            )


def shapes(model: Model) -> list[dict[str, int]]:
    """Axis name -> length, the batch axis included: minimum, typical, something odd, near the maximum, a full batch."""
    axes = {axis.name: axis for tensor in model.inputs for axis in tensor.axes}

    def lengths(batch: int, choose: Callable[[int, int, int, int], int]) -> dict[str, int]:
        chosen = {a.name: choose(a.minimum, a.typical, a.maximum, a.multiple) for a in axes.values()}
        return {BATCH_AXIS: min(batch, model.max_batch_size), **chosen}

    def odd(minimum: int, typical: int, maximum: int, multiple: int) -> int:
        middle = (minimum + typical) // 2 // multiple * multiple
        return min(max(minimum, middle) + multiple, maximum)

    candidates = [
        lengths(1, lambda minimum, *_: minimum),
        lengths(2, lambda _, typical, *__: typical),
        lengths(3, odd),
        lengths(1, lambda minimum, _, maximum, multiple: max(minimum, maximum - multiple)),
        lengths(model.max_batch_size, lambda minimum, *_: minimum),
    ]
    return [c for i, c in enumerate(candidates) if c not in candidates[:i]]


def example(tensor: Tensor, lengths: Mapping[str, int], folder: Path, rng: np.random.Generator) -> NDArray[Any]:
    """A made input of that shape: token sequences of unequal length, or pages with strokes of ink.

    Raises:
        TypeError: there is no example for such a tensor; write one here.
    """
    shape = (lengths[BATCH_AXIS], *(d if isinstance(d, int) else lengths[d.name] for d in tensor.dims))
    if tensor == INPUT_IDS:
        return _token_ids(shape, _vocabulary_size(folder), rng)
    if tensor.dtype is DType.UINT8 and len(shape) == 4:
        return _pages(shape, rng)
    raise TypeError(f"export.verify has no example for {tensor.name} ({tensor.dtype.wire}, {tensor.config_dims})")


def compare(
    model: Model, tensor: Tensor, expected: NDArray[Any], found: NDArray[Any], margin: NDArray[Any] | None
) -> Comparison:
    """Compare one answer. ``margin``: of a decision, how far the reference's best class leads; None for values.

    Raises:
        VerificationError: type or shape is wrong.
    """
    if found.dtype != tensor.dtype.numpy:
        raise VerificationError(f"{model.name}: {tensor.name} is {found.dtype}, should be {tensor.dtype.numpy}")
    if found.shape != expected.shape or not tensor.admits(found.shape, batched=model.batched):
        raise VerificationError(f"{model.name}: {tensor.name} has shape {found.shape}, should have {expected.shape}")
    if margin is not None:
        different = found != expected
        largest = float(np.max(margin, where=different, initial=0.0))
        return Comparison(model.name, tensor.name, found.shape, largest, MARGIN, 1 - float(different.mean()))
    if tensor.dtype not in TOLERANCE:
        raise VerificationError(f"{model.name}: {tensor.name} is a decision, but its reference gives no margin")
    largest = float(np.abs(found.astype(np.float64) - expected.astype(np.float64)).max(initial=0.0))
    return Comparison(model.name, tensor.name, found.shape, largest, TOLERANCE[tensor.dtype])


def _check_signature(model: Model, session: ort.InferenceSession) -> None:
    for kind, tensors, nodes in (
        ("inputs", model.inputs, session.get_inputs()),
        ("outputs", model.outputs, session.get_outputs()),
    ):
        wanted = {
            t.name: [t.axis_names(batched=model.batched).get(i, d) for i, d in enumerate((0, *t.config_dims))]
            for t in tensors
        }
        found = {node.name: list(node.shape) for node in nodes}
        if found != wanted:
            raise VerificationError(f"{model.name}: the graph's {kind} are {found}, should be {wanted}")


def _vocabulary_size(folder: Path) -> int:
    from tokenizers import Tokenizer

    return int(Tokenizer.from_file(str(folder / "tokenizer.json")).get_vocab_size())


def _token_ids(shape: tuple[int, ...], vocabulary_size: int, rng: np.random.Generator) -> NDArray[np.int32]:
    """Row 0 is full; the others end in padding, down to a single token."""
    ids = rng.integers(1, vocabulary_size, shape, dtype=np.int32)
    for row in range(1, shape[0]):
        ids[row, max(1, shape[1] * row // shape[0]) :] = 0
    return ids


def _pages(shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.uint8]:
    """White paper, a little noise, dark strokes about as dense and wide as print."""
    pages = rng.integers(225, 256, shape, dtype=np.uint8)
    _, height, width, _ = shape
    for page in pages:
        for _ in range(max(8, height * width // 1_000)):
            top, left = rng.integers(0, height), rng.integers(0, width)
            down, along = rng.integers(2, 16, 2)
            page[top : top + down, left : left + along] = rng.integers(0, 90)
    return pages
