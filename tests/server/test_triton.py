"""The life of a server process: it starts, it ends, and it leaves nothing behind however it ends."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import tritonclient.grpc as grpcclient

import server.__main__
from server.errors import StartFailed
from server.triton import TritonServer
from tests.fixtures.triton import running
from tests.server.made import SLOW_INSTANCES, make_repository, scorer, slow

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
SHARED_MEMORY = Path("/dev/shm")


def processes(group: int) -> set[int]:
    """Live processes of a process group."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            found.add(int(stat.parent.name))
    return found


def shared_memory(launcher: int) -> list[str]:
    return [path.name for path in SHARED_MEMORY.glob(f"medinfer_{launcher}_*")]


@pytest.fixture
def others() -> set[str]:
    """Shared memory of the servers that other tests of this run keep."""
    return set(shared_memory(os.getpid()))


def eventually(condition: Callable[[], bool], within_s: float = 20) -> bool:
    end = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("life")
    return make_repository(folder / "repository", scorer(), slow(folder / "order"))


class Launcher:
    """`python -m server` on free ports, as `make up` runs it."""

    def __init__(self, repository: Path, *arguments: str) -> None:
        ports = [f"--{name}-port=0" for name in ("grpc", "http", "metrics")]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "server", f"--repository={repository}", *ports, *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.read_until_ready()

    def read_until_ready(self) -> None:
        assert self.process.stdout is not None
        self.addresses: dict[str, str] = {}
        for line in self.process.stdout:
            if line.strip() == "ready":
                break
            name, address = line.split()
            self.addresses[name] = address
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        self.server, self.guardian = map(int, children) if self.addresses else (0, 0)
        self.group = processes(self.server) if self.server else set()

    def nothing_left(self) -> bool:
        return not (self.server and processes(self.server)) and not shared_memory(self.process.pid)


@pytest.fixture
def launch() -> Iterator[Callable[..., Launcher]]:
    started: list[Launcher] = []

    def start(repository: Path, *arguments: str) -> Launcher:
        started.append(Launcher(repository, *arguments))
        return started[-1]

    yield start
    for launcher in started:
        launcher.process.kill()
        launcher.process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_everything_with_status_0(
    launch: Callable[..., Launcher], repository: Path, number: signal.Signals
) -> None:
    launcher = launch(repository)
    assert len(launcher.group) == 2 + SLOW_INSTANCES, "the server and a process for each instance"
    assert set(launcher.addresses) == {"grpc", "http", "metrics"}
    with urllib.request.urlopen(f"http://{launcher.addresses['metrics']}/metrics", timeout=5) as metrics:
        assert b"nv_inference_count" in metrics.read()
    launcher.process.send_signal(number)
    _, errors = launcher.process.communicate(timeout=30)
    assert launcher.process.returncode == 0, errors
    assert launcher.nothing_left()


def test_a_killed_launcher_leaves_no_process_even_if_a_model_is_busy(
    launch: Callable[..., Launcher], repository: Path
) -> None:
    launcher = launch(repository, "--stop-timeout-s=2")
    call = threading.Thread(target=_call_slow, args=(launcher.addresses["grpc"], 600.0), daemon=True)
    call.start()
    order = repository.parent / "order"
    assert eventually(order.exists)
    os.kill(launcher.guardian, signal.SIGTERM)  # what a service manager sends to every process of the service
    launcher.process.kill()
    assert eventually(launcher.nothing_left, within_s=40), processes(launcher.server)
    assert eventually(lambda: not processes(launcher.guardian))
    call.join(10)
    assert not call.is_alive()


@pytest.mark.parametrize("victim", ["server", "model"])
def test_a_server_or_model_that_dies_is_replaced_on_the_same_ports(
    launch: Callable[..., Launcher], repository: Path, victim: str
) -> None:
    """Triton itself goes on without the model, calls itself ready and fails every request to it."""
    launcher = launch(repository, "--stop-timeout-s=1")
    first, addresses = launcher.server, launcher.addresses
    os.kill(first if victim == "server" else min(launcher.group - {first}), signal.SIGKILL)
    launcher.read_until_ready()
    assert launcher.addresses == addresses
    assert launcher.server != first
    assert not processes(first)
    with grpcclient.InferenceServerClient(launcher.addresses["grpc"]) as client:
        assert client.is_server_ready()
    launcher.process.terminate()
    _, errors = launcher.process.communicate(timeout=30)
    assert ("Triton" if victim == "server" else "a process of the model") in errors
    assert launcher.process.returncode == 0
    assert launcher.nothing_left()


def test_a_server_that_keeps_dying_is_given_up(
    repository: Path, others: set[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Signal handlers of the test process stay as they are: `_serve` sets none."""
    monkeypatch.setattr(server.__main__, "RESTARTS", 1)
    running = TritonServer(repository, models=["scorer"], stop_timeout_s=0)
    waited = TritonServer.wait

    def kill_and_wait(self: TritonServer) -> str:
        os.kill(self.pid, signal.SIGKILL)
        return waited(self)

    monkeypatch.setattr(TritonServer, "wait", kill_and_wait)
    server.__main__._serve(running, 60)
    assert "restarted 1 times in a row" in capsys.readouterr().err
    assert set(shared_memory(os.getpid())) <= others


def test_a_start_that_fails_tells_why_and_leaves_nothing(
    launch: Callable[..., Launcher], repository: Path, tmp_path: Path
) -> None:
    broken = make_repository(tmp_path, slow(tmp_path / "order"))
    (broken / "slow" / "1" / "model.py").write_text("import a_module_that_is_not_there\n")
    launcher = launch(broken)
    _, errors = launcher.process.communicate(timeout=30)
    assert launcher.process.returncode == 1
    assert "a_module_that_is_not_there" in errors
    assert launcher.nothing_left()


def test_a_start_that_takes_too_long_is_given_up(others: set[str], tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "repository", slow(tmp_path / "order"))
    (repository / "slow" / "1" / "model.py").write_text("import time\ntime.sleep(60)\n")
    server = TritonServer(repository, log_file=tmp_path / "log")
    waited: list[float] = []
    with pytest.raises(StartFailed, match="not ready within 2 s") as caught:
        server.start(timeout_s=2, progress=waited.append)
    assert str(tmp_path / "log") in str(caught.value)
    assert waited
    assert set(shared_memory(os.getpid())) <= others


def test_models_can_be_chosen_and_the_address_is_loopback(repository: Path, others: set[str], tmp_path: Path) -> None:
    server = TritonServer(repository, models=["scorer"], log_file=tmp_path / "log")
    try:
        server.start()
        assert server.is_ready()
        with grpcclient.InferenceServerClient(server.grpc_address) as client:
            assert client.is_model_ready("scorer")
            assert not client.is_model_ready("slow")
        assert _listening(server.pid) == {f"127.0.0.1:{port}" for port in server.ports.values()}
    finally:
        server.stop()
    assert not server.is_ready()
    assert set(shared_memory(os.getpid())) <= others
    server.stop()  # a second time does nothing


def test_no_client_can_turn_on_logs_or_traces_that_hold_contents(repository: Path) -> None:
    with running(repository, models=["scorer"]) as server:
        with grpcclient.InferenceServerClient(server.grpc_address) as client:
            with pytest.raises(grpcclient.InferenceServerException, match="restricted"):
                client.update_log_settings({"log_verbose_level": 1})
            with pytest.raises(grpcclient.InferenceServerException, match="restricted"):
                client.update_trace_settings(settings={"trace_level": ["TENSORS"]})
        for path in ("logging", "trace/setting"):
            request = urllib.request.Request(f"http://{server.http_address}/v2/{path}", data=b"{}", method="POST")
            with pytest.raises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(request, timeout=5)
            with caught.value as answer:
                assert answer.code == 403


def _call_slow(address: str, seconds: float) -> None:
    with grpcclient.InferenceServerClient(address) as client:
        tensors = [grpcclient.InferInput("SECONDS", (1, 1), "FP32"), grpcclient.InferInput("LABEL", (1, 1), "INT32")]
        tensors[0].set_data_from_numpy(np.array([[seconds]], np.float32))
        tensors[1].set_data_from_numpy(np.array([[1]], np.int32))
        with pytest.raises(grpcclient.InferenceServerException):
            client.infer("slow", tensors)


def _listening(pid: int) -> set[str]:
    """IPv4 and IPv6 addresses that a process listens on, from /proc."""
    inodes = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            if (target := str(link.readlink())).startswith("socket:["):
                inodes.add(target[8:-1])
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                address, port = fields[1].split(":")
                assert len(address) == 8 or address.startswith("0" * 16 + "FFFF0000"), "IPv4, or IPv4 mapped into IPv6"
                host = ".".join(str(byte) for byte in bytes.fromhex(address[-8:])[::-1])
                found.add(f"{host}:{int(port, 16)}")
    return found
