"""The parameters of KPIs: read from a view, and refused where they are not set or cannot be used."""

import datetime as dt
from collections.abc import Collection
from typing import Final

from servqual._arrays import Array
from servqual.errors import InvalidValue
from servqual.metrics.kpi.view import View
from servqual.readers.sources import holds

_US: Final = dt.timedelta(microseconds=1)


def limit_of(t: View, name: str) -> int:
    """Read a span of time of 0 or more, in microseconds."""
    limit = t.params[name]
    if not isinstance(limit, dt.timedelta) or limit < dt.timedelta():
        raise InvalidValue.of(
            name,
            "be a timedelta of 0 or more",
            limit,
            do=f"set it, such as KPIS['…'].with_({name}=datetime.timedelta(days=30))",
        )
    return limit // _US


def count_of(t: View, name: str) -> int:
    """Read a whole number of 1 or more."""
    count = t.params[name]
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise InvalidValue.of(name, "be a whole number of 1 or more", count, do=f"set it, such as .with_({name}=3)")
    return count


def level_of(t: View, name: str) -> float:
    """Read a number between 0 and 1, both excluded."""
    level = t.params[name]
    if isinstance(level, bool) or not isinstance(level, int | float) or not 0 < level < 1:
        raise InvalidValue.of(name, "be a number between 0 and 1", level, do=f"set it with .with_({name}=…)")
    return level


def scale_of(t: View) -> tuple[float, float]:
    """Read the two ends of the `scale`."""
    scale = t.params["scale"]
    if not (isinstance(scale, tuple) and len(scale) == 2 and scale[0] < scale[1]):  # noqa: PLR2004  (two ends)
        raise InvalidValue.of("scale", "be its two ends, such as (1, 5)", scale, do="set it with .with_(scale=…)")
    return scale


NAMING: Final = ("complaints", "internal", "steps")
"""Parameters that name the labels whose rows are hits."""
CHOOSING: Final = ("kinds", "surveys")
"""Parameters that name the labels whose rows count."""


def labelled(t: View, name: str, param: str) -> Array:
    """Find the rows whose label is one of those that a parameter names."""
    wanted = t.params[param]
    if isinstance(wanted, str) or not isinstance(wanted, tuple | list | set | frozenset) or not wanted:
        raise InvalidValue.of(param, f"name values of {name}", wanted, do=f"set it, such as .with_({param}=('…', '…'))")
    return holding(t, name, wanted, param)


def each_of(wanted: object) -> Collection[object]:
    """Give the values of a collection, or the one value that stands alone; a text is one value."""
    return wanted if isinstance(wanted, Collection) and not isinstance(wanted, str | bytes) else (wanted,)


def holding(t: View, name: str, wanted: object, param: str) -> Array:
    """Find the rows with this value, or one of these, as `where=` does, but labels in any letter case.

    `param` says what asks for them, for an error.
    """
    return holds(param, name, t.column(name), each_of(wanted), str.casefold)
