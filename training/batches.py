"""Examples, batches of near lengths, and the loss over labels that a source may not all annotate."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

IGNORED = -100
OUTSIDE = 0
"""Id of the label ``O`` (contract: `bio_labels`)."""

UNANNOTATED_WEIGHT = 0.2
"""How much an unmarked token may be of a label that its source does not annotate. With 1, the plain marginal
likelihood, nothing in prose speaks against such a label: procedures had a precision of 0.045 on NeuroTrialNER."""


@dataclass(frozen=True, slots=True)
class Example:
    """One sequence.

    Attributes:
        input_ids: token ids, special tokens included.
        labels: one label id per token (`IGNORED` counts nowhere), or the class of the sequence.
        unannotated: label ids that the example's source does not annotate. A token labelled ``O`` there may
            be any of them, though most are not: its loss is -log(p(O) + `UNANNOTATED_WEIGHT` p(one of those)),
            and answers of those labels are not scored.
    """

    input_ids: Sequence[int]
    labels: Sequence[int] | int
    unannotated: tuple[int, ...] = ()


def mean_loss(logits: Tensor, examples: Sequence[Example], weights: Tensor | None) -> Tensor:
    """Mean cross entropy, weighed by ``weights`` [labels]. ``logits``: [b, t, labels] or [b, labels]."""
    if logits.ndim == 2:
        classes = torch.tensor([e.labels for e in examples], device=logits.device)
        return cross_entropy(logits, classes, weights)
    rows = [[e.labels] if isinstance(e.labels, int) else e.labels for e in examples]
    labels = pad(rows, IGNORED).to(logits.device)
    hidden = torch.zeros(len(examples), 1, logits.shape[-1], dtype=torch.bool)
    for i, example in enumerate(examples):
        hidden[i, 0, list(example.unannotated)] = True
    hidden = hidden.to(logits.device)
    # p(O) of a source that leaves labels out is p(O or, less likely, one of those).
    log_p = logits.log_softmax(-1)
    others = log_p[..., 1:].masked_fill(~hidden[..., 1:], -math.inf) + math.log(UNANNOTATED_WEIGHT)
    outside = torch.cat([log_p[..., :1], others], -1).logsumexp(-1)
    chosen = log_p.gather(-1, labels.clamp(min=0).unsqueeze(-1)).squeeze(-1)
    chosen = torch.where(labels == OUTSIDE, outside, chosen)
    kept = labels != IGNORED
    weight = kept.float() if weights is None else weights[labels.clamp(min=0)] * kept
    return -(chosen * weight).sum() / weight.sum().clamp(min=1e-9)


def length_batches(lengths: Sequence[int], batch_tokens: int, rng: random.Random | None = None) -> list[list[int]]:
    """Indices in batches of near lengths, at most ``batch_tokens`` with padding (one sequence at least).

    With ``rng`` the batches come in random order and equal lengths are mixed anew.
    """
    noise = [4 * rng.random() if rng else 0.0 for _ in lengths]
    order = sorted(range(len(lengths)), key=lambda i: lengths[i] + noise[i])
    found: list[list[int]] = []
    longest = 0
    for index in order:
        longest = max(longest, lengths[index])
        if found and longest * (len(found[-1]) + 1) <= batch_tokens:
            found[-1].append(index)
        else:
            found.append([index])
            longest = lengths[index]
    if rng:
        rng.shuffle(found)
    return found


def pad(rows: Sequence[Sequence[int]], value: int) -> Tensor:
    """int64 [rows, longest]: each row filled up with ``value``."""
    length = max(map(len, rows))
    return torch.tensor([[*row, *[value] * (length - len(row))] for row in rows])
