"""Fine-tunes `document_classifier` on made documents and public texts, and measures it on what it never saw.

python -m training.document_classifier train
python -m training.document_classifier evaluate
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from medinfer.contract.document_classifier import MAX_TOKENS, NETWORK, UNKNOWN_BELOW
from medinfer.contract.sources import HuggingFaceSource, Task
from medinfer.contract.vocabulary import DOCUMENT_CLASSES, DocumentType
from server.text.tokens import TextTokenizer
from server.text.windows import first_window
from training.document_examples import Narrative, data_folder, health_articles, mtsamples, receipts, samples
from training.encoder import load_checkpoint, load_encoder, save_checkpoint
from training.made import blocks, letterheads, people, vocabulary
from training.made.entries import Vocabulary
from training.made.held import Split, every, split_of
from training.made.layout import Sheet
from training.made.lines import clean
from training.made.truth import Truth
from training.metrics import calibration_error, entity_scores, fit_temperature, macro_f1, softmax
from training.trainer import Example, Settings, fit, predict

FOLDER = Path("checkpoints/document_classifier")
LABELS = tuple(c.value for c in DOCUMENT_CLASSES)
PUBLIC_LIMIT = {Split.TRAIN: 240, Split.DEV: 25, Split.TEST: 60}
"""Most texts of one public source and class, so that no source outweighs the made documents."""

app = typer.Typer(help=__doc__, add_completion=False)
console = Console()


class Item(NamedTuple):
    """One document as the classifier gets it: lines in reading order, without boxes."""

    source: str
    document_type: DocumentType
    lines: list[str]


def made_items(documents: int, split: Split, words: Vocabulary, *, first: int = 0) -> Iterator[Item]:
    for sample in samples(dict.fromkeys(DOCUMENT_CLASSES, documents), split, words, noisy_share=0.5, first=first):
        yield Item("made", sample.document_type, [line.text.text for line in sample.lines])


def public_items(folder: Path, split: Split) -> Iterator[Item]:
    """Texts of the data folder that belong to ``split``: notes and articles by a hash of their text."""
    texts = [t for t in (*mtsamples(folder), *health_articles(folder)) if split_of(" ".join(t.lines)) is split]
    texts.sort(key=lambda t: split_key(t.lines))
    taken: dict[tuple[str, DocumentType], int] = {}
    for text in (*texts, *every(receipts(folder), 5).of(split)):
        group = (text.source, text.document_type)
        taken[group] = taken.get(group, 0) + 1
        if taken[group] <= PUBLIC_LIMIT[split]:
            yield _headed(text, split)


def split_key(lines: Sequence[str]) -> str:
    return " ".join(lines)[::-1][:40]


def _headed(text: Narrative, split: Split) -> Item:
    """Half of the transcribed notes get a made letterhead and patient block: without one, all made documents would
    differ from all real texts by their head, and the head would decide."""
    rng = random.Random("headed" + split_key(text.lines))
    head: list[str] = []
    if text.source == "mtsamples" and rng.random() < 0.5:
        sheet = Sheet()
        letterheads.letterhead(sheet, rng, split, people.facility(rng, split, rng.choice(("hospital", "clinic"))))
        who, when = blocks.identity(rng, split), blocks.dates(rng, split)
        blocks.patient_block(sheet, rng, split, Truth(), who, when, extra=3)
        head = [line.text.text for line in clean(sheet.finish(text.document_type, "head", Truth()))]
    return Item(text.source, text.document_type, head + text.lines)


def examples(
    items: Iterable[Item], tokenizer: TextTokenizer, rng: random.Random | None = None
) -> tuple[list[Example], list[Item]]:
    """Items that have text, and their sequences. With ``rng`` (training) some lose their first lines and some are
    short, so that the class does not hang on the letterhead."""
    found: list[Example] = []
    kept: list[Item] = []
    for item in items:
        lines, limit = item.lines, MAX_TOKENS
        if rng is not None:
            limit = rng.choice((64, 128, MAX_TOKENS))
            if rng.random() < 0.3:
                lines = lines[rng.randint(0, len(lines) // 3) :]
        window = first_window(lines, [[i] for i in range(len(lines))], tokenizer, limit)
        if window is not None:
            found.append(Example(window.input_ids.tolist(), DOCUMENT_CLASSES.index(item.document_type)))
            kept.append(item)
    return found, kept


def _items(documents: int, split: Split, words: Vocabulary, *, first: int = 0) -> list[Item]:
    folder = data_folder()
    if folder is None:
        console.print("MEDINFER_DATA is not set: made documents only (docs/data.md)")
    return [*made_items(documents, split, words, first=first), *(public_items(folder, split) if folder else ())]


@app.command()
def train(
    folder: Annotated[Path, typer.Option(help="where the checkpoint goes")] = FOLDER,
    documents: Annotated[int, typer.Option(help="made documents of each class", min=10)] = 300,
    minutes: Annotated[float, typer.Option(help="longest time of training", min=0.1)] = 20,
    epochs: Annotated[int, typer.Option(help="passes over the documents", min=1)] = 2,
    runs: Annotated[Path, typer.Option(help="where a cut-off run is kept, to go on from")] = Path(
        ".build/training/document_classifier"
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
    task = Task.SEQUENCE_CLASSIFICATION
    checkpoint = load_checkpoint(start, task, LABELS) if start else load_encoder(task, LABELS, seed=seed)
    tokenizer = TextTokenizer(checkpoint.tokenizer)
    training, _ = examples(_items(documents, Split.TRAIN, words, first=first), tokenizer, random.Random(seed))
    dev, _ = examples(_items(20, Split.DEV, words), tokenizer)
    console.print(f"{len(training)} documents to train on, {len(dev)} to choose by")
    settings = Settings(
        epochs=epochs, learning_rate=2e-4, max_minutes=minutes, evaluations=2, seed=seed, threads=threads
    )
    report = fit(checkpoint.model, training, dev, settings, runs)
    save_checkpoint(checkpoint, folder)
    gold = [e.labels for e in dev if isinstance(e.labels, int)]
    best = fit_temperature(np.stack(predict(checkpoint.model, dev)), gold)
    console.print(f"dev macro F1 {report.best_score:.4f} after {report.minutes:.1f} minutes ({report.ended})")
    console.print(f"temperature {best:.3f}: write it into the contract (document_classifier.NETWORK.source)")


@app.command()
def evaluate(
    folder: Annotated[Path, typer.Option(help="the checkpoint")] = FOLDER,
    documents: Annotated[int, typer.Option(help="made test documents of each class", min=1)] = 60,
) -> None:
    """Macro F1 and calibration on made documents with held-out words and layouts, and on held-out public texts."""
    started = time.monotonic()
    words = vocabulary.load(data_folder())
    checkpoint = load_checkpoint(folder, Task.SEQUENCE_CLASSIFICATION, LABELS)
    kept, items = examples(_items(documents, Split.TEST, words), TextTokenizer(checkpoint.tokenizer))
    temperature = NETWORK.source.temperature if isinstance(NETWORK.source, HuggingFaceSource) else 1.0
    scores = softmax(np.stack(predict(checkpoint.model, kept)), temperature)
    gold = [e.labels for e in kept if isinstance(e.labels, int)]
    answered = [int(i) for i in scores.argmax(axis=1)]
    by_class = entity_scores([[(0, 1, LABELS[g])] for g in gold], [[(0, 1, LABELS[a])] for a in answered])
    table = Table("class", "precision", "recall", "F1", "documents", title="document_classifier, test")
    for label, score in by_class.items():
        table.add_row(label, f"{score.precision:.4f}", f"{score.recall:.4f}", f"{score.f1:.4f}", str(score.gold))
    console.print(table)
    console.print(
        f"macro F1 {macro_f1(gold, answered):.4f}, calibration error (15 bins) {calibration_error(scores, gold):.4f}"
        f" at temperature {temperature}"
    )
    sure = scores.max(axis=1) >= UNKNOWN_BELOW
    console.print(f"answered as unknown (score under {UNKNOWN_BELOW}): {int((~sure).sum())} of {len(gold)}")
    for source in sorted({item.source for item in items}):
        of = [i for i, item in enumerate(items) if item.source == source]
        right = sum(gold[i] == answered[i] for i in of)
        console.print(f"  {source}: {right} of {len(of)} right")
    leaked = sum(1 for g, a in zip(gold, answered, strict=True) if LABELS[g] == DocumentType.NOT_MEDICAL and g != a)
    console.print(f"not medical but taken for a record: {leaked}")
    console.print(f"{time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    app()
