"""Processes by identity, from Linux's /proc: a pid alone may belong to somebody else by now.

Every process of a stack carries the stack's id in its environment, which children inherit. So whatever is left can be
found, even when its parent is gone.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict

MARK = "MEDINFER_STACK_ID"
"""Environment variable that names the stack a process belongs to."""

_PROC = Path("/proc")
_PPID, _START = 1, 19
"""Positions in /proc/<pid>/stat after the command name (proc(5): fields 4 and 22)."""


class Process(BaseModel):
    """``start_ticks``: clock ticks from boot to the process's start; ``boot_id``: which boot."""

    model_config = ConfigDict(frozen=True)

    pid: int
    start_ticks: int
    boot_id: str

    @classmethod
    def of(cls, pid: int) -> Process | None:
        """The process that has this pid now; None if there is none, or only its exit status is left."""
        fields = _stat(pid)
        return None if fields is None else cls(pid=pid, start_ticks=int(fields[_START]), boot_id=_boot_id())

    @property
    def alive(self) -> bool:
        return Process.of(self.pid) == self

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, if the process is still this one."""
        if self.alive:
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                return


def marked(stack_id: str) -> list[Process]:
    """Every process that carries the stack's id."""
    wanted = f"{MARK}={stack_id}".encode()
    return [process for process in _processes() if wanted in _environment(process.pid)]


def stop(processes: Iterable[Process], grace_s: float) -> None:
    """SIGTERM, then SIGKILL to what is alive after ``grace_s`` seconds."""
    waiting = [process for process in processes if process.alive]
    for process in waiting:
        process.signal(signal.SIGTERM)
    waiting = await_end(waiting, grace_s)
    for process in waiting:
        process.signal(signal.SIGKILL)
    await_end(waiting, 5)


def await_end(processes: Iterable[Process], timeout_s: float) -> list[Process]:
    """Wait until all have ended; returns those that have not."""
    until_s = time.monotonic() + timeout_s
    waiting = [process for process in processes if process.alive]
    while waiting and time.monotonic() < until_s:
        time.sleep(0.05)
        waiting = [process for process in waiting if process.alive]
    return waiting


def _processes() -> Iterator[Process]:
    for entry in _PROC.iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            process = Process.of(int(entry.name))
            if process is not None:
                yield process


def _stat(pid: int) -> list[str] | None:
    """Fields from the state on; None for no process and for a zombie. A child of ours that ended is reaped here."""
    try:
        text = (_PROC / str(pid) / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = text[text.rindex(")") + 2 :].split()
    if fields[0] in "ZX":
        if int(fields[_PPID]) == os.getpid():
            os.waitpid(pid, os.WNOHANG)
        return None
    return fields


def _environment(pid: int) -> list[bytes]:
    try:
        return (_PROC / str(pid) / "environ").read_bytes().split(b"\0")
    except OSError:  # gone, or another user's
        return []


def _boot_id() -> str:
    return (_PROC / "sys/kernel/random/boot_id").read_text().strip()
