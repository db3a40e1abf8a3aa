"""Runs Triton: launcher, backends, and the pure code behind the python models."""
