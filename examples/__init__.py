"""Example documents and programs."""
