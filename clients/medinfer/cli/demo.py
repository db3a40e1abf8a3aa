"""`medinfer demo`: the whole system once, on its own ports and in its own folder."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from medinfer.cli import progress, report, stack, submit
from medinfer.cli.console import err
from medinfer.cli.state import StateFolder
from medinfer.cli.submit import Submission
from medinfer.jobs import Source


@dataclass(frozen=True, slots=True)
class Demo:
    """``index``: the HTML page that lists all. Seconds: until all parts were ready, for all documents, in all."""

    submissions: list[Submission]
    index: Path
    start_s: float
    read_s: float
    all_s: float


def run(paths: Sequence[Path], folder: Path, timeout_s: float) -> Demo:
    """Start, submit every file (from each kind of source in turn), write results and pages, stop.

    Raises:
        Failure: the system did not start.
        MedinferError: queues or stores failed.
    """
    documents = list(zip(submit.files(paths), cycle(Source)))
    started_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="medinfer-demo-") as temporary, ThreadPoolExecutor(1) as pool:
        state = StateFolder(Path(temporary))
        with state.locked():
            with progress.parts() as told:
                running = stack.Launch(state, stack.Ports.from_base(0), told).run()
            ready_s = time.monotonic()
            try:
                with progress.documents(len(documents), wait=True) as (sent, answered):
                    submissions = asyncio.run(
                        submit.submit(running.endpoint, documents, wait_s=timeout_s, sent=sent, answered=answered)
                    )
                read_s = time.monotonic()
                writing = pool.submit(report.write, folder, submissions)  # drawing pages takes as long as stopping
            finally:
                with err.status("stopping"):
                    stack.take_down(state, running)
        index = writing.result()
    return Demo(
        submissions,
        index,
        start_s=ready_s - started_s,
        read_s=read_s - ready_s,
        all_s=time.monotonic() - started_s,
    )
