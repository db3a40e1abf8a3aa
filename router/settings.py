"""Every setting of intake and worker: read from MEDINFER_* environment variables, each with its bounds and effect.

`.env.example` is written from here by ``python -m router generate``.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from medinfer.contract.ocr import MAX_DOCUMENT_BYTES
from medinfer.jobs import Source
from router.core.classes import ServiceClass
from router.core.drain import SETTLE_SHARE

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$")]
Seconds = Annotated[float, Field(ge=0.01)]


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="MEDINFER_", frozen=True, extra="ignore")

    aws_endpoint_url: str = Field(
        default="", description="Address of the local SQS/S3 server, such as http://127.0.0.1:4566. Empty: AWS itself."
    )
    aws_region: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")] = Field(
        default="ap-south-1", description="Region of queues and buckets."
    )
    queue_prefix: Name = Field(
        default="medinfer", description="Queues are <prefix>-intake, <prefix>-interactive, and so on."
    )
    documents_bucket: Name = Field(default="medinfer-documents", description="The only bucket that jobs may name.")
    results_bucket: Name = Field(
        default="medinfer-results", description="Where results/<job id>.json are written, once."
    )
    triton_address: Annotated[str, StringConstraints(pattern=r"^[^\s/]+:\d{1,5}$")] = Field(
        default="127.0.0.1:8001", description="host:port of Triton's gRPC endpoint."
    )

    class_self_upload: ServiceClass = Field(
        default=ServiceClass.INTERACTIVE, description="Class of service of documents that users upload themselves."
    )
    class_health_network: ServiceClass = Field(
        default=ServiceClass.STANDARD, description="Class of service of documents from the health network."
    )
    class_mailbox_sync: ServiceClass = Field(
        default=ServiceClass.BULK, description="Class of service of documents that mailbox sync finds."
    )
    sla_interactive_s: Seconds = Field(
        default=10, le=43200, description="Seconds from submission to deadline, interactive."
    )
    sla_standard_s: Seconds = Field(default=300, le=43200, description="Seconds from submission to deadline, standard.")
    sla_bulk_s: Seconds = Field(default=21600, le=43200, description="Seconds from submission to deadline, bulk.")
    max_wait_s: Seconds = Field(
        default=900,
        le=21600,
        description="Starvation bound: nothing received this much later than a message starts before it. Seconds.",
    )

    concurrency: int = Field(
        default=8,
        ge=1,
        le=256,
        description="Most documents in Triton at once; fewer while it is overloaded or coming back.",
    )
    read_timeout_s: Seconds = Field(
        default=120, le=3600, description="Longest that Triton may take for one document. Seconds."
    )
    max_document_bytes: int = Field(
        default=MAX_DOCUMENT_BYTES,
        ge=1024,
        le=MAX_DOCUMENT_BYTES,
        description="Largest document that is fetched. Bytes.",
    )
    intake_pollers: int = Field(
        default=2, ge=1, le=32, description="Intake's long polls at once; each moves 10 messages."
    )
    long_poll_s: int = Field(
        default=20,
        ge=1,
        le=20,
        description="How long an empty receive waits: longer costs fewer requests, slows a stop. Seconds.",
    )
    visibility_timeout_s: int = Field(
        default=60,
        ge=2,
        le=3600,
        description="A dead worker's messages are seen again after this; a live one keeps extending it. Seconds.",
    )
    max_receives: int = Field(
        default=10,
        ge=2,
        le=1000,
        description="A message received this often moves to the dead-letter queue (at provisioning).",
    )
    retry_base_s: Seconds = Field(
        default=2, le=900, description="First delay after a transient failure; doubles. Seconds."
    )
    retry_cap_s: Seconds = Field(default=300, le=43200, description="Longest delay after a transient failure. Seconds.")
    probe_interval_s: Seconds = Field(
        default=1,
        le=60,
        description="First delay between looks at a Triton that is down; doubles up to 30 times this. Seconds.",
    )
    drain_s: Seconds = Field(
        default=30,
        le=3600,
        description="From SIGTERM to exit at most. A supervisor's own limit must be longer. Seconds.",
    )

    intake_port: int = Field(
        default=0, ge=0, le=65535, description="127.0.0.1 port of intake's /metrics, /livez and /readyz; 0: none."
    )
    worker_port: int = Field(
        default=0, ge=0, le=65535, description="127.0.0.1 port of the worker's /metrics, /livez and /readyz; 0: none."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least level that is logged."
    )

    @field_validator("aws_endpoint_url")
    @classmethod
    def _is_url(cls, value: str) -> str:
        if value and (urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).hostname):
            raise ValueError("must be empty, or a URL such as http://127.0.0.1:4566")
        return value

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        if self.retry_base_s > self.retry_cap_s:
            raise ValueError("retry_base_s must not be above retry_cap_s")
        if self.drain_s * (1 - SETTLE_SHARE) < self.long_poll_s:
            raise ValueError(
                f"drain_s must be at least {self.long_poll_s / (1 - SETTLE_SHARE):g}: a long poll of "
                f"{self.long_poll_s} s may be under way when the stop signal comes, and what it brings is given back"
            )
        return self

    @property
    def source_classes(self) -> dict[Source, ServiceClass]:
        return {
            Source.SELF_UPLOAD: self.class_self_upload,
            Source.HEALTH_NETWORK: self.class_health_network,
            Source.MAILBOX_SYNC: self.class_mailbox_sync,
        }

    @property
    def sla_s(self) -> dict[ServiceClass, float]:
        """Seconds from submission to deadline."""
        return {
            ServiceClass.INTERACTIVE: self.sla_interactive_s,
            ServiceClass.STANDARD: self.sla_standard_s,
            ServiceClass.BULK: self.sla_bulk_s,
        }

    @property
    def intake_queue(self) -> str:
        return f"{self.queue_prefix}-intake"

    @property
    def intake_dead_letter_queue(self) -> str:
        return f"{self.queue_prefix}-intake-dlq"

    @property
    def work_dead_letter_queue(self) -> str:
        return f"{self.queue_prefix}-work-dlq"

    @property
    def completed_queue(self) -> str:
        return f"{self.queue_prefix}-completed"

    def class_queue(self, service_class: ServiceClass) -> str:
        return f"{self.queue_prefix}-{service_class.value}"
