"""/metrics, /livez and /readyz over HTTP on 127.0.0.1."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from router.ports import ServiceMisconfigured


@contextmanager
def serve_probes(port: int, registry: CollectorRegistry, is_ready: Callable[[], bool]) -> Iterator[None]:
    """Serve while the block runs; port 0: do nothing.

    ``/livez`` answers 200 while the process runs; ``/readyz`` 200 when it is at work, else 503.

    Raises:
        ServiceMisconfigured: the port is taken.
    """
    if port == 0:
        yield
        return

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            match self.path:
                case "/metrics":
                    self._answer(HTTPStatus.OK, generate_latest(registry), CONTENT_TYPE_LATEST)
                case "/livez":
                    self._answer(HTTPStatus.OK, b"alive\n")
                case "/readyz" if is_ready():
                    self._answer(HTTPStatus.OK, b"ready\n")
                case "/readyz":
                    self._answer(HTTPStatus.SERVICE_UNAVAILABLE, b"not ready\n")
                case _:
                    self._answer(HTTPStatus.NOT_FOUND, b"/metrics, /livez or /readyz\n")

        def _answer(self, status: HTTPStatus, body: bytes, content_type: str = "text/plain; charset=utf-8") -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Probes come every few seconds: not worth a line each."""

    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    except OSError as error:
        raise ServiceMisconfigured(
            f"Port {port} on 127.0.0.1 cannot be used ({error.strerror}): choose another with MEDINFER_INTAKE_PORT or "
            "MEDINFER_WORKER_PORT."
        ) from error
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, name="probes", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
