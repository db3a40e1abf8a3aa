"""Intake and worker as processes, and looks at the queues and stores that they share."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from medinfer.jobs import DocumentJob, Source
from router.core.classes import ServiceClass
from router.edges.aws import Aws
from router.producer import Producer
from router.settings import Settings

ROOT = Path(__file__).parents[2]
PLANTED = ("Planted", "Lakshmi", "Metformin")
"""Words of a patient: in documents, file names and messages, never in logs or metrics."""

INTAKE = ("-m", "router", "intake")
WORKER = ("-m", "router", "worker")
TIMED_WORKER = ("-m", "tests.router.worker_process")


def environment(settings: Settings) -> dict[str, str]:
    """This process's environment with these settings, as `Settings` reads them."""
    values = {f"MEDINFER_{name.upper()}": str(value) for name, value in settings.model_dump(mode="json").items()}
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "clients")]), **values}


class Processes:
    """Starts processes, keeps what they print, and ends them with the test."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started: list[subprocess.Popen[bytes]] = []

    def start(self, settings: Settings, *arguments: str) -> subprocess.Popen[bytes]:
        log = self._folder / f"{len(self._started)}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, *arguments], env=environment(settings), cwd=ROOT, stdout=output, stderr=output
            )
        self._started.append(process)
        return process

    def printed(self) -> str:
        return "".join(log.read_text() for log in sorted(self._folder.glob("*.log")))

    def events(self, name: str) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.printed().splitlines()]
        return [line for line in lines if line["event"] == name]

    def end(self) -> None:
        for process in self._started:
            if process.poll() is None:
                process.kill()
            process.wait()


def in_queues(aws: Aws, settings: Settings) -> dict[str, tuple[int, int]]:
    """Messages of the intake and class queues: (seen by anyone, in someone's hand)."""
    found = {}
    for name in (settings.intake_queue, *(settings.class_queue(c) for c in ServiceClass)):
        url = aws.sqs.get_queue_url(QueueName=name)["QueueUrl"]
        attributes = aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        found[name] = (
            int(attributes["ApproximateNumberOfMessages"]),
            int(attributes["ApproximateNumberOfMessagesNotVisible"]),
        )
    return found


def stored(aws: Aws, settings: Settings) -> list[str]:
    """Keys of all results, one for each version that was ever written."""
    versions = aws.s3.list_object_versions(Bucket=settings.results_bucket, Prefix="results/").get("Versions", [])
    return [version["Key"] for version in versions]


def wait_for(condition: Callable[[], object], timeout_s: float = 30) -> None:
    until_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < until_s, "waited in vain"
        time.sleep(0.05)


def is_ready(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


async def submit(settings: Settings, documents: list[bytes]) -> list[DocumentJob]:
    sources = list(Source)
    async with Producer.connect(settings) as producer:
        return [
            await producer.submit(document, file_name=f"{PLANTED[1]} {PLANTED[0]}.pdf", source=sources[i % 3])
            for i, document in enumerate(documents)
        ]
