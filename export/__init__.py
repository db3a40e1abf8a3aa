"""Checkpoint -> ONNX -> verified -> placed in the model repository -> published."""
