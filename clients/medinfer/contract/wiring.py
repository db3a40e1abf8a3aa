"""An ensemble proves its own wiring when it is declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from medinfer.contract.models import Model, Step
    from medinfer.contract.tensors import Tensor


def check_wiring(ensemble: Model) -> None:
    """Check that every tensor of the ensemble is produced before it is used, with the right type.

    Raises:
        ValueError: with the step and tensor that are wrong.
    """
    if not ensemble.steps:
        raise ValueError(f"{ensemble.name}: an ensemble needs steps")
    available: dict[str, Tensor] = {t.name: t for t in ensemble.inputs}
    used: set[str] = set()
    for step in ensemble.steps:
        _check_inputs(ensemble, step, available)
        used.update(step.inputs.values())
        for inner, outer in step.outputs.items():
            produced = step.model.output(inner)
            if outer in available:
                raise ValueError(f"{ensemble.name}: {step.model.name} produces {outer} a second time")
            available[outer] = produced
    for tensor in ensemble.inputs:
        if tensor.name not in used:
            raise ValueError(f"{ensemble.name}: no step uses the input {tensor.name}")
    for tensor in ensemble.outputs:
        if tensor.name not in available:
            raise ValueError(f"{ensemble.name}: no step produces the output {tensor.name}")
        _check_same(ensemble, tensor.name, tensor, available[tensor.name])


def _check_inputs(ensemble: Model, step: Step, available: dict[str, Tensor]) -> None:
    needed = {t.name for t in step.model.inputs if not t.optional}
    if missing := needed - set(step.inputs):
        raise ValueError(f"{ensemble.name}: step {step.model.name} leaves {sorted(missing)} unconnected")
    for inner, outer in step.inputs.items():
        if outer not in available:
            raise ValueError(f"{ensemble.name}: step {step.model.name} reads {outer} before it exists")
        _check_same(ensemble, outer, step.model.input(inner), available[outer])


def _check_same(ensemble: Model, name: str, a: Tensor, b: Tensor) -> None:
    if a.dtype is not b.dtype:
        raise ValueError(f"{ensemble.name}: {name} is {a.dtype.wire} on one side and {b.dtype.wire} on the other")
    if a.config_dims != b.config_dims:
        raise ValueError(f"{ensemble.name}: {name} is {a.config_dims} on one side and {b.config_dims} on the other")
