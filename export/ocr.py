"""The three PP-OCR networks of the `rapidocr` wheel, with their pre- and post-processing inside the graph.

A page or a crop goes in as the uint8 pixels that it is, and decisions come out: bytes on the wire shrink
(recognition: 18,710 floats a time step become 2 numbers), and every client gets the same arithmetic.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray
from onnx import TensorProto, helper

from export.checkpoints import sha256
from medinfer.contract import DType, Model, Tensor
from medinfer.contract.sources import OcrStage, RapidOcrSource

OPSET = 11
"""The networks' own operator set. The nodes added here are written in it, so nothing is converted."""

_MEAN, _STD = 0.5, 0.5
"""Normalisation of all three networks on pixels / 255 (rapidocr: config.yaml `Det`, `resize_norm_img`)."""

Arrays = Mapping[str, NDArray[Any]]

_ONNX_TYPES: dict[DType, int] = {
    DType.BOOL: TensorProto.BOOL,
    DType.UINT8: TensorProto.UINT8,
    DType.INT32: TensorProto.INT32,
    DType.FP32: TensorProto.FLOAT,
}


def build(model: Model, folder: Path) -> None:
    """Write ``folder/model.onnx`` with the tensors of the contract; for recognition ``characters.txt`` too.

    The bytes depend on the wheel and the contract alone. ``characters.txt``: UTF-8, one character a line,
    line k is character id k + 1 (id 0 is the CTC blank); the last one is the space.

    Raises:
        FileNotFoundError: the wheel is not installed, or does not hold the file that the contract names.
        onnx.checker.ValidationError: the fused graph is not valid.
    """
    source = _source(model)
    original = onnx.load(_path(source))
    fused = _fuse(model, source.stage, original)
    onnx.checker.check_model(fused, full_check=True)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(fused.SerializeToString(deterministic=True))
    if source.stage is OcrStage.RECOGNITION:
        (folder / "characters.txt").write_text("".join(f"{c}\n" for c in characters(original)), encoding="utf-8")


def reference(model: Model) -> Callable[[Arrays], Arrays]:
    """The untouched network between numpy pre- and post-processing as rapidocr does them.

    Takes and returns the contract's tensors by name, batch axis first. ``<output>.margin`` says by how much the best
    class's probability leads the second best.
    """
    source = _source(model)
    session = ort.InferenceSession(_path(source), providers=["CPUExecutionProvider"])
    input_name = session.get_inputs()[0].name
    decide = _STAGES[source.stage].decide

    def run(inputs: Arrays) -> Arrays:
        pixels = inputs[model.inputs[0].name].astype(np.float32) / np.float32(255)
        normalised = (pixels - np.float32(_MEAN)) / np.float32(_STD)
        (scores,) = session.run(None, {input_name: np.ascontiguousarray(normalised.transpose(0, 3, 1, 2))})
        return decide(scores)

    return run


def fingerprint(model: Model) -> Mapping[str, str]:
    """What identifies the network that the model is built from: file name -> checksum.

    Raises:
        FileNotFoundError: as `build`.
    """
    source = _source(model)
    return {source.file: sha256(_path(source))}


def characters(original: onnx.ModelProto) -> list[str]:
    """The recognition network's characters, id 1 first.

    The network's metadata lists all but the last class, which PP-OCR trains as the space.

    Raises:
        ValueError: the list does not match the classes of the network.
    """
    metadata = {entry.key: entry.value for entry in original.metadata_props}
    found = [*metadata["character"].split("\n"), " "]
    if found[-2] == "":  # the list ends in a newline
        del found[-2]
    classes = original.graph.output[0].type.tensor_type.shape.dim[-1].dim_value
    if len(found) + 1 != classes or any(len(c) == 0 or "\n" in c for c in found):
        raise ValueError(f"{len(found)} characters and a blank do not match the network's {classes} classes")
    return found


def _source(model: Model) -> RapidOcrSource:
    if not isinstance(model.source, RapidOcrSource):
        raise TypeError(f"{model.name} is not built from the rapidocr wheel")
    return model.source


def _path(source: RapidOcrSource) -> Path:
    spec = importlib.util.find_spec("rapidocr")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the rapidocr wheel is not installed; pip install 'medinfer[export]'")
    path = Path(spec.origin).parent / "models" / source.file
    if not path.is_file():
        raise FileNotFoundError(f"the installed rapidocr wheel has no models/{source.file}; the contract needs 3.10.0")
    return path


def _fuse(model: Model, stage: OcrStage, original: onnx.ModelProto) -> onnx.ModelProto:
    graph = original.graph
    pixels = model.inputs[0].name
    # The transposition comes first, while an element is one byte.
    before = [
        helper.make_node("Transpose", [pixels], ["planes"], perm=[0, 3, 1, 2]),
        helper.make_node("Cast", ["planes"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("Div", ["floats", "pixel_range"], ["ratio"]),
        helper.make_node("Sub", ["ratio", "mean"], ["centred"]),
        helper.make_node("Div", ["centred", "std"], [graph.input[0].name]),
    ]
    constants = {"pixel_range": 255.0, "mean": _MEAN, "std": _STD}
    added, more = _STAGES[stage].nodes(graph.output[0].name)
    fused = helper.make_graph(
        [*before, *graph.node, *added],
        model.name,
        [_value_info(t) for t in model.inputs],
        [_value_info(t) for t in model.outputs],
        [*graph.initializer, *(_scalar(name, value) for name, value in (constants | more).items())],
        doc_string=model.description,
    )
    return helper.make_model(
        fused,
        producer_name="medinfer",
        ir_version=original.ir_version,
        opset_imports=[helper.make_opsetid("", OPSET)],
    )


def _value_info(tensor: Tensor) -> onnx.ValueInfoProto:
    names = tensor.axis_names(batched=True)
    dims = [0, *tensor.config_dims]
    return helper.make_tensor_value_info(
        tensor.name, _ONNX_TYPES[tensor.dtype], [names.get(i, d) for i, d in enumerate(dims)]
    )


def _scalar(name: str, value: float) -> onnx.TensorProto:
    return helper.make_tensor(name, TensorProto.FLOAT, (), [value])


Nodes = tuple[list[onnx.NodeProto], dict[str, float]]


def _detection_nodes(probability: str) -> Nodes:
    """[b, 1, h, w] in 0..1 -> [b, h, w] in 0..255. A byte is precise enough: thresholds are 0.3 and 0.5."""
    nodes = [
        helper.make_node("Squeeze", [probability], ["map"], axes=[1]),
        helper.make_node("Mul", ["map", "byte_range"], ["scaled"]),
        helper.make_node("Round", ["scaled"], ["rounded"]),
        helper.make_node("Cast", ["rounded"], ["TEXT_PROBABILITY"], to=TensorProto.UINT8),
    ]
    return nodes, {"byte_range": 255.0}


def _orientation_nodes(probabilities: str) -> Nodes:
    """[b, 2], softmax of (upright, upside down) -> answer [b, 1] and its probability [b, 1]."""
    nodes = [
        helper.make_node("ArgMax", [probabilities], ["answer"], axis=1, keepdims=1),
        helper.make_node("Cast", ["answer"], ["UPSIDE_DOWN"], to=TensorProto.BOOL),
        helper.make_node("ReduceMax", [probabilities], ["SCORE"], axes=[1], keepdims=1),
    ]
    return nodes, {}


def _recognition_nodes(probabilities: str) -> Nodes:
    """[b, steps, classes] softmax -> best class and its probability, [b, steps] each."""
    nodes = [
        helper.make_node("ArgMax", [probabilities], ["best"], axis=2, keepdims=0),
        helper.make_node("Cast", ["best"], ["CHARACTER_ID"], to=TensorProto.INT32),
        helper.make_node("ReduceMax", [probabilities], ["CHARACTER_SCORE"], axes=[2], keepdims=0),
    ]
    return nodes, {}


def _detection_decide(probability: NDArray[np.float32]) -> Arrays:
    return {"TEXT_PROBABILITY": np.rint(probability[:, 0] * np.float32(255)).astype(np.uint8)}


def _orientation_decide(probabilities: NDArray[np.float32]) -> Arrays:
    upside_down = probabilities.argmax(axis=1, keepdims=True).astype(np.bool_)
    margin = np.abs(probabilities[:, :1] - probabilities[:, 1:])
    return {
        "UPSIDE_DOWN": upside_down,
        "UPSIDE_DOWN.margin": margin,
        "SCORE": probabilities.max(axis=1, keepdims=True),
    }


def _recognition_decide(probabilities: NDArray[np.float32]) -> Arrays:
    ids = probabilities.argmax(axis=2).astype(np.int32)
    second, best = np.moveaxis(np.partition(probabilities, -2, axis=2)[..., -2:], -1, 0)
    return {"CHARACTER_ID": ids, "CHARACTER_ID.margin": best - second, "CHARACTER_SCORE": best}


@dataclass(frozen=True, slots=True)
class _Stage:
    """What one network's raw output becomes, once as ONNX nodes and once in numpy."""

    nodes: Callable[[str], Nodes]
    decide: Callable[[NDArray[np.float32]], Arrays]


_STAGES = {
    OcrStage.DETECTION: _Stage(_detection_nodes, _detection_decide),
    OcrStage.ORIENTATION: _Stage(_orientation_nodes, _orientation_decide),
    OcrStage.RECOGNITION: _Stage(_recognition_nodes, _recognition_decide),
}
