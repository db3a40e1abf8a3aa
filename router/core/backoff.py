"""How long to wait before another try."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential backoff with equal jitter (M. Brooker, "Exponential Backoff And Jitter", AWS, 2015).

    Half of each delay is certain, so that a failing dependency gets time; half is random, so that the messages
    of one failure do not come back together.
    """

    base_s: float
    cap_s: float

    def __post_init__(self) -> None:
        if not 0 < self.base_s <= self.cap_s:
            raise ValueError("a backoff needs 0 < base_s <= cap_s")

    def delay_s(self, attempt: int, jitter: float) -> float:
        """Seconds to wait after the ``attempt``-th try (from 1); ``jitter`` is a random number in [0, 1)."""
        # The exponent is bounded because a float overflows at 2**1024; the cap is long reached.
        ceiling = min(self.cap_s, self.base_s * 2.0 ** min(max(attempt, 1) - 1, 60))
        return ceiling * (1 + jitter) / 2
