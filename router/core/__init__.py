"""Decisions as plain functions and values: no network, no files, no clock, no random numbers of its own."""
