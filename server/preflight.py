"""What is checked before Triton starts, so that a mistake costs a second and a sentence, not a log to read."""

from __future__ import annotations

import re
import shutil
import socket
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from server.errors import LittleSharedMemory, ModelNotBuilt, ModelNotFound, NoGpu, PortTaken
from server.guardian import SHARED_MEMORY

_ARTEFACTS = {"onnxruntime": "model.onnx", "python": "model.py"}
SHARED_MEMORY_BYTES = 256 << 20
"""Enough for a full batch of the largest tensor, in and out (8 pages of 2016 x 2016 px x 3 bytes are 93 MiB)."""

_GPU_DEVICES = ("/dev/nvidiactl", "/dev/dxg")
_BACKEND = re.compile(r'^backend:\s*"(\w+)"', re.MULTILINE)


def free_port(host: str) -> int:
    """A port that nobody listens on now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def check_ports(host: str, ports: Mapping[str, int]) -> None:
    """``ports``: protocol -> port.

    Raises:
        PortTaken: somebody listens there.
    """
    for protocol, port in ports.items():
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port in TIME_WAIT is free, as for Triton
            try:
                probe.bind((host, port))
            except OSError as error:
                raise PortTaken(host, port, protocol) from error


def check_gpu() -> None:
    """
    Raises:
        NoGpu: no device file of an NVIDIA driver (Linux, WSL) is visible here.
    """
    if not any(Path(device).exists() for device in _GPU_DEVICES):
        raise NoGpu


def check_shared_memory(needed_bytes: int = SHARED_MEMORY_BYTES, folder: Path = SHARED_MEMORY) -> None:
    """
    Raises:
        LittleSharedMemory: less than ``needed_bytes`` are free (a container gets 64 MiB unless it asks for more).
    """
    free_bytes = shutil.disk_usage(folder).free
    if free_bytes < needed_bytes:
        raise LittleSharedMemory(folder, free_bytes, needed_bytes)


def check_repository(repository: Path, models: Collection[str] | None) -> None:
    """``models``: those that will be loaded; None = all that are there.

    Raises:
        ModelNotFound: the repository does not hold one of them, or holds none at all.
        ModelNotBuilt: a model has no weights or code yet.
    """
    present = sorted(config.parent.name for config in repository.glob("*/config.pbtxt"))
    wanted = present if models is None else sorted(models)
    if absent := set(wanted) - set(present):
        raise ModelNotFound(repository, sorted(absent))
    if not wanted:
        raise ModelNotFound(repository, ["at all"])
    if missing := [path for name in wanted for path in _missing_artefacts(repository / name)]:
        raise ModelNotBuilt(missing)


def _missing_artefacts(folder: Path) -> Iterator[Path]:
    backend = _BACKEND.search((folder / "config.pbtxt").read_text(encoding="utf-8"))
    artefact = _ARTEFACTS.get(backend[1]) if backend else None
    if artefact is None:
        return
    versions = [path for path in folder.iterdir() if path.is_dir() and path.name.isdigit()]
    for version in versions or [folder / "1"]:
        if not (version / artefact).is_file():
            yield version / artefact
