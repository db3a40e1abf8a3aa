import asyncio
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from medinfer.contract.document_ner import NETWORK
from medinfer.contract.vocabulary import Assertion, DocumentLabel
from server.text.document_ner import LABELS, DocumentEntity, entities
from server.text.tokens import TextTokenizer
from tests.server.text.rule_network import RuleNetwork, unreachable

TABLE = {
    "glucose": "test",
    "haemoglobin": "test",
    "98": "value",
    "mg": "unit",
    "fever": "condition",
    "cough": "condition",
}


def places(cells: list[list[str]]) -> tuple[list[str], NDArray[np.float32], NDArray[np.int32]]:
    """Lines, boxes and pages of rows of cells; 40 rows a page."""
    lines, boxes, pages = [], [], []
    for r, row in enumerate(cells):
        for c, cell in enumerate(row):
            left, top = 300 * c, 30 * (r % 40)
            lines.append(cell)
            boxes.append([(left, top), (left + 250, top), (left + 250, top + 20), (left, top + 20)])
            pages.append(r // 40)
    return lines, np.array(boxes, np.float32).reshape(-1, 4, 2), np.array(pages, np.int32)


async def read(tokenizer: TextTokenizer, cells: list[list[str]]) -> list[DocumentEntity]:
    return await entities(RuleNetwork(tokenizer, LABELS, TABLE), tokenizer, *places(cells))


async def test_entities_are_placed_in_their_lines(tokenizer: TextTokenizer) -> None:
    found = await read(tokenizer, [["Test", "Result"], ["Serum glucose:", "98 mg"]])
    assert [(e.label, e.line, e.start, e.end) for e in found] == [
        (DocumentLabel.TEST, 2, 6, 13),
        (DocumentLabel.VALUE, 3, 0, 2),
        (DocumentLabel.UNIT, 3, 3, 5),
    ]
    assert all(e.assertion is None for e in found)


async def test_a_condition_is_negated_by_the_cell_before_it(tokenizer: TextTokenizer) -> None:
    found = await read(tokenizer, [["No history of", "fever"], ["Complaints:", "cough"]])
    assert [(e.line, e.assertion) for e in found] == [(1, Assertion.NEGATED), (3, Assertion.PRESENT)]


async def test_the_order_is_by_line_not_by_row(tokenizer: TextTokenizer) -> None:
    """Lines in reading order need not be in row order: here the columns come one after the other."""
    lines, boxes, pages = places([["glucose", "98"], ["glucose", "98"]])
    order = [0, 2, 1, 3]
    network = RuleNetwork(tokenizer, LABELS, TABLE)
    found = await entities(network, tokenizer, [lines[i] for i in order], boxes[order], pages)
    assert [(e.line, e.label.value) for e in found] == [(0, "test"), (1, "test"), (2, "value"), (3, "value")]


async def test_nothing_to_read_asks_no_network(tokenizer: TextTokenizer) -> None:
    assert await entities(unreachable, tokenizer, *places([])) == []
    assert await entities(unreachable, tokenizer, *places([["", " "], [""]])) == []


cell = st.lists(st.sampled_from([*TABLE, "x", "the", "(", ",", "é"]), max_size=40).map(" ".join)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.lists(cell, min_size=1, max_size=4), max_size=60))
def test_every_word_that_the_network_knows_is_found_once(tokenizer: TextTokenizer, cells: list[list[str]]) -> None:
    lines, boxes, pages = places(cells)
    network = RuleNetwork(tokenizer, LABELS, TABLE)
    found = asyncio.run(entities(network, tokenizer, lines, boxes, pages))
    expected = [(line, word) for line, text in enumerate(lines) for word in text.split(" ") if word in TABLE]
    assert [(e.line, lines[e.line][e.start : e.end]) for e in found] == expected
    for before, after in pairwise(found):
        assert (before.line, before.end) <= (after.line, after.start) or before.line < after.line
    assert all(size <= NETWORK.max_batch_size for size, _ in network.calls)
