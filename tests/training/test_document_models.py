"""The committed checkpoints read made documents of the test split: words and layouts that training never saw."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from medinfer.contract import document_classifier as classifier_contract
from medinfer.contract import document_ner as ner_contract
from medinfer.contract.models import Model
from medinfer.contract.sources import HuggingFaceSource, Task
from medinfer.contract.vocabulary import DOCUMENT_CLASSES
from server.text.tokens import TextTokenizer
from training import document_classifier, document_ner
from training.document_examples import samples
from training.encoder import MAX_BYTES, load_checkpoint
from training.made import vocabulary
from training.made.held import Split
from training.metrics import entity_scores
from training.trainer import predict

NETWORKS = (ner_contract.NETWORK, classifier_contract.NETWORK)


def _source(model: Model) -> HuggingFaceSource:
    assert isinstance(model.source, HuggingFaceSource)
    return model.source


@pytest.mark.parametrize("model", NETWORKS, ids=lambda m: m.name)
def test_a_checkpoint_has_the_contracts_labels_in_order_and_fits_the_repository(model: Model) -> None:
    source = _source(model)
    folder = Path(source.checkpoint)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    assert [config["id2label"][str(i)] for i in range(len(source.labels))] == list(source.labels)
    assert sum(p.stat().st_size for p in folder.iterdir()) <= MAX_BYTES + 100_000
    assert (folder / "README.md").is_file()
    assert 0.05 < source.temperature < 20


def test_document_ner_finds_the_entities_of_unseen_layouts() -> None:
    source = _source(ner_contract.NETWORK)
    checkpoint = load_checkpoint(Path(source.checkpoint), Task.TOKEN_CLASSIFICATION, source.labels)
    tokenizer = TextTokenizer(checkpoint.tokenizer)
    kept = samples(dict.fromkeys(document_ner.RECORDS, 3), Split.TEST, vocabulary.load(), noisy_share=0)
    found = [document_ner.compared(checkpoint, tokenizer, sample) for sample in kept]
    score = entity_scores([c.gold for c in found], [c.answered for c in found])["all"]
    assert score.gold > 200
    assert score.f1 > 0.75


def test_document_classifier_tells_made_documents_apart() -> None:
    source = _source(classifier_contract.NETWORK)
    checkpoint = load_checkpoint(Path(source.checkpoint), Task.SEQUENCE_CLASSIFICATION, source.labels)
    items = document_classifier.made_items(6, Split.TEST, vocabulary.load())
    kept, _ = document_classifier.examples(items, TextTokenizer(checkpoint.tokenizer))
    right = [
        DOCUMENT_CLASSES[int(np.argmax(scores))] == DOCUMENT_CLASSES[int(e.labels)]  # type: ignore[arg-type]
        for e, scores in zip(kept, predict(checkpoint.model, kept), strict=True)
    ]
    assert sum(right) / len(right) > 0.8


@pytest.mark.parametrize("app", [document_ner.app, document_classifier.app])
@pytest.mark.parametrize("command", ["train", "evaluate"])
def test_help(app: object, command: str) -> None:
    answer = CliRunner().invoke(app, [command, "--help"])  # type: ignore[arg-type]
    assert answer.exit_code == 0
    assert "checkpoint" in answer.output
