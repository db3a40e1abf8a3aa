"""How the time between a stop signal and the end of the process is spent."""

from __future__ import annotations

from dataclasses import dataclass

SETTLE_SHARE = 0.2
"""Part of the drain limit kept for giving back what did not finish."""


@dataclass(frozen=True, slots=True)
class Drain:
    """``started_s`` and every ``now_s`` are of the same clock; ``limit_s`` is what the supervisor grants."""

    started_s: float
    limit_s: float

    def to_finish_s(self, now_s: float) -> float:
        """Seconds that running documents still have to finish."""
        return max(0.0, self.started_s + self.limit_s * (1 - SETTLE_SHARE) - now_s)

    def to_settle_s(self, now_s: float) -> float:
        """Seconds left for giving messages back."""
        return max(0.0, self.started_s + self.limit_s - now_s)
