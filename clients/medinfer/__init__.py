"""medinfer: read medical documents and clinical text through NVIDIA Triton."""
