"""Tensors that the text networks have in common."""

from __future__ import annotations

from medinfer.contract.dtypes import DType
from medinfer.contract.tensors import Axis, Tensor

SEQUENCE_BUCKETS = (16, 32, 64, 96, 128, 192, 256)
"""Token sequences are padded to the next of these lengths, so that requests share a batch."""

TOKENS = Axis("tokens", SEQUENCE_BUCKETS[0], 64, SEQUENCE_BUCKETS[-1])

INPUT_IDS = Tensor("INPUT_IDS", DType.INT32, (TOKENS,), "token ids; 0 is padding and is masked inside the graph")

TOKEN_OUTPUTS = (
    Tensor("LABEL_ID", DType.INT32, (TOKENS,), "best label of each token"),
    Tensor("LABEL_SCORE", DType.FP32, (TOKENS,), "its softmax probability, 0..1"),
)
