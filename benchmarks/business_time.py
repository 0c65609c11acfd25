"""Business time for many pairs and its inverse: ours against recipes in other engines, shape by shape.

    python benchmarks/business_time.py [PAIRS] [--seed N] [--rounds N] [--write]

All answer the same question in Berlin, with weekends and summer time: hours of one or two spells a day, with and
without holidays, of night shifts, round the clock, or with a calendar per row; moments sorted or not. The rivals'
recipes count whole business days with their own tools and add what is open of the first and the last day; DuckDB joins
a table of days. The inverse is an as-of join. Each is checked against our answers on a sample first. They lean on
spells that never meet a change of the clock; a night belongs to the day on which it begins, so moments are moved back.
Libraries that count pair by pair are shown below the table, where they are installed.
"""

import argparse
import datetime as dt
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import duckdb
import numpy as np
import pandas as pd
import polars as pl
from _turns import Shape, grid, serve, write

from servqual.metrics import after, elapsed
from servqual.model import BusinessHours

HOLIDAYS = [dt.date(year, month, day) for year in (2024, 2025, 2026) for month, day in ((1, 1), (5, 1), (12, 25))]
THOUSAND = [*HOLIDAYS, *(dt.date(1960, 1, 1) + dt.timedelta(days=20 * n) for n in range(1000))]
HOUR = 3600 * 10**6


class Desk(NamedTuple):
    """A desk as the recipes know it: spells as microseconds of a day that begins `moved` later, and days off."""

    hours: BusinessHours
    spells: tuple[tuple[int, int], ...]
    holidays: list[dt.date]
    moved: int = 0

    @property
    def day(self) -> int:
        """Open time of a day."""
        return sum(close - opening for opening, close in self.spells)


def desk(text: str, spells: tuple[tuple[float, float], ...], holidays: list[dt.date], moved: int = 0) -> Desk:
    """A desk in Berlin, open from Monday to Friday."""
    hours = BusinessHours(zone="Europe/Berlin", week={"mon-fri": text}, holidays=holidays)
    return Desk(hours, tuple((int(a * HOUR), int(b * HOUR)) for a, b in spells), holidays, moved * HOUR)


ONE, TWO = ("09:00-17:00", ((9, 17),)), ("09:00-12:30, 13:00-17:30", ((9, 12.5), (13, 17.5)))
DESKS = {
    "one spell": desk(*ONE, []),
    "two spells": desk(*TWO, HOLIDAYS),
    "two spells, 1,000 holidays": desk(*TWO, THOUSAND),
    "night shift": desk("22:00-06:00", ((16, 24),), [], 6),
}
ALWAYS = BusinessHours.always()
USUAL = DESKS["two spells"]
HOURS, SPELLS, DAY = USUAL.hours, USUAL.spells, USUAL.day
SHAPES = [*DESKS, "two spells, sorted", "24 by 7", "a calendar per row"]


def by_pandas(start: Any, end: Any, of: Desk = USUAL) -> Any:
    """Local time by pandas, whole business days by numpy's busday_count."""
    a, b = (
        pd.Series(at - np.timedelta64(of.moved, "us"))
        .dt.tz_localize("UTC")
        .dt.tz_convert("Europe/Berlin")
        .dt.tz_localize(None)
        .to_numpy()
        for at in (start, end)
    )
    first, last, free = a.astype("M8[D]"), b.astype("M8[D]"), np.array(of.holidays, "M8[D]")

    def of_day(at: Any, day: Any) -> Any:
        since = (at - day).astype("m8[us]").astype(np.int64)
        return sum(np.clip(since, *spell) - spell[0] for spell in of.spells) * np.is_busday(day, holidays=free)

    return np.busday_count(first, last, holidays=free) * of.day - of_day(a, first) + of_day(b, last)


def by_polars(start: Any, end: Any, of: Desk = USUAL) -> Any:
    """Local time and business days by Polars."""
    frame = pl.DataFrame({"a": start, "b": end}).lazy().select(pl.all() - dt.timedelta(microseconds=of.moved))
    local = frame.select(
        pl.all().dt.replace_time_zone("UTC").dt.convert_time_zone("Europe/Berlin").dt.replace_time_zone(None)
    )

    def of_day(name: str) -> pl.Expr:
        since = (pl.col(name) - pl.col(name).dt.truncate("1d")).dt.total_microseconds()
        worked = pl.sum_horizontal(since.clip(*spell) - spell[0] for spell in of.spells)
        return pl.when(pl.col(name).dt.date().dt.is_business_day(holidays=of.holidays)).then(worked).otherwise(0)

    days = pl.business_day_count(pl.col("a").dt.date(), pl.col("b").dt.date(), holidays=of.holidays)
    return local.select(x=days.cast(pl.Int64) * of.day - of_day("a") + of_day("b")).collect()["x"].to_numpy()


def _zone_shift(day: Any) -> Any:
    """Berlin's distance to UTC at noon of each day."""
    noon = pd.Series(day).dt.tz_localize("Europe/Berlin") + pd.Timedelta(hours=12)
    return (day + np.timedelta64(12, "h")).astype("M8[us]") - noon.dt.tz_convert("UTC").dt.tz_localize(None).astype(
        "M8[us]"
    ).to_numpy()


def days_in_utc(of: Desk = USUAL) -> Any:
    """Each day of the horizon in UTC with its spells and the work done before it."""
    day = np.arange(np.datetime64("2023-12-01"), np.datetime64("2026-12-31"))
    shift, open_day = _zone_shift(day), np.is_busday(day, holidays=np.array(of.holidays, "M8[D]"))
    table = {"day": day.astype("M8[us]"), "before": (open_day.cumsum() - open_day) * of.day}
    for i, spell in enumerate(of.spells):
        for edge, since in zip("oc", spell, strict=True):
            at = day.astype("M8[us]").astype(np.int64) + since - shift.astype("m8[us]").astype(np.int64)
            table[f"{edge}{i}"] = np.where(open_day, at, 0)
    return pd.DataFrame(table)


def work_in_sql(name: str, of: Desk = USUAL) -> str:
    """The work done by a moment, whose day was joined under the moment's name and a d."""
    spells = " + ".join(
        f"greatest(least(epoch_us({name}), {name}d.c{i}), {name}d.o{i}) - {name}d.o{i}" for i in range(len(of.spells))
    )
    return f"{name}d.before + {spells}"


def by_duckdb(start: Any, end: Any, of: Desk = USUAL) -> Any:
    """A table of days in UTC with the spells of each and the work done before it, joined to both ends."""
    link, back = duckdb.connect(), np.timedelta64(of.moved, "us")
    link.register("pairs", pd.DataFrame({"row": np.arange(start.size), "a": start - back, "b": end - back}))
    link.register("days", days_in_utc(of))
    found = link.execute(
        f"select {work_in_sql('b', of)} - ({work_in_sql('a', of)}) as x from pairs "
        "join days ad on ad.day = date_trunc('day', a) join days bd on bd.day = date_trunc('day', b) order by row"
    ).fetchnumpy()
    return found["x"]


def spells_in_utc(of: Desk = USUAL) -> Any:
    """Every spell of the horizon with the work done before it, which is what an inverse searches."""
    day = np.arange(np.datetime64("2023-12-01"), np.datetime64("2027-12-31"))
    day = day[np.is_busday(day, holidays=np.array(of.holidays, "M8[D]"))]
    utc = day.astype("M8[us]") - _zone_shift(day) + np.timedelta64(of.moved, "us")
    opens = np.sort(np.concatenate([utc + np.timedelta64(spell[0], "us") for spell in of.spells]))
    lengths = np.resize([close - opening for opening, close in of.spells], opens.size)
    return pd.DataFrame({"opens": opens, "length": lengths, "before": lengths.cumsum() - lengths})


def after_by_polars(start: Any, work: Any, of: Desk = USUAL) -> Any:
    """Two backward as-of joins on the table of spells: the work done by the start, then the spell of the deadline."""
    spells = pl.from_pandas(spells_in_utc(of)).lazy()
    rows = pl.DataFrame({"at": start, "work": work.astype(np.int64)}).lazy().with_row_index().sort("at")
    begun = rows.join_asof(spells, left_on="at", right_on="opens")
    done = pl.min_horizontal((pl.col("at") - pl.col("opens")).dt.total_microseconds(), pl.col("length"))
    wanted = begun.select("index", target=pl.col("before") + done + pl.col("work") - 1).sort("target")
    found = wanted.join_asof(spells, left_on="target", right_on="before")
    due = pl.col("opens") + pl.duration(microseconds=pl.col("target") - pl.col("before") + 1)
    return found.sort("index").select(x=due).collect()["x"].to_numpy()


def after_by_duckdb(start: Any, work: Any, of: Desk = USUAL) -> Any:
    """The same in SQL."""
    link = duckdb.connect()
    link.register("spells", spells_in_utc(of))
    link.register("pairs", pd.DataFrame({"row": np.arange(start.size), "t": start, "work": work.astype(np.int64)}))
    found = link.execute(
        "with begun as (select row, before + least(epoch_us(t) - epoch_us(opens), length) + work - 1 as target "
        "from pairs asof join spells on t >= opens) "
        "select epoch_us(opens) + target - before + 1 as x from begun asof join spells on target >= before order by row"
    ).fetchnumpy()
    return found["x"].astype("M8[us]")


def by_bizcal(start: Any, end: Any) -> Any:
    """django-bizcal, pair by pair."""
    config: Any = import_module("django.conf").settings
    if not config.configured:
        config.configure(USE_TZ=True, TIME_ZONE="UTC")
    bizcal: Any = import_module("django_bizcal")
    providers: Any = import_module("django_bizcal.providers")
    calendar = bizcal.WorkingCalendar(
        tz="Europe/Berlin",
        weekly_schedule={day: [("09:00", "12:30"), ("13:00", "17:30")] for day in range(5)},
        holiday_provider=providers.SetHolidayProvider(HOLIDAYS),
    )
    utc = [[at.replace(tzinfo=dt.UTC) for at in column.tolist()] for column in (start, end)]
    return [calendar.business_time_between(a, b) for a, b in zip(*utc, strict=True)]


def by_businesstimedelta(start: Any, end: Any) -> Any:
    """The library of this purpose in Python, pair by pair; holidays left out, which spares it work."""
    business: Any = import_module("businesstimedelta")
    zone = import_module("pytz").timezone("Europe/Berlin")  # it needs one of pytz
    spells = [(dt.time(9), dt.time(12, 30)), (dt.time(13), dt.time(17, 30))]
    rules = business.Rules([business.WorkDayRule(*spell, list(range(5)), tz=zone) for spell in spells])
    utc = [[at.replace(tzinfo=dt.UTC) for at in column.tolist()] for column in (start, end)]
    return [rules.difference(a, b) for a, b in zip(*utc, strict=True)]


@cache
def pairs(file: str) -> Any:
    """Starts, ends, wanted work, and calendars of rows, in memory."""
    return np.load(file)


def by_us(file: str, shape: str) -> Callable[[], Any]:
    """One call."""
    start, end, work, which = _rows(file, shape)
    answer, other = (after, work) if shape.endswith("inverse") else (elapsed, end)
    if shape.startswith("a calendar"):
        hours = [of.hours for of in DESKS.values()]
        return lambda: answer(hours, start, other, which=which)
    hours_of = ALWAYS if shape.startswith("24") else DESKS[_desk(shape)].hours
    return lambda: answer(hours_of, start, other)


def _desk(shape: str) -> str:
    return shape.removesuffix(", inverse").removesuffix(", sorted")


def _rows(file: str, shape: str) -> Any:
    start, end, work, which = (column.copy() for column in pairs(file).values())
    if ", sorted" in shape:
        order = np.argsort(start)
        return start[order], end[order], work[order], which[order]
    return start, end, work, which


def _rival(count: Callable[..., Any], inverse: Callable[..., Any] | None, add: Callable[[Any, Any], Any]) -> Any:
    """A contender that counts with a recipe, calendar by calendar, and round the clock subtracts or adds."""

    def contender(file: str, shape: str) -> Callable[[], Any]:
        start, end, work, which = _rows(file, shape)
        answer, other = (inverse, work) if shape.endswith("inverse") else (count, end)
        if answer is None:
            raise LookupError(f"no recipe for {shape}")
        if shape.startswith("24"):
            return lambda: add(start, work) if answer is inverse else add(end, -start.astype("m8[us]"))
        if not shape.startswith("a calendar"):
            return lambda: answer(start, other, DESKS[_desk(shape)])

        def call() -> Any:
            out = np.empty(start.size, np.int64)
            for code, of in enumerate(DESKS.values()):
                rows = np.flatnonzero(which == code)
                out[rows] = answer(start[rows], other[rows], of).view(np.int64)
            return out

        return call

    return contender


def _add_in_duckdb(at: Any, by: Any) -> Any:
    link = duckdb.connect()
    link.register("pairs", pd.DataFrame({"a": at.astype(np.int64), "b": by.astype(np.int64)}))
    return link.execute("select a + b as x from pairs").fetchnumpy()["x"]


CONTENDERS = {
    "ours": by_us,
    "Polars": _rival(
        by_polars, after_by_polars, lambda at, by: pl.Series(at.astype(np.int64)) + pl.Series(by.astype(np.int64))
    ),
    "DuckDB": _rival(by_duckdb, after_by_duckdb, _add_in_duckdb),
    "pandas": _rival(by_pandas, None, lambda at, by: pd.Series(at.astype(np.int64)) + pd.Series(by.astype(np.int64))),
}


def check(file: str, shape: str) -> None:
    """All say the same of every pair."""
    want = np.asarray(by_us(file, shape)()).view(np.int64)
    for name in ("Polars", "DuckDB", *(() if shape.endswith("inverse") else ("pandas",))):
        found = np.asarray(CONTENDERS[name](file, shape)()).astype(np.int64)
        assert (found == want).all(), f"{name} answers another question: {shape}"


def make(size: int, seed: int, file: str) -> None:
    """Pairs of two years, up to 30 days apart, and up to 80 hours of work."""
    rng = np.random.default_rng(seed)
    start = (1_704_100_000_000_000 + rng.integers(0, 700 * 86_400 * 10**6, size)).view("M8[us]")
    end = start + rng.integers(0, 30 * 86_400 * 10**6, size).view("m8[us]")
    work = rng.integers(1, 80 * HOUR, size).view("m8[us]")
    np.savez(file, start=start, end=end, work=work, which=rng.integers(0, len(DESKS), size))


def pair_by_pair(file: str) -> None:
    """Print a line for each library that counts pair by pair, of a few pairs."""
    start, end, _, _ = pairs(file).values()
    for name, module, rival in (
        ("businesstimedelta", "businesstimedelta", by_businesstimedelta),
        ("django-bizcal", "django_bizcal", by_bizcal),
    ):
        if find_spec(module):
            begun = perf_counter()
            rival(start[:2000], end[:2000])
            print(f"{name}: {2000 / (perf_counter() - begun):,.0f} pairs a second")
        else:
            print(f"{name} is not installed; pip install 'servqual[benchmarks]'")


def main() -> None:
    """Check all shapes on a sample, then print a line for each."""
    asked = argparse.ArgumentParser()
    asked.add_argument("pairs", nargs="?", type=int, default=10_000_000)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--write", action="store_true", help="put the table into docs/speed.md")
    told = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sample, whole = (str(Path(folder) / f"{name}.npz") for name in ("sample", "whole"))
        make(10_000, told.seed, sample)
        make(told.pairs, told.seed, whole)
        names = [f"{name}{inverse}" for inverse in ("", ", inverse") for name in SHAPES]
        for name in names:
            check(sample, name)
        shapes = [Shape(name, whole, 15) for name in names]
        table = grid(__file__, list(CONTENDERS), shapes, told.rounds, told.pairs)
        pair_by_pair(sample)
    if told.write:
        write(__file__, f"python benchmarks/business_time.py {told.pairs} --seed {told.seed}", table)


if __name__ == "__main__":
    if "--only" in sys.argv:
        serve(CONTENDERS)
    else:
        main()
