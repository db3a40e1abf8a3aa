"""`python -m export` as a person uses it: what it prints and how it exits."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from export.build import version_folder
from export.cli import app
from medinfer.contract import text_orientation

MODEL = text_orientation.MODEL
runner = CliRunner()


def test_help_names_every_command() -> None:
    answer = runner.invoke(app, ["--help"])
    assert answer.exit_code == 0
    assert all(command in answer.stdout for command in ("render", "build", "verify", "publish"))


def test_build_then_verify(tmp_path: Path) -> None:
    arguments = [MODEL.name, "--repository", str(tmp_path)]
    built = runner.invoke(app, ["build", *arguments])
    assert built.exit_code == 0, built.output
    assert "1 built, 0 up to date" in built.stdout
    verified = runner.invoke(app, ["verify", *arguments])
    assert verified.exit_code == 0, verified.output
    assert "SCORE" in verified.stdout
    assert "100.00%" in verified.stdout


def test_verify_notices_a_changed_file(tmp_path: Path) -> None:
    arguments = [MODEL.name, "--repository", str(tmp_path)]
    assert runner.invoke(app, ["build", *arguments]).exit_code == 0
    with (version_folder(MODEL, tmp_path) / "model.onnx").open("ab") as file:
        file.write(b"\0")
    answer = runner.invoke(app, ["verify", *arguments])
    assert answer.exit_code == 1
    assert "model.onnx changed since it was built" in answer.stderr


def test_verify_says_what_to_do_for_a_model_that_is_not_built(tmp_path: Path) -> None:
    answer = runner.invoke(app, ["verify", MODEL.name, "--repository", str(tmp_path)])
    assert answer.exit_code == 1
    assert f"python -m export build {MODEL.name}" in answer.stderr


@pytest.mark.parametrize("name", ["no_such_model", "document_pipeline"])
def test_build_refuses_what_has_no_weights(name: str, tmp_path: Path) -> None:
    answer = runner.invoke(app, ["build", name, "--repository", str(tmp_path)])
    assert answer.exit_code == 2
    assert name in answer.stderr


def test_render_check_fails_until_rendered(tmp_path: Path) -> None:
    assert runner.invoke(app, ["render", "--check", "--repository", str(tmp_path)]).exit_code == 1
    assert runner.invoke(app, ["render", "--repository", str(tmp_path)]).exit_code == 0
    assert runner.invoke(app, ["render", "--check", "--repository", str(tmp_path)]).exit_code == 0
