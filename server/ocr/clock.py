"""Wall time of each stage."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from medinfer.contract.ocr import OcrTiming


class StageClock:
    """Adds up the wall time of each stage over the pages of a document. Pages overlap, so the sum of the stages may
    be more than the document took."""

    def __init__(self) -> None:
        self._seconds = dict.fromkeys(OcrTiming, 0.0)

    @contextmanager
    def time(self, stage: OcrTiming) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            self._seconds[stage] += time.perf_counter() - began

    @property
    def milliseconds(self) -> NDArray[np.float32]:
        """In `OcrTiming`'s order."""
        return np.array([self._seconds[stage] * 1e3 for stage in OcrTiming], np.float32)
