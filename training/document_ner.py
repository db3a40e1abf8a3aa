"""Fine-tunes `document_ner` on made documents and measures it on made documents with held-out words and layouts.

python -m training.document_ner train
python -m training.document_ner evaluate
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from medinfer.contract.document_ner import MAX_TOKENS, NETWORK
from medinfer.contract.sources import HuggingFaceSource, Task
from medinfer.contract.vocabulary import DocumentType
from server.text.bio import spans
from server.text.tokens import TextTokenizer
from server.text.windows import Window
from training.document_examples import (
    LABELS,
    Sample,
    data_folder,
    document_windows,
    ner_examples,
    samples,
    token_labels,
)
from training.encoder import Checkpoint, load_checkpoint, load_encoder, save_checkpoint
from training.made import vocabulary
from training.made.held import Split
from training.metrics import Score, Span, calibration_error, entity_scores, fit_temperature, softmax
from training.trainer import IGNORED, Example, Settings, fit, predict

FOLDER = Path("checkpoints/document_ner")
RECORDS = (
    DocumentType.LAB_REPORT,
    DocumentType.PRESCRIPTION,
    DocumentType.DISCHARGE_SUMMARY,
    DocumentType.IMAGING_REPORT,
    DocumentType.CLINICAL_NOTE,
)
SHARES = dict(zip(RECORDS, (0.38, 0.26, 0.16, 0.08, 0.12), strict=True))

app = typer.Typer(help=__doc__, add_completion=False)
console = Console()


def counts(documents: int) -> dict[DocumentType, int]:
    return {kind: max(1, round(documents * share)) for kind, share in SHARES.items()}


def examples(kept: Iterable[Sample], tokenizer: TextTokenizer) -> list[Example]:
    return [e for sample in kept for e in ner_examples(sample, tokenizer, MAX_TOKENS)]


@app.command()
def train(
    folder: Annotated[Path, typer.Option(help="where the checkpoint goes")] = FOLDER,
    documents: Annotated[int, typer.Option(help="made documents to train on", min=10)] = 3000,
    minutes: Annotated[float, typer.Option(help="longest time of training", min=0.1)] = 25,
    epochs: Annotated[int, typer.Option(help="passes over the documents", min=1)] = 1,
    runs: Annotated[Path, typer.Option(help="where a cut-off run is kept, to go on from")] = Path(
        ".build/training/document_ner"
    ),
    threads: Annotated[int, typer.Option(help="processor threads", min=1)] = 2,
    start: Annotated[
        Path | None, typer.Option(help="checkpoint to go on from, instead of the packaged encoder")
    ] = None,
    first: Annotated[int, typer.Option(help="seed of the first made document", min=0, max=900_000)] = 0,
    seed: int = 0,
) -> None:
    """Fine-tune from the packaged encoder, choose by dev, fit the temperature on dev, save the checkpoint."""
    words = vocabulary.load(data_folder())
    task = Task.TOKEN_CLASSIFICATION
    checkpoint = load_checkpoint(start, task, LABELS) if start else load_encoder(task, LABELS, seed=seed)
    tokenizer = TextTokenizer(checkpoint.tokenizer)
    training = examples(samples(counts(documents), Split.TRAIN, words, first=first), tokenizer)
    dev = examples(samples(counts(60), Split.DEV, words), tokenizer)
    random.Random(seed).shuffle(training)
    console.print(f"{len(training)} windows to train on, {len(dev)} to choose by")
    settings = Settings(
        epochs=epochs, learning_rate=2e-4, max_minutes=minutes, evaluations=3, seed=seed, threads=threads
    )
    report = fit(checkpoint.model, training, dev, settings, runs)
    save_checkpoint(checkpoint, folder)
    console.print(f"dev F1 {report.best_score:.4f} after {report.minutes:.1f} minutes ({report.ended})")
    console.print(
        f"temperature {temperature(checkpoint.model, dev):.3f}: write it into the contract (document_ner.NETWORK)"
    )


def temperature(model: Any, dev: list[Example]) -> float:
    return fit_temperature(*_tokens(model, dev))


def _tokens(model: Any, kept: list[Example]) -> tuple[NDArray[np.float32], list[int]]:
    """Logits and gold labels of every token that counts."""
    logits, gold = [], []
    for example, scores in zip(kept, predict(model, kept), strict=True):
        truth = np.asarray(example.labels)
        logits.append(scores[truth != IGNORED])
        gold += [int(x) for x in truth[truth != IGNORED]]
    return np.concatenate(logits), gold


@app.command()
def evaluate(
    folder: Annotated[Path, typer.Option(help="the checkpoint")] = FOLDER,
    documents: Annotated[int, typer.Option(help="made documents of the test split", min=10)] = 120,
) -> None:
    """Strict entity F1 per label on made test documents: words and layouts that training never saw."""
    words = vocabulary.load(data_folder())
    checkpoint = load_checkpoint(folder, Task.TOKEN_CLASSIFICATION, LABELS)
    tokenizer = TextTokenizer(checkpoint.tokenizer)
    value = NETWORK.source.temperature if isinstance(NETWORK.source, HuggingFaceSource) else 1.0
    started = time.monotonic()
    for title, noisy_share in (("as a text layer", 0.0), ("with OCR noise", 1.0)):
        kept = list(samples(counts(documents), Split.TEST, words, noisy_share=noisy_share))
        found = [compared(checkpoint, tokenizer, sample) for sample in kept]
        gold, answered = [c.gold for c in found], [c.answered for c in found]
        _print(f"{len(kept)} made test documents, {title}", entity_scores(gold, answered))
        for kind in RECORDS:
            of_kind = [i for i, sample in enumerate(kept) if sample.document_type is kind]
            scores = entity_scores([gold[i] for i in of_kind], [answered[i] for i in of_kind])
            console.print(f"  {kind.value}: micro F1 {scores['all'].f1:.4f} over {scores['all'].gold} entities")
        truth = [int(label) for c in found for label in c.labels]
        probabilities = softmax(np.concatenate([c.logits for c in found]), value)
        error = calibration_error(probabilities, truth)
        console.print(f"  calibration error of tokens (15 bins) {error:.4f} at temperature {value}")
    console.print(f"{time.monotonic() - started:.0f} s")


class Compared(NamedTuple):
    """One document: its entities, true and answered, as positions in the concatenation of its lines; and logits
    [t, labels] and true label ids [t] of its tokens."""

    gold: list[Span]
    answered: list[Span]
    logits: NDArray[np.float32]
    labels: NDArray[np.integer[Any]]


def compared(checkpoint: Checkpoint, tokenizer: TextTokenizer, sample: Sample) -> Compared:
    """Both sides go through the decoder of serving: what it trims ("Tab." -> "Tab") is trimmed on both."""
    found = document_windows(sample.lines, tokenizer, MAX_TOKENS)
    gold = [np.maximum(token_labels(window, sample.lines), 0) for window in found]
    logits = predict(checkpoint.model, [Example(window.input_ids.tolist(), 0) for window in found])
    return Compared(
        decoded(sample, found, gold),
        decoded(sample, found, [scores.argmax(axis=1) for scores in logits]),
        np.concatenate([scores[window.owned] for scores, window in zip(logits, found, strict=True)]),
        np.concatenate([labels[window.owned] for labels, window in zip(gold, found, strict=True)]),
    )


def decoded(sample: Sample, found: Sequence[Window], label_ids: Sequence[NDArray[np.integer[Any]]]) -> list[Span]:
    """Entities that the labels of each window's tokens spell, from the first line to the last."""
    if not found:
        return []
    line, start, end, label = (
        np.concatenate([part[window.owned] for part, window in zip(parts, found, strict=True)]).astype(np.int32)
        for parts in ([w.line for w in found], [w.start for w in found], [w.end for w in found], label_ids)
    )
    entities: list[Span] = []
    offset = 0
    for number, content in enumerate(sample.lines):
        at, text = line == number, content.text.text
        certain = np.ones(int(at.sum()), np.float32)
        for span in spans(text, start[at], end[at], label[at], certain, LABELS):
            entities.append((offset + span.start, offset + span.end, span.label))
        offset += len(text) + 1
    return entities


def _print(title: str, scores: Mapping[str, Score]) -> None:
    table = Table("label", "precision", "recall", "F1", "entities", title=title)
    for label, score in scores.items():
        table.add_row(label, f"{score.precision:.4f}", f"{score.recall:.4f}", f"{score.f1:.4f}", str(score.gold))
    console.print(table)


if __name__ == "__main__":
    app()
