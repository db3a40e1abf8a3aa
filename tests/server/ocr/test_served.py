"""`ocr` as Triton serves it: the same answers over gRPC, errors that say nothing of the document."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import tritonclient.grpc as grpc
from tritonclient.utils import InferenceServerException

from medinfer.contract import ocr
from server.inference import Infer
from server.ocr.document import DocumentReader
from server.triton import TritonServer
from tests.server.documents import made as documents
from tests.server.ocr import made

pytestmark = pytest.mark.integration

PNG = documents.encoded(made.page(), "PNG")


@pytest.fixture(scope="module")
def client(triton: TritonServer) -> Iterator[grpc.InferenceServerClient]:
    client = grpc.InferenceServerClient(triton.grpc_address)
    yield client
    client.close()


def ask(client: grpc.InferenceServerClient, data: bytes, **options: Any) -> Any:
    values = {"DOCUMENT": data, "FORCE_OCR": False, "PRIORITY": 0, "TIMEOUT_US": 0} | options
    inputs = []
    for tensor in ocr.REQUEST_INPUTS:
        item = grpc.InferInput(tensor.name, (1,), tensor.dtype.wire)
        item.set_data_from_numpy(np.array([values[tensor.name]], tensor.dtype.numpy))
        inputs.append(item)
    return client.infer(ocr.MODEL.name, inputs)


async def test_the_server_reads_what_this_process_reads(
    client: grpc.InferenceServerClient, reader: DocumentReader, infer: Infer
) -> None:
    for data in (PNG, documents.pdf(2), documents.encoded(made.turned(90), "JPEG", quality=90)):
        served, local = ask(client, data), (await reader.read(data, infer)).tensors()
        for tensor in ocr.MODEL.outputs:
            answer = served.as_numpy(tensor.name)
            assert tensor.admits(answer.shape, batched=False), tensor.name
            if tensor.name == "OCR_TIMING_MS":
                assert (answer >= 0).all()
            elif answer.dtype == np.float32:
                np.testing.assert_allclose(answer, local[tensor.name], atol=1e-3)
            else:
                assert answer.tolist() == local[tensor.name].tolist(), tensor.name


def test_a_bad_document_is_answered_and_its_neighbours_are_read(client: grpc.InferenceServerClient) -> None:
    bad = {
        b"": b"empty_document",
        b"PK\x03\x04": b"unsupported_type",
        PNG[:3000]: b"corrupt_document",
        documents.rewritten(documents.pdf(), password="x"): b"encrypted_document",
        documents.png_header_only(60_000, 60_000): b"too_many_pixels",
    }
    with ThreadPoolExecutor(8) as threads:
        good = [threads.submit(ask, client, documents.pdf()) for _ in range(4)]
        answers = {code: threads.submit(ask, client, data) for data, code in bad.items()}
        for code, answer in answers.items():
            result = answer.result()
            assert result.as_numpy("DOCUMENT_ERROR").tolist() == [code]
            for tensor in ocr.MODEL.outputs:
                if tensor.axes:
                    assert result.as_numpy(tensor.name).shape[0] == 0
                    assert tensor.admits(result.as_numpy(tensor.name).shape, batched=False)
        for answer in good:
            assert answer.result().as_numpy("DOCUMENT_ERROR").tolist() == [b""]
            assert len(answer.result().as_numpy("LINE_TEXT")) == len(documents.REPORT)


def test_a_request_whose_time_is_up_ends_as_unavailable(client: grpc.InferenceServerClient) -> None:
    with pytest.raises(InferenceServerException) as caught:
        ask(client, PNG, TIMEOUT_US=1_000)
    assert caught.value.status() == "StatusCode.UNAVAILABLE"
    assert "Haemoglobin" not in str(caught.value)
    assert ask(client, documents.pdf(), TIMEOUT_US=60_000_000).as_numpy("DOCUMENT_ERROR").tolist() == [b""]
