"""Makes the documents in `examples/documents/`, the same bytes each time.

python -m examples.make_documents            # write them
python -m examples.make_documents --check    # exit 1 if a file differs from what this makes

Every document is invented (training/made). Good documents have their ground truth in `documents/truth/`, under the
same name.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from medinfer.contract.vocabulary import DocumentType
from training.made import degrade, documents, lab_report, render, vocabulary
from training.made.entries import Vocabulary
from training.made.held import Split
from training.made.layout import MadeDocument
from training.made.lines import clean

FOLDER = Path(__file__).parent / "documents"
EXIF_ORIENTATION = 0x0112
TURNED_LEFT = 6
"""EXIF value: the camera was turned; a viewer must rotate the picture by 90 degrees clockwise."""


@dataclass(frozen=True, slots=True)
class Example:
    """A good document: which made document, and how it becomes a file.

    Seeds over one million are never used in training. Documents of the split "train" have layouts and words that
    training has seen in other combinations, those of "test" have layouts and words that it has not.
    """

    name: str
    document_type: DocumentType
    split: Split
    seed: int
    write: Callable[[MadeDocument], bytes]
    make: Callable[[DocumentType, Split, int, Vocabulary], MadeDocument] = documents.make

    @property
    def document(self) -> MadeDocument:
        return self.make(self.document_type, self.split, self.seed, vocabulary.load())


def _health_check(_: DocumentType, split: Split, seed: int, words: Vocabulary) -> MadeDocument:
    """A report of many panels, over several pages."""
    return lab_report.make(random.Random(seed), split, words, panel_count=14)  # noqa: S311 (a seed, not a secret)


def _images(document: MadeDocument, dpi: int = 150) -> list[Image.Image]:
    return render.page_images(render.pdf(document), dpi=dpi)


def _scan(document: MadeDocument) -> bytes:
    return render.scanned_pdf([degrade.scan(p, i) for i, p in enumerate(_images(document))])


def _mixed(document: MadeDocument) -> bytes:
    """The first page as text, the others as scans."""
    return render.mixed_pdf(document.pages[:1], [degrade.scan(p, i) for i, p in enumerate(_images(document)[1:])])


def _png(document: MadeDocument) -> bytes:
    return render.png(_images(document)[0])


def _photo(seed: int, **severity: float) -> Callable[[MadeDocument], bytes]:
    return lambda document: render.jpeg(degrade.photo(_images(document, 170)[0], seed, **severity), quality=60)


def _low_quality(document: MadeDocument) -> bytes:
    """A picture that was sent on and on: small, compressed, with blocks around the letters."""
    return render.jpeg(degrade.scan(_images(document, 110)[0], 3), quality=22)


def _turned(document: MadeDocument) -> bytes:
    return render.png(_images(document)[0].transpose(Image.Transpose.ROTATE_90))


def _exif_turned(document: MadeDocument) -> bytes:
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = TURNED_LEFT
    picture = degrade.scan(_images(document)[0], 4).transpose(Image.Transpose.ROTATE_90)
    return render.jpeg(picture, quality=70, exif=exif.tobytes())


def _fax(document: MadeDocument) -> bytes:
    return render.tiff(_images(document))


_LAB, _RX, _DS, _IMG, _NOTE, _NOT = (
    DocumentType.LAB_REPORT,
    DocumentType.PRESCRIPTION,
    DocumentType.DISCHARGE_SUMMARY,
    DocumentType.IMAGING_REPORT,
    DocumentType.CLINICAL_NOTE,
    DocumentType.NOT_MEDICAL,
)
_MILLION = 1_000_000

EXAMPLES = (
    Example("lab_report_text.pdf", _LAB, Split.TRAIN, _MILLION + 893, render.pdf),
    Example("lab_report_multipage.pdf", _LAB, Split.TRAIN, _MILLION + 5, render.pdf, make=_health_check),
    Example("lab_report_new_layout.pdf", _LAB, Split.TEST, _MILLION + 30, render.pdf),
    Example("lab_report_scan.pdf", _LAB, Split.TEST, _MILLION + 95, _scan),
    Example("lab_report_photo.jpg", _LAB, Split.TRAIN, _MILLION + 444, _photo(1)),
    Example("prescription_text.pdf", _RX, Split.TRAIN, _MILLION + 32, render.pdf),
    Example("prescription_table.png", _RX, Split.TEST, _MILLION + 44, _png),
    Example(
        "prescription_photo_bad_light.jpg", _RX, Split.TRAIN, _MILLION + 3, _photo(2, blur=1.2, noise=9.0, tilt=0.07)
    ),
    Example("prescription_exif_rotated.jpg", _RX, Split.TEST, _MILLION + 49, _exif_turned),
    Example("discharge_summary_text.pdf", _DS, Split.TRAIN, _MILLION + 22, render.pdf),
    Example("discharge_summary_fax.tiff", _DS, Split.TEST, _MILLION + 108, _fax),
    Example("discharge_summary_text_and_scan.pdf", _DS, Split.TEST, _MILLION + 88, _mixed),
    Example("imaging_report_text.pdf", _IMG, Split.TRAIN, _MILLION + 76, render.pdf),
    Example("imaging_report_rotated_90.png", _IMG, Split.TEST, _MILLION + 58, _turned),
    Example("clinical_note_text.pdf", _NOTE, Split.TRAIN, _MILLION + 141, render.pdf),
    Example("clinical_note_low_quality.jpg", _NOTE, Split.TRAIN, _MILLION + 285, _low_quality),
    Example("clinical_note_letter_scan.pdf", _NOTE, Split.TEST, _MILLION + 37, _scan),
    Example("not_medical_invoice_photo.jpg", _NOT, Split.TEST, _MILLION + 1, _photo(5)),
    Example("not_medical_pharmacy_bill.png", _NOT, Split.TEST, _MILLION + 50, _png),
    Example("not_medical_letter.pdf", _NOT, Split.TRAIN, _MILLION + 9, render.pdf),
    Example("not_medical_bank_statement.pdf", _NOT, Split.TRAIN, _MILLION + 183, render.pdf),
)


def truth(document: MadeDocument) -> dict[str, Any]:
    """What the document says, for the JSON file beside it."""
    return {
        "document_type": document.document_type.value,
        "patient": asdict(document.truth.patient),
        "observations": [asdict(o) for o in document.truth.observations],
        "medications": [asdict(m) for m in document.truth.medications],
        "conditions": [asdict(c) for c in document.truth.conditions],
        "lines": [line.text.text for line in clean(document)],
    }


def bad_files() -> Iterator[tuple[str, bytes]]:
    """Files that must be refused, each for its own reason."""
    whole = render.pdf(EXAMPLES[0].document)
    yield "bad_corrupt.pdf", whole[: len(whole) // 2]
    yield "bad_encrypted.pdf", render.pdf(EXAMPLES[0].document, password="not in this repository")  # noqa: S106
    yield "bad_empty.pdf", b""
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as content:
        content.writestr(
            zipfile.ZipInfo("report.txt", (2020, 1, 1, 0, 0, 0)), "This is a zip file with another name.\n"
        )
    yield "bad_zip_renamed.pdf", archive.getvalue()
    yield "bad_100_megapixels.png", render.png(Image.new("1", (10_000, 10_000), 1))


def files() -> Iterator[tuple[str, bytes]]:
    """Path under `examples/documents` and content of every file."""
    for example in EXAMPLES:
        document = example.document
        yield example.name, example.write(document)
        text = json.dumps(truth(document), indent=1, ensure_ascii=False) + "\n"
        yield f"truth/{Path(example.name).stem}.json", text.encode()
    yield from bad_files()


def same(path: Path, content: bytes) -> bool:
    """Whether a file is what this makes: the same bytes, or, for pictures, the same pixels but for the last bits that
    differ between processors."""
    if not path.is_file():
        return False
    stored = path.read_bytes()
    if stored == content:
        return True
    if path.suffix not in (".jpg", ".png", ".tiff"):
        return False
    ours, theirs = (np.asarray(Image.open(BytesIO(b)).convert("L"), np.int16) for b in (content, stored))
    return ours.shape == theirs.shape and float(np.abs(ours - theirs).mean()) < 1.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with the files that are there; write nothing")
    check = parser.parse_args().check
    wrong = 0
    for name, content in files():
        path = FOLDER / name
        if check:
            if not same(path, content):
                wrong += 1
                print(f"differs: {name}")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            print(f"{len(content):>9,}  {name}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
