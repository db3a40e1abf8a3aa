"""``python -m router``: the composition root of intake and worker."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated, NoReturn

import structlog
import typer
from prometheus_client import CollectorRegistry
from pydantic import ValidationError

from medinfer.errors import MedinferError
from router import generated, local
from router.answers import Answers
from router.attempt import Attempts
from router.core.classes import ServiceClass
from router.edges.aws import Aws
from router.edges.s3 import S3Documents, S3Results
from router.edges.sqs import SqsQueue
from router.edges.triton import TritonReader
from router.intake import Intake
from router.lifecycle import stop_signals
from router.probes import serve_probes
from router.provision import provision as create_all
from router.settings import Settings
from router.telemetry import IntakeMetrics, WorkerMetrics, configure_logging
from router.worker import Worker

THREADS_PER_JOB = 2
"""A job stores its result and talks to its queue; more threads than that would stand idle."""

log = structlog.get_logger()

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # a traceback with local variables would show documents
    add_completion=False,
    help=(
        "The queue side of medinfer. Settings are MEDINFER_* environment variables: see .env.example. "
        "SIGTERM or SIGINT finishes or gives back everything in hand; a second one stops at once."
    ),
)


@app.command()
def intake() -> None:
    """Sort the intake queue into the queues of the classes of service."""
    settings = _settings()
    asyncio.run(_intake(settings))


@app.command()
def worker() -> None:
    """Read documents from the class queues through Triton into the result store."""
    settings = _settings()
    asyncio.run(_worker(settings))


@app.command()
def provision(
    aws: Annotated[
        bool, typer.Option("--aws", help="Allow this in a real AWS account, where Terraform should do it.")
    ] = False,
) -> None:
    """Create queues and buckets where there are none. Safe to repeat."""
    settings = _settings()
    if not settings.aws_endpoint_url and not aws:
        _fail("MEDINFER_AWS_ENDPOINT_URL is empty, so this would change a real AWS account. Add --aws to do that.")
    client = _aws(settings, threads=2)
    for name in asyncio.run(create_all(client, settings)):
        typer.echo(name)
    client.close()


@app.command("local")
def local_server(
    folder: Annotated[Path, typer.Option(help="Where queues, documents and results are kept.")],
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port on 127.0.0.1.")] = 4566,
) -> None:
    """Become the local SQS and S3 server, until SIGTERM. It keeps its state in the folder."""
    local.prepare(folder)
    arguments, environment = local.command(folder, port)
    os.execve(arguments[0], arguments, environment)  # noqa: S606 - our own interpreter, fixed arguments


@app.command()
def generate(
    root: Annotated[Path, typer.Option(help="The repository.", exists=True, file_okay=False)] = Path(),
) -> None:
    """Rewrite .env.example and docs/schemas from the code."""
    for path, text in generated.files().items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
        typer.echo(path)


async def _intake(settings: Settings) -> None:
    registry = CollectorRegistry()
    async with AsyncExitStack() as stack:
        stop = stack.enter_context(stop_signals(settings.drain_s))
        aws = _aws(settings, threads=4 * settings.intake_pollers)
        stack.callback(aws.close)
        process = Intake(
            await SqsQueue.find(aws, settings.intake_queue),
            await _class_queues(aws, settings),
            await SqsQueue.find(aws, settings.intake_dead_letter_queue),
            settings,
            IntakeMetrics(registry),
        )
        stack.enter_context(serve_probes(settings.intake_port, registry, process.is_ready))
        log.info("intake_started", queue=settings.intake_queue)
        await process.run(stop)


async def _worker(settings: Settings) -> None:
    registry = CollectorRegistry()
    async with AsyncExitStack() as stack:
        stop = stack.enter_context(stop_signals(settings.drain_s))
        aws = _aws(settings, threads=len(ServiceClass) + THREADS_PER_JOB * settings.concurrency)
        stack.callback(aws.close)
        results = S3Results(aws, settings.results_bucket)
        await results.check()
        reader = await stack.enter_async_context(TritonReader.connect(settings.triton_address))
        process = Worker(
            await _class_queues(aws, settings),
            reader,
            Attempts(S3Documents(aws), reader, settings.max_document_bytes, settings.read_timeout_s),
            Answers(
                results,
                await SqsQueue.find(aws, settings.completed_queue),
                await SqsQueue.find(aws, settings.work_dead_letter_queue),
            ),
            settings,
            WorkerMetrics(registry),
        )
        stack.enter_context(serve_probes(settings.worker_port, registry, process.is_ready))
        log.info("worker_started", triton=settings.triton_address, concurrency=settings.concurrency)
        await process.run(stop)


def _aws(settings: Settings, threads: int) -> Aws:
    return Aws(endpoint_url=settings.aws_endpoint_url, region=settings.aws_region, threads=threads)


async def _class_queues(aws: Aws, settings: Settings) -> dict[ServiceClass, SqsQueue]:
    return {c: await SqsQueue.find(aws, settings.class_queue(c)) for c in ServiceClass}


def _settings() -> Settings:
    try:
        settings = Settings()
    except ValidationError as error:
        problems = (f"  {'.'.join(str(part) for part in p['loc']) or 'settings'}: {p['msg']}" for p in error.errors())
        _fail("These settings (MEDINFER_*) are wrong:\n" + "\n".join(problems))
    configure_logging(settings.log_level)
    return settings


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(2)


def main() -> None:
    try:
        app(prog_name="python -m router")
    except MedinferError as error:
        typer.echo(str(error), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
