"""Tokenisation with character offsets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

PAD_ID = 0
"""The networks mask this id inside the graph (contract: INPUT_IDS)."""


class Tokens(NamedTuple):
    """Tokens of one text. ``start`` and ``end``: characters (Unicode code points) that a token covers."""

    ids: NDArray[np.int32]
    start: NDArray[np.int32]
    end: NDArray[np.int32]


class TextTokenizer:
    """A Hugging Face `tokenizer.json` of the BERT family, without padding, truncation and special tokens.

    Special tokens that are spelled out in a text ("[SEP]") are read as ordinary characters: what a
    document says must not shape the sequence that the network sees.

    Raises:
        ValueError: the vocabulary lacks [CLS], [SEP] or "|", or its id 0 is not [PAD].
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        tokenizer.no_padding()
        tokenizer.no_truncation()
        tokenizer.encode_special_tokens = True
        self._tokenizer = tokenizer
        self.cls_id = self._special("[CLS]")
        self.sep_id = self._special("[SEP]")
        if self._special("[PAD]") != PAD_ID:
            raise ValueError(f"the vocabulary must have [PAD] at id {PAD_ID}")
        bar = self.encode(["|"])[0].ids
        if len(bar) != 1:
            raise ValueError('the vocabulary must hold "|" as one token: it separates the cells of a row')
        self.bar_id = int(bar[0])

    @classmethod
    def from_file(cls, path: Path) -> TextTokenizer:
        return cls(Tokenizer.from_file(str(path)))

    def encode(self, texts: Sequence[str]) -> list[Tokens]:
        """The tokens of each text, in one call of the Rust tokenizer."""
        encodings = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        tokens = []
        for encoding in encodings:
            offsets = np.array(encoding.offsets, np.int32).reshape(-1, 2)
            tokens.append(Tokens(np.array(encoding.ids, np.int32), offsets[:, 0], offsets[:, 1]))
        return tokens

    def _special(self, token: str) -> int:
        found = self._tokenizer.token_to_id(token)
        if found is None:
            raise ValueError(f"the vocabulary has no {token}")
        return int(found)
