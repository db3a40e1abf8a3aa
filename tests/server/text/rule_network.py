"""A network with a rule in place of weights: it says of each token what a table says, through the real `Infer` seam."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medinfer.contract import Model
from medinfer.contract.networks import SEQUENCE_BUCKETS
from server.inference import Arrays, in_batches
from server.text.tokens import TextTokenizer


class RuleNetwork:
    """`Infer` for token classification: words of ``table`` have its label with score 0.9, all else is O.

    ``calls`` keeps the shape of each batch that the network was asked.
    """

    def __init__(self, tokenizer: TextTokenizer, labels: Sequence[str], table: Mapping[str, str]) -> None:
        self.label_ids: dict[int, int] = {}
        for word, label in table.items():
            first, *rest = tokenizer.encode([word])[0].ids.tolist()
            self.label_ids[first] = labels.index(f"B-{label}")
            self.label_ids.update(dict.fromkeys(rest, labels.index(f"I-{label}")))
        self.calls: list[tuple[int, ...]] = []

    async def __call__(self, model: Model, inputs: Arrays) -> Arrays:
        async def run(part: Arrays) -> Arrays:
            ids = part["INPUT_IDS"]
            self.calls.append(ids.shape)
            assert ids.dtype == np.int32
            assert ids.shape[1] in SEQUENCE_BUCKETS
            assert model.input("INPUT_IDS").admits(ids.shape, batched=True)
            label: NDArray[Any] = np.vectorize(lambda i: self.label_ids.get(i, 0), otypes=[np.int32])(ids)
            return {"LABEL_ID": label, "LABEL_SCORE": np.where(label > 0, 0.9, 0.99).astype(np.float32)}

        return await in_batches(model, inputs, run)


async def unreachable(model: Model, inputs: Arrays) -> Arrays:
    """`Infer` where nothing may be asked."""
    raise AssertionError(f"{model.name} was asked")
