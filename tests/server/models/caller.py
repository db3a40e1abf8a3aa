"""A python model for tests: scores IDS through `server.bls`, as pipeline models call their networks. With WAIT above 0
it calls `slow` first, once more than it has instances, to see what happens to the last in its queue."""

from typing import Any

import numpy as np
import triton_python_backend_utils as pb_utils

from server import adapter
from server.bls import bls_infer
from server.inference import InferenceError, gather
from tests.server.made import SLOW_INSTANCES, scorer, slow

_SCORER, _SLOW = scorer(), slow()


class TritonPythonModel:
    async def execute(self, requests: list[Any]) -> list[Any]:
        return [await _answer(request) for request in requests]


async def _answer(request: Any) -> Any:
    given = {tensor.name(): tensor.as_numpy() for tensor in request.inputs()}
    infer = bls_infer(priority=1, timeout_us=int(given["TIMEOUT_US"].item()))
    try:
        if (wait := given["WAIT"].item()) > 0:
            call = {"SECONDS": np.array([[wait]], np.float32), "LABEL": np.array([[7]], np.int32)}
            await gather([infer(_SLOW, call) for _ in range(SLOW_INSTANCES + 1)])
        best = (await infer(_SCORER, {"IDS": given["IDS"]}))["BEST"]
    except InferenceError as error:
        return adapter.failure("caller", error)
    return pb_utils.InferenceResponse([pb_utils.Tensor("BEST", best)])
