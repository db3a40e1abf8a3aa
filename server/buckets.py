"""Things of near length go together: each is padded to the next of a few lengths, so that requests share a batch."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence


def in_buckets(lengths: Sequence[int], buckets: Sequence[int]) -> list[tuple[int, list[int]]]:
    """(bucket, indices of the ``lengths`` in it), by bucket; every length in the smallest bucket that holds it.

    ``buckets``: ascending. Indices are in order, and each is in one bucket. Empty buckets are left out.

    Raises:
        ValueError: a length is above the largest bucket.
    """
    found: dict[int, list[int]] = defaultdict(list)
    for index, length in enumerate(lengths):
        if length > buckets[-1]:
            raise ValueError(f"a length of {length} does not fit the largest bucket, {buckets[-1]}")
        found[buckets[bisect_left(buckets, length)]].append(index)
    return sorted(found.items())
