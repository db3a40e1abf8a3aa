"""Readers of the public data sets that training and evaluation use (docs/training.md names sources and licences)."""

from __future__ import annotations

import ast
import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from training.metrics import Span, bio_spans

FOLDER_SETTING = "MEDINFER_DATA"


class DataMissing(FileNotFoundError):
    """A data set is not on this machine; the message says which and what to do."""


class AnnotatedText(NamedTuple):
    """A text and its entities: characters ``[start, end)`` and the source's own label, in order."""

    text: str
    spans: tuple[Span, ...]


class ContextCase(NamedTuple):
    """A mention in a sentence and what annotators said of it (ConText evaluation)."""

    mention: str
    sentence: str
    negated: bool
    historical: bool
    family: bool


class Note(NamedTuple):
    """A transcribed clinical note. The same text may stand under several specialties; readers give it once."""

    specialty: str
    name: str
    text: str


def data_folder() -> Path:
    """The folder that the environment variable ``MEDINFER_DATA`` names.

    Raises:
        DataMissing: the variable is not set, or names no folder.
    """
    name = os.environ.get(FOLDER_SETTING)
    if not name or not Path(name).is_dir():
        raise DataMissing(f"set {FOLDER_SETTING} to the folder of data sets; docs/training.md says what it holds")
    return Path(name)


def data_file(name: str) -> Path:
    """The path of a file in the data folder.

    Raises:
        DataMissing: it is not there.
    """
    path = data_folder() / name
    if not path.is_file():
        raise DataMissing(f"{name} is not in {FOLDER_SETTING}; docs/training.md says where it comes from")
    return path


def read_iob(path: Path) -> list[AnnotatedText]:
    """Sentences of a two-column IOB file (token, tab, label; blank line between sentences).

    The text is the tokens joined by spaces.
    """
    sentences = []
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        rows = [line.split("\t") for line in block.splitlines() if line.strip()]
        if not rows:
            continue
        starts, position = [], 0
        for token, *_ in rows:
            starts.append(position)
            position += len(token) + 1
        spans = bio_spans([row[-1].strip() for row in rows])
        found = tuple((starts[a], starts[b - 1] + len(rows[b - 1][0]), label) for a, b, label in spans)
        sentences.append(AnnotatedText(" ".join(row[0] for row in rows), found))
    return sentences


def read_neurotrial(path: Path) -> list[AnnotatedText]:
    """Trial descriptions of NeuroTrialNER (title and summary), with overlapping spans left out.

    Spans whose stated text is not what stands at their place are left out too.
    """
    texts = []
    for record in json.loads(path.read_text(encoding="utf-8")):
        entities = record["entities"]
        entities = ast.literal_eval(entities) if isinstance(entities, str) else entities
        spans: list[Span] = []
        for entity in sorted(entities, key=lambda e: (e["start"], -e["end"])):
            start, end = int(entity["start"]), int(entity["end"])
            if record["text"][start:end] == entity["text"] and (not spans or start >= spans[-1][1]):
                spans.append((start, end, str(entity["type"])))
        texts.append(AnnotatedText(record["text"], tuple(spans)))
    return texts


def read_context_sentences(path: Path) -> list[ContextCase]:
    """Cases of rsAnnotations (chapmanbe/negex): number, -, mention, sentence, negation, time, experiencer."""
    cases = []
    for line in path.read_text(encoding="utf-8").splitlines():
        columns = line.split("\t")
        if len(columns) >= 7:
            mention, sentence, negation, time, experiencer = columns[2:7]
            cases.append(
                ContextCase(
                    mention, sentence, negation == "Negated", time == "Historical", experiencer.strip() != "Patient"
                )
            )
    return cases


def read_notes(path: Path) -> Iterator[Note]:
    """Unique notes of a gzipped JSON-lines file (mtsamples)."""
    seen: set[str] = set()
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            if record["text"] not in seen:
                seen.add(record["text"])
                yield Note(record["specialty"].strip(), record["name"], record["text"])
