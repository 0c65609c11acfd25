"""A configuration: whatever a TOML file holds gives a Config or an error in words."""

import datetime as dt
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.errors import InvalidValue, ServqualError
from servqual.model import BusinessHours, WorkingDays
from servqual.report import Config, report
from servqual.report.limits import as_limit

WEEK = BusinessHours(zone="UTC", week={"mon-fri": "09:00-17:00"})
odd: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.dates() | st.datetimes(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
SETTINGS = {
    "columns": ("case_id", "received_at", "team"),
    "read": ("zone", "dates", "missing", "decimal", "true", "false", "fold", "delimiter", "encoding", "sheet"),
    "log": ("event", "at", "moments", "repeats"),
    "hours": ("zone", "week", "holidays", "special", "breaks"),
    "report": ("title", "groups", "every"),
}
NESTED = {
    ("log", "moments"): ("received_at", "closed_at"),
    ("log", "repeats"): ("reopened",),
    ("hours", "week"): ("mon-fri", "sat"),
    ("hours", "special"): ("2026-12-24",),
}
GOOD: dict[str, Any] = {
    "log": {"event": "step", "at": "when", "moments": {"received_at": {"first": "*"}}},
    "hours": {"zone": "UTC", "week": {"mon-fri": "09:00-17:00"}},
}
targets = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "clock": st.just("resolution") | odd,
            "kpi": st.just("sla_kept") | odd,
            "within": st.just("2 h") | odd,
            "goal": st.just(0.9) | odd,
            "only": st.just({"priority": "urgent"}) | odd,
            "name": odd,
        },
    ),
    max_size=2,
)


@st.composite
def tables(draw: st.DrawFn) -> dict[str, Any]:
    """A configuration that is right but for some settings."""
    table: dict[str, Any] = {}
    for part, names in SETTINGS.items():
        if draw(st.booleans()):
            table[part] = {**GOOD.get(part, {}), draw(st.sampled_from(names)): draw(odd)}
    for (part, name), keys in NESTED.items():
        if part in table and draw(st.booleans()):
            table[part] = {**table[part], name: {draw(st.sampled_from(keys)): draw(odd)}}
    if draw(st.booleans()):
        table["targets"] = draw(targets | odd)
    if draw(st.booleans()):
        table[draw(st.sampled_from(["preset", "columns", "read", "hours"]))] = draw(odd)
    return table


@settings(max_examples=400)
@given(tables())
def test_anything_gives_a_config_or_an_error_in_words(table: dict[str, Any]) -> None:
    """Never a TypeError from somewhere inside."""
    with suppress(ServqualError):
        assert isinstance(Config.from_table(table).title, str)


@pytest.mark.parametrize(
    ("text", "seconds"), [("30 s", 30), ("90 min", 5400), ("1.5 h", 5400), ("2 days", 172_800), ("1w", 604_800)]
)
def test_limits_are_read_as_people_write_them(text: str, seconds: int) -> None:
    """With a unit, always; without opening hours a day is 24 hours."""
    assert as_limit(text, None) == (dt.timedelta(seconds=seconds), None)


@pytest.mark.parametrize("value", ["soon", "5", "0 h", "0 days", "-1 h", "1.5 working days", "9" * 400 + " days"])
def test_other_limits_are_refused(value: str) -> None:
    """With an example of what is meant."""
    with pytest.raises(InvalidValue, match="such as '30 min'"):
        as_limit(value, WEEK)


@pytest.mark.parametrize(
    ("text", "limit", "hours"),
    [
        ("16 h", dt.timedelta(hours=16), WEEK),
        ("2 calendar days", dt.timedelta(days=2), None),
        ("1 Calendar Week", dt.timedelta(days=7), None),
        ("2 working days", WorkingDays(2), WEEK),
        ("1 business day", WorkingDays(1), WEEK),
        ("0 working days", WorkingDays(0), WEEK),
        ("2 working days, same time", WorkingDays(2, convention="same_time"), WEEK),
    ],
)
def test_with_opening_hours_a_limit_says_which_days(
    text: str, limit: dt.timedelta | WorkingDays, hours: BusinessHours | None
) -> None:
    """Working days and hours count in the opening hours, calendar days on the clock."""
    assert as_limit(text, WEEK) == (limit, hours)


@pytest.mark.parametrize("text", ["2 days", "1 d", "1.5 days", "1 week", "3w"])
def test_days_that_may_mean_three_things_are_a_question(text: str) -> None:
    """The message offers three forms, and each of them can be read."""
    with pytest.raises(InvalidValue, match="within must say which days are meant") as caught:
        as_limit(text, WEEK)
    offered = re.findall(r"'([^']*)' \(|or '([^']*)'", str(caught.value).partition("; ")[2])
    assert len(offered) == 3
    for forms in offered:
        assert as_limit("".join(forms), WEEK)[0]


def test_working_days_need_opening_hours() -> None:
    """Without [hours] nobody knows which days these are."""
    with pytest.raises(InvalidValue, match=r"give \[hours\]"):
        as_limit("2 working days", None)


@pytest.mark.parametrize(("within", "kept"), [("2 working days", 0.5), ("16 h", 0.5), ("2 calendar days", 0.5)])
def test_working_days_are_those_of_the_hours(tmp_path: Path, within: str, kept: float) -> None:
    """Monday to Friday is late and Monday to Tuesday in time, by each of the forms that are offered."""
    path = tmp_path / "tickets.csv"
    path.write_text(
        "case_id,received_at,resolved_at\n"
        "A-1,2026-05-04T10:00Z,2026-05-08T10:00Z\nA-2,2026-05-04T10:00Z,2026-05-05T10:00Z\n",
        encoding="utf-8",
    )
    config = Config.from_table(
        {
            "read": {"zone": "UTC"},
            "hours": {"week": {"mon-fri": "09:00-17:00"}},
            "targets": [{"clock": "resolution", "within": within, "goal": 0.9}],
        }
    )
    found = {kpi["key"]: kpi["value"] for kpi in report(path, config)["kpis"]}
    assert found[f"resolution_kept {within}"] == kept


def test_due_on_a_day_is_due_when_it_ends(tmp_path: Path) -> None:
    """What was done on the day was done in time, in the zone of the desk."""
    path = tmp_path / "tickets.csv"
    path.write_text(
        "case_id,received_at,resolved_at,due_at\n"
        "A-1,2026-05-04T10:00Z,2026-05-07T03:59Z,2026-05-06\nA-2,2026-05-04T10:00Z,2026-05-07T04:00Z,2026-05-06\n",
        encoding="utf-8",
    )
    config = Config.from_table({"targets": [{"kpi": "resolution_kept", "goal": 0.9}]}, zone="America/New_York")
    [kept] = [kpi["value"] for kpi in report(path, config)["kpis"] if kpi["key"] == "resolution_kept"]
    assert kept == 0.5


def test_example_configurations_can_be_read() -> None:
    """Those in examples/ and in the pages."""
    for path in (Path(__file__).parents[2] / "examples").glob("*.toml"):
        assert Config.read(preset=None, path=path).title
