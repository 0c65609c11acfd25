"""SLA clocks over a log of events: ours against recipes in other engines, shape by shape.

    python benchmarks/sla.py [CASES] [--seed N] [--rounds N] [--write]

About five events a case: received, replied, up to two waits for the customer, resolved for nine in ten. Asked are the
kept, late and open cases of two promises (first response; resolution, waits not counted), under one limit or one per
priority, in business time or round the clock, by team and week or by team, priority and week. The rivals pair each
wait with the next event of its case that can end it, count time with the recipe of business_time.py that suits them,
and group. All results are checked to be the same. What rivals do not give (due moments, several cycles, reopening,
changes of target) is not asked.
"""

import argparse
import datetime as dt
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.ipc
from _turns import Shape, grid, serve, write
from business_time import DAY, HOLIDAYS, HOURS, SPELLS, by_pandas, days_in_utc, work_in_sql

from servqual.metrics import tally
from servqual.model import BusinessHours, Clock, Sla, Target

EVENTS = ["received", "replied", "waiting", "resumed", "resolved"]
OF_WAITS = ["waiting", "resumed", "resolved"]  # the events that begin or end a wait
PRIORITIES = ["urgent", "high", "medium", "low"]
LIMITS = {"first_response": dt.timedelta(hours=4), "resolution": dt.timedelta(hours=22)}
SHARES = [0.25, 0.5, 1, 1.75]
"""The limit of each priority as a share of the usual one; none is used up at a close, where we are stricter."""
US = dt.timedelta(microseconds=1)
NOW = np.datetime64("2026-06-30", "us")
SQL_NOW = f"timestamp '{NOW.item():%Y-%m-%d %H:%M:%S}'"
VERDICTS = [(f"{clock}_verdict", f"{clock}_{code}", code) for clock in LIMITS for code in (1, 2, 3)]


class Question(NamedTuple):
    """What is asked: the hours, the limits, and the groups."""

    always: bool
    by_priority: bool
    by: list[str]

    @classmethod
    def of(cls, name: str) -> "Question":
        """Read the name of a shape."""
        hours, limits, groups, *_ = name.split(", ")
        return cls(hours == "24 by 7", limits != "one limit", groups.removeprefix("by ").split(" "))

    @property
    def sla(self) -> Sla:
        """The agreement."""
        each = [*zip(SHARES, PRIORITIES, strict=True)] if self.by_priority else [(1, None)]
        targets = [
            Target(clock=Clock(clock), within=within * share, priority=priority)
            for clock, within in LIMITS.items()
            for share, priority in each
        ]
        hours = BusinessHours.always() if self.always else HOURS
        return Sla(name="benchmark", hours=hours, pause_on={"customer"}, targets=targets)


SHAPES = [
    f"{hours}, {limits}, by {groups}"
    for hours in ("24 by 7", "business hours")
    for limits in ("one limit", "limits by priority")
    for groups in ("team week", "team priority week")
]
ORDERS = ("sorted by case", "in no order", "skewed")
"""Logs in another order, or of cases with up to 40 waits, and few of the teams with most of them."""


def make(size: int, seed: int, order: str = "") -> Any:
    """A log in the order of time unless said otherwise, coded as exports in columnar files are."""
    rng = np.random.default_rng(seed)
    skewed = order == "skewed"
    most = 40 if skewed else 2
    waits = np.minimum(rng.geometric(0.5, size) ** 2 - 1, most) if skewed else rng.integers(0, 3, size)
    case = [np.repeat(np.arange(size), 2)]
    kinds = [np.tile([0, 1], size)]
    step = [np.tile([0, 1], size)]
    for nth in range(most):
        some = np.flatnonzero(waits > nth)
        kinds.append(np.tile([2, 3], some.size))
        case.append(np.repeat(some, 2))
        step.append(np.tile([2 + 2 * nth, 3 + 2 * nth], some.size))
    solved = np.flatnonzero(rng.random(size) < 0.9)
    kinds.append(np.full(solved.size, 4))
    case.append(solved)
    step.append(np.full(solved.size, 2 * most + 2))
    who, what, when = (np.concatenate(parts) for parts in (case, kinds, step))
    by_case = np.lexsort((when, who))
    who, what = who[by_case], what[by_case].astype(np.int8)
    gap = rng.integers(60, (3 if skewed else 30) * 3600, who.size) * 10**6
    first = np.flatnonzero(np.diff(who, prepend=-1))
    gap[first] = 0
    run = np.cumsum(gap)
    start = 1_704_100_000_000_000 + rng.integers(0, 840 * 86_400, size) * 10**6
    at = start[who] + run - run[first][who]
    if order != "sorted by case":
        rows = rng.permutation(who.size) if order == "in no order" else np.argsort(at, kind="stable")
        who, what, at = who[rows], what[rows], at[rows]
    team, priority = rng.integers(0, 40, size), rng.integers(0, 4, size)
    if skewed:
        team, priority = team * team // 40, priority * priority // 4 + 1

    def coded(codes: Any, names: list[str]) -> Any:
        return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int8)), pa.array(names))

    on = pa.array(np.zeros(who.size, np.int8), mask=what != 2)
    return pa.table(
        {
            "case_id": who,
            "at": pa.array(at.view("M8[us]")),
            "event": coded(what, EVENTS),
            "on": pa.DictionaryArray.from_arrays(on, pa.array(["customer"])),
            "team": coded(team[who], [f"t{i}" for i in range(40)]),
            "priority": coded(priority[who], PRIORITIES),
        }
    )


@cache
def load(file: str) -> Any:
    """The log, in memory."""
    return pa.ipc.open_file(file).read_all()


def by_us(file: str, shape: str) -> Callable[[], Any]:
    """One call."""
    log, asked = load(file), Question.of(shape)
    sla, kpis = asked.sla, ["first_response_kept", "resolution_kept"]
    return lambda: tally(kpis, {"case_events": log}, by=asked.by, sla=sla, now=NOW, naive="UTC")


def by_polars(file: str, shape: str) -> Callable[[], Any]:
    """The next row for the end of each wait, one row a case, business time by expressions."""
    frame, asked = pl.DataFrame(load(file)).lazy(), Question.of(shape)

    def worked(a: str, b: str) -> pl.Expr:
        if asked.always:
            return (pl.col(b) - pl.col(a)).dt.total_microseconds()

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
    of_waits = frame.filter(pl.col("event").is_in(OF_WAITS)).select("case_id", "at", "event")
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
        frame.group_by("case_id")
        .agg(
            pl.col("team").first(),
            pl.col("priority").first(),
            start=first("received"),
            first_response=first("replied"),
            resolution=first("resolved"),
        )
        .join(lost, on="case_id", how="left")
        .with_columns(pl.col("lost").fill_null(0), now=now)
    )
    for clock, within in LIMITS.items():
        limit: Any = within // US
        if asked.by_priority:
            each = {name: int(limit * share) for name, share in zip(PRIORITIES, SHARES, strict=True)}
            limit = pl.col("priority").cast(pl.Enum(PRIORITIES)).replace_strict(each, return_dtype=pl.Int64)
        spent = worked("start", "end") - (pl.col("lost") if clock == "resolution" else 0)
        cases = cases.with_columns(end=pl.coalesce(clock, "now")).with_columns(
            pl.when(spent > limit).then(2).when(pl.col(clock).is_null()).then(3).otherwise(1).alias(f"{clock}_verdict")
        )
    week = pl.col("start").dt.truncate("1w").alias("week")
    groups = [week if name == "week" else pl.col(name) for name in asked.by]
    query = cases.group_by(groups).agg((pl.col(given) == code).sum().alias(name) for given, name, code in VERDICTS)
    return query.collect


def by_duckdb(file: str, shape: str) -> Callable[[], Any]:
    """The same in SQL over DuckDB's own table, with the table of days."""
    asked, link = Question.of(shape), duckdb.connect()
    link.register("given_days", days_in_utc())
    link.register("given", load(file))
    link.execute("create table days as select * from given_days")
    for name, words in (("kind", EVENTS), ("grade", PRIORITIES)):
        link.execute(f"create type {name} as enum {tuple(words)}")
    link.execute(
        "create table log as "
        'select case_id, "at" as t, event::kind as event, team, priority::grade as priority from given'
    )

    def worked(a: str, b: str) -> str:
        return f"epoch_us({b}) - epoch_us({a})" if asked.always else f"({work_in_sql(b)}) - ({work_in_sql(a)})"

    def days(*names: str) -> str:
        each = (f"join days {name}d on {name}d.day = date_trunc('day', {name})" for name in names)
        return "" if asked.always else " ".join(each)

    def limit(within: dt.timedelta) -> str:
        if not asked.by_priority:
            return str(within // US)
        each = (
            f"when '{name}' then {int(within / US * share)}" for name, share in zip(PRIORITIES, SHARES, strict=True)
        )
        return f"case priority {' '.join(each)} end"

    judged = ", ".join(
        f"case when {worked('s', clock[0])} - {'lost' if clock == 'resolution' else 0} "
        f"> {limit(within)} then 2 when {clock} is null then 3 else 1 end as {clock}_verdict"
        for clock, within in LIMITS.items()
    )
    counts = ", ".join(f"count(*) filter (where {given} = {code}) as {name}" for given, name, code in VERDICTS)
    groups = ", ".join(asked.by)
    query = f"""
        with events as (
            select case_id, t, event, coalesce(lead(t) over (partition by case_id order by t), {SQL_NOW}) as until
            from log where event in {tuple(OF_WAITS)}),
        waits as (
            select case_id, sum({worked("a", "u")}) as lost
            from (select case_id, t as a, until as u from events where event = 'waiting') {days("a", "u")}
            group by case_id),
        cases as (
            select case_id, any_value(team) as team, any_value(priority) as priority,
            min(t) filter (where event = 'received') as s,
            min(t) filter (where event = 'replied') as first_response,
            min(t) filter (where event = 'resolved') as resolution from log group by case_id),
        ends as (
            select cases.*, coalesce(waits.lost, 0) as lost, coalesce(first_response, {SQL_NOW}) as f,
            coalesce(resolution, {SQL_NOW}) as r from cases left join waits using (case_id)),
        judged as (
            select team, priority, date_trunc('week', s) as week, {judged} from ends {days("s", "f", "r")})
        select {groups}, {counts} from judged group by {groups}
        """
    return lambda: link.sql(query).to_arrow_table()


def by_pandas_frames(file: str, shape: str) -> Callable[[], Any]:
    """Sort, shift, pivot, and numpy's business days."""
    frame, asked = load(file).to_pandas(), Question.of(shape)

    def worked(a: Any, b: Any) -> Any:
        return (b - a).astype("m8[us]").astype(np.int64) if asked.always else by_pandas(a, b)

    def call() -> Any:
        events = frame.sort_values(["case_id", "at"], kind="stable")
        of_waits = events.loc[events["event"].isin(OF_WAITS), ["case_id", "at", "event"]]
        same = of_waits["case_id"] == of_waits["case_id"].shift(-1)
        of_waits["until"] = of_waits["at"].shift(-1).where(same, NOW)
        waits = of_waits[of_waits["event"] == "waiting"]
        lost = pd.Series(worked(waits["at"].to_numpy(), waits["until"].to_numpy()), waits["case_id"].to_numpy())
        kept = events[events["event"].isin(["received", "replied", "resolved"])]
        cases = kept.drop_duplicates(["case_id", "event"]).pivot(  # noqa: PD010  (no sums)
            index="case_id", columns="event", values="at"
        )
        named = events.drop_duplicates("case_id").set_index("case_id")
        cases["team"], cases["priority"] = named["team"], named["priority"]
        cases["lost"] = lost.groupby(level=0).sum().reindex(cases.index).fillna(0)
        for clock, name in zip(LIMITS, ("replied", "resolved"), strict=True):
            end = cases[name].fillna(NOW).to_numpy()
            spent = worked(cases["received"].to_numpy(), end) - (cases["lost"] if clock == "resolution" else 0)
            limit: Any = LIMITS[clock] // US
            if asked.by_priority:
                limit = cases["priority"].map(dict(zip(PRIORITIES, SHARES, strict=True))).to_numpy(float) * limit
            late = np.asarray(spent) > limit
            verdict = np.where(late, 2, np.where(cases[name].isna(), 3, 1))
            for code in (1, 2, 3):
                cases[f"{clock}_{code}"] = verdict == code
        cases["week"] = cases["received"].dt.to_period("W").dt.start_time
        return cases.groupby(asked.by, observed=True)[[name for _, name, _ in VERDICTS]].sum().reset_index()

    return call


CONTENDERS = {"ours": by_us, "Polars": by_polars, "DuckDB": by_duckdb, "pandas": by_pandas_frames}


def as_rows(table: Any, by: list[str]) -> dict[tuple[Any, ...], list[int]]:
    """A rival's table by group."""
    frame = pl.DataFrame(table).with_columns(pl.col("week").cast(pl.Date))
    return {tuple(row[n] for n in by): [row[name] for _, name, _ in VERDICTS] for row in frame.to_dicts()}


def check(file: str, shape: str) -> None:
    """All say the same of every group."""
    by, want = Question.of(shape).by, dict[tuple[Any, ...], list[int]]()
    for m in by_us(file, shape)().measure():
        hits = round((m.value or 0) * m.n)
        want.setdefault(tuple(m.group.values()), []).extend((hits, m.n - hits, m.undecided))
    for name in ("Polars", "DuckDB", "pandas"):
        assert as_rows(CONTENDERS[name](file, shape)(), by) == want, f"{name} answers another question: {shape}"


def main() -> None:
    """Check all shapes on a sample, then print a line for each."""
    asked = argparse.ArgumentParser()
    asked.add_argument("cases", nargs="?", type=int, default=2_000_000)
    asked.add_argument("--seed", type=int, default=7)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--write", action="store_true", help="put the table into docs/speed.md")
    told = asked.parse_args()
    table: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for order in ("", *ORDERS):
            files = {}
            for size in (20_000, told.cases):
                files[size] = str(Path(folder) / f"{size}{order}.arrow")
                log = make(size, told.seed, order)
                with pa.ipc.new_file(files[size], log.schema) as out:
                    out.write_table(log)
            for shape in SHAPES:
                check(files[20_000], shape)
            names = [f"{SHAPES[place]}, {order}" for place in (2, 4)] if order else SHAPES
            shapes = [Shape(name, files[told.cases], 2 if name.startswith("24") else 2.5) for name in names]
            lines = grid(__file__, list(CONTENDERS), shapes, told.rounds, log.num_rows)
            table += lines if not order else lines[2:]
            Path(files[told.cases]).unlink()
    if told.write:
        write(__file__, f"python benchmarks/sla.py {told.cases} --seed {told.seed} --rounds {told.rounds}", table)


if __name__ == "__main__":
    if "--only" in sys.argv:
        serve(CONTENDERS)
    else:
        main()
