"""medinfer: read medical documents and clinical text through NVIDIA Triton.

    from medinfer import DocumentClient

    with DocumentClient.connect("127.0.0.1:8001") as client:
        result = client.infer(path.read_bytes())

Names are loaded on first use, so that `import medinfer` costs a program nothing that it does not use.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from medinfer.aio import AsyncClinicalTextClient, AsyncDocumentClient
    from medinfer.client import ClinicalTextClient, DocumentClient
    from medinfer.contract.vocabulary import Assertion, ClinicalLabel, DocumentLabel, DocumentType, Priority
    from medinfer.errors import DocumentRejected, MedinferError, PermanentError, TransientError
    from medinfer.results import ClinicalEntity, DocumentResult, JobResult

_HOME = {
    "medinfer.aio": ("AsyncClinicalTextClient", "AsyncDocumentClient"),
    "medinfer.client": ("ClinicalTextClient", "DocumentClient"),
    "medinfer.contract.vocabulary": ("Assertion", "ClinicalLabel", "DocumentLabel", "DocumentType", "Priority"),
    "medinfer.errors": ("DocumentRejected", "MedinferError", "PermanentError", "TransientError"),
    "medinfer.results": ("ClinicalEntity", "DocumentResult", "JobResult"),
}

__all__ = [
    "Assertion",
    "AsyncClinicalTextClient",
    "AsyncDocumentClient",
    "ClinicalEntity",
    "ClinicalLabel",
    "ClinicalTextClient",
    "DocumentClient",
    "DocumentLabel",
    "DocumentRejected",
    "DocumentResult",
    "DocumentType",
    "JobResult",
    "MedinferError",
    "PermanentError",
    "Priority",
    "TransientError",
]


def __getattr__(name: str) -> Any:
    for module, names in _HOME.items():
        if name in names:
            return getattr(importlib.import_module(module), name)
    raise AttributeError(f"module 'medinfer' has no attribute {name!r}")
