from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from pydantic import ValidationError

from medinfer.jobs import Source
from router.generated import files
from router.settings import Settings

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _no_settings_of_this_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"MEDINFER_{name.upper()}", raising=False)


@pytest.mark.parametrize("path", files())
def test_a_written_file_is_current(path: str) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == files()[path], "run: python -m router generate"


def test_every_written_schema_is_of_a_current_message() -> None:
    assert {f"docs/schemas/{p.name}" for p in (ROOT / "docs/schemas").iterdir()} == set(files()) - {".env.example"}


def test_a_shell_that_reads_the_example_gets_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    script = "set -a; . ./.env.example; env"
    bare = {"PATH": os.environ["PATH"]}
    shown = subprocess.run(["sh", "-c", script], cwd=ROOT, env=bare, capture_output=True, text=True, check=True).stdout
    lines = [line.partition("=") for line in shown.splitlines() if line.startswith("MEDINFER_")]
    assert {name for name, _, _ in lines} == {f"MEDINFER_{name.upper()}" for name in Settings.model_fields}
    for name, _, value in lines:
        monkeypatch.setenv(name, value)
    assert Settings() == Settings.model_construct()


def test_every_setting_has_a_bound_and_an_effect() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        if field.annotation in (int, float):
            bounds = {type(m).__name__ for m in field.metadata}
            assert {"Ge", "Le"} <= bounds, name
            assert re.search(r"_(s|bytes|port)$", name) or name in {
                "concurrency",
                "intake_pollers",
                "max_receives",
                "intake_port",
            }, f"{name}: its unit belongs in its name"


def test_every_source_has_a_class() -> None:
    assert set(Settings().source_classes) == set(Source)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"aws_endpoint_url": "localhost:4566"}, "URL"),
        ({"aws_endpoint_url": "ftp://x"}, "URL"),
        ({"aws_region": "mumbai"}, "aws_region"),
        ({"documents_bucket": "Not A Bucket"}, "documents_bucket"),
        ({"concurrency": 0}, "concurrency"),
        ({"long_poll_s": 21}, "long_poll_s"),
        ({"retry_base_s": 10, "retry_cap_s": 5}, "retry_base_s"),
        ({"long_poll_s": 20, "drain_s": 20}, "drain_s must be at least 25"),
        ({"class_self_upload": "first"}, "class_self_upload"),
    ],
)
def test_settings_without_sense_are_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Settings.model_validate(changes)


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDINFER_CONCURRENCY", "3")
    monkeypatch.setenv("MEDINFER_CLASS_SELF_UPLOAD", "bulk")
    settings = Settings()
    assert settings.concurrency == 3
    assert settings.source_classes[Source.SELF_UPLOAD] == "bulk"
