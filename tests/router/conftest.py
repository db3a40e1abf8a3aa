"""Ports over both of their backends, and made jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from medinfer.jobs import DocumentJob
from router.edges.aws import Aws
from router.settings import Settings
from tests.fixtures.aws import MakeSettings
from tests.router.processes import PLANTED, Processes


@pytest.fixture
def settings(aws_settings: MakeSettings) -> Settings:
    return aws_settings(visibility_timeout_s=2, max_receives=2)


@pytest.fixture
def aws(settings: Settings) -> Iterator[Aws]:
    aws = Aws(endpoint_url=settings.aws_endpoint_url, region=settings.aws_region, threads=16)
    yield aws
    aws.close()


@pytest.fixture
def make_job() -> Callable[..., DocumentJob]:
    def make(number: int = 0, **fields: Any) -> DocumentJob:
        job_id = f"job-{number:08d}"
        return DocumentJob.model_validate(
            {
                "job_id": job_id,
                "source": "self_upload",
                "document": {"bucket": "medinfer-documents", "key": f"documents/{job_id}/document.pdf"},
                "submitted_at": datetime.now(UTC),
                **fields,
            }
        )

    return make


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    """Whatever a test makes the processes do, no word of a patient is in what they printed."""
    processes = Processes(tmp_path)
    yield processes
    processes.end()
    printed = processes.printed()
    assert not [word for word in PLANTED if word in printed]
