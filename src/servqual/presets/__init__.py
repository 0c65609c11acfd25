"""Named data to choose, never a default: example targets, named procedures, vendors' clocks.

>>> from servqual.presets import clock_conventions
>>> clock_conventions("zendesk").whole_history
True
"""

from servqual.presets.clock_readings import CLOCK_READINGS, clock_conventions
from servqual.presets.examples import ExampleTarget, example_targets
from servqual.presets.procedures import example_procedures

__all__ = ["CLOCK_READINGS", "ExampleTarget", "clock_conventions", "example_procedures", "example_targets"]
