"""Made documents as the document networks see them: the same rows and windows as in serving."""

from __future__ import annotations

import gzip
import json
import os
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from medinfer.contract.vocabulary import DocumentLabel, DocumentType, bio_labels
from medinfer.rows import rows
from server.text.tokens import TextTokenizer
from server.text.windows import Window, windows
from training.made import documents
from training.made.entries import Vocabulary
from training.made.held import Split
from training.made.lines import Line, Noise, boxes, clean, noisy, pages
from training.trainer import IGNORED, Example

LABELS = bio_labels(DocumentLabel)
_LABEL_ID = {label: i for i, label in enumerate(LABELS)}


def data_folder() -> Path | None:
    """The folder of public data that MEDINFER_DATA names, or None if it is not set.

    Raises:
        FileNotFoundError: the setting names no folder.
    """
    setting = os.environ.get("MEDINFER_DATA")
    if not setting:
        return None
    folder = Path(setting)
    if not folder.is_dir():
        raise FileNotFoundError(f"MEDINFER_DATA={setting} is not a folder; docs/data.md says what belongs there")
    return folder


@dataclass(frozen=True, slots=True)
class Sample:
    """One made document, read cleanly or through OCR noise."""

    document_type: DocumentType
    template: str
    lines: list[Line]


def samples(
    counts: Mapping[DocumentType, int], split: Split, words: Vocabulary, *, noisy_share: float = 0.6, first: int = 0
) -> Iterator[Sample]:
    """``counts`` documents of each type from seed ``first``; the same arguments give the same documents."""
    for document_type, count in counts.items():
        for seed in range(first, first + count):
            document = documents.make(document_type, split, seed, words)
            rng = random.Random(f"noise/{document_type}/{split}/{seed}")
            if rng.random() < noisy_share:
                level = rng.choice((0.3, 1.0, 1.0, 2.0))
                noise = Noise(character=0.008 * level, lost_space=0.02 * level, joined=0.06 * level, cut=0.05 * level)
                lines = noisy(document, rng, noise)
            else:
                lines = clean(document)
            yield Sample(document_type, document.template, lines)


def token_labels(window: Window, lines: Sequence[Line]) -> list[int]:
    """The label id of each token; `IGNORED` for tokens that the window does not answer for.

    A token is in the entity that holds its first character.
    """
    labels = np.full(len(window), IGNORED)
    opened: set[tuple[int, int]] = set()
    for i in np.flatnonzero(window.owned):
        line, start = int(window.line[i]), int(window.start[i])
        labels[i] = _LABEL_ID["O"]
        for span in lines[line].text.spans:
            if span.start <= start < span.end:
                prefix = "I" if (line, span.start) in opened else "B"
                opened.add((line, span.start))
                labels[i] = _LABEL_ID[f"{prefix}-{span.label.value}"]
    return [int(x) for x in labels]


def document_windows(lines: Sequence[Line], tokenizer: TextTokenizer, max_tokens: int) -> list[Window]:
    grouped = rows(boxes(lines), pages(lines))
    return windows([line.text.text for line in lines], grouped, tokenizer, max_tokens)


def ner_examples(sample: Sample, tokenizer: TextTokenizer, max_tokens: int) -> list[Example]:
    """One example per window."""
    found = document_windows(sample.lines, tokenizer, max_tokens)
    return [Example(w.input_ids.tolist(), token_labels(w, sample.lines)) for w in found]


@dataclass(frozen=True, slots=True)
class Narrative:
    """A public text that is not made: its lines and class."""

    document_type: DocumentType
    source: str
    lines: list[str]


_SPECIALTIES = {
    "Radiology": DocumentType.IMAGING_REPORT,
    "Discharge Summary": DocumentType.DISCHARGE_SUMMARY,
    "SOAP / Chart / Progress Notes": DocumentType.CLINICAL_NOTE,
    "Office Notes": DocumentType.CLINICAL_NOTE,
    "General Medicine": DocumentType.CLINICAL_NOTE,
    "Consult - History and Phy.": DocumentType.CLINICAL_NOTE,
}


def mtsamples(folder: Path) -> list[Narrative]:
    """Transcribed notes whose specialty says their class; each text once, and none that stands under two classes."""
    classes: dict[str, set[DocumentType]] = {}
    with gzip.open(folder / "mtsamples" / "mtsamples.jsonl.gz", "rt", encoding="utf-8") as file:
        for row in map(json.loads, file):
            if (kind := _SPECIALTIES.get(row["specialty"].strip())) is not None:
                classes.setdefault(" ".join(row["text"].split()), set()).add(kind)
    return [
        Narrative(next(iter(kinds)), "mtsamples", _printed_lines(text))
        for text, kinds in classes.items()
        if len(kinds) == 1
    ]


def receipts(folder: Path) -> list[Narrative]:
    """Transcriptions of scanned receipts (SROIE), one line per box, as they stand in the file."""
    found = []
    for path in sorted((folder / "receipts").glob("*.csv")):
        rows_ = path.read_text(encoding="utf-8", errors="replace").splitlines()
        lines = [row.split(",", 8)[8] for row in rows_ if row.count(",") >= 8]
        found.append(Narrative(DocumentType.NOT_MEDICAL, "receipts", lines))
    return found


def health_articles(folder: Path) -> list[Narrative]:
    """Answers of health websites (MedQuAD): they speak of diseases and are no one's record."""
    with (folder / "search_medquad" / "medquad_subset.json").open(encoding="utf-8") as file:
        rows_ = json.load(file)
    return [Narrative(DocumentType.NOT_MEDICAL, "medquad", _printed_lines(f"{r['q']} {r['a']}")) for r in rows_]


def _printed_lines(text: str, width: int = 90) -> list[str]:
    """Running text as it is printed: lines of about ``width`` characters."""
    lines, current = [], ""
    for word in text.split():
        if current and len(current) + len(word) + 1 > width:
            lines.append(current)
            current = word
        else:
            current = f"{current} {word}" if current else word
    return [*lines, current] if current else lines
