"""A small server that speaks KServe's real protocol over real gRPC and answers as a test tells it to."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from concurrent import futures
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
import numpy as np
from numpy.typing import NDArray
from tritonclient.grpc import service_pb2, service_pb2_grpc
from tritonclient.utils import deserialize_bytes_tensor, serialize_byte_tensor

from medinfer.contract import MODELS, DType, Model, Tensor, model
from medinfer.contract.clinical_ner import MODEL as CLINICAL_NER
from medinfer.contract.document_pipeline import MODEL as DOCUMENT_PIPELINE

Arrays = Mapping[str, NDArray[Any]]


@dataclass
class KServe(service_pb2_grpc.GRPCInferenceServiceServicer):  # type: ignore[misc]
    """Answers with ``outputs`` after ``delay_s``; the codes in ``failures`` come first, one a request."""

    outputs: Arrays = field(default_factory=dict)
    failures: list[grpc.StatusCode] = field(default_factory=list)
    failure_text: str = "Haemoglobin of Asha is 13.5"
    delay_s: float = 0.0
    ready: bool = True
    models: tuple[Model, ...] = MODELS
    requests: list[service_pb2.ModelInferRequest] = field(default_factory=list)
    metadata_requests: int = 0
    address: str = ""

    def ServerReady(self, request: Any, context: Any) -> Any:  # noqa: N802 - names of the protocol
        return service_pb2.ServerReadyResponse(ready=self.ready)

    def ModelReady(self, request: Any, context: Any) -> Any:  # noqa: N802
        return service_pb2.ModelReadyResponse(ready=self.ready)

    def ModelMetadata(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        self.metadata_requests += 1
        for served in self.models:
            if served.name == request.name:
                response = service_pb2.ModelMetadataResponse(name=served.name, versions=["1"])
                for tensors, side in ((served.inputs, response.inputs), (served.outputs, response.outputs)):
                    for t in tensors:
                        batch = [-1] if served.batched else []
                        side.add(name=t.name, datatype=t.dtype.wire, shape=[*batch, *t.config_dims])
                return response
        return context.abort(grpc.StatusCode.NOT_FOUND, "unknown model")

    def ModelInfer(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        self.requests.append(request)
        if self.failures:
            context.abort(self.failures.pop(0), self.failure_text)
        time.sleep(self.delay_s)
        return response_of(model(request.model_name), self.outputs)


def response_of(served: Model, outputs: Arrays) -> service_pb2.ModelInferResponse:
    """The protocol's message, packed by NVIDIA's own client library rather than by ours."""
    response = service_pb2.ModelInferResponse(model_name=served.name, model_version="1")
    for name, array in outputs.items():
        response.outputs.add(name=name, datatype=served.output(name).dtype.wire, shape=array.shape)
        if array.dtype == object:
            packed = serialize_byte_tensor(array)
            response.raw_output_contents.append(packed.item() if packed.size else b"")
        else:
            response.raw_output_contents.append(array.tobytes())
    return response


def inputs_of(request: service_pb2.ModelInferRequest) -> dict[str, NDArray[Any]]:
    """The request's tensors, unpacked by NVIDIA's own client library rather than by ours."""
    arrays = {}
    for tensor, raw in zip(request.inputs, request.raw_input_contents, strict=True):
        dtype = next(d for d in DType if d.wire == tensor.datatype)
        flat = deserialize_bytes_tensor(raw) if dtype is DType.BYTES else np.frombuffer(raw, dtype.numpy)
        arrays[tensor.name] = flat.reshape(tuple(tensor.shape))
    return arrays


@contextmanager
def serving(server: KServe) -> Iterator[KServe]:
    """Run ``server`` on a free port of the loopback interface."""
    host = grpc.server(futures.ThreadPoolExecutor(8), options=[("grpc.max_receive_message_length", -1)])
    service_pb2_grpc.add_GRPCInferenceServiceServicer_to_server(server, host)
    server.address = f"127.0.0.1:{host.add_insecure_port('127.0.0.1:0')}"
    host.start()
    try:
        yield server
    finally:
        host.stop(None).wait()


def empty(tensor: Tensor, *, batch: int | None = None) -> NDArray[Any]:
    shape = [0 if dim == -1 else dim for dim in tensor.config_dims]
    array = np.zeros(shape if batch is None else [batch, *shape], tensor.dtype.numpy)
    return np.full(array.shape, b"", object) if tensor.dtype is DType.BYTES else array


def document_outputs(**changes: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """What the pipeline answers to a lab report of one line."""
    box = np.array([[[10, 10], [210, 10], [210, 30], [10, 30]]], np.float32)
    outputs = {tensor.name: empty(tensor) for tensor in DOCUMENT_PIPELINE.outputs}
    outputs |= {
        "RECORD_TEXT": np.array(["Hæmoglobin 13.5".encode()], object),
        "LINE_BOX": box,
        "LINE_SCORE": np.array([0.98], np.float32),
        "LINE_PAGE": np.array([0], np.int32),
        "PAGE_SIZE": np.array([[1000, 1400]], np.int32),
        "PAGE_ROTATION": np.array([90], np.int32),
        "PAGE_OCR": np.array([True]),
        "OCR_TIMING_MS": np.array([1, 2, 3, 4], np.float32),
        "DOCUMENT_TYPE": np.array([b"lab_report"], object),
        "CLASS_SCORE": np.array([0.95, 0.01, 0.01, 0.01, 0.01, 0.01], np.float32),
        "ENTITY_LABEL": np.array([b"test", b"value"], object),
        "ENTITY_LINE": np.array([0, 0], np.int32),
        "ENTITY_START": np.array([0, 11], np.int32),
        "ENTITY_END": np.array([10, 15], np.int32),
        "ENTITY_SCORE": np.array([0.9, 0.8], np.float32),
        "ENTITY_ASSERTION": np.array([b"", b""], object),
    }
    return outputs | changes


def rejected(code: str) -> dict[str, NDArray[Any]]:
    outputs = {tensor.name: empty(tensor) for tensor in DOCUMENT_PIPELINE.outputs}
    return outputs | {"DOCUMENT_ERROR": np.array([code.encode()], object)}


def clinical_outputs(batch: int = 1) -> dict[str, NDArray[Any]]:
    """Two entities in each text of "No h/o of Dm2, htn", padded by one row."""

    def rows(*values: Any, dtype: Any) -> NDArray[Any]:
        return np.array([values] * batch, dtype)

    outputs = {
        "ENTITY_COUNT": np.full((batch, 1), 2, np.int32),
        "ENTITY_LABEL": rows(b"problem", b"problem", b"", dtype=object),
        "ENTITY_START": rows(10, 15, 0, dtype=np.int32),
        "ENTITY_END": rows(13, 18, 0, dtype=np.int32),
        "ENTITY_SCORE": rows(0.9, 0.8, 0, dtype=np.float32),
        "ENTITY_ASSERTION": rows(b"negated", b"negated", b"", dtype=object),
    }
    assert outputs.keys() == {tensor.name for tensor in CLINICAL_NER.outputs}
    return outputs
