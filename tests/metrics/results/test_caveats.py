"""A number that most of its data could not carry says so, per group, and cannot be judged."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.metrics import KPIS, Tally, measure, tally
from servqual.metrics.results.caveats import CODES
from servqual.model import Indicator

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
LATER = (NINE + dt.timedelta(hours=2)).isoformat()
cells = st.sampled_from(["soon", LATER, None])
groups = st.lists(st.tuples(st.sampled_from(["north", "south"]), cells), min_size=1, max_size=90)


def cases(rows: Sequence[tuple[str, str | None]]) -> dict[str, list[object]]:
    """Cases of a team, each with the cell that says when it was resolved."""
    return {
        "received_at": [NINE] * len(rows),
        "team": [team for team, _ in rows],
        "resolved_at": [cell for _, cell in rows],
    }


@given(groups, st.integers(0, 90))
def test_unread_rows_are_counted_by_group(rows: list[tuple[str, str | None]], cut: int) -> None:
    """Against the obvious count; in parts, from bytes, and in groups made coarser."""
    now = NINE + dt.timedelta(days=1)
    whole = tally(["resolution_time"], {"cases": cases(rows)}, by=["team"], now=now)
    parts = [
        tally(["resolution_time"], {"cases": cases(some)}, by=["team"], now=now) for some in (rows[:cut], rows[cut:])
    ]
    added = Tally.from_bytes((parts[0] + parts[1]).to_bytes())
    assert added.to_bytes() == whole.to_bytes()
    for measures in (added.measure(), whole.measure()):
        for m in measures:
            mine = [cell for team, cell in rows if team == m.group["team"]]
            unread, read = mine.count("soon"), len(mine) - mine.count("soon")
            assert (m.unread, m.n + m.undecided) == (unread, read)
            assert ("cells.unread" in {w.code for w in m.warnings}) == (unread / len(mine) >= 0.05)
            assert m.mostly_unread == (unread > read)
    total = added.without("team").measure().one()
    assert total.unread == [cell for _, cell in rows].count("soon")


def test_what_could_hardly_be_read_is_not_judged() -> None:
    """Three of six hundred say nothing of the desk; of the team whose cells were read there is a verdict."""
    rows = [("north", LATER)] * 3 + [("north", "17")] * 597 + [("south", LATER)] * 100
    found = measure(["resolution_rate"], {"cases": cases(rows)}, by=["team"], now=NINE + dt.timedelta(days=1))
    goal = Indicator(name="solve", kpi="resolution_rate", goal=0.5)
    assert {row.measured.group["team"]: row.verdict for row in found.against([goal])} == {
        "north": "cannot_be_judged",
        "south": "reached",
    }
    assert "597 rows of 600 could not be read (99.5 %)" in repr(found)
    assert "597 rows of 600 could not be read (99.5 %)" in found._repr_html_()
    assert found.columns()["warnings"] == ["cells.unread interval.approximate n.small", "interval.approximate"]


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        ({}, ["n.small"]),
        ({"where": {"team": "nroth"}}, ["where.no_match"]),
        ({"by": ["site"]}, ["group.no_match", "n.small"]),
    ],
)
def test_what_no_row_has_is_said(options: dict[str, object], codes: list[str]) -> None:
    """A slip of the pen in a filter or a group is not a number of nothing."""
    data = {**cases([("north", LATER)] * 9), "site": [None] * 9}
    found = measure(["resolution_time"], {"cases": data}, now=NINE + dt.timedelta(days=1), **options)  # type: ignore[arg-type]
    told = {w.code for m in found for w in m.warnings} | {w.code for w in found.warnings}
    assert sorted(told) == codes
    assert all(str(w) in repr(found) for w in found.warnings)


def test_a_name_that_no_row_has_is_said() -> None:
    """A slip of the pen in a parameter does not pass for a share of 0."""
    steps = {"started_at": [NINE] * 2, "ended_at": [NINE + dt.timedelta(hours=1)] * 2, "step": ["check", "pack"]}
    found = measure(
        [KPIS["step_time_share"].with_(steps=("chekc",))], {"steps": steps}, now=NINE + dt.timedelta(days=1)
    )
    assert "no row counted has steps chekc" in {str(w) for w in found.one().warnings}
    found = measure(
        [KPIS["step_time_share"].with_(steps=("check",))], {"steps": steps}, now=NINE + dt.timedelta(days=1)
    )
    assert found.one().value == 0.5
    assert "where.no_match" not in {w.code for w in found.one().warnings}


def test_an_immature_share_says_so() -> None:
    """Most cases may still be kept or missed."""
    kpi = KPIS["first_response_kept"].with_(within=dt.timedelta(hours=1))
    waiting = {"received_at": [NINE] * 100, "first_response_at": [NINE] * 40 + [None] * 60}
    m = measure([kpi], {"cases": waiting}, now=NINE + dt.timedelta(minutes=1)).one()
    assert (m.n, m.undecided, str(m.warnings[-1])) == (40, 60, "60 of 100 are undecided")
    assert [w.code for w in m.warnings] == ["interval.approximate", "share.immature"]


def test_unread_rows_of_a_stock_count_from_their_receipt_on() -> None:
    """Two of three cases of May have an end that cannot be read; in April there was none."""
    months = [dt.datetime(2026, month, 10, tzinfo=dt.UTC) for month in (4, 5, 5)]
    data: dict[str, list[Any]] = {"received_at": months, "resolved_at": [None, "soon", "later"]}
    found = measure(["backlog"], {"cases": data}, by=["month"], now=dt.datetime(2026, 6, 5, tzinfo=dt.UTC))
    assert [(m.value, m.unread) for m in found] == [(1, 0), (1, 2), (1, 2)]
    parts = [{name: cells[part] for name, cells in data.items()} for part in (slice(0, 2), slice(2, 3))]
    one, two = (
        tally(["backlog"], {"cases": p}, by=["month"], now=dt.datetime(2026, 6, 5, tzinfo=dt.UTC)) for p in parts
    )
    assert [m.unread for m in (one + two).measure()] == [0, 2, 2]


def test_scores_of_another_scale_are_said() -> None:
    """Ten answers on a scale that ends at 5 are no detractors; a 7 is no score from 1 to 5."""
    at = {"answered_at": [NINE] * 10, "score": [5, 4, 5, 3, 5, 5, 4, 5, 5, 5]}
    [nps] = measure(["nps"], {"answers": at})
    assert [str(w) for w in nps.warnings if w.code == "scores.off_scale"] == [
        "none of 10 scores is above 6: was the scale 0 to 10?"
    ]
    csat = KPIS["csat"].with_(scale=(1, 5), satisfied_from=4)
    [found] = measure([csat], {"answers": {"answered_at": [NINE] * 100, "score": [5] * 98 + [7, 9]}})
    assert (found.n, [str(w) for w in found.warnings][1:]) == (98, ["2 scores off the scale of their question"])
    promoters = measure(["nps"], {"answers": {**at, "score": [9] * 10}}).one()
    assert "scores.off_scale" not in {w.code for w in promoters.warnings}


def test_every_code_is_documented() -> None:
    """With the words of the table in the code."""
    page = (Path(__file__).parents[3] / "docs" / "tallies.md").read_text(encoding="utf-8")
    assert all(f"`{code}`" in page for code in CODES)


def test_a_sum_of_tallies_warns_of_customers_in_several_parts() -> None:
    """Who was asked in one part and answered in the other counts twice; one call with both sources counts once."""
    asked = {"customer_id": ["K-1", "K-2"], "invited_at": [NINE] * 2, "answered_at": [None] * 2}
    told: dict[str, list[Any]] = {"customer_id": ["K-1"], "invited_at": [None], "answered_at": [LATER]}
    one, two = (tally(["survey_response_rate"], {"answers": part}) for part in (asked, told))
    found = (one + two).measure().one()
    assert "parts.unchecked" in {w.code for w in found.warnings}
    assert "customer_id" in next(w.text for w in found.warnings if w.code == "parts.unchecked")
    whole = measure(["survey_response_rate"], {"answers": [asked, told]}).one()
    assert (whole.value, whole.n, [w.code for w in whole.warnings]) == (0.5, 2, ["interval.approximate", "n.small"])
    plain = [tally(["case_volume"], {"cases": cases([("north", LATER)])}) for _ in range(2)]
    assert not (plain[0] + plain[1]).measure().one().warnings


@pytest.mark.parametrize(("lost", "code"), [(0, None), (4, None), (30, "cells.unread"), (60, "parts.unread")])
def test_a_rate_says_that_one_of_its_two_counts_was_not_read(lost: int, code: str | None) -> None:
    """A hundred complaints over ten thousand contacts: what is lost of the few is not hidden by the many."""
    data = {
        "complaints": {"received_at": ["soon"] * lost + [LATER] * (100 - lost)},
        "interactions": {"queued_at": [LATER] * 10_000},
    }
    found = measure(["complaint_rate"], data).one()
    assert (found.unread, found.mostly_unread) == (lost, code == "parts.unread")
    assert [w.code for w in found.warnings] == ([code] if code else [])


def test_all_warnings_are_there_with_kpi_and_group() -> None:
    """What is to be known of all of a KPI once, and of each group beside it."""
    calls = {
        "queued_at": ["2026-05-04T09:00Z"] * 40,
        "wait_s": [5.0] * 35 + [-1.0] * 5,
        "team": ["north"] * 35 + ["south"] * 5,
        "site": [None] * 40,
    }
    found = measure(["asa", "volume"], {"interactions": calls}, by=["team", "site"])
    told = [(each.kpi, each.group, each.code) for each in found.warnings]
    assert told == [
        ("asa", None, "group.no_match"),
        ("asa", {"team": "south", "site": None}, "cells.unread"),
        ("volume", None, "group.no_match"),
    ]
    assert {(one.kpi, caveat.code) for one in found for caveat in one.warnings} == {
        (kpi, code) for kpi, _, code in told
    }


@pytest.mark.parametrize(("events", "code"), [(["opened by mail"] * 2, "parts.unread"), (["received", "hm"], None)])
def test_a_log_without_a_known_event_is_no_log_without_cases(events: list[str], code: str | None) -> None:
    """Where no event of a log could be used, a number of cases is not judged as the 0 that it seems to be."""
    monday = dt.datetime(2026, 5, 4, tzinfo=dt.UTC)
    log = {"case_id": ["C-1", "C-2"], "at": [monday] * 2, "event": events}
    for m in measure(["case_volume", "resolution_rate"], {"case_events": log}, now=monday):
        assert [one.code for one in m.warnings if one.code == "parts.unread"] == [code] * (code is not None)
        assert m.mostly_unread == (code is not None)


@pytest.mark.parametrize("kpi", ["resolution_median", "resolution_time", "resolution_rate"])
def test_open_items_are_counted_once_among_the_rows_that_were_read(kpi: str) -> None:
    """Six of ten rows could not be read, whether n counts the three that are still open or not."""
    monday, day = dt.datetime(2026, 5, 4, tzinfo=dt.UTC), dt.timedelta(days=1)
    cases = {"received_at": [monday] * 10, "resolved_at": ["soon"] * 6 + [monday + day] + [None] * 3}
    one = measure([kpi], {"cases": cases}, now=monday + 30 * day).one()
    assert (one.unread, one.mostly_unread) == (6, True)
    assert "6 rows of 10 could not be read (60 %)" in [str(each) for each in one.warnings]
