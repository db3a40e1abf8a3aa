"""Files that are written from the code: JSON schemas of messages and results, and .env.example."""

from __future__ import annotations

import json
from textwrap import wrap

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from medinfer.jobs import CompletionEvent, DeadLetterEntry, DocumentJob
from medinfer.results import DocumentResult, JobResult
from router.settings import Settings

SCHEMAS: dict[str, type[BaseModel]] = {
    "document_job": DocumentJob,
    "completion_event": CompletionEvent,
    "dead_letter_entry": DeadLetterEntry,
    "job_result": JobResult,
    "document_result": DocumentResult,
}


def files() -> dict[str, str]:
    """Path in the repository -> content."""
    return {
        **{f"docs/schemas/{name}.json": _schema(model) for name, model in SCHEMAS.items()},
        ".env.example": env_example(),
    }


def _schema(model: type[BaseModel]) -> str:
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema()}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def env_example() -> str:
    """Every setting with its effect, bounds and default."""
    head = [
        "# Settings of `python -m router intake` and `worker`, with their defaults.",
        "# Written by `python -m router generate` from router/settings.py.",
    ]
    return (
        "\n".join(head + [line for name, field in Settings.model_fields.items() for line in _lines(name, field)]) + "\n"
    )


def _lines(name: str, field: FieldInfo) -> list[str]:
    effect = f"{field.description}{_bounds(field)}"
    return ["", *(f"# {line}" for line in wrap(effect, 110)), f"MEDINFER_{name.upper()}={field.default}"]


def _bounds(field: FieldInfo) -> str:
    low = [m.ge for m in field.metadata if hasattr(m, "ge")]
    high = [m.le for m in field.metadata if hasattr(m, "le")]
    return f" {low[-1]} to {high[-1]}." if low and high else ""
