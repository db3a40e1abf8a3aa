"""Configurations: the committed ones are current, and any model survives the trip through Triton's proto."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from google.protobuf import text_format
from hypothesis import given
from hypothesis import strategies as st
from tritonclient.grpc import model_config_pb2 as pb

from export.render import MAX_QUEUE_US, PROFILES, Profile, files, render, stale, write
from medinfer.contract import MODELS, Axis, Backend, Batching, Device, DType, Model, Placement, Tensor, model
from medinfer.contract.sources import HuggingFaceSource, Task

REPOSITORY = Path(__file__).parents[2] / "model_repository"


def parse(text: str) -> Any:
    return text_format.Parse(text, pb.ModelConfig())


def test_the_committed_configurations_are_current() -> None:
    assert stale(REPOSITORY) == [], "run `make render` and commit"


@pytest.mark.parametrize("candidate", MODELS, ids=lambda m: m.name)
@pytest.mark.parametrize("profile", PROFILES)
def test_every_model_parses_and_runs_where_the_profile_says(candidate: Model, profile: Profile) -> None:
    config = parse(render(candidate, profile))
    assert config.name == candidate.name
    if candidate.backend is Backend.ENSEMBLE:
        assert config.platform == "ensemble"
        assert not config.instance_group
    else:
        on_gpu = profile == "gpu" and candidate.backend is Backend.ONNXRUNTIME
        (group,) = config.instance_group
        assert group.kind == (pb.ModelInstanceGroup.KIND_GPU if on_gpu else pb.ModelInstanceGroup.KIND_CPU)


def test_an_unbatched_model_says_so() -> None:
    for candidate in MODELS:
        assert ("max_batch_size: 0\n" in render(candidate, "cpu")) == (candidate.max_batch_size == 0)
        assert render(candidate, "cpu").count("max_batch_size") == 1


def test_the_ensemble_is_wired_as_declared() -> None:
    pipeline = model("document_pipeline")
    steps = parse(render(pipeline, "gpu")).ensemble_scheduling.step
    assert [(s.model_name, dict(s.input_map), dict(s.output_map)) for s in steps] == [
        (s.model.name, dict(s.inputs), dict(s.outputs)) for s in pipeline.steps
    ]


_names = st.from_regex(r"[A-Z][A-Z_]{0,8}", fullmatch=True)
_dims = st.lists(st.integers(1, 2000) | st.just(Axis("length", 0, 3, 9)), min_size=1, max_size=4).map(tuple)
_inputs = st.builds(
    Tensor, _names, st.sampled_from(DType), _dims, st.just(""), optional=st.booleans(), ragged=st.booleans()
)
_outputs = st.builds(Tensor, _names, st.sampled_from(DType), _dims, st.just(""))
_batching = st.none() | st.builds(Batching, st.integers(0, 10**6), st.lists(st.integers(1, 64), max_size=3).map(tuple))
_parameters = st.dictionaries(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), st.text("abc012\"\\\n'", max_size=8))
_placements = st.builds(Placement, st.sampled_from(Device), st.integers(1, 8), _batching, _parameters) | st.builds(
    Placement, st.sampled_from(Device), st.integers(2, 8), _batching, _parameters, st.just(True)
)


@st.composite
def _models(draw: st.DrawFn) -> Model:
    backend = draw(st.sampled_from([Backend.PYTHON, Backend.ONNXRUNTIME]))
    return Model(
        name=draw(st.from_regex(r"[a-z][a-z_]{0,8}", fullmatch=True).filter(str.isidentifier)),
        description="made up",
        backend=backend,
        inputs=tuple(draw(st.lists(_inputs, min_size=1, max_size=3, unique_by=lambda t: t.name))),
        outputs=tuple(draw(st.lists(_outputs, min_size=1, max_size=3, unique_by=lambda t: t.name))),
        max_batch_size=draw(st.integers(1, 128)),
        gpu=draw(_placements),
        cpu=draw(_placements),
        source=HuggingFaceSource("x", Task.TOKEN_CLASSIFICATION, ("O",)) if backend is Backend.ONNXRUNTIME else None,
        version=draw(st.integers(1, 99)),
    )


@given(made_up=_models())
def test_any_declaration_is_kept_whole(made_up: Model) -> None:
    for profile, placement in (("gpu", made_up.gpu), ("cpu", made_up.cpu)):
        assert placement is not None
        config = parse(render(made_up, profile))  # type: ignore[arg-type]
        assert (config.name, config.backend, config.max_batch_size) == (
            made_up.name,
            made_up.backend.value,
            made_up.max_batch_size,
        )
        assert list(config.version_policy.specific.versions) == [made_up.version]
        assert [
            (i.name, pb.DataType.Name(i.data_type), tuple(i.dims), i.optional, i.allow_ragged_batch)
            for i in config.input
        ] == [(t.name, t.dtype.config, t.config_dims, t.optional, t.ragged) for t in made_up.inputs]
        assert [(o.name, pb.DataType.Name(o.data_type), tuple(o.dims)) for o in config.output] == [
            (t.name, t.dtype.config, t.config_dims) for t in made_up.outputs
        ]
        assert {k: v.string_value for k, v in config.parameters.items()} == dict(placement.parameters)
        assert config.instance_group[0].count == placement.instances
        assert config.HasField("dynamic_batching") == (placement.batching is not None or placement.prioritised)
        queue = config.dynamic_batching
        if placement.prioritised:
            assert (queue.priority_levels, queue.default_priority_level) == (3, 2)
            assert queue.default_queue_policy.timeout_action == pb.ModelQueuePolicy.REJECT
            assert queue.default_queue_policy.allow_timeout_override
            assert queue.default_queue_policy.default_timeout_microseconds == MAX_QUEUE_US
        else:
            assert queue.priority_levels == 0
        if placement.batching is not None:
            assert tuple(queue.preferred_batch_size) == placement.batching.preferred_sizes
            assert queue.max_queue_delay_microseconds == placement.batching.max_queue_delay_us
        elif placement.prioritised:
            assert tuple(queue.preferred_batch_size) == ((1,) if made_up.max_batch_size > 1 else ())
            assert queue.max_queue_delay_microseconds == 0


def test_write_brings_a_repository_up_to_date_and_touches_nothing_else(tmp_path: Path) -> None:
    orphan = tmp_path / "gone" / "config.pbtxt"
    orphan.parent.mkdir()
    orphan.write_text('name: "gone"')
    kept = tmp_path / "ocr" / "1" / "model.py"
    kept.parent.mkdir(parents=True)
    kept.write_text("# a model")

    assert set(write(tmp_path)) == {*files(tmp_path), orphan}
    assert stale(tmp_path) == []
    assert not orphan.exists()
    assert kept.read_text() == "# a model"

    config = tmp_path / "ocr" / "config.pbtxt"
    config.write_text(config.read_text() + "\n")
    assert stale(tmp_path) == [config]
    assert write(tmp_path) == [config]
    assert write(tmp_path) == []
