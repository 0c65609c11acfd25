"""A wait that falls with the load, as in another season, is no improvement; all other changes are left alone."""

import datetime as dt

import pytest

from servqual.metrics import Tally, tally
from servqual.pdca import Verdict, compare
from servqual.samples import desk

UTC = dt.UTC
MARCH = (dt.datetime(2026, 3, 1, tzinfo=UTC), dt.datetime(2026, 4, 1, tzinfo=UTC))
MAY = (dt.datetime(2026, 5, 1, tzinfo=UTC), dt.datetime(2026, 6, 1, tzinfo=UTC))
HOUR = dt.timedelta(hours=1)


def month(
    period: tuple[dt.datetime, dt.datetime], n: int, hours: int, kept: float = 0.5, *, told: bool = True
) -> Tally:
    """A month of n cases: times around some hours, some promises kept, some cases reopened."""
    at = [period[0] + 9 * HOUR] * n
    cases = {
        "received_at": at,
        "resolved_at": [when + hours * HOUR + HOUR * (i % 60) / 60 for i, when in enumerate(at)],
        "sla_kept": [i < kept * n for i in range(n)],
        "reopened": [i < (1 - kept) * n for i in range(n)],
    }
    kpis = ["resolution_time", "resolution_p50", "sla_kept", "reopen_rate"]
    return tally(kpis, {"cases": cases}, period=period if told else None, now=period[1] + 30 * 24 * HOUR)


def judged(kpi: str, before: Tally, after: Tally) -> tuple[str, bool]:
    """The decision on a KPI, and whether the load may explain it."""
    found: Verdict = compare(before, after, kpi)
    return found.decision, "volume.explains" in {each.code for each in found.caveats}


@pytest.mark.parametrize("kpi", ["resolution_time", "resolution_p50", "sla_kept"])
@pytest.mark.parametrize(
    ("n", "better", "expected"),
    [
        (800, True, ("unclear", True)),
        (880, True, ("unclear", True)),
        (960, True, ("improved", False)),
        (1000, True, ("improved", False)),
        (1200, True, ("improved", False)),
        (1200, False, ("worse", True)),
        (800, False, ("worse", False)),
    ],
)
def test_only_a_change_that_the_load_would_make_is_held(
    kpi: str, n: int, better: bool, expected: tuple[str, bool]
) -> None:
    """Fewer cases and shorter waits say nothing; more cases and shorter waits do, and so does a load that is alike."""
    hours, kept = (20, 0.7) if better else (40, 0.3)
    assert judged(kpi, month(MARCH, 1000, 30), month(MAY, n, hours, kept)) == expected


def test_what_does_not_wait_does_not_follow_the_load() -> None:
    """A share of reopened cases improves whatever their number is."""
    assert judged("reopen_rate", month(MARCH, 1000, 30), month(MAY, 800, 20, 0.7)) == ("improved", False)


def test_no_period_no_load() -> None:
    """How many rows came per day is not known, which never blocks."""
    sides = month(MARCH, 1000, 30, told=False), month(MAY, 800, 20, told=False)
    assert judged("resolution_time", *sides) == ("improved", False)


def test_a_quiet_quarter_of_an_unchanged_desk_is_no_improvement() -> None:
    """The median time falls by itself from winter to spring, and the same quarter a year later is compared as ever."""
    sample = desk(seed=2, days=196, improved_after=None, season=0.3)
    sides = []
    for first in (0, 91):
        period = (sample.start + dt.timedelta(days=first), sample.start + dt.timedelta(days=first + 91))
        now = period[1] + dt.timedelta(days=14)
        sides.append(tally(["resolution_p50"], {"cases": sample.tables["cases"]}, period=period, now=now))
    found = compare(sides[0], sides[1])
    assert found.high is not None
    assert found.high < 0
    assert (found.decision, found.rule) == ("unclear", "blocked")
