"""What the python models have in common: arrays out of a request, arrays or a failure into a response."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import triton_python_backend_utils as pb_utils
from numpy.typing import NDArray

from medinfer.contract import Model
from server.faults import where
from server.inference import Arrays, InferenceError


def inputs(request: Any, *names: str) -> list[NDArray[Any]]:
    """The request's tensors of these names, in this order."""
    return [pb_utils.get_input_tensor_by_name(request, name).as_numpy() for name in names]


def response(outputs: Arrays) -> Any:
    return pb_utils.InferenceResponse([pb_utils.Tensor(name, array) for name, array in outputs.items()])


def failure(model: str, error: Exception) -> Any:
    """The response that tells the caller of a python model what its sub-request was told (`InferenceError`), or where
    our bug is. Left to itself Triton would answer with the exception's message, which may quote the document."""
    if isinstance(error, InferenceError):
        return refusal(str(error), error.code.name)
    return refusal(f"{model}: {where(error)}", "INTERNAL")


def refusal(message: str, code: str) -> Any:
    """An error response; ``code``: a name of `pb_utils.TritonError`."""
    return pb_utils.InferenceResponse(error=pb_utils.TritonError(message, getattr(pb_utils.TritonError, code)))


def artefact(args: dict[str, str], network: Model, name: str) -> Path:
    """A file that `export` put beside a network's weights; ``args``: what Triton gives to ``initialize``."""
    return Path(args["model_repository"]).parent / network.name / str(network.version) / name
