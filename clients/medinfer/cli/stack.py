"""Starting and stopping the whole system on this machine: local SQS/S3, Triton, intake, worker."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from medinfer.cli import processes
from medinfer.cli.console import Exit, Failure, needs
from medinfer.cli.processes import MARK, Process
from medinfer.cli.state import Part, Stack, StateFolder

HOST = "127.0.0.1"
START_TIMEOUT_S = 240.0
GRACE_S = 45.0
"""From SIGTERM to SIGKILL. The worker drains for up to 30 s by default (MEDINFER_DRAIN_S)."""

_LOG_LINES = 15

Told = Callable[[str, str], None]
"""Called with a part's name and what became of it."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Loopback ports of every part."""

    store: int = 4566
    http: int = 8000
    grpc: int = 8001
    metrics: int = 8002
    intake: int = 9101
    worker: int = 9102

    @classmethod
    def from_base(cls, base: int | None) -> Ports:
        """None: the usual ones. 0: free ones. Otherwise six in a row from ``base``."""
        if base is None:
            return cls()
        if base:
            return cls(*range(base, base + 6))
        sockets = [socket.socket() for _ in range(6)]
        try:
            for probe in sockets:
                probe.bind((HOST, 0))
            return cls(*(probe.getsockname()[1] for probe in sockets))
        finally:
            for probe in sockets:
                probe.close()

    def check_free(self) -> None:
        """Raises: Failure: somebody listens on one."""
        for name in self.__slots__:
            port = getattr(self, name)
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((HOST, port))
                except OSError as error:
                    raise Failure(
                        f"port {port} ({name}) is taken: stop what uses it, or choose others with --port-base "
                        "(0 = any free ones)",
                        Exit.NOT_STARTED,
                    ) from error


class Launch:
    """One `up`: starts parts, writes each into the state at once, and watches all of them while it waits."""

    def __init__(
        self,
        folder: StateFolder,
        ports: Ports,
        told: Told,
        *,
        profile: str = "cpu",
        repository: Path | None = None,
    ) -> None:
        self._folder = folder
        self._ports = ports
        self._told = told
        self._profile = profile
        self._repository = repository
        self._stack = Stack(id=uuid.uuid4().hex, endpoint=f"http://{HOST}:{ports.store}", triton=f"{HOST}:{ports.grpc}")

    def run(self) -> Stack:
        """Start everything and wait until it is ready.

        Raises:
            Failure: a part ended or was not ready in time; nothing is left running.
        """
        self._ports.check_free()
        try:
            self._start()
        except BaseException:
            take_down(self._folder, self._stack)
            raise
        return self._stack

    def _start(self) -> None:
        with needs("router"):
            import router.local
        with needs("serve"):
            import server.triton  # noqa: F401 - only to see that it is there

        ports = self._ports
        self._folder.write(self._stack)
        store = self._folder.path / "store"
        router.local.prepare(store)
        arguments, environment = router.local.command(store, ports.store)
        self._launch("store", arguments, environment, self._stack.endpoint, f"{self._stack.endpoint}/_ministack/ready")
        self._launch(
            "triton", self._triton(), os.environ, self._stack.triton, f"http://{HOST}:{ports.http}/v2/health/ready"
        )
        self._await("store")
        settings = {
            "MEDINFER_AWS_ENDPOINT_URL": self._stack.endpoint,
            "MEDINFER_TRITON_ADDRESS": self._stack.triton,
            "MEDINFER_INTAKE_PORT": str(ports.intake),
            "MEDINFER_WORKER_PORT": str(ports.worker),
            "MEDINFER_LONG_POLL_S": "1",  # a stop waits for polls under way; here an empty one costs nothing
        }
        environment = {**os.environ, **settings}
        self._provision(environment)
        for name, port in (("intake", ports.intake), ("worker", ports.worker)):
            address = f"{HOST}:{port}"
            self._launch(name, _module("router", name), environment, address, f"http://{address}/readyz")
        self._await("intake", "triton", "worker")

    def _triton(self) -> list[str]:
        ports = self._ports
        return [
            *_module("server", "--profile", self._profile, "--host", HOST),
            *("--grpc-port", str(ports.grpc), "--http-port", str(ports.http), "--metrics-port", str(ports.metrics)),
            *("--log-file", str(self._folder.log("triton"))),
            *(("--repository", str(self._repository)) if self._repository else ()),
        ]

    def _launch(
        self, name: str, arguments: Sequence[str], environment: Mapping[str, str], address: str, ready_url: str
    ) -> None:
        log = self._folder.log(name)
        log.unlink(missing_ok=True)
        with log.open("ab") as output:
            child = subprocess.Popen(  # noqa: S603 - our own interpreter, fixed arguments
                arguments,
                env={**environment, MARK: self._stack.id},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in this terminal is not for it
            )
        child.returncode = 0  # it outlives this command: no warning that nobody waited for it
        process = Process.of(child.pid)
        if process is None:
            raise self._died(name)
        part = Part(name=name, process=process, address=address, ready_url=ready_url, log=log)
        self._stack.parts.append(part)
        self._folder.write(self._stack)
        self._told(name, "starting")

    def _provision(self, environment: Mapping[str, str]) -> None:
        log = self._folder.log("provision")
        with log.open("wb") as output:
            ended = subprocess.run(  # noqa: S603 - our own interpreter, fixed arguments
                _module("router", "provision"), env=dict(environment), stdout=output, stderr=output, check=False
            )
        if ended.returncode != 0:
            raise Failure(f"queues and buckets could not be made:\n{_tail(log)}", Exit.NOT_STARTED)

    def _await(self, *names: str) -> None:
        """Wait until the named parts are ready, and see that every part lives."""
        until_s = time.monotonic() + START_TIMEOUT_S
        waiting = [part for part in self._stack.parts if part.name in names]
        while waiting:
            for part in self._stack.parts:
                if not part.process.alive:
                    raise self._died(part.name)
            for part in [part for part in waiting if is_ready(part)]:
                waiting.remove(part)
                self._told(part.name, "ready")
            if waiting and time.monotonic() > until_s:
                late = waiting[0]
                raise Failure(
                    f"{late.name} was not ready after {START_TIMEOUT_S:.0f} s; its last words:\n{_tail(late.log)}",
                    Exit.NOT_STARTED,
                )
            time.sleep(0.1)

    def _died(self, name: str) -> Failure:
        log = self._folder.log(name)
        return Failure(f"{name} ended while it was starting; its last words ({log}):\n{_tail(log)}", Exit.NOT_STARTED)


def running(folder: StateFolder) -> Stack | None:
    """The stack of this folder if all of it lives; one of which a part died is not running."""
    stack = folder.read()
    return stack if stack and stack.parts and all(part.process.alive for part in stack.parts) else None


def take_down(folder: StateFolder, stack: Stack) -> list[Process]:
    """End everything that belongs to the stack: worker and intake first, while they can still finish.

    Returns:
        Processes that would not end.
    """
    for wave in (("worker", "intake"), ("triton", "store")):
        processes.stop([part.process for part in stack.parts if part.name in wave], GRACE_S)
    processes.stop(processes.marked(stack.id), 5)
    left = processes.marked(stack.id)
    if not left:
        folder.clear()
    return left


def is_ready(part: Part) -> bool:
    try:
        with urllib.request.urlopen(part.ready_url, timeout=2) as answer:  # noqa: S310 - our own loopback address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _module(name: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", name, *arguments]


def _tail(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return "\n".join(f"  {line}" for line in lines[-_LOG_LINES:]) or "  (nothing)"
