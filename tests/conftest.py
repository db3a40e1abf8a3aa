"""Fixtures that start real services live in tests/fixtures; each starts its own on free ports."""

pytest_plugins = ["tests.fixtures.triton", "tests.fixtures.aws"]
