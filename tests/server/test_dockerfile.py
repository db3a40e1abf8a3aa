"""What can be checked of the GPU image where no image can be built."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "server" / "Dockerfile"


def instructions() -> list[tuple[str, str]]:
    text = re.sub(r"^\s*#.*\n", "", DOCKERFILE.read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in text.splitlines()) if word]


def values(word: str) -> list[str]:
    return [rest for name, rest in instructions() if name == word]


def test_the_base_image_is_pinned() -> None:
    assert re.fullmatch(r"nvcr\.io/nvidia/tritonserver:\d\d\.\d\d-py3", values("FROM")[0])


def test_every_copied_path_exists_and_is_let_in() -> None:
    let_in = {
        line[1:] for line in DOCKERFILE.with_name("Dockerfile.dockerignore").read_text().split() if line.startswith("!")
    }
    sources = {source for copy in values("COPY") for source in copy.split()[:-1]}
    assert sources == let_in
    for source in sources:
        assert (ROOT / source).exists(), source


def test_dependencies_are_constrained_and_from_an_extra_that_exists() -> None:
    (install,) = [run for run in values("RUN") if "pip install" in run]
    words = shlex.split(install)
    assert words[words.index("--constraint") + 1] == "constraints.txt"
    extra = re.fullmatch(r"\.\[(\w+)\]", words[-1])
    assert extra is not None
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert extra[1] in extras
    assert not any("torch" in requirement or "pytriton" in requirement for requirement in extras[extra[1]])


def test_it_runs_unprivileged() -> None:
    assert [int(part) > 0 for part in values("USER")[-1].split(":")] == [True, True]


def test_the_command_is_one_that_the_server_takes() -> None:
    command = json.loads(values("CMD")[-1])
    assert command[:3] == ["python3", "-m", "server"]
    parsed = subprocess.run(
        [sys.executable, *command[1:], "--help"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert parsed.returncode == 0, parsed.stderr
    for option in command[3:]:
        if option.startswith("--"):
            assert option in parsed.stdout


@pytest.mark.parametrize("folder", ["clients", "server"])
def test_copied_packages_import_only_what_the_image_has(folder: str) -> None:
    """export, router and training stay outside the image, so nothing in it may import them."""
    for path in (ROOT / folder).rglob("*.py"):
        if "cli" in path.parts:
            continue  # the CLI imports them where they are installed
        imported = re.findall(r"^\s*(?:from|import) (\w+)", path.read_text(), flags=re.MULTILINE)
        assert not {"export", "router", "training", "tests", "torch", "transformers"} & set(imported), path
