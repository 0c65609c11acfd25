"""Where the time of a process goes: how long each step takes, and how much of it is work, waiting or rework.

    reported  received  classified  assigned  started  waiting  resumed  resolved  verified  closed
       |------------|----------|---------|--------|--------|--------|---------|---------|
         reception    classif.   queue     queue    work     wait     work      confirm.  closing

The time from one event to the next belongs to the step that the first one began. Only work adds value; waiting and
rework are two of the seven kinds of waste (T. Ohno, 1988, Toyota Production System, Productivity Press).
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar, Final, Literal, TypeAlias

import attrs
import numpy as np

from servqual._arrays import Array
from servqual._checks import must_be, near
from servqual._words import counted
from servqual.errors import MissingColumn
from servqual.metrics import elapsed
from servqual.metrics.clocks.corrections import corrected
from servqual.metrics.engine import plan_of
from servqual.metrics.results.tidy import Column, Columns, Tidy
from servqual.metrics.time.instants import Moment, us_of
from servqual.model.hours.hours import Hours
from servqual.readers.columns.columns import Chunk, joined
from servqual.readers.columns.columns import Column as Labels
from servqual.readers.columns.request import Request
from servqual.readers.columns.tables import Kind
from servqual.readers.sources import Source, TableChunks

__all__ = ["ProcessTimes", "StepTime", "process_times"]

Use: TypeAlias = Literal["processing", "waiting", "rework"]
_STEPS: Final[Mapping[str, tuple[str, Use]]] = MappingProxyType(
    {
        "identified": ("before the report", "waiting"),
        "reported": ("reception", "waiting"),
        "received": ("classification", "waiting"),
        "opened": ("classification", "waiting"),
        "classified": ("assignment", "waiting"),
        "assigned": ("queue", "waiting"),
        "handed_over": ("queue after a hand-over", "waiting"),
        "started": ("handling", "processing"),
        "resumed": ("handling", "processing"),
        "reopened": ("rework", "rework"),
        "waiting": ("wait for", "waiting"),
        "resolved": ("confirmation", "waiting"),
        "verified": ("closing", "waiting"),
    }
)
"""The step that each event begins; every other event leaves the case in its step."""
_ENDS: Final = ("closed", "cancelled", "duplicate")
_NEEDED: Final = {"steps": ("step", "started_at", "ended_at"), "case_events": ("case_id", "at", "event")}
_LIFE: Final = (*_STEPS, *_ENDS)
_STAYS, _ENDED = -1, -2
_NO_END: Final = np.iinfo(np.int64).min


@attrs.frozen(kw_only=True)
class StepTime:
    """The time of one step: how often it was taken, its total and its share of all time, and its percentiles.

    Times are in seconds. `use` says whether the time is processing, waiting or rework.
    """

    step: str
    use: Use
    n: int
    total_s: float
    share: float
    median_s: float
    p90_s: float


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ProcessTimes(Tidy[StepTime]):
    """The steps of a process, the one that takes most of the time first: the first row is the bottleneck.

    `unfinished` steps had no end yet, and are left out. `refused` rows tell no step: a name, case or moment is missing
    or cannot be read, or the step ended before it began.
    """

    unfinished: int = 0
    refused: int = 0
    _columns: ClassVar[Columns] = MappingProxyType(
        {
            "step": Column("step"),
            "use": Column("use"),
            "n": Column("n"),
            "total_s": Column("total_s", "s"),
            "share": Column("share", "share"),
            "median_s": Column("median_s", "s"),
            "p90_s": Column("p90_s", "s"),
        }
    )

    def share_of(self, use: Use) -> float | None:
        """Compute the share of all time that went into one use; None where there is no time at all."""
        return sum(row.share for row in self.rows if row.use == use) if self.rows else None

    def _caption(self) -> str:
        told = ", ".join(f"{use} {self.share_of(use) or 0:.0%}" for use in ("processing", "waiting", "rework"))
        shown = f"where the time goes: {told}" if self.rows else "no step has ended"
        return f"{shown}; {counted(self.refused, 'row')} refused" if self.refused else shown


def process_times(
    data: Mapping[str, Source],
    *,
    now: Moment | None = None,
    period: tuple[Moment, Moment] | None = None,
    hours: Hours | None = None,
    naive: str | None = None,
    columns: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
) -> ProcessTimes:
    """Measure where the time of a process goes, from a table of `steps` or a log of `case_events`.

    A table of steps names each `step` with `started_at` and `ended_at`: that is processing, or rework where `reworked`
    is true; with `case_id` the time between steps of a case in which none of them runs is waiting. In a log each event
    begins a step of the life of a case: in a queue, in work, in a wait for somebody, in rework from a reopening to the
    next solution. With `hours` only open time counts. `now` leaves out later events. With a `period` the steps that
    begin in it count, each with all of its time; its end is outside. A step without an end is left out and counted; so
    is, whatever the period, a row that cannot be read or ends before it begins. `naive` and `columns` are as in
    `measure`. Raises `MissingColumn` where `data` has neither table, or lacks a column.

    >>> events = {"case_id": ["A"] * 4, "event": ["assigned", "started", "resolved", "closed"],
    ...           "at": ["2026-05-04T08:00Z", "2026-05-04T11:00Z", "2026-05-04T12:00Z", "2026-05-04T12:00Z"]}
    >>> [(row.step, row.use, row.total_s) for row in process_times({"case_events": events})]
    [('queue', 'waiting', 10800.0), ('handling', 'processing', 3600.0), ('confirmation', 'waiting', 0.0)]
    """
    must_be(Mapping, "data", "a mapping from table to data", data)
    table = next((name for name in ("steps", "case_events") if name in data), None)
    if table is None:
        raise MissingColumn(
            f"data needs the table 'steps' or 'case_events' (got {', '.join(data) or 'no tables'})",
            column="steps",
            near=near("steps", data),
        )
    seen = np.iinfo(np.int64).max if now is None else us_of(now, "now")
    chunk = joined(
        [
            read()
            for read in TableChunks(table, data[table], Request(names=columns.get(table, {}), naive=naive, whole=True))
        ]
    )
    for name in _NEEDED[table]:
        if name not in chunk.columns:
            raise MissingColumn(
                f"{table} needs the column {name!r} (got {', '.join(chunk.columns) or 'no columns'})",
                column=name,
                near=near(name, chunk.columns),
            )
    (state, names, start, end), refused = _of_steps(chunk, seen) if table == "steps" else _of_log(chunk, seen)
    asked = plan_of((), period=period).period
    inside = slice(None) if asked is None else (start >= asked[0]) & (start < asked[1])
    return _summed(state[inside], names, start[inside], end[inside], hours=hours, refused=refused)


Spans: TypeAlias = tuple[Array, Sequence[tuple[str, Use]], Array, Array]
"""The step of each span as a code, the steps by code, and the ends of the span; a missing end is `_NO_END`."""


def _of_log(chunk: Chunk, seen: int) -> tuple[Spans, int]:
    """Read spans from a log, and count refused rows.

    Each is the step after an event, carried over events that begin none, and joined where equal.
    """
    chunk = corrected(chunk)
    known = np.logical_and.reduce([chunk.columns[name].known for name in _NEEDED["case_events"]])
    log = _Log.of(chunk, seen)
    steps: dict[tuple[str, Use], int] = {}

    def code(name: str, whom: str = "") -> int:
        step, use = _STEPS[name]
        return steps.setdefault((f"{step} {whom or 'somebody'}" if name == "waiting" else step, use), len(steps))

    state = np.full(len(log.at), _STAYS, np.int64)
    for name in _LIFE:
        rows = np.flatnonzero(log.event == _LIFE.index(name))
        if name == "waiting":
            state[rows] = [code(name, whom) for whom in log.whom[rows].tolist()]
        elif len(rows):
            state[rows] = _ENDED if name in _ENDS else code(name)
    assigned = log.latest(np.where(log.event == _LIFE.index("assigned"), 1, _STAYS)) == 1
    state[assigned & (log.event == _LIFE.index("classified"))] = _STAYS  # classified anew, on the way
    waits, resumes = (log.event == _LIFE.index(name) for name in ("waiting", "resumed"))
    before = log.latest(np.where(waits | resumes, _STAYS, state))
    state = np.where(resumes & (before >= 0), before, state)  # back to where it waited
    reopened, resolved = (log.event == _LIFE.index(name) for name in ("reopened", "resolved"))
    again = log.latest(np.select([reopened, resolved], [1, 0], _STAYS)) == 1
    if again.any():
        state = np.where(again & (state == code("started")), code("reopened"), state)
    state = log.latest(state)
    changes = np.ones(len(state), np.bool_)
    changes[1:] = (state[1:] != state[:-1]) | (log.case[1:] != log.case[:-1])
    state, at, case = state[changes], log.at[changes], log.case[changes]
    end = np.full(len(state), _NO_END)
    end[:-1] = np.where(case[1:] == case[:-1], at[1:], _NO_END)
    inside = state >= 0
    return (state[inside], list(steps), at[inside], end[inside]), int((~known).sum())


@attrs.frozen(kw_only=True, eq=False)
class _Log:
    """Events by case and time; those of one moment in the order of a life, whatever the order of the rows."""

    case: Array
    at: Array
    event: Array
    whom: Array

    @classmethod
    def of(cls, chunk: Chunk, seen: int) -> "_Log":
        columns = chunk.columns
        case, at = columns["case_id"], columns["at"]
        parts = [str(label).partition(".") for label in columns["event"].labels]
        life = np.array([_LIFE.index(name) if name in _LIFE else -1 for name, _, _ in parts] + [-1], np.int64)
        event = life[columns["event"].values]
        on = columns.get("on") or Labels.missing(Kind.LABEL, chunk.size)
        whom = np.array([*on.labels, ""], object)[on.values]
        told = np.array([end for _, _, end in parts] + [""], object)[columns["event"].values]
        whom = np.where(told == "", whom, told)
        rows = np.flatnonzero(case.known & at.known & (at.values <= seen) & (event >= 0))
        rows = rows[np.lexsort((event[rows], at.values[rows], case.values[rows]))]
        return cls(case=case.values[rows], at=at.values[rows], event=event[rows], whom=whom[rows])

    def latest(self, state: Array) -> Array:
        """Carry each state over the events of its case that leave it as it is."""
        if not len(state):
            return state
        first = np.append(True, self.case[1:] != self.case[:-1])
        told = np.where((state != _STAYS) | first, np.arange(len(state)), 0)
        return np.asarray(state[np.maximum.accumulate(told)])


def _of_steps(chunk: Chunk, seen: int) -> tuple[Spans, int]:
    """Read spans from a table of steps, and count refused rows: each step, and where none of a case runs."""
    columns = chunk.columns
    step, start, end = columns["step"], columns["started_at"], columns["ended_at"]
    told = step.known & start.known & ~(end.known & (end.values < start.values))
    rows = np.flatnonzero(told & (start.values <= seen))
    reworked = columns.get("reworked") or Labels.missing(Kind.FLAG, chunk.size)
    steps: dict[tuple[str, Use], int] = {}

    def code(name: str, use: Use) -> int:
        return steps.setdefault((name, use), len(steps))

    codes = np.array(
        [
            code(str(step.labels[label]), "rework" if again else "processing")
            for label, again in zip(step.values[rows].tolist(), (reworked.values[rows] == 1).tolist(), strict=True)
        ],
        np.int64,
    )
    starts, refused = start.values[rows], int((~told).sum())
    ends = np.where(end.known & (end.values <= seen), end.values, _NO_END)[rows]
    if "case_id" not in columns or not len(codes):
        return (codes, list(steps), starts, ends), refused
    before, behind = _idle(columns["case_id"].values[rows], starts, ends)
    waits = [code(f"before {list(steps)[codes[place]][0]}", "waiting") for place in behind.tolist()]
    return (
        np.append(codes, np.array(waits, np.int64)),
        list(steps),
        np.append(starts, before),
        np.append(ends, starts[behind]),
    ), refused


def _idle(case: Array, starts: Array, ends: Array) -> tuple[Array, Array]:
    """Find where no step of a case runs: the moment when the last one ended, and the place of the next one.

    A step without an end runs on, so that nothing waits after it.
    """
    order = np.lexsort((starts, case))
    case, starts, ends = case[order], starts[order], ends[order]
    first = np.append(True, case[1:] != case[:-1])
    # moments as ranks, and each case above the ones before it, so that one running maximum serves all
    moments, rank = np.unique(np.where(ends == _NO_END, np.iinfo(np.int64).max, ends), return_inverse=True)
    number = np.cumsum(first) - 1
    latest = np.maximum.accumulate(rank + number * len(moments)) - number * len(moments)
    free = moments[latest]
    idle = np.flatnonzero(~first[1:] & (case[1:] >= 0) & (free[:-1] < starts[1:]))
    return free[idle], order[idle + 1]


def _summed(
    state: Array, steps: Sequence[tuple[str, Use]], start: Array, end: Array, *, hours: Hours | None, refused: int
) -> ProcessTimes:
    ended = end != _NO_END
    state, start, end = state[ended], start[ended], end[ended]
    lasted = end - start
    if hours is not None:
        lasted = elapsed(hours, start.view("M8[us]"), end.view("M8[us]")).astype(np.int64)
    whole = int(lasted.sum())
    rows: list[StepTime] = []
    for code, (step, use) in enumerate(steps):
        mine = np.sort(lasted[state == code]) / 1e6
        if not len(mine):
            continue
        median, p90 = (float(mine[max(0, int(np.ceil(q * len(mine))) - 1)]) for q in (0.5, 0.9))
        total = float(mine.sum())
        share = total / (whole / 1e6) if whole else 0.0
        rows.append(StepTime(step=step, use=use, n=len(mine), total_s=total, share=share, median_s=median, p90_s=p90))
    rows.sort(key=lambda row: (-row.total_s, row.step))
    return ProcessTimes(rows=tuple(rows), unfinished=int((~ended).sum()), refused=refused)
