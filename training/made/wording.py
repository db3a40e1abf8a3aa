"""The longer lists of `vocabulary/wording.toml`, for the module that draws from them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from medinfer.contract.vocabulary import Assertion

FILE = Path(__file__).parent / "vocabulary" / "wording.toml"


@cache
def _tables() -> dict[str, dict[str, Any]]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Wording:
    """The table of one module."""

    table: dict[str, Any]

    @classmethod
    def of(cls, module: str) -> Wording:
        return cls(_tables()[module])

    def words(self, name: str) -> list[str]:
        return [str(word) for word in self.table[name]]

    def groups(self, name: str) -> dict[str, list[str]]:
        """Several lists under keys of their own."""
        return {str(key): [str(word) for word in words] for key, words in self.table[name].items()}

    def statements(self, name: str) -> list[tuple[str, Assertion]]:
        """Templates and what they say of the conditions in their holes."""
        return [(str(template), Assertion(assertion)) for template, assertion in self.table[name]]
