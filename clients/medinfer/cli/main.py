"""The `medinfer` command. Its parts are imported when a command runs, so that `--help` is quick."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from medinfer.cli.console import Exit, Failure, end, err, out, print_json
from medinfer.cli.options import (
    DEFAULT_STATE,
    Endpoint,
    Json,
    PortBase,
    State,
    Timeout,
    Triton,
    endpoint_of,
    triton_of,
)
from medinfer.cli.state import StateFolder
from medinfer.errors import DocumentRejected, MedinferError
from medinfer.jobs import Source

app = typer.Typer(
    name="medinfer",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # a traceback with local variables would show documents
    help=(
        "Read medical documents and clinical text. "
        "Exit status: 0 done; 1 a document has no result; 2 wrong arguments; 3 nothing answers (try again); "
        "4 refused (trying again does not help); 5 could not start; 6 an extra is not installed."
    ),
)


@app.command()
def up(
    state: State = DEFAULT_STATE,
    port_base: PortBase = None,
    profile: Annotated[str, typer.Option(help="Models' configuration: cpu or gpu.")] = "cpu",
    repository: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Folder of models. Default: the repository's own."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Start local SQS/S3, Triton, intake and worker in the background, and wait until they are ready."""
    from medinfer.cli import progress, stack

    if profile not in ("cpu", "gpu"):
        raise Failure("--profile is cpu or gpu", Exit.USAGE)
    folder = StateFolder(state)
    with folder.locked():
        running = stack.running(folder)
        if running is None:
            if (remains := folder.read()) is not None:
                err.print("a part of the last start is dead: starting anew", style="yellow")
                stack.take_down(folder, remains)
            with progress.parts() as told:
                ports = stack.Ports.from_base(port_base)
                running = stack.Launch(folder, ports, told, profile=profile, repository=repository).run()
            if not as_json:
                out.print(
                    f"up: SQS/S3 at {running.endpoint}, Triton at {running.triton} (logs: {folder.path / 'logs'})"
                )
                out.print("next: medinfer submit PATH --wait · medinfer status · medinfer down", style="dim")
        elif not as_json:
            out.print(f"already up: SQS/S3 at {running.endpoint}, Triton at {running.triton}")
    if as_json:
        print_json(running.model_dump(mode="json"))


@app.command()
def down(state: State = DEFAULT_STATE) -> None:
    """Stop everything that `up` started; documents in hand are finished or given back."""
    from medinfer.cli import stack

    folder = StateFolder(state)
    with folder.locked():
        known = folder.read()
        if known is None:
            out.print("nothing is up")
            return
        with err.status("stopping: the worker finishes what it has in hand"):
            left = stack.take_down(folder, known)
    if left:
        pids = ", ".join(str(process.pid) for process in left)
        raise Failure(f"these processes would not end: {pids}", Exit.UNAVAILABLE)
    out.print("down: no process is left")


@app.command()
def status(
    state: State = DEFAULT_STATE, endpoint: Endpoint = None, triton: Triton = None, as_json: Json = False
) -> None:
    """Show what is running: parts, models and versions, queue depths. Exit status 3 if something is not ready."""
    from medinfer.cli import status as report

    known = StateFolder(state).read()
    if known is None and endpoint is None and triton is None:
        raise Failure("nothing is up here: start it with `medinfer up`", Exit.UNAVAILABLE)
    queues = endpoint_of(state, endpoint) if known or endpoint else None
    found = report.look(known, endpoint=queues, triton=triton_of(state, triton))
    if as_json:
        print_json(found.as_json())
    else:
        out.print(found.tables())
    if not found.ready:
        raise typer.Exit(Exit.UNAVAILABLE)


@app.command()
def submit(
    paths: Annotated[list[Path], typer.Argument(help="Files, or folders of PDF, JPEG, PNG and TIFF files.")],
    source: Annotated[Source, typer.Option(help="Where they come from; it decides how soon they are read.")],
    wait: Annotated[bool, typer.Option("--wait", help="Wait for the results and show them.")] = False,
    timeout: Timeout = 300.0,
    state: State = DEFAULT_STATE,
    endpoint: Endpoint = None,
    as_json: Json = False,
) -> None:
    """Send documents through the queue."""
    from medinfer.cli import progress, tables
    from medinfer.cli import submit as producer

    documents = [(file, source) for file in producer.files(paths)]
    address = endpoint_of(state, endpoint)
    with progress.documents(len(documents), wait=wait) as (sent, answered):
        coroutine = producer.submit(address, documents, wait_s=timeout if wait else None, sent=sent, answered=answered)
        submissions = asyncio.run(coroutine)
    if as_json:
        print_json([submission.as_json() for submission in submissions])
    elif wait:
        out.print(tables.submissions(submissions, columns=out.width))
    else:
        rows = [(s.name, s.job_id or f"{s.error_code}: {s.error_sentence}") for s in submissions]
        out.print(tables.records(rows, "document", "job"))
    if any(s.job_id is None or (wait and s.document is None) for s in submissions):
        raise typer.Exit(Exit.NOT_ANSWERED)


@app.command()
def results(
    job_ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Job ids, as `submit` shows them.")],
    state: State = DEFAULT_STATE,
    endpoint: Endpoint = None,
    as_json: Json = False,
) -> None:
    """Show the stored results of jobs."""
    from medinfer.cli import submit as producer
    from medinfer.cli import tables

    address = endpoint_of(state, endpoint)
    found = {job_id: asyncio.run(producer.result(address, job_id)) for job_id in job_ids}
    if as_json:
        print_json({job_id: result and result.model_dump(mode="json") for job_id, result in found.items()})
    for job_id, result in found.items():
        if result is None or result.document is None:
            reason = f"{result.error.code}: {result.error.message}" if result and result.error else "no result yet"
            err.print(f"{job_id}: {reason}", style="red", markup=False)
        elif not as_json:
            out.print(tables.document(result.document))
    if any(result is None or result.document is None for result in found.values()):
        raise typer.Exit(Exit.NOT_ANSWERED)


@app.command()
def infer(
    path: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A PDF, JPEG, PNG or TIFF.")],
    force_ocr: Annotated[bool, typer.Option("--force-ocr", help="Read pixels even where a PDF has text.")] = False,
    timeout: Timeout = 60.0,
    state: State = DEFAULT_STATE,
    triton: Triton = None,
    as_json: Json = False,
) -> None:
    """Read one document straight through Triton, without queues."""
    from medinfer.cli import tables
    from medinfer.client import DocumentClient

    with DocumentClient.connect(triton_of(state, triton)) as client, err.status("reading"):
        result = client.infer(path.read_bytes(), force_ocr=force_ocr, timeout_s=timeout)
    if as_json:
        print_json(result.model_dump(mode="json"))
    else:
        out.print(tables.document(result))


@app.command()
def entities(
    text: Annotated[str, typer.Argument(help="Clinical text; - reads it from stdin.")],
    timeout: Timeout = 60.0,
    state: State = DEFAULT_STATE,
    triton: Triton = None,
    as_json: Json = False,
) -> None:
    """Find problems, drugs, tests, procedures in clinical text, and what the text says of them."""
    from medinfer.cli import tables
    from medinfer.client import ClinicalTextClient

    content = sys.stdin.read() if text == "-" else text
    with ClinicalTextClient.connect(triton_of(state, triton)) as client:
        found = client.entities(content, timeout_s=timeout)
    if as_json:
        print_json([entity.model_dump(mode="json") for entity in found])
    else:
        out.print(tables.clinical_entities(found))


@app.command()
def demo(
    paths: Annotated[list[Path], typer.Argument(help="Files, or folders of PDF, JPEG, PNG and TIFF files.")],
    out_folder: Annotated[Path, typer.Option("--out", help="Folder for JSON results and HTML pages.")] = Path("out"),
    timeout: Timeout = 300.0,
    as_json: Json = False,
) -> None:
    """Show everything once: start the system, read the documents through it, write a page for each, stop it."""
    from medinfer.cli import demo as show
    from medinfer.cli import tables

    shown = show.run(paths, out_folder, timeout)
    if as_json:
        print_json([submission.as_json() for submission in shown.submissions])
    else:
        out.print(tables.submissions(shown.submissions, columns=out.width))
        out.print(
            f"{len(shown.submissions)} documents in {shown.read_s:.1f} s, after {shown.start_s:.1f} s of starting; "
            f"{shown.all_s:.1f} s in all"
        )
        out.print(f"results and pages: {shown.index}", soft_wrap=True, markup=False)
    if not all(submission.answered for submission in shown.submissions):
        raise Failure("not every document was answered in time", Exit.NOT_ANSWERED)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; every failure ends in one sentence on stderr and its exit status."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(Exit.TERMINATED))  # so that what was started is stopped
    try:
        app(args=arguments)
    except Failure as error:
        end(str(error), error.status)
    except DocumentRejected as error:
        end(f"{error.code}: {error}", Exit.NOT_ANSWERED)
    except MedinferError as error:
        if error.retryable:
            end(f"{str(error).rstrip('.')}: try again, or look at `medinfer status`", Exit.UNAVAILABLE)
        end(str(error), Exit.REFUSED)


if __name__ == "__main__":
    main()
