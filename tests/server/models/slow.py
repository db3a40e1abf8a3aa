"""A python model for tests: notes its LABEL in the file of parameter "log", then takes SECONDS to answer."""

import json
import time
from pathlib import Path
from typing import Any

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args: dict[str, str]) -> None:
        self._log = Path(json.loads(args["model_config"])["parameters"]["log"]["string_value"])

    def execute(self, requests: list[Any]) -> list[Any]:
        return [self._answer(request) for request in requests]

    def _answer(self, request: Any) -> Any:
        seconds = pb_utils.get_input_tensor_by_name(request, "SECONDS").as_numpy()
        label = pb_utils.get_input_tensor_by_name(request, "LABEL")
        with self._log.open("a") as log:
            log.write(f"{label.as_numpy().item()}\n")
        time.sleep(float(seconds.item()))
        return pb_utils.InferenceResponse([pb_utils.Tensor("DONE", label.as_numpy())])
