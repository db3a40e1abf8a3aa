"""Entities and their assertion in clinical free text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from medinfer.contract.clinical_ner import MAX_TOKENS, NETWORK
from medinfer.contract.vocabulary import Assertion, ClinicalLabel, bio_labels
from server.inference import Infer
from server.text.bio import spans
from server.text.buckets import infer_sequences
from server.text.context import assertions
from server.text.sentences import cut
from server.text.tokens import TextTokenizer

LABELS = bio_labels(ClinicalLabel)


class ClinicalEntity(NamedTuple):
    """Characters ``start`` to ``end`` (Unicode code points) of the text."""

    label: ClinicalLabel
    start: int
    end: int
    score: float
    assertion: Assertion


async def entities(infer: Infer, tokenizer: TextTokenizer, texts: Sequence[str]) -> list[list[ClinicalEntity]]:
    """The entities of each text, ordered by start. The pieces of all texts share their batches.

    Raises:
        InferenceError: the network did not answer.
    """
    tokenized = tokenizer.encode(texts)
    pieces = [
        (number, part)
        for number, (text, tokens) in enumerate(zip(texts, tokenized, strict=True))
        for part in cut(text, tokens.start, tokens.end, MAX_TOKENS - 2)
    ]
    sequences = [
        np.concatenate([[tokenizer.cls_id], tokenized[number].ids[part], [tokenizer.sep_id]]).astype(np.int32)
        for number, part in pieces
    ]
    label_ids = [np.zeros(len(tokens.ids), np.int32) for tokens in tokenized]
    scores = [np.zeros(len(tokens.ids), np.float32) for tokens in tokenized]
    for (number, part), answer in zip(pieces, await infer_sequences(infer, NETWORK, sequences), strict=True):
        label_ids[number][part] = answer["LABEL_ID"][1:-1]
        scores[number][part] = answer["LABEL_SCORE"][1:-1]
    found = []
    for text, tokens, label_id, score in zip(texts, tokenized, label_ids, scores, strict=True):
        of_text = spans(text, tokens.start, tokens.end, label_id, score, LABELS)
        said = assertions(text, [(span.start, span.end) for span in of_text])
        found.append(
            [
                ClinicalEntity(ClinicalLabel(span.label), span.start, span.end, span.score, assertion)
                for span, assertion in zip(of_text, said, strict=True)
            ]
        )
    return found
