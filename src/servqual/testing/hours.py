"""Hypothesis strategies for business hours and for hard moments: clock changes, edges, nights."""

import datetime as dt
from typing import Literal

from hypothesis import strategies as st

from servqual.model import (
    BusinessHours,
    CombinedHours,
    DatedHours,
    DayRange,
    EasterDay,
    FixedDay,
    HolidayRule,
    Hours,
    NthWeekday,
    Window,
)
from servqual.model.hours.spells import DAYS

# half-hour changes, a skipped day, a change at midnight, no change, both hemispheres
ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/Havana",
    "Asia/Kathmandu",
    "Asia/Shanghai",
)
# around clock changes of those zones, a skipped day, a leap day, and the turn of a year
_TURNS = tuple(
    dt.datetime(*day, tzinfo=dt.UTC)
    for day in (
        (2011, 12, 30),
        (2026, 3, 8),
        (2026, 3, 29),
        (2026, 4, 4),
        (2026, 10, 4),
        (2026, 10, 25),
        (2026, 11, 1),
        (2026, 12, 31),
        (2028, 2, 29),
    )
)

_RULES: tuple[HolidayRule, ...] = (
    FixedDay(month=12, day=31, name="fixed", observed={"sat": -1, "sun": 1, "thu": 1}),
    NthWeekday(month=3, weekday="sun", nth=-1, name="nth"),
    NthWeekday(month=10, weekday="sun", nth=1, name="nth and after", offset=1),
    EasterDay(offset=-1, name="Easter"),
    DayRange(first=(12, 30), last=(1, 1), name="turn of the year"),
)


def moments(*, whole_minutes: bool = False, days: int = 4) -> st.SearchStrategy[dt.datetime]:
    """Draw moments within some days of a hard day: a clock change, a leap day, the turn of a year."""
    unit = dt.timedelta(minutes=1) if whole_minutes else dt.timedelta(microseconds=1)
    most = dt.timedelta(days=days) // unit

    def moved(turn: dt.datetime, steps: int) -> dt.datetime:
        return turn + steps * unit

    return st.builds(moved, st.sampled_from(_TURNS), st.integers(-most, most))


def windows(*, whole_minutes: bool = False, days: int = 4) -> st.SearchStrategy[Window]:
    """Draw windows between two such moments."""

    def between(a: dt.datetime, b: dt.datetime) -> Window:
        return Window(start=min(a, b), end=max(a, b))

    edge = moments(whole_minutes=whole_minutes, days=days)
    return st.builds(between, edge, edge)


@st.composite
def spells(draw: st.DrawFn, *, latest: int = 1440) -> str:
    """Draw up to three spells of a day in whole minutes; the last may end at `latest`, past midnight."""
    edges = sorted(draw(st.sets(st.integers(0, latest), max_size=6)))
    pairs = [pair for pair in zip(edges[::2], edges[1::2], strict=False) if pair[0] < 1440 and pair[1] - pair[0] < 1440]  # noqa: PLR2004  # minutes of a day
    return ", ".join(f"{_clock(a)}-{_clock(b if b <= 1440 else b - 1440)}" for a, b in pairs)  # noqa: PLR2004  # as above


@st.composite
def business_hours(
    draw: st.DrawFn, *, zones: tuple[str, ...] = ZONES, counting: Literal["real", "wall"] = "real"
) -> BusinessHours:
    """Draw weekly hours with nights, holidays by date and rule, special days and breaks near the hard days.

    `counting` is real or wall time for all of them. A week may be closed altogether; a day after a night begins after
    that night ends.
    """
    nights = draw(st.booleans())
    day = spells(latest=1440 + 5 * 60) if nights else spells()
    week = {name: draw(day) for name in DAYS}
    if nights:  # what would run into the morning before is left to the night
        week = {name: _from_five(text) for name, text in week.items()}
    near = moments(days=3).map(dt.datetime.date)
    rules = st.sampled_from(_RULES)
    return BusinessHours(
        zone=draw(st.sampled_from(zones)),
        week=week,
        holidays=draw(st.lists(st.one_of(near, rules), max_size=3)),
        special=draw(st.dictionaries(near, spells(), max_size=2)),
        breaks=draw(st.dictionaries(near, spells(latest=1440 + 120), max_size=2)),
        holiday_wins=draw(st.booleans()),
        holiday_cuts_night=draw(st.booleans()),
        gap=draw(st.sampled_from(("end", "later", "earlier"))),
        fold=draw(st.sampled_from(("both", "first", "second"))),
        counting=counting,
    )


def hours(*, zones: tuple[str, ...] = ZONES) -> st.SearchStrategy[Hours]:
    """Draw business hours, two of them combined, or one after another."""
    one = business_hours(zones=zones)

    def joined(left: Hours, how: Literal["|", "&", "-"], right: Hours) -> Hours:
        return CombinedHours(left=left, how=how, right=right)

    def following(old: Hours, since: dt.datetime, new: Hours) -> Hours:
        return DatedHours(eras=[(None, old), (since, new)])

    hows: st.SearchStrategy[Literal["|", "&", "-"]] = st.sampled_from(("|", "&", "-"))
    changes = moments(whole_minutes=True)  # the reference walks by the minute
    return st.one_of(one, st.builds(joined, one, hows, one), st.builds(following, one, changes, one))


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _from_five(text: str) -> str:
    """Drop spells that begin before five in the morning."""
    return ", ".join(spell for spell in text.split(", ") if spell >= "05:00")
