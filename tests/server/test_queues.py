"""What priority and timeout do inside real Triton: in a queue, through an ensemble, and through `server.bls`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tritonclient.grpc.aio as grpcclient
from tritonclient.utils import InferenceServerException

from medinfer.contract import Model
from medinfer.contract.vocabulary import Priority
from server.inference import Arrays
from server.local_inference import local_infer
from server.triton import TritonServer
from tests.fixtures.triton import running
from tests.server.made import SLOW_INSTANCES, caller, ensemble_of_slow, make_repository, scorer, slow

pytestmark = pytest.mark.integration

BUSY_S = 0.4
"""A request that takes this long holds the queue while the others of a test arrive."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("queues")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[TritonServer]:
    log = folder / "order"
    models = (scorer(), slow(log), caller(), ensemble_of_slow(log))
    with running(make_repository(folder / "repository", *models)) as server:
        yield server


@pytest.fixture
async def client(server: TritonServer) -> AsyncIterator[Any]:
    async with grpcclient.InferenceServerClient(server.grpc_address) as connected:
        yield connected


async def infer(client: Any, model: Model, inputs: Arrays, *, priority: int = 0, timeout_us: int | None = None) -> Any:
    tensors = []
    for name, array in inputs.items():
        tensors.append(grpcclient.InferInput(name, array.shape, model.input(name).dtype.wire))
        tensors[-1].set_data_from_numpy(array)
    return await client.infer(model.name, tensors, priority=priority, timeout=timeout_us)


async def keep_busy(client: Any, model: Model, log: Path) -> list[asyncio.Task[Any]]:
    """Occupy every instance of `slow`; the last becomes free a little later than the first, so that what waits
    behind them starts one after the other."""
    calls = []
    for i in range(SLOW_INSTANCES):
        calls.append(asyncio.create_task(infer(client, model, slow_inputs(0, BUSY_S + i * BUSY_S))))
        while not log.exists() or len(log.read_text().split()) <= i:
            await asyncio.sleep(0.01)
    return calls


def slow_inputs(label: int, seconds: float = 0.0) -> Arrays:
    return {"LABEL": np.array([[label]], np.int32), "SECONDS": np.array([[seconds]], np.float32)}


@pytest.mark.parametrize("entry", ["slow", "ensemble"])
async def test_the_queue_is_served_by_priority(client: Any, folder: Path, entry: str) -> None:
    log = folder / "order"
    log.unlink(missing_ok=True)
    model = slow(log) if entry == "slow" else ensemble_of_slow(log)
    calls = await keep_busy(client, model, log)
    bulk = [(label, Priority.BULK) for label in (31, 32, 33, 34)]
    for label, priority in (*bulk, (2, Priority.DEFAULT), (1, Priority.INTERACTIVE)):
        calls.append(asyncio.create_task(infer(client, model, slow_inputs(label), priority=priority)))
        await asyncio.sleep(0.02)
    await asyncio.gather(*calls)
    order = log.read_text().split()[SLOW_INSTANCES:]
    # One request may have left the queue for an instance before the others came.
    assert order.index("1") <= 1
    assert order.index("2") <= 2


@pytest.mark.parametrize("entry", ["slow", "ensemble"])
async def test_a_request_whose_time_runs_out_in_the_queue_is_not_run(client: Any, folder: Path, entry: str) -> None:
    log = folder / "order"
    log.unlink(missing_ok=True)
    model = slow(log) if entry == "slow" else ensemble_of_slow(log)
    busy = await keep_busy(client, model, log)
    with pytest.raises(InferenceServerException) as caught:
        await infer(client, model, slow_inputs(9), timeout_us=50_000)
    assert caught.value.status() == "StatusCode.UNAVAILABLE"
    await asyncio.gather(*busy)
    assert log.read_text().split() == ["0", "0"]


def caller_inputs(ids: Any, *, wait_s: float = 0.0, timeout_us: int = 0) -> Arrays:
    return {"IDS": ids, "WAIT": np.array([wait_s], np.float32), "TIMEOUT_US": np.array([timeout_us], np.int64)}


@pytest.mark.parametrize("rows", [0, 1, 8, 21])
async def test_a_sub_request_of_any_length_is_split_and_gathered(client: Any, folder: Path, rows: int) -> None:
    ids = np.random.default_rng(rows).integers(0, 50, (rows, 6), dtype=np.int32)
    answer = await infer(client, caller(), caller_inputs(ids))
    expected = await local_infer(folder / "repository", threads=1)(scorer(), {"IDS": ids})
    np.testing.assert_array_equal(answer.as_numpy("BEST"), expected["BEST"])


async def test_time_left_reaches_the_queue_of_a_sub_request(client: Any, folder: Path) -> None:
    """The sub-requests that run take longer than the whole request may: the one behind them is refused."""
    log = folder / "order"
    log.unlink(missing_ok=True)
    with pytest.raises(InferenceServerException) as caught:
        await infer(
            client, caller(), caller_inputs(np.zeros((1, 4), np.int32), wait_s=BUSY_S, timeout_us=int(BUSY_S * 5e5))
        )
    assert caught.value.status() == "StatusCode.UNAVAILABLE"
    assert log.read_text().split() == ["7"] * SLOW_INSTANCES


async def test_no_sub_request_is_sent_when_no_time_is_left(client: Any, folder: Path) -> None:
    log = folder / "order"
    log.unlink(missing_ok=True)
    with pytest.raises(InferenceServerException) as caught:
        await infer(client, caller(), caller_inputs(np.zeros((1, 4), np.int32), wait_s=BUSY_S, timeout_us=1))
    assert caught.value.status() == "StatusCode.UNAVAILABLE"
    assert not log.exists()


async def test_what_a_sub_request_refuses_is_an_error_without_contents(client: Any) -> None:
    with pytest.raises(InferenceServerException) as caught:
        await infer(client, caller(), caller_inputs(np.full((1, 4), 987_654, np.int32)))
    assert "scorer" in caught.value.message()
    assert "987654" not in caught.value.message()
