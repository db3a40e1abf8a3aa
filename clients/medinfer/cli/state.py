"""What `medinfer up` started, on disk: the state folder holds `stack.json`, `logs/` and the local store's data."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from medinfer.cli.console import Exit, Failure
from medinfer.cli.processes import Process


class Part(BaseModel):
    """One process of the stack. ``address``: what others use, or where it reports readiness."""

    model_config = ConfigDict(frozen=True)

    name: str
    process: Process
    address: str
    ready_url: str
    log: Path


class Stack(BaseModel):
    """A running stack. ``id`` marks its processes."""

    id: str
    endpoint: str
    triton: str
    parts: list[Part] = []

    model_config = ConfigDict(validate_default=True)


class StateFolder:
    """The folder; documents and results lie in it, so it is for its owner alone."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self._file = self.path / "stack.json"

    def read(self) -> Stack | None:
        """The stack that was started last and not taken down.

        Raises:
            Failure: the file is damaged.
        """
        try:
            return Stack.model_validate_json(self._file.read_text())
        except FileNotFoundError:
            return None
        except ValidationError as error:
            raise Failure(f"{self._file} is damaged: end the processes by hand and delete it", Exit.REFUSED) from error

    def write(self, stack: Stack) -> None:
        """Replace in one step: a reader never sees half a file."""
        temporary = self._file.with_suffix(".tmp")
        temporary.write_text(stack.model_dump_json(indent=2))
        temporary.replace(self._file)

    def clear(self) -> None:
        self._file.unlink(missing_ok=True)

    def log(self, part: str) -> Path:
        return self.path / "logs" / f"{part}.log"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One `up` or `down` at a time.

        Raises:
            Failure: another one is at work.
        """
        for folder in (self.path, self.path / "logs"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError:
            raise Failure(f"another `up` or `down` is at work in {self.path}: wait for it", Exit.UNAVAILABLE) from None
        finally:
            os.close(descriptor)
