"""How many documents are in the server at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from router.core.decisions import Answered, Overloaded, Refused, ServerDown, StoreDown

if TYPE_CHECKING:
    from router.core.decisions import Outcome


@dataclass(frozen=True, slots=True)
class Limit:
    """TCP's congestion window over documents (Jacobson 1988; Chiu and Jain 1989): doubles with each window answered up
    to ``threshold``, beyond it grows by one; halves when the server is overloaded; starts again from one when the
    server or a store was down, so that what comes back is tried with one document and not with all of them."""

    maximum: int
    value: float
    threshold: float

    @classmethod
    def start(cls, maximum: int) -> Limit:
        """For a server that was never tried."""
        return cls(maximum, 1, maximum)

    @property
    def slots(self) -> int:
        """Documents that may be in the server: 1 to ``maximum``."""
        return int(self.value)

    def after(self, outcome: Outcome) -> Limit:
        match outcome:
            case Answered() | Refused():
                growth = 1 if self.value < self.threshold else 1 / self.value
                return replace(self, value=min(float(self.maximum), self.value + growth))
            case Overloaded():
                half = max(1.0, self.value / 2)
                return replace(self, value=half, threshold=half)
            case ServerDown() | StoreDown():
                return replace(self, value=1.0)
            case _:
                return self
