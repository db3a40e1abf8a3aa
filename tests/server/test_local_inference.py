"""In-process inference over a repository of real ONNX files."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest

from server.inference import InferenceCode, InferenceError
from server.local_inference import local_infer
from tests.server.made import make_repository, scorer


async def test_batches_of_any_length_and_many_at_once(tmp_path: Path) -> None:
    model = scorer()
    infer = local_infer(make_repository(tmp_path, model), threads=1)
    bare = ort.InferenceSession(tmp_path / "scorer" / "1" / "model.onnx", providers=["CPUExecutionProvider"])
    batches = [np.random.default_rng(rows).integers(0, 50, (rows, 5), dtype=np.int32) for rows in (0, 1, 8, 30)]
    answers = await asyncio.gather(*(infer(model, {"IDS": ids}) for ids in batches))
    for ids, answer in zip(batches, answers, strict=True):
        assert set(answer) == {tensor.name for tensor in model.outputs}
        if len(ids):
            (score,) = bare.run(["SCORE"], {"IDS": ids})
            np.testing.assert_allclose(answer["SCORE"], score, rtol=1e-6)


async def test_a_network_that_is_not_built_says_how_to_build_it(tmp_path: Path) -> None:
    with pytest.raises(InferenceError, match="make export") as caught:
        await local_infer(tmp_path)(scorer(), {"IDS": np.zeros((1, 3), np.int32)})
    assert caught.value.code is InferenceCode.NOT_FOUND
