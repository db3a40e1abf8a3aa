"""Token sequences through a network: a batch for each length bucket."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medinfer.contract import Model
from medinfer.contract.networks import INPUT_IDS, SEQUENCE_BUCKETS, TOKENS
from server.buckets import in_buckets
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
    buckets = in_buckets([len(ids) for ids in sequences], SEQUENCE_BUCKETS)
    batches = await gather(
        infer(network, {INPUT_IDS.name: _padded([sequences[i] for i in members], length)})
        for length, members in buckets
    )
    per_token = {tensor.name for tensor in network.outputs if TOKENS in tensor.dims}
    answers: dict[int, dict[str, NDArray[Any]]] = {}
    for (_, members), outputs in zip(buckets, batches, strict=True):
        for row, index in enumerate(members):
            answers[index] = {
                name: array[row, : len(sequences[index])] if name in per_token else array[row]
                for name, array in outputs.items()
            }
    return [answers[i] for i in range(len(sequences))]


def _padded(sequences: Sequence[NDArray[np.int32]], length: int) -> NDArray[np.int32]:
    batch = np.full((len(sequences), length), PAD_ID, np.int32)
    for row, ids in zip(batch, sequences, strict=True):
        row[: len(ids)] = ids
    return batch
