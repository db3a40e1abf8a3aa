"""ConText: scopes, their ends, precedence, and shorthand."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medinfer.contract.vocabulary import Assertion
from server.text.context import _MARK, assertions
from server.text.triggers import TRIGGERS, Cue, Reach, Trigger


def said_of(text: str, *mentions: str) -> list[str]:
    spans = [(text.index(m), text.index(m) + len(m)) for m in mentions]
    return [a.value for a in assertions(text, spans)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("No h/o of Dm2, htn", {"Dm2": "negated", "htn": "negated"}),
        ("k/c/o T2DM on Metformin 500 BD", {"T2DM": "present", "Metformin": "present"}),
        ("Head is spinning since morning", {"Head is spinning": "present"}),
        ("?LRTI, adv CXR", {"LRTI": "possible", "CXR": "present"}),
        ("F/H of CAD", {"CAD": "family"}),
        ("s/p appendectomy 2015", {"appendectomy": "historical"}),
        ("N/K/C/O DM / HTN", {"DM": "negated", "HTN": "negated"}),
        ("not a k/c/o asthma", {"asthma": "negated"}),
        ("No fever, h/o TB in 2010, cough +", {"fever": "negated", "TB": "historical", "cough": "present"}),
        ("HBsAg -ve, HCV +ve", {"HBsAg": "negated", "HCV": "present"}),
        ("No c/o chest pain, c/o headache", {"chest pain": "negated", "headache": "present"}),
        ("h/o fever since 3 days", {"fever": "present"}),
        ("h/o fever x 3 days", {"fever": "present"}),
        ("h/o MI, chest pain since 2 days", {"MI": "historical", "chest pain": "present"}),
        (
            "Denies fever or chills but complains of cough.",
            {"fever": "negated", "chills": "negated", "cough": "present"},
        ),
        ("TB was ruled out but asthma is not ruled out", {"TB": "negated", "asthma": "possible"}),
        ("Pallor, icterus, cyanosis absent", {"Pallor": "negated", "icterus": "negated", "cyanosis": "negated"}),
        ("Pallor present, icterus absent", {"Pallor": "present", "icterus": "negated"}),
        ("Mother had breast cancer, patient has gout", {"breast cancer": "family", "gout": "present"}),
        ("DM in father", {"DM": "family"}),
        ("Child brought by mother with fever", {"fever": "present"}),
        ("65 year old male with COPD", {"COPD": "present"}),
        ("r/o malaria", {"malaria": "possible"}),
        ("Features s/o dengue", {"dengue": "possible"}),
        ("Imp: dengue ?", {"dengue": "possible"}),
        ("Review if rash", {"rash": "possible"}),
        ("Old case of PTB", {"PTB": "historical"}),
        ("Gram negative sepsis", {"sepsis": "present"}),
        ("No fever. Cough since 2 days", {"fever": "negated", "Cough": "present"}),
        ("No fever\ncough", {"fever": "negated", "cough": "present"}),
        ("No relief from pain", {"pain": "present"}),
        ("nodular rash, notable fever", {"rash": "present", "fever": "present"}),
        ("NO EVIDENCE  OF TUMOUR", {"TUMOUR": "negated"}),
    ],
)
def test_shorthand(text: str, expected: dict[str, str]) -> None:
    assert said_of(text, *expected) == list(expected.values())


@pytest.mark.parametrize(
    ("text", "mention", "expected"),
    [
        ("no h/o DM", "DM", "negated"),
        ("no family history of CAD", "CAD", "negated"),
        ("father: possible gout", "gout", "family"),
        ("?old MI", "MI", "possible"),
        ("no pallor, edema +", "edema", "present"),
    ],
)
def test_precedence(text: str, mention: str, expected: str) -> None:
    assert said_of(text, mention) == [expected]


def test_answers_stand_in_the_order_of_the_spans() -> None:
    text = "cough, no fever"
    assert assertions(text, [(10, 15), (0, 5)]) == [Assertion.NEGATED, Assertion.PRESENT]


def test_every_phrase_of_the_lexicon_matches_itself() -> None:
    for phrase in TRIGGERS:
        match = _MARK.search(phrase)
        assert match is not None, phrase
        assert match.group() == phrase


def test_the_lexicon_covers_every_cue() -> None:
    assert {t.cue for t in TRIGGERS.values()} == {*Cue, None}
    assert Trigger(Cue.NEGATED, Reach.AFTER) == TRIGGERS["no h/o"]


@given(
    st.lists(st.one_of(st.sampled_from(sorted(TRIGGERS)), st.text(max_size=6), st.sampled_from([",", ". ", "?", "İ"]))),
    st.data(),
)
def test_one_answer_for_each_span_of_any_text(parts: list[str], data: st.DataObject) -> None:
    text = " ".join(parts)
    position = st.integers(0, len(text))
    spans = data.draw(st.lists(st.tuples(position, position).map(lambda p: (min(p), max(p))), max_size=5))
    found = assertions(text, spans)
    assert len(found) == len(spans)
    assert all(isinstance(a, Assertion) for a in found)
    assert found == [assertions(text, [span])[0] for span in spans]


def test_negation_on_the_published_context_sentences() -> None:
    """rsAnnotations (chapmanbe/negex, Apache-2.0); the lexicon was not tuned on it."""
    path = Path(os.environ.get("MEDINFER_DATA", "")) / "negation" / "context_rsAnnotations-1-120-random.txt"
    if "MEDINFER_DATA" not in os.environ or not path.exists():
        pytest.skip("set MEDINFER_DATA to the data folder (docs/training.md)")
    from training.evaluate_context import evaluate

    scores = evaluate(path)
    assert scores["negated"].f1 > 0.95
