"""Made documents: labels say what is printed, the same seed gives the same document, and nothing leaks."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medinfer.contract.vocabulary import DOCUMENT_CLASSES, DocumentLabel, DocumentType
from training.made import blocks, documents, lab_report, medicines, people, prescription, vocabulary
from training.made.entries import Vocabulary
from training.made.held import Held, Split, every, hashed, key, ordered, split_of
from training.made.layout import MadeDocument
from training.made.lines import Line, Noise, clean, noisy
from training.made.text import Text, join, tag, wrap

WORDS = vocabulary.load()
some_document = st.builds(
    documents.make,
    st.sampled_from(DOCUMENT_CLASSES),
    st.sampled_from(Split),
    st.integers(0, 2**31),
    st.just(WORDS),
)


def _entities(lines: list[Line]) -> Counter[tuple[DocumentLabel, str]]:
    return Counter((s.label, line.text.text[s.start : s.end]) for line in lines for s in line.text.spans)


def _assert_spans_fit(lines: list[Line]) -> None:
    for line in lines:
        position = 0
        for span in line.text.spans:
            assert position <= span.start < span.end <= len(line.text.text)
            position = span.end


@given(some_document)
@settings(deadline=None, max_examples=60)
def test_spans_lie_inside_their_lines_in_order_and_disjoint(document: MadeDocument) -> None:
    _assert_spans_fit(clean(document))


@given(some_document, st.integers(0, 1000))
@settings(deadline=None, max_examples=60)
def test_noise_keeps_spans_inside_their_lines(document: MadeDocument, seed: int) -> None:
    lines = noisy(document, random.Random(seed), Noise(character=0.05, lost_space=0.1, joined=0.5, cut=0.2))
    _assert_spans_fit(lines)
    assert all(line.text.text.strip() for line in lines)


@given(some_document)
@settings(deadline=None, max_examples=60)
def test_every_fact_of_the_truth_is_labelled_on_the_page(document: MadeDocument) -> None:
    """A fact that is folded over lines is labelled piece by piece: its words are looked for."""
    printed = _entities(clean(document))

    def assert_labelled(label: DocumentLabel, value: str | None) -> None:
        if value is None or printed[label, value]:
            return
        pieces = " ".join(text for (found, text), _ in printed.items() if found is label).split()
        assert not set(value.split()) - set(pieces), f"{label} {value!r} is in the truth but not labelled on the page"

    truth = document.truth
    assert_labelled(DocumentLabel.PATIENT_NAME, truth.patient.name)
    assert_labelled(DocumentLabel.AGE, truth.patient.age)
    for o in truth.observations:
        assert_labelled(DocumentLabel.TEST, o.test)
        assert_labelled(DocumentLabel.VALUE, o.value)
        assert_labelled(DocumentLabel.UNIT, o.unit)
        assert_labelled(DocumentLabel.REFERENCE_RANGE, o.reference_range)
    for m in truth.medications:
        assert_labelled(DocumentLabel.DRUG, m.drug)
        assert_labelled(DocumentLabel.STRENGTH, m.strength)
        assert_labelled(DocumentLabel.FORM, m.form)
        assert_labelled(DocumentLabel.FREQUENCY, m.frequency)
        assert_labelled(DocumentLabel.DURATION, m.duration)
    for c in truth.conditions:
        assert_labelled(DocumentLabel.CONDITION, c.text)


@given(some_document)
@settings(deadline=None, max_examples=60)
def test_tests_and_drugs_on_the_page_are_as_many_as_in_the_truth(document: MadeDocument) -> None:
    labels = Counter(s.label for line in clean(document) for s in line.text.spans)
    assert labels[DocumentLabel.TEST] >= len(document.truth.observations)  # a folded name counts for each line
    assert labels[DocumentLabel.DRUG] >= len(document.truth.medications)
    assert bool(labels[DocumentLabel.DRUG]) == bool(document.truth.medications)


@given(some_document)
@settings(deadline=None, max_examples=40)
def test_cells_stay_on_the_page(document: MadeDocument) -> None:
    for page in document.pages:
        for cell in page.cells:
            assert 0 <= cell.y <= page.height
            assert 0 <= cell.x < page.width


@pytest.mark.parametrize("document_type", DOCUMENT_CLASSES)
@pytest.mark.parametrize("split", Split)
def test_the_same_seed_makes_the_same_document(document_type: DocumentType, split: Split) -> None:
    first, again = (documents.make(document_type, split, 7, WORDS) for _ in range(2))
    assert first == again
    assert documents.make(document_type, split, 8, WORDS) != first


def test_noise_is_seeded() -> None:
    document = documents.make(DocumentType.LAB_REPORT, Split.TRAIN, 3, WORDS)
    assert noisy(document, random.Random(1), Noise()) == noisy(document, random.Random(1), Noise())


def _names(words: Vocabulary, split: Split) -> set[str]:
    return {key(n) for panel in words.panels.values() for a in panel for n in a.names.of(split)}


def test_no_test_name_of_one_split_is_in_another() -> None:
    train, dev, test = (_names(WORDS, split) for split in Split)
    assert not train & dev
    assert not train & test
    assert not dev & test
    assert len(test) > 80


@pytest.mark.parametrize(
    "held",
    [
        WORDS.drugs.common,
        WORDS.conditions.common,
        WORDS.symptoms,
        *WORDS.findings.values(),
        people.MEN,
        people.WOMEN,
        people.SURNAMES,
        people.TOWNS,
        lab_report.COLUMNS,
        prescription.TABLES,
        medicines.LINES,
    ],
)
def test_words_and_layouts_of_the_splits_are_disjoint(held: Held[str]) -> None:
    train, dev, test = (set(held.of(split)) for split in Split)
    assert train
    assert dev
    assert test
    assert not train & dev
    assert not train & test
    assert not dev & test


def test_documents_of_training_hold_no_held_out_word() -> None:
    """What the documents really print, not only what the lists say."""
    held_out_drugs = {key(d) for d in WORDS.drugs.of(Split.TEST)} - {key(d) for d in WORDS.drugs.of(Split.TRAIN)}
    held_out_tests = _names(WORDS, Split.TEST)
    for document_type in DOCUMENT_CLASSES:
        for seed in range(25):
            truth = documents.make(document_type, Split.TRAIN, seed, WORDS).truth
            assert not {key(m.drug) for m in truth.medications} & held_out_drugs
            vitals = {"85354-9", "8867-4", "8310-5", "59408-5", "9279-1", "29463-7", "8302-2"}
            assert not {key(o.test) for o in truth.observations if o.loinc not in vitals} & held_out_tests


def test_ordered_holds_the_last_two_out() -> None:
    assert ordered("abcd") == Held(("a", "b"), ("c",), ("d",))
    with pytest.raises(ValueError, match="three options"):
        ordered("ab")


def test_every_holds_two_of_each_period_out() -> None:
    held = every(range(10), 5)
    assert held == Held((0, 1, 2, 5, 6, 7), (3, 8), (4, 9))


@given(st.lists(st.text("abcdefgh .-", min_size=1, max_size=6)))
def test_a_words_split_hangs_on_nothing_but_the_word(words: list[str]) -> None:
    held = hashed(words)
    for split in Split:
        assert all(split_of(word) is split for word in held.of(split))


def test_spellings_of_a_word_share_a_split() -> None:
    assert key("S.G.P.T.") == key("SGPT")
    assert split_of("S.G.P.T.") is split_of("sgpt")


labelled = st.builds(tag, st.sampled_from(DocumentLabel), st.text("ab ", min_size=1, max_size=8))
texts = st.lists(st.one_of(labelled, st.text("xy ", max_size=8))).map(join)


@given(texts, texts)
def test_joined_texts_keep_their_entities(first: Text, second: Text) -> None:
    both = first + second
    assert [both.text[s.start : s.end] for s in both.spans] == [
        t.text[s.start : s.end] for t in (first, second) for s in t.spans
    ]


@given(texts, st.integers(1, 20))
def test_folding_loses_nothing_but_spaces(text: Text, fits: int) -> None:
    lines = wrap(text, fits)
    assert "".join(line.text for line in lines).replace(" ", "") == text.text.replace(" ", "")


def test_identity_is_what_the_block_prints() -> None:
    who = blocks.identity(random.Random(4), Split.TRAIN)
    assert who.truth.sex in ("male", "female")
    assert who.name in who.titled.text
