"""What Triton calls: one `TritonPythonModel` for each instance of each model of this backend."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import onnxruntime as ort
import triton_python_backend_utils as pb_utils
from onnxruntime.capi.onnxruntime_pybind11_state import InvalidArgument

from server.backends.onnxruntime.batches import Arrays, RunError, answer
from server.backends.onnxruntime.options import execution_providers, run_options, session_options
from server.backends.onnxruntime.signature import check_signature

_INVALID = (InvalidArgument, ValueError)


class TritonPythonModel:
    """An ONNX Runtime session, and the requests of a dynamic batch joined into one run of it."""

    def initialize(self, args: dict[str, str]) -> None:
        """Load ``<model>/<version>/model.onnx``.

        Raises:
            ConfigurationError: the configuration and the network, or this build of ONNX Runtime, do not go together.
        """
        config = json.loads(args["model_config"])
        path = (
            Path(args["model_repository"]) / args["model_version"] / (config["default_model_filename"] or "model.onnx")
        )
        providers = execution_providers(
            config, args["model_instance_kind"], int(args["model_instance_device_id"]), ort.get_available_providers()
        )
        self._session = ort.InferenceSession(path, session_options(config), providers=providers)
        check_signature(config, self._session.get_inputs(), self._session.get_outputs())
        self._run_options = run_options(config)
        self._batched = config["max_batch_size"] > 0
        self._outputs = [output["name"] for output in config["output"]]

    def execute(self, requests: list[Any]) -> list[Any]:
        inputs = [{t.name(): t.as_numpy() for t in request.inputs()} for request in requests]
        answers = answer(inputs, self._run, batched=self._batched)
        return [_response(request, a) for request, a in zip(requests, answers, strict=True)]

    def _run(self, inputs: Arrays) -> Arrays:
        try:
            outputs = self._session.run(self._outputs, dict(inputs), self._run_options)
        except Exception as error:
            shapes = ", ".join(f"{name} {array.dtype}{list(array.shape)}" for name, array in inputs.items())
            message = f"onnxruntime: {type(error).__name__} for {shapes}"
            raise RunError(message, invalid=isinstance(error, _INVALID)) from error
        return dict(zip(self._outputs, outputs, strict=True))


def _response(request: Any, answer: Arrays | RunError) -> Any:
    if isinstance(answer, RunError):
        code = pb_utils.TritonError.INVALID_ARG if answer.invalid else pb_utils.TritonError.INTERNAL
        return pb_utils.InferenceResponse(error=pb_utils.TritonError(str(answer), code))
    wanted = set(request.requested_output_names())
    return pb_utils.InferenceResponse([pb_utils.Tensor(name, a) for name, a in answer.items() if name in wanted])
