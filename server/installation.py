"""Where Triton is on this host: NVIDIA's (on PATH), or the one inside the `nvidia-pytriton` wheel."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from server.errors import MissingLibraries, TritonNotInstalled, UnsupportedNumpy, UnsupportedPython

_OUR_BACKENDS = Path(__file__).parent / "backends"
_ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Installation:
    """``binary`` runs with ``environment`` and loads backends from ``backends``."""

    binary: Path
    backends: Path
    environment: Mapping[str, str] = field(repr=False)


def find(folder: Path) -> Installation:
    """Triton on PATH if there is one, else the wheel's; ``folder`` (of this server alone) takes its backend directory.

    Raises:
        ServerError: there is none, or it cannot run under this Python.
    """
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    # Python models import server.* from here and everything else from this interpreter's environment, which the
    # python backend finds as the first python3 on PATH. Each stub would start an OpenBLAS pool that it never uses.
    environment = {
        **os.environ,
        "PATH": path,
        "PYTHONPATH": os.pathsep.join([str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]),
        "OPENBLAS_NUM_THREADS": os.environ.get("OPENBLAS_NUM_THREADS", "1"),
    }
    if binary := shutil.which("tritonserver"):
        home = Path(binary).resolve().parent.parent
        return Installation(Path(binary), home / "backends", environment)
    return _embedded(folder, environment)


def _embedded(folder: Path, environment: dict[str, str]) -> Installation:
    spec = importlib.util.find_spec("pytriton")  # found, never imported: importing it patches signal handlers
    if spec is None or not spec.submodule_search_locations:
        raise TritonNotInstalled
    package = Path(spec.submodule_search_locations[0])
    home = package / "tritonserver"
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    stubs = home / "python_backend_stubs"
    stub = stubs / version / "triton_python_backend_stub"
    if not stub.is_file():
        raise UnsupportedPython(version, sorted(p.name for p in stubs.iterdir()))
    if (numpy := importlib.metadata.version("numpy")).split(".")[0] != "1":
        raise UnsupportedNumpy(numpy)
    libraries = [package.parent / "nvidia_pytriton.libs", sysconfig.get_config_var("LIBDIR")]
    inherited = os.environ.get("LD_LIBRARY_PATH")
    environment["LD_LIBRARY_PATH"] = os.pathsep.join(str(p) for p in [*libraries, inherited] if p)
    binary = home / "bin" / "tritonserver"
    for program in (binary, stub):
        if missing := missing_libraries(program, environment):
            raise MissingLibraries(program, missing)
    return Installation(binary, _assemble(folder / "backends", home / "backends" / "python", stub), environment)


def _assemble(backends: Path, python: Path, stub: Path) -> Path:
    """A backend directory: the wheel's python backend with this Python's stub beside it, and our own backends.
    Copies (3 MB): Triton refuses a backend library whose real path lies outside its directory."""
    (backends / "python").mkdir(parents=True)
    for file in (*python.glob("*.so"), python / "triton_python_backend_utils.py", stub):
        shutil.copy2(file, backends / "python" / file.name)
    for model in _OUR_BACKENDS.glob("*/model.py"):
        (backends / model.parent.name).mkdir()
        shutil.copy2(model, backends / model.parent.name / model.name)
    return backends


def missing_libraries(program: Path, environment: Mapping[str, str]) -> list[str]:
    """Shared libraries that the dynamic loader does not find for ``program`` (what `ldd` asks it)."""
    listing = subprocess.run(  # noqa: S603 (our own binary)
        [program], env={**environment, "LD_TRACE_LOADED_OBJECTS": "1"}, capture_output=True, text=True, check=False
    )
    return [line.split()[0] for line in listing.stdout.splitlines() if line.rstrip().endswith("=> not found")]
