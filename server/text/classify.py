"""Which kind of document the lines are of."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from medinfer.contract.document_classifier import MAX_TOKENS, NETWORK, UNKNOWN_BELOW
from medinfer.contract.vocabulary import DOCUMENT_CLASSES, DocumentType
from server.inference import Infer
from server.text.buckets import infer_sequences
from server.text.tokens import TextTokenizer
from server.text.windows import first_window


async def class_scores(infer: Infer, tokenizer: TextTokenizer, line_text: Sequence[str]) -> NDArray[np.float32]:
    """Calibrated score of each of `DOCUMENT_CLASSES`; all 0, without asking the network, if there is nothing to read.

    Every line is a row of its own: most texts that the classifier learns from have no boxes, and a class must not
    hang on whether there were some.

    Raises:
        InferenceError: the network did not answer.
    """
    window = first_window(line_text, [[line] for line in range(len(line_text))], tokenizer, MAX_TOKENS)
    if window is None:
        return np.zeros(len(DOCUMENT_CLASSES), np.float32)
    (answer,) = await infer_sequences(infer, NETWORK, [window.input_ids])
    return answer["CLASS_SCORE"]


def decide(scores: NDArray[np.float32]) -> DocumentType:
    """The best class, or "unknown" if none is sure enough."""
    best = int(scores.argmax())
    return DOCUMENT_CLASSES[best] if scores[best] >= UNKNOWN_BELOW else DocumentType.UNKNOWN


def kept(document_type: DocumentType, line_text: Sequence[str]) -> list[str]:
    """The text that may be kept: empty strings if the document is not medical."""
    return ["" if document_type is DocumentType.NOT_MEDICAL else text for text in line_text]
