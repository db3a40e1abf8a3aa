"""Live progress on stderr; plain lines where stderr is no terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from medinfer.cli.console import err
from medinfer.cli.submit import Submission

Told = Callable[[str, str], None]
Counted = Callable[[Submission], None]


@contextmanager
def parts() -> Iterator[Told]:
    """Parts that start: a line each, with a spinner until it is ready. Gives a function (part, what became of it)."""
    columns = (SpinnerColumn(finished_text="[green]✓[/]"), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=err) as progress:
        tasks: dict[str, TaskID] = {}

        def told(name: str, what: str) -> None:
            if not err.is_terminal:
                err.print(f"{name}: {what}", markup=False)
            if name not in tasks:
                tasks[name] = progress.add_task(f"{name:8} {what}", total=1, visible=err.is_terminal)
            done = what == "ready"
            progress.update(tasks[name], description=f"{name:8} {what}", completed=int(done))

        yield told


@contextmanager
def documents(count: int, *, wait: bool) -> Iterator[tuple[Counted, Counted]]:
    """Bars for documents sent and answered. Gives the functions that count one each."""
    columns = (TextColumn("{task.description:8}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err) as progress:
        sent = progress.add_task("sent", total=count)
        answered = progress.add_task("answered", total=count, visible=wait)
        yield (lambda _: progress.advance(sent)), (lambda _: progress.advance(answered))
