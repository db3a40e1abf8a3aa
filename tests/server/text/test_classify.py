import numpy as np
import pytest

from medinfer.contract import Model
from medinfer.contract.document_classifier import MAX_TOKENS, UNKNOWN_BELOW
from medinfer.contract.vocabulary import DOCUMENT_CLASSES, DocumentType
from server.inference import Arrays
from server.text.classify import class_scores, decide, kept
from server.text.tokens import TextTokenizer
from tests.server.text.rule_network import unreachable


def scores(best: DocumentType, score: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    rest = (1 - score) / (len(DOCUMENT_CLASSES) - 1)
    return np.array([score if c is best else rest for c in DOCUMENT_CLASSES], np.float32)


@pytest.mark.parametrize("best", DOCUMENT_CLASSES)
def test_the_best_class_is_the_answer_if_it_is_sure_enough(best: DocumentType) -> None:
    assert decide(scores(best, UNKNOWN_BELOW + 0.01)) is best
    assert decide(scores(best, UNKNOWN_BELOW - 0.01)) is DocumentType.UNKNOWN


def test_text_of_what_is_not_medical_is_not_kept() -> None:
    lines = ["Total", "Rs 120"]
    assert kept(DocumentType.NOT_MEDICAL, lines) == ["", ""]
    assert kept(DocumentType.LAB_REPORT, lines) == kept(DocumentType.UNKNOWN, lines) == lines


async def test_nothing_to_read_is_unknown_and_asks_no_network(tokenizer: TextTokenizer) -> None:
    for lines in ([], ["", "  "]):
        found = await class_scores(unreachable, tokenizer, lines)
        assert found.dtype == np.float32
        assert found.tolist() == [0.0] * len(DOCUMENT_CLASSES)
        assert decide(found) is DocumentType.UNKNOWN


async def test_the_beginning_of_a_long_document_is_read(tokenizer: TextTokenizer) -> None:
    asked: list[Arrays] = []

    async def network(model: Model, inputs: Arrays) -> Arrays:
        asked.append(inputs)
        return {"CLASS_SCORE": scores(DocumentType.LAB_REPORT, 0.9)[None]}

    found = await class_scores(network, tokenizer, ["Haemoglobin 13.2 g/dL"] * 500)
    assert decide(found) is DocumentType.LAB_REPORT
    (inputs,) = asked
    assert inputs["INPUT_IDS"].shape == (1, MAX_TOKENS)
    assert inputs["INPUT_IDS"][0, 0] == tokenizer.cls_id
