"""Intake and worker as real processes on real SQS and S3: killed, stopped, misconfigured, and never talkative."""

from __future__ import annotations

import json
import signal
import socket
import time
from urllib.request import urlopen

import pytest

from medinfer.jobs import CompletionEvent, DeadLetterEntry
from router.core.classes import ServiceClass
from router.edges.aws import Aws
from router.edges.sqs import SqsQueue
from router.lifecycle import CRASHED, GRACE_S
from router.local import free_port
from router.producer import Producer
from router.settings import Settings
from tests.fixtures.aws import MakeSettings
from tests.router.processes import (
    INTAKE,
    PLANTED,
    TIMED_WORKER,
    Processes,
    in_queues,
    is_ready,
    stored,
    submit,
    wait_for,
)
from tests.router.twins import bodies

pytestmark = pytest.mark.integration


@pytest.fixture
def settings(aws_settings: MakeSettings) -> Settings:
    return aws_settings(
        visibility_timeout_s=3, concurrency=4, retry_base_s=0.1, retry_cap_s=1, worker_port=free_port(), drain_s=5
    )


async def test_killing_both_processes_loses_no_job_and_writes_no_result_twice(
    aws: Aws, settings: Settings, processes: Processes
) -> None:
    aws.s3.put_bucket_versioning(Bucket=settings.results_bucket, VersioningConfiguration={"Status": "Enabled"})
    jobs = await submit(settings, [f"0.2 {'bad' if i % 10 == 9 else 'good'} {PLANTED[0]}".encode() for i in range(40)])
    intake, worker = processes.start(settings, *INTAKE), processes.start(settings, *TIMED_WORKER)
    wait_for(lambda: len(stored(aws, settings)) >= 12)
    worker.send_signal(signal.SIGKILL)
    intake.send_signal(signal.SIGKILL)
    worker.wait()
    before = set(stored(aws, settings))
    assert 12 <= len(before) < 40
    assert sum(hidden for _, hidden in in_queues(aws, settings).values()) > 0, "nothing was in hand when it was killed"

    processes.start(settings, *INTAKE)
    processes.start(settings, *TIMED_WORKER)
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
    intake, worker = processes.start(settings, *INTAKE), processes.start(settings, *TIMED_WORKER)
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
    worker = processes.start(settings, *TIMED_WORKER)
    wait_for(lambda: any(hidden for _, hidden in list(in_queues(aws, settings).values())[1:]))
    worker.send_signal(signal.SIGTERM)
    wait_for(lambda: processes.events("draining"))
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(1) == 128 + signal.SIGTERM


async def test_a_thread_that_hangs_does_not_outlast_the_drain_limit(
    aws: Aws, settings: Settings, processes: Processes
) -> None:
    short = settings.model_copy(update={"drain_s": 2})
    await submit(short, [b"0 hang"])
    processes.start(short, *INTAKE)
    worker = processes.start(short, *TIMED_WORKER)
    wait_for(lambda: stored(aws, short))
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(short.drain_s + GRACE_S + 2) == 1
    assert processes.events("drained")
    assert processes.events("drain_overdue")


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
    processes.start(settings, *TIMED_WORKER)
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


def test_a_fault_of_our_own_says_where_and_not_what(settings: Settings, processes: Processes) -> None:
    faulty = settings.model_copy(update={"triton_address": "fault:1"})
    assert processes.start(faulty, *TIMED_WORKER).wait(20) == CRASHED
    (crash,) = processes.events("crashed")
    assert crash["error"] == "ValueError"
    assert any(frame.startswith("worker_process.py:") for frame in crash["frames"])


def test_a_port_that_is_taken_is_named(settings: Settings, processes: Processes) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", settings.worker_port))
        taken.listen()
        assert processes.start(settings, *TIMED_WORKER).wait(20) == 1
    assert f"Port {settings.worker_port} on 127.0.0.1 cannot be used" in processes.printed()


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
