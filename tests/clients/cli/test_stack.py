"""`medinfer up`, everything that works against it, and `medinfer down`: real processes, all of them gone at the end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from medinfer.cli import processes
from medinfer.cli.console import Exit
from medinfer.cli.state import Stack, StateFolder
from server.errors import ModelNotBuilt
from server.preflight import check_repository
from tests.fixtures.triton import REPOSITORY, unavailable

EXAMPLES = Path(__file__).parents[3] / "examples" / "documents"

pytestmark = pytest.mark.integration


class Cli:
    """The command in a process of its own, as people run it."""

    def __init__(self, folder: Path) -> None:
        self.state = StateFolder(folder / "state")
        self._environment = {k: v for k, v in os.environ.items() if not k.startswith("MEDINFER_")}
        self._environment["MEDINFER_STATE"] = str(self.state.path)

    def __call__(self, *arguments: str, status: int = 0) -> str:
        """Run and give what it printed; of a start that failed, also why.

        Raises:
            AssertionError: it did not end with ``status``; shows what it said.
        """
        ended = subprocess.run(
            [sys.executable, "-m", "medinfer.cli.main", *arguments],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert ended.returncode == status, ended.stdout + ended.stderr
        return ended.stdout + (ended.stderr if status == Exit.NOT_STARTED else "")

    @property
    def stack(self) -> Stack:
        stack = self.state.read()
        assert stack is not None
        return stack


@pytest.fixture(scope="module")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cli]:
    """A system that is up, on free ports and in a folder of its own."""
    try:
        check_repository(REPOSITORY, None)
    except ModelNotBuilt as error:
        unavailable(str(error))
    cli = Cli(tmp_path_factory.mktemp("stack"))
    try:
        cli("up", "--port-base", "0")
        yield cli
    finally:
        cli("down")


def test_a_part_that_cannot_start_is_quoted_and_the_others_are_stopped(tmp_path: Path) -> None:
    empty = tmp_path / "no models"
    empty.mkdir()
    cli = Cli(tmp_path)
    said = cli("up", "--port-base", "0", "--repository", str(empty), status=Exit.NOT_STARTED)
    assert "triton ended while it was starting" in said
    assert "has no model" in said
    assert cli.state.read() is None
    mine = f"MEDINFER_STATE={cli.state.path}".encode()
    assert not [p for p in Path("/proc").glob("[0-9]*/environ") if mine in _read(p)]


def test_a_start_that_is_told_to_stop_leaves_nothing(tmp_path: Path) -> None:
    state = StateFolder(tmp_path / "state")
    command = [sys.executable, "-m", "medinfer.cli.main", "up", "--port-base", "0", "--state", str(state.path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as up:
        while (stack := state.read()) is None or not stack.parts:
            assert up.poll() is None
            time.sleep(0.05)
        up.terminate()
        assert up.wait(60) == Exit.TERMINATED
    assert processes.marked(stack.id) == []
    assert state.read() is None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_every_part_is_ready_and_serves(cli: Cli) -> None:
    found = json.loads(cli("status", "--json"))
    assert found["ready"]
    assert {part["name"]: part["state"] for part in found["parts"]} == dict.fromkeys(
        ("store", "triton", "intake", "worker"), "ready"
    )
    assert {"document_pipeline", "clinical_ner"} <= {model["name"] for model in found["models"]}
    assert {queue["name"] for queue in found["queues"]} >= {"medinfer-intake", "medinfer-work-dlq"}


def test_a_second_up_changes_nothing(cli: Cli) -> None:
    before = cli.stack
    assert "already up" in cli("up")
    assert cli.stack == before


def test_documents_through_the_queue(cli: Cli) -> None:
    good, bad = EXAMPLES / "lab_report_text.pdf", EXAMPLES / "bad_encrypted.pdf"
    sent = json.loads(
        cli("submit", str(good), str(bad), "--source", "self_upload", "--wait", "--json", status=Exit.NOT_ANSWERED)
    )
    read, rejected = sent
    assert read["result"]["document"]["document_type"] == "lab_report"
    assert read["result"]["document"]["observations"]
    assert rejected["error"] == {"code": "encrypted_document", "message": "The PDF is protected by a password."}
    stored = json.loads(cli("results", read["job_id"], "--json"))
    assert stored[read["job_id"]] == read["result"]
    assert "encrypted_document" not in cli("results", read["job_id"])


def test_a_document_straight_through_triton(cli: Cli) -> None:
    assert "lab_report" in cli("infer", str(EXAMPLES / "lab_report_text.pdf"))
    cli("infer", str(EXAMPLES / "bad_corrupt.pdf"), status=Exit.NOT_ANSWERED)


def test_entities_of_a_text(cli: Cli) -> None:
    found = json.loads(cli("entities", "No h/o of Dm2, htn", "--json"))
    assert {entity["assertion"] for entity in found} == {"negated"}


def test_a_part_that_died_is_told_and_up_starts_anew(cli: Cli) -> None:
    before = cli.stack
    (intake,) = (part for part in before.parts if part.name == "intake")
    intake.process.signal(signal.SIGKILL)
    processes.await_end([intake.process], 5)
    found = json.loads(cli("status", "--json", status=Exit.UNAVAILABLE))
    assert {p["name"]: p["state"] for p in found["parts"]}["intake"] == "dead"
    cli("up", "--port-base", "0")
    assert processes.marked(before.id) == []
    assert json.loads(cli("status", "--json"))["ready"]


def test_down_leaves_no_process(cli: Cli) -> None:
    stack = cli.stack
    alive = processes.marked(stack.id)
    assert {part.process for part in stack.parts} < set(alive)  # and Triton's own children
    assert "no process is left" in cli("down")
    assert not [process for process in alive if process.alive]
    assert cli.state.read() is None
    assert "nothing is up" in cli("down")


def test_the_demo_reads_documents_and_leaves_pages_behind(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "out"
    names = ("lab_report_text.pdf", "not_medical_letter.pdf", "bad_encrypted.pdf")
    shown = cli("demo", *(str(EXAMPLES / name) for name in names), "--out", str(out))
    assert all(name in shown for name in names)
    assert {path.suffix for path in out.iterdir()} == {".html", ".json"}
    assert len(list(out.iterdir())) == 2 * len(names) + 1
    assert "<polygon" in (out / "001-lab_report_text.html").read_text()
    assert "encrypted_document" in (out / "index.html").read_text()
