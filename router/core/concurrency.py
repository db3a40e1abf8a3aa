"""How many documents are in the server at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from router.core.decisions import Answered, Overloaded, Refused, ServerDown

if TYPE_CHECKING:
    from router.core.decisions import Outcome


@dataclass(frozen=True, slots=True)
class Limit:
    """Additive increase, multiplicative decrease (Chiu and Jain 1989): up by one when a whole window was answered,
    down by half when the server is overloaded, and to one when it was down, so that a server that comes back is
    tried with one document and not with all of them."""

    maximum: int
    value: float

    @property
    def slots(self) -> int:
        """Documents that may be in the server: 1 to ``maximum``."""
        return int(self.value)

    def after(self, outcome: Outcome) -> Limit:
        match outcome:
            case Answered() | Refused():
                return replace(self, value=min(float(self.maximum), self.value + 1 / self.value))
            case Overloaded():
                return replace(self, value=max(1.0, self.value / 2))
            case ServerDown():
                return replace(self, value=1.0)
            case _:
                return self
