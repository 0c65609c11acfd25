"""Where a refusal says that a cell's setting belongs: into a file of settings, or into the `Layout` of a call."""

from typing import Final

import attrs


@attrs.frozen
class Advice:
    """How a refusal names a setting.

    Attributes:
        place: what stands behind a setting to say where it is given.
        zone: the example of a zone for moments that carry none.
        desk: that of a zone in which a date is a day.
        instead: what to do where no setting helps, such as for a text beside numbers of the file's own.

    >>> IN_CALL("set decimal = ','"), Advice(instead="make the column a number first")("set decimal = ','")
    ("set decimal = ',' in layout=Layout(…)", 'make the column a number first')
    """

    place: str = ""
    zone: str = "zone = 'Europe/Berlin'"
    desk: str = "zone = 'Europe/Berlin'"
    instead: str = ""

    def __call__(self, setting: str) -> str:
        """Say which setting would help, or what else would."""
        return self.instead or setting + self.place


IN_SETTINGS: Final = Advice()
"""For a report, which has a file of settings."""
IN_LAYOUT: Final = Advice(
    " in layout=Layout(…)", "layout=Layout(zone='Europe/Berlin')", "layout=Layout(zone='Europe/Berlin')"
)
"""For an `Export`, which has a layout."""
IN_CALL: Final = attrs.evolve(IN_LAYOUT, zone="naive='Europe/Berlin'", desk="zone='Europe/Berlin'")
"""For a call of `measure`, which takes a layout, and the zone alone."""
