"""Every KPI of the catalogue equals its slow twin on generated tables, in all and by group, and its parts add up."""

import datetime as dt
import math
import random
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.metrics import KPIS, Kpi, Measurement, Tally, measure, tally
from servqual.metrics.kpi.compound import Compound
from servqual.model import BusinessHours
from servqual.readers.columns.tables import Kind, kind_of
from servqual.testing import kpis as slow

START = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
NOW = START + 12 * DAY
PERIOD = (START + 5 * DAY, START + 10 * DAY)
Row = dict[str, Any]

SET: Mapping[str, Any] = {
    "within": DAY,
    "until": 4 * DAY,
    "window": 3 * DAY,
    "short": dt.timedelta(seconds=10),
    "scale": (1, 5),
    "satisfied_from": 4,
    "internal": ("a", "b"),
    "at_least": 2,
    "steps": ("a",),
    "slo": 0.9,
    "surveys": ("a",),
    "complaints": ("a",),
    "compliments": ("b",),
    "active_within": 4 * DAY,
}
"""What has to be set, and to what it is set here."""
OFFICE = BusinessHours(zone="Europe/Berlin", week={"mon-fri": "09:00-17:00"})
FORMS = (
    "answered",
    "offered_less_short_abandons",
    "offered_less_shorter_abandons",
    "offered_with_short_abandons_met",
    "offered_with_shorter_abandons_met",
)
VARIANTS: Mapping[str, tuple[dict[str, Any], ...]] = {
    "service_level": tuple({"denominator": form, "short": dt.timedelta(seconds=10)} for form in FORMS),
    "fcr": ({"by_topic": False},),
    "repeat_rate": ({"by_topic": False},),
    "qa_score": ({"critical": "zero"},),
    "servqual_unweighted": ({"dimensions": 1}, {"dimensions": 2}),
    "resolution_kept": (
        {"within": DAY},
        {"within": 8 * HOUR, "hours": OFFICE},
        {"within": 16 * HOUR, "hours": attrs.evolve(OFFICE, counting="wall"), "close_counts_as_solution": True},
        {"close_counts_as_solution": True},
    ),
    "first_response_kept": ({"within": 8 * HOUR, "hours": OFFICE}, {"within": 0 * HOUR, "hours": OFFICE}),
    "complaint_acknowledged_kept": ({"within": 8 * HOUR, "hours": OFFICE},),
    "complaint_kept": ({"within": DAY}, {"within": 16 * HOUR, "hours": OFFICE}),
    "resolution_kept_of_closed": ({"within": DAY}, {"within": 8 * HOUR, "hours": OFFICE}),
    "resolution_rate": ({"close_counts_as_solution": True},),
    "breach_overrun": ({"hours": OFFICE},),
    "resolution_median": ({"hours": OFFICE}, {"close_counts_as_solution": True}),
    "resolution_time": ({"hours": OFFICE}, {"only": {"team": ("north",)}}, {"close_counts_as_solution": True}),
    "backlog_age": ({"hours": OFFICE},),
    "commitment_kept": ({"except_for": ({"team": ("north",)},)},),
}
"""Other readings of a KPI that are tried, too."""


def asked() -> list[tuple[str, Kpi]]:
    """Every KPI that has a twin, with what must be set, and the variants; each with the key of its twin."""
    out: list[tuple[str, Kpi]] = []
    for key, kpi in KPIS.items():
        # clocks are read by the model's own in tests/metrics/clocks/test_readings.py
        if kpi.table == "case_events" or isinstance(kpi, Compound):
            continue
        unset = {name for name, value in kpi.params.items() if value is None} - (
            {"within"} if "due_at" in kpi.uses else set()
        )
        plain = kpi.with_(**{name: SET[name] for name in unset & SET.keys()})
        out.append((key, plain))
        out += [(key, plain.with_(key=f"{key} {i}", **more)) for i, more in enumerate(VARIANTS.get(key, ()), 1)]
    return out


ASKED = asked()
TABLES = sorted({kpi.table for _, kpi in ASKED})
# on few days, so that moments meet and windows end on one
moments = st.integers(0, 14).map(lambda n: START + n * DAY) | st.integers(0, 24 * 14).map(lambda n: START + n * HOUR)
DAYS = st.integers(0, 8).map(lambda n: START + n * DAY)
CELLS: Mapping[Kind, st.SearchStrategy[Any]] = {
    Kind.MOMENT: st.none() | moments,
    Kind.DURATION: st.none() | st.integers(0, 30) | st.integers(0, 8).map(lambda hours: hours * 3600),
    Kind.COUNT: st.none() | st.integers(0, 4),
    Kind.NUMBER: st.none() | st.integers(-1, 11) | st.sampled_from([0.5, 2.25]),
    Kind.FLAG: st.sampled_from([None, True, False]),
    Kind.LABEL: st.sampled_from(["a", "b", "c", None]),
}
WORDS = {
    "status": st.sampled_from(["closed", "cancelled", "canceled", "duplicate", None]),
    "sentiment": st.sampled_from(["positive", "neutral", "negative", None]),
    "team": st.sampled_from(["north", "south", None]),
    "handled_by": st.sampled_from(["human", "bot", "self_service", "automation", None]),
    "took_s": st.none() | st.integers(0, 5).map(lambda days: days * 86400),
    "level": st.none() | st.integers(0, 4),
    "question_kind": st.sampled_from(["csat", "nps", "ces", "perception", None]),
    "scale_low": st.sampled_from([1, 1, 1, 0, None]),
    "scale_high": st.sampled_from([5, 7, 10, None]),
    "points": st.sampled_from([None, 0, 40, 60, 100]),
}


def of_table(table: str) -> list[tuple[str, Kpi]]:
    """What is asked of a table."""
    return [(key, kpi) for key, kpi in ASKED if kpi.table == table]


def dealt() -> dict[str, list[tuple[str, Kpi]]]:
    """The KPIs of each table by four: what is asked together, of rows that then need few columns."""
    out: dict[str, list[tuple[str, Kpi]]] = {}
    for table in TABLES:
        every = of_table(table)
        hands = math.ceil(len(every) / 4)
        out |= {f"{table} {hand}": every[hand::hands] for hand in range(hands)}
    return out


DEALT = dealt()


def names(kpis: Iterable[Kpi]) -> tuple[str, ...]:
    """The columns that some KPIs need or use, and a group."""
    return ("team", *{name: None for kpi in kpis for name in (*kpi.needs, *kpi.uses, kpi.at) if name != "team"})


def rows_for(kpis: Sequence[Kpi], *, dense: bool = False) -> st.SearchStrategy[list[Row]]:
    """Rows in which anything may be missing, early, late or off the scale.

    No two of a customer are at one instant, but for answers. Dense ones lie on the same few days, so that windows end
    on a moment.
    """
    keyed = [kpi.at for kpi in kpis if kpi.law == "keyed" and kpi.table != "answers"]
    return _rows(kpis[0].table, names(kpis), ("customer_id", keyed[0]) if keyed else (), dense=dense)


@cache  # a strategy costs more to make than to draw from
def _rows(
    table: str, columns: tuple[str, ...], unique: tuple[str, ...], *, dense: bool
) -> st.SearchStrategy[list[Row]]:
    cells = {name: WORDS.get(name, CELLS[kind_of(table, name)]) for name in columns}
    if dense:
        cells |= {name: DAYS for name in cells if kind_of(table, name) is Kind.MOMENT}

    def place(row: Row) -> object:
        return tuple(row[name] for name in unique)

    row = st.fixed_dictionaries(cells)
    return st.lists(row, max_size=16, unique_by=place) if unique else st.lists(row, max_size=16)


def columns(kpis: Sequence[Kpi], rows: list[Row]) -> dict[str, dict[str, list[Any]]]:
    """The rows as a table of columns."""
    return {kpis[0].table: {name: [row[name] for row in rows] for name in names(kpis)}}


def told(m: Any) -> tuple[Any, ...]:
    """What a twin tells."""
    return m.value, m.n, m.undecided


def admits_doubt(kpi: Kpi, m: Measurement) -> None:
    """The interval of a KPI, if it has one, lies on its scale, holds the value, and has a width.

    Only percentiles may have none: half of all may wait for the same time.
    """
    least, most = kpi.ends
    low, high = -math.inf if m.low is None else m.low, math.inf if m.high is None else m.high
    assert m.low is None or least <= low, kpi.key
    assert m.high is None or high <= most, kpi.key
    assert m.value is None or low - 1e-9 <= m.value <= high + 1e-9, kpi.key
    assert low < high or (kpi.statistic in {"p50", "p90", "p95", "median"} and low == high), kpi.key


def near(twin: Iterable[float | None]) -> tuple[Any, ...]:
    """What a twin says, to half a millionth, in whole ones of which scores are counted."""
    return tuple(None if each is None else pytest.approx(each, rel=1e-6, abs=5e-7) for each in twin)


@pytest.mark.parametrize("asked", DEALT)
@given(data=st.data())
def test_each_kpi_equals_its_slow_twin(asked: str, data: st.DataObject) -> None:
    """In all, and by team where a row stands for itself; and no interval is surer than its rows."""
    every = [kpi for _, kpi in DEALT[asked]]
    rows = data.draw(rows_for(every, dense=data.draw(st.booleans())))
    for whole in {kpi.of_period for kpi in every}:
        kpis = [(key, kpi) for key, kpi in DEALT[asked] if kpi.of_period == whole]
        period = PERIOD if whole else None
        found = measure([kpi for _, kpi in kpis], columns(every, rows), now=NOW, period=period)
        for key, kpi in kpis:
            twin = slow.measure(kpi, rows, now=NOW, period=period, key=key)
            assert told(found.get(kpi.key)) == near(twin), kpi.key
            admits_doubt(kpi, found.get(kpi.key))
        alone = [(key, kpi) for key, kpi in kpis if kpi.law == "commutative"]
        if not alone:
            continue
        by_team = measure([kpi for _, kpi in alone], columns(every, rows), by=["team"], now=NOW, period=period)
        for team in {row["team"] for row in rows}:
            mine = [row for row in rows if row["team"] == team]
            for key, kpi in alone:
                twin = slow.measure(kpi, mine, now=NOW, period=period, key=key)
                if team not in {m.group["team"] for m in by_team.of(kpi.key)}:  # none of its rows came by now
                    assert twin[1] == 0
                    continue
                assert told(by_team.get(kpi.key, team=team)) == near(twin), kpi.key
                admits_doubt(kpi, by_team.get(kpi.key, team=team))


@pytest.mark.parametrize("kpi", [kpi for kpi in KPIS.values() if isinstance(kpi, Compound)], ids=lambda kpi: kpi.key)
@given(data=st.data())
def test_a_count_over_another_equals_its_slow_twin(kpi: Compound, data: st.DataObject) -> None:
    """In all, and by team, where a team that one table lacks counts 0 there."""
    parts = {part.table: [other for other in kpi.parts if other.table == part.table] for part in kpi.parts}
    rows = {table: data.draw(rows_for(some)) for table, some in parts.items()}
    tables = {table: found for name, some in parts.items() for table, found in columns(some, rows[name]).items()}
    assert told(measure([kpi], tables, now=NOW).one()) == pytest.approx(tuple(slow.measure_over(kpi, rows, now=NOW)))
    by_team = measure([kpi], tables, by=["team"], now=NOW)
    for team in {row["team"] for some in rows.values() for row in some}:
        mine = {table: [row for row in some if row["team"] == team] for table, some in rows.items()}
        twin = slow.measure_over(kpi, mine, now=NOW)
        assert told(by_team.get(kpi.key, team=team)) == pytest.approx(tuple(twin))
        admits_doubt(kpi, by_team.get(kpi.key, team=team))


@pytest.mark.parametrize("asked", DEALT)
@settings(max_examples=10)
@given(data=st.data(), seed=st.integers(0, 999))
def test_parts_of_the_same_rows_are_the_same_bytes(asked: str, data: st.DataObject, seed: int) -> None:
    """However split and ordered, as long as the rows of a customer stay together, and shipped through bytes."""
    kpis = [kpi for _, kpi in DEALT[asked]]
    rows = data.draw(rows_for(kpis))
    by = ["team"] if any(kpi.of_period for kpi in kpis) else ["team", "week"]

    def part(some: list[Row]) -> Tally:
        return tally(kpis, columns(kpis, some), by=by, zone="Asia/Shanghai", now=NOW, period=PERIOD)

    rng = random.Random(seed)  # noqa: S311  (a shuffle that can be told again)
    side = {customer: rng.random() < 0.5 for customer in ("a", "b", "c", None)}
    keyed = any(kpi.law == "keyed" for kpi in kpis)
    here = [side[row["customer_id"]] if keyed else rng.random() < 0.5 for row in rows]
    mixed = rng.sample(list(zip(rows, here, strict=True)), len(rows))
    first, second = (part([row for row, mine in mixed if mine == which]) for which in (True, False))
    assert (Tally.from_bytes(second.to_bytes(), kpis=kpis) + first).to_bytes() == part(rows).to_bytes()


def test_what_may_be_absent_changes_nothing_but_what_it_says() -> None:
    """Without the columns that a KPI uses but does not need, twin and measure still agree."""
    for table in TABLES:
        rng = random.Random(table)  # noqa: S311
        for key, kpi in of_table(table):
            needed = [*dict.fromkeys(["team", kpi.at, *kpi.needs, *kpi.needs_one_of[:1]])]
            rows = [{name: CELL_OF[kind_of(table, name)](rng) for name in needed} for _ in range(12)]
            data = {table: {name: [row[name] for row in rows] for name in needed}}
            try:
                found = measure([kpi], data, now=NOW, period=PERIOD if kpi.of_period else None).one()
            except ValueError as error:  # such as a limit that neither a target nor a column gives
                assert "within must be the timedelta" in str(error) or "critical" in str(error), kpi.key  # noqa: PT017
                continue
            twin = slow.measure(kpi, rows, now=NOW, period=PERIOD if kpi.of_period else None, key=key)
            assert told(found) == pytest.approx(tuple(twin)), kpi.key


def _moment(rng: random.Random) -> dt.datetime | None:
    return rng.choice([None, *(START + n * DAY for n in range(14))])


CELL_OF: Mapping[Kind, Any] = {
    Kind.MOMENT: _moment,
    Kind.DURATION: lambda rng: rng.choice([None, 0, 5, 15, 3600, 7200]),
    Kind.COUNT: lambda rng: rng.choice([None, 0, 1, 3]),
    Kind.NUMBER: lambda rng: rng.choice([None, 1, 2, 4.5, 5]),
    Kind.FLAG: lambda rng: rng.choice([None, True, False]),
    Kind.LABEL: lambda rng: rng.choice([None, "a", "b", "cancelled"]),
}


def test_every_kpi_with_an_open_choice_is_set_here() -> None:
    """A KPI whose parameter nothing sets would be tried in no form; only filters and hours may stay unset."""
    left = {name for _, kpi in ASKED for name, value in kpi.params.items() if value is None}
    assert left <= {"hours", "only", "except_for", "within", "short"}


# --- what is not known -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kpi", KPIS.values(), ids=lambda kpi: kpi.key)
def test_every_kpi_says_what_it_means_that_a_column_is_absent(kpi: Kpi) -> None:
    """For each column that it uses but does not need; the page of the KPI prints it."""
    assert kpi.absent.keys() == {*kpi.uses}


def sides(m: Any) -> tuple[float, float]:
    """The hits and misses of a share; of anything else the number of its rows."""
    hits = round(m.value * m.n, 6) if m.unit == "share" and m.value is not None else 0
    return hits, m.n - hits


def flags(asked: str) -> list[str]:
    """The columns of flags among those of some KPIs."""
    kpis = [kpi for _, kpi in DEALT[asked]]
    return [name for name in names(kpis) if kind_of(kpis[0].table, name) is Kind.FLAG]


@pytest.mark.parametrize("asked", [asked for asked in DEALT if flags(asked)])
@settings(max_examples=20)
@given(data=st.data())
def test_a_flag_that_is_not_known_adds_to_neither_side(asked: str, data: st.DataObject) -> None:
    """Blanking a cell of a flag never makes more hits, nor more misses, of any KPI."""
    kpis = [kpi for _, kpi in DEALT[asked] if not kpi.of_period]
    rows = data.draw(rows_for(kpis).filter(bool))
    for row in rows:
        if row.get("to_person") and row.get("transferred") is False:  # the two would contradict each other
            row["transferred"] = True
        if row.get("answered") and row.get("abandoned"):  # and so would these
            row["answered"] = False
    name = data.draw(st.sampled_from(flags(asked)))
    blanked = data.draw(st.integers(0, len(rows) - 1))
    less = [{**row, name: None} if place == blanked else row for place, row in enumerate(rows)]
    before, after = (measure(kpis, columns(kpis, some), now=NOW) for some in (rows, less))
    for kpi in kpis:
        told, left = sides(before.get(kpi.key)), sides(after.get(kpi.key))
        assert left[0] <= told[0], (kpi.key, told, left)
        assert left[1] <= told[1], (kpi.key, told, left)
