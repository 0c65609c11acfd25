"""Opening hours of a day as people write them, read as numbers and written back in one form.

    "09:00-12:30, 13:00-17:30"   ->   ((9 h, 12.5 h), (13 h, 17.5 h))
    "22:00-6:00"                 ->   ((22 h, 30 h),)                    ->   "22:00-06:00"

A spell is a pair of microseconds since midnight of the day that opens it; a close on the next day exceeds 24 h. So a
night needs no case of its own: spells sort and overlap by plain comparison, and only the change from one day to the
next subtracts 24 h. Calendars keep the text, which is short, hashable and the same in stored forms; it is read again
once per compiled year, at the cost of one regular expression per time.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from servqual._checks import several
from servqual.errors import InvalidValue

# hours of one day as a caller may write them: text, or pairs of opening and closing time
Spells: TypeAlias = str | Iterable[tuple[dt.time | str, dt.time | str]]

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FULL: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TIME: Final = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?")
_MIDNIGHT: Final = 86_400_000_000
_SOME_DAY: Final = dt.datetime(1970, 1, 1)  # noqa: DTZ001  # only its clock is read


def weekday_of(text: object, field: str = "week") -> int:
    """Return the number of a weekday by its name, 0 for Monday."""
    name = str(text).strip().casefold()
    for names in (DAYS, _FULL):
        if name in names:
            return names.index(name)
    raise InvalidValue.of(field, "name days such as 'mon', 'mon-fri' or 'sat, sun'", text)


def day_spells(given: Spells, field: str) -> tuple[tuple[int, int], ...]:
    """Read the spells of a day in order, in microseconds since midnight; a close on the next day exceeds 24 h.

    Spells that touch within the day are merged; spells that overlap are refused.
    """
    if isinstance(given, str):
        pairs = [tuple(re.split("[-\u2013]", spell)) for spell in given.split(",")] if given.strip() else []
    else:
        given = several(field, given, "hours of a day")
        pairs = [several(field, pair, "pairs of times", alone=dt.time) for pair in given]
    spells: list[tuple[int, int]] = []
    for spell in sorted(_spell(pair, given, field) for pair in pairs):
        if spells and spell[0] < spells[-1][1]:
            raise InvalidValue.of(field, "have spells that do not overlap", given, do="join them into one")
        if spells and spell[0] == spells[-1][1] and spell[1] <= _MIDNIGHT:
            spell = (spells.pop()[0], spell[1])  # noqa: PLW2901  # the joined spell takes its place
        spells.append(spell)
    return tuple(spells)


def read_week(given: Mapping[str, Spells]) -> Mapping[str, str]:
    """Read weekly hours as text by weekday, Monday first, without closed days."""
    if not isinstance(given, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidValue.of("week", "map days to hours, such as {'mon-fri': '09:00-17:00'}", given)
    spells: dict[int, tuple[tuple[int, int], ...]] = {}
    for key, hours in given.items():
        read = day_spells(hours, f"week[{key!r}]")
        for day in _days_of(key):
            if day in spells:
                raise InvalidValue.of(
                    "week",
                    "give each day once",
                    key,
                    shown=f"{DAYS[day]!r} again in {key!r}",
                    do="write its spells together",
                )
            spells[day] = read
    for day in range(7):
        today, tomorrow = spells.get(day), spells.get((day + 1) % 7)
        if today and tomorrow and today[-1][1] > tomorrow[0][0] + _MIDNIGHT:
            raise InvalidValue.of(
                "week",
                "have spells that do not overlap",
                given,
                shown=f"{DAYS[day]!r} {_text(today)}, which runs into {DAYS[(day + 1) % 7]!r} {_text(tomorrow)}",
                do="end the one where the other begins",
            )
    return MappingProxyType({DAYS[day]: _text(spells[day]) for day in range(7) if spells.get(day)})


def read_dates(given: Mapping[dt.date, Spells], field: str) -> Mapping[dt.date, str]:
    """Read hours of single dates as text by date, in order; a closed day is the empty text."""
    if not isinstance(given, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidValue.of(field, "map dates to hours", given)
    read = {as_date(date, field): _text(day_spells(hours, f"{field}[{date}]")) for date, hours in given.items()}
    return MappingProxyType(dict(sorted(read.items())))


def as_date(value: object, field: str) -> dt.date:
    """Read a calendar date; refuse a datetime, because its date depends on a zone."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    raise InvalidValue.of(field, "be keyed by dates such as datetime.date(2026, 12, 24)", value)


def _days_of(key: str) -> list[int]:
    days: list[int] = []
    for part in str(key).split(","):
        first, dash, last = part.partition("-")
        start = weekday_of(first)
        length = (weekday_of(last) - start) % 7 if dash else 0
        days += [(start + step) % 7 for step in range(length + 1)]
    return days


def _spell(pair: tuple[dt.time | str, ...], given: Spells, field: str) -> tuple[int, int]:
    times = [_since_midnight(time) for time in pair]
    if len(times) != 2 or None in times:  # noqa: PLR2004  # an opening and a closing
        raise InvalidValue.of(field, "be like '09:00-12:30, 13:00-17:30', or empty for closed", given)
    opens, closes = times
    assert opens is not None and closes is not None  # noqa: PT018  # for the type checker
    if opens in {closes, _MIDNIGHT}:
        raise InvalidValue.of(field, "open before it closes", given, do="a whole day is '00:00-24:00'")
    return opens, closes if closes > opens else closes + _MIDNIGHT


def _since_midnight(time: object) -> int | None:
    """Return microseconds since midnight; None for text that is not a time of day."""
    match = _TIME.fullmatch(time.isoformat() if isinstance(time, dt.time) else str(time).strip())
    if match is None:
        return None
    hour, minute, second = (int(part or 0) for part in match.groups()[:3])
    whole = ((hour * 60 + minute) * 60 + second) * 1_000_000 + int((match[4] or "0").ljust(6, "0"))
    return whole if minute < 60 and second < 60 and whole <= _MIDNIGHT else None  # noqa: PLR2004  # clock faces


def _text(spells: Iterable[tuple[int, int]]) -> str:
    return ", ".join(f"{_clock(opens)}-{_clock(closes, closing=True)}" for opens, closes in spells)


def _clock(since: int, *, closing: bool = False) -> str:
    if closing and since == _MIDNIGHT:
        return "24:00"
    time = (_SOME_DAY + dt.timedelta(microseconds=since % _MIDNIGHT)).time()
    return time.isoformat("minutes" if time == time.replace(second=0, microsecond=0) else "auto")
