"""Why Triton could not be started. Each message says what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class ServerError(Exception):
    """Base of all."""


class TritonNotInstalled(ServerError):
    def __init__(self) -> None:
        super().__init__("no tritonserver on PATH and no embedded one: run `pip install 'medinfer[serve]'`")


class UnsupportedPython(ServerError):
    def __init__(self, version: str, supported: Sequence[str]) -> None:
        super().__init__(
            f"the embedded Triton has no python backend for Python {version}: use one of {', '.join(supported)}"
        )


class UnsupportedNumpy(ServerError):
    def __init__(self, version: str) -> None:
        super().__init__(
            f"with numpy {version} the embedded Triton's python models return empty tensors: "
            "run `pip install 'numpy<2'`"
        )


class MissingLibraries(ServerError):
    def __init__(self, binary: Path, libraries: Sequence[str]) -> None:
        super().__init__(
            f"{binary.name} needs shared libraries that this host does not have: {', '.join(libraries)}; "
            "install the packages that hold them (libpython3.x.so is in Debian's libpython3.x)"
        )


class NoGpu(ServerError):
    def __init__(self) -> None:
        super().__init__(
            "the gpu profile needs an NVIDIA GPU and its driver, and this host shows none: use --profile cpu"
        )


class LittleSharedMemory(ServerError):
    def __init__(self, folder: Path, free_bytes: int, needed_bytes: int) -> None:
        super().__init__(
            f"{folder} has {free_bytes >> 20} MiB free and tensors travel to the python models through it: "
            f"give it {needed_bytes >> 20} MiB or more (docker run --shm-size=2g)"
        )


class PortTaken(ServerError):
    def __init__(self, host: str, port: int, protocol: str) -> None:
        super().__init__(f"the {protocol} port {port} of {host} is taken: stop what uses it, or choose another port")
        self.port = port


class ModelNotFound(ServerError):
    def __init__(self, repository: Path, names: Sequence[str]) -> None:
        super().__init__(f"{repository} has no model {', '.join(names)}")
        self.names = tuple(names)


class ModelNotBuilt(ServerError):
    def __init__(self, paths: Sequence[Path]) -> None:
        super().__init__(f"not built: {', '.join(map(str, paths))}; run `make export`")
        self.paths = tuple(paths)


class StartFailed(ServerError):
    """Triton ended, or was not ready in time. ``lines``: the errors in its log, oldest first; ``log``: if kept."""

    def __init__(self, what: str, lines: Sequence[str], log: Path | None) -> None:
        super().__init__("\n".join([what, *lines, *([f"the whole log: {log}"] if log else [])]))
        self.lines = tuple(lines)
