"""RapidOCR in this process and our `ocr` model through a running Triton, on the same pages in one run.

`make bench-ocr`; `make bench-ocr DOCS=folder` for pages of your own.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import tritonclient.grpc as triton
from rapidocr import RapidOCR
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.agreement import edit_distance, identical_share, similarity, squeezed
from benchmarks.pages import Page, collect
from medinfer.contract import ocr, text_detection, text_orientation, text_recognition
from medinfer.rows import rows
from server.triton import TritonServer

BIAS = (
    "Both read the same networks' weights from the same wheel, with all cores, one page at a time, alternating. "
    "RapidOCR runs with its defaults, in process; ours pays for gRPC, Triton and decoding in another process. "
    "RapidOCR looks for text at up to 2,000 px, ours at up to 960 px, and asks for the orientation of every line "
    "where ours asks a sample: that is most of the difference in time beside batching by width. "
    "Lines of both are put in the same reading order before they are compared; white space is not compared. "
    "Transcriptions are compared without regard to case."
)

_MODELS = (ocr.MODEL, text_detection.MODEL, text_orientation.MODEL, text_recognition.MODEL)
_ROOT = Path(__file__).parents[1]
_QUIET_LOAD = 0.2
"""Load average of a core up to which a machine counts as idle."""

Reading = list[str]
Reader = Callable[[bytes], Reading]


@dataclass(frozen=True, slots=True)
class Row:
    """One page. Times in seconds; error rates are edits per character of the transcription."""

    page: str
    lines: int
    rapidocr_s: float
    ours_s: float
    similarity: float
    identical_lines: float
    rapidocr_error_rate: float | None
    ours_error_rate: float | None


def rapidocr_reader() -> Reader:
    engine = RapidOCR(params={"Global.log_level": "error"})

    def read(data: bytes) -> Reading:
        answer = engine(data)
        if answer.txts is None:
            return []
        boxes = np.asarray(answer.boxes, np.float32)
        order = rows(boxes, np.zeros(len(boxes), np.int32))
        return [answer.txts[i] for row in order for i in row]

    return read


def triton_reader(address: str) -> Reader:
    client = triton.InferenceServerClient(address)
    values: dict[str, Any] = {"FORCE_OCR": True, "PRIORITY": 0, "TIMEOUT_US": 0}

    def read(data: bytes) -> Reading:
        inputs = []
        for tensor in ocr.REQUEST_INPUTS:
            item = triton.InferInput(tensor.name, (1,), tensor.dtype.wire)
            item.set_data_from_numpy(np.array([{**values, "DOCUMENT": data}[tensor.name]], tensor.dtype.numpy))
            inputs.append(item)
        answer = client.infer(ocr.MODEL.name, inputs)
        return [text.decode() for text in answer.as_numpy("LINE_TEXT")]

    return read


def measure(pages: Sequence[Page], rapidocr: Reader, ours: Reader) -> list[Row]:
    for reader in (rapidocr, ours):
        reader(pages[0].data)
    measured = []
    for number, page in enumerate(track(pages, "reading pages", console=Console(stderr=True))):
        readings: dict[Reader, tuple[Reading, float]] = {}
        for reader in (rapidocr, ours) if number % 2 == 0 else (ours, rapidocr):
            began = time.perf_counter()
            readings[reader] = (reader(page.data), time.perf_counter() - began)
        (theirs, theirs_s), (own, own_s) = readings[rapidocr], readings[ours]
        measured.append(
            Row(
                page=page.name,
                lines=len(own),
                rapidocr_s=theirs_s,
                ours_s=own_s,
                similarity=similarity(squeezed(own), squeezed(theirs)),
                identical_lines=identical_share([squeezed([t]) for t in own], [squeezed([t]) for t in theirs]),
                rapidocr_error_rate=_error_rate(theirs, page),
                ours_error_rate=_error_rate(own, page),
            )
        )
    return measured


def _error_rate(reading: Reading, page: Page) -> float | None:
    if page.transcription is None:
        return None
    truth = squeezed(page.transcription).upper()
    return edit_distance(squeezed(reading).upper(), truth) / max(len(truth), 1)


def summary(measured: Sequence[Row]) -> dict[str, float | None]:
    """Means over the pages; the ratio is of the total times (above 1: ours is faster)."""

    def error_rate(values: Sequence[float | None]) -> float | None:
        known = [value for value in values if value is not None]
        return statistics.fmean(known) if known else None

    return {
        "rapidocr_s": statistics.fmean(row.rapidocr_s for row in measured),
        "ours_s": statistics.fmean(row.ours_s for row in measured),
        "ratio": sum(row.rapidocr_s for row in measured) / sum(row.ours_s for row in measured),
        "similarity": statistics.fmean(row.similarity for row in measured),
        "identical_lines": statistics.fmean(row.identical_lines for row in measured),
        "rapidocr_error_rate": error_rate([row.rapidocr_error_rate for row in measured]),
        "ours_error_rate": error_rate([row.ours_error_rate for row in measured]),
    }


def _table(measured: Sequence[Row], means: dict[str, float | None]) -> Table:
    table = Table(
        "page", "lines", "RapidOCR s", "ours s", "ratio", "same text", "same lines", "errors: RapidOCR", "ours"
    )

    def cells(values: dict[str, Any]) -> list[str]:
        rates = [values["rapidocr_error_rate"], values["ours_error_rate"]]
        return [
            f"{values['rapidocr_s']:.2f}",
            f"{values['ours_s']:.2f}",
            f"{values['rapidocr_s'] / values['ours_s']:.2f}",
            *(f"{values[name]:.1%}" for name in ("similarity", "identical_lines")),
            *("" if rate is None else f"{rate:.1%}" for rate in rates),
        ]

    for row in measured:
        table.add_row(row.page, str(row.lines), *cells(asdict(row)))
    table.add_section()
    table.add_row("mean", "", *cells(means))
    return table


def main(arguments: list[str] | None = None) -> None:
    options = _parser().parse_args(arguments)
    pages = collect(options.documents, options.pages)
    load = os.getloadavg()[0]
    with TritonServer(options.repository, "cpu", models=[model.name for model in _MODELS]) as server:
        measured = measure(pages, rapidocr_reader(), triton_reader(server.grpc_address))
    means = summary(measured)
    console = Console(width=None if sys.stdout.isatty() else 140)
    console.print(_table(measured, means))
    if load > _QUIET_LOAD * (os.cpu_count() or 1):
        console.print(f"Other programs keep this machine busy (load {load:.1f}): times and ratio are rough.")
    console.print(f"Bias: {BIAS}", soft_wrap=True)
    report = {
        "what": "RapidOCR in process and the ocr model through Triton, seconds a page",
        "command": f"make bench-ocr DOCS={options.documents.name}",
        "bias": BIAS,
        "cores": os.cpu_count(),
        "load_before": load,  # of other programs: on a busy machine times and ratio are rough
        "machine": platform.machine(),
        "versions": {name: version(name) for name in ("rapidocr", "onnxruntime", "nvidia-pytriton", "numpy")},
        "mean": means,
        "pages": [asdict(row) for row in measured],
    }
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    console.print(f"written to {options.out}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.ocr",
        description=__doc__,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--documents", type=Path, default=_ROOT / "examples/documents", help="folder of files to read")
    parser.add_argument("--pages", type=int, default=10, help="how many; made pages fill up a folder with fewer")
    parser.add_argument("--repository", type=Path, default=_ROOT / "model_repository", help="built models")
    parser.add_argument("--out", type=Path, default=_ROOT / "benchmarks/results/ocr.json", help="where results go")
    return parser


if __name__ == "__main__":
    main()
