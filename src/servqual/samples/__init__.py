"""Sample data in the package, all simulated, to try every page and command on."""

from servqual.samples.simulated_desk import Desk, desk

__all__ = ["Desk", "desk"]
