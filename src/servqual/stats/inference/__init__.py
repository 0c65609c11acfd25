"""Estimates with their intervals and tests, on plain numbers and arrays."""

from servqual.stats.inference.estimate import Estimate

__all__ = ["Estimate"]
