import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.text.sentences import cut
from server.text.tokens import TextTokenizer


def pieces(tokenizer: TextTokenizer, text: str, limit: int) -> list[str]:
    (tokens,) = tokenizer.encode([text])
    return [text[tokens.start[part][0] : tokens.end[part][-1]] for part in cut(text, tokens.start, tokens.end, limit)]


def test_a_short_text_is_one_piece(tokenizer: TextTokenizer) -> None:
    assert pieces(tokenizer, "No fever. No cough.", 20) == ["No fever. No cough."]


def test_a_text_is_cut_after_a_sentence(tokenizer: TextTokenizer) -> None:
    text = "He has fever and cough. He was given aspirin today."
    assert pieces(tokenizer, text, 8) == ["He has fever and cough.", "He was given aspirin today."]


@pytest.mark.parametrize(
    "text",
    [
        "Seen by Dr. Rao and by Mr. Das today",
        "Hb was 13.2 and then 11.4 g today",
        "Take at 8 a.m. Monday or later if well",
    ],
)
def test_an_abbreviation_or_a_number_ends_no_sentence(tokenizer: TextTokenizer, text: str) -> None:
    for piece in pieces(tokenizer, text, 6):
        assert not piece.endswith((" Dr.", " Mr.", "13.", "11.", "a.m."))


def test_a_line_ends_a_statement_unless_it_was_wrapped(tokenizer: TextTokenizer) -> None:
    assert pieces(tokenizer, "Known diabetic\nHypertension since two years", 5)[0] == "Known diabetic"
    assert pieces(tokenizer, "He was a known case\nof asthma, and of nothing else at all", 9)[0].endswith("asthma,")


def test_a_text_without_tokens_has_no_pieces(tokenizer: TextTokenizer) -> None:
    assert pieces(tokenizer, " \n ", 10) == []


@settings(deadline=None)
@given(st.text(max_size=300) | st.text("aB1 .,;\n?-", max_size=300), st.integers(1, 40))
def test_pieces_cover_the_text_within_their_limit(tokenizer: TextTokenizer, text: str, limit: int) -> None:
    (tokens,) = tokenizer.encode([text])
    found = cut(text, tokens.start, tokens.end, limit)
    assert all(1 <= part.stop - part.start <= limit for part in found)
    covered = [i for part in found for i in range(part.start, part.stop)]
    assert covered == list(range(len(tokens.ids)))


@settings(deadline=None)
@given(st.lists(st.sampled_from(["electroencephalography", "dm2", "hypertension"]), min_size=1, max_size=60))
def test_words_stay_whole(tokenizer: TextTokenizer, words: list[str]) -> None:
    text = " ".join(words)
    (tokens,) = tokenizer.encode([text])
    starts = np.array([0, *[i + 1 for i, c in enumerate(text) if c == " "]])
    for part in cut(text, tokens.start, tokens.end, 16):
        assert tokens.start[part.start] in starts
