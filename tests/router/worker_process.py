"""The worker as a process of its own, with a reader whose documents say how long they take: ``<seconds> <words>``."""

from __future__ import annotations

import asyncio
import threading
import time

from medinfer.contract.vocabulary import DocumentErrorCode, Priority
from medinfer.errors import DocumentRejected
from medinfer.results import DocumentResult, Line
from router.lifecycle import exit_code
from router.run import run_worker
from router.settings import Settings
from router.telemetry import configure_logging
from tests.router.processes import PLANTED
from tests.router.twins import RESULT


class TimedReader:
    def __init__(self, address: str) -> None:
        self._address = address

    async def ready(self) -> bool:
        if self._address.startswith("fault"):
            raise ValueError(f"could not read: {PLANTED}")
        return True

    async def read(self, document: bytes, *, priority: Priority, timeout_s: float) -> DocumentResult:
        seconds, _, words = document.decode().partition(" ")
        await asyncio.sleep(float(seconds))
        if words.startswith("hang"):
            threading.Thread(target=time.sleep, args=(60,)).start()
        if words.startswith("bad"):
            raise DocumentRejected(DocumentErrorCode.CORRUPT)
        if words.startswith("crash"):
            raise ValueError(words)
        line = Line(text=words, page=0, box=((0, 0), (1, 0), (1, 1), (0, 1)), score=1)
        return RESULT.model_copy(update={"lines": (line,)})


if __name__ == "__main__":
    settings = Settings()
    configure_logging(settings.log_level)
    with exit_code():
        asyncio.run(run_worker(settings, TimedReader(settings.triton_address)))
