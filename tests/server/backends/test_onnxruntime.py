"""The python-based onnxruntime backend inside real Triton, against bare ONNX Runtime."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tritonclient.grpc.aio as grpcclient
from numpy.typing import NDArray
from tritonclient.utils import InferenceServerException

from medinfer.contract import Batching, Model, model
from server.errors import StartFailed
from server.inference import Arrays
from server.local_inference import local_infer
from server.triton import TritonServer
from tests.fixtures.triton import REPOSITORY, StartServer, running, unavailable
from tests.server.made import VOCABULARY, make_repository, scorer

pytestmark = pytest.mark.integration

PLAIN = scorer("plain")
JOINING = scorer("joining", batching=Batching(200_000, (8,)))
"""Waits long for company, so that a test decides what is joined and not the machine's load."""


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_repository(tmp_path_factory.mktemp("repository"), PLAIN, JOINING)


@pytest.fixture(scope="module")
def server(repository: Path) -> Iterator[TritonServer]:
    with running(repository) as server:
        yield server


@pytest.fixture
async def client(server: TritonServer) -> AsyncIterator[Any]:
    async with grpcclient.InferenceServerClient(server.grpc_address) as connected:
        yield connected


async def infer(
    client: Any, served: Model, inputs: Arrays, outputs: list[str] | None = None
) -> dict[str, NDArray[Any]]:
    tensors = []
    for name, array in inputs.items():
        tensors.append(grpcclient.InferInput(name, array.shape, served.input(name).dtype.wire))
        tensors[-1].set_data_from_numpy(array)
    names = outputs or [tensor.name for tensor in served.outputs]
    result = await client.infer(served.name, tensors, outputs=[grpcclient.InferRequestedOutput(n) for n in names])
    return {name: result.as_numpy(name) for name in names}


def ids(rows: int, tokens: int, seed: int = 0) -> Arrays:
    return {"IDS": np.random.default_rng(seed).integers(0, VOCABULARY, (rows, tokens), dtype=np.int32)}


def assert_same(ours: Arrays, theirs: Arrays) -> None:
    assert set(ours) == set(theirs)
    for name, array in theirs.items():
        assert ours[name].dtype == array.dtype
        np.testing.assert_array_equal(ours[name], array)


@pytest.mark.parametrize("rows", [1, 3, 8])
async def test_every_type_comes_out_as_onnxruntime_gives_it(client: Any, repository: Path, rows: int) -> None:
    inputs = ids(rows, 9)
    assert_same(await infer(client, PLAIN, inputs), await local_infer(repository, threads=1)(PLAIN, inputs))


async def test_only_what_is_asked_for_is_sent(client: Any) -> None:
    assert set(await infer(client, PLAIN, ids(1, 4), ["BEST"])) == {"BEST"}


async def test_concurrent_requests_run_as_one_batch_and_get_their_own_rows(client: Any, repository: Path) -> None:
    before = await batch_sizes(client, "joining")
    requests = [ids(2, 6, seed) for seed in range(4)]
    answers = await asyncio.gather(*(infer(client, JOINING, request) for request in requests))
    bare = local_infer(repository, threads=1)
    for request, given in zip(requests, answers, strict=True):
        expected = await bare(JOINING, request)
        np.testing.assert_array_equal(given["BEST"], expected["BEST"])
        np.testing.assert_allclose(given["SCORE"], expected["SCORE"], rtol=1e-5)
    after = await batch_sizes(client, "joining")
    assert after.get(8, 0) - before.get(8, 0) == 1, f"joined {before} -> {after}"


async def test_a_request_that_fails_fails_alone_and_its_values_reach_neither_error_nor_log(
    client: Any, server: TritonServer, repository: Path
) -> None:
    bad = {"IDS": np.full((2, 6), 987_654, np.int32)}  # outside the embedding
    healthy = [ids(2, 6, seed) for seed in range(3)]
    answers = await asyncio.gather(
        *(infer(client, JOINING, r) for r in (healthy[0], bad, *healthy[1:])), return_exceptions=True
    )
    error = answers.pop(1)
    assert isinstance(error, InferenceServerException)
    assert error.status() == "StatusCode.INVALID_ARGUMENT"
    assert "987654" not in str(error)
    assert "IDS int32[2, 6]" in str(error)
    assert server.log_file is not None
    assert "987654" not in server.log_file.read_text()
    for request, given in zip(healthy, answers, strict=True):
        assert not isinstance(given, BaseException)
        np.testing.assert_array_equal(
            given["BEST"], (await local_infer(repository, threads=1)(JOINING, request))["BEST"]
        )


async def test_a_wrong_shape_is_the_caller_s_error(client: Any) -> None:
    with pytest.raises(InferenceServerException) as caught:
        await infer(client, PLAIN, {"IDS": np.zeros((1, 2, 3), np.int32)})
    assert caught.value.status() == "StatusCode.INVALID_ARGUMENT"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('name: "SURE"', 'name: "CERTAIN"', "the network has no CERTAIN"),
        ("data_type: TYPE_INT32", "data_type: TYPE_INT64", "IDS is TYPE_INT64"),
        ('string_value: "1"', 'string_value: "many"', "intra_op_thread_count must be a whole number"),
    ],
)
def test_a_configuration_that_the_network_does_not_keep_stops_the_start(
    tmp_path: Path, start_server: StartServer, old: str, new: str, says: str
) -> None:
    repository = make_repository(tmp_path, PLAIN)
    config = repository / PLAIN.name / "configs" / "cpu.pbtxt"
    config.write_text(config.read_text().replace(old, new, 1))
    with pytest.raises(StartFailed) as caught:
        start_server(repository)
    assert any(says in line for line in caught.value.lines), str(caught.value)


@pytest.mark.parametrize("name", ["text_orientation", "text_recognition"])
async def test_an_exported_network_answers_as_bare_onnxruntime(name: str, start_server: StartServer) -> None:
    exported = model(name)
    if not (REPOSITORY / name / str(exported.version) / "model.onnx").is_file():
        unavailable(f"{name} is not built; run `make export`")
    crop = exported.input("CROP")
    shape = tuple(d if isinstance(d, int) else d.typical for d in crop.dims)
    inputs = {"CROP": np.random.default_rng(1).integers(0, 255, (3, *shape), dtype=np.uint8)}
    threads = int(exported.cpu.parameters["intra_op_thread_count"]) if exported.cpu else 0
    expected = await local_infer(REPOSITORY, threads=threads)(exported, inputs)
    async with grpcclient.InferenceServerClient(start_server(REPOSITORY, models=[name]).grpc_address) as connected:
        assert_same(await infer(connected, exported, inputs), expected)


async def batch_sizes(client: Any, name: str) -> dict[int, int]:
    """Executed batches by their size, from Triton's statistics."""
    statistics = await client.get_inference_statistics(name)
    return {b.batch_size: b.compute_infer.count for b in statistics.model_stats[0].batch_stats}
