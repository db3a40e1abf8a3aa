"""Commands as people call them: what they print, where, and how they end."""

from __future__ import annotations

import io
import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from medinfer.cli.console import Exit
from medinfer.cli.main import main
from medinfer.cli.stack import Ports
from medinfer.cli.state import Stack, StateFolder
from medinfer.cli.submit import files
from tests.clients.kserve import KServe, clinical_outputs, document_outputs, rejected, serving

Cli = Callable[..., tuple[int, str, str]]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Run `medinfer ARGUMENTS` in an empty folder: (exit status, stdout, stderr)."""
    monkeypatch.chdir(tmp_path)
    for name in ("MEDINFER_STATE", "MEDINFER_AWS_ENDPOINT_URL", "MEDINFER_TRITON_ADDRESS"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        status: object = 0
        try:
            main(arguments)
        except SystemExit as end:
            status = end.code or 0
        captured = capsys.readouterr()
        assert isinstance(status, int)
        return status, captured.out, captured.err

    return run


@pytest.fixture
def documents() -> Iterator[KServe]:
    with serving(KServe(outputs=document_outputs())) as server:
        yield server


@pytest.fixture
def scan(tmp_path: Path) -> str:
    path = tmp_path / "scan.png"
    path.write_bytes(b"\x89PNG")
    return str(path)


def test_help_is_quick_and_names_every_word() -> None:
    loaded = "import sys; from medinfer.cli.main import app; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True).stdout.split()
    assert not {"grpc", "boto3", "pydantic_settings", "router", "server", "PIL"} & set(modules)


def test_words(cli: Cli) -> None:
    status, out, _ = cli("--help")
    assert status == 0
    for word in ("up", "down", "status", "submit", "results", "infer", "entities", "demo"):
        assert word in out


def test_infer_shows_a_table(cli: Cli, documents: KServe, scan: str) -> None:
    status, out, _ = cli("infer", scan, "--triton", documents.address)
    assert status == Exit.DONE
    assert "lab_report" in out
    assert "Hæmoglobin" in out


def test_infer_for_machines(cli: Cli, documents: KServe, scan: str) -> None:
    status, out, _ = cli("infer", scan, "--triton", documents.address, "--json")
    assert status == Exit.DONE
    assert json.loads(out)["observations"][0]["value"] == "13.5"


def test_an_address_comes_from_the_environment(
    cli: Cli, documents: KServe, scan: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDINFER_TRITON_ADDRESS", documents.address)
    assert cli("infer", scan)[0] == Exit.DONE


def test_an_address_comes_from_what_is_up(cli: Cli, documents: KServe, scan: str, tmp_path: Path) -> None:
    folder = StateFolder(tmp_path / ".medinfer")
    with folder.locked():
        folder.write(Stack(id="x", endpoint="http://127.0.0.1:1", triton=documents.address))
    assert cli("infer", scan)[0] == Exit.DONE


def test_a_rejected_document_ends_in_one_sentence(cli: Cli, scan: str) -> None:
    with serving(KServe(outputs=rejected("encrypted_document"))) as server:
        status, out, err = cli("infer", scan, "--triton", server.address)
    assert (status, out) == (Exit.NOT_ANSWERED, "")
    assert err == "error: encrypted_document: The PDF is protected by a password.\n"


def test_nobody_there(cli: Cli, scan: str) -> None:
    status, _, err = cli("infer", scan, "--triton", "127.0.0.1:1", "--timeout", "2")
    assert status == Exit.UNAVAILABLE
    assert err.count("\n") == 1
    assert "medinfer status" in err


def test_a_contract_mismatch_is_refused(cli: Cli, scan: str) -> None:
    changed = document_outputs(LINE_SCORE=np.array([1, 1], np.float32))
    with serving(KServe(outputs=changed)) as server:
        assert cli("infer", scan, "--triton", server.address)[0] == Exit.REFUSED


def test_entities(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(KServe(outputs=clinical_outputs())) as server:
        status, out, _ = cli("entities", "No h/o of Dm2, htn", "--triton", server.address)
        assert status == Exit.DONE
        assert "Dm2" in out
        assert "negated" in out
        monkeypatch.setattr("sys.stdin", io.StringIO("No h/o of Dm2, htn"))
        status, out, _ = cli("entities", "-", "--json", "--triton", server.address)
    assert [entity["text"] for entity in json.loads(out)] == ["Dm2", "htn"]


def test_text_is_no_markup_for_the_terminal(cli: Cli) -> None:
    with serving(KServe(outputs=clinical_outputs())) as server:
        _, out, _ = cli("entities", "[red]a[/] [b]12345", "--triton", server.address)
    assert "[b]" in out


@pytest.mark.parametrize("word", [["status"], ["results", "0123456789"], ["submit", ".", "--source", "self_upload"]])
def test_nothing_is_up(cli: Cli, scan: str, word: list[str]) -> None:
    status, _, err = cli(*word)
    assert status == Exit.UNAVAILABLE
    assert "medinfer up" in err


def test_down_when_nothing_is_up(cli: Cli) -> None:
    assert cli("down") == (0, "nothing is up\n", "")


def test_an_unknown_source_is_a_wrong_argument(cli: Cli, scan: str) -> None:
    assert cli("submit", scan, "--source", "fax")[0] == Exit.USAGE


def test_a_taken_port_is_named_before_anything_starts(cli: Cli, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        status, _, err = cli("up", "--port-base", str(min(port, 65529)))
    assert status == Exit.NOT_STARTED
    assert f"port {port} " in err
    assert "--port-base" in err
    assert StateFolder(tmp_path / ".medinfer").read() is None


def test_free_ports_are_all_different() -> None:
    ports = Ports.from_base(0)
    assert len({getattr(ports, name) for name in Ports.__slots__}) == 6
    ports.check_free()


def test_a_second_up_at_the_same_time_is_told_to_wait(cli: Cli, tmp_path: Path) -> None:
    with StateFolder(tmp_path / ".medinfer").locked():
        status, _, err = cli("up")
    assert status == Exit.UNAVAILABLE
    assert "at work" in err


def test_a_damaged_state_file_is_named(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / ".medinfer"
    folder.mkdir()
    (folder / "stack.json").write_text("{")
    status, _, err = cli("down")
    assert status == Exit.REFUSED
    assert "stack.json" in err


def test_a_folder_stands_for_the_documents_in_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("b.PDF", "a.pdf", "a.csv", "b.csv", ".hidden.pdf", "truth/a.pdf"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    assert [file.name for file in files([tmp_path, tmp_path / "a.pdf"])] == ["a.pdf", "b.PDF"]
    assert "2 files are left out" in capsys.readouterr().err


def test_a_file_that_is_named_itself_is_sent_whatever_its_name(tmp_path: Path) -> None:
    path = tmp_path / "report"
    path.write_bytes(b"x")
    assert files([path]) == [path]
