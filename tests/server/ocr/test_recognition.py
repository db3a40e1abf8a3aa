"""Buckets and CTC decoding."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from medinfer.contract.text_recognition import BUCKET_WIDTHS_PX
from server.ocr.recognition import MAX_BATCH_PX, Alphabet, width_batches

ALPHABET = Alphabet(["a", "b", "µ", " "])


@given(st.integers(1, 6), st.integers(1, 12), st.data())
def test_decoding_merges_repeats_and_drops_blanks(rows: int, steps: int, data: st.DataObject) -> None:
    ids = data.draw(npst.arrays(np.int32, (rows, steps), elements=st.integers(0, 4)))
    scores = data.draw(npst.arrays(np.float32, (rows, steps), elements=st.floats(0, 1, width=32)))
    for row, (text, score) in enumerate(ALPHABET.decode(ids, scores)):
        starts = [next(group) for _, group in groupby(range(steps), key=lambda i: ids[row, i])]
        kept = [i for i in starts if ids[row, i] != 0]
        assert text == "".join(" abµ "[ids[row, i]] if ids[row, i] < 4 else " " for i in kept)
        assert score == pytest.approx(float(np.mean(scores[row, kept])) if kept else 0.0, abs=1e-6)


def test_a_doubled_letter_needs_a_blank_between() -> None:
    ((text, score),) = ALPHABET.decode(
        np.array([[1, 1, 0, 1, 2]], np.int32), np.array([[0.8, 0.1, 1, 0.6, 1]], np.float32)
    )
    assert text == "aab"
    assert score == pytest.approx(0.8)


def test_the_alphabet_file_ends_in_a_space(tmp_path: Path) -> None:
    path = tmp_path / "characters.txt"
    path.write_text("x\ny\n \n", encoding="utf-8")
    ((text, _),) = Alphabet.load(path).decode(np.array([[2, 3, 1]], np.int32), np.ones((1, 3), np.float32))
    assert text == "y x"


@given(st.lists(st.integers(1, BUCKET_WIDTHS_PX[-1]), max_size=200))
def test_every_crop_is_in_the_narrowest_bucket_that_holds_it(widths: list[int]) -> None:
    batches = width_batches(widths)
    assert sorted(i for _, indices in batches for i in indices) == list(range(len(widths)))
    for bucket, indices in batches:
        assert len(indices) * bucket <= max(MAX_BATCH_PX, bucket)
        for i in indices:
            assert bucket == min(w for w in BUCKET_WIDTHS_PX if w >= widths[i])


def test_a_crop_wider_than_the_widest_bucket_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        width_batches([BUCKET_WIDTHS_PX[-1] + 1])
