"""A column that marks only yes says so: a blank is not known, and a share of what is known is then 0 or 100 %."""

import datetime as dt
from functools import reduce
from operator import add
from typing import Any

import pytest

from servqual.metrics import Tally, measure, tally

AT = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
MARK = "{} is yes in 30 rows and blank in 70, and no in none: if a blank means no, fill it in with no"
COUNT = "{} is above 0 in 30 rows and blank in 70, and 0 in none: if a blank means 0, fill it in with 0"
PART = "{} is blank in 70 rows, left out beside 30 that count: if a blank means 0, fill it in with 0"
SHARES = {
    "escalation_rate": ("cases", "escalated", True, False, MARK),
    "first_line_rate": ("cases", "escalated", True, False, MARK),
    "reopen_rate": ("cases", "reopened", 2, 0, COUNT),
    "reassignment_rate": ("cases", "reassigned", 1, 0, COUNT),
    "first_pass_yield": ("steps", "reworked", True, False, MARK),
    "transfer_rate": ("interactions", "transferred", True, False, MARK),
    "hold_rate": ("interactions", "hold_s", 20.0, 0.0, COUNT),
}
MEANS = {
    "reassignments_per_case": ("cases", "reassigned", 2),
    "hold_time": ("interactions", "hold_s", 20.0),
    "aht": ("interactions", "hold_s", 20.0),
}


def table(name: str, column: str, cells: list[Any], **more: list[Any]) -> dict[str, Any]:
    """Rows of a table with these cells in one column."""
    n = len(cells)
    if name == "cases":
        return {name: {"received_at": [AT] * n, "resolved_at": [AT] * n, column: cells, **more}}
    if name == "steps":
        return {name: {"started_at": [AT] * n, "ended_at": [AT] * n, column: cells, **more}}
    return {name: {"queued_at": [AT] * n, "talk_s": [60.0] * n, column: cells, **more}}


def told(found: Tally) -> list[str]:
    """What the only number of a tally says of blanks."""
    return [str(each) for each in found.measure().one().warnings if each.code == "flags.only_yes"]


@pytest.mark.parametrize("key", SHARES)
def test_a_share_of_marks_alone_is_warned_of(key: str) -> None:
    """Thirty marks and seventy blanks are told; one cell that says no, or as many marks as blanks, are not."""
    name, column, yes, no, text = SHARES[key]
    only = tally([key], table(name, column, [yes] * 30 + [None] * 70), now=NOW)
    assert told(only) == [text.format(column)]
    assert not told(tally([key], table(name, column, [yes] * 30 + [None] * 69 + [no]), now=NOW))
    assert not told(tally([key], table(name, column, [yes] * 50 + [None] * 50), now=NOW))
    assert not told(tally([key], table(name, column, [no] * 30 + [None] * 70), now=NOW))
    assert not told(tally([key], table(name, column, [None] * 70), now=NOW))


@pytest.mark.parametrize("key", MEANS)
def test_a_mean_of_few_known_rows_is_warned_of(key: str) -> None:
    """A part that is blank in most rows takes them out of the mean."""
    name, column, value = MEANS[key]
    assert told(tally([key], table(name, column, [value] * 30 + [None] * 70), now=NOW)) == [PART.format(column)]
    assert not told(tally([key], table(name, column, [value] * 50 + [None] * 50), now=NOW))


def test_blanks_of_abandoned_contacts_say_nothing() -> None:
    """Who was not answered was neither transferred nor held."""
    cells = [True] * 30 + [None] * 70
    given = table("interactions", "transferred", cells, abandoned=[False] * 30 + [True] * 70)
    assert not told(tally(["transfer_rate"], given, now=NOW))
    held = table("interactions", "hold_s", [20.0] * 30 + [None] * 70, abandoned=[False] * 30 + [True] * 70)
    assert not told(tally(["aht"], held, now=NOW))


def test_parts_say_what_the_whole_says() -> None:
    """The counts add up: marks in one part, blanks in another, and a no in a third."""
    parts: list[list[Any]] = [[True] * 30 + [None] * 20, [None] * 50]
    tallies = [tally(["escalation_rate"], table("cases", "escalated", part), now=NOW) for part in parts]
    assert [told(part) for part in tallies] == [[], []]
    whole = reduce(add, tallies)
    assert told(whole) == [MARK.format("escalated")]
    assert whole == tally(["escalation_rate"], table("cases", "escalated", [*parts[0], *parts[1]]), now=NOW)
    assert told(Tally.from_bytes(whole.to_bytes())) == told(whole)
    no = tally(["escalation_rate"], table("cases", "escalated", [False]), now=NOW)
    assert not told(whole + no)


def test_groups_and_asked_rows_are_told_by_their_rows() -> None:
    """All groups are told; blanks that `where=` leaves out are not counted."""
    given = table("cases", "escalated", [True] * 30 + [None] * 70, team=["a"] * 30 + ["b"] * 70)
    grouped = measure(["escalation_rate"], given, by=["team"], now=NOW)
    assert {str(each) for one in grouped for each in one.warnings if each.code == "flags.only_yes"} == {
        MARK.format("escalated")
    }
    assert not told(tally(["escalation_rate"], given, where={"team": "a"}, now=NOW))
