from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medinfer.contract.vocabulary import DocumentLabel, bio_labels
from server.text.bio import Span, spans
from server.text.tokens import TextTokenizer

LABELS = bio_labels(DocumentLabel)


def read(tokenizer: TextTokenizer, text: str, *labels: str, scores: list[float] | None = None) -> list[tuple[str, str]]:
    return [(span.label, text[span.start : span.end]) for span in read_spans(tokenizer, text, *labels, scores=scores)]


def read_spans(tokenizer: TextTokenizer, text: str, *labels: str, scores: list[float] | None = None) -> list[Span]:
    """``labels``: one for each token of the text."""
    (tokens,) = tokenizer.encode([text])
    assert len(tokens.ids) == len(labels), [text[a:b] for a, b in zip(tokens.start, tokens.end, strict=True)]
    ids = np.array([LABELS.index(label) for label in labels], np.int32)
    return spans(text, tokens.start, tokens.end, ids, np.array(scores or [0.9] * len(ids), np.float32), LABELS)


def test_a_row_of_a_report(tokenizer: TextTokenizer) -> None:
    labels = ["B-test", "I-test", "B-value", "I-value", "I-value", "B-unit", "I-unit", "I-unit"]
    assert read(tokenizer, "Blood glucose 98.5 mg/dL", *labels) == [
        ("test", "Blood glucose"),
        ("value", "98.5"),
        ("unit", "mg/dL"),
    ]


def test_an_entity_may_begin_with_inside(tokenizer: TextTokenizer) -> None:
    assert read(tokenizer, "glucose high", "I-test", "O") == [("test", "glucose")]


def test_begin_separates_neighbours_of_one_kind(tokenizer: TextTokenizer) -> None:
    assert read(tokenizer, "fever cough", "B-condition", "B-condition") == [
        ("condition", "fever"),
        ("condition", "cough"),
    ]


def test_another_kind_ends_an_entity(tokenizer: TextTokenizer) -> None:
    assert read(tokenizer, "fever daily", "B-condition", "I-frequency") == [
        ("condition", "fever"),
        ("frequency", "daily"),
    ]


def test_a_word_has_the_label_of_its_first_piece(tokenizer: TextTokenizer) -> None:
    text = "amlodipine"
    (tokens,) = tokenizer.encode([text])
    pieces = len(tokens.ids)
    assert pieces > 1
    assert read(tokenizer, text, "B-drug", *["O"] * (pieces - 1)) == [("drug", text)]
    assert read(tokenizer, text, "O", *["I-drug"] * (pieces - 1)) == []


def test_a_unit_glued_to_its_number_stays_apart(tokenizer: TextTokenizer) -> None:
    assert read(tokenizer, "98mg", "B-value", "B-unit") == [("value", "98"), ("unit", "mg")]


def test_the_score_is_the_lowest_of_its_tokens(tokenizer: TextTokenizer) -> None:
    (span,) = read_spans(tokenizer, "blood glucose x", "B-test", "I-test", "O", scores=[0.9, 0.5, 0.1])
    assert span.score == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("text", "labels", "expected"),
    [
        ("(70-110),", ["B-reference_range", *["I-reference_range"] * 5], "70-110"),
        ("fever.", ["B-condition", "I-condition"], "fever"),
        ("- 5 %", ["B-value", "I-value", "I-value"], "5 %"),
        ("-5", ["B-value", "I-value"], "-5"),
        (".5", ["B-value", "I-value"], ".5"),
        ("-", ["B-value"], "-"),
        ("<5", ["B-value", "I-value"], "<5"),
        ("(++)", ["B-value", *["I-value"] * 3], "++"),
        ("vitamin d (25-oh", ["B-test", *["I-test"] * 5], "vitamin d (25-oh"),
        ("glucose)", ["B-test", "I-test"], "glucose"),
    ],
)
def test_edges_are_trimmed(tokenizer: TextTokenizer, text: str, labels: list[str], expected: str) -> None:
    assert [found for _, found in read(tokenizer, text, *labels)] == [expected]


def test_punctuation_alone_is_no_entity(tokenizer: TextTokenizer) -> None:
    assert read(tokenizer, "| .", "B-value", "I-value") == []
    assert read(tokenizer, "/", "B-unit") == []
    assert read(tokenizer, "%", "B-unit") == [("unit", "%")]


def test_no_tokens_no_entities(tokenizer: TextTokenizer) -> None:
    assert read(tokenizer, "  ") == []


@settings(deadline=None)
@given(st.text(max_size=60) | st.text("ab1 .,-()µ°É", max_size=60), st.integers(0, 2**32 - 1))
def test_entities_are_ordered_disjoint_and_inside(tokenizer: TextTokenizer, text: str, seed: int) -> None:
    (tokens,) = tokenizer.encode([text])
    rng = np.random.default_rng(seed)
    ids = rng.integers(0, len(LABELS), len(tokens.ids)).astype(np.int32)
    score = rng.random(len(ids)).astype(np.float32)
    found = spans(text, tokens.start, tokens.end, ids, score, LABELS)
    for span in found:
        assert 0 <= span.start < span.end <= len(text)
        assert text[span.start : span.end] == text[span.start : span.end].strip()
        assert span.label in set(DocumentLabel)
        assert 0 <= span.score <= 1
    for before, after in pairwise(found):
        assert before.end <= after.start
