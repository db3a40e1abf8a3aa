"""The fused networks give what the original networks give, in the contract's shapes and types."""

from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest

from export import ocr
from medinfer.contract import Model, text_detection, text_orientation, text_recognition

NETWORKS = (text_detection.MODEL, text_orientation.MODEL, text_recognition.MODEL)

SHAPES = {
    "text_detection": [(1, 32, 32), (1, 96, 416), (3, 128, 64)],
    "text_orientation": [(1, 48, 192), (5, 48, 192)],
    "text_recognition": [(1, 48, 96), (4, 48, 160), (1, 48, 640)],
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("networks")
    for model in NETWORKS:
        ocr.build(model, folder / model.name)
    return folder


@pytest.mark.parametrize("model", NETWORKS, ids=lambda m: m.name)
def test_the_export_equals_its_reference(model: Model, built: Path) -> None:
    session = ort.InferenceSession(built / model.name / "model.onnx", providers=["CPUExecutionProvider"])
    reference = ocr.reference(model)
    rng = np.random.default_rng(1)
    for shape in SHAPES[model.name]:
        inputs = {model.inputs[0].name: rng.integers(0, 256, (*shape, 3), dtype=np.uint8)}
        expected = reference(inputs)
        for tensor, answer in zip(model.outputs, session.run(None, inputs), strict=True):
            wanted = expected[tensor.name]
            assert answer.dtype == wanted.dtype == tensor.dtype.numpy
            assert answer.shape == wanted.shape
            assert tensor.admits(answer.shape, batched=True)
            # Rounding to a byte may fall either way where the float differs in its last bits.
            np.testing.assert_allclose(
                answer.astype(np.float64), wanted, atol=1 if answer.dtype == np.uint8 else 1e-4, rtol=0
            )


@pytest.mark.parametrize("model", NETWORKS, ids=lambda m: m.name)
def test_the_graph_names_the_contracts_tensors_and_axes(model: Model, built: Path) -> None:
    session = ort.InferenceSession(built / model.name / "model.onnx", providers=["CPUExecutionProvider"])
    for tensors, nodes in ((model.inputs, session.get_inputs()), (model.outputs, session.get_outputs())):
        assert [t.name for t in tensors] == [n.name for n in nodes]
        for tensor, node in zip(tensors, nodes, strict=True):
            names = tensor.axis_names(batched=True)
            assert node.shape == [names.get(i, d) for i, d in enumerate((0, *tensor.config_dims))]


def test_building_twice_gives_the_same_bytes(built: Path, tmp_path: Path) -> None:
    ocr.build(text_orientation.MODEL, tmp_path)
    again = (tmp_path / "model.onnx").read_bytes()
    assert again == (built / "text_orientation" / "model.onnx").read_bytes()


def test_characters_are_in_id_order_without_the_blank(built: Path) -> None:
    lines = (built / "text_recognition" / "characters.txt").read_text(encoding="utf-8").split("\n")
    assert lines.pop() == ""
    assert lines[0] == "!"
    assert lines[-1] == " "
    assert len(lines) == len(set(lines)) == 18_709
    assert {*"0123456789abcxyzABCXYZµ°%"} <= set(lines)
