"""Text models' pre- and post-processing: pure functions over arrays and an `Infer`. No Triton, no torch."""
