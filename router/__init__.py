"""Queues in, results out: intake, worker, and the decisions between them."""
