from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.text.tokens import TextTokenizer
from server.text.windows import Window, first_window, windows

word = st.one_of(
    st.sampled_from(
        ["Haemoglobin", "13.2", "g/dL", "[SEP]", "[PAD]", "|", "Tab.", "PCM-650", "µmol", "É", "हिन्दी", "ﬁ"]
    ),
    st.text(max_size=12),
)
line = st.lists(word, max_size=12).map(" ".join)


@st.composite
def documents(draw: st.DrawFn) -> tuple[list[str], list[list[int]]]:
    lines = draw(st.lists(line, max_size=25))
    rows: list[list[int]] = []
    while (done := sum(map(len, rows))) < len(lines):
        rows.append(list(range(done, min(len(lines), done + draw(st.integers(1, 5))))))
    return lines, rows


def owned(window: Window) -> list[tuple[int, int, int, int]]:
    mask = window.owned
    columns = (window.line[mask], window.start[mask], window.end[mask], window.input_ids[mask])
    return [tuple(map(int, token)) for token in zip(*columns, strict=True)]  # type: ignore[misc]


@settings(deadline=None)
@given(documents(), st.sampled_from([8, 16, 48]))
def test_every_token_is_owned_once_in_order(
    tokenizer: TextTokenizer, document: tuple[list[str], list[list[int]]], max_tokens: int
) -> None:
    lines, rows = document
    expected = [
        (i, int(start), int(end), int(token))
        for i, tokens in enumerate(tokenizer.encode(lines))
        for token, start, end in zip(*tokens, strict=True)
    ]
    found = windows(lines, rows, tokenizer, max_tokens)
    assert [token for window in found for token in owned(window)] == expected


@settings(deadline=None)
@given(documents(), st.sampled_from([8, 16, 48]))
def test_a_window_is_well_formed(
    tokenizer: TextTokenizer, document: tuple[list[str], list[list[int]]], max_tokens: int
) -> None:
    lines, rows = document
    for window in windows(lines, rows, tokenizer, max_tokens):
        assert len(window) <= max_tokens
        assert window.input_ids[0] == tokenizer.cls_id
        assert window.input_ids[-1] == tokenizer.sep_id
        assert window.input_ids.dtype == window.line.dtype == window.start.dtype == window.end.dtype == np.int32
        text = window.line >= 0
        assert window.owned.any()
        assert not (window.owned & ~text).any()
        assert set(window.input_ids[~text]) <= {tokenizer.cls_id, tokenizer.sep_id, tokenizer.bar_id}
        assert not {tokenizer.cls_id, tokenizer.sep_id, 0} & set(window.input_ids[text].tolist())
        for number, start, end in zip(window.line[text], window.start[text], window.end[text], strict=True):
            assert 0 <= start <= end <= len(lines[number])


@settings(deadline=None)
@given(documents(), st.sampled_from([8, 16, 48]))
def test_the_first_window_is_the_beginning_of_the_same_sequence(
    tokenizer: TextTokenizer, document: tuple[list[str], list[list[int]]], max_tokens: int
) -> None:
    lines, rows = document
    first = first_window(lines, rows, tokenizer, max_tokens)
    whole = windows(lines, rows, tokenizer, 100_000)
    if first is None:
        assert whole == []
        return
    assert len(first) <= max_tokens
    assert first.input_ids[:-1].tolist() == whole[0].input_ids[: len(first) - 1].tolist()
    assert len(first) >= min(len(whole[0]), max_tokens - 1)


def test_the_sequence_of_a_report(tokenizer: TextTokenizer) -> None:
    (window,) = windows(["Glucose", "", "98", "  ", "Urea"], [[0, 1, 2], [3], [4]], tokenizer, 32)
    ids = tokenizer.encode(["glucose", "98", "urea"])
    glucose, value, urea = (tokens.ids.tolist() for tokens in ids)
    expected = [tokenizer.cls_id, *glucose, tokenizer.bar_id, *value, tokenizer.sep_id, *urea, tokenizer.sep_id]
    assert window.input_ids.tolist() == expected


def test_a_window_repeats_the_rows_above_its_own(tokenizer: TextTokenizer) -> None:
    lines = [f"row {i} value" for i in range(40)]
    found = windows(lines, [[i] for i in range(40)], tokenizer, 64)
    assert len(found) > 1
    for before, after in pairwise(found):
        repeated = after.line[(after.line >= 0) & ~after.owned]
        last = int(before.line[before.owned][-1])
        assert sorted(set(repeated.tolist())) == [last - 1, last]


def test_a_long_row_is_cut_between_words(tokenizer: TextTokenizer) -> None:
    text = "electroencephalography " * 30
    for window in windows([text], [[0]], tokenizer, 16):
        starts = window.start[window.owned]
        assert starts[0] == 0 or text[starts[0] - 1] == " "


def test_a_window_must_hold_a_row(tokenizer: TextTokenizer) -> None:
    with pytest.raises(ValueError, match="at least 8"):
        windows(["a"], [[0]], tokenizer, 7)
