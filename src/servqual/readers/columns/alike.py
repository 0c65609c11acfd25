"""Many moments of one shape, read together.

The picture: with every digit written as 0, `13/05/2026 9:05` and `04/11/2026 8:30` are both `00/00/0000 0:00`. A form
parts all cells of such a shape at the same places, so one of them is parted, and the others are columns of a table of
signs, from which numbers, dates and instants are computed as arrays. What cannot be read so is left to the reader of
single cells, which also words every refusal; so the two cannot differ in what they refuse.
"""

from collections.abc import Iterable, Iterator
from itertools import compress
from re import Match, Pattern
from typing import Final, NamedTuple

import numpy as np

from servqual._arrays import Array
from servqual.readers.columns.forms import PIVOT
from servqual.readers.columns.names import half, month

_SHAPE: Final = str.maketrans("123456789", "0" * 9)
_JANUARY: Final = np.datetime64("1970-01", "M")
_NUMBERS: Final = frozenset({"Y", "y", "m", "d", "H", "I", "M", "S", "f"})
_DIGITS: Final = 6
"""Those of a fraction that count, down to the microsecond."""


class Alike(NamedTuple):
    """Cells of one shape and zone: their clock times in microseconds, their days of the month, and the zone's text."""

    cells: list[str]
    wall: Array
    days: Array
    zone: str


def alike(cells: Iterable[str], pattern: Pattern[str]) -> Iterator[Alike]:
    r"""Part cells by shape and read those that a pattern of named parts reads whole, with a time of the day.

    Cells that are no date of the calendar are left out, and so are those that tell the day of the week.

    >>> import re
    >>> cells = ["4.5.2026 9:05Z", "31.5.2026 9:05Z", "32.5.2026 9:05Z", "4.5.2026"]
    >>> times = re.compile(r"(?P<d>\d+)\.(?P<m>\d+)\.(?P<Y>\d{4}) (?P<H>\d+):(?P<M>\d\d)(?P<z>Z)")
    >>> [(each.cells, each.days.tolist(), each.zone) for each in alike(cells, times)]
    [(['4.5.2026 9:05Z'], [4], 'Z'), (['31.5.2026 9:05Z'], [31], 'Z')]
    """
    shapes: dict[str, list[str]] = {}
    for cell in cells:
        shapes.setdefault(cell.translate(_SHAPE), []).append(cell)
    for some in shapes.values():
        if first := pattern.fullmatch(some[0]):
            zones: dict[str, list[str]] = {}
            start, end = first.span("z") if "z" in pattern.groupindex else (0, 0)
            for cell in some if end - start else ():
                zones.setdefault(cell[start:end], []).append(cell)
            for zone, same in zones.items() if zones else (("", some),):
                if found := _read(same, zone, first):
                    yield found


def _read(cells: list[str], zone: str, first: Match[str]) -> Alike | None:
    """Read cells that are parted as the first one of their shape is."""
    parts = {name: text for name, text in first.groupdict().items() if text and name != "z"}
    named = {name: text for name, text in parts.items() if name not in _NUMBERS}
    if named.keys() - {"b", "p"} or not parts.keys() & {"H", "I"}:
        return None
    read = zone + "".join(parts[name] for name in parts.keys() - named.keys())
    # other digits are those of another script, of a month such as 5月, or of the form itself
    if not read.isascii() or sum(map(str.isdigit, read)) < sum(map(str.isdigit, cells[0])):
        return None
    signs = np.array(cells).view(np.uint32).reshape(len(cells), -1).astype(np.int64) - ord("0")

    def number(name: str) -> Array:
        start, end = first.span(name) if name in parts else (0, 0)
        end = min(end, start + _DIGITS)
        return signs[:, start:end] @ 10 ** np.arange(end - start)[::-1]

    year = number("Y") if "Y" in parts else number("y") + np.where(number("y") >= PIVOT, 1900, 2000)
    of_year = number("m") if "m" in parts else np.full(len(cells), month(named["b"]) or 0)
    days = number("d") if "d" in parts else np.ones(len(cells), np.int64)
    midnight, is_date = _dates(year, of_year, days)
    hour, is_hour = number("H"), number("H") < 24  # noqa: PLR2004
    if "p" in named:
        twelve = number("I") if "I" in parts else number("H")
        later = half(named["p"])
        hour, is_hour = twelve % 12 + 12 * (later or 0), (later is not None) & (twelve >= 1) & (twelve <= 12)  # noqa: PLR2004
    minute, second = number("M"), number("S")
    fraction = number("f") * 10 ** (_DIGITS - min(_DIGITS, len(parts.get("f", ""))))
    good = is_date & is_hour & (minute < 60) & (second < 60)  # noqa: PLR2004
    wall = midnight + ((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction
    return Alike([*compress(cells, good.tolist())], wall[good], days[good], zone)


def _dates(year: Array, of_year: Array, day: Array) -> tuple[Array, Array]:
    """Compute the midnights of dates, and which are of the calendar."""
    first = _JANUARY + (year - 1970) * 12 + np.clip(of_year, 1, 12) - 1
    midnight, after = (each.astype("M8[D]").astype(np.int64) for each in (first, first + 1))
    good = (year >= 1) & (of_year >= 1) & (of_year <= 12) & (day >= 1) & (day <= after - midnight)  # noqa: PLR2004
    return (midnight + day - 1) * 86_400_000_000, good
