"""Fixtures that start real services live in tests/fixtures; each starts its own on free ports."""

from hypothesis import settings

# No time limit on one example: this suite runs beside real servers on two cores, where a 2 ms example took 270 ms.
settings.register_profile("medinfer", deadline=None)
settings.load_profile("medinfer")

pytest_plugins = ["tests.fixtures.triton", "tests.fixtures.aws"]
