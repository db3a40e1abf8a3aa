"""The `onnxruntime` backend, in Python, by the configuration of NVIDIA's C++ backend of that name.

Triton loads ``model.py`` of this folder for every model whose configuration says ``backend: "onnxruntime"``
(a "python-based backend"). Inside NVIDIA's container the C++ backend takes its place and nothing else changes.
"""
