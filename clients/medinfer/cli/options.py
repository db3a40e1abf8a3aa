"""Options that several commands share, and the addresses that follow from them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from medinfer.cli.console import Exit, Failure
from medinfer.cli.state import StateFolder

State = Annotated[Path, typer.Option("--state", envvar="MEDINFER_STATE", help="Folder of what `up` started.")]
Endpoint = Annotated[
    str | None,
    typer.Option(
        envvar="MEDINFER_AWS_ENDPOINT_URL",
        help="URL of the SQS/S3 server, or 'aws' for AWS itself. Default: what `up` started.",
        show_default=False,
    ),
]
Triton = Annotated[
    str | None,
    typer.Option(
        envvar="MEDINFER_TRITON_ADDRESS",
        help="host:port of Triton's gRPC. Default: what `up` started, else 127.0.0.1:8001.",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="JSON on stdout, for machines.")]
Timeout = Annotated[float, typer.Option(min=0.1, help="Longest wait for the answers. Seconds.")]
PortBase = Annotated[
    int | None,
    typer.Option(
        min=0,
        max=65529,
        help="Six ports in a row from here; 0 = any free ones. Default: 4566, 8000-8002, 9101, 9102.",
        show_default=False,
    ),
]
DEFAULT_STATE = Path(".medinfer")


def endpoint_of(state: Path, named: str | None) -> str:
    """Where the queues are: as named ("aws": AWS itself, which is the empty endpoint), else what `up` started.

    Raises:
        Failure: neither. AWS is never the default: documents go there only when somebody says so.
    """
    if named is not None:
        return "" if named == "aws" else named
    known = StateFolder(state).read()
    if known is None:
        raise Failure("nothing is up here: start it with `medinfer up`, or name --endpoint", Exit.UNAVAILABLE)
    return known.endpoint


def triton_of(state: Path, named: str | None) -> str:
    """Triton's gRPC address: as named, else what `up` started, else the usual one."""
    if named is not None:
        return named
    known = StateFolder(state).read()
    return known.triton if known else "127.0.0.1:8001"
