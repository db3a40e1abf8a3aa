"""`python -m server`: Triton on the model repository, in the foreground."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from pathlib import Path
from typing import NoReturn

from server.errors import ServerError
from server.triton import START_TIMEOUT_S, STOP_TIMEOUT_S, TritonServer

_ROOT = Path(__file__).parents[1]


RESTARTS = 5
STEADY_S = 600.0
"""A server that ran longer than this before it failed has all its restarts again."""


class _Terminated(BaseException):
    """SIGTERM or SIGINT came."""


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT (exit status 0), or until Triton cannot start or keeps ending by itself (1)."""
    options = _parser().parse_args(arguments)
    server = TritonServer(
        options.repository,
        options.profile,
        host=options.host,
        grpc_port=options.grpc_port,
        http_port=options.http_port,
        metrics_port=options.metrics_port,
        models=options.model,
        log_file=options.log_file,
        stop_timeout_s=options.stop_timeout_s,
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _terminate)
    try:
        _serve(server, options.start_timeout_s)
    except _Terminated:
        return 0
    except ServerError as error:
        print(f"error: {error}", file=sys.stderr)
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)  # stopping is under way, and bounded in time
        server.stop()
    return 1


def _serve(server: TritonServer, start_timeout_s: float) -> None:
    """Start, and start again when Triton or a python model ends by itself, `RESTARTS` times in a row at most."""
    restarts = 0
    while True:
        server.start(start_timeout_s, _progress)
        print(f"grpc     {server.grpc_address}")
        print(f"http     {server.http_address}")
        print(f"metrics  {server.metrics_address}")
        print("ready", flush=True)
        ready_at = time.monotonic()
        what = server.wait()
        server.stop()
        if time.monotonic() - ready_at > STEADY_S:
            restarts = 0
        if restarts == RESTARTS:
            print(f"error: {what}; it was restarted {restarts} times in a row", file=sys.stderr)
            return
        restarts += 1
        print(f"error: {what}; restarting", file=sys.stderr, flush=True)


def _terminate(_number: int, _frame: object) -> NoReturn:
    raise _Terminated


def _progress(seconds: float) -> None:
    if round(seconds) % 5 == 0:
        print(f"loading models ({seconds:.0f} s)", file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m server",
        description="Serve the model repository with Triton until SIGTERM or SIGINT. Prints the addresses, then "
        "'ready', once every model can serve. If Triton or the process of a model dies, it starts again on the same "
        "ports. Exit status: 0 stopped by a signal, 1 failed, 2 wrong arguments.",
    )
    parser.add_argument(
        "--repository",
        type=Path,
        default=_ROOT / "model_repository",
        help="folder of models (default: model_repository of this checkout)",
    )
    parser.add_argument("--profile", choices=("cpu", "gpu"), default="cpu", help="kind of host (default: %(default)s)")
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="address to listen on; Triton asks nobody who they are (default: %(default)s)",
    )
    for protocol, port in (("grpc", 8001), ("http", 8000), ("metrics", 8002)):
        parser.add_argument(
            f"--{protocol}-port",
            type=_port,
            default=port,
            metavar="PORT",
            help="0 = any free one (default: %(default)s)",
        )
    parser.add_argument(
        "--model", action="append", metavar="NAME", help="load this model alone; repeat for more (default: all)"
    )
    parser.add_argument(
        "--log-file", type=Path, metavar="PATH", help="append the server's log here (default: a temporary file)"
    )
    parser.add_argument(
        "--start-timeout-s",
        type=float,
        default=START_TIMEOUT_S,
        metavar="S",
        help="longest wait for readiness (default: %(default)s)",
    )
    parser.add_argument(
        "--stop-timeout-s",
        type=float,
        default=STOP_TIMEOUT_S,
        metavar="S",
        help="longest wait for requests in flight at the end (default: %(default)s)",
    )
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError("a port is 0..65535")
    return port


if __name__ == "__main__":
    sys.exit(main())
