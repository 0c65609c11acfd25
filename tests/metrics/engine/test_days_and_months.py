"""Dates, months and texts where a period, a moment or a value is asked for: each means what its moments mean."""

import datetime as dt
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from servqual.errors import InvalidValue, NaiveTime
from servqual.metrics import Measures, measure, tally

BERLIN: Final = ZoneInfo("Europe/Berlin")
CASES: Final = {
    "received_at": ["2026-04-30T21:59Z", "2026-04-30T22:00Z", "2026-05-31T21:59Z", "2026-05-31T22:00Z", None],
    "resolved_at": ["2026-05-04T09:00Z", None, "2026-06-01T09:00Z", None, None],
    "reopened": [0, 1, 2, 0, 1],
    "escalated": [True, False, True, None, True],
    "team": ["2026-05-04", "north", "north", "7", None],
}


def volume(**options: Any) -> Measures:
    """The cases, as asked."""
    return measure(["case_volume"], {"cases": CASES}, zone="Europe/Berlin", **options)


@pytest.mark.parametrize(
    "period",
    [
        "2026-05",
        "2026-05..2026-05",
        "2026-05-01..2026-05-31",
        ("2026-05", "2026-06"),
        (dt.date(2026, 5, 1), dt.date(2026, 6, 1)),
        (np.datetime64("2026-05-01"), "2026-06-01"),
        ("2026-05-01T00:00+02:00", dt.datetime(2026, 6, 1, tzinfo=BERLIN)),
    ],
)
def test_a_month_is_that_of_the_desk(period: Any) -> None:
    """In words, as dates, and as the moments at which it begins and ends."""
    plain = (dt.datetime(2026, 4, 30, 22, tzinfo=dt.UTC), dt.datetime(2026, 5, 31, 22, tzinfo=dt.UTC))
    assert volume(period=period) == volume(period=plain)
    assert volume(period=period).one().value == 2


def test_a_date_is_a_period_of_a_day() -> None:
    """Of the desk, as its text is; a moment alone has no end, and is refused."""
    for day in ("2026-05-01", "2026-05-04", "2026-06-01"):
        assert volume(period=dt.date.fromisoformat(day)) == volume(period=day)
    with pytest.raises(InvalidValue, match="period must be a text such as 2026-05, or two moments"):
        volume(period=dt.datetime(2026, 5, 4, tzinfo=BERLIN))


def test_a_day_is_a_now() -> None:
    """The start of that day at the desk."""
    at = dt.datetime(2026, 6, 1, tzinfo=BERLIN)
    for now in ("2026-06-01", dt.date(2026, 6, 1), "2026-06-01T00:00+02:00", np.datetime64("2026-06-01"), "2026-06"):
        found = measure(["backlog"], {"cases": CASES}, zone="Europe/Berlin", now=now)
        assert found == measure(["backlog"], {"cases": CASES}, zone="Europe/Berlin", now=at)


@pytest.mark.parametrize(
    ("where", "rows"),
    [
        ({"received_at": "2026-05"}, 2),
        ({"received_at": dt.date(2026, 5, 1)}, 1),
        ({"received_at": ["2026-04-30", "2026-06"]}, 2),
        ({"received_at": "2026-04..2026-05"}, 3),
        ({"received_at": None}, 1),
        ({"received_at": "2026-04-30T22:00Z"}, 1),
        ({"received_at": dt.datetime(2026, 4, 30, 22, tzinfo=dt.UTC)}, 1),
        ({"received_at": np.datetime64("2026-05-31")}, 1),
        ({"resolved_at": "2026", "escalated": "yes"}, 2),
        ({"escalated": ["no", None]}, 2),
        ({"reopened": ["1", 2]}, 3),
        ({"team": dt.date(2026, 5, 4)}, 1),
        ({"team": 7}, 1),
    ],
)
def test_rows_are_chosen_by_moments_and_texts(where: dict[str, Any], rows: int) -> None:
    """A moment lies in the period in words, and a text is read like a cell."""
    found = volume(where=where)
    assert found.rows["cases"].read == rows
    assert tally(["case_volume"], {"cases": CASES}, zone="Europe/Berlin", where=where).measure() == found


def test_a_month_without_rows_is_said() -> None:
    """As of any other value that no row has."""
    assert [str(caveat) for caveat in volume(where={"received_at": "2026-03"}).warnings] == [
        "no row has received_at 2026-03"
    ]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"period": "May"}, InvalidValue, "period must be from 1971 to 2098, such as 2026, 2026-Q2, 2026-05"),
        ({"period": "2026-06..2026-05"}, InvalidValue, "period must end after it begins"),
        ({"period": ("2026-05", "2026-05")}, InvalidValue, "period must be two moments, the first before the second"),
        ({"period": ("2026-05-01T00:00", "2026-06")}, NaiveTime, "period needs a zone"),
        ({"period": ("9:30", "2026-06")}, InvalidValue, "period must be a moment such as 2026-05-04T09:00"),
        ({"now": "today"}, InvalidValue, "now must be from 1971 to 2098"),
        ({"where": {"received_at": "soon"}}, InvalidValue, "where must be from 1971 to 2098"),
        (
            {"where": {"received_at": "2026-05-04T09:00"}},
            InvalidValue,
            "compare received_at with moments .* or 2026-05-04T09:00Z",
        ),
        ({"where": {"received_at": 5}}, InvalidValue, "where must compare received_at with moments"),
        ({"where": {"reopened": "often"}}, InvalidValue, r"where must compare reopened with counts \(got 'often'"),
        ({"where": {"escalated": "perhaps"}}, InvalidValue, "where must compare escalated with flags"),
    ],
)
def test_what_is_no_period_is_refused(options: Any, error: type[Exception], message: str) -> None:
    """With the forms that there are."""
    with pytest.raises(error, match=message):
        volume(**options)
