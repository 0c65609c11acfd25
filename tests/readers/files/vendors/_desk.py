"""A made-up desk of 36 cases, over the change of the clocks, as the truth that vendors' forms are read against."""

import datetime as dt
from zoneinfo import ZoneInfo

import attrs

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
COUNT = 36


@attrs.frozen
class Case:
    """A case as it was; moments are of UTC and full minutes, None is missing."""

    number: int
    received: dt.datetime
    first_response: dt.datetime | None
    resolved: dt.datetime | None
    closed: dt.datetime | None
    updated: dt.datetime
    customer: str
    team: str | None
    agent: str | None
    category: str
    priority: str
    channel: str
    reopened: int
    kept: bool | None


def _case(number: int) -> Case:
    # from 25 March to 5 April 2026, so that days above 12 prove the order of day and month, and clocks change within
    received = dt.datetime(2026, 3, 25, 8, 5, tzinfo=dt.UTC) + number * dt.timedelta(hours=7, minutes=13)
    minutes = 5 + 11 * number % 300
    is_open = number % 4 == 3  # every fourth case is open
    first = None if number % 9 == 8 else received + dt.timedelta(minutes=minutes)
    resolved = None if is_open else received + dt.timedelta(hours=1 + 5 * number % 70, minutes=minutes)
    closed = None if resolved is None or number % 5 == 4 else resolved + dt.timedelta(days=2)
    return Case(
        number=number,
        received=received,
        first_response=first,
        resolved=resolved,
        closed=closed,
        updated=closed or resolved or first or received,
        customer=f"customer{number % 11}@example.org",
        team=None if number % 13 == 12 else ("Billing", "Technical", "Front desk")[number % 3],
        agent=None if number % 7 == 6 else ("Ana Ruiz", "Bo Li", "Chloé Petit", "Dörte Groß")[number % 4],
        category=("Invoice", "Outage", "Access")[number % 3],
        priority=("Urgent", "High", "Normal", "Low")[number % 4],
        channel=("email", "phone", "web")[number % 3],
        reopened=1 if number % 10 == 0 else 0,
        kept=None if is_open else number % 6 != 0,
    )


CASES = tuple(_case(number) for number in range(COUNT))


def written(moment: dt.datetime | None, form: str, zone: dt.tzinfo, missing: str = "") -> str:
    """Write a moment as a vendor does, by the clock of a zone."""
    return missing if moment is None else moment.astimezone(zone).strftime(form)


def minutes(case: Case, end: dt.datetime | None, missing: str = "") -> str:
    """Write how many minutes after its receipt something was done."""
    return missing if end is None else str((end - case.received) // dt.timedelta(minutes=1))


def by_clock(case: Case, end: dt.datetime | None) -> str:
    """Write that as hours, minutes and seconds."""
    if end is None:
        return ""
    whole = (end - case.received) // dt.timedelta(minutes=1)
    return f"{whole // 60:02d}:{whole % 60:02d}:00"
