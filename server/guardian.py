"""Ends a Triton server with all that belongs to it, and does so when its launcher dies.

Run as a process beside each server: ``guardian.py LAUNCHER_PID SERVER_PID GRACE_S SHARED_MEMORY_PREFIX FOLDER``. A
server told to end by SIGTERM alone can stay for ever: with a python model busy, 2.51 outlives its own exit timeout.
It is a separate process because nothing can be done by one that was killed; only the standard library is used, so it
starts in 20 ms.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import sys
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 (where POSIX puts shared memory)


def end(server: int, grace_s: float, shared_memory_prefix: str) -> None:
    """SIGTERM to the server, ``grace_s`` seconds for it to end, then SIGKILL to its process group; its shared memory
    goes too. Whatever of that is gone already is passed over."""
    with contextlib.suppress(ProcessLookupError):
        handle = os.pidfd_open(server)
        try:
            signal.pidfd_send_signal(handle, signal.SIGTERM)
            await_end(grace_s, handle)
        finally:
            os.close(handle)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(server, signal.SIGKILL)
    for region in SHARED_MEMORY.glob(f"{shared_memory_prefix}*"):
        region.unlink(missing_ok=True)


def watch(launcher: int, server: int, grace_s: float, shared_memory_prefix: str, folder: Path) -> None:
    """Return when the server has ended, or end it when the launcher has."""
    try:
        server_handle = os.pidfd_open(server)
    except ProcessLookupError:
        return
    try:
        launcher_handle = os.pidfd_open(launcher)
        launcher_ended = os.getppid() != launcher or launcher_handle in await_end(None, launcher_handle, server_handle)
    except ProcessLookupError:
        launcher_ended = True
    if launcher_ended:
        end(server, grace_s, shared_memory_prefix)
        shutil.rmtree(folder, ignore_errors=True)


def await_end(timeout_s: float | None, *handles: int) -> set[int]:
    """The processes (by their pidfd) that have ended, once there is one or the time is up."""
    poll = select.poll()
    for handle in handles:
        poll.register(handle, select.POLLIN)
    return {handle for handle, _ in poll.poll(None if timeout_s is None else timeout_s * 1000)}


if __name__ == "__main__":
    # A service manager tells all processes at once to end; this one goes last, with the server.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    watch(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), sys.argv[4], Path(sys.argv[5]))
