"""Triton backends that NVIDIA's wheel does not carry."""
