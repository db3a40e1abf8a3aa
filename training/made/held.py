"""Lists that are split by their entries, so that no entry of a test document was seen in training."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T")


class Split(StrEnum):
    TRAIN = "train"
    DEV = "dev"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Held(Generic[T]):
    """Options of one choice, each in exactly one split."""

    train: tuple[T, ...]
    dev: tuple[T, ...]
    test: tuple[T, ...]

    def of(self, split: Split) -> tuple[T, ...]:
        return {Split.TRAIN: self.train, Split.DEV: self.dev, Split.TEST: self.test}[split]

    def pick(self, rng: random.Random, split: Split) -> T:
        return rng.choice(self.of(split))

    def sample(self, rng: random.Random, split: Split, count: int) -> list[T]:
        options = self.of(split)
        return rng.sample(options, min(count, len(options)))


def ordered(options: Sequence[T]) -> Held[T]:
    """Options from common to rare: the last is for test, the last but one for dev, the others for training.

    Raises:
        ValueError: fewer than three options.
    """
    if len(options) < 3:
        raise ValueError(f"needs three options to hold one out for dev and one for test, has {len(options)}")
    return Held(tuple(options[:-2]), (options[-2],), (options[-1],))


def shared(options: Iterable[T]) -> Held[T]:
    """Options that every split has: closed vocabularies ("1-0-1", "Tab.") and ways of writing numbers and dates."""
    everything = tuple(options)
    return Held(everything, everything, everything)


def every(options: Iterable[T], period: int = 5) -> Held[T]:
    """Of each ``period`` options in a row the last goes to test and the last but one to dev."""
    parts: dict[int, list[T]] = {0: [], 1: [], 2: []}
    for i, option in enumerate(options):
        parts[max(0, i % period - (period - 3))].append(option)
    return Held(tuple(parts[0]), tuple(parts[1]), tuple(parts[2]))


def hashed(words: Iterable[str]) -> Held[str]:
    """A list split by a hash of each word's key: 80 % train, 10 % dev, 10 % test, whatever else is in the list."""
    parts: dict[Split, list[str]] = {split: [] for split in Split}
    for word in dict.fromkeys(words):
        parts[split_of(word)].append(word)
    return Held(tuple(parts[Split.TRAIN]), tuple(parts[Split.DEV]), tuple(parts[Split.TEST]))


def split_of(word: str) -> Split:
    tenth = int.from_bytes(hashlib.sha256(key(word).encode()).digest()[:4], "big") % 10
    return Split.TEST if tenth == 0 else Split.DEV if tenth == 1 else Split.TRAIN


def key(word: str) -> str:
    """What makes two spellings the same word: "S.G.P.T." and "SGPT" share a key."""
    return re.sub(r"[^a-z0-9%+]", "", word.lower()) or word


def merged(first: Held[str], second: Held[str]) -> Held[str]:
    """Both lists; where they disagree on a word's split, ``first`` decides."""
    known = {key(w) for part in (first.train, first.dev, first.test) for w in part}
    extra = [tuple(w for w in part if key(w) not in known) for part in (second.train, second.dev, second.test)]
    return Held(first.train + extra[0], first.dev + extra[1], first.test + extra[2])
