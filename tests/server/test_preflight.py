"""Mistakes found before Triton starts, each with its own type and a next step."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from server import installation
from server.errors import (
    LittleSharedMemory,
    MissingLibraries,
    ModelNotBuilt,
    ModelNotFound,
    NoGpu,
    PortTaken,
    TritonNotInstalled,
    UnsupportedNumpy,
    UnsupportedPython,
)
from server.preflight import check_ports, check_repository, check_shared_memory, free_port
from server.triton import TritonServer, error_lines
from tests.server.made import make_repository, scorer, slow


def test_a_taken_port_is_named() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        taken = holder.getsockname()[1]
        with pytest.raises(PortTaken, match=f"HTTP port {taken} of 127.0.0.1 is taken") as caught:
            check_ports("127.0.0.1", {"gRPC": free_port("127.0.0.1"), "HTTP": taken})
    assert caught.value.port == taken


def test_a_taken_port_stops_the_start(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        server = TritonServer(make_repository(tmp_path, scorer()), grpc_port=holder.getsockname()[1])
        with pytest.raises(PortTaken):
            server.start()


def test_weights_and_code_that_are_missing_are_all_named(tmp_path: Path) -> None:
    make_repository(tmp_path, scorer(), scorer("other"), slow())
    check_repository(tmp_path, None)
    weights, code = tmp_path / "other" / "1" / "model.onnx", tmp_path / "slow" / "1" / "model.py"
    weights.unlink()
    code.unlink()
    with pytest.raises(ModelNotBuilt, match="make export") as caught:
        check_repository(tmp_path, None)
    assert caught.value.paths == (weights, code)
    check_repository(tmp_path, ["scorer"])  # others are not loaded, so they may be incomplete
    weights.parent.rmdir()
    with pytest.raises(ModelNotBuilt) as caught:
        check_repository(tmp_path, ["other"])
    assert caught.value.paths == (weights,)


def test_an_unknown_model_and_an_empty_repository_are_errors(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound):
        check_repository(tmp_path, None)
    make_repository(tmp_path, scorer())
    with pytest.raises(ModelNotFound) as caught:
        check_repository(tmp_path, ["scorer", "nobody"])
    assert caught.value.names == ("nobody",)


def test_a_start_refused_before_it_began_removes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`stop` cleans up a folder of the server's own; the working directory is not it."""
    keep = tmp_path / "keep"
    keep.touch()
    monkeypatch.chdir(tmp_path)
    server = TritonServer(tmp_path / "nowhere")
    server.stop()
    with pytest.raises(ModelNotFound):
        server.start()
    server.stop()
    ports = ["--grpc-port=0", "--http-port=0", "--metrics-port=0"]
    command = [sys.executable, "-m", "server", "--repository", "nowhere", *ports]
    launched = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert launched.returncode == 1
    assert launched.stderr.startswith("error: ")
    assert "Traceback" not in launched.stderr
    assert keep.exists()


def test_too_little_shared_memory_names_the_option_of_the_container(tmp_path: Path) -> None:
    free_bytes = shutil.disk_usage(tmp_path).free
    check_shared_memory(free_bytes // 2, tmp_path)
    with pytest.raises(LittleSharedMemory, match="--shm-size"):
        check_shared_memory(free_bytes * 2, tmp_path)


@pytest.mark.skipif(Path("/dev/nvidiactl").exists() or Path("/dev/dxg").exists(), reason="this host has a GPU")
def test_the_gpu_profile_without_a_gpu_names_the_other_one(tmp_path: Path) -> None:
    with pytest.raises(NoGpu, match="--profile cpu"):
        TritonServer(make_repository(tmp_path, scorer()), "gpu").start()


@pytest.fixture
def no_triton_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a host without NVIDIA's container: the wheel's server is used."""
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))


@pytest.mark.usefixtures("no_triton_on_path")
def test_the_embedded_server_is_found_whole(tmp_path: Path) -> None:
    found = installation.find(tmp_path)
    assert found.binary.name == "tritonserver"
    assert {path.relative_to(found.backends).as_posix() for path in found.backends.glob("*/*")} == {
        "python/libtriton_python.so",
        "python/triton_python_backend_stub",
        "python/triton_python_backend_utils.py",
        "onnxruntime/model.py",
    }
    assert found.environment["PATH"].split(":")[0] == str(Path(sys.executable).parent)


@pytest.mark.usefixtures("no_triton_on_path")
def test_numpy_2_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    metadata = tmp_path / "site" / "numpy-2.1.0.dist-info" / "METADATA"
    metadata.parent.mkdir(parents=True)
    metadata.write_text("Metadata-Version: 2.1\nName: numpy\nVersion: 2.1.0\n")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    with pytest.raises(UnsupportedNumpy, match=r"numpy 2\.1\.0"):
        installation.find(tmp_path / "server")


@pytest.mark.usefixtures("no_triton_on_path")
def test_without_the_wheel_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    with pytest.raises(TritonNotInstalled, match=r"medinfer\[serve\]"):
        installation.find(tmp_path)


@pytest.mark.usefixtures("no_triton_on_path")
def test_a_python_without_a_stub_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stubs = tmp_path / "pytriton" / "tritonserver" / "python_backend_stubs" / "2.7"
    stubs.mkdir(parents=True)
    (tmp_path / "pytriton" / "__init__.py").touch()
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    with pytest.raises(UnsupportedPython, match=r"use one of 2\.7"):
        installation.find(tmp_path / "server")


@pytest.mark.usefixtures("no_triton_on_path")
def test_libraries_that_the_loader_does_not_find_are_named(tmp_path: Path) -> None:
    found = installation.find(tmp_path)
    stub = found.backends / "python" / "triton_python_backend_stub"  # a copy: its own search path no longer leads on
    assert installation.missing_libraries(stub, found.environment) == []
    (missing,) = installation.missing_libraries(stub, {})
    assert missing.startswith("libcudart")
    assert missing in str(MissingLibraries(stub, [missing]))


def test_nvidia_s_own_server_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    binary = tmp_path / "tritonserver" / "bin" / "tritonserver"
    binary.parent.mkdir(parents=True)
    binary.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(binary.parent))
    found = installation.find(tmp_path / "server")
    assert found.binary == binary
    assert found.backends == tmp_path / "tritonserver" / "backends"


def test_error_lines_leave_out_what_was_there_before_and_what_is_no_error(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("E1122 08:00:00.0 1 old.cc:1] old\n")
    before = log.stat().st_size
    with log.open("a") as file:
        file.write("I1122 08:00:00.0 1 new.cc:1] fine\nE1122 08:00:00.0 1 new.cc:2] bad\nValueError: worse\nEnd\n")
    assert error_lines(log, before) == ["E1122 08:00:00.0 1 new.cc:2] bad", "ValueError: worse"]
    assert error_lines(Path("/dev/null")) == []
