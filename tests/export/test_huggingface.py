"""An exported checkpoint gives what the checkpoint gives in transformers."""

import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from safetensors.torch import load_file

from export import huggingface
from export.verify import verify
from medinfer.contract import Model
from medinfer.contract.sources import HuggingFaceSource
from tests.export.conftest import with_checkpoint, write_checkpoint


@pytest.fixture(params=["token_model", "sequence_model"])
def model(request: pytest.FixtureRequest) -> Model:
    found: Model = request.getfixturevalue(request.param)
    return found


def test_the_export_equals_the_checkpoint(model: Model, built: Path) -> None:
    comparisons = list(verify(model, built / model.name, huggingface.reference(model)))
    assert {c.output for c in comparisons} == {t.name for t in model.outputs}
    assert all(c.passed for c in comparisons), comparisons


def test_padding_changes_nothing(model: Model, built: Path) -> None:
    session = ort.InferenceSession(built / model.name / "model.onnx", providers=["CPUExecutionProvider"])
    ids = np.random.default_rng(3).integers(1, 30, (2, 20), dtype=np.int32)
    padded = np.zeros((2, 64), np.int32)
    padded[:, :20] = ids
    for alone, with_padding in zip(
        session.run(None, {"INPUT_IDS": ids}), session.run(None, {"INPUT_IDS": padded}), strict=True
    ):
        if alone.shape[-1] == 20:
            with_padding = with_padding[:, :20]
        np.testing.assert_allclose(alone, with_padding, atol=1e-5)


def test_temperature_softens_the_scores(sequence_model: Model, built: Path, tmp_path: Path) -> None:
    assert isinstance(sequence_model.source, HuggingFaceSource)
    hotter = with_checkpoint(sequence_model, Path(sequence_model.source.checkpoint), temperature=50)
    inputs = {"INPUT_IDS": np.random.default_rng(3).integers(1, 30, (8, 32), dtype=np.int32)}
    usual = huggingface.reference(sequence_model)(inputs)["CLASS_SCORE"]
    soft = huggingface.reference(hotter)(inputs)["CLASS_SCORE"]
    assert (soft.max(axis=1) < usual.max(axis=1)).all()
    np.testing.assert_allclose(soft.sum(axis=1), 1, atol=1e-6)


def test_side_files(token_model: Model, built: Path) -> None:
    assert isinstance(token_model.source, HuggingFaceSource)
    folder = built / token_model.name
    assert json.loads((folder / "labels.json").read_text()) == list(token_model.source.labels)
    original = Path(token_model.source.checkpoint) / "tokenizer.json"
    assert (folder / "tokenizer.json").read_bytes() == original.read_bytes()


def test_building_twice_gives_the_same_bytes_without_paths_of_the_machine(
    token_model: Model, built: Path, tmp_path: Path
) -> None:
    huggingface.build(token_model, tmp_path)
    again = (tmp_path / "model.onnx").read_bytes()
    assert again == (built / token_model.name / "model.onnx").read_bytes()
    assert str(Path.home()).encode() not in again
    assert b".py" not in again


def test_half_precision_weights_are_computed_in_single_precision(token_model: Model, built: Path) -> None:
    assert isinstance(token_model.source, HuggingFaceSource)
    stored = load_file(Path(token_model.source.checkpoint) / "model.safetensors")
    assert {str(tensor.dtype) for tensor in stored.values()} == {"torch.float16"}
    graph = onnx.load(built / token_model.name / "model.onnx").graph
    types = {initializer.data_type for initializer in graph.initializer}
    assert onnx.TensorProto.FLOAT in types
    assert onnx.TensorProto.FLOAT16 not in types


def test_labels_in_another_order_are_refused(token_model: Model, tmp_path: Path) -> None:
    assert isinstance(token_model.source, HuggingFaceSource)
    labels = ("O", "I-problem", "B-problem", *token_model.source.labels[3:])
    wrong = with_checkpoint(token_model, write_checkpoint(tmp_path / "wrong", token_model.source.task, labels))
    with pytest.raises(ValueError, match="id 1 is 'I-problem', should be 'B-problem'"):
        huggingface.build(wrong, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"pad_token_id": 3}, "pads with id 3"),
        ({"max_position_embeddings": 64}, "reads 64 tokens, not 256"),
        ({"vocab_size": 9}, "31 tokens, the network only 9"),
    ],
)
def test_a_checkpoint_that_does_not_fit_is_refused(
    token_model: Model, tmp_path: Path, config: dict[str, object], message: str
) -> None:
    assert isinstance(token_model.source, HuggingFaceSource)
    folder = write_checkpoint(tmp_path, token_model.source.task, token_model.source.labels, **config)
    with pytest.raises(ValueError, match=message):
        huggingface.build(with_checkpoint(token_model, folder), tmp_path / "out")


def test_a_missing_file_is_named(token_model: Model, tmp_path: Path) -> None:
    assert isinstance(token_model.source, HuggingFaceSource)
    shutil.copytree(token_model.source.checkpoint, tmp_path / "partial")
    (tmp_path / "partial" / "tokenizer.json").unlink()
    with pytest.raises(FileNotFoundError, match=r"lacks tokenizer\.json"):
        huggingface.build(with_checkpoint(token_model, tmp_path / "partial"), tmp_path / "out")
