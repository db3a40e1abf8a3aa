"""Triton's model configuration -> ONNX Runtime session: what NVIDIA's C++ backend does with the same keys.

Reference: the README of triton-inference-server/onnxruntime_backend ("Model Config Options").
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import onnxruntime as ort

Config = Mapping[str, Any]
"""A model configuration as Triton hands it to a python model: `ModelConfig` as JSON, defaults filled in."""

K = TypeVar("K")
V = TypeVar("V")

Provider = tuple[str, dict[str, str]]

_GRAPH_LEVELS = {
    -1: ort.GraphOptimizationLevel.ORT_ENABLE_BASIC,
    0: ort.GraphOptimizationLevel.ORT_ENABLE_ALL,
    1: ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
    2: ort.GraphOptimizationLevel.ORT_DISABLE_ALL,
}
_EXECUTION_MODES = {0: ort.ExecutionMode.ORT_SEQUENTIAL, 1: ort.ExecutionMode.ORT_PARALLEL}
_SESSION_ENTRIES = {
    "session.use_device_allocator_for_initializers": "0",
    # Unlike ONNX Runtime's own default: idle threads of one network must not spin on the cores that another needs
    # (recognition and detection sharing two busy cores took 0.56 in place of 0.67 CPU seconds a recognition batch).
    "session.intra_op.allow_spinning": "0",
    "session.inter_op.allow_spinning": "0",
}
_TENSORRT_RENAMED = {"max_workspace_size_bytes": "trt_max_workspace_size"}
_TENSORRT_PRECISIONS = {"FP32": {}, "FP16": {"trt_fp16_enable": "1"}, "INT8": {"trt_int8_enable": "1"}}


class ConfigurationError(ValueError):
    """The configuration asks for something that is not there, or that makes no sense."""


def session_options(config: Config) -> ort.SessionOptions:
    """Threads, execution mode, graph optimisation, memory arena and pattern.

    Raises:
        ConfigurationError: a value is not one that the C++ backend takes.
    """
    parameters = _parameters(config)
    options = ort.SessionOptions()
    options.intra_op_num_threads = _integer(parameters, "intra_op_thread_count", minimum=0)
    options.inter_op_num_threads = _integer(parameters, "inter_op_thread_count", minimum=0)
    options.execution_mode = _choice(
        "execution_mode", _integer(parameters, "execution_mode", minimum=0), _EXECUTION_MODES
    )
    level = int(config.get("optimization", {}).get("graph", {}).get("level", 0))
    options.graph_optimization_level = _choice("optimization.graph.level", level, _GRAPH_LEVELS)
    options.enable_cpu_mem_arena = _flag(parameters, "enable_mem_arena", default=True)
    options.enable_mem_pattern = _flag(parameters, "enable_mem_pattern", default=True)
    for entry, default in _SESSION_ENTRIES.items():
        options.add_session_config_entry(entry, parameters.get(entry, default))
    return options


def run_options(config: Config) -> ort.RunOptions:
    """Options of every run. ONNX Runtime stays silent: its own error lines can hold values of the input
    ("idx=4711 must be within …"), and what failed goes to the caller anyway."""
    options = ort.RunOptions()
    options.log_severity_level = 4
    key = "memory.enable_memory_arena_shrinkage"
    if value := _parameters(config).get(key):
        options.add_run_config_entry(key, value)
    return options


def execution_providers(config: Config, kind: str, device_id: int, available: list[str]) -> list[Provider]:
    """Providers in order of preference, for an instance of ``kind`` ("CPU" or "GPU").

    A GPU instance gets TensorRT where ``gpu_execution_accelerator`` asks for it, then CUDA; a CPU instance gets
    OpenVINO where ``cpu_execution_accelerator`` asks for it; the CPU provider takes what those leave.

    Raises:
        ConfigurationError: a provider that is needed is not in this build of ONNX Runtime (``available``).
    """
    accelerators = config.get("optimization", {}).get("execution_accelerators", {})
    asked = {
        a["name"]: dict(a.get("parameters", {})) for a in accelerators.get(f"{kind.lower()}_execution_accelerator", ())
    }
    known = {"tensorrt", "cuda"} if kind == "GPU" else {"openvino"}
    if unknown := set(asked) - known:
        raise ConfigurationError(f"unknown {kind} execution accelerator {sorted(unknown)}; known: {sorted(known)}")
    providers: list[Provider] = []
    if kind == "GPU":
        device = {"device_id": str(device_id)}
        if "tensorrt" in asked:
            providers.append(("TensorrtExecutionProvider", device | _tensorrt_options(asked["tensorrt"])))
        providers.append(("CUDAExecutionProvider", device | asked.get("cuda", {})))
    elif "openvino" in asked:
        providers.append(("OpenVINOExecutionProvider", asked["openvino"]))
    for name, _ in providers:
        if name not in available:
            raise ConfigurationError(
                f"{name} is not in this onnxruntime (it has {available}); install the build that has it, "
                "or serve with --profile cpu"
            )
    return [*providers, ("CPUExecutionProvider", {})]


def _tensorrt_options(parameters: dict[str, str]) -> dict[str, str]:
    precision = parameters.pop("precision_mode", "FP32")
    options = dict(_choice("precision_mode", precision, _TENSORRT_PRECISIONS))
    for key, value in parameters.items():
        name = key if key.startswith("trt_") else f"trt_{key}"
        options[_TENSORRT_RENAMED.get(key, name)] = value
    return options


def _parameters(config: Config) -> dict[str, str]:
    return {key: value["string_value"] for key, value in config.get("parameters", {}).items()}


def _integer(parameters: Mapping[str, str], key: str, *, minimum: int) -> int:
    text = parameters.get(key, "0")
    try:
        value = int(text)
    except ValueError:
        raise ConfigurationError(f"{key} must be a whole number, is {text!r}") from None
    if value < minimum:
        raise ConfigurationError(f"{key} must be at least {minimum}, is {value}")
    return value


def _flag(parameters: Mapping[str, str], key: str, *, default: bool) -> bool:
    text = parameters.get(key, str(int(default)))
    return _choice(key, text.lower(), {"1": True, "true": True, "0": False, "false": False})


def _choice(key: str, value: K, choices: Mapping[K, V]) -> V:
    if value not in choices:
        raise ConfigurationError(f"{key} must be one of {sorted(map(str, choices))}, is {value!r}")
    return choices[value]
