"""Named data that is somebody's choice and nobody's default: example targets, and how other products read a clock.

>>> from servqual.presets import clock_conventions
>>> clock_conventions("zendesk").whole_history
True
"""

from servqual.presets.clock_readings import CLOCK_READINGS, clock_conventions
from servqual.presets.examples import ExampleTarget, example_targets

__all__ = ["CLOCK_READINGS", "ExampleTarget", "clock_conventions", "example_targets"]
