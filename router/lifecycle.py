"""A process that stops when asked, once politely, twice at once, and that says why it ended."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from medinfer.errors import MedinferError
from router.telemetry import describe, frames

log = structlog.get_logger()

GRACE_S = 2.0
"""Beyond the drain limit the process is ended: a thread may hang in a call that nothing can interrupt."""


CRASHED = 70
"""Exit status of a fault of our own (EX_SOFTWARE of sysexits.h)."""


@contextmanager
def exit_code() -> Iterator[None]:
    """What an error in the block means for whoever started the process: 1 and a sentence for what an operator can put
    right, else `CRASHED` and where it happened. Python's own report would show the error's text, which may quote a
    document."""
    try:
        yield
    except MedinferError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 - the last handler of the process
        log.critical("crashed", **describe(error), frames=frames(error))
        sys.exit(CRASHED)


@contextmanager
def stop_signals(drain_s: float) -> Iterator[asyncio.Event]:
    """An event that SIGTERM or SIGINT sets. A second signal, or the drain limit, ends the process at once: what it had
    in hand is seen by others after its visibility timeout."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()

    def on_signal(received: signal.Signals) -> None:
        if stop.is_set():
            log.warning("stopped_at_once", signal=received.name)
            _end(128 + received)
        log.info("stopping", signal=received.name, limit_s=drain_s)
        stop.set()
        # A thread, because it must outlive the event loop: Python waits for other threads before it exits.
        timer = threading.Timer(drain_s + GRACE_S, _overdue)
        timer.daemon = True
        timer.start()

    handled = (signal.SIGTERM, signal.SIGINT)
    for received in handled:
        loop.add_signal_handler(received, on_signal, received)
    try:
        yield stop
    finally:
        for received in handled:
            loop.remove_signal_handler(received)


def _overdue() -> None:
    log.error("drain_overdue")
    _end(1)


def _end(code: int) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
