"""Names of objects in the stores. They never hold a file's own name, which may be a patient's."""

from __future__ import annotations

import re

_EXTENSION = re.compile(r"\.([A-Za-z0-9]{1,5})$")


def document_key(job_id: str, file_name: str) -> str:
    """``documents/<job id>/document.<extension>``: of the file's name only a plain extension is kept."""
    extension = _EXTENSION.search(file_name)
    return f"documents/{job_id}/document" + (f".{extension[1].lower()}" if extension else "")


def result_key(job_id: str) -> str:
    """``results/<job id>.json``."""
    return f"results/{job_id}.json"
