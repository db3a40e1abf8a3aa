"""The requests of one dynamic batch -> as few runs of the network as their shapes allow -> an answer for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]
Run = Callable[[Arrays], Arrays]


class RunError(Exception):
    """The network did not run. ``invalid``: because of what it was given. ``str()`` holds shapes, never values."""

    def __init__(self, message: str, *, invalid: bool) -> None:
        super().__init__(message)
        self.invalid = invalid


def answer(requests: Sequence[Arrays], run: Run, *, batched: bool) -> list[Arrays | RunError]:
    """What the network says to each request, in order.

    Requests whose tensors differ in the batch axis alone run together, once. Where such a run fails, its requests
    run again one by one, so that a request that cannot be answered costs its neighbours time but not their answer.
    """
    answers: dict[int, Arrays | RunError] = {}
    for group in _groups(requests, batched=batched):
        try:
            answers.update(zip(group, _run_together([requests[i] for i in group], run), strict=True))
        except RunError as error:
            if len(group) == 1:
                answers[group[0]] = error
            else:
                for i in group:
                    (answers[i],) = answer([requests[i]], run, batched=batched)
    return [answers[i] for i in range(len(requests))]


def _groups(requests: Sequence[Arrays], *, batched: bool) -> list[list[int]]:
    """Indices of requests that can share a run, each group in order."""
    if not batched:
        return [[i] for i in range(len(requests))]
    groups: dict[object, list[int]] = {}
    for i, request in enumerate(requests):
        key = frozenset((name, array.dtype.str, array.shape[1:]) for name, array in request.items())
        groups.setdefault(key, []).append(i)
    return list(groups.values())


def _run_together(requests: Sequence[Arrays], run: Run) -> list[Arrays]:
    if len(requests) == 1:
        return [run(requests[0])]
    rows = [len(next(iter(request.values()))) for request in requests]
    outputs = run({name: np.concatenate([request[name] for request in requests]) for name in requests[0]})
    ends = np.cumsum(rows)
    for name, array in outputs.items():
        if array.ndim == 0 or len(array) != ends[-1]:
            raise RunError(
                f"output {name} has shape {array.shape} for a batch of {ends[-1]}: its first axis is no batch axis",
                invalid=False,
            )
    return [
        {name: array[end - count : end] for name, array in outputs.items()}
        for count, end in zip(rows, ends, strict=True)
    ]
