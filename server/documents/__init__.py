"""Untrusted files -> pages, decoded in limited subprocesses."""
