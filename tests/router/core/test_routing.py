from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medinfer.jobs import DocumentJob, Source
from router.core.classes import PRIORITIES, ServiceClass, deadline_s, floor_s
from router.core.decisions import DeadLetter, Forward
from router.core.keys import EXTENSIONS, document_key, result_key
from router.core.routing import MessageErrorCode, route
from router.settings import Settings

MakeJob = Callable[..., DocumentJob]
CLASSES = Settings().source_classes
BUCKET = "medinfer-documents"


def body(job: DocumentJob, **changes: Any) -> str:
    return json.dumps({**job.model_dump(mode="json", exclude_none=True), **changes})


@pytest.mark.parametrize(
    ("source", "service_class"),
    [("self_upload", "interactive"), ("health_network", "standard"), ("mailbox_sync", "bulk")],
)
def test_the_source_decides_the_class(make_job: MakeJob, source: str, service_class: str) -> None:
    job = make_job(source=source)
    assert route(job.model_dump_json(), CLASSES, BUCKET) == Forward(ServiceClass(service_class), job)


def test_every_source_has_a_class_and_every_class_a_priority() -> None:
    assert set(CLASSES) == set(Source)
    assert list(PRIORITIES) == list(ServiceClass)
    assert sorted(PRIORITIES.values()) == [1, 2, 3]


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"version": 2}, "message_version_unsupported", "version"),
        ({"source": "fax"}, "message_invalid", "source (enum)"),
        ({"job_id": "../../etc"}, "message_invalid", "job_id (string_pattern_mismatch)"),
        ({"submitted_at": "2026-01-01T00:00:00"}, "message_invalid", "submitted_at (timezone_aware)"),
        ({"document": {"bucket": BUCKET}}, "message_invalid", "document.key (missing)"),
        ({"Mrs Planted": 1, "Diabetes": 2}, "message_invalid", "2 unknown fields"),
        ({"document": {"bucket": "someone-elses", "key": "k"}}, "bucket_not_allowed", "documents bucket"),
    ],
)
def test_what_is_wrong_is_said_without_quoting_it(
    make_job: MakeJob, changes: dict[str, Any], code: str, words: str
) -> None:
    decision = route(body(make_job(), **changes), CLASSES, BUCKET)
    assert isinstance(decision, DeadLetter)
    assert decision.code == code
    assert words in decision.message
    assert not any(str(value) in decision.message for value in changes.values() if isinstance(value, str))
    assert "Planted" not in decision.message


TEXT = st.text() | st.text(alphabet=st.characters(codec=None)) | st.just("[" * 100_000) | st.just("1" * 5000)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(TEXT | JSON.map(json.dumps))
def test_any_text_is_routed_or_refused_with_a_known_code(text: str) -> None:
    decision = route(text, CLASSES, BUCKET)
    assert isinstance(decision, DeadLetter)
    assert decision.code in set(MessageErrorCode)


@given(st.text(min_size=12))
def test_a_planted_value_is_never_repeated(planted: str) -> None:
    message = {"job_id": planted, "source": planted, planted: planted, "document": {planted: planted}}
    decision = route(json.dumps(message), CLASSES, BUCKET)
    assert isinstance(decision, DeadLetter)
    assert planted not in decision.message


MOMENTS = st.datetimes(timezones=st.integers(-1439, 1439).map(lambda m: timezone(timedelta(minutes=m))))


@given(MOMENTS, MOMENTS | st.none(), st.floats(0.01, 43_200))
def test_every_job_has_a_deadline(submitted_at: datetime, own: datetime | None, sla_s: float) -> None:
    job = DocumentJob.model_validate(
        {
            "job_id": "job-00000000",
            "source": "self_upload",
            "document": {"bucket": BUCKET, "key": "k"},
            "submitted_at": submitted_at,
            "deadline": own,
        }
    )
    expected = own.timestamp() if own else submitted_at.timestamp() + sla_s
    assert deadline_s(job, sla_s) == expected


def test_only_interactive_may_be_due_at_once() -> None:
    sla_s = Settings().sla_s
    assert [floor_s(c, sla_s) for c in ServiceClass] == [0, 10, 10]


@given(st.text())
def test_a_key_keeps_nothing_of_a_file_s_name_but_a_known_extension(name: str) -> None:
    key = document_key("job-00000001", name)
    assert key.removeprefix("documents/job-00000001/document") in {"", *(f".{e}" for e in EXTENSIONS)}


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Asha Rao MRN 123.pdf", "document.pdf"),
        ("scan.JPG", "document.jpg"),
        ("no extension", "document"),
        ("report.Asha", "document"),
        ("../../x.pdf/y", "document"),
    ],
)
def test_keys_of_some_names(name: str, key: str) -> None:
    assert document_key("job-00000001", name) == f"documents/job-00000001/{key}"
    assert result_key("job-00000001") == "results/job-00000001.json"


def test_a_job_survives_its_journey(make_job: MakeJob) -> None:
    job = make_job(deadline=datetime(2026, 1, 1, tzinfo=UTC), traceparent="00-" + "a" * 32 + "-" + "b" * 16 + "-01")
    assert DocumentJob.model_validate_json(job.model_dump_json(exclude_none=True)) == job
