"""The real networks, built once, run in this process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from export import ocr
from medinfer.contract import text_detection, text_orientation, text_recognition
from server.documents.decoder import Decoder
from server.inference import Infer
from server.local_inference import local_infer
from server.ocr.document import DocumentReader
from server.ocr.recognition import Alphabet

NETWORKS = (text_detection.MODEL, text_orientation.MODEL, text_recognition.MODEL)


@pytest.fixture(scope="session")
def networks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model repository of the three networks."""
    repository = tmp_path_factory.mktemp("repository")
    for model in NETWORKS:
        ocr.build(model, repository / model.name / str(model.version))
    return repository


@pytest.fixture(scope="session")
def infer(networks: Path) -> Infer:
    return local_infer(networks)


@pytest.fixture(scope="session")
def alphabet(networks: Path) -> Alphabet:
    return Alphabet.load(networks / text_recognition.MODEL.name / "1" / "characters.txt")


@pytest.fixture(scope="session")
def decoder() -> Iterator[Decoder]:
    decoder = Decoder()
    yield decoder
    decoder.close()


@pytest.fixture(scope="session")
def reader(decoder: Decoder, alphabet: Alphabet) -> DocumentReader:
    return DocumentReader(decoder, alphabet)
