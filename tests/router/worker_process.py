"""The worker as a process of its own, with a reader whose documents say how long they take: ``<seconds> <words>``."""

from __future__ import annotations

import asyncio

from medinfer.contract.vocabulary import DocumentErrorCode, Priority
from medinfer.errors import DocumentRejected
from medinfer.results import DocumentResult, Line
from router.run import run_worker
from router.settings import Settings
from router.telemetry import configure_logging
from tests.router.twins import RESULT


class TimedReader:
    async def ready(self) -> bool:
        return True

    async def read(self, document: bytes, *, priority: Priority, timeout_s: float) -> DocumentResult:
        seconds, _, words = document.decode().partition(" ")
        await asyncio.sleep(float(seconds))
        if words.startswith("bad"):
            raise DocumentRejected(DocumentErrorCode.CORRUPT)
        if words.startswith("crash"):
            raise ValueError(words)
        line = Line(text=words, page=0, box=((0, 0), (1, 0), (1, 1), (0, 1)), score=1)
        return RESULT.model_copy(update={"lines": (line,)})


if __name__ == "__main__":
    settings = Settings()
    configure_logging(settings.log_level)
    asyncio.run(run_worker(settings, TimedReader()))
