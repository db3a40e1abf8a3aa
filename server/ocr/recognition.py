"""Crops -> text: width buckets, the network, CTC decoding."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from medinfer.contract import text_recognition
from medinfer.contract.text_recognition import BUCKET_WIDTHS_PX
from server.buckets import in_buckets
from server.inference import Infer, gather
from server.ocr.crops import padded
from server.ocr.detection import Image

MAX_BATCH_PX = 16 * 640
"""Crops x width of one sub-request: the network's last layer takes 18,710 floats for every 8 px of width."""

Reading = tuple[str, float]
"""Text of a line and the mean probability of its characters."""


class Alphabet:
    """The characters of the recognition network; ``characters[0]`` is the CTC blank."""

    def __init__(self, characters: Sequence[str]) -> None:
        self._characters = np.array(["", *characters], dtype=object)

    @classmethod
    def load(cls, path: Path) -> Alphabet:
        """Read ``characters.txt`` (one character a line, id 1 first)."""
        return cls(path.read_text(encoding="utf-8").removesuffix("\n").split("\n"))

    def decode(self, ids: NDArray[np.int32], scores: NDArray[np.float32]) -> list[Reading]:
        """Best-path CTC decoding (Graves et al. 2006): repeats are merged, then blanks dropped.

        ``ids`` and ``scores``: [n, steps]. An empty text has score 0.
        """
        kept = ids != 0
        kept[:, 1:] &= ids[:, 1:] != ids[:, :-1]
        counts = kept.sum(axis=1)
        means = np.where(kept, scores, 0).sum(axis=1) / np.maximum(counts, 1)
        found = self._characters[ids[kept]]
        ends = np.cumsum(counts)
        return [
            ("".join(found[end - count : end]), float(mean))
            for count, end, mean in zip(counts.tolist(), ends.tolist(), means.tolist(), strict=True)
        ]


async def recognise(crops: Sequence[Image], alphabet: Alphabet, infer: Infer) -> list[Reading]:
    """The text of each crop, in the order of ``crops``. All buckets are in flight at once."""
    batches = width_batches([crop.shape[1] for crop in crops])
    answers = await gather(
        infer(text_recognition.MODEL, {"CROP": padded([crops[i] for i in indices], width)})
        for width, indices in batches
    )
    readings: list[Reading] = [("", 0.0)] * len(crops)
    for (_, indices), answer in zip(batches, answers, strict=True):
        decoded = alphabet.decode(answer["CHARACTER_ID"], answer["CHARACTER_SCORE"])
        for index, reading in zip(indices, decoded, strict=True):
            readings[index] = reading
    return readings


def width_batches(widths: Sequence[int]) -> list[tuple[int, list[int]]]:
    """(bucket width, indices of the crops in it): every crop in the narrowest bucket that holds it, in batches of at
    most `MAX_BATCH_PX`.

    Raises:
        ValueError: a crop is wider than the widest bucket.
    """
    batches = []
    for width, indices in in_buckets(widths, BUCKET_WIDTHS_PX):
        size = max(1, MAX_BATCH_PX // width)
        batches += [(width, indices[start : start + size]) for start in range(0, len(indices), size)]
    return batches
