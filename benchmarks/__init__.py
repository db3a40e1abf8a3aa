"""Measurements of the system beside what else there is. Each prints its bias."""
