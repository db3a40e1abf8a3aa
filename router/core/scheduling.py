"""Which of the messages in hand comes next: earliest deadline first, with a bound on being overtaken."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from itertools import count
from typing import Generic, TypeVar

Item = TypeVar("Item")


def rank(deadline_s: float, received_s: float, floor_s: float, max_wait_s: float) -> float:
    """The time (epoch seconds) by which a message is ordered: its deadline, but not before ``floor_s`` and not after
    ``max_wait_s`` from its receipt (0 <= floor_s <= max_wait_s).

    Starvation bound: **nothing received more than max_wait_s after a message starts before it.** Proof: let b start
    while a waits. Then rank(b) <= rank(a). A rank is never before its message's receipt, so
    received(b) <= rank(b); and never more than max_wait_s after it, so rank(a) <= received(a) + max_wait_s.
    Together received(b) <= received(a) + max_wait_s.

    The floor is for deadlines that have passed: earliest deadline first is known to spend an overload on what is late
    already (Buttazzo, Hard Real-Time Computing Systems, ch. 9), and a producer may name any deadline.
    """
    return received_s + min(max(deadline_s - received_s, floor_s), max_wait_s)


@dataclass(slots=True)
class DeadlineQueue(Generic[Item]):
    """Items in order of rank; equal ranks in order of arrival. ``push`` and ``pop`` take O(log n)."""

    max_wait_s: float
    _heap: list[tuple[float, int, Item]] = field(default_factory=list)
    _arrivals: count[int] = field(default_factory=count)

    def __len__(self) -> int:
        return len(self._heap)

    def push(self, item: Item, *, deadline_s: float, received_s: float, floor_s: float = 0) -> None:
        when_s = rank(deadline_s, received_s, min(floor_s, self.max_wait_s), self.max_wait_s)
        heapq.heappush(self._heap, (when_s, next(self._arrivals), item))

    def pop(self) -> Item:
        """The next item.

        Raises:
            IndexError: when there is none.
        """
        return heapq.heappop(self._heap)[2]

    def clear(self) -> list[Item]:
        """Take out everything, in order."""
        items = [entry[2] for entry in sorted(self._heap, key=lambda entry: entry[:2])]
        self._heap.clear()
        return items
