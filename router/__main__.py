"""``python -m router``: intake, worker, and what they need around them."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from pydantic import ValidationError

from router import generated, local
from router.edges.aws import Aws
from router.edges.triton import TritonReader
from router.lifecycle import exit_code
from router.provision import provision as create_all
from router.run import run_intake, run_worker
from router.settings import Settings
from router.telemetry import configure_logging

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
    asyncio.run(run_intake(_settings()))


@app.command()
def worker() -> None:
    """Read documents from the class queues through Triton into the result store."""

    async def run(settings: Settings) -> None:
        async with TritonReader.connect(settings.triton_address) as reader:
            await run_worker(settings, reader)

    asyncio.run(run(_settings()))


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
    client = Aws(endpoint_url=settings.aws_endpoint_url, region=settings.aws_region, threads=2)
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
    with exit_code():
        app(prog_name="python -m router")


if __name__ == "__main__":
    main()
