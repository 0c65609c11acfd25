"""SLA clocks over a log of events: ours against recipes in other engines; the arguments are how many cases and rounds.

About five events a case: received, replied, up to two waits for the customer, resolved for nine in ten. Asked are the
kept, late and open cases of two promises in business time (first response within 4 hours; resolution within 23 hours,
waits not counted), by team and week. The rivals pair each wait with the next event of its case that can end it, count
business time with the recipe of business_time.py that suits them, and group. All results are checked to be the same.
What rivals do not give (due moments, several cycles, reopening, changes of target) is not asked.
"""

import datetime as dt
import sys
import time
from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from business_time import DAY, HOLIDAYS, HOURS, SPELLS, by_pandas, days_in_utc, work_in_sql

from servqual.metrics import tally
from servqual.model import Clock, Sla, Target

EVENTS = ["received", "replied", "waiting", "resumed", "resolved"]
OF_WAITS = ["waiting", "resumed", "resolved"]  # the events that begin or end a wait
LIMITS = {"first_response": dt.timedelta(hours=4), "resolution": dt.timedelta(hours=23)}
US = dt.timedelta(microseconds=1)
NOW = np.datetime64("2026-06-30", "us")
SLA = Sla(
    name="benchmark",
    hours=HOURS,
    pause_on={"customer"},
    targets=[Target(clock=Clock(clock), within=within) for clock, within in LIMITS.items()],
)


def make(size: int) -> dict[str, Any]:
    """A log in the order of time, coded as exports in columnar files are."""
    rng = np.random.default_rng(7)
    waits = rng.integers(0, 3, size)
    kinds = [np.repeat([[0, 1]], size, 0).ravel()]
    case = [np.repeat(np.arange(size), 2)]
    step = [np.tile([0, 1], size)]
    for nth in (0, 1):
        some = np.flatnonzero(waits > nth)
        kinds.append(np.tile([2, 3], some.size))
        case.append(np.repeat(some, 2))
        step.append(np.tile([2 + 2 * nth, 3 + 2 * nth], some.size))
    solved = np.flatnonzero(rng.random(size) < 0.9)
    kinds.append(np.full(solved.size, 4))
    case.append(solved)
    step.append(np.full(solved.size, 6))
    who, what, when = (np.concatenate(parts) for parts in (case, kinds, step))
    order = np.lexsort((when, who))
    who, what = who[order], what[order]
    gap = rng.integers(60, 30 * 3600, who.size) * 10**6
    first = np.flatnonzero(np.diff(who, prepend=-1))
    gap[first] = 0
    run = np.cumsum(gap)
    start = 1_704_100_000_000_000 + rng.integers(0, 850 * 86_400, size) * 10**6
    at = start[who] + run - run[first][who]
    order = np.argsort(at, kind="stable")
    who, what, at = who[order], what[order].astype(np.int8), at[order]
    return {
        "case_id": who,
        "at": at.view("M8[us]"),
        "event": pa.DictionaryArray.from_arrays(pa.array(what), pa.array(EVENTS)),
        "on": pa.DictionaryArray.from_arrays(
            pa.array(np.zeros(who.size, np.int8), mask=what != 2), pa.array(["customer"])
        ),
        "team": pa.DictionaryArray.from_arrays(
            pa.array((who % 40).astype(np.int8)), pa.array([f"t{i}" for i in range(40)])
        ),
    }


def ours(log: dict[str, Any]) -> Any:
    """One call."""
    kpis = ["first_response_kept", "resolution_kept"]
    return tally(kpis, {"case_events": log}, by=["team", "week"], sla=SLA, now=NOW)


def by_polars(frame: pl.DataFrame) -> pl.DataFrame:
    """The next row for the end of each wait, one row a case, business time by expressions."""

    def worked(a: str, b: str) -> pl.Expr:
        def local(name: str) -> pl.Expr:
            at = pl.col(name).dt.replace_time_zone("UTC").dt.convert_time_zone("Europe/Berlin")
            return at.dt.replace_time_zone(None)

        def of_day(name: str) -> pl.Expr:
            at = local(name)
            since = (at - at.dt.truncate("1d")).dt.total_microseconds()
            done = pl.sum_horizontal(since.clip(*spell) - spell[0] for spell in SPELLS)
            return pl.when(at.dt.date().dt.is_business_day(holidays=HOLIDAYS)).then(done).otherwise(0)

        days = pl.business_day_count(local(a).dt.date(), local(b).dt.date(), holidays=HOLIDAYS)
        counted: pl.Expr = days.cast(pl.Int64) * DAY - of_day(a) + of_day(b)
        return counted

    now = pl.lit(NOW).cast(pl.Datetime("us"))
    of_waits = frame.lazy().filter(pl.col("event").is_in(OF_WAITS)).select("case_id", "at", "event")
    following = pl.when(pl.col("case_id") == pl.col("case_id").shift(-1)).then(pl.col("at").shift(-1))
    waits = (
        of_waits.sort("case_id", "at")
        .with_columns(until=following.fill_null(now))
        .filter(pl.col("event") == "waiting")
        .with_columns(lost=worked("at", "until"))
    )
    lost = waits.group_by("case_id").agg(pl.col("lost").sum())

    def first(event: str) -> pl.Expr:
        return pl.col("at").filter(pl.col("event") == event).min()

    cases = (
        frame.lazy()
        .group_by("case_id")
        .agg(
            pl.col("team").first(),
            start=first("received"),
            first_response=first("replied"),
            resolution=first("resolved"),
        )
        .join(lost, on="case_id", how="left")
        .with_columns(pl.col("lost").fill_null(0), now=now)
    )
    for clock, within in LIMITS.items():
        spent = worked("start", "end") - (pl.col("lost") if clock == "resolution" else 0)
        late = spent > within // US
        cases = cases.with_columns(end=pl.coalesce(clock, "now")).with_columns(
            pl.when(late).then(2).when(pl.col(clock).is_null()).then(3).otherwise(1).alias(f"{clock}_verdict")
        )
    week = pl.col("start").dt.truncate("1w").alias("week")
    verdicts = [
        (pl.col(f"{clock}_verdict") == code).sum().alias(f"{clock}_{code}") for clock in LIMITS for code in (1, 2, 3)
    ]
    return cases.group_by("team", week).agg(verdicts).collect()


def by_duckdb(frame: pl.DataFrame) -> Any:
    """The same in SQL, with the table of days."""
    link = duckdb.connect()
    link.register("log", frame.rename({"at": "t"}).to_arrow())
    link.register("days", days_in_utc())
    now = f"timestamp '{NOW.item():%Y-%m-%d %H:%M:%S}'"
    verdicts = ", ".join(
        f"count(*) filter (where {clock}_verdict = {code}) as {clock}_{code}" for clock in LIMITS for code in (1, 2, 3)
    )
    judged = ", ".join(
        f"case when ({work_in_sql(clock[0])}) - ({work_in_sql('s')}) - {'lost' if clock == 'resolution' else 0} "
        f"> {within // US} then 2 when {clock} is null then 3 else 1 end as {clock}_verdict"
        for clock, within in LIMITS.items()
    )
    return link.sql(
        f"""
        with events as (
            select case_id, t, event, coalesce(lead(t) over (partition by case_id order by t), {now}) as until
            from log where event in {tuple(OF_WAITS)}),
        waits as (
            select case_id, sum(({work_in_sql("u")}) - ({work_in_sql("a")})) as lost
            from (select case_id, t as a, until as u from events where event = 'waiting')
            join days ad on ad.day = date_trunc('day', a) join days ud on ud.day = date_trunc('day', u)
            group by case_id),
        cases as (
            select case_id, any_value(team) as team, min(t) filter (where event = 'received') as s,
            min(t) filter (where event = 'replied') as first_response,
            min(t) filter (where event = 'resolved') as resolution from log group by case_id),
        ends as (
            select cases.*, coalesce(waits.lost, 0) as lost, coalesce(first_response, {now}) as f,
            coalesce(resolution, {now}) as r from cases left join waits using (case_id)),
        judged as (
            select team, date_trunc('week', s) as week, {judged} from ends
            join days sd on sd.day = date_trunc('day', s) join days fd on fd.day = date_trunc('day', f)
            join days rd on rd.day = date_trunc('day', r))
        select team, week, {verdicts} from judged group by team, week
        """
    ).to_arrow_table()


def by_pandas_frames(frame: pd.DataFrame) -> pd.DataFrame:
    """Sort, shift, pivot, and numpy's business days."""
    events = frame.sort_values(["case_id", "at"], kind="stable")
    of_waits = events.loc[events["event"].isin(OF_WAITS), ["case_id", "at", "event"]]
    same = of_waits["case_id"] == of_waits["case_id"].shift(-1)
    of_waits["until"] = of_waits["at"].shift(-1).where(same, NOW)
    waits = of_waits[of_waits["event"] == "waiting"]
    lost = pd.Series(by_pandas(waits["at"].to_numpy(), waits["until"].to_numpy()), waits["case_id"].to_numpy())
    kept = events[events["event"].isin(["received", "replied", "resolved"])]
    cases = kept.drop_duplicates(["case_id", "event"]).pivot(  # noqa: PD010  (no sums)
        index="case_id", columns="event", values="at"
    )
    cases["team"] = events.drop_duplicates("case_id").set_index("case_id")["team"]
    cases["lost"] = lost.groupby(level=0).sum().reindex(cases.index).fillna(0)
    for clock, name in zip(LIMITS, ("replied", "resolved"), strict=True):
        end = cases[name].fillna(NOW).to_numpy()
        spent = by_pandas(cases["received"].to_numpy(), end) - (cases["lost"] if clock == "resolution" else 0)
        late = np.asarray(spent) > LIMITS[clock] // US
        verdict = np.where(late, 2, np.where(cases[name].isna(), 3, 1))
        for code in (1, 2, 3):
            cases[f"{clock}_{code}"] = verdict == code
    cases["week"] = cases["received"].dt.to_period("W").dt.start_time
    return (
        cases.groupby(["team", "week"], observed=True)[[f"{c}_{n}" for c in LIMITS for n in (1, 2, 3)]]
        .sum()
        .reset_index()
    )


def as_rows(table: Any) -> dict[tuple[str, dt.date], tuple[int, ...]]:
    """A rival's table by team and week."""
    names = [f"{clock}_{code}" for clock in LIMITS for code in (1, 2, 3)]
    frame = pl.DataFrame(table)
    return {
        (row["team"], row["week"].date() if isinstance(row["week"], dt.datetime) else row["week"]): tuple(
            row[n] for n in names
        )
        for row in frame.to_dicts()
    }


def check(found: Any, table: Any, name: str) -> None:
    """Both say the same of every team and week."""
    want: dict[tuple[Any, Any], list[int]] = {}
    for m in found.measure():
        hits = round((m.value or 0) * m.n)
        want.setdefault((m.group["team"], m.group["week"]), []).extend((hits, m.n - hits, m.undecided))
    assert {key: tuple(values) for key, values in want.items()} == as_rows(table), f"{name} answers another question"


def spent(call: Callable[[], Any]) -> tuple[float, float]:
    """Seconds on the clock, and of all processors together."""
    clock, processors = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - clock, time.process_time() - processors


def main(size: int, rounds: int = 3) -> None:
    """Print a line for each: the best of some rounds in which all take turns, so that other load falls on all."""
    small = make(min(size, 20_000))
    for name, rival, convert in (
        ("polars", by_polars, pl.DataFrame),
        ("duckdb", by_duckdb, pl.DataFrame),
        ("pandas", by_pandas_frames, lambda columns: pl.DataFrame(columns).to_pandas()),
    ):
        check(ours(small), rival(convert(small)), name)  # type: ignore[arg-type]
    log = make(size)
    frame = pl.DataFrame(log)
    pandas_frame = frame.to_pandas()
    calls: dict[str, Callable[[], Any]] = {
        "ours": lambda: ours(log),
        "polars": lambda: by_polars(frame),
        "duckdb": lambda: by_duckdb(frame),
        "pandas": lambda: by_pandas_frames(pandas_frame),
    }
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            found[name].append(spent(call))
    best = {name: (min(t for t, _ in times), min(t for _, t in times)) for name, times in found.items()}
    print(f"{size:,} cases, {len(log['case_id']):,} events, two clocks by team and week")
    print("            clock   processors")
    for name, (clock, processors) in best.items():
        ratio = f"   ours is {clock / best['ours'][0]:.1f} ({processors / best['ours'][1]:.1f}) times as fast"
        print(f"  {name}  {clock:7.2f} s   {processors:7.2f} s{ratio if name != 'ours' else ''}")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:] or ["2000000"]))
