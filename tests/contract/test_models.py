"""A declaration that contradicts itself does not construct."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest

from medinfer.contract import MODELS, Axis, Backend, Batching, Device, DType, Model, Placement, Step, Tensor, model
from medinfer.contract.vocabulary import ClinicalLabel, DocumentLabel, bio_labels

ON_CPU = Placement(Device.CPU)
WORDS = Axis("words", 1, 4, 8)
TEXT = Tensor("TEXT", DType.BYTES, (1,), "text")
IDS = Tensor("IDS", DType.INT32, (WORDS,), "ids")


def python_model(name: str, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> Model:
    return Model(name, "made", Backend.PYTHON, inputs, outputs, max_batch_size=0, gpu=ON_CPU, cpu=ON_CPU)


TOKENISER = python_model("tokeniser", (TEXT,), (IDS,))
COUNTER = python_model("counter", (IDS,), (Tensor("COUNT", DType.INT32, (1,), "how many"),))


def ensemble(*steps: Step, inputs: tuple[Tensor, ...] = (TEXT,), output: Tensor = COUNTER.outputs[0]) -> Model:
    return Model("both", "made", Backend.ENSEMBLE, inputs, (output,), max_batch_size=0, steps=steps)


TOKENISE = Step(TOKENISER, {"TEXT": "TEXT"}, {"IDS": "IDS"})
COUNT = Step(COUNTER, {"IDS": "IDS"}, {"COUNT": "COUNT"})


def test_models_have_distinct_names_and_are_found_by_them() -> None:
    assert len({m.name for m in MODELS}) == len(MODELS)
    assert all(model(m.name) is m for m in MODELS)


def test_an_unknown_model_lists_the_known_ones() -> None:
    with pytest.raises(KeyError, match="document_pipeline"):
        model("nothing")


def test_every_step_of_an_ensemble_is_in_the_repository() -> None:
    assert all(step.model in MODELS for m in MODELS for step in m.steps)


def test_a_model_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        TOKENISER.name = "other"  # type: ignore[misc]
    with pytest.raises(TypeError):
        ON_CPU.parameters["intra_op_thread_count"] = "2"  # type: ignore[index]


def test_a_wired_ensemble_constructs() -> None:
    assert ensemble(TOKENISE, COUNT).steps == (TOKENISE, COUNT)


@pytest.mark.parametrize(
    ("steps", "complaint"),
    [
        ((COUNT, TOKENISE), "reads IDS before it exists"),
        ((TOKENISE, Step(COUNTER, {}, {"COUNT": "COUNT"})), r"leaves \['IDS'\] unconnected"),
        ((TOKENISE, Step(COUNTER, {"IDS": "TEXT"}, {"COUNT": "COUNT"})), "TEXT is INT32 on one side and BYTES"),
        ((TOKENISE, TOKENISE, COUNT), "produces IDS a second time"),
        ((TOKENISE,), "no step produces the output COUNT"),
        ((), "needs steps"),
    ],
)
def test_broken_wiring_is_refused(steps: tuple[Step, ...], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        ensemble(*steps)


def test_an_ensemble_input_that_nothing_uses_is_refused() -> None:
    spare = Tensor("SPARE", DType.BOOL, (1,), "unused")
    with pytest.raises(ValueError, match="no step uses the input SPARE"):
        ensemble(TOKENISE, COUNT, inputs=(TEXT, spare))


def test_an_ensemble_output_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="COUNT is"):
        ensemble(TOKENISE, COUNT, output=Tensor("COUNT", DType.INT32, (2,), "how many"))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"name": "Upper"}, "lower-case"),
        ({"max_batch_size": -1}, "must not be negative"),
        ({"outputs": (IDS, IDS)}, "distinct names"),
        ({"outputs": ()}, "needs tensors"),
        ({"backend": Backend.ONNXRUNTIME}, "source of weights"),
        ({"cpu": None}, "placement for both"),
        ({"steps": (TOKENISE,)}, "only an ensemble has steps"),
        ({"cpu": Placement(Device.CPU, 1, Batching(1))}, "batching needs max_batch_size"),
    ],
)
def test_contradictions_are_refused(change: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        replace(TOKENISER, **change)  # type: ignore[arg-type]


def test_bio_labels_pair_begin_and_inside() -> None:
    for labels in (DocumentLabel, ClinicalLabel):
        bio = bio_labels(labels)
        assert bio[0] == "O"
        assert len(bio) == 1 + 2 * len(labels)
        assert bio[1].removeprefix("B-") == bio[2].removeprefix("I-") == next(iter(labels)).value


def test_a_prioritised_queue_needs_two_instances() -> None:
    assert Placement(Device.CPU, 2, prioritised=True).prioritised
    with pytest.raises(ValueError, match="at least 2 instances"):
        Placement(Device.CPU, 1, prioritised=True)
