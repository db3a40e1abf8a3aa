"""Real processes: found by identity, stopped with their children, never confused with others."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator

import pytest

from medinfer.cli import processes
from medinfer.cli.processes import MARK, Process

SLEEP = "import time; time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('on', flush=True); time.sleep(60)"
PARENT = (
    f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {SLEEP!r}]); print('on', flush=True); {SLEEP}"
)


@pytest.fixture
def stack_id() -> Iterator[str]:
    """A mark for this test's processes; what is left of them is ended."""
    mark = uuid.uuid4().hex
    yield mark
    for process in processes.marked(mark):
        process.signal(signal.SIGKILL)


def _start(code: str, stack_id: str, *, wait: bool = False) -> Process:
    """``wait``: until it has printed a line."""
    child = subprocess.Popen(
        [sys.executable, "-c", code], env={**os.environ, MARK: stack_id}, stdout=subprocess.PIPE, start_new_session=True
    )
    assert child.stdout is not None
    if wait:
        child.stdout.readline()
    child.stdout.close()
    process = Process.of(child.pid)
    assert process is not None
    child.returncode = 0  # `processes` reaps it
    return process


def test_a_process_is_alive_until_it_ends(stack_id: str) -> None:
    process = _start(SLEEP, stack_id)
    assert process.alive
    processes.stop([process], 5)
    assert not process.alive
    assert Process.of(process.pid) is None


def test_another_process_with_the_same_pid_is_not_touched(stack_id: str) -> None:
    process = _start(SLEEP, stack_id)
    earlier = process.model_copy(update={"start_ticks": process.start_ticks - 1})
    other_boot = process.model_copy(update={"boot_id": "another"})
    assert not earlier.alive
    assert not other_boot.alive
    processes.stop([earlier, other_boot], 1)
    earlier.signal(signal.SIGKILL)
    assert process.alive


def test_one_that_ignores_sigterm_is_killed_after_the_grace(stack_id: str) -> None:
    process = _start(STUBBORN, stack_id, wait=True)
    started = time.monotonic()
    processes.stop([process], 0.3)
    assert not process.alive
    assert 0.3 <= time.monotonic() - started < 4


def test_children_are_found_when_their_parent_is_gone(stack_id: str) -> None:
    parent = _start(PARENT, stack_id, wait=True)
    assert len(processes.marked(stack_id)) == 2
    parent.signal(signal.SIGKILL)
    processes.await_end([parent], 5)
    (child,) = processes.marked(stack_id)
    processes.stop([child], 5)
    assert processes.marked(stack_id) == []


def test_other_stacks_are_not_found(stack_id: str) -> None:
    _start(SLEEP, stack_id)
    assert processes.marked(uuid.uuid4().hex) == []
    assert os.getpid() not in [process.pid for process in processes.marked(stack_id)]
