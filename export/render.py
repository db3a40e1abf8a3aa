"""config.pbtxt of every model, rendered from the contract through Triton's own `model_config.proto`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from google.protobuf import text_format
from tritonclient.grpc import model_config_pb2 as pb

from medinfer.contract import MODELS, Backend, Device, Model, Placement, Step, Tensor
from medinfer.contract.models import PRIORITY_LEVELS
from medinfer.contract.vocabulary import Priority

Profile = Literal["gpu", "cpu"]
"""Kind of host: ``gpu`` is config.pbtxt, ``cpu`` is configs/cpu.pbtxt (``tritonserver --model-config-name=cpu``)."""

PROFILES: tuple[Profile, ...] = ("gpu", "cpu")

MAX_QUEUE_US = 600_000_000
"""Longest wait in a queue of the server (10 minutes). Triton honours a request's own timeout only where it is shorter
than the queue's, and without one not at all (seen with 2.51: a request with a timeout of 50 ms waited 300 ms)."""

_HEADER = "# Rendered from clients/medinfer/contract by `make render`: change it there.\n"


def render(model: Model, profile: Profile) -> str:
    """The text of the model's config.pbtxt for one kind of host; ends with a newline."""
    config = pb.ModelConfig(
        name=model.name,
        max_batch_size=model.max_batch_size,
        version_policy=pb.ModelVersionPolicy(specific=pb.ModelVersionPolicy.Specific(versions=[model.version])),
        input=[_input(tensor) for tensor in model.inputs],
        output=[_output(tensor) for tensor in model.outputs],
    )
    if model.backend is Backend.ENSEMBLE:
        config.platform = "ensemble"
        config.ensemble_scheduling.step.extend(_step(step) for step in model.steps)
    else:
        config.backend = model.backend.value
        placement = model.gpu if profile == "gpu" else model.cpu
        assert placement is not None  # the contract checks it for everything but ensembles
        _place(config, model, placement)
    text: str = text_format.MessageToString(config)
    if model.max_batch_size == 0:
        # proto3 drops a zero; without the line Triton's auto-completion may take the model for a batched one.
        text = text.replace(f'name: "{model.name}"\n', f'name: "{model.name}"\nmax_batch_size: 0\n', 1)
    return _HEADER + text


def files(repository: Path, models: tuple[Model, ...] = MODELS) -> dict[Path, str]:
    """Path -> text of all that `write` writes: two configurations a model, and for an ensemble, which has no file of
    its own, a placeholder that keeps its version folder (Triton wants the folder; git keeps no empty one)."""
    texts = {}
    for model in models:
        folder = repository / model.name
        texts[folder / "config.pbtxt"] = render(model, "gpu")
        texts[folder / "configs" / "cpu.pbtxt"] = render(model, "cpu")
        if model.backend is Backend.ENSEMBLE:
            texts[folder / str(model.version) / ".gitkeep"] = ""
    return texts


def write(repository: Path, models: tuple[Model, ...] = MODELS) -> list[Path]:
    """Write what is missing or different; gives the paths written. Removes configurations that no model owns."""
    texts = files(repository, models)
    changed = stale(repository, models)
    for path in changed:
        if path in texts:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(texts[path], encoding="utf-8")
        else:
            path.unlink()
    return changed


def stale(repository: Path, models: tuple[Model, ...] = MODELS) -> list[Path]:
    """Files that differ from the contract: missing, different, or a configuration that no model owns."""
    texts = files(repository, models)
    different = [p for p, text in texts.items() if not p.is_file() or p.read_text(encoding="utf-8") != text]
    present = [*repository.glob("*/config.pbtxt"), *repository.glob("*/configs/*.pbtxt")]
    return sorted([*different, *(p for p in present if p not in texts)])


def _place(config: Any, model: Model, placement: Placement) -> None:
    kind = pb.ModelInstanceGroup.KIND_GPU if placement.device is Device.GPU else pb.ModelInstanceGroup.KIND_CPU
    config.instance_group.add(kind=kind, count=placement.instances)
    for key, value in placement.parameters.items():
        config.parameters[key].string_value = value
    if placement.batching is not None:
        config.dynamic_batching.SetInParent()
        config.dynamic_batching.max_queue_delay_microseconds = placement.batching.max_queue_delay_us
        config.dynamic_batching.preferred_batch_size.extend(placement.batching.preferred_sizes)
    if placement.prioritised:
        _prioritise(config, joins=placement.batching is not None or model.max_batch_size <= 1)


def _prioritise(config: Any, *, joins: bool) -> None:
    """Requests wait by priority, and are refused (UNAVAILABLE) once their own timeout has passed. Triton has priorities
    in its dynamic batcher alone: the batcher takes ``max_batch_size: 0``, and a preferred size of 1 keeps it from
    joining where the model could batch but shall not."""
    queue = config.dynamic_batching
    queue.priority_levels = PRIORITY_LEVELS
    queue.default_priority_level = Priority.STANDARD
    queue.default_queue_policy.CopyFrom(
        pb.ModelQueuePolicy(
            timeout_action=pb.ModelQueuePolicy.REJECT,
            default_timeout_microseconds=MAX_QUEUE_US,
            allow_timeout_override=True,
        )
    )
    if not joins:
        queue.preferred_batch_size.append(1)


def _input(tensor: Tensor) -> Any:
    return pb.ModelInput(
        name=tensor.name,
        data_type=tensor.dtype.config,
        dims=tensor.config_dims,
        optional=tensor.optional,
        allow_ragged_batch=tensor.ragged,
    )


def _output(tensor: Tensor) -> Any:
    return pb.ModelOutput(name=tensor.name, data_type=tensor.dtype.config, dims=tensor.config_dims)


def _step(step: Step) -> Any:
    return pb.ModelEnsembling.Step(
        model_name=step.model.name,
        model_version=step.model.version,
        input_map=dict(step.inputs),
        output_map=dict(step.outputs),
    )
