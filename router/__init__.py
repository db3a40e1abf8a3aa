"""The queue side: intake sorts jobs into classes of service, the worker takes them through Triton.

``core`` decides and knows no network; ``ports`` names what the applications need; ``edges`` are SQS, S3,
Triton and their twins in memory; ``intake`` and ``worker`` are the two processes; ``__main__`` puts them together.
"""
