"""Starts a Triton server on a model repository, waits until it serves, and leaves nothing behind."""

from __future__ import annotations

import http.client
import math
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from server import guardian, installation
from server.errors import StartFailed
from server.guardian import await_end, end
from server.preflight import check_gpu, check_ports, check_repository, check_shared_memory, free_port

Profile = Literal["cpu", "gpu"]

START_TIMEOUT_S = 180.0
"""Longest wait for readiness. All models of the repository are ready in seconds; TensorRT may build engines."""

STOP_TIMEOUT_S = 15.0
"""How long requests in flight may take to end once the server is told to stop; then everything is killed."""

_POLL_S = 0.05
_ERROR_LINE = re.compile(r"^(?:[EF]\d{4} |error: |\S*Error: )")
_ERROR_LINES = 12


class TritonServer:
    """One Triton process on ``repository``; use it as a context manager, or call `start` and `stop`.

    ``profile``: "gpu" reads each model's config.pbtxt, "cpu" its configs/cpu.pbtxt. A port of 0 is replaced by a free
    one. ``models``: those to load (and what their ensembles need); None = all. ``log_file``: takes what the server and
    its models print, appended; None = a temporary file that goes with the server (``log_file`` says where).

    ``stop_timeout_s``: how long requests in flight may take to end in `stop`; then everything is killed.

    The server does not outlive this process, even if this process is killed (see `server.guardian`).
    """

    def __init__(
        self,
        repository: Path,
        profile: Profile = "cpu",
        *,
        host: str = "127.0.0.1",
        grpc_port: int = 0,
        http_port: int = 0,
        metrics_port: int = 0,
        models: Collection[str] | None = None,
        log_file: Path | None = None,
        stop_timeout_s: float = STOP_TIMEOUT_S,
    ) -> None:
        self.repository = repository.resolve()
        self.profile = profile
        self.host = host
        self.ports = {
            "gRPC": grpc_port or free_port(host),
            "HTTP": http_port or free_port(host),
            "metrics": metrics_port or free_port(host),
        }
        self.models = models
        self.stop_timeout_s = stop_timeout_s
        self.log_file = log_file
        self._log_file = log_file
        self._folder: Path | None = None
        self._guardian: subprocess.Popen[bytes] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._watched: dict[int, str] = {}  # handle (pidfd) of each process -> what it is
        self._shared_memory_prefix = f"medinfer_{os.getpid()}_{secrets.token_hex(4)}_"

    @property
    def grpc_address(self) -> str:
        return f"{self.host}:{self.ports['gRPC']}"

    @property
    def http_address(self) -> str:
        return f"{self.host}:{self.ports['HTTP']}"

    @property
    def metrics_address(self) -> str:
        return f"{self.host}:{self.ports['metrics']}"

    @property
    def pid(self) -> int:
        """Of the running tritonserver."""
        return self._running().pid

    def start(self, timeout_s: float = START_TIMEOUT_S, progress: Callable[[float], None] | None = None) -> None:
        """Start and wait until every model is ready. ``progress`` is told the seconds waited, about once a second.

        Raises:
            ServerError: it cannot start here, ended early, or was not ready within ``timeout_s``. Nothing is left.
        """
        if self._folder is not None:
            raise RuntimeError("the server is running")
        check_repository(self.repository, self.models)
        check_ports(self.host, self.ports)
        check_shared_memory()
        if self.profile == "gpu":
            check_gpu()
        self._folder = Path(tempfile.mkdtemp(prefix="medinfer-triton-"))
        try:
            triton = installation.find(self._folder)
            log = self.log_file = self._log_file or self._folder / "triton.log"
            start_of_log = log.stat().st_size if log.is_file() else 0
            with log.open("ab") as output:
                self._process = subprocess.Popen(  # noqa: S603 (arguments are ours)
                    [triton.binary, *self._arguments(triton.backends)],
                    env=dict(triton.environment),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,  # one process group for the server and its python models
                )
            self._guardian = self._start_guardian(self._process.pid)
            self._await_ready(timeout_s, log, start_of_log, progress)
            self._watch(self._process.pid)
        except BaseException:
            self.stop()
            raise

    def wait(self) -> str:
        """Wait until the server or one of its python models ends by itself; says which, in a sentence.

        A model's process counts because Triton (2.51) neither starts it again nor stops calling itself ready: every
        later request to that model fails. What is left is to `stop` and `start`.
        """
        self._running()
        ended = await_end(None, *self._watched)
        return f"{', '.join(sorted(self._watched[handle] for handle in ended))} ended by itself"

    def _watch(self, server: int) -> None:
        """Take hold of every process, so that none can end unseen once `start` has returned."""
        self._watched[os.pidfd_open(server)] = "Triton"
        for pid, model in _python_models(server):
            what = f"a process of the model {model}"
            try:
                self._watched[os.pidfd_open(pid)] = what
            except ProcessLookupError:
                raise StartFailed(f"{what} ended while Triton was starting", [], self._log_file) from None

    def stop(self) -> None:
        """End the server, its python models and their shared memory. Does nothing if it is not running."""
        if self._folder is None:
            return
        if self._process is not None:
            end(self._process.pid, self.stop_timeout_s, self._shared_memory_prefix)
            self._process.wait()
            self._process = None
        while self._watched:
            os.close(self._watched.popitem()[0])
        if self._guardian is not None:
            self._guardian.wait()  # it ends when the server has
            self._guardian = None
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise RuntimeError("the server is not running")
        return self._process

    def _start_guardian(self, server: int) -> subprocess.Popen[bytes]:
        arguments = (os.getpid(), server, self.stop_timeout_s, self._shared_memory_prefix, self._folder)
        return subprocess.Popen(  # noqa: S603 (arguments are ours)
            [sys.executable, "-I", "-S", guardian.__file__, *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # it must not hold the launcher's pipes open
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # what ends the launcher's group must not end it
        )

    def _arguments(self, backends: Path) -> list[str]:
        explicit = [] if self.models is None else ["--model-control-mode=explicit"]
        explicit += [f"--load-model={name}" for name in self.models or ()]
        profile = ["--model-config-name=cpu", "--allow-gpu-metrics=false"] if self.profile == "cpu" else []
        # The python backend and every backend written in Python read their own settings.
        python = ["python", *(path.parent.name for path in backends.glob("*/model.py"))]
        settings = [f"shm-region-prefix-name={self._shared_memory_prefix}", "stub-timeout-seconds=120"]
        return [
            f"--model-repository={self.repository}",
            f"--backend-directory={backends}",
            *(f"--backend-config={backend},{setting}" for backend in python for setting in settings),
            *profile,
            *explicit,
            # The configurations are complete; completing them would start every python model twice.
            "--disable-auto-complete-config",
            "--exit-on-error=true",
            "--strict-readiness=true",
            f"--exit-timeout-secs={math.ceil(self.stop_timeout_s)}",
            f"--grpc-address={self.host}",
            f"--grpc-port={self.ports['gRPC']}",
            f"--http-address={self.host}",
            f"--http-port={self.ports['HTTP']}",
            f"--metrics-address={self.host}",
            f"--metrics-port={self.ports['metrics']}",
            # Verbose logs and traces hold tensors, and any client may turn them on: these two calls need a header
            # whose value nobody knows.
            "--log-verbose=0",
            f"--grpc-restricted-protocol=logging,trace:closed={secrets.token_hex(16)}",
            f"--http-restricted-api=logging,trace:closed={secrets.token_hex(16)}",
        ]

    def _await_ready(
        self, timeout_s: float, log: Path, start_of_log: int, progress: Callable[[float], None] | None
    ) -> None:
        process = self._running()
        started = told = time.monotonic()
        # Triton calls itself ready over HTTP before it opens the port of the metrics.
        while not (self.is_ready() and all(_listens(self.host, port) for port in self.ports.values())):
            now = time.monotonic()
            if process.poll() is not None:
                what = f"Triton ended with status {process.returncode} while it was starting"
                raise StartFailed(what, error_lines(log, start_of_log), self._log_file)
            if now - started > timeout_s:
                what = f"Triton was not ready within {timeout_s:.0f} s"
                raise StartFailed(what, error_lines(log, start_of_log), self._log_file)
            if progress is not None and now - told >= 1:
                told = now
                progress(now - started)
            time.sleep(_POLL_S)

    def is_ready(self) -> bool:
        """Whether every model can serve now."""
        connection = http.client.HTTPConnection(self.http_address, timeout=5)
        try:
            connection.request("GET", "/v2/health/ready")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def _python_models(server: int) -> Iterator[tuple[int, str]]:
    """(pid, model) of each python backend process: ``triton_python_backend_stub REPOSITORY/MODEL/VERSION/FILE …``."""
    for children in Path(f"/proc/{server}/task").glob("*/children"):
        for pid in _read(children).split():
            command = _read(Path(f"/proc/{pid}/cmdline")).split("\0")
            if command[0].endswith("triton_python_backend_stub"):
                yield int(pid), Path(command[1]).parts[-3]


def _read(entry: Path) -> str:
    """An entry of /proc; empty when its thread or process has ended meanwhile."""
    try:
        return entry.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _listens(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=5):
            return True
    except OSError:
        return False


def error_lines(log: Path, start: int = 0) -> list[str]:
    """The last error lines of a Triton log (severity E or F, or a python exception), from byte ``start``."""
    if not log.is_file():  # a device such as /dev/stderr cannot be read back
        return []
    with log.open("rb") as file:
        file.seek(start)
        lines = file.read().decode("utf-8", errors="replace").splitlines()
    return [line for line in lines if _ERROR_LINE.match(line)][-_ERROR_LINES:]
