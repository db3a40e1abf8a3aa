"""The retry loop as values: what it yields, without a network or a clock."""

from __future__ import annotations

from typing import Any

import grpc
from hypothesis import given
from hypothesis import strategies as st

from medinfer.errors import DeadlineExceeded, InferenceFailed, MedinferError, ServerOverloaded, ServerUnavailable
from medinfer.exchange import Backoff, Deadline, Pause, Send, call, to_error


class Failed(grpc.RpcError):
    def __init__(self, code: grpc.StatusCode) -> None:
        self._code = code

    def code(self) -> grpc.StatusCode:
        return self._code


class Ready:
    ready = True


def _play(outcomes: list[Any], *, attempts: int = 3, timeout_s: float = 60.0) -> tuple[Any, list[Send | Pause]]:
    """Answer the exchange's sends with ``outcomes``, its pauses at once."""
    exchange = call("m", "ModelInfer", lambda left: left, Deadline.after(timeout_s), Backoff(attempts=attempts))
    steps: list[Send | Pause] = []
    remaining = iter(outcomes)
    outcome: Any = None
    try:
        while True:
            step = exchange.send(outcome)
            steps.append(step)
            outcome = None if isinstance(step, Pause) else next(remaining)
    except StopIteration as done:
        return done.value, steps
    except MedinferError as error:
        return error, steps


UNAVAILABLE = Failed(grpc.StatusCode.UNAVAILABLE)


def test_an_answer_ends_it() -> None:
    answer, steps = _play(["yes"])
    assert answer == "yes"
    assert len(steps) == 1


def test_unavailable_is_followed_by_a_pause_and_another_attempt() -> None:
    answer, steps = _play([UNAVAILABLE, UNAVAILABLE, "yes"])
    assert answer == "yes"
    assert [type(step) for step in steps] == [Send, Pause, Send, Pause, Send]


def test_attempts_are_bounded_and_then_the_server_is_asked_whether_it_is_ready() -> None:
    error, steps = _play([UNAVAILABLE, UNAVAILABLE, UNAVAILABLE, Ready()])
    assert isinstance(error, ServerOverloaded)
    assert [s.method for s in steps if isinstance(s, Send)] == ["ModelInfer"] * 3 + ["ServerReady"]
    error, _ = _play([UNAVAILABLE, UNAVAILABLE, UNAVAILABLE, UNAVAILABLE])
    assert isinstance(error, ServerUnavailable)


def test_no_attempt_and_no_pause_beyond_the_deadline() -> None:
    error, steps = _play([UNAVAILABLE, UNAVAILABLE, UNAVAILABLE, UNAVAILABLE], timeout_s=0.001)
    assert isinstance(error, MedinferError)
    assert sum(step.seconds for step in steps if isinstance(step, Pause)) < 0.001


@given(st.sampled_from(list(grpc.StatusCode)))
def test_every_code_becomes_an_error_of_the_tree(code: grpc.StatusCode) -> None:
    assert isinstance(to_error("m", Failed(code)), MedinferError)


@given(st.sampled_from([c for c in grpc.StatusCode if c is not grpc.StatusCode.UNAVAILABLE]))
def test_no_other_code_is_tried_again(code: grpc.StatusCode) -> None:
    error, steps = _play([Failed(code), "yes"])
    assert isinstance(error, MedinferError)
    assert len(steps) == 1


def test_what_cannot_be_told_may_be_tried_again_by_the_caller() -> None:
    assert to_error("m", Failed(grpc.StatusCode.UNKNOWN)).retryable
    assert isinstance(to_error("m", Failed(grpc.StatusCode.DATA_LOSS)), InferenceFailed)
    assert isinstance(to_error("m", Failed(grpc.StatusCode.DEADLINE_EXCEEDED)), DeadlineExceeded)


@given(st.integers(1, 50), st.floats(0.001, 10), st.floats(0.001, 100))
def test_pauses_stay_under_their_cap(attempt: int, base_s: float, cap_s: float) -> None:
    assert 0 <= Backoff(base_s=base_s, cap_s=cap_s).pause_s(attempt) <= min(cap_s, base_s * 2 ** (attempt - 1))
