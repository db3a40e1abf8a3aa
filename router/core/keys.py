"""Names of objects in the stores. They never hold a file's own name, which may be a patient's."""

from __future__ import annotations

EXTENSIONS = frozenset({"pdf", "jpg", "jpeg", "png", "tif", "tiff"})
"""Extensions that are kept, for people who look into the bucket; any other could be a part of a name."""


def document_key(job_id: str, file_name: str) -> str:
    """``documents/<job id>/document.<extension>``; without the extension if it is not in `EXTENSIONS`."""
    extension = file_name.rpartition(".")[2].lower()
    return f"documents/{job_id}/document" + (f".{extension}" if extension in EXTENSIONS else "")


def result_key(job_id: str) -> str:
    """``results/<job id>.json``."""
    return f"results/{job_id}.json"
