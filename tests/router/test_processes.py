"""Intake and worker as real processes on real SQS and S3: killed, stopped, misconfigured, and never talkative."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from medinfer.jobs import CompletionEvent, DeadLetterEntry, DocumentJob, Source
from router.core.classes import ServiceClass
from router.edges.aws import Aws
from router.edges.sqs import SqsQueue
from router.local import free_port
from router.producer import Producer
from router.settings import Settings
from tests.fixtures.aws import MakeSettings
from tests.router.twins import bodies

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
PLANTED = ("Planted", "Lakshmi", "Metformin")
"""Words of a patient: in documents, file names and messages, never in logs or metrics."""

INTAKE = ("-m", "router", "intake")
WORKER = ("-m", "tests.router.worker_process")


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


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    """Whatever a test makes the processes do, no word of a patient is in what they printed."""
    processes = Processes(tmp_path)
    yield processes
    processes.end()
    printed = processes.printed()
    assert not [word for word in PLANTED if word in printed]


@pytest.fixture
def settings(aws_settings: MakeSettings) -> Settings:
    return aws_settings(
        visibility_timeout_s=3, concurrency=4, retry_base_s=0.1, retry_cap_s=1, worker_port=free_port(), drain_s=5
    )


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


async def test_killing_both_processes_loses_no_job_and_writes_no_result_twice(
    aws: Aws, settings: Settings, processes: Processes
) -> None:
    aws.s3.put_bucket_versioning(Bucket=settings.results_bucket, VersioningConfiguration={"Status": "Enabled"})
    jobs = await submit(settings, [f"0.2 {'bad' if i % 10 == 9 else 'good'} {PLANTED[0]}".encode() for i in range(40)])
    intake, worker = processes.start(settings, *INTAKE), processes.start(settings, *WORKER)
    wait_for(lambda: len(stored(aws, settings)) >= 12)
    worker.send_signal(signal.SIGKILL)
    intake.send_signal(signal.SIGKILL)
    worker.wait()
    before = set(stored(aws, settings))
    assert 12 <= len(before) < 40
    assert sum(hidden for _, hidden in in_queues(aws, settings).values()) > 0, "nothing was in hand when it was killed"

    processes.start(settings, *INTAKE)
    processes.start(settings, *WORKER)
    wait_for(lambda: len(stored(aws, settings)) >= 40)
    wait_for(lambda: set(in_queues(aws, settings).values()) == {(0, 0)})

    assert sorted(stored(aws, settings)) == sorted(f"results/{j.job_id}.json" for j in jobs)
    async with Producer.connect(settings) as producer:
        results = [await producer.wait(j.job_id, timeout_s=1) for j in jobs]
    assert [r.status for r in results] == ["failed" if i % 10 == 9 else "succeeded" for i in range(40)]
    completed = await bodies(await SqsQueue.find(aws, settings.completed_queue))
    assert {CompletionEvent.model_validate_json(b).job_id for b in completed} == {j.job_id for j in jobs}
    letters = await bodies(await SqsQueue.find(aws, settings.work_dead_letter_queue))
    entries = [DeadLetterEntry.model_validate_json(b) for b in letters]
    assert {e.job.job_id for e in entries if e.job} == {j.job_id for j in jobs[9::10]}
    assert {e.code for e in entries} == {"corrupt_document"}


async def test_sigterm_leaves_nothing_in_flight(aws: Aws, settings: Settings, processes: Processes) -> None:
    jobs = await submit(settings, [b"0.3 good"] * 30)
    intake, worker = processes.start(settings, *INTAKE), processes.start(settings, *WORKER)
    wait_for(lambda: len(stored(aws, settings)) >= 4)
    for process in (worker, intake):
        process.send_signal(signal.SIGTERM)
    start_s = time.monotonic()
    assert (worker.wait(10), intake.wait(10)) == (0, 0)
    assert time.monotonic() - start_s < settings.drain_s
    left = in_queues(aws, settings)
    assert sum(hidden for _, hidden in left.values()) == 0
    assert len(stored(aws, settings)) + sum(seen for seen, _ in left.values()) == len(jobs)
    assert processes.events("drained")


async def test_a_second_signal_stops_at_once(aws: Aws, settings: Settings, processes: Processes) -> None:
    await submit(settings, [b"60 good"])
    processes.start(settings, *INTAKE)
    worker = processes.start(settings, *WORKER)
    wait_for(lambda: any(hidden for _, hidden in list(in_queues(aws, settings).values())[1:]))
    worker.send_signal(signal.SIGTERM)
    wait_for(lambda: processes.events("draining"))
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(1) == 128 + signal.SIGTERM


async def test_no_word_of_a_document_a_file_name_or_a_message_is_logged_or_counted(
    aws: Aws, settings: Settings, processes: Processes
) -> None:
    name, patient, drug = PLANTED
    documents = [f"0 good {patient} {drug}", f"0 bad {patient}", f"0 crash {patient} {drug}"]
    jobs = await submit(settings, [d.encode() for d in documents])
    intake = await SqsQueue.find(aws, settings.intake_queue)
    await intake.send([f"{{{patient}", json.dumps({patient: drug, "job_id": name}), jobs[0].model_dump_json()[:-1]])
    work = await SqsQueue.find(aws, settings.class_queue(ServiceClass.BULK))
    await work.send([f"not a job: {patient}"])
    missing = jobs[0].model_copy(
        update={
            "job_id": "missing-0001",
            "document": jobs[0].document.model_copy(update={"key": f"documents/{patient}.pdf"}),
        }
    )
    await intake.send([missing.model_dump_json()])
    processes.start(settings, *INTAKE)
    processes.start(settings, *WORKER)
    wait_for(lambda: len(processes.events("message_refused")) == 3)
    wait_for(lambda: processes.events("message_unreadable"))
    wait_for(lambda: len(processes.events("attempt_failed")) >= 2)
    wait_for(lambda: len(stored(aws, settings)) == 3)
    assert is_ready(settings.worker_port)
    with urlopen(f"http://127.0.0.1:{settings.worker_port}/metrics") as answer:
        metrics = answer.read().decode()
    assert 'medinfer_worker_messages_total{decision="deadletter",service_class="standard"} 1.0' in metrics
    assert not [word for word in PLANTED if word in metrics]
    letters = await bodies(await SqsQueue.find(aws, settings.intake_dead_letter_queue))
    assert len(letters) == 3
    assert not [word for word in PLANTED if word in "".join(letters)]


@pytest.mark.parametrize("command", ["intake", "worker"])
def test_missing_queues_are_said_with_what_to_do(settings: Settings, processes: Processes, command: str) -> None:
    other = settings.model_copy(update={"queue_prefix": "nowhere"})
    assert processes.start(other, "-m", "router", command).wait(20) == 1
    assert "python -m router provision" in processes.printed()
    assert "Traceback" not in processes.printed()


def test_a_wrong_setting_is_named(settings: Settings, processes: Processes) -> None:
    wrong = settings.model_copy(update={"concurrency": 0})
    assert processes.start(wrong, "-m", "router", "worker").wait(20) == 2
    assert "concurrency: Input should be greater than or equal to 1" in processes.printed()


def test_provisioning_is_repeatable_and_leaves_real_accounts_alone(settings: Settings, processes: Processes) -> None:
    for _ in range(2):
        assert processes.start(settings, "-m", "router", "provision").wait(20) == 0
    assert processes.printed().count(settings.intake_dead_letter_queue) == 2
    real = settings.model_copy(update={"aws_endpoint_url": ""})
    assert processes.start(real, "-m", "router", "provision").wait(20) == 2
    assert "--aws" in processes.printed()
