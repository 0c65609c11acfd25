"""Sample data that ships with the package, so that every page and command has something to show; all simulated."""

from servqual.samples.simulated_desk import Desk, desk

__all__ = ["Desk", "desk"]
