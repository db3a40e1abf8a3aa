"""How channels to Triton are set up, for both clients."""

from __future__ import annotations

from medinfer.contract.ocr import MAX_DOCUMENT_BYTES

CHANNEL_OPTIONS: tuple[tuple[str, int], ...] = (
    # A request is one document and a few numbers. An answer is text and boxes: 20,000 lines stay far below this.
    ("grpc.max_send_message_length", MAX_DOCUMENT_BYTES + 2**20),
    ("grpc.max_receive_message_length", 64 * 2**20),
    # gRPC's own default grows to two minutes: a worker would sleep on long after the server is back.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2_000),
)
