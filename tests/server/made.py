"""Made-up models, and repositories of them: a small network of every output type that the contract uses, a slow
python model, one that calls others, and an ensemble."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from export.render import write
from medinfer.contract import Axis, Backend, Batching, Device, DType, Model, Placement, Step, Tensor
from medinfer.contract.sources import HuggingFaceSource, Task

VOCABULARY = 50
_TOKENS = Axis("tokens", 1, 8, 64)

SLOW_INSTANCES = 2
"""Of `slow`: a prioritised queue needs two."""


def scorer(
    name: str = "scorer", *, batching: Batching | None = None, parameters: dict[str, str] | None = None
) -> Model:
    """IDS [batch, tokens] in 0..49 -> an embedding, two matrix products, softmax, and its answers in four types."""
    placement = Placement(Device.CPU, 1, batching, parameters or {"intra_op_thread_count": "1"})
    return Model(
        name=name,
        description="Embeds, scores, decides.",
        backend=Backend.ONNXRUNTIME,
        source=HuggingFaceSource("none", Task.TOKEN_CLASSIFICATION, ("a", "b", "c")),
        max_batch_size=8,
        inputs=(Tensor("IDS", DType.INT32, (_TOKENS,), "token ids"),),
        outputs=(
            Tensor("SCORE", DType.FP32, (_TOKENS, 3), "softmax"),
            Tensor("BEST", DType.INT32, (_TOKENS,), "its argmax"),
            Tensor("BYTE", DType.UINT8, (_TOKENS, 3), "softmax, 0..255"),
            Tensor("SURE", DType.BOOL, (_TOKENS, 3), "whether above one half"),
        ),
        gpu=placement,
        cpu=placement,
    )


def slow(log: Path | None = None) -> Model:
    """One request at a time in each of two instances; notes LABEL in ``log``, takes SECONDS, answers LABEL."""
    placement = Placement(Device.CPU, SLOW_INSTANCES, None, {"log": str(log)}, prioritised=True)
    return Model(
        name="slow",
        description="Takes its time.",
        backend=Backend.PYTHON,
        max_batch_size=1,
        inputs=(Tensor("SECONDS", DType.FP32, (1,), "to take"), Tensor("LABEL", DType.INT32, (1,), "noted")),
        outputs=(Tensor("DONE", DType.INT32, (1,), "the label"),),
        gpu=placement,
        cpu=placement,
    )


def caller() -> Model:
    """Calls the scorer (any number of rows), and before it `slow` if WAIT (seconds) is above 0."""
    return Model(
        name="caller",
        description="Calls others.",
        backend=Backend.PYTHON,
        max_batch_size=0,
        inputs=(
            Tensor("IDS", DType.INT32, (Axis("rows", 0, 4, 99), _TOKENS), "for the scorer"),
            Tensor("WAIT", DType.FP32, (1,), "seconds"),
            Tensor("TIMEOUT_US", DType.INT64, (1,), "for everything; 0 = no limit"),
        ),
        outputs=(Tensor("BEST", DType.INT32, (Axis("rows", 0, 4, 99), _TOKENS), "of the scorer"),),
        gpu=Placement(Device.CPU),
        cpu=Placement(Device.CPU),
    )


def ensemble_of_slow(log: Path) -> Model:
    step = slow(log)
    return Model(
        name="ensemble",
        description="One slow step.",
        backend=Backend.ENSEMBLE,
        max_batch_size=1,
        inputs=step.inputs,
        outputs=step.outputs,
        steps=(Step(step, {t.name: t.name for t in step.inputs}, {t.name: t.name for t in step.outputs}),),
    )


def make_repository(repository: Path, *models: Model) -> Path:
    """A model repository configured from the declarations, with the scorer's network and the code of models/."""
    for model in models:
        folder = repository / model.name / str(model.version)
        folder.mkdir(parents=True)
        if model.backend is Backend.ONNXRUNTIME:
            onnx.save(_network(), folder / "model.onnx")
        elif model.backend is Backend.PYTHON:
            shutil.copy(Path(__file__).parent / "models" / f"{model.name}.py", folder / "model.py")
    write(repository, models)
    return repository


def _network() -> onnx.ModelProto:
    rng = np.random.default_rng(7)

    def weights(name: str, *shape: int) -> onnx.TensorProto:
        return numpy_helper.from_array(rng.normal(size=shape).astype(np.float32), name)

    nodes = [
        helper.make_node("Gather", ["embedding", "IDS"], ["embedded"]),
        helper.make_node("MatMul", ["embedded", "first"], ["hidden"]),
        helper.make_node("Relu", ["hidden"], ["active"]),
        helper.make_node("MatMul", ["active", "second"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["SCORE"], axis=-1),
        helper.make_node("ArgMax", ["SCORE"], ["best64"], axis=-1, keepdims=0),
        helper.make_node("Cast", ["best64"], ["BEST"], to=TensorProto.INT32),
        helper.make_node("Mul", ["SCORE", "full"], ["scaled"]),
        helper.make_node("Cast", ["scaled"], ["BYTE"], to=TensorProto.UINT8),
        helper.make_node("Greater", ["SCORE", "half"], ["SURE"]),
    ]
    shape = ["batch", "tokens"]
    graph = helper.make_graph(
        nodes,
        "scorer",
        [helper.make_tensor_value_info("IDS", TensorProto.INT32, shape)],
        [
            helper.make_tensor_value_info("SCORE", TensorProto.FLOAT, [*shape, 3]),
            helper.make_tensor_value_info("BEST", TensorProto.INT32, shape),
            helper.make_tensor_value_info("BYTE", TensorProto.UINT8, [*shape, 3]),
            helper.make_tensor_value_info("SURE", TensorProto.BOOL, [*shape, 3]),
        ],
        [
            weights("embedding", VOCABULARY, 16),
            weights("first", 16, 32),
            weights("second", 32, 3),
            numpy_helper.from_array(np.float32(255), "full"),
            numpy_helper.from_array(np.float32(0.5), "half"),
        ],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
