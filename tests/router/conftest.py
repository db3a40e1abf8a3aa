"""Ports over both of their backends, and made jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from medinfer.jobs import DocumentJob
from router.edges.aws import Aws
from router.settings import Settings
from tests.fixtures.aws import MakeSettings


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
