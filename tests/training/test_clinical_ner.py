"""Labels that training reads from its sources, on small files of the same form."""

import json
import random
from pathlib import Path

import numpy as np
import pytest

from medinfer.contract.clinical_ner import MAX_TOKENS
from medinfer.contract.sources import Task
from server.text.bio import spans
from server.text.context import assertions
from server.text.tokens import TextTokenizer
from training import clinical_ner
from training.clinical_ner import ANATEM, BC5CDR, LABELS, NCBI, NEUROTRIAL, _body_parts, _examples, _measure
from training.encoder import Checkpoint, load_checkpoint, load_encoder
from training.readers import AnnotatedText, read_iob, read_neurotrial
from training.trainer import IGNORED, Example, predict

FOLDER = Path(clinical_ner.__file__).parents[1] / clinical_ner.FOLDER


@pytest.fixture(scope="module")
def checkpoint() -> Checkpoint:
    return load_encoder(Task.TOKEN_CLASSIFICATION, LABELS)


@pytest.fixture(scope="module")
def committed() -> Checkpoint:
    return load_checkpoint(FOLDER, Task.TOKEN_CLASSIFICATION, LABELS)


@pytest.fixture(scope="module")
def tokenizer(checkpoint: Checkpoint) -> TextTokenizer:
    return TextTokenizer(checkpoint.tokenizer)


def names(example: Example) -> list[str]:
    assert not isinstance(example.labels, int)
    return ["-" if i == IGNORED else LABELS[i] for i in example.labels]


def test_every_token_of_an_entity_is_labelled(tokenizer: TextTokenizer) -> None:
    text = AnnotatedText("Selegiline-induced hypotension", ((0, 10, "Chemical"), (19, 30, "Disease")))
    (example,) = _examples(tokenizer, [text], BC5CDR, random.Random(0))
    labels = names(example)
    drug = len(tokenizer.encode(["Selegiline"])[0].ids)
    assert labels[1 : 1 + drug] == ["B-drug", *["I-drug"] * (drug - 1)]
    assert labels[1 + drug : 3 + drug] == ["O", "O"]
    assert labels[3 + drug] == "B-problem"
    assert (labels[0], labels[-1]) == ("-", "-")


def test_a_source_leaves_open_what_it_does_not_annotate() -> None:
    assert {LABELS[i][2:] for i in BC5CDR.unannotated} == {"test", "procedure", "body_site"}
    assert {LABELS[i][2:] for i in NCBI.unannotated} == {"drug", "test", "procedure", "body_site"}
    assert 0 not in BC5CDR.unannotated


def test_entities_without_a_label_of_ours_have_no_loss(tokenizer: TextTokenizer) -> None:
    text = AnnotatedText("acupuncture for migraine", ((0, 11, "OTHER"), (16, 24, "CONDITION")))
    (example,) = _examples(tokenizer, [text], NEUROTRIAL, random.Random(0))
    count = len(tokenizer.encode(["acupuncture"])[0].ids)
    assert names(example)[1 : 1 + count] == ["-"] * count
    assert "B-problem" in names(example)


def test_sequences_stay_within_the_contract_and_keep_every_token(tokenizer: TextTokenizer) -> None:
    texts = [AnnotatedText("fever " * n, ()) for n in (1, 5, 50, 127, 300)]
    examples = list(_examples(tokenizer, texts, None, random.Random(1)))
    assert all(len(e.input_ids) <= MAX_TOKENS for e in examples)
    assert sum(len(e.input_ids) - 2 for e in examples) == 1 + 5 + 50 + 127 + 300


def test_anatomy_is_split_in_body_parts_and_the_rest(tokenizer: TextTokenizer) -> None:
    text = _body_parts(AnnotatedText("lymph node and NK cells", ((0, 10, "Anatomy"), (15, 23, "Anatomy"))))
    (example,) = _examples(tokenizer, [text], ANATEM, random.Random(0))
    assert names(example)[1] == "B-body_site"
    assert "-" in names(example)[1:-1]
    assert _body_parts(AnnotatedText("NK cells", ((0, 8, "Anatomy"),))).spans == ()


def test_the_measure_counts_what_the_source_annotates(checkpoint: Checkpoint) -> None:
    text = AnnotatedText("fever after aspirin", ((0, 5, "Disease"), (12, 19, "Chemical")))
    scores = _measure(checkpoint, [text], BC5CDR)
    assert scores["all"].gold == 2
    assert set(scores) <= {"problem", "drug", "all"}
    assert _measure(checkpoint, [text], NCBI)["all"].gold == 1


def test_iob_files(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text("Wilson\tB-Disease\ndisease\tI-Disease\n.\tO\n\nNo\tO\nfever\tB-Disease\n", encoding="utf-8")
    first, second = read_iob(path)
    assert first == AnnotatedText("Wilson disease .", ((0, 14, "Disease"),))
    assert second.text[second.spans[0][0] : second.spans[0][1]] == "fever"


def test_neurotrial_files(tmp_path: Path) -> None:
    entities = [
        {"start": 0, "end": 6, "text": "Stroke", "type": "CONDITION"},
        {"start": 0, "end": 3, "text": "Str", "type": "CONDITION"},
        {"start": 7, "end": 9, "text": "not what stands there", "type": "DRUG"},
    ]
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{"text": "Stroke trial", "entities": entities}]), encoding="utf-8")
    assert read_neurotrial(path) == [AnnotatedText("Stroke trial", ((0, 6, "CONDITION"),))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("No h/o of Dm2, htn", [("problem", "Dm2", "negated"), ("problem", "htn", "negated")]),
        ("k/c/o T2DM on Metformin 500 BD", [("problem", "T2DM", "present"), ("drug", "Metformin", "present")]),
        ("?LRTI, adv CXR", [("problem", "LRTI", "possible"), ("test", "CXR", "present")]),
        ("F/H of CAD", [("problem", "CAD", "family")]),
        ("s/p appendectomy 2015", [("procedure", "appendectomy", "historical")]),
        ("Head is spinning since morning", [("problem", "Head is spinning", "present")]),
    ],
)
def test_the_committed_checkpoint_reads_shorthand(
    committed: Checkpoint, text: str, expected: list[tuple[str, str, str]]
) -> None:
    tokenizer = TextTokenizer(committed.tokenizer)
    (tokens,) = tokenizer.encode([text])
    (logits,) = predict(committed.model, [Example([tokenizer.cls_id, *tokens.ids.tolist(), tokenizer.sep_id], [])])
    best = logits[1:-1].argmax(axis=1).astype(np.int32)
    found = spans(text, tokens.start, tokens.end, best, np.ones(len(best), np.float32), LABELS)
    said = assertions(text, [(s.start, s.end) for s in found])
    assert [(s.label, text[s.start : s.end], a.value) for s, a in zip(found, said, strict=True)] == expected


def test_the_committed_checkpoint_fits_the_contract() -> None:
    config = json.loads((FOLDER / "config.json").read_text(encoding="utf-8"))
    assert tuple(config["id2label"][str(i)] for i in range(len(LABELS))) == LABELS
    assert config["max_position_embeddings"] >= MAX_TOKENS
    assert sum(f.stat().st_size for f in FOLDER.iterdir()) < 50_000_000
