"""Plain data as a page reads it: any field may be missing or of another type, and every text is cleaned."""

import datetime as dt
import math
import re
from collections.abc import Mapping
from typing import Final, TypeAlias

from servqual._words import capital, clean, counted, number

Plain: TypeAlias = Mapping[str, object]
_ZONES: Final[Mapping[str, str]] = {"Z": "UTC", "+00:00": "UTC"}


def rows_in(data: Plain, key: str) -> list[Plain]:
    """List the mappings of a field."""
    value = data.get(key)
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list | tuple) else []


def row_in(data: Plain, key: str) -> Plain:
    """Give the mapping of a field, an empty one where it is none."""
    value = data.get(key)
    return value if isinstance(value, Mapping) else {}


def texts_in(data: Plain, key: str) -> list[str]:
    """List the texts of a field."""
    value = data.get(key)
    return [clean(line) for line in value if line] if isinstance(value, list | tuple) else []


def text_in(data: Plain, key: str) -> str:
    """Give the text of a field, empty where it is missing."""
    value = data.get(key)
    return "" if value is None else clean(value)


def number_in(data: Plain, key: str) -> float | None:
    """Give the finite number of a field, None where it is none."""
    value = data.get(key)
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def title_of(data: Plain) -> str:
    """The title with a capital at its head, as a heading wants it."""
    return capital(text_in(data, "title"))


def group_of(data: Plain, key: str) -> str:
    """Name a group."""
    return text_in(data, key) or "(not stated)"


def many(count: object, one: str, many: str = "") -> str:
    """A count with its noun; a dash where it is not known."""
    return counted(count, one, many) if isinstance(count, int) else "–"


def unit_of(row: Plain) -> str:
    """The unit to show a value in: seconds of business time are never told in days."""
    unit = text_in(row, "unit")
    return "working s" if unit == "s" and row.get("business_time") is True else unit


def about(row: Plain, unit: str) -> str:
    """Write a value, marked where it was read from bins."""
    value = number(row.get("value"), unit)
    return f"≈ {value}" if value != "–" and number_in(row, "error") else value


def day_of(text: str) -> dt.datetime | None:
    """An ISO date or moment, by its own wall clock."""
    try:
        return dt.datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None


def moment_in(data: Plain, key: str, *, zoned: bool = True) -> str:
    """A moment in words: the date alone at midnight, else with hour and minute; text of another kind as it is."""
    text = text_in(data, key)
    at = day_of(text)
    if at is None:
        return text
    if at.time() == dt.time():
        return f"{at:%Y-%m-%d}"
    zone = re.search(r"(Z|[+-]\d\d:\d\d)$", text) if zoned else None
    return f"{at:%Y-%m-%d %H:%M}" + (f" {_ZONES.get(zone[0], zone[0])}" if zone else "")
