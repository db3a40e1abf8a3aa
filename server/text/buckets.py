"""Token sequences through a network: a batch for each length bucket."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medinfer.contract import Model
from medinfer.contract.networks import INPUT_IDS, SEQUENCE_BUCKETS, TOKENS
from server.inference import Infer, gather
from server.text.tokens import PAD_ID


async def infer_sequences(
    infer: Infer, network: Model, sequences: Sequence[NDArray[np.int32]]
) -> list[dict[str, NDArray[Any]]]:
    """The network's outputs for each sequence, in order, without batch axis and without padding.

    Sequences are padded to the next of `SEQUENCE_BUCKETS`; those of one bucket go together, all buckets at once. No
    sequences, no call.

    Raises:
        InferenceError: the network did not answer.
        ValueError: a sequence is longer than the largest bucket.
    """
    buckets: dict[int, list[int]] = defaultdict(list)
    for index, ids in enumerate(sequences):
        buckets[_bucket(len(ids))].append(index)
    batches = await gather(
        infer(network, {INPUT_IDS.name: _padded([sequences[i] for i in members], length)})
        for length, members in buckets.items()
    )
    per_token = {tensor.name for tensor in network.outputs if TOKENS in tensor.dims}
    answers: dict[int, dict[str, NDArray[Any]]] = {}
    for members, outputs in zip(buckets.values(), batches, strict=True):
        for row, index in enumerate(members):
            answers[index] = {
                name: array[row, : len(sequences[index])] if name in per_token else array[row]
                for name, array in outputs.items()
            }
    return [answers[i] for i in range(len(sequences))]


def _bucket(length: int) -> int:
    place = bisect_left(SEQUENCE_BUCKETS, length)
    if place == len(SEQUENCE_BUCKETS):
        raise ValueError(f"a sequence of {length} tokens is longer than the largest bucket, {SEQUENCE_BUCKETS[-1]}")
    return SEQUENCE_BUCKETS[place]


def _padded(sequences: Sequence[NDArray[np.int32]], length: int) -> NDArray[np.int32]:
    batch = np.full((len(sequences), length), PAD_ID, np.int32)
    for row, ids in zip(batch, sequences, strict=True):
        row[: len(ids)] = ids
    return batch
