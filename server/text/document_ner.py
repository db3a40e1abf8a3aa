"""Entities in the lines of a medical record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from medinfer.contract.document_ner import MAX_TOKENS, NETWORK
from medinfer.contract.vocabulary import Assertion, DocumentLabel, bio_labels
from medinfer.rows import rows
from server.inference import Infer
from server.text.bio import spans
from server.text.buckets import infer_sequences
from server.text.context import assertions
from server.text.tokens import TextTokenizer
from server.text.windows import windows

LABELS = bio_labels(DocumentLabel)


class DocumentEntity(NamedTuple):
    """Characters ``start`` to ``end`` (Unicode code points) of line ``line``. ``assertion``: of conditions only."""

    label: DocumentLabel
    line: int
    start: int
    end: int
    score: float
    assertion: Assertion | None


async def entities(
    infer: Infer,
    tokenizer: TextTokenizer,
    line_text: Sequence[str],
    line_box: NDArray[np.float32],
    line_page: NDArray[np.int32],
) -> list[DocumentEntity]:
    """The entities of a record, ordered by line, then start; no network is asked if there is nothing to read.

    Raises:
        InferenceError: the network did not answer.
    """
    page_rows = rows(line_box, line_page)
    found = windows(line_text, page_rows, tokenizer, MAX_TOKENS)
    answers = await infer_sequences(infer, NETWORK, [window.input_ids for window in found])
    if not found:
        return []
    # A line that is cut over two windows is put together again: each of its tokens is owned once.
    line, start, end, label_id, score = (
        np.concatenate([part[window.owned] for part, window in zip(parts, found, strict=True)])
        for parts in (
            [window.line for window in found],
            [window.start for window in found],
            [window.end for window in found],
            [answer["LABEL_ID"] for answer in answers],
            [answer["LABEL_SCORE"] for answer in answers],
        )
    )
    entities: list[DocumentEntity] = []
    for number, tokens in groupby(range(len(line)), key=line.tolist().__getitem__):
        at = list(tokens)
        part = slice(at[0], at[-1] + 1)
        for span in spans(line_text[number], start[part], end[part], label_id[part], score[part], LABELS):
            entities.append(DocumentEntity(DocumentLabel(span.label), number, span.start, span.end, span.score, None))
    return sorted(_asserted(entities, line_text, page_rows), key=lambda e: (e.line, e.start))


def _asserted(
    entities: Sequence[DocumentEntity], line_text: Sequence[str], page_rows: Sequence[Sequence[int]]
) -> list[DocumentEntity]:
    """With what the row says of each condition: "No h/o" may stand in one cell and "diabetes" in the next."""
    conditions: dict[int, list[DocumentEntity]] = defaultdict(list)
    for entity in entities:
        if entity.label is DocumentLabel.CONDITION:
            conditions[entity.line].append(entity)
    found: dict[DocumentEntity, Assertion] = {}
    for row in page_rows:
        if conditions.keys().isdisjoint(row):
            continue
        offsets, text = {}, ""
        for number in row:
            offsets[number] = len(text)
            text += line_text[number] + " "
        there = [e for number in row for e in conditions.get(number, ())]
        places = [(offsets[e.line] + e.start, offsets[e.line] + e.end) for e in there]
        found.update(zip(there, assertions(text, places), strict=True))
    return [e._replace(assertion=found.get(e)) for e in entities]
