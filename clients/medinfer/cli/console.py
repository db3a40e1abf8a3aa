"""What every command shares: where output goes, how failures end, exit statuses."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Any, NoReturn

from rich.console import Console

_WIDTH_IN_FILES = 140

out = Console(highlight=False, soft_wrap=False, width=None if sys.stdout.isatty() else _WIDTH_IN_FILES)
"""Answers. Nothing else is written there, so that it can be piped."""

err = Console(stderr=True, highlight=False, width=None if sys.stderr.isatty() else _WIDTH_IN_FILES)
"""Progress and failures."""


class Exit(IntEnum):
    """Exit statuses (docs/clients.md)."""

    DONE = 0
    NOT_ANSWERED = 1  # a document was rejected, failed, or has no result yet
    USAGE = 2  # wrong arguments (click's own status)
    UNAVAILABLE = 3  # nothing answers at the address, or not in time: try again
    REFUSED = 4  # the request, the contract or the set-up is at fault: trying again does not help
    NOT_STARTED = 5  # `up` could not start a part
    NOT_INSTALLED = 6  # an extra of the package is missing
    INTERRUPTED = 130
    TERMINATED = 143


class Failure(Exception):
    """Ends the command: one sentence for people, what to do next included."""

    def __init__(self, sentence: str, status: Exit) -> None:
        super().__init__(sentence)
        self.status = status


def end(sentence: str, status: Exit) -> NoReturn:
    err.print(f"error: {sentence}", style="red", markup=False, soft_wrap=True)
    raise SystemExit(int(status))


def print_json(value: Any) -> None:
    """One JSON document on stdout, not coloured or wrapped."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


@contextmanager
def needs(extra: str) -> Iterator[None]:
    """Around imports of an application: says which extra is missing.

    Raises:
        Failure: an import failed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise Failure(
            f"this command needs {error.name}: pip install 'medinfer[{extra}]', and run it from the repository's "
            "environment",
            Exit.NOT_INSTALLED,
        ) from error
