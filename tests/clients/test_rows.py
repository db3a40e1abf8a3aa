import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from medinfer.rows import rows


def boxes(*rectangles: tuple[float, float, float, float]) -> NDArray[np.float32]:
    """[n, 4, 2] from (left, top, right, bottom)."""
    return np.array(
        [[(left, top), (right, top), (right, bottom), (left, bottom)] for left, top, right, bottom in rectangles],
        np.float32,
    ).reshape(-1, 4, 2)


def table(row_count: int, column_count: int) -> NDArray[np.float32]:
    return boxes(
        *[(200 * c, 30 * r, 200 * c + 120, 30 * r + 20) for r in range(row_count) for c in range(column_count)]
    )


def turned(box: NDArray[np.float32], degrees: float) -> NDArray[np.float32]:
    angle = math.radians(degrees)
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    return np.asarray(box @ turn, np.float32)


def test_cells_of_a_table_row_stand_together_from_left_to_right() -> None:
    box = boxes((300, 52, 350, 70), (10, 50, 120, 70), (10, 80, 90, 100), (300, 81, 350, 99))
    assert rows(box, [0, 0, 0, 0]) == [[1, 0], [2, 3]]


@pytest.mark.parametrize("degrees", [-8, -3, 0, 0.5, 3, 8])
def test_a_skewed_page_keeps_its_rows(degrees: float) -> None:
    expected = [[4 * r + c for c in range(4)] for r in range(12)]
    assert rows(turned(table(12, 4), degrees), [0] * 48) == expected


def test_a_tall_stamp_does_not_join_the_rows_beside_it() -> None:
    box = np.concatenate([table(3, 2), boxes((600, 0, 700, 80))])
    assert rows(box, [0] * 7) == [[0, 1], [2, 3, 6], [4, 5]]


def test_pages_do_not_mix() -> None:
    assert rows(np.concatenate([table(1, 2), table(1, 2)]), [0, 0, 1, 1]) == [[0, 1], [2, 3]]


def test_nothing_gives_nothing() -> None:
    assert rows(np.zeros((0, 4, 2), np.float32), []) == []


def test_lengths_must_agree() -> None:
    with pytest.raises(ValueError, match="2 boxes but 1 pages"):
        rows(table(1, 2), [0])


coordinate = st.floats(-50, 5000, width=32)
quadrilateral = st.lists(st.tuples(coordinate, coordinate), min_size=4, max_size=4)


@given(st.lists(st.tuples(quadrilateral, st.integers(0, 3)), max_size=30))
def test_every_line_is_in_exactly_one_row_of_its_page(lines: list[tuple[list[tuple[float, float]], int]]) -> None:
    box = np.array([quad for quad, _ in lines], np.float32).reshape(-1, 4, 2)
    page = [number for _, number in lines]
    found = rows(box, page)
    assert sorted(i for row in found for i in row) == list(range(len(lines)))
    assert [page[row[0]] for row in found] == sorted(page[row[0]] for row in found)
    for row in found:
        assert len({page[i] for i in row}) == 1
        lefts = [float(box[i, :, 0].astype(np.float64).mean()) for i in row]
        assert lefts == sorted(lefts)
