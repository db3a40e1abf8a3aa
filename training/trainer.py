"""Fine-tuning of token and sequence classifiers: plain PyTorch, seeded, resumable, on a GPU when there is one.

checkpoint = load_encoder(Task.TOKEN_CLASSIFICATION, labels)
report = fit(checkpoint.model, train, dev, Settings(epochs=2, max_minutes=15), Path("runs/clinical_ner"))
save_checkpoint(checkpoint, Path("checkpoints/clinical_ner"))   # fit left the best weights in the model
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from torch import Tensor

from training.batches import IGNORED, Example, length_batches, mean_loss, pad
from training.metrics import bio_spans, entity_scores, macro_f1

__all__ = ["IGNORED", "Example", "Report", "Settings", "dev_score", "fit", "predict"]


@dataclass(frozen=True, slots=True)
class Settings:
    """How to train. Times in minutes, lengths in tokens.

    ``batch_tokens`` bounds a batch with its padding. ``max_minutes`` ends training well when it is spent: the learning
    rate falls to zero with the time or the steps, whichever is sooner. ``patience`` is the number of evaluations
    without progress after which training stops. ``evaluations`` per epoch; each also writes the file to resume from.
    ``class_weights`` weigh the loss of each label.
    """

    epochs: int = 3
    learning_rate: float = 1e-4
    head_learning_rate: float = 1e-3
    batch_tokens: int = 2048
    warmup_share: float = 0.06
    weight_decay: float = 0.01
    patience: int = 4
    evaluations: int = 2
    freeze_embeddings: bool = True
    class_weights: tuple[float, ...] | None = None
    max_minutes: float = math.inf
    seed: int = 0
    threads: int = 2


@dataclass(frozen=True, slots=True)
class Report:
    """``best_score`` on dev: strict entity F1 (micro) for token, macro F1 for sequence classifiers."""

    best_score: float
    history: tuple[tuple[int, float, float], ...]
    """(step, mean training loss since the last, dev score) of each evaluation."""
    minutes: float
    ended: str


def fit(model: Any, train: Sequence[Example], dev: Sequence[Example], settings: Settings, folder: Path) -> Report:
    """Train ``model`` in place and leave the weights with the best dev score in it.

    ``folder`` keeps ``resume.pt``: a run that was cut off goes on from its last evaluation; a finished one removes it.

    Args:
        model: a Hugging Face token or sequence classifier of the BERT family, with ``id2label`` set.

    Raises:
        ValueError: there is nothing to train on or to choose by, or ``resume.pt`` is of another run.
    """
    if not train or not dev:
        raise ValueError("training needs examples for train and for dev")
    return _Run(model, train, dev, settings, folder).run()


def predict(model: Any, examples: Sequence[Example], *, batch_tokens: int = 8192) -> list[NDArray[np.float32]]:
    """Logits of each example, in order: float32 [tokens, labels] or [labels]."""
    device = next(model.parameters()).device
    model.eval()
    logits: list[NDArray[np.float32]] = [np.empty(0, np.float32)] * len(examples)
    with torch.inference_mode(), _autocast(device):
        for batch in length_batches([len(e.input_ids) for e in examples], batch_tokens):
            ids = pad([examples[i].input_ids for i in batch], 0).to(device)
            output = model(input_ids=ids, attention_mask=(ids != 0).long()).logits.float().cpu().numpy()
            for i, row in zip(batch, output, strict=True):
                logits[i] = row[: len(examples[i].input_ids)] if row.ndim == 2 else row
    return logits


def dev_score(model: Any, examples: Sequence[Example]) -> float:
    """Strict entity F1 (micro, over the labels that each example's source annotates), or macro F1 of classes."""
    logits = predict(model, examples)
    if isinstance(examples[0].labels, int):
        return macro_f1([e.labels for e in examples if isinstance(e.labels, int)], [int(x.argmax()) for x in logits])
    names = model.config.id2label
    gold, answered = [], []
    for example, scores in zip(examples, logits, strict=True):
        truth = np.asarray(example.labels)
        kept = truth != IGNORED
        gold.append(bio_spans([names[int(i)] for i in truth[kept]]))
        hidden = {names[i][2:] for i in example.unannotated}
        best = bio_spans([names[int(i)] for i in scores.argmax(axis=1)[kept]])
        answered.append([span for span in best if span[2] not in hidden])
    return entity_scores(gold, answered)["all"].f1


class _Run:
    """One call of `fit`."""

    def __init__(
        self, model: Any, train: Sequence[Example], dev: Sequence[Example], settings: Settings, folder: Path
    ) -> None:
        self.model, self.train, self.dev, self.settings = model, train, dev, settings
        self.file = folder / "resume.pt"
        folder.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(settings.seed)
        torch.set_num_threads(settings.threads)
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        model.to(self.device)
        model.get_input_embeddings().weight.requires_grad_(not settings.freeze_embeddings)
        self.weights = torch.tensor(settings.class_weights, device=self.device) if settings.class_weights else None
        self.optimizer = self._optimizer()
        self.epoch, self.position, self.step, self.spent_s, self.stale = 0, 0, 0, 0.0, 0
        self.best, self.best_score = self._weights(), -1.0
        self.history: list[tuple[int, float, float]] = []

    def run(self) -> Report:
        self._resume()
        started = time.monotonic() - self.spent_s
        steps = len(self._epoch_batches(0)) * self.settings.epochs
        ended = "all epochs done"
        losses: list[float] = []
        with _progress() as progress:
            bar = progress.add_task("training", total=steps, completed=self.step, note="")
            while self.epoch < self.settings.epochs:
                batches = self._epoch_batches(self.epoch)
                due = {
                    math.ceil(len(batches) * (i + 1) / self.settings.evaluations)
                    for i in range(self.settings.evaluations)
                }
                for position in range(self.position, len(batches)):
                    self.spent_s = time.monotonic() - started
                    spent = self.spent_s / (60 * self.settings.max_minutes)
                    if spent >= 1:
                        ended = "the time is spent"
                        break
                    losses.append(self._train_step(batches[position], min(max(self.step / steps, spent), 1)))
                    self.position = position + 1
                    progress.update(bar, completed=self.step, note=f"loss {np.mean(losses[-50:]):.3f}")
                    if self.position in due:
                        self._evaluate(losses)
                        progress.console.print(f"step {self.step}: dev {self.history[-1][2]:.4f}")
                        if self.stale >= self.settings.patience:
                            ended = "no progress on dev"
                            break
                else:
                    self.epoch, self.position = self.epoch + 1, 0
                    continue
                break
            if losses:
                self._evaluate(losses)
        self.model.load_state_dict(self.best)
        self.file.unlink(missing_ok=True)
        return Report(self.best_score, tuple(self.history), (time.monotonic() - started) / 60, ended)

    def _train_step(self, batch: Sequence[int], done: float) -> float:
        """One step of AdamW; ``done`` (0..1) is the share of the run that is behind it."""
        self.model.train()
        warmup = self.settings.warmup_share
        factor = done / warmup if done < warmup else (1 - done) / (1 - warmup)
        for group in self.optimizer.param_groups:
            group["lr"] = group["initial_lr"] * max(factor, 1e-3)
        examples = [self.train[i] for i in batch]
        ids = pad([e.input_ids for e in examples], 0).to(self.device)
        with _autocast(self.device):
            logits = self.model(input_ids=ids, attention_mask=(ids != 0).long()).logits
        loss = mean_loss(logits.float(), examples, self.weights)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.step += 1
        return float(loss.detach())

    def _evaluate(self, losses: list[float]) -> None:
        score = dev_score(self.model, self.dev)
        self.history.append((self.step, float(np.mean(losses)), score))
        losses.clear()
        self.stale += 1
        if score > self.best_score:
            self.best, self.best_score, self.stale = self._weights(), score, 0
        torch.save(
            {
                "key": self._key(),
                "model": self.model.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "best": self.best,
                "random": torch.get_rng_state(),
                "counts": [self.epoch, self.position, self.step, self.spent_s, self.stale, self.best_score],
                "history": self.history,
            },
            self.file,
        )

    def _resume(self) -> None:
        if not self.file.exists():
            return
        state = torch.load(self.file, map_location=self.device, weights_only=True)
        if state["key"] != self._key():
            raise ValueError(f"{self.file} is of a run with other settings or data: remove it to start anew")
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        torch.set_rng_state(state["random"].cpu())
        self.epoch, self.position, self.step, self.spent_s, self.stale, self.best_score = state["counts"]
        self.best, self.history = state["best"], [tuple(x) for x in state["history"]]

    def _key(self) -> str:
        return f"{self.settings} {len(self.train)} {len(self.dev)} {sorted(self.model.config.id2label.items())}"

    def _optimizer(self) -> torch.optim.AdamW:
        head: list[Tensor] = []
        decayed: list[Tensor] = []
        plain: list[Tensor] = []
        for name, parameter in self.model.named_parameters():
            if parameter.requires_grad:
                group = head if name.startswith("classifier") else decayed if parameter.ndim > 1 else plain
                group.append(parameter)
        rate, decay = self.settings.learning_rate, self.settings.weight_decay
        groups = [
            {"params": head, "lr": self.settings.head_learning_rate, "weight_decay": decay},
            {"params": decayed, "lr": rate, "weight_decay": decay},
            {"params": plain, "lr": rate, "weight_decay": 0.0},
        ]
        return torch.optim.AdamW([{**g, "initial_lr": g["lr"]} for g in groups if g["params"]])

    def _weights(self) -> dict[str, Tensor]:
        return {name: t.detach().clone() for name, t in self.model.state_dict().items()}

    def _epoch_batches(self, epoch: int) -> list[list[int]]:
        lengths = [len(e.input_ids) for e in self.train]
        return length_batches(lengths, self.settings.batch_tokens, random.Random(f"{self.settings.seed}/{epoch}"))


def _autocast(device: torch.device) -> torch.autocast:
    """bfloat16 matrix products where the processor has them (2.0 times the tokens a second on AVX512-BF16)."""
    able = device.type == "cuda" or torch.ops.mkldnn._is_mkldnn_bf16_supported()
    return torch.autocast(device.type, torch.bfloat16, enabled=able)


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[note]}"))
    return Progress(*columns, TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
