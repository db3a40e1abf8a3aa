"""The committed examples are what the generator makes, and their truth is what they say."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from examples import make_documents
from examples.make_documents import EXAMPLES, FOLDER, Example
from medinfer.contract.vocabulary import DOCUMENT_CLASSES
from training.made import render

MADE = dict(make_documents.files())


def _stored(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def test_the_folder_holds_these_files_and_no_other() -> None:
    assert {str(p.relative_to(FOLDER)) for p in FOLDER.rglob("*") if p.is_file()} == set(MADE)


@pytest.mark.parametrize("name", sorted(MADE))
def test_a_committed_file_is_what_the_generator_makes(name: str) -> None:
    assert make_documents.same(FOLDER / name, MADE[name]), "run: python -m examples.make_documents"


def test_files_are_the_same_each_time() -> None:
    assert dict(make_documents.files()) == MADE


def test_every_class_and_form_is_there() -> None:
    assert {e.document_type for e in EXAMPLES} == set(DOCUMENT_CLASSES)
    assert len(EXAMPLES) >= 15
    assert {Path(name).suffix for name in MADE} >= {".pdf", ".png", ".jpg", ".tiff"}
    assert sum(len(content) for content in MADE.values()) < 6_000_000


@pytest.mark.parametrize("example", [e for e in EXAMPLES if e.write is render.pdf], ids=lambda e: e.name)
def test_the_text_layer_says_the_lines_of_the_truth(example: Example) -> None:
    truth = json.loads(_stored(f"truth/{Path(example.name).stem}.json"))
    assert truth["document_type"] == example.document_type.value
    pdf = pypdfium2.PdfDocument(_stored(example.name))
    printed = " ".join(page.get_textpage().get_text_bounded() for page in pdf)
    pdf.close()
    squeezed = "".join(printed.split())
    missing = [line for line in truth["lines"] if "".join(line.split()) not in squeezed]
    assert not missing


@pytest.mark.parametrize("name", ["lab_report_scan.pdf", "clinical_note_letter_scan.pdf"])
def test_scans_have_no_text_layer(name: str) -> None:
    pdf = pypdfium2.PdfDocument(_stored(name))
    assert all(page.get_textpage().count_chars() == 0 for page in pdf)
    pdf.close()


def test_several_pages() -> None:
    with pypdfium2.PdfDocument(_stored("lab_report_multipage.pdf")) as pdf:
        assert len(pdf) > 1
    with pypdfium2.PdfDocument(_stored("discharge_summary_text_and_scan.pdf")) as pdf:
        assert [page.get_textpage().count_chars() > 0 for page in pdf] == [True, False]
    assert getattr(Image.open(BytesIO(_stored("discharge_summary_fax.tiff"))), "n_frames", 1) > 1


def test_turned_pages() -> None:
    turned = Image.open(BytesIO(_stored("imaging_report_rotated_90.png")))
    assert turned.width > turned.height
    photo = Image.open(BytesIO(_stored("prescription_exif_rotated.jpg")))
    assert photo.width > photo.height
    assert photo.getexif()[make_documents.EXIF_ORIENTATION] == make_documents.TURNED_LEFT


def test_bad_files_are_bad_in_their_own_way(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _stored("bad_empty.pdf") == b""
    assert _stored("bad_zip_renamed.pdf").startswith(b"PK")
    with pytest.raises(pypdfium2.PdfiumError, match=r"(?i)password"):
        pypdfium2.PdfDocument(_stored("bad_encrypted.pdf"))
    assert _stored("bad_corrupt.pdf").startswith(b"%PDF")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)  # only the header is read
    with Image.open(BytesIO(_stored("bad_100_megapixels.png"))) as image:
        assert image.width * image.height == 100_000_000
