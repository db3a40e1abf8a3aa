"""The models' page says what the contract says."""

from __future__ import annotations

from pathlib import Path

from export.model_page import stale, text
from medinfer.contract import MODELS

PAGE = Path(__file__).parents[2] / "docs" / "models.md"


def test_the_committed_page_is_current() -> None:
    assert not stale(PAGE), "run `make render` and commit"


def test_every_tensor_of_every_model_is_on_the_page() -> None:
    page = text()
    for model in MODELS:
        section = page.split(f"## {model.name}\n", 1)[1].split("\n## ", 1)[0]
        assert all(f"| {tensor.name} | {tensor.dtype.wire} |" in section for tensor in (*model.inputs, *model.outputs))


def test_a_missing_or_changed_page_is_stale(tmp_path: Path) -> None:
    page = tmp_path / "models.md"
    assert stale(page)
    page.write_text(text(), encoding="utf-8")
    assert not stale(page)
    page.write_text(text() + "\n", encoding="utf-8")
    assert stale(page)
