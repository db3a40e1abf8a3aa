import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from medinfer.contract.vocabulary import Assertion, ClinicalLabel
from server.text.clinical import LABELS, entities
from server.text.tokens import TextTokenizer
from tests.server.text.rule_network import RuleNetwork, unreachable

TABLE = {"dm2": "problem", "asthma": "problem", "fever": "problem", "aspirin": "drug"}


def network(tokenizer: TextTokenizer) -> RuleNetwork:
    return RuleNetwork(tokenizer, LABELS, TABLE)


async def test_shorthand_with_a_negation(tokenizer: TextTokenizer) -> None:
    text = "No h/o of Dm2, asthma"
    (found,) = await entities(network(tokenizer), tokenizer, [text])
    assert [(e.label, text[e.start : e.end], e.assertion) for e in found] == [
        (ClinicalLabel.PROBLEM, "Dm2", Assertion.NEGATED),
        (ClinicalLabel.PROBLEM, "asthma", Assertion.NEGATED),
    ]


async def test_positions_are_code_points(tokenizer: TextTokenizer) -> None:
    text = "😷 café: fever"
    (found,) = await entities(network(tokenizer), tokenizer, [text])
    assert [text[e.start : e.end] for e in found] == ["fever"]


async def test_a_long_text_is_read_to_its_end(tokenizer: TextTokenizer) -> None:
    text = " ".join(f"On day {day} he had fever." for day in range(300))
    (found,) = await entities(network(tokenizer), tokenizer, [text])
    assert [text[e.start : e.end] for e in found] == ["fever"] * 300


async def test_texts_of_one_call_share_batches(tokenizer: TextTokenizer) -> None:
    asked = network(tokenizer)
    found = await entities(asked, tokenizer, ["fever", "", "aspirin daily", "asthma"])
    assert [len(of_text) for of_text in found] == [1, 0, 1, 1]
    assert asked.calls == [(3, 16)]


async def test_blank_texts_ask_no_network(tokenizer: TextTokenizer) -> None:
    assert await entities(unreachable, tokenizer, ["", " \n"]) == [[], []]
    assert await entities(unreachable, tokenizer, []) == []


text = st.lists(st.sampled_from([*TABLE, "no", "family history of", ",", ".", "\n", "x1"]), max_size=150).map(" ".join)


@settings(deadline=None, max_examples=40)
@given(st.lists(text, max_size=6))
def test_company_changes_no_answer(tokenizer: TextTokenizer, texts: list[str]) -> None:
    together = asyncio.run(entities(network(tokenizer), tokenizer, texts))
    alone = [asyncio.run(entities(network(tokenizer), tokenizer, [one]))[0] for one in texts]
    assert together == alone
    for one, found in zip(texts, together, strict=True):
        assert [one[e.start : e.end] for e in found] == [word for word in one.split() if word in TABLE]
