"""What `tally` and `measure` can be asked: rows, names, threads, clusters, several tables, own columns, many groups."""

import datetime as dt
import math
import random
from collections import defaultdict
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue, MissingColumn, TallyMismatch, TooManyGroups, UnknownName
from servqual.metrics import (
    KPIS,
    Categories,
    Compound,
    Count,
    Distinct,
    Extremes,
    Kpi,
    Lifetimes,
    Ratio,
    Tally,
    Total,
    Values,
    measure,
    tally,
)
from servqual.readers.memory import arrays

START = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
NOW = START + dt.timedelta(days=60)
HOUR = dt.timedelta(hours=1)
contacts_ = st.lists(
    st.fixed_dictionaries(
        {
            "customer_id": st.sampled_from(["a", "b", "c", 7, None]),
            "topic": st.sampled_from(["bill", "line", None]),
            "team": st.sampled_from(["north", "south", None]),
            "queued_at": st.integers(0, 40 * 24).map(lambda hours: START + hours * HOUR),
            "wait_s": st.none() | st.integers(0, 90).map(float),
            "talk_s": st.none() | st.floats(0, 500),
            "abandoned": st.booleans(),
        }
    ),
    max_size=30,
)
ASKED = ["volume", "asa", "aht", "service_level", "wait_p50", "wait_p90", "fcr", "repeat_rate"]


def columns(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """Rows as a mapping of columns."""
    return {
        name: [row[name] for row in rows]
        for name in ("customer_id", "topic", "team", "queued_at", "wait_s", "talk_s", "abandoned")
    }


@given(contacts_, st.integers(0, 99), st.sampled_from([1, 3, 7]))
def test_threads_stretches_and_order_make_no_difference(rows: list[dict[str, Any]], seed: int, part: int) -> None:
    """The same bytes, also for keyed KPIs with several contacts of one customer at one moment."""
    whole = tally(ASKED, {"interactions": columns(rows)}, by=["team", "week"], now=NOW, threads=1)
    shuffled = random.Random(seed).sample(rows, len(rows))  # noqa: S311
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arrays, "CHUNK", part)
        split = tally(ASKED, {"interactions": columns(shuffled)}, by=["team", "week"], now=NOW, threads=3)
    assert split.to_bytes() == whole.to_bytes()
    assert split.rows["interactions"] == whole.rows["interactions"]


@given(contacts_)
def test_where_leaves_the_rows_that_count(rows: list[dict[str, Any]]) -> None:
    """The same as leaving the others out of the data; a chain of contacts has them, as where groups tell them."""
    kept = [row for row in rows if row["team"] in {"north", None} and not row["abandoned"]]
    where = {"team": ["north", None], "abandoned": False}
    chains = ["fcr", "repeat_rate"]
    alone = [key for key in ASKED if key not in chains]
    for asked in (alone, ASKED):
        found = measure(asked, {"interactions": columns(rows)}, where=where, by=["topic"], now=NOW)
        assert found.rows["interactions"].read == len(kept)
        told = [m for m in found if m.kpi in alone]
        slow = measure(alone, {"interactions": columns(kept)}, by=["topic"], now=NOW)
        assert [(m.group, m.value, m.low, m.n) for m in told] == [(m.group, m.value, m.low, m.n) for m in slow]
    whole = measure(chains, {"interactions": columns(rows)}, by=["topic", "team", "abandoned"], now=NOW)
    for m in (m for m in found if m.kpi in chains):
        parts = [
            part
            for part in whole.of(m.kpi)
            if part.group["topic"] == m.group["topic"]
            and part.group["team"] in {"north", None}
            and part.group["abandoned"] is False
        ]
        assert (m.n, m.undecided) == (sum(p.n for p in parts), sum(p.undecided for p in parts))
        assert m.n * (m.value or 0) == pytest.approx(sum(p.n * (p.value or 0) for p in parts))


def test_where_is_part_of_what_a_tally_says() -> None:
    """Tallies of other rows are not added; a column that is not there, and one of durations, are refused."""
    data = {"interactions": {"queued_at": [START] * 3, "team": ["a", "b", "b"], "abandoned": [True, False, False]}}
    data["interactions"]["wait_s"] = [5, 6, 7]
    some = tally(["volume"], data, where={"team": "b"})
    assert some.measure().one().value == 2
    assert Tally.from_bytes(some.to_bytes()).to_bytes() == some.to_bytes()
    with pytest.raises(TallyMismatch, match="period and rows can be added"):
        _ = some + tally(["volume"], data)
    with pytest.raises(MissingColumn, match="did you mean team"):
        tally(["volume"], data, where={"teem": "b"})
    with pytest.raises(
        InvalidValue, match=r"where must name columns of labels, flags, numbers or moments .*a duration"
    ):
        tally(["volume"], data, where={"wait_s": 5})
    assert tally(["volume"], data, where={"queued_at": START}).measure().one().value == 3


def test_where_picks_cases_of_a_log_not_events() -> None:
    """A team that only the first event tells is the team of the whole case."""
    log = {
        "case_id": ["A", "B", "A", "B"],
        "at": [START, START, START + HOUR, START + 3 * HOUR],
        "event": ["received", "received", "resolved", "resolved"],
        "team": ["north", "south", None, None],
    }
    found = measure(["case_volume", "resolution_time"], {"case_events": log}, where={"team": "north"}, now=NOW)
    assert [(m.value, m.n) for m in found] == [(1, 1), (3600, 1)]


def test_columns_are_read_by_the_names_that_the_data_have() -> None:
    """With their units; a name that the data lack is one clear error."""
    data = {"interactions": {"Queued": [START] * 2, "Minutes": [1.0, 2.0], "other": [1, 2]}}
    names = {"interactions": {"queued_at": "Queued", "wait_min": "Minutes"}}
    assert measure(["asa"], data, columns=names).one().value == 90
    with pytest.raises(MissingColumn, match=r"no column 'Wait' for wait_s \(got Queued, Minutes, other\)"):
        measure(["asa"], data, columns={"interactions": {"queued_at": "Queued", "wait_s": "Wait"}})


def test_a_bar_shows_how_many_rows_were_read(capsys: pytest.CaptureFixture[str]) -> None:
    """On standard error, as tqdm does."""
    measure(["volume"], {"interactions": {"queued_at": [START] * 1234}}, progress=True)
    assert "1.23k rows" in capsys.readouterr().err


@given(contacts_)
def test_intervals_by_customer_are_those_of_a_ratio_of_sums(rows: list[dict[str, Any]]) -> None:
    """The value stays; the spread is Cochran's between customers, computed here one by one; the unknown are alone."""
    from scipy.special import stdtrit  # noqa: PLC0415

    asked = ["abandonment_rate", "asa"]
    found = measure(asked, {"interactions": columns(rows)}, cluster="customer_id")
    for m, plain in zip(found, measure(asked, {"interactions": columns(rows)}), strict=True):
        assert (m.value, m.n) == (plain.value, plain.n)
        sums: dict[Any, list[float]] = defaultdict(lambda: [0.0, 0.0])
        for place, row in enumerate(rows):
            who = ("alone", place) if row["customer_id"] is None else row["customer_id"]
            share = m.kpi == "abandonment_rate"
            if share or (not row["abandoned"] and row["wait_s"] is not None):
                sums[who][0] += row["abandoned"] if share else row["wait_s"]
                sums[who][1] += 1
        count, base = len(sums), sum(b for _, b in sums.values())
        if count < 2 or m.value is None:
            assert m.low is None
            continue
        off = sum((top - m.value * part) ** 2 for top, part in sums.values())
        half = stdtrit(count - 1, 0.975) * math.sqrt(count / (count - 1) * off) / base
        if m.kpi == "asa":
            # where all customers are alike, the share of others is at most 1 - 0.025^(1 / (equal - 1)), who wait 0;
            # `equal` customers of one size weigh as much as these (L. Kish, 1965, Survey Sampling, section 11.7)
            equal = base**2 / sum(part**2 for _, part in sums.values())
            alike = m.value * 0.025 ** (1 / (equal - 1))
            assert m.low == pytest.approx(max(m.value - half, 0) if off else alike, abs=1e-9)
        else:  # a share has ends, and an interval that is wider where few customers make it up
            assert m.low is not None
            assert m.low <= max(m.value - half, 0) + 1e-9
    assert found.rows["interactions"].refused == 0


def test_repeated_customers_widen_an_interval() -> None:
    """A hundred rows of ten customers who always answer alike tell as much as ten rows."""
    data = {
        "customer_id": [i // 10 for i in range(100)],
        "queued_at": [START] * 100,
        "abandoned": [i // 10 < 3 for i in range(100)],
    }
    one = measure(["abandonment_rate"], {"interactions": data}).one()
    all_of = measure(["abandonment_rate"], {"interactions": data}, cluster="customer_id").one()
    assert one.value == all_of.value == 0.3
    assert (all_of.high - all_of.low) / (one.high - one.low) > 3  # type: ignore[operator]
    assert one.definition != all_of.definition


RATE = Compound.of(
    KPIS["complaint_volume"],
    KPIS["volume"],
    key="complaints_per_thousand",
    title="complaints per 1,000 contacts",
    question="how many contacts of a thousand became complaints?",
    formula="1000 × complaints / contacts",
    times=1000,
    better="lower",
)


@given(contacts_, st.lists(st.sampled_from(["north", "south", "east"]), max_size=9))
def test_a_kpi_over_two_tables_divides_on_shared_groups(rows: list[dict[str, Any]], complained: list[str]) -> None:
    """Groups of either table; without a base there is no value; parts add up."""
    complaints = {"received_at": [START] * len(complained), "team": complained}
    data: dict[str, dict[str, Any]] = {"interactions": columns(rows), "complaints": complaints}
    whole = tally([RATE, "volume"], data, by=["team"])
    half = {name: {k: v[::2] for k, v in table.items()} for name, table in data.items()}
    rest = {name: {k: v[1::2] for k, v in table.items()} for name, table in data.items()}
    added = tally([RATE, "volume"], half, by=["team"]) + tally([RATE, "volume"], rest, by=["team"])
    assert Tally.from_bytes(added.to_bytes(), kpis=[RATE]).to_bytes() == whole.to_bytes()
    found = [m for m in whole.measure() if m.kpi == RATE.key]
    assert {m.group["team"] for m in found} == {*complained, *(row["team"] for row in rows)}
    for m in found:
        top = complained.count(m.group["team"])
        base = sum(row["team"] == m.group["team"] for row in rows)
        assert m.value == (pytest.approx(1000 * top / base) if base else None)
        assert m.n == base


def test_a_rate_has_garwoods_interval_over_its_exposure() -> None:
    """Four events in two units: 0.54493269 to 5.12079434 (Garwood, 1936; the contract's statistics)."""
    data = {"interactions": {"queued_at": [START] * 2}, "complaints": {"received_at": [START] * 4}}
    found = measure([RATE], data).one()
    assert [found.low, found.high] == pytest.approx([544.93269, 5120.79434])
    said: dict[str, Any] = {"key": "x", "title": "x", "question": "?", "formula": "x"}
    both = Compound.of(KPIS["complaint_volume"], KPIS["volume"], base_is="count", **said)
    ratio = measure([both], data).one()
    # Wilson's limits of 4 of 6 are 0.2999933 and 0.9032286 (statsmodels 0.14, proportion_confint)
    assert [ratio.low, ratio.high] == pytest.approx([0.42855779, 0.9032285889 / 0.0967714111], rel=1e-6)
    with pytest.raises(InvalidValue, match="top must be a count"):
        Compound.of(KPIS["asa"], KPIS["volume"], **said)


def own(accumulator: Any, rows: Any, **more: Any) -> Kpi:
    """A KPI of a table of our own."""
    said: dict[str, Any] = {"key": "mine", "title": "mine", "question": "?", "formula": "?", "unit": "count"}
    said |= {"better": None, "table": "visits", "needs": ("came_at", "lag_s")}
    return Kpi(**said | {"accumulator": accumulator, "rows": rows} | more)


KINDS = {"came_at": "moment", "lag_s": "duration", "party": "count"}


def test_a_users_table_has_the_kinds_that_the_kpi_says() -> None:
    """Without them the table is not known; one that is no kind is refused; two that differ as well."""
    data = {"visits": {"came_at": [START] * 3, "lag_s": [10, 20, None], "party": [2, 3, 4], "who": ["a", "b", "a"]}}
    lag = lambda t: {"value": np.maximum(t.us("lag_s"), 0), "among": t.known("lag_s")}  # noqa: E731
    mean = own(Total, lag, kinds=KINDS, unit="s")
    assert measure([mean], data, by=["who", "day"]).get("mine", who="a", day=START.date()).value == 10
    with pytest.raises(UnknownName, match="table must be one that servqual knows"):
        measure([own(Total, mean.rows)], data)
    with pytest.raises(InvalidValue, match="kinds must be moment, duration"):
        own(Total, mean.rows, kinds={"lag_s": "time"})
    other = own(Total, mean.rows, key="other", kinds={**KINDS, "lag_s": "number"})
    with pytest.raises(InvalidValue, match="kinds must agree on lag_s"):
        measure([mean, other], data)
    undeclared = own(Count, lambda t: {"among": t.known("party")}, kinds=KINDS)
    with pytest.raises(InvalidValue, match=r"uses must name every column that .* reads \(got 'party'"):
        measure([undeclared], data)


def test_what_is_read_from_the_accumulators_that_keep_values() -> None:
    """Extremes, the median of lifetimes, distinct things, and the share of the commonest category."""
    over, who = [True, True, True, False], ["a", "b", "a", None]
    data = {"visits": {"came_at": [START] * 4, "lag_s": [10, 20, 30, 50], "over": over, "who": who}}
    kinds = {**KINDS, "over": "flag"}
    lives = lambda t: {"age": t.us("lag_s"), "ended": t["over"]}  # noqa: E731
    named: dict[str, Any] = {"kinds": kinds, "uses": ("who",)}
    asked = [
        own(Extremes, lambda t: {"value": t.us("lag_s")}, key="longest", kinds=kinds, unit="s"),
        own(Lifetimes, lives, key="lasts", kinds=kinds, unit="s", uses=("over",)),
        own(Distinct, lambda t: {"things": t.column("who")}, key="people", **named),
        own(Categories, lambda t: {"categories": t.column("who")}, key="most", unit="share", **named),
    ]
    found = {m.kpi: m for m in measure(asked, data)}
    assert (found["longest"].value, found["longest"].n, found["longest"].low) == (50, 4, None)
    assert (found["lasts"].value, found["lasts"].n, found["lasts"].undecided) == (20, 4, 1)
    assert (found["people"].value, found["people"].n) == (2, 2)
    assert (found["most"].value, found["most"].n) == (2 / 3, 3)
    nothing: dict[str, Any] = {"visits": {"came_at": [], "lag_s": [], "over": [], "who": []}}
    assert [m.value for m in measure(asked, nothing)] == [None, None, 0, None]
    stored = tally(asked, data)
    assert Tally.from_bytes(stored.to_bytes(), kpis=asked).to_bytes() == stored.to_bytes()


def test_the_restricted_mean_is_the_area_under_the_curve() -> None:
    """1 + 0.8 + 0.6 up to 3 for ages 1, 2, 2+, 3, 5+ (the contract's statistics)."""
    data = {"visits": {"came_at": [START] * 5, "lag_s": [1, 2, 2, 3, 5], "over": [True, True, False, True, False]}}
    lasts = own(
        Lifetimes,
        lambda t: {"age": t.us("lag_s"), "ended": t["over"]},
        kinds={**KINDS, "over": "flag"},
        uses=("over",),
        unit="s",
        statistic="restricted_mean",
        params={"until": None},
    )
    assert measure([lasts.with_(until=dt.timedelta(seconds=3))], data).one().value == pytest.approx(2.4)
    assert measure([lasts.with_(until=dt.timedelta(seconds=6))], data).one().value is None  # one goes on beyond 5
    with pytest.raises(InvalidValue, match="until must be a timedelta above 0 for mine"):
        measure([lasts], data)


def test_hours_are_instants() -> None:
    """The hour that the clock shows twice is two groups."""
    night = dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)  # 02:30 in Berlin, and again an hour later
    data = {"interactions": {"queued_at": [night, night + HOUR]}}
    whole = tally(["volume"], data, by=["hour"], zone="Europe/Berlin")
    assert [m.group["hour"] for m in whole.measure()] == [night.replace(minute=0), night.replace(minute=0) + HOUR]
    assert Tally.from_bytes(whole.to_bytes()).to_bytes() == whole.to_bytes()


def test_a_million_groups_work_and_too_many_are_refused() -> None:
    """Groups are arrays, not objects; a limit is told before memory runs out."""
    many = np.arange(1_000_000)
    day = np.full(len(many), np.datetime64("2026-05-04", "us"))
    data = {"interactions": {"queued_at": day, "agent": many, "wait_s": many % 60}}
    whole = tally(["volume", "asa"], data, by=["agent"])
    assert whole.measure().get("asa", agent=777_777).value == 777_777 % 60
    assert whole.without("agent").measure().get("volume").value == len(many)
    with pytest.raises(TooManyGroups, match=r"by must make at most 999,999 groups .* or pass a greater max_groups"):
        tally(["volume"], data, by=["agent"], max_groups=999_999)
    with pytest.raises(InvalidValue, match="max_groups must be 1 or more"):
        tally(["volume"], data, by=["agent"], max_groups=0)


@given(contacts_)
def test_totals_are_the_sums_of_their_groups(rows: list[dict[str, Any]]) -> None:
    """A coarser tally equals the one that is asked for directly."""
    asked = [KPIS[key] for key in ASKED if KPIS[key].accumulator is not Values]
    fine = tally([*asked, "wait_p90"], {"interactions": columns(rows)}, by=["team", "topic", "day"], now=NOW)
    coarse = tally([*asked, "wait_p90"], {"interactions": columns(rows)}, by=["team"], now=NOW)
    assert fine.without("topic", "day").to_bytes() == coarse.to_bytes()


def test_a_whole_number_and_its_digits_are_one_group() -> None:
    """A part that names its teams by numbers and one that names them by texts still add up."""
    numbers = tally(["volume"], {"interactions": {"queued_at": [START], "team": [1]}}, by=["team"])
    texts = tally(["volume"], {"interactions": {"queued_at": [START], "team": ["1"]}}, by=["team"])
    assert (texts + numbers).to_bytes() == (numbers + texts).to_bytes()
    assert [m.group["team"] for m in (texts + numbers).measure()] == ["1"]


def test_times_are_no_groups_and_flags_are_true_or_false() -> None:
    """A group for each microsecond is nobody's wish."""
    rows = {"queued_at": [START] * 3, "wait_s": [1, 2, 3], "transferred": [True, False, None]}
    for name in ("wait_s", "queued_at"):
        with pytest.raises(InvalidValue, match=rf"by must name labels.*{name}"):
            measure(["volume"], {"interactions": rows}, by=[name])
    found = measure(["volume"], {"interactions": rows}, by=["transferred"])
    assert [(m.group["transferred"], m.value) for m in found] == [(None, 1), (False, 1), (True, 1)]


def test_what_a_kpi_of_ones_own_says_is_checked() -> None:
    """By the names that its accumulator takes, and the number of rows."""

    def kpi(rows: Any, **more: Any) -> Kpi:
        named: dict[str, Any] = {"key": "mine", "title": "mine", "question": "?", "formula": "?", "unit": "share"}
        named |= {"better": None, "table": "interactions", "at": "queued_at", "needs": (), "accumulator": Ratio}
        return Kpi(**named | {"rows": rows} | more)

    data = {"interactions": {"queued_at": [START] * 3}}
    with pytest.raises(InvalidValue, match="rows must give hit, among, undecided, times for Ratio"):
        measure([kpi(lambda t: {"hits": t.known("queued_at"), "among": t.known("queued_at")})], data)
    with pytest.raises(InvalidValue, match=r"as many values as there are rows, 3, for mine \(got 2"):
        measure([kpi(lambda t: {"hit": t.known("queued_at")[:2], "among": t.known("queued_at")})], data)
    with pytest.raises(InvalidValue, match="statistic must be one of"):
        kpi(lambda _: {}, statistic="p51")
    with pytest.raises(InvalidValue, match="better must be one of higher, lower"):
        kpi(lambda _: {}, better="more")


def test_names_for_a_table_that_is_not_there_are_refused() -> None:
    """With the nearest that is; and a tally is added to tallies only."""
    data = {"interactions": {"queued_at": [START]}}
    with pytest.raises(InvalidValue, match="did you mean interactions"):
        measure(["volume"], data, columns={"interactoins": {"queued_at": "Queued"}})
    with pytest.raises(TypeError, match="unsupported operand"):
        tally(["volume"], data) + 5  # type: ignore[operator]
