from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.scheduling import DeadlineQueue, rank

SECONDS = st.floats(0, 1e5, allow_nan=False)
DEADLINES = st.floats(-1e6, 1e6, allow_nan=False)


@st.composite
def arrivals(draw: st.DrawFn) -> list[tuple[float, float, float]]:
    """(received, deadline, floor) in order of receipt."""
    received = sorted(draw(st.lists(SECONDS, min_size=1, max_size=40)))
    return [(r, draw(DEADLINES), draw(st.floats(0, 100))) for r in received]


@given(arrivals(), st.floats(0.01, 1e4), st.lists(st.booleans()))
def test_nothing_received_more_than_max_wait_later_starts_first(
    messages: list[tuple[float, float, float]], max_wait_s: float, pops: list[bool]
) -> None:
    """The starvation bound, over any mixture of arrivals and starts."""
    queue: DeadlineQueue[int] = DeadlineQueue(max_wait_s)
    started: list[int] = []
    pattern = itertools.cycle(pops or [False])
    waiting: set[int] = set()
    overtaken: list[tuple[int, int]] = []

    def start() -> None:
        chosen = queue.pop()
        waiting.remove(chosen)
        started.append(chosen)
        overtaken.extend((chosen, other) for other in waiting)

    for number, (received_s, deadline_s, floor_s) in enumerate(messages):
        queue.push(number, deadline_s=deadline_s, received_s=received_s, floor_s=floor_s)
        waiting.add(number)
        if next(pattern):
            start()
    while len(queue):
        start()
    assert sorted(started) == list(range(len(messages)))
    for first, left_waiting in overtaken:
        slack = 1e-6 * (1 + messages[first][0])  # rounding of float sums
        assert messages[first][0] <= messages[left_waiting][0] + max_wait_s + slack


@given(st.lists(st.floats(0, 800), min_size=2, max_size=30))
def test_within_the_bound_the_earliest_deadline_is_first(deadlines: list[float]) -> None:
    queue: DeadlineQueue[float] = DeadlineQueue(900)
    for deadline in deadlines:
        queue.push(deadline, deadline_s=deadline, received_s=0)
    assert [queue.pop() for _ in deadlines] == sorted(deadlines)


@given(DEADLINES, SECONDS, st.floats(0, 100), st.floats(100, 1e4))
def test_a_rank_is_between_floor_and_bound(
    deadline_s: float, received_s: float, floor_s: float, max_wait_s: float
) -> None:
    assert received_s + floor_s <= rank(deadline_s, received_s, floor_s, max_wait_s) <= received_s + max_wait_s


def test_equal_ranks_keep_their_order_of_arrival_and_need_no_comparable_items() -> None:
    queue: DeadlineQueue[dict[str, int]] = DeadlineQueue(10)
    for n in range(5):
        queue.push({"n": n}, deadline_s=5, received_s=0)
    assert [item["n"] for item in queue.clear()] == [0, 1, 2, 3, 4]
    with pytest.raises(IndexError):
        queue.pop()
