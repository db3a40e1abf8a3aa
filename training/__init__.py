"""How our checkpoints were fine-tuned, and the readers of their data."""
