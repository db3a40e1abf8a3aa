"""PyTorch text networks of Hugging Face checkpoints, with calibration and decision inside the graph."""

from __future__ import annotations

import json
import logging
import shutil
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
import transformers
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor as TorchTensor

from export import checkpoints
from medinfer.contract import Axis, Model
from medinfer.contract.sources import HuggingFaceSource, Task
from medinfer.contract.tensors import BATCH_AXIS

OPSET = 20
"""First operator set with Gelu as one node. onnxruntime (>= 1.17) joins it with its bias, and layer norms with their
skips; its Attention fusion wants the operators of opset 14 and does not happen. TensorRT parses all of it and fuses
attention by itself (tried with TensorRT-RTX 1.7 for SM86, dynamic batch and tokens)."""

MASKED = -10_000.0
"""Added to the attention scores of padding: 0 after the softmax, and finite in fp16, where a row of padding alone
would otherwise become NaN."""

PAD_ID = 0

Arrays = Mapping[str, NDArray[Any]]


def build(model: Model, folder: Path) -> None:
    """Write ``folder/model.onnx`` with the tensors of the contract, ``tokenizer.json`` and ``labels.json``.

    fp16 weights become fp32. The bytes depend on the checkpoint, the contract and the library versions alone.
    ``labels.json``: list of labels in the order of the output's ids.

    Raises:
        FileNotFoundError: the checkpoint is not there.
        ValueError: the checkpoint's labels, padding id or tokenizer do not fit the contract.
    """
    source = _source(model)
    checkpoint = checkpoints.folder(source.checkpoint)
    # Attention as plain MatMul and Softmax: the fused operator needs opset 23, which TensorRT 10 lacks.
    network = _Decision(_load(model, checkpoint, attention="eager"), source.task, source.temperature)
    graph = _stripped(_export(model, network))
    onnx.checker.check_model(graph, full_check=True)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(graph.SerializeToString(deterministic=True))
    shutil.copyfile(checkpoint / "tokenizer.json", folder / "tokenizer.json")
    (folder / "labels.json").write_text(json.dumps(source.labels, indent=1) + "\n", encoding="utf-8")


def reference(model: Model) -> Callable[[Arrays], Arrays]:
    """The checkpoint as transformers runs it (its own attention and mask), with softmax and decision in numpy.

    Takes and returns the contract's tensors by name, batch axis first. ``<output>.margin`` says by how much the best
    label's probability leads the second best.
    """
    source = _source(model)
    network = _load(model, checkpoints.folder(source.checkpoint), attention="sdpa")

    def run(inputs: Arrays) -> Arrays:
        ids = torch.from_numpy(inputs["INPUT_IDS"].astype(np.int64))
        with torch.inference_mode():
            logits = network(input_ids=ids, attention_mask=(ids != PAD_ID).long()).logits
        scaled = logits.numpy().astype(np.float64) / source.temperature
        exponential = np.exp(scaled - scaled.max(-1, keepdims=True))
        scores = exponential / exponential.sum(-1, keepdims=True)
        if source.task is Task.SEQUENCE_CLASSIFICATION:
            return {"CLASS_SCORE": scores.astype(np.float32)}
        second, best = np.sort(scores, axis=-1)[..., -2:].transpose(2, 0, 1)
        return {
            "LABEL_ID": scores.argmax(-1).astype(np.int32),
            "LABEL_ID.margin": best - second,
            "LABEL_SCORE": best.astype(np.float32),
        }

    return run


class _Decision(torch.nn.Module):
    """Token ids -> what the contract calls the network's outputs."""

    def __init__(self, network: torch.nn.Module, task: Task, temperature: float) -> None:
        super().__init__()
        self.network = network
        self.task = task
        self.temperature = temperature

    def forward(self, ids: TorchTensor) -> TorchTensor | tuple[TorchTensor, TorchTensor]:
        mask = (ids == PAD_ID)[:, None, None, :].to(torch.float32) * MASKED
        logits = self.network(input_ids=ids, attention_mask=mask).logits
        scores = torch.softmax(logits / self.temperature, dim=-1)
        if self.task is Task.SEQUENCE_CLASSIFICATION:
            return scores
        best, label = scores.max(dim=-1)
        return label.to(torch.int32), best


_AUTO = {
    Task.SEQUENCE_CLASSIFICATION: transformers.AutoModelForSequenceClassification,
    Task.TOKEN_CLASSIFICATION: transformers.AutoModelForTokenClassification,
}


def _source(model: Model) -> HuggingFaceSource:
    if not isinstance(model.source, HuggingFaceSource):
        raise TypeError(f"{model.name} is not built from a Hugging Face checkpoint")
    return model.source


def _load(model: Model, checkpoint: Path, attention: str) -> torch.nn.Module:
    source = _source(model)
    config = transformers.AutoConfig.from_pretrained(checkpoint)
    labels = tuple(config.id2label[i] for i in range(len(config.id2label)))
    if labels != source.labels:
        raise ValueError(
            f"{model.name}: the labels of checkpoint {source.checkpoint} are not the contract's, or in another order: "
            f"{_first_difference(labels, source.labels)}"
        )
    if config.pad_token_id != PAD_ID:
        raise ValueError(f"{model.name}: the checkpoint pads with id {config.pad_token_id}; the contract with {PAD_ID}")
    tokens = Tokenizer.from_file(str(checkpoint / "tokenizer.json")).get_vocab_size()
    if tokens > config.vocab_size:
        raise ValueError(f"{model.name}: the tokenizer has {tokens} tokens, the network only {config.vocab_size}")
    longest = max(d.maximum for t in model.inputs for d in t.dims if isinstance(d, Axis))
    if config.max_position_embeddings < longest:
        raise ValueError(f"{model.name}: the checkpoint reads {config.max_position_embeddings} tokens, not {longest}")
    with _quiet():
        network = _AUTO[source.task].from_pretrained(checkpoint, dtype=torch.float32, attn_implementation=attention)
    evaluated: torch.nn.Module = network.eval()
    return evaluated


def _first_difference(found: tuple[str, ...], wanted: tuple[str, ...]) -> str:
    for i, (a, b) in enumerate(zip(found, wanted, strict=False)):
        if a != b:
            return f"id {i} is {a!r}, should be {b!r}"
    return f"{len(found)} labels, should be {len(wanted)}"


def _export(model: Model, network: torch.nn.Module) -> onnx.ModelProto:
    (ids,) = model.inputs
    axes = {axis.name: axis for axis in ids.axes}
    dynamic = {
        position: torch.export.Dim(name, min=1, max=axes[name].maximum if name != BATCH_AXIS else None)
        for position, name in ids.axis_names(batched=True).items()
    }
    # Lengths that appear nowhere else in the network, so that no axis is taken for a constant.
    example = torch.ones((3, *(axis.typical + 1 for axis in ids.axes)), dtype=torch.int32)
    with _quiet():
        program = torch.onnx.export(
            network.eval(),
            (example,),
            dynamo=True,
            input_names=[ids.name],
            output_names=[tensor.name for tensor in model.outputs],
            dynamic_shapes=(dynamic,),
            opset_version=OPSET,
            verbose=False,
        )
    assert program is not None
    proto: onnx.ModelProto = program.model_proto
    return proto


def _stripped(graph: onnx.ModelProto) -> onnx.ModelProto:
    """Without the exporter's notes on nodes and values, which hold file paths of the machine."""
    del graph.metadata_props[:]
    del graph.graph.metadata_props[:]
    for part in (*graph.graph.node, *graph.graph.value_info, *graph.graph.input, *graph.graph.output):
        del part.metadata_props[:]
        part.doc_string = ""
    for initializer in graph.graph.initializer:
        del initializer.metadata_props[:]
        initializer.doc_string = ""
    return graph


@contextmanager
def _quiet() -> Iterator[None]:
    """Progress bars and notes of the libraries that a reader can do nothing about. Warnings that are ours stay."""
    registration = logging.getLogger("torch.onnx._internal.exporter._registration")
    level = registration.level
    registration.setLevel(logging.ERROR)  # "torchvision is not installed", four times
    transformers.utils.logging.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            # torch 2.13 copies its own deprecated LeafSpec while it exports.
            warnings.filterwarnings("ignore", message=r".*LeafSpec.*", category=FutureWarning)
            yield
    finally:
        registration.setLevel(level)
        transformers.utils.logging.enable_progress_bar()
