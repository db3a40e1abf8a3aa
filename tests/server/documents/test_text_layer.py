"""Characters of a PDF -> lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.documents import text_layer
from server.documents.decode import decode
from server.documents.limits import Limits
from server.documents.pages import TextLine, TextPage
from server.documents.text_layer import Character
from tests.server.documents import made

EXPECTED = [text for *_, text in made.REPORT]


def text_page(data: bytes) -> TextPage:
    (page,) = decode(data, Limits(), force_ocr=False)
    assert isinstance(page, TextPage)
    return page


def typed(text: str, left: float = 0.0, top: float = 0.0, *, em: float = 10.0, advance: float = 5.0) -> list[Character]:
    return [Character(c, left + i * advance, top, left + (i + 1) * advance, top + em) for i, c in enumerate(text)]


def lines(characters: list[Character]) -> list[str]:
    return [line.text for line in text_layer.text_lines(characters, 1000, 1000)]


def test_each_cell_of_a_table_is_a_line_of_its_own() -> None:
    assert [line.text for line in text_page(made.pdf()).lines] == EXPECTED


def test_boxes_lie_where_the_text_is_printed() -> None:
    page = text_page(made.pdf())
    px_per_pt = Limits().render_dpi / 72
    for line, (x, y, size, _) in zip(page.lines, made.REPORT, strict=True):
        (left, top), (_, _), (_, bottom), _ = line.corners
        baseline = page.height - y * px_per_pt
        assert left == pytest.approx(x * px_per_pt, abs=3)
        assert top < baseline < bottom
        assert bottom - top < 1.6 * size * px_per_pt


@pytest.mark.parametrize("page_rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_a_page_is_turned_upright_whatever_turned_it(turned: int, page_rotation: int) -> None:
    page = text_page(made.pdf(turned=turned, page_rotation=page_rotation, page_size=(800, 800)))
    assert page.rotation == (turned - page_rotation) % 360
    assert [line.text for line in page.lines] == EXPECTED
    upright = text_page(made.pdf(page_size=(800, 800)))
    for line, wanted in zip(page.lines, upright.lines, strict=True):
        for corner, wanted_corner in zip(line.corners, wanted.corners, strict=True):
            assert corner == pytest.approx(wanted_corner, abs=1.5)


def test_a_gap_of_a_space_is_a_space_and_a_gap_of_a_column_ends_the_line() -> None:
    assert lines(typed("Serum") + typed("iron", 28)) == ["Serum iron"]
    assert lines(typed("Serum") + typed("iron", 25)) == ["Serumiron"]
    assert lines(typed("Serum") + typed("iron", 36)) == ["Serum", "iron"]
    assert lines(typed("Serum  iron")) == ["Serum iron"]
    assert lines(typed("Serum" + " " * 8 + "iron")) == ["Serum", "iron"]


def test_words_that_the_file_holds_out_of_order_are_joined() -> None:
    assert lines(typed("iron", 28) + typed("total", 60, 30) + typed("Serum")) == ["Serum iron", "total"]


def test_a_superscript_stays_in_its_line() -> None:
    raised = [Character("3", 10, -2, 13, 4)]
    assert lines(typed("10") + raised + typed("/uL", 13)) == ["103/uL"]


def test_ligatures_hyphens_and_invisible_characters() -> None:
    assert lines(typed("\ufb01rst o\ufb03ce")) == ["first office"]
    assert lines(typed("anti\x02b")) == ["anti-b"]
    assert lines([*typed("a"), Character("\u200b", 5, 0, 5, 10), *typed("b", 5)]) == ["ab"]
    assert lines(typed("a\ue000b")) == ["a b"]  # a glyph stood there


def test_text_that_is_printed_twice_for_boldness_is_read_once() -> None:
    twice = [
        copy for c in typed("HbA1c") for copy in (c, Character(c.text, c.left + 0.3, c.top, c.right + 0.3, c.bottom))
    ]
    assert lines(twice) == ["HbA1c"]


def test_a_layer_without_meaning_or_with_little_text_is_not_readable() -> None:
    def readable(text: str) -> bool:
        return text_layer.is_readable(text, min_characters=5, max_unmapped=0.1)

    assert readable("Haemoglobin 13.5")
    assert readable("Haemoglobin 13.5 \ufffd")
    assert not readable("Page")
    assert not readable("\ue001\ue002\ue003 Haemoglobin")
    assert not readable("\ufffd" * 100)
    assert not readable(" " * 100)


boxes = st.tuples(*[st.integers(0, 500)] * 4).map(
    lambda b: (min(b[0], b[2]), min(b[1], b[3]), max(b[0], b[2]), max(b[1], b[3]))
)


@given(boxes, st.integers(0, 3), st.integers(0, 3))
def test_turns_add_up(box: tuple[float, float, float, float], first: int, second: int) -> None:
    turned = text_layer.turn_box(box, first, 600, 500)
    size = (600, 500) if first % 2 == 0 else (500, 600)
    assert text_layer.turn_box(turned, second, *size) == text_layer.turn_box(box, first + second, 600, 500)
    left, top, right, bottom = turned
    assert 0 <= left <= right <= size[0]
    assert 0 <= top <= bottom <= size[1]


characters = st.lists(
    st.builds(
        lambda text, x, y, w, h, turns: Character(text, x, y, x + w, y + h, turns),
        st.sampled_from("ab1 .µ\ufb01\ue000\u200b"),
        *[st.floats(0, 900)] * 2,
        *[st.floats(0.5, 40)] * 2,
        st.integers(0, 3),
    ),
    max_size=40,
)


@given(characters)
def test_every_meaningful_character_is_in_exactly_one_line(given_characters: list[Character]) -> None:
    found: list[TextLine] = text_layer.text_lines(given_characters, 1000, 1000)
    letters = sorted("".join(line.text for line in found).replace(" ", ""))
    expected = sorted(
        "".join(c.text.replace("\ufb01", "fi") for c in given_characters if c.text not in " \ue000\u200b")
    )
    # A character on top of the same one is one that was printed twice.
    assert set(letters) == set(expected)
    assert len(letters) <= len(expected)
    for line in found:
        assert line.text == line.text.strip() != ""
        (left, top), (right, _), (_, bottom), _ = line.corners
        assert left <= right
        assert top <= bottom
