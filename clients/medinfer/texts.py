"""The clinical text models' calls: requests from texts, entities from tensors. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from medinfer.calls import Calls
from medinfer.codec import Arrays, decode, encode
from medinfer.contract import clinical_ner
from medinfer.contract.clinical_ner import MAX_CHARACTERS
from medinfer.contract.vocabulary import Assertion, ClinicalLabel, Priority
from medinfer.errors import ContractMismatch, InvalidRequest
from medinfer.exchange import Deadline, Exchange, call
from medinfer.results import ClinicalEntity

MODEL = clinical_ner.MODEL

Entities = tuple[ClinicalEntity, ...]


@dataclass(slots=True)
class ClinicalTextCalls(Calls):
    models = (MODEL,)

    def entities(self, texts: Sequence[str], *, priority: Priority, deadline: Deadline) -> Exchange[list[Entities]]:
        """The entities of each text, in order; one request for every ``max_batch_size`` texts.

        Raises:
            InvalidRequest: a text is longer than `MAX_CHARACTERS` or cannot be written as UTF-8; nothing is sent.
        """
        encoded = [_encode_text(text, position) for position, text in enumerate(texts)]
        found: list[Entities] = []
        yield from self.check_contract(deadline)
        for start in range(0, len(texts), MODEL.max_batch_size):
            stop = start + MODEL.max_batch_size
            batch = np.array(encoded[start:stop], object).reshape(-1, 1)

            def build(remaining_s: float, batch: Any = batch) -> Any:
                timeout_us = max(1, int(remaining_s * 1e6))
                return encode(MODEL, {"TEXT": batch}, priority=int(priority), timeout_us=timeout_us)

            response = yield from call(MODEL.name, "ModelInfer", build, deadline, self.backoff)
            found += text_entities(texts[start:stop], decode(MODEL, response))
        return found


def _encode_text(text: str, position: int) -> bytes:
    if len(text) > MAX_CHARACTERS:
        raise InvalidRequest(f"text {position} has {len(text)} characters; at most {MAX_CHARACTERS} are read at once")
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise InvalidRequest(f"text {position} holds characters that UTF-8 cannot express") from None


def text_entities(texts: Sequence[str], outputs: Arrays) -> list[Entities]:
    """The tensors of one answer as typed entities.

    Raises:
        ContractMismatch: tensors disagree with the texts, each other or the vocabularies.
    """
    names = ("ENTITY_LABEL", "ENTITY_START", "ENTITY_END", "ENTITY_SCORE", "ENTITY_ASSERTION")
    counts = outputs["ENTITY_COUNT"][:, 0].tolist()
    if len(counts) != len(texts) or any(outputs[name].shape[0] != len(texts) for name in names):
        raise ContractMismatch(f"{MODEL.name}: the answer is for another number of texts")
    if len({outputs[name].shape for name in names}) > 1:
        raise ContractMismatch(f"{MODEL.name}: entity tensors differ in shape")
    if any(not 0 <= count <= outputs["ENTITY_LABEL"].shape[1] for count in counts):
        raise ContractMismatch(f"{MODEL.name}: ENTITY_COUNT does not fit the entity tensors")
    return [
        tuple(_entity(text, *columns) for columns in zip(*(outputs[n][row, :count] for n in names), strict=True))
        for row, (text, count) in enumerate(zip(texts, counts, strict=True))
    ]


def _entity(text: str, label: bytes, start: Any, end: Any, score: Any, assertion: bytes) -> ClinicalEntity:
    if not 0 <= start < end <= len(text):
        raise ContractMismatch(f"{MODEL.name}: an entity lies outside its text (ENTITY_START, ENTITY_END)")
    try:
        return ClinicalEntity(
            label=ClinicalLabel(label.decode()),
            text=text[start:end],
            start=int(start),
            end=int(end),
            score=round(min(1.0, max(0.0, float(score))), 4),
            assertion=Assertion(assertion.decode()),
        )
    except ValueError:
        raise ContractMismatch(
            f"{MODEL.name}: ENTITY_LABEL or ENTITY_ASSERTION holds a word outside its vocabulary"
        ) from None
