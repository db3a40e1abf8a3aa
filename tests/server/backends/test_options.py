"""Configuration keys of the C++ backend, honoured."""

from __future__ import annotations

import onnxruntime as ort
import pytest

from server.backends.onnxruntime.options import ConfigurationError, execution_providers, run_options, session_options

CPU_ONLY = ["CPUExecutionProvider"]
EVERYTHING = ["TensorrtExecutionProvider", "CUDAExecutionProvider", "OpenVINOExecutionProvider", "CPUExecutionProvider"]


def parameters(**values: str) -> dict[str, object]:
    return {"parameters": {key: {"string_value": value} for key, value in values.items()}}


def accelerators(kind: str, *asked: dict[str, object]) -> dict[str, object]:
    return {"optimization": {"execution_accelerators": {f"{kind}_execution_accelerator": list(asked)}}}


def test_nothing_said_means_the_backend_s_defaults() -> None:
    options = session_options({})
    assert (options.intra_op_num_threads, options.inter_op_num_threads) == (0, 0)
    assert options.execution_mode == ort.ExecutionMode.ORT_SEQUENTIAL
    assert options.graph_optimization_level == ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    assert options.enable_cpu_mem_arena
    assert options.enable_mem_pattern


def test_threads_mode_and_memory_are_taken_over() -> None:
    options = session_options(
        parameters(
            intra_op_thread_count="3",
            inter_op_thread_count="2",
            execution_mode="1",
            enable_mem_arena="0",
            enable_mem_pattern="false",
        )
    )
    assert (options.intra_op_num_threads, options.inter_op_num_threads) == (3, 2)
    assert options.execution_mode == ort.ExecutionMode.ORT_PARALLEL
    assert not options.enable_cpu_mem_arena
    assert not options.enable_mem_pattern


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        (-1, ort.GraphOptimizationLevel.ORT_ENABLE_BASIC),
        (0, ort.GraphOptimizationLevel.ORT_ENABLE_ALL),
        (1, ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED),
        (2, ort.GraphOptimizationLevel.ORT_DISABLE_ALL),
    ],
)
def test_graph_levels_are_numbered_as_the_backend_does(level: int, expected: object) -> None:
    assert session_options({"optimization": {"graph": {"level": level}}}).graph_optimization_level == expected


def test_session_entries_and_arena_shrinkage_reach_onnxruntime() -> None:
    key = "session.intra_op.allow_spinning"
    assert session_options({}).get_session_config_entry(key) == "0"
    assert session_options(parameters(**{key: "1"})).get_session_config_entry(key) == "1"
    run = run_options(parameters(**{"memory.enable_memory_arena_shrinkage": "cpu:0"}))
    assert run.get_run_config_entry("memory.enable_memory_arena_shrinkage") == "cpu:0"


@pytest.mark.parametrize(
    "config",
    [
        parameters(intra_op_thread_count="many"),
        parameters(intra_op_thread_count="-1"),
        parameters(execution_mode="2"),
        parameters(enable_mem_arena="perhaps"),
        {"optimization": {"graph": {"level": 9}}},
    ],
)
def test_values_that_make_no_sense_stop_the_load(config: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError):
        session_options(config)


def test_a_cpu_instance_runs_on_the_cpu() -> None:
    assert execution_providers({}, "CPU", 0, EVERYTHING) == [("CPUExecutionProvider", {})]


def test_a_gpu_instance_runs_on_its_device() -> None:
    assert execution_providers({}, "GPU", 1, EVERYTHING) == [
        ("CUDAExecutionProvider", {"device_id": "1"}),
        ("CPUExecutionProvider", {}),
    ]


def test_tensorrt_comes_first_with_its_options_translated() -> None:
    config = accelerators(
        "gpu",
        {
            "name": "tensorrt",
            "parameters": {
                "precision_mode": "FP16",
                "max_workspace_size_bytes": "1073741824",
                "trt_engine_cache_enable": "1",
            },
        },
        {"name": "cuda", "parameters": {"cudnn_conv_use_max_workspace": "0"}},
    )
    assert execution_providers(config, "GPU", 0, EVERYTHING) == [
        (
            "TensorrtExecutionProvider",
            {
                "device_id": "0",
                "trt_fp16_enable": "1",
                "trt_max_workspace_size": "1073741824",
                "trt_engine_cache_enable": "1",
            },
        ),
        ("CUDAExecutionProvider", {"device_id": "0", "cudnn_conv_use_max_workspace": "0"}),
        ("CPUExecutionProvider", {}),
    ]


def test_openvino_where_it_is_installed() -> None:
    config = accelerators("cpu", {"name": "openvino"})
    assert execution_providers(config, "CPU", 0, EVERYTHING)[0] == ("OpenVINOExecutionProvider", {})
    with pytest.raises(ConfigurationError, match="OpenVINOExecutionProvider is not in this onnxruntime"):
        execution_providers(config, "CPU", 0, CPU_ONLY)


@pytest.mark.parametrize("kind", ["CPU", "GPU"])
def test_an_unknown_accelerator_stops_the_load(kind: str) -> None:
    with pytest.raises(ConfigurationError, match="unknown"):
        execution_providers(accelerators(kind.lower(), {"name": "abacus"}), kind, 0, EVERYTHING)


def test_a_gpu_instance_without_cuda_says_what_to_do() -> None:
    with pytest.raises(ConfigurationError, match="--profile cpu"):
        execution_providers({}, "GPU", 0, CPU_ONLY)
