"""A configuration: whatever a TOML file holds gives a Config or an error in words."""

import datetime as dt
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.errors import InvalidValue, ServqualError
from servqual.report import Config
from servqual.report.config import as_span

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
def test_spans_are_read_as_people_write_them(text: str, seconds: int) -> None:
    """With a unit, always."""
    assert as_span(text) == dt.timedelta(seconds=seconds)


@pytest.mark.parametrize("value", ["soon", "5", 5, "0 h", "-1 h", "9" * 400 + " days", dt.timedelta()])
def test_other_spans_are_refused(value: object) -> None:
    """With an example of what is meant."""
    with pytest.raises(InvalidValue, match="such as '30 min'"):
        as_span(value)


def test_example_configurations_can_be_read() -> None:
    """Those in examples/ and in the pages."""
    from pathlib import Path  # noqa: PLC0415

    for path in (Path(__file__).parents[2] / "examples").glob("*.toml"):
        assert Config.read(preset=None, path=path).title
