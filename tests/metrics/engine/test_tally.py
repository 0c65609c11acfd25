"""Tallies: each KPI equals its slow twin, and parts of the same rows are the same bytes."""

import datetime as dt
import random
import statistics
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import (
    InvalidValue,
    MissingColumn,
    NaiveTime,
    RefusedRow,
    TallyMismatch,
    UnknownName,
    UnreadableTally,
)
from servqual.metrics import KPIS, Kpi, Measurement, Ratio, Tally, measure, tally
from servqual.metrics.catalogue.cases import CASE_KPIS
from servqual.metrics.results.caveats import SMALL
from servqual.model import BusinessHours

START = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
NOW = START + dt.timedelta(days=20)
HOUR = dt.timedelta(hours=1)
Case = dict[str, Any]
OF_CASES = [kpi.key for kpi in CASE_KPIS]

moments = st.integers(0, 24 * 30).map(lambda hours: START + hours * HOUR)
cases_ = st.lists(
    st.fixed_dictionaries(
        {
            "team": st.sampled_from(["north", "south", None]),
            "received_at": st.none() | moments,
            "first_response_at": st.none() | moments,
            "resolved_at": st.none() | moments,
            "closed_at": st.none() | moments,
            "due_at": st.none() | moments,
            "reopened": st.sampled_from([None, 0, 1, 3]),
            "reassigned": st.sampled_from([None, 0, 2]),
            "sla_kept": st.sampled_from([None, True, False]),
        }
    ),
    max_size=25,
)


def columns(cases: list[Case]) -> dict[str, list[Any]]:
    """Cases as a mapping of columns."""
    names = (
        "team",
        "received_at",
        "first_response_at",
        "resolved_at",
        "closed_at",
        "due_at",
        "reopened",
        "reassigned",
        "sla_kept",
    )
    return {name: [case[name] for case in cases] for name in names}


# --- slow twins: one obvious function a KPI, over plain dicts -----------------------------------------


def arrived(c: Case) -> bool:
    """Whether the case was there by now."""
    return c["received_at"] is not None and c["received_at"] <= NOW


def by_now(c: Case, name: str) -> bool:
    """Whether a moment had come by now."""
    return c[name] is not None and c[name] <= NOW


def is_open(c: Case) -> bool:
    """Neither resolved nor closed by now."""
    return not by_now(c, "resolved_at") and not by_now(c, "closed_at")


def times(cases: list[Case], name: str) -> tuple[list[float], int]:
    """Seconds from receipt, and how many cases may still get there; an end before the start is refused."""
    inside = [c for c in cases if arrived(c) and not (came(c, name) and c[name] < c["received_at"])]
    seconds = [(c[name] - c["received_at"]).total_seconds() for c in inside if came(c, name)]
    return seconds, sum(is_open(c) for c in inside if not came(c, name))


def came(c: Case, name: str) -> bool:
    """Whether it came by now; a reply after the close answers nothing any more."""
    late = name == "first_response_at" and by_now(c, "closed_at") and by_now(c, name) and c["closed_at"] < c[name]
    return by_now(c, name) and not late


def quantile(values: list[float], q: float) -> float | None:
    """The smallest value with a share q at or below it."""
    ordered = sorted(values)
    return next((v for i, v in enumerate(ordered, 1) if i >= q * len(ordered) - 1e-9), None)


def slow_kept(cases: list[Case], name: str, within: dt.timedelta | None) -> tuple[float | None, int, int]:
    """Hits, misses and undecided one by one."""
    hits = misses = undecided = 0
    for c in cases:
        closed, done = by_now(c, "closed_at"), came(c, name)
        if not arrived(c) or (done and c[name] < c["received_at"]):
            continue
        if closed and not done and c["closed_at"] < c["received_at"]:
            continue
        due = c["due_at"] if within is None else c["received_at"] + within
        if due is None or due < c["received_at"]:
            continue
        if done:
            hits, misses = hits + (c[name] <= due), misses + (c[name] > due)
        elif closed:  # its clock ended with it, undecided unless it was due before
            misses += due < c["closed_at"]
        else:
            misses, undecided = misses + (due < NOW), undecided + (due >= NOW)
    n = hits + misses
    return (hits / n if n else None), n, undecided


def slow_share(cases: list[Case], hit: Callable[[Case], bool]) -> tuple[float | None, int, int]:
    """A share of cases."""
    hits = [hit(c) for c in cases]
    return (sum(hits) / len(hits) if hits else None), len(hits), 0


def slow_mean(values: list[float], undecided: int) -> tuple[float | None, int, int]:
    """A mean of durations."""
    return (statistics.fmean(values) if values else None), len(values), undecided


def slow_quantile(key: str, cases: list[Case]) -> tuple[float | None, int, int]:
    """A percentile of durations."""
    name = "resolved_at" if key.startswith("resolution") else "first_response_at"
    values, undecided = (ages(cases), 0) if key.startswith("backlog") else times(cases, name)
    return quantile(values, {"p50": 0.5, "p90": 0.9}[key[-3:]]), len(values), undecided


def ages(cases: list[Case]) -> list[float]:
    """Seconds since receipt of open cases."""
    return [(NOW - c["received_at"]).total_seconds() for c in cases if arrived(c) and is_open(c)]


def slow_reopened(cases: list[Case]) -> tuple[float | None, int, int]:
    """Among finished cases and those that were reopened."""
    known = [c for c in cases if arrived(c) and c["reopened"] is not None]
    return slow_share([c for c in known if c["reopened"] or not is_open(c)], lambda c: c["reopened"] > 0)


def slow_among(name: str, hit: Callable[[Case], bool]) -> Callable[[list[Case]], tuple[float | None, int, int]]:
    """A share of the cases that have something in a column."""
    return lambda cases: slow_share([c for c in cases if arrived(c) and c[name] is not None], hit)


SLOW: dict[str, Callable[[list[Case]], tuple[float | None, int, int]]] = {
    "case_volume": lambda cases: (sum(map(arrived, cases)),) * 2 + (0,),
    "backlog": lambda cases: (len(ages(cases)),) * 2 + (0,),
    "backlog_age": lambda cases: slow_mean(ages(cases), 0),
    "first_response_time": lambda cases: slow_mean(*times(cases, "first_response_at")),
    "resolution_time": lambda cases: slow_mean(*times(cases, "resolved_at")),
    "resolution_rate": slow_among("received_at", lambda c: by_now(c, "resolved_at")),
    "reopen_rate": slow_reopened,
    "reassignment_rate": slow_among("reassigned", lambda c: c["reassigned"] > 0),
    "sla_kept": slow_among("sla_kept", lambda c: c["sla_kept"]),
    "resolution_kept": lambda cases: slow_kept(cases, "resolved_at", None),
    "first_response_kept": lambda cases: slow_kept(cases, "first_response_at", 4 * HOUR),
}


def slow(key: str, cases: list[Case]) -> tuple[float | None, int, int]:
    """Value, n and undecided of a KPI."""
    return slow_quantile(key, cases) if key.endswith(("_p50", "_p90")) else SLOW[key](cases)


def kpi(key: str) -> Kpi:
    """A KPI of the catalogue, with the target that the twin uses."""
    return KPIS[key].with_(within=4 * HOUR) if key == "first_response_kept" else KPIS[key]


@pytest.mark.parametrize("key", OF_CASES)
@given(cases=cases_)
def test_each_kpi_equals_its_slow_twin(key: str, cases: list[Case]) -> None:
    """In all and by team, whatever is missing."""
    whole = measure([kpi(key)], {"cases": columns(cases)}, now=NOW).one()
    assert (whole.value, whole.n, whole.undecided) == pytest.approx(slow(key, cases))
    by_team = measure([kpi(key)], {"cases": columns(cases)}, by=["team"], now=NOW)
    assert {m.group["team"] for m in by_team} == {c["team"] for c in cases}
    for m in by_team:
        mine = [c for c in cases if c["team"] == m.group["team"]]
        assert (m.value, m.n, m.undecided) == pytest.approx(slow(key, mine))


@given(cases=cases_, seed=st.integers(0, 999), parts=st.integers(1, 4))
def test_parts_of_the_same_rows_are_the_same_bytes(cases: list[Case], seed: int, parts: int) -> None:
    """However split, ordered, and shipped through bytes."""
    asked = [kpi(key) for key in OF_CASES]
    whole = tally(asked, {"cases": columns(cases)}, by=["team", "week"], zone="Europe/Berlin", now=NOW)
    shuffled = random.Random(seed).sample(cases, len(cases))  # noqa: S311
    split = [
        tally(asked, {"cases": columns(shuffled[i::parts])}, by=["team", "week"], zone="Europe/Berlin", now=NOW)
        for i in range(parts)
    ]
    merged = split[0]
    for part in split[1:]:
        merged = Tally.from_bytes(part.to_bytes(), kpis=asked) + merged
    assert merged.to_bytes() == whole.to_bytes()
    assert merged.measure().equals(whole.measure())
    direct = tally(asked, {"cases": columns(cases)}, by=["week"], zone="Europe/Berlin", now=NOW)
    assert whole.without("team").to_bytes() == direct.to_bytes()


def test_bins_merge_to_the_same_bytes_too() -> None:
    """Cells with more different values than are kept exactly."""
    rng = np.random.default_rng(5)
    start = np.full(20_000, "2026-05-01", "datetime64[us]")
    end = start + rng.integers(1, 10**12, 20_000).astype("timedelta64[us]")
    data = {"received_at": start, "resolved_at": end}
    whole = tally(["resolution_p50"], {"cases": data})
    parts = [tally(["resolution_p50"], {"cases": {k: v[i::3] for k, v in data.items()}}) for i in range(3)]
    assert (parts[2] + (parts[0] + parts[1])).to_bytes() == whole.to_bytes()
    found = whole.measure().one()
    assert found.value == pytest.approx(np.median((end - start).astype(float)) / 1e6, rel=0.005)
    assert 0 < found.error <= 0.005


# --- rows are accounted for -----------------------------------------


@pytest.mark.parametrize("digits", [0, 1, 6])
def test_a_mean_is_the_same_beside_percentiles_of_the_same_values(digits: int) -> None:
    """Its sums come out of the counts of values then, as far as these fit a table, which microseconds do not."""
    rng = np.random.default_rng(digits)
    contacts = {
        "queued_at": np.datetime64("2026-05-01") + rng.integers(0, 86_400, 3000).astype("m8[s]"),
        "wait_s": rng.exponential(300, 3000).round(digits),
        "team": rng.choice(["north", "south"], 3000),
        "abandoned": rng.random(3000) < 0.1,
    }

    def means(asked: list[str]) -> list[Measurement]:
        found = measure(asked, {"interactions": contacts}, by="team", naive="UTC")
        return [one for one in found if one.kpi == "asa"]

    assert means(["asa", "wait_p50"]) == means(["asa"])


def test_rows_in_are_rows_used_or_refused() -> None:
    """An unusable cell refuses its row for the KPIs that need it; used rows are those that one could use."""
    data = {
        "received_at": [START, None, START],
        "resolved_at": [START - HOUR, START, START + HOUR],
        "reopened": [0, 0, -2],
    }
    both = measure(["resolution_time", "reopen_rate"], {"cases": data})
    rows = both.rows["cases"]
    assert (rows.read, rows.used, rows.refused) == (3, 2, 1)
    assert [str(r).split(" (")[0] for r in rows.refusals] == [
        "row 0: resolved_at must not come before received_at",
        "row 1: received_at is missing",
        "row 2: reopened must be a whole number, 0 or more",
    ]
    assert both.get("resolution_time").n == 1
    assert both.get("reopen_rate").n == 1
    with pytest.raises(RefusedRow, match="row 0: resolved_at") as caught:
        measure(["resolution_time"], {"cases": data}, strict=True)
    assert (caught.value.row, caught.value.column) == (0, "resolved_at")


def test_no_data_is_no_number() -> None:
    """Empty tables and groups without rows have no value, and n is 0."""
    nothing = measure(["resolution_rate", "resolution_p50", "resolution_time"], {"cases": {"received_at": []}})
    assert [(m.value, m.low, m.high, m.n) for m in nothing] == [(None, None, None, 0)] * 3
    one = {"received_at": [START], "resolved_at": [None], "team": ["a"]}
    some = measure(["resolution_rate"], {"cases": one}, by=["team"])
    assert some.get("resolution_rate", team="b").value is None
    assert measure(["case_volume"], {"cases": {"received_at": []}}).one().value == 0


def test_small_numbers_say_so() -> None:
    """Shares and durations of few rows are marked; a count stands for itself."""
    few: dict[str, list[Any]] = {"received_at": [START] * (SMALL - 1), "resolved_at": [None] * (SMALL - 1)}
    more = {name: cells[:1] * SMALL for name, cells in few.items()}
    assert measure(["resolution_rate"], {"cases": few}).one().small
    assert not measure(["resolution_rate"], {"cases": more}).one().small
    assert not measure(["case_volume"], {"cases": few}).one().small


def test_business_hours_count_only_open_time() -> None:
    """Friday 16:00 to Monday 10:00 is two hours of a desk that is open nine to five."""
    hours = BusinessHours(zone="UTC", week={"mon-fri": "09:00-17:00"})
    friday = dt.datetime(2026, 5, 1, 16, tzinfo=dt.UTC)
    data = {"received_at": [friday], "resolved_at": [friday + dt.timedelta(days=2, hours=18)]}
    assert measure([KPIS["resolution_time"].with_(hours=hours)], {"cases": data}).one().value == 7200
    kept = KPIS["resolution_kept"].with_(within=2 * HOUR, hours=hours)
    assert measure([kept], {"cases": data}, now=NOW).one().value == 1.0
    late = KPIS["resolution_kept"].with_(within=dt.timedelta(minutes=119), hours=hours)
    assert measure([late], {"cases": data}, now=NOW).one().value == 0.0


# --- refusals in words -----------------------------------------

ONE = {"cases": {"received_at": [START], "resolved_at": [None]}}


@pytest.mark.parametrize(
    ("ask", "error", "words"),
    [
        (lambda: measure(["resolution_rat"], ONE), UnknownName, "did you mean resolution_rate"),
        (lambda: measure(["reopen_rate"], ONE), MissingColumn, "needs the column 'reopened' of cases"),
        (lambda: measure(["case_volume"], ONE, by=["teem"]), MissingColumn, "teem"),
        (lambda: measure(["case_volume"], {"tickets": {}}), MissingColumn, "reads the table 'cases'"),
        (lambda: measure(["backlog"], ONE), InvalidValue, "now must be given for backlog"),
        (lambda: measure(["backlog"], ONE, now=dt.datetime(2026, 5, 1)), NaiveTime, "needs a zone"),  # noqa: DTZ001
        (lambda: measure([KPIS["resolution_kept"]], ONE, now=NOW), InvalidValue, "within must be the timedelta"),
        (lambda: measure(["case_volume", "case_volume"], ONE), InvalidValue, "different keys"),
        (lambda: measure(["case_volume"], ONE, confidence=95), InvalidValue, r"confidence .*got 95"),
        (lambda: measure(["case_volume"], ONE, zone="Mars/Olympus"), InvalidValue, "IANA"),
        (lambda: KPIS["resolution_kept"].with_(withn=HOUR), InvalidValue, "did you mean within"),
        (lambda: measure(["case_volume"], ONE).get("case_volum"), UnknownName, "did you mean case_volume"),
        (lambda: measure(["case_volume"], ONE).get("case_volume", team="a"), InvalidValue, "no column"),
        (lambda: measure(["case_volume", "resolution_rate"], ONE).one(), InvalidValue, "single measurement"),
        (lambda: measure(["case_volume"], {"cases": {"received_at": [1]}}), InvalidValue, "must hold datetimes"),
        (lambda: measure(["case_volume"], {"cases": {"received_at": [START], "x": []}}), InvalidValue, "equally long"),
        (lambda: tally(["case_volume"], ONE) + tally(["resolution_rate"], ONE), TallyMismatch, "same KPIs"),
        (lambda: Tally.from_bytes(b"nonsense"), UnreadableTally, "not a stored tally"),
        (lambda: Tally.from_bytes(tally(["case_volume"], ONE).to_bytes()[:-3]), UnreadableTally, "cut short"),
    ],
)
def test_bad_input_gets_a_clear_error(ask: Callable[[], object], error: type[Exception], words: str) -> None:
    """Each names the field, what came, and what to do."""
    with pytest.raises(error, match=words):
        ask()


def test_bytes_of_a_newer_version_and_other_definitions_are_refused() -> None:
    """A tally knows what its numbers mean."""
    data = bytearray(tally(["case_volume"], ONE).to_bytes())
    data[7] = 2
    with pytest.raises(UnreadableTally, match="version 2"):
        Tally.from_bytes(bytes(data))
    own = KPIS["resolution_kept"].with_(within=HOUR)
    stored = tally([own], ONE, now=NOW).to_bytes()
    with pytest.raises(TallyMismatch, match="resolution_kept"):
        Tally.from_bytes(stored)
    assert Tally.from_bytes(stored, kpis=[own]).to_bytes() == stored


# --- what people see -----------------------------------------


def test_measures_print_frame_and_escape() -> None:
    """A table in a terminal, tidy frames, and HTML in which a hostile team is text."""
    pandas = pytest.importorskip("pandas")
    data = {"received_at": [START] * 2, "team": ["<script>alert(1)</script>", None]}
    found = measure(["case_volume"], {"cases": data}, by=["team"])
    assert "<script>" not in found._repr_html_()
    assert "&lt;script&gt;" in found._repr_html_()
    assert str(found).splitlines()[0].split()[:3] == ["kpi", "team", "value"]
    frame = found.to_frame("pandas")
    assert isinstance(frame, pandas.DataFrame)
    assert list(frame.columns) == ["kpi", "team", "value", "low", "high", "n", "undecided", "unit", "warnings"]
    assert found.to_frame("polars").shape == found.to_frame("pyarrow").shape == frame.shape
    with pytest.raises(InvalidValue, match="pandas, polars or pyarrow"):
        found.to_frame("spark")  # type: ignore[arg-type]


def test_your_own_kpi_is_one_row() -> None:
    """A callable over columns, an accumulator, and a version."""
    mine = Kpi(
        key="answered",
        title="answered",
        question="how many were answered at all?",
        formula="answered / received",
        table="cases",
        needs=("received_at", "first_response_at"),
        unit="share",
        better="higher",
        accumulator=Ratio,
        rows=lambda t: {"hit": ~np.isnat(t["first_response_at"])},
    )
    data = {"received_at": [START] * 4, "first_response_at": [START, None, None, None]}
    found = measure([mine], {"cases": data}).one()
    assert isinstance(found, Measurement)
    assert (found.value, found.n) == (0.25, 4)


@given(teams=st.lists(st.sampled_from([7, "7", "north", 12, None]), min_size=1, max_size=12), cut=st.integers(0, 12))
def test_a_team_named_by_a_number_is_the_same_team_as_its_digits(teams: list[Any], cut: int) -> None:
    """A part may hold numbers only where the whole holds texts, too."""
    rows = {"team": teams, "received_at": [START] * len(teams)}
    parts = [{name: values[:cut] for name, values in rows.items()}, {name: v[cut:] for name, v in rows.items()}]
    whole = tally(["case_volume"], {"cases": rows}, by=["team"], now=NOW)
    told = [tally(["case_volume"], {"cases": part}, by=["team"], now=NOW) for part in parts]
    assert (told[0] + told[1]).to_bytes() == whole.to_bytes()
    assert tally(["case_volume"], {"cases": iter(parts)}, by=["team"], now=NOW).to_bytes() == whole.to_bytes()
    chosen = [tally(["case_volume"], {"cases": part}, where={"team": 7}, now=NOW) for part in parts]
    assert (chosen[0] + chosen[1]).measure().one().n == sum(str(team) == "7" for team in teams)
