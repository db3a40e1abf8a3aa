"""What the OCR benchmark computes, and the pages that it takes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.agreement import edit_distance, identical_share, similarity
from benchmarks.ocr import measure, summary
from benchmarks.pages import Page, collect
from tests.server.documents import made

words = st.text("abc", max_size=8)


def test_known_distances() -> None:
    assert edit_distance("kitten", "sitting") == 3
    assert edit_distance("", "abc") == edit_distance("abc", "") == 3
    assert edit_distance("", "") == 0
    assert similarity("", "") == 1
    assert similarity("abcd", "abcx") == 0.75
    assert identical_share(["a", "a", "b"], ["a", "b"]) == pytest.approx(2 / 3)


@given(words, words, words)
def test_the_distance_is_a_metric(a: str, b: str, c: str) -> None:
    assert (edit_distance(a, b) == 0) == (a == b)
    assert edit_distance(a, b) == edit_distance(b, a)
    assert edit_distance(a, c) <= edit_distance(a, b) + edit_distance(b, c)


def test_pages_come_from_the_folder_and_made_ones_fill_up(tmp_path: Path) -> None:
    (tmp_path / "1.pdf").write_bytes(made.pdf(2))
    (tmp_path / "2.jpg").write_bytes(made.encoded(made.corners_image(), "JPEG"))
    (tmp_path / "2.csv").write_text("0,0,1,0,1,1,0,1,Total, net\n")
    (tmp_path / "3.pdf").write_bytes(b"%PDF-1.4 broken")
    pages = collect(tmp_path, 5)
    assert [p.name for p in pages] == ["1.pdf, page 1", "1.pdf, page 2", "2.jpg", "made page 0", "made page 1"]
    assert pages[2].transcription == ("Total, net",)
    assert pages[3].data != pages[4].data
    assert collect(tmp_path, 5)[3].data == pages[3].data


def test_a_report_says_who_was_right() -> None:
    pages = [Page("a", b"1", ("Total 12",)), Page("b", b"2")]
    measured = measure(pages, lambda data: ["Total", "13"], lambda data: ["TOTAL 12"])
    assert measured[0].rapidocr_error_rate == pytest.approx(1 / 7)
    assert measured[0].ours_error_rate == 0
    assert measured[1].ours_error_rate is None
    assert measured[0].identical_lines == 0
    assert summary(measured)["rapidocr_error_rate"] == pytest.approx(1 / 7)
