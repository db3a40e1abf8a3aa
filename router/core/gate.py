"""Whether, and how fast, the worker takes on work."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from router.core.concurrency import Limit
from router.core.decisions import Answered, Refused, ServerDown, StoreDown

if TYPE_CHECKING:
    from router.core.backoff import Backoff
    from router.core.decisions import Outcome


@dataclass(frozen=True, slots=True)
class Gate:
    """Shut by an outage of Triton or of a store, which is no document's fault and must not spend the receives of every
    message in the queue. Opened when Triton is seen to be ready.

    ``looks``: how often that was asked since a document was last answered. It grows over an opening too, so a server
    that calls itself ready and serves nothing, or a store that keeps nothing, is not tried in a tight loop.
    """

    limit: Limit
    is_open: bool = False
    looks: int = 0

    def after(self, outcome: Outcome) -> Gate:
        answered = isinstance(outcome, Answered | Refused)
        return replace(
            self,
            limit=self.limit.after(outcome),
            is_open=self.is_open and not isinstance(outcome, ServerDown | StoreDown),
            looks=0 if answered else self.looks,
        )

    def after_look(self, *, ready: bool) -> Gate:
        return replace(self, is_open=ready, looks=self.looks + 1)

    def delay_s(self, backoff: Backoff, jitter: float) -> float:
        """Seconds until the next look; the first is at once."""
        return backoff.delay_s(self.looks, jitter) if self.looks else 0
