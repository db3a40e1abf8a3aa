"""The local SQS and S3 server (ministack): started on loopback, with all of its state in one folder.

Objects are on disk as soon as they are written; queues are saved when the server is stopped with SIGTERM.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path


class LocalServerError(Exception):
    """The local server did not start; the text says where to look."""


def command(folder: Path, port: int) -> tuple[list[str], dict[str, str]]:
    """Arguments and environment of the server process."""
    state = folder.resolve()
    environment = {
        **{n: v for n, v in os.environ.items() if not n.startswith(("AWS_", "MINISTACK_", "GATEWAY_"))},
        "BIND_HOST": "127.0.0.1",  # its default is every interface
        # Not GATEWAY_PORT: that becomes a part of the queues' identity, and they would be lost on another port.
        "EDGE_PORT": str(port),
        "SERVICES": "sqs,s3",
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(state / "s3"),
        "PERSIST_STATE": "1",
        "STATE_DIR": str(state / "state"),
        "TMPDIR": str(state / "tmp"),  # its process id file
        # Listeners of other services, which SERVICES does not turn off.
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
    }
    return [sys.executable, "-m", "ministack"], environment


def prepare(folder: Path) -> None:
    """Make the folders: documents lie in them, so they are for their owner alone."""
    for part in (folder, folder / "s3", folder / "state", folder / "tmp"):
        part.mkdir(mode=0o700, parents=True, exist_ok=True)


def is_ready(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", "/_ministack/ready")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(folder: Path, *, port: int = 0, timeout_s: float = 30) -> Iterator[str]:
    """The server while the block runs; gives its endpoint URL. ``port`` 0: a free one.

    Raises:
        LocalServerError: it was not ready within ``timeout_s``.
    """
    port = port or free_port()
    prepare(folder)
    arguments, environment = command(folder, port)
    log = folder / "server.log"
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter, fixed arguments
            arguments, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    try:
        _await_ready(process, port, timeout_s, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        _stop(process)


def _await_ready(process: subprocess.Popen[bytes], port: int, timeout_s: float, log: Path) -> None:
    until_s = time.monotonic() + timeout_s
    while not is_ready(port):
        if process.poll() is not None:
            raise LocalServerError(f"The local SQS/S3 server ended with {process.returncode}: see {log}")
        if time.monotonic() > until_s:
            raise LocalServerError(f"The local SQS/S3 server was not ready after {timeout_s:g} s: see {log}")
        time.sleep(0.05)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
