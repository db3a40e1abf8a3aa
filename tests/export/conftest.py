"""Tiny checkpoints with random weights: real files of the real formats, exported in seconds."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch
import transformers
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
from transformers import BertConfig, BertForSequenceClassification, BertForTokenClassification

from export import huggingface
from medinfer.contract import Model, clinical_ner, document_classifier
from medinfer.contract.sources import HuggingFaceSource, Task

VOCABULARY = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "|", *(chr(c) for c in range(ord("a"), ord("z") + 1)))


def write_checkpoint(folder: Path, task: Task, labels: tuple[str, ...], **config: object) -> Path:
    """A BERT of two layers, saved as training saves: fp16 safetensors, config.json, tokenizer.json."""
    torch.manual_seed(7)
    network = {
        Task.TOKEN_CLASSIFICATION: BertForTokenClassification,
        Task.SEQUENCE_CLASSIFICATION: BertForSequenceClassification,
    }[task]
    settings = {
        "vocab_size": len(VOCABULARY),
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 64,
        "max_position_embeddings": 256,
        # Wide random weights: probabilities far from uniform, so that a wrong mask or scale shows.
        "initializer_range": 0.5,
        "id2label": dict(enumerate(labels)),
        "label2id": {label: i for i, label in enumerate(labels)},
        **config,
    }
    transformers.utils.logging.disable_progress_bar()
    network(BertConfig(**settings)).half().save_pretrained(folder)
    tokenizer = Tokenizer(models.WordPiece({token: i for i, token in enumerate(VOCABULARY)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def with_checkpoint(model: Model, folder: Path, temperature: float = 1.0) -> Model:
    assert isinstance(model.source, HuggingFaceSource)
    source = dataclasses.replace(model.source, checkpoint=str(folder), temperature=temperature)
    return dataclasses.replace(model, source=source)


def _tiny(network: Model, folder: Path, temperature: float) -> Model:
    assert isinstance(network.source, HuggingFaceSource)
    return with_checkpoint(network, write_checkpoint(folder, network.source.task, network.source.labels), temperature)


@pytest.fixture(scope="session")
def token_model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return _tiny(clinical_ner.NETWORK, tmp_path_factory.mktemp("tokens"), 0.7)


@pytest.fixture(scope="session")
def sequence_model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return _tiny(document_classifier.NETWORK, tmp_path_factory.mktemp("sequences"), 1.6)


@pytest.fixture(scope="session")
def built(token_model: Model, sequence_model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with one folder a model."""
    folder = tmp_path_factory.mktemp("built")
    for model in (token_model, sequence_model):
        huggingface.build(model, folder / model.name)
    return folder
