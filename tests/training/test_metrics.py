"""Measures, against hand-counted cases and seqeval."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics.sequence_labeling import get_entities

from training.metrics import bio_spans, calibration_error, entity_scores, fit_temperature, macro_f1, softmax

LABEL = st.sampled_from(["O", "B-drug", "I-drug", "B-test", "I-test"])


def test_strict_entities() -> None:
    gold = [[(0, 2, "drug"), (3, 4, "test")], []]
    found = [[(0, 2, "drug"), (3, 5, "test")], [(0, 1, "test")]]
    scores = entity_scores(gold, found)
    assert scores["drug"].f1 == 1.0
    assert scores["test"].f1 == 0.0
    assert scores["all"].f1 == pytest.approx(2 / 5)


@given(st.lists(st.tuples(LABEL, LABEL), min_size=1, max_size=30))
def test_strict_f1_is_that_of_seqeval(pairs: list[tuple[str, str]]) -> None:
    gold, found = ([p[i] for p in pairs] for i in (0, 1))
    expected = (set(get_entities(gold)), set(get_entities(found)))
    score = entity_scores([bio_spans(gold)], [bio_spans(found)])["all"]
    assert (score.gold, score.answered, score.right) == (*map(len, expected), len(expected[0] & expected[1]))


def test_macro_f1() -> None:
    assert macro_f1([0, 0, 1, 1], [0, 0, 1, 0]) == pytest.approx((0.8 + 2 / 3) / 2)


def test_temperature_undoes_overconfidence() -> None:
    rng = np.random.default_rng(0)
    true_logits = rng.normal(size=(4000, 4)) * 2
    gold = [int(rng.choice(4, p=p)) for p in softmax(true_logits)]
    temperature = fit_temperature(true_logits * 3, gold)
    assert temperature == pytest.approx(3, rel=0.1)
    assert calibration_error(softmax(true_logits * 3, temperature), gold) < 0.03
    assert calibration_error(softmax(true_logits * 3), gold) > 0.1
