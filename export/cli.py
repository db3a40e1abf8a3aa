"""`python -m export`: from checkpoints to the model repository that Triton serves."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from export.checkpoints import REPOSITORY
from medinfer.contract import MODELS, Model, model

if TYPE_CHECKING:
    from collections.abc import Iterable

    from export.build import Built
    from export.verify import Comparison

app = typer.Typer(
    help="From checkpoints to the model repository that Triton serves.\n\n"
    "render writes the configurations, build the weights, verify compares them with their originals, "
    "publish uploads all of it to S3.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_show_locals=False,
)
console = Console()
errors = Console(stderr=True)

Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="[MODEL]...", help="Names of models; all that have weights if none is given."),
]
Repository = Annotated[Path, typer.Option(help="The model repository.", file_okay=False)]
_REPOSITORY = REPOSITORY / "model_repository"
_MODELS_PAGE = REPOSITORY / "docs" / "models.md"


@app.command()
def render(
    repository: Repository = _REPOSITORY,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 if a file is out of date.")
    ] = False,
) -> None:
    """Write every config.pbtxt (GPU hosts), configs/cpu.pbtxt (CPU hosts) and docs/models.md from the contract."""
    from export import model_page
    from export import render as rendering

    changed = rendering.stale(repository) if check else rendering.write(repository)
    if model_page.stale(_MODELS_PAGE):
        changed.append(_MODELS_PAGE)
        if not check:
            _MODELS_PAGE.write_text(model_page.text(), encoding="utf-8")
    for path in changed:
        console.print(f"{'out of date' if check else 'wrote'}: {path}", soft_wrap=True)
    if check and changed:
        errors.print("Run `make render` and commit the result.")
        raise typer.Exit(1)
    if not changed:
        console.print("Everything is up to date.")


@app.command()
def build(
    names: Names = None,
    repository: Repository = _REPOSITORY,
    force: Annotated[bool, typer.Option("--force", help="Build even what is up to date.")] = False,
) -> None:
    """Build and verify the weights of each model. What is up to date is skipped: a model is out of date when its
    checkpoint, its part of the contract, its exporter, a library version or a built file has changed.

    A model that fails leaves what was in place; the others are still built, and the exit code is 1.
    """
    from export.build import build as build_one

    built: list[Built] = []
    failures: list[tuple[Model, Exception]] = []
    started = time.perf_counter()
    with _progress() as progress:
        models = _with_weights(names)
        task = progress.add_task("", total=len(models))
        for each in models:
            progress.update(task, description=each.name)
            try:
                built.append(
                    build_one(
                        each,
                        repository,
                        force=force,
                        report=lambda step, name=each.name: progress.update(task, description=f"{name}: {step}"),  # type: ignore[misc]
                    )
                )
            except _expected() as error:
                failures.append((each, error))
            progress.advance(task)
    for one in built:
        _print_built(one)
    new = sum(not b.up_to_date for b in built)
    console.print(f"{new} built, {len(built) - new} up to date, {time.perf_counter() - started:.1f} s")
    _exit_on(failures)


@app.command()
def verify(names: Names = None, repository: Repository = _REPOSITORY) -> None:
    """Compare the built weights with their recorded checksums and, on several shapes, with their originals.

    Exits with 1 if a file has changed or an output differs by more than its tolerance.
    """
    from export.build import compare, damaged, read_record, version_folder
    from export.verify import VerificationError

    comparisons: list[Comparison] = []
    failures: list[tuple[Model, Exception]] = []
    with _progress() as progress:
        models = _with_weights(names)
        task = progress.add_task("", total=len(models))
        for each in models:
            progress.update(task, description=each.name)
            folder = version_folder(each, repository)
            try:
                if (found := read_record(each, repository)) is None:
                    raise VerificationError(f"{each.name} is not built; run `python -m export build {each.name}`")
                if changed := damaged(folder, found[1]):
                    raise VerificationError(f"{each.name}: {', '.join(changed)} changed since it was built")
                comparisons += compare(
                    each,
                    folder,
                    lambda step, name=each.name: progress.update(task, description=f"{name}: {step}"),  # type: ignore[misc]
                )
            except _expected() as error:
                failures.append((each, error))
            progress.advance(task)
    console.print(_comparison_table(comparisons), width=max(console.width, 120))
    _exit_on(failures)


@app.command()
def publish(
    destination: Annotated[str, typer.Argument(help="s3://bucket/prefix of the published repository.")],
    repository: Repository = _REPOSITORY,
    endpoint_url: Annotated[
        str | None, typer.Option(help="Another S3 than AWS's, such as http://127.0.0.1:4566.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be uploaded; upload nothing.")] = False,
) -> None:
    """Upload the repository: weights, python models and configurations, each with its checksum.

    A published version is never rewritten: the same bytes are skipped, other bytes are refused (raise the model's
    version in the contract). Credentials and region come from the environment, as everywhere with AWS.
    """
    from export import publish as publishing

    done: list[tuple[str, publishing.Outcome]] = []
    try:
        plan = publishing.plan(MODELS, repository)
        with _progress() as progress:
            task = progress.add_task("", total=len(plan))

            def report(key: str, outcome: publishing.Outcome) -> None:
                done.append((key, outcome))
                progress.update(task, advance=1, description=key)

            publishing.publish(plan, destination, endpoint_url=endpoint_url, dry_run=dry_run, report=report)
    except publishing.PublishError as error:
        errors.print(str(error), style="red", soft_wrap=True, markup=False)
        raise typer.Exit(1) from None
    finally:
        for key, outcome in done:
            console.print(f"{outcome.value:>9}  {key}", soft_wrap=True, highlight=False)


def _with_weights(names: list[str] | None) -> list[Model]:
    if not names:
        return [m for m in MODELS if m.source is not None]
    try:
        chosen = [model(name) for name in names]
    except KeyError as error:
        raise typer.BadParameter(str(error.args[0])) from None
    if without := [m.name for m in chosen if m.source is None]:
        raise typer.BadParameter(f"no weights to build: {', '.join(without)}")
    return chosen


def _expected() -> tuple[type[Exception], ...]:
    """Errors that say what is wrong with one model; anything else is a fault of ours and shows its traceback."""
    from export.verify import VerificationError

    return FileNotFoundError, ValueError, VerificationError


def _exit_on(failures: Iterable[tuple[Model, Exception]]) -> None:
    failures = list(failures)
    for failed, error in failures:
        errors.print(f"{failed.name}: {error}", style="red", soft_wrap=True, markup=False)
    if failures:
        raise typer.Exit(1)


def _progress() -> Progress:
    return Progress(
        SpinnerColumn(),
        BarColumn(20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
        console=errors,
        transient=True,
    )


def _print_built(built: Built) -> None:
    status = "up to date" if built.up_to_date else f"built in {built.seconds:.1f} s"
    console.print(f"{built.model.name}: {status}", soft_wrap=True, highlight=False)
    for name, facts in built.files.items():
        console.print(
            f"  {name:<16} {facts.size_bytes:>12,} bytes  sha256 {facts.sha256[:16]}", soft_wrap=True, highlight=False
        )
    for output, difference in built.differences.items():
        console.print(
            f"  {output:<16} {difference:>12.1e} largest difference from the original", soft_wrap=True, highlight=False
        )


def _comparison_table(comparisons: list[Comparison]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("model", "output", "shape"):
        table.add_column(heading, no_wrap=True)
    for heading in ("largest difference", "accepted", "equal decisions"):
        table.add_column(heading, justify="right", no_wrap=True)
    for c in comparisons:
        agreement = "" if c.agreement is None else f"{c.agreement:.2%}"
        table.add_row(c.model, c.output, str(list(c.shape)), f"{c.largest:.1e}", f"{c.tolerance:.0e}", agreement)
    return table
