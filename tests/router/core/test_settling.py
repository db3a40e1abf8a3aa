from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medinfer.contract.vocabulary import DOCUMENT_CLASSES, DocumentType
from medinfer.results import DocumentResult
from router.core.backoff import Backoff
from router.core.concurrency import Limit
from router.core.decisions import (
    Ack,
    Answered,
    DeadLetter,
    Failed,
    Outcome,
    Overloaded,
    Refused,
    Retry,
    ServerDown,
    StoreDown,
    settle,
)
from router.core.drain import Drain
from router.core.gate import Gate

DOCUMENT = DocumentResult(
    document_type=DocumentType.UNKNOWN, type_score=0.1, class_scores=dict.fromkeys(DOCUMENT_CLASSES, 0.1), pages=()
)
JITTER = st.floats(0, 1, exclude_max=True)
BACKOFF = st.tuples(st.floats(0.01, 900), st.floats(0.01, 43_200)).map(lambda p: Backoff(min(p), max(p)))
OUTCOMES: st.SearchStrategy[Outcome] = st.sampled_from(
    [Answered(DOCUMENT), Refused("empty_document", "x"), Failed(), Overloaded(), ServerDown(), StoreDown()]
)


@given(OUTCOMES, st.integers(1, 1000), BACKOFF, JITTER)
def test_a_message_ends_only_when_its_job_is_done(
    outcome: Outcome, receive_count: int, backoff: Backoff, jitter: float
) -> None:
    decision = settle(outcome, receive_count, backoff, jitter)
    if isinstance(outcome, Answered):
        assert decision == Ack(outcome.document)
    elif isinstance(outcome, Refused):
        assert decision == DeadLetter(outcome.code, outcome.message)
    else:
        assert isinstance(decision, Retry)
        assert 0 <= decision.delay_s <= backoff.cap_s


@given(st.integers(1, 10_000), JITTER)
def test_a_server_that_is_down_delays_nobody(receive_count: int, jitter: float) -> None:
    assert settle(ServerDown(), receive_count, Backoff(2, 300), jitter) == Retry(0)


@given(BACKOFF, st.integers(-5, 100_000), JITTER)
def test_delays_stay_between_half_the_base_and_the_cap(backoff: Backoff, attempt: int, jitter: float) -> None:
    assert backoff.base_s / 2 <= backoff.delay_s(attempt, jitter) <= backoff.cap_s


@given(BACKOFF, st.integers(1, 100), JITTER)
def test_delays_do_not_shrink_from_try_to_try(backoff: Backoff, attempt: int, jitter: float) -> None:
    assert backoff.delay_s(attempt, jitter) <= backoff.delay_s(attempt + 1, jitter)


def test_delays_double_and_are_half_random() -> None:
    backoff = Backoff(2, 300)
    assert [backoff.delay_s(n, 0) for n in (1, 2, 3, 9)] == [1, 2, 4, 150]
    assert backoff.delay_s(3, 0.5) == 6


@pytest.mark.parametrize(("base_s", "cap_s"), [(0, 1), (-1, 1), (2, 1)])
def test_a_backoff_without_sense_is_refused(base_s: float, cap_s: float) -> None:
    with pytest.raises(ValueError, match="base_s"):
        Backoff(base_s, cap_s)


@given(st.integers(1, 256), st.lists(OUTCOMES, max_size=200))
def test_slots_stay_within_their_bounds(maximum: int, outcomes: list[Outcome]) -> None:
    limit = Limit.start(maximum)
    for outcome in outcomes:
        limit = limit.after(outcome)
        assert 1 <= limit.slots <= maximum


def answered(limit: Limit, windows: int) -> Limit:
    """After so many windows were answered in full."""
    for _ in range(windows):
        for _ in range(limit.slots):
            limit = limit.after(Answered(DOCUMENT))
    return limit


def test_slots_double_until_the_first_overload_and_then_grow_by_one_a_window() -> None:
    limit = Limit.start(64)
    assert [answered(limit, windows).slots for windows in (1, 2, 3, 9)] == [2, 4, 8, 64]
    halved = answered(limit, 4).after(Overloaded())
    assert halved.slots == 8
    assert answered(halved, 3).slots in (10, 11)


def test_slots_start_again_from_one_after_an_outage_and_are_left_alone_by_other_failures() -> None:
    limit = answered(Limit.start(8), 5)
    assert limit.after(Failed()) == limit
    assert limit.after(ServerDown()).slots == 1
    assert answered(limit.after(ServerDown()), 3).slots == 8


@pytest.mark.parametrize("outage", [ServerDown(), StoreDown()])
def test_an_outage_shuts_the_gate_and_only_a_look_opens_it(outage: Outcome) -> None:
    gate = Gate(Limit.start(8))
    assert not gate.is_open
    gate = gate.after_look(ready=True)
    assert gate.is_open
    assert gate.after(Failed()).is_open
    shut = gate.after(outage)
    assert not shut.is_open
    assert not shut.after(Answered(DOCUMENT)).is_open
    assert not shut.after_look(ready=False).is_open
    assert shut.after_look(ready=True).is_open


@given(st.lists(st.sampled_from([ServerDown(), StoreDown()]), min_size=1, max_size=50), JITTER)
def test_looks_become_rarer_until_a_document_is_answered(outages: list[Outcome], jitter: float) -> None:
    gate, backoff, delays = Gate(Limit.start(8)), Backoff(1, 30), []
    for outage in outages:
        delays.append(gate.delay_s(backoff, jitter))
        gate = gate.after_look(ready=True).after(outage)
    assert delays[0] == 0
    assert delays == sorted(delays)
    assert gate.after(Refused("empty_document", "x")).delay_s(backoff, jitter) == 0


@given(st.floats(0, 1e6), st.floats(0.01, 3600), st.floats(0, 5000))
def test_a_drain_ends_within_its_limit_and_keeps_time_to_give_back(start: float, limit_s: float, after: float) -> None:
    drain = Drain(start, limit_s)
    finish, settled = drain.to_finish_s(start + after), drain.to_settle_s(start + after)
    assert 0 <= finish <= settled <= limit_s + 1e-6
    assert drain.to_finish_s(start + limit_s + 1) == drain.to_settle_s(start + limit_s + 1) == 0
