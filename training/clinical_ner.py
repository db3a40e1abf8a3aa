"""Fine-tunes and measures clinical_ner: problem, drug, test, procedure and body site in clinical free text.

MEDINFER_DATA=data python -m training.clinical_ner train
MEDINFER_DATA=data python -m training.clinical_ner evaluate
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import typer

from medinfer.contract.clinical_ner import MAX_TOKENS
from medinfer.contract.sources import Task
from medinfer.contract.vocabulary import ClinicalLabel, bio_labels
from server.text.bio import spans
from server.text.tokens import TextTokenizer, Tokens
from training import shorthand
from training.encoder import Checkpoint, load_checkpoint, load_encoder, save_checkpoint
from training.metrics import Score, Span, entity_scores
from training.readers import AnnotatedText, data_file, data_folder, read_iob, read_neurotrial
from training.trainer import IGNORED, Example, Settings, fit, predict

LABELS = bio_labels(ClinicalLabel)
FOLDER = Path("checkpoints/clinical_ner")
PROBLEM, DRUG, TEST, PROCEDURE, SITE = ClinicalLabel

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)


@dataclass(frozen=True, slots=True)
class Source:
    """A public corpus in our labels.

    Attributes:
        mapping: the source's label -> ours; entities of a label that is not named are left out of the loss.
        complete: those of our labels that the source annotates wherever they occur. An ``O`` there may be any other
            label (`Example.unannotated`).
    """

    name: str
    folder: str
    mapping: Mapping[str, ClinicalLabel]
    complete: frozenset[ClinicalLabel]

    def read(self, split: str) -> list[AnnotatedText]:
        if self.folder == "ner_neurotrial":
            return read_neurotrial(data_file(f"{self.folder}/{split}.json"))
        return read_iob(data_file(f"{self.folder}/{split}.tsv"))

    @property
    def unannotated(self) -> tuple[int, ...]:
        return tuple(i for i, x in enumerate(LABELS) if i and ClinicalLabel(x[2:]) not in self.complete)


_ORGANS = ("Organ", "Organism_subdivision", "Anatomical_system", "Multi-tissue_structure", "Tissue")
BC5CDR = Source("BC5CDR", "ner_mtl2016/BC5CDR-IOB", {"Chemical": DRUG, "Disease": PROBLEM}, frozenset((DRUG, PROBLEM)))
NCBI = Source("NCBI-disease", "ner_mtl2016/NCBI-disease-IOB", {"Disease": PROBLEM}, frozenset((PROBLEM,)))
NEUROTRIAL = Source(
    "NeuroTrialNER",
    "ner_neurotrial",
    {"CONDITION": PROBLEM, "DRUG": DRUG, "SURGICAL": PROCEDURE, "PHYSICAL": PROCEDURE, "RADIOTHERAPY": PROCEDURE},
    frozenset((PROBLEM, DRUG, PROCEDURE)),
)
CANCER_GENETICS = Source(
    "BioNLP13CG",
    "ner_mtl2016/BioNLP13CG-IOB",
    {**dict.fromkeys(_ORGANS, SITE), "Cancer": PROBLEM, "Pathological_formation": PROBLEM},
    frozenset((SITE,)),
)
ANATEM = Source("AnatEM", "ner_mtl2016/AnatEM-IOB", {"Body part": SITE}, frozenset((SITE,)))
SOURCES = (BC5CDR, NCBI, NEUROTRIAL, CANCER_GENETICS, ANATEM)


class _Piece(NamedTuple):
    """Tokens of a sentence, or of a part of one that is longer than a sequence; no special ones."""

    sentence: AnnotatedText
    tokens: Tokens
    labels: list[int]


@app.command()
def train(
    out: Annotated[Path, typer.Option(help="folder of the checkpoint")] = FOLDER,
    runs: Annotated[Path, typer.Option(help="where a run that was cut off is resumed from")] = Path(".build/training"),
    minutes: Annotated[float, typer.Option(min=0.1, help="budget; training ends well when it is spent")] = 25,
    epochs: Annotated[int, typer.Option(min=1)] = 3,
    made: Annotated[int, typer.Option(min=100, help="made shorthand sentences to train on")] = 14_000,
    start: Annotated[Path | None, typer.Option(help="go on from this checkpoint, not from the encoder")] = None,
    threads: Annotated[int, typer.Option(min=1, help="one is fastest where others use the cores too")] = 2,
    seed: int = 0,
) -> None:
    """Fine-tune the packaged encoder (or go on from a checkpoint) and write the checkpoint."""
    task = Task.TOKEN_CLASSIFICATION
    checkpoint = load_checkpoint(start, task, LABELS) if start else load_encoder(task, LABELS, seed=seed)
    tokenizer = TextTokenizer(checkpoint.tokenizer)
    rng = random.Random(seed)
    examples: list[Example] = []
    for source in SOURCES:
        own = list(_examples(tokenizer, _texts(source, "train"), source, rng))
        examples += own
        typer.echo(f"{source.name:14} {len(own):6} sequences {sum(len(e.input_ids) for e in own):8} tokens")
    own = list(_examples(tokenizer, shorthand.make(made, "train", data_folder(), seed), None, rng))
    examples += own
    typer.echo(f"{'made':14} {len(own):6} sequences {sum(len(e.input_ids) for e in own):8} tokens")
    dev = list(_examples(tokenizer, _texts(BC5CDR, "devel")[:1200], BC5CDR, rng))
    dev += _examples(tokenizer, shorthand.make(800, "dev", data_folder(), seed), None, rng)
    settings = Settings(
        epochs=epochs, learning_rate=2e-4, max_minutes=minutes, seed=seed, threads=threads, freeze_embeddings=False
    )
    report = fit(checkpoint.model, examples, dev, settings, runs / "clinical_ner")
    size = save_checkpoint(checkpoint, out)
    typer.echo(f"dev F1 {report.best_score:.4f} after {report.minutes:.1f} min ({report.ended}); {out}: {size:,} bytes")


@app.command()
def evaluate(
    folder: Annotated[Path, typer.Argument(help="folder of the checkpoint")] = FOLDER,
    report: Annotated[Path | None, typer.Option(help="write the scores here as JSON too")] = None,
) -> None:
    """Strict entity F1 on test parts that training and early stopping never see."""
    checkpoint = load_checkpoint(folder, Task.TOKEN_CLASSIFICATION, LABELS)
    made = shorthand.make(1_000, "test", data_folder(), seed=7)
    results = {
        "BC5CDR test": _measure(checkpoint, BC5CDR.read("test"), BC5CDR),
        "NCBI-disease devel": _measure(checkpoint, NCBI.read("devel"), NCBI),
        "NeuroTrialNER test": _measure(checkpoint, NEUROTRIAL.read("test"), NEUROTRIAL),
        "made shorthand test": _measure(checkpoint, made, None),
    }
    for name, scores in results.items():
        for label, s in scores.items():
            typer.echo(f"{name:20} {label:10} n={s.gold:5} P={s.precision:.3f} R={s.recall:.3f} F1={s.f1:.3f}")
    if report:
        plain = {n: {label: round(s.f1, 4) for label, s in scores.items()} for n, scores in results.items()}
        report.write_text(json.dumps(plain, indent=2) + "\n", encoding="utf-8")


def _texts(source: Source, split: str) -> list[AnnotatedText]:
    texts = source.read(split)
    return [t for t in map(_body_parts, texts) if t.spans] if source is ANATEM else texts


_BODY_PARTS = """
    skin lung lungs liver brain heart kidney kidneys eye eyes hand hands bone bones muscle muscles breast
    colon stomach spleen pancreas bladder prostate ovary uterus cervix esophagus oesophagus larynx pharynx
    tongue mouth throat nose ear ears face neck head chest abdomen pelvis back spine shoulder arm arms elbow
    wrist finger fingers thumb hip thigh leg legs knee knees ankle foot feet toe toes skull scalp jaw mandible
    maxilla tooth teeth gum gums artery arteries vein veins aorta nerve nerves node nodes cord marrow duct
    gland glands thyroid tract intestine bowel rectum retina cornea lens joint joints tendon ligament limb
    limbs trunk groin axilla body cortex cerebellum hippocampus valve ventricle atrium femur tibia humerus rib
    ribs sternum vertebra vertebrae disc peritoneum pleura testis penis vagina
"""


def _body_parts(text: AnnotatedText) -> AnnotatedText:
    """AnatEM's one label split in two: parts of the body by their last word, and the rest (cells, tumours, fluids)."""
    parts = _BODY_PARTS.split()
    split = [(a, b, "Body part" if text.text[a:b].split()[-1].lower() in parts else "other") for a, b, _ in text.spans]
    return AnnotatedText(text.text, tuple(split) if any(s[2] == "Body part" for s in split) else ())


def _examples(
    tokenizer: TextTokenizer, texts: Sequence[AnnotatedText], source: Source | None, rng: random.Random
) -> Iterator[Example]:
    """Sequences of one to four neighbouring sentences: what serving sees when it packs a note. None: made sentences."""
    pieces = list(_pieces(tokenizer, texts, source))
    unannotated = source.unannotated if source else ()
    position = 0
    while position < len(pieces):
        ids, labels = [tokenizer.cls_id], [IGNORED]
        for _ in range(rng.choice((1, 1, 2, 3, 4))):
            if position == len(pieces) or (len(ids) > 1 and len(ids) + len(pieces[position].labels) >= MAX_TOKENS):
                break
            ids += pieces[position].tokens.ids.tolist()
            labels += pieces[position].labels
            position += 1
        yield Example([*ids, tokenizer.sep_id], [*labels, IGNORED], unannotated)


def _pieces(tokenizer: TextTokenizer, texts: Sequence[AnnotatedText], source: Source | None) -> Iterator[_Piece]:
    """Sentences as tokens with BIO labels, cut where they are longer than a sequence."""
    sentences = [s for text in texts for s in _sentences(text)]
    for sentence, tokens in zip(sentences, tokenizer.encode([s.text for s in sentences]), strict=True):
        labels = _token_labels(tokens, sentence.spans, source)
        for begin in range(0, len(labels), MAX_TOKENS - 2):
            part = slice(begin, begin + MAX_TOKENS - 2)
            yield _Piece(sentence, Tokens(*(x[part] for x in tokens)), labels[part])


def _token_labels(tokens: Tokens, spans: Sequence[Span], source: Source | None) -> list[int]:
    """BIO label id of each token; those of entities that we have no label for are `IGNORED`."""
    labels = [0] * len(tokens.ids)
    for start, end, name in spans:
        label = source.mapping.get(name) if source else ClinicalLabel(name)
        inside = [i for i in range(len(labels)) if tokens.start[i] < end and tokens.end[i] > start]
        for i in inside:
            labels[i] = IGNORED if label is None else LABELS.index(f"{'B' if i == inside[0] else 'I'}-{label.value}")
    return labels


def _sentences(text: AnnotatedText) -> Iterator[AnnotatedText]:
    """Cut at ". " followed by a capital, never inside an entity."""
    cuts = [m.end() for m in re.finditer(r"[.?!]\s+(?=[A-Z])", text.text)]
    cuts = [c for c in cuts if not any(a < c < b for a, b, _ in text.spans)]
    for begin, end in zip([0, *cuts], [*cuts, len(text.text)], strict=True):
        own = tuple((a - begin, b - begin, label) for a, b, label in text.spans if begin <= a < end)
        yield AnnotatedText(text.text[begin:end], own)


def _measure(checkpoint: Checkpoint, texts: Sequence[AnnotatedText], source: Source | None) -> dict[str, Score]:
    """Scores over the labels that the source has; entities that we have no label for are no error.

    Sentences are read one by one, and decoded as serving does.
    """
    tokenizer = TextTokenizer(checkpoint.tokenizer)
    pieces = list(_pieces(tokenizer, texts, source))
    examples = [Example([tokenizer.cls_id, *p.tokens.ids.tolist(), tokenizer.sep_id], []) for p in pieces]
    measured = set(source.mapping.values()) if source else set(ClinicalLabel)
    gold: list[list[Span]] = []
    answered: list[list[Span]] = []
    for piece, logits in zip(pieces, predict(checkpoint.model, examples), strict=True):
        best = logits[1:-1].argmax(axis=1).astype(np.int32)
        best[np.array(piece.labels) == IGNORED] = 0
        text, (_, start, end) = piece.sentence.text, piece.tokens
        score = np.ones(len(best), np.float32)
        for labels, found in ((np.maximum(piece.labels, 0), gold), (best, answered)):
            entities = spans(text, start, end, labels.astype(np.int32), score, LABELS)
            found.append([(s.start, s.end, s.label) for s in entities if s.label in measured])
    return entity_scores(gold, answered)


if __name__ == "__main__":
    app()
