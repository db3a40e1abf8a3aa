"""The local SQS/S3 server, and the probes of a process."""

from __future__ import annotations

import socket
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from prometheus_client import CollectorRegistry, Counter

from medinfer.jobs import ObjectLocation
from router import local
from router.edges.aws import Aws
from router.edges.s3 import S3Documents
from router.edges.sqs import SqsQueue
from router.probes import serve_probes
from router.provision import provision
from router.settings import Settings
from tests.router.twins import bodies


@pytest.mark.integration
async def test_queues_and_objects_survive_a_restart_in_the_folder(tmp_path: Path) -> None:
    location = ObjectLocation(bucket="medinfer-documents", key="documents/job-00000001/document.pdf")
    with local.running(tmp_path) as endpoint:
        settings = Settings(aws_endpoint_url=endpoint)
        aws = Aws(endpoint_url=endpoint, region=settings.aws_region, threads=2)
        await provision(aws, settings)
        await S3Documents(aws).put(location, b"%PDF")
        await (await SqsQueue.find(aws, "medinfer-bulk")).send(["waits"])
        aws.close()
    with local.running(tmp_path) as endpoint:
        aws = Aws(endpoint_url=endpoint, region=settings.aws_region, threads=2)
        await provision(aws, settings.model_copy(update={"aws_endpoint_url": endpoint}))
        assert await S3Documents(aws).get(location, max_bytes=10) == b"%PDF"
        assert await bodies(await SqsQueue.find(aws, "medinfer-bulk")) == ["waits"]
        aws.close()
    assert all(part.stat().st_mode & 0o077 == 0 for part in tmp_path.iterdir() if part.is_dir())


@pytest.mark.integration
def test_it_listens_on_loopback_alone_and_stops(tmp_path: Path) -> None:
    port = local.free_port()

    def answers(address: str) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((address, port)) == 0

    with local.running(tmp_path, port=port):
        assert answers("127.0.0.1")
        assert not answers("127.0.0.2"), "it listens on every interface"
    assert not answers("127.0.0.1")


@pytest.mark.integration
def test_a_port_that_is_taken_is_an_error_that_names_the_log(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with (
            pytest.raises(local.LocalServerError, match=r"server\.log"),
            local.running(tmp_path, port=taken.getsockname()[1], timeout_s=10),
        ):
            pass


def test_probes_tell_life_readiness_and_metrics() -> None:
    port, registry, ready = local.free_port(), CollectorRegistry(), [False]
    Counter("jobs", "Jobs", registry=registry).inc(3)

    def get(path: str) -> tuple[int, str]:
        try:
            with urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            with error:
                return error.code, error.read().decode()

    with serve_probes(port, registry, lambda: ready[0]):
        assert get("/livez") == (200, "alive\n")
        assert get("/readyz") == (503, "not ready\n")
        ready[0] = True
        assert get("/readyz") == (200, "ready\n")
        assert "jobs_total 3.0" in get("/metrics")[1]
        assert get("/anything")[0] == 404
    with pytest.raises(OSError, match="refused"):
        get("/livez")


def test_port_0_serves_nothing() -> None:
    with serve_probes(0, CollectorRegistry(), lambda: True):
        pass
