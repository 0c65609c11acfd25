"""Moments that were given as times of the wall clock, in the hour by which the clock of their zone is put back."""

import datetime as dt

import numpy as np

from servqual._arrays import Array
from servqual._checks import as_zone
from servqual.readers.columns.request import Zones
from servqual.readers.columns.zones import first_of_two
from servqual.readers.memory.values import Values


def shown_twice(moments: Array, values: Values, zones: Zones, *, naive: bool) -> Array | None:
    """Mark the moments whose cell is a time that the clock shows twice; None where there is none.

    `naive` says that no cell has a zone; else a list is looked at cell by cell, and `datetime64` of numpy is UTC.
    """
    found = None if zones.naive is None else first_of_two(moments, as_zone(zones.naive))
    if found is None or naive:
        return found
    if isinstance(values, np.ndarray) and values.dtype.kind != "O":
        return None
    for row in np.flatnonzero(found).tolist():
        found[row] = _says_no_zone(values[row])
    return found if found.any() else None


def _says_no_zone(value: object) -> bool:
    return isinstance(value, dt.datetime) and value.tzinfo is None and not value.fold
