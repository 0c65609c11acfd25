"""Business time for many pairs: ours against recipes in other engines, in one run; the argument is how many pairs.

All answer the same question: two spells a day in Berlin, weekends, holidays, summer time. The rivals' recipes count
whole business days with their own tools and add what is open of the first and the last day; DuckDB joins a table of
days. Each is checked against our answers on a sample first. They lean on spells that never meet a change of the clock.
"""

import datetime as dt
import sys
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl

from servqual.metrics import after, elapsed
from servqual.model import BusinessHours

HOLIDAYS = [dt.date(year, month, day) for year in (2024, 2025, 2026) for month, day in ((1, 1), (5, 1), (12, 25))]
HOURS = BusinessHours(zone="Europe/Berlin", week={"mon-fri": "09:00-12:30, 13:00-17:30"}, holidays=HOLIDAYS)
FREE = np.array(HOLIDAYS, "M8[D]")
HALF_HOUR = 1800 * 10**6
SPELLS = ((18 * HALF_HOUR, 25 * HALF_HOUR), (26 * HALF_HOUR, 35 * HALF_HOUR))
DAY = sum(close - opening for opening, close in SPELLS)


def by_pandas(start: Any, end: Any) -> Any:
    """Local time by pandas, whole business days by numpy's busday_count."""
    a, b = (
        pd.Series(at).dt.tz_localize("UTC").dt.tz_convert("Europe/Berlin").dt.tz_localize(None).to_numpy()
        for at in (start, end)
    )
    first, last = a.astype("M8[D]"), b.astype("M8[D]")

    def of_day(at: Any, day: Any) -> Any:
        since = (at - day).astype("m8[us]").astype(np.int64)
        return sum(np.clip(since, *spell) - spell[0] for spell in SPELLS) * np.is_busday(day, holidays=FREE)

    return np.busday_count(first, last, holidays=FREE) * DAY - of_day(a, first) + of_day(b, last)


def by_polars(start: Any, end: Any) -> Any:
    """Local time and business days by Polars."""
    frame = pl.DataFrame({"a": start, "b": end}).lazy()
    local = frame.select(
        pl.all().dt.replace_time_zone("UTC").dt.convert_time_zone("Europe/Berlin").dt.replace_time_zone(None)
    )

    def of_day(name: str) -> pl.Expr:
        since = (pl.col(name) - pl.col(name).dt.truncate("1d")).dt.total_microseconds()
        worked = pl.sum_horizontal(since.clip(*spell) - spell[0] for spell in SPELLS)
        return pl.when(pl.col(name).dt.date().dt.is_business_day(holidays=HOLIDAYS)).then(worked).otherwise(0)

    days = pl.business_day_count(pl.col("a").dt.date(), pl.col("b").dt.date(), holidays=HOLIDAYS)
    return local.select(x=days.cast(pl.Int64) * DAY - of_day("a") + of_day("b")).collect()["x"].to_numpy()


def days_in_utc() -> Any:
    """Each day of the horizon in UTC with its spells and the work done before it."""
    day = np.arange(np.datetime64("2023-12-01"), np.datetime64("2026-12-31"))
    noon = pd.Series(day).dt.tz_localize("Europe/Berlin") + pd.Timedelta(hours=12)
    shift = noon.dt.tz_localize(None).astype("M8[us]") - noon.dt.tz_convert("UTC").dt.tz_localize(None).astype("M8[us]")
    open_day = np.is_busday(day, holidays=FREE)
    table = {"day": day.astype("M8[us]"), "before": (open_day.cumsum() - open_day) * DAY}
    for i, spell in enumerate(SPELLS):
        for edge, since in zip("oc", spell, strict=True):
            at = day.astype("M8[us]").astype(np.int64) + since - shift.to_numpy().astype("m8[us]").astype(np.int64)
            table[f"{edge}{i}"] = np.where(open_day, at, 0)
    return pd.DataFrame(table)


def work_in_sql(name: str) -> str:
    """The work done by a moment, whose day was joined under the moment's name and a d."""
    spells = " + ".join(
        f"greatest(least(epoch_us({name}), {name}d.c{i}), {name}d.o{i}) - {name}d.o{i}" for i in range(len(SPELLS))
    )
    return f"{name}d.before + {spells}"


def by_duckdb(start: Any, end: Any) -> Any:
    """A table of days in UTC with the spells of each and the work done before it, joined to both ends."""
    link = duckdb.connect()
    link.register("pairs", pd.DataFrame({"row": np.arange(start.size), "a": start, "b": end}))
    link.register("days", days_in_utc())
    found = link.execute(
        f"select {work_in_sql('b')} - ({work_in_sql('a')}) as x from pairs "
        "join days ad on ad.day = date_trunc('day', a) join days bd on bd.day = date_trunc('day', b) order by row"
    ).fetchnumpy()
    return found["x"]


def spells_in_utc() -> Any:
    """Every spell of the horizon with the work done before it, which is what an inverse searches."""
    day = np.arange(np.datetime64("2023-12-01"), np.datetime64("2027-12-31"))
    day = day[np.is_busday(day, holidays=FREE)]
    noon = pd.Series(day).dt.tz_localize("Europe/Berlin") + pd.Timedelta(hours=12)
    utc = noon.dt.tz_convert("UTC").dt.tz_localize(None).astype("M8[us]").to_numpy() - np.timedelta64(12, "h")
    opens = np.sort(np.concatenate([utc + np.timedelta64(spell[0], "us") for spell in SPELLS]))
    lengths = np.resize([close - opening for opening, close in SPELLS], opens.size)
    return pd.DataFrame({"opens": opens, "length": lengths, "before": lengths.cumsum() - lengths})


def after_by_polars(start: Any, work: Any) -> Any:
    """Two backward as-of joins on the table of spells: the work done by the start, then the spell of the deadline."""
    spells = pl.from_pandas(spells_in_utc()).lazy()
    rows = pl.DataFrame({"at": start, "work": work.astype(np.int64)}).lazy().with_row_index().sort("at")
    begun = rows.join_asof(spells, left_on="at", right_on="opens")
    done = pl.min_horizontal((pl.col("at") - pl.col("opens")).dt.total_microseconds(), pl.col("length"))
    wanted = begun.select("index", target=pl.col("before") + done + pl.col("work") - 1).sort("target")
    found = wanted.join_asof(spells, left_on="target", right_on="before")
    due = pl.col("opens") + pl.duration(microseconds=pl.col("target") - pl.col("before") + 1)
    return found.sort("index").select(x=due).collect()["x"].to_numpy()


def after_by_duckdb(start: Any, work: Any) -> Any:
    """The same in SQL."""
    link = duckdb.connect()
    link.register("spells", spells_in_utc())
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


def seconds(call: Callable[[], Any], times: int = 3) -> float:
    """The best of some runs, the first of which pays for the memory."""
    spent = []
    for _ in range(times):
        begun = time.perf_counter()
        call()
        spent.append(time.perf_counter() - begun)
    return min(spent)


def main(size: int) -> None:
    """Print a line for each."""
    rng = np.random.default_rng(1)
    start = (1_704_100_000_000_000 + rng.integers(0, 700 * 86_400 * 10**6, size)).view("M8[us]")
    end = start + rng.integers(0, 30 * 86_400 * 10**6, size).view("m8[us]")
    work = rng.integers(0, 80 * 3600 * 10**6, size).view("m8[us]")
    sample = slice(0, min(size, 10_000))
    truth = elapsed(HOURS, start[sample], end[sample]).astype(np.int64)

    ours = seconds(lambda: elapsed(HOURS, start, end))
    back = seconds(lambda: after(HOURS, start, work))
    print(f"{size:,} pairs, in million a second")
    print(f"  elapsed            {size / ours / 1e6:8.1f}")
    print(f"  after              {size / back / 1e6:8.1f}")
    first, last = start.astype("M8[D]"), end.astype("M8[D]")
    count = seconds(lambda: np.busday_count(first, last, holidays=FREE))
    print(f"  numpy busday_count {size / count / 1e6:8.1f}   (days only)   ours is {count / ours:.1f} times as fast")
    for name, rival in (
        ("pandas", by_pandas),
        ("polars", by_polars),
        ("duckdb", by_duckdb),
    ):
        assert (rival(start[sample], end[sample]) == truth).all(), f"{name} answers another question"
        spent = seconds(lambda rival=rival: rival(start, end), 2)  # type: ignore[misc]
        print(f"  {name:<18} {size / spent / 1e6:8.1f}   ours is {spent / ours:.1f} times as fast")
    for name, module, rival in (
        ("businesstimedelta", "businesstimedelta", by_businesstimedelta),
        ("django-bizcal", "django_bizcal", by_bizcal),
    ):
        if find_spec(module):
            few = min(size, 2_000)
            spent = seconds(lambda rival=rival, few=few: rival(start[:few], end[:few]), 1) * size / few  # type: ignore[misc]
            print(f"  {name:<18} {size / spent / 1e6:8.4f}   ours is {spent / ours:,.0f} times as fast")
        else:
            print(f"  {name:<18} not installed; pip install 'servqual[benchmarks]'")
    due: Any = after(HOURS, start[sample], work[sample])
    print("the inverse, in million a second")
    for name, inverse in (("polars", after_by_polars), ("duckdb", after_by_duckdb)):
        assert (inverse(start[sample], work[sample]) == due).all(), f"{name} answers another question"
        spent = seconds(lambda inverse=inverse: inverse(start, work), 2)  # type: ignore[misc]
        print(f"  {name:<18} {size / spent / 1e6:8.1f}   ours is {spent / back:.1f} times as fast")
    one, other = start[0].item().replace(tzinfo=dt.UTC), end[0].item().replace(tzinfo=dt.UTC)
    rounds = 20_000
    scalar = seconds(lambda: [HOURS.elapsed(one, other) for _ in range(rounds)]) / rounds
    one_due = seconds(lambda: [HOURS.after(one, dt.timedelta(hours=40)) for _ in range(rounds)]) / rounds
    print(f"one pair: elapsed {scalar * 1e6:.1f} us, after {one_due * 1e6:.1f} us")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000)
