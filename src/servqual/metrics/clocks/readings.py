"""Readings of service clocks for a whole log: the readings of `Sla.read` for each case, as columns.

Cycles, their changes of target and their business time are counted for all cases at once.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from itertools import product
from types import MappingProxyType
from typing import Any, Final

import attrs
import numpy as np

from servqual._arrays import Array, read_only, same
from servqual._checks import all_of, did_you_mean, must_be, near
from servqual.errors import MissingColumn, UnknownName
from servqual.metrics.clocks.cases import acts_of
from servqual.metrics.clocks.counting import Calendars, Counting
from servqual.metrics.clocks.cycles import Cycles
from servqual.metrics.clocks.fold import cycles_of
from servqual.metrics.clocks.limits import Limits
from servqual.metrics.clocks.log import EventLog, with_all
from servqual.metrics.clocks.order import heads_of
from servqual.metrics.clocks.retargeting import changed
from servqual.metrics.time.instants import Moment, us_of
from servqual.model._pickled import Rebuilt
from servqual.model.sla.agreement import Promise, Sla
from servqual.model.sla.reading import ClockState
from servqual.readers.columns.columns import MISSING, Chunk, Column, joined
from servqual.readers.columns.lazy import LazyColumns, with_columns
from servqual.readers.columns.request import Request
from servqual.readers.columns.tables import Kind
from servqual.readers.sources import Source, TableChunks

STATES: Final = tuple(ClockState)
_CODE: Final = {state: code for code, state in enumerate(STATES)}
_STATE_OF: Final = np.array(
    [
        _CODE[
            ClockState.BREACHED
            if late
            else ClockState.CANCELLED
            if cancelled
            else ClockState.MET
            if stopped
            else ClockState.PAUSED
            if paused
            else ClockState.RUNNING
        ]
        for cancelled, paused, stopped, late in product((False, True), repeat=4)
    ],
    np.int32,
)
"""The state of a cycle by four bits: late, stopped, paused, cancelled."""


_ROWS: Final = ("case", "state", "start", "stop", "elapsed", "limit", "breached_at", "due")


@attrs.frozen(eq=False)
class ClockReadings(Rebuilt):
    """The readings of one promise at a moment: one row per cycle, and one per case whose clock is pending.

    `clock_readings` makes them, and shows an example. Due moments are computed on first use, also by comparing and
    pickling. Two are equal if all rows and the events behind them are.

    Attributes:
        key: the promise.
        log: the events that were read.
        case: codes into `log.ids`; pending cases are last.
        state: codes into `STATES`.
        start, stop: microseconds of UTC, or missing.
        elapsed, limit: counted microseconds.
    """

    key: str
    log: EventLog
    now: int
    case: Array = attrs.field(converter=read_only)
    state: Array = attrs.field(converter=read_only)
    start: Array = attrs.field(converter=read_only)
    stop: Array = attrs.field(converter=read_only)
    elapsed: Array = attrs.field(converter=read_only)
    limit: Array = attrs.field(converter=read_only)
    find_breached_at: Callable[[], Array] = attrs.field(repr=False)
    find_due: Callable[[], Array] = attrs.field(repr=False)

    def __len__(self) -> int:
        return len(self.case)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ClockReadings):
            return NotImplemented
        pairs = ((getattr(self, name), getattr(other, name)) for name in _ROWS)
        asked = (self.key, self.now) == (other.key, other.now)
        return self is other or (asked and all(same(*pair) for pair in pairs) and self.log.same(other.log))

    def __hash__(self) -> int:
        return hash((self.key, self.now, len(self)))

    def __reduce__(self) -> tuple[Any, ...]:
        build, (kind, fields) = super().__reduce__()
        found = {f"find_{name}": partial(read_only, getattr(self, name)) for name in ("breached_at", "due")}
        return build, (kind, fields | found)

    @cached_property
    def cycle(self) -> Array:
        """The number of each cycle in its case, 0 while pending."""
        heads = heads_of(self.case)
        number = np.arange(len(self)) - np.repeat(heads, np.diff(np.append(heads, len(self)))) + 1
        return read_only(np.where(self.state == _CODE[ClockState.PENDING], 0, number))

    @cached_property
    def breached_at(self) -> Array:
        """The due moment that was passed, or missing."""
        return read_only(self.find_breached_at())

    @cached_property
    def due(self) -> Array:
        """The due moment of each reading, or missing."""
        return read_only(self.find_due())

    def columns(self) -> dict[str, Array]:
        """Return numpy columns for a frame of any library: moments of UTC, and durations in microseconds."""
        return {
            "case_id": np.array([*self.log.ids], object).take(self.case),
            "cycle": self.cycle,
            "state": np.array([str(state) for state in STATES], object).take(self.state),
            **{name: getattr(self, name).view("M8[us]") for name in ("start", "stop", "due", "breached_at")},
            **{name: getattr(self, name).view("m8[us]") for name in ("elapsed", "limit")},
        }

    def chunk(self) -> Chunk:
        """Return the readings as rows to count: case, state, start (as received_at), attributes and who acted."""
        columns = {
            "case_id": Column(Kind.LABEL, self.case.astype(np.int32), self.log.ids),
            "received_at": Column(Kind.MOMENT, self.start),
            "state": Column(Kind.LABEL, self.state, STATES),
        }
        known = with_columns(acts_of(self.log), self.log.last_known)

        def column(name: str) -> Column:
            return columns[name] if name in columns else known[name].take(self.case)

        return Chunk(LazyColumns([*columns, *known], column), len(self), len(self), range(len(self)))


def clock_readings(
    case_events: Source,
    sla: Sla,
    *,
    now: Moment,
    columns: Mapping[str, str] | None = None,
    naive: str | None = None,
) -> Mapping[str, ClockReadings]:
    """Read every promise of an agreement for every case of a log, by the key of the promise.

    Equal to `Sla.read` of each case, cycle by cycle, without building objects. Events after `now` are left out, and so
    is a case that begins after it. `columns` and `naive` are those of `measure`; refused rows are in
    `readings.log.rows`. Raises `MissingColumn` for a log without case, moment or event, or without a column that
    targets match on.

    >>> import datetime as dt
    >>> from servqual.model import BusinessHours, Clock, Sla, Target
    >>> hours = BusinessHours(zone="UTC", week={"mon-fri": "09:00-17:00"})
    >>> sla = Sla(name="desk", hours=hours, targets=[Target(clock=Clock.RESOLUTION, within=dt.timedelta(hours=8))])
    >>> nine = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    >>> log = {"case_id": ["C-1", "C-2"], "at": [nine, nine - dt.timedelta(days=3)], "event": ["reported", "reported"]}
    >>> found = clock_readings(log, sla, now=nine + dt.timedelta(hours=1))["resolution"].columns()
    >>> found["case_id"].tolist(), found["state"].tolist(), found["due"].astype(str).tolist()
    (['C-1', 'C-2'], ['running', 'breached'], ['2026-05-04T17:00:00.000000', '2026-05-01T17:00:00.000000'])
    """
    log, moment = read_log(case_events, [sla], now=now, columns=columns, naive=naive)
    return MappingProxyType({promise.key: read_clock(sla, log, promise.key, moment) for promise in sla.promises})


def read_log(
    case_events: Source,
    agreements: Sequence[Sla],
    *,
    now: Moment,
    columns: Mapping[str, str] | None,
    naive: str | None,
) -> tuple[EventLog, int]:
    """Read the log for some agreements, and the moment of their readings."""
    for sla in agreements:
        must_be(Sla, "sla", "an Sla", sla)
    must_be((Mapping, type(None)), "columns", "a mapping from our columns to theirs", columns)
    all_of(str, "columns", (columns or {}).values(), "a mapping from our columns to theirs")
    moment, request = us_of(now, "now"), Request(names=columns or {}, naive=naive, whole=True)
    matched = {name for sla in agreements for name in sla.attributes}
    chunk = joined([read() for read in TableChunks("case_events", case_events, request)])
    return EventLog.of(with_all(chunk, matched), moment, matched), moment


def read_clock(sla: Sla, log: EventLog, key: str, now: int) -> ClockReadings:
    """Read one promise of an agreement for every case of a log.

    Equal to `sla.read(case, now=now)[key]` and its cycles, row by row. Raises `UnknownName` for a promise that the
    agreement does not make, and `MissingColumn` where the log lacks a column that its targets match on.
    """
    promise = next((promise for promise in sla.promises if promise.key == key), None)
    if promise is None:
        keys = [promise.key for promise in sla.promises]
        close = near(key, keys)
        raise UnknownName(f"{sla.name} promises {', '.join(keys)} (got {key!r}){did_you_mean(close)}", near=close)
    unknown = [name for name in promise.chooser.reads if name not in log.attributes]
    if unknown:
        close = near(unknown[0], log.attributes)
        raise MissingColumn(
            f"case_events needs the column {unknown[0]!r}, which targets of {key!r} match on "
            f"(got {', '.join(log.attributes)}){did_you_mean(close)}",
            column=unknown[0],
            near=close,
        )
    return _Reader(sla, log, promise, now).readings()


class _Reader:
    """The cycles of one promise, with the limits that hold and the counting of their time."""

    def __init__(self, sla: Sla, log: EventLog, promise: Promise, now: int) -> None:
        self.sla, self.log, self.promise, self.now = sla, log, promise, now
        calendars = Calendars(sla)
        self.limits = Limits(sla, calendars)
        every = cycles_of(log, promise, {id(target): place for place, target in enumerate(sla.targets)})
        if sla.conventions.pause_edges == "minute":
            every = every.to_minutes()
        self.pending = self._pending(every)
        # a cycle that never had a limit is not read
        read = self.limits.exist(every.target)
        read[every.change_cycle[self.limits.exist(every.change_target)]] = True
        cycles = every if read.all() else every.only(np.flatnonzero(read))
        changes = changed(sla, calendars, cycles, self.limits)
        self.cycles, self.limit, self.breached_before = changes.cycles, changes.limit, changes.breached
        self.count = Counting(sla, calendars, self.cycles, now, changes.judged_by)
        row, since = changes.since
        if len(row):
            self.limit[row] += self.count.elapsed_by(row, since)

    def readings(self) -> ClockReadings:
        """Return the readings of all cycles, and of pending clocks."""
        c, limit, elapsed = self.cycles, self.limit, self.count.elapsed()
        late = elapsed > limit
        # the clock on the wall may jump over the limit at the very moment that is due
        real = all(hours.counts_real_time for hours in self.count.hours)
        used_up = np.flatnonzero(elapsed == limit if real else elapsed >= limit)
        if len(used_up):
            late[used_up] = self.count.passed(used_up, self.count.due(used_up, limit[used_up]))
        late[self.breached_before[0]] = True
        # a kept promise is certain: an earlier stop would have kept it, too
        unknown = np.flatnonzero(c.in_doubt & (late | c.cancelled))
        late[unknown] = False
        marks = (late, c.stop != MISSING, c.paused_at != MISSING, c.cancelled)
        which = np.zeros(len(late), np.uint8)
        for bit, mark in enumerate(marks):
            which |= mark.view(np.uint8) << bit
        state = _STATE_OF[which]
        state[unknown] = _CODE[ClockState.UNKNOWN]
        numbers = {
            "state": state,
            "start": c.start,
            "stop": c.stop,
            "elapsed": elapsed,
            "limit": limit,
        }
        none = np.full(len(self.pending), MISSING, np.int64)
        pending = {
            "state": np.full(len(none), _CODE[ClockState.PENDING], np.int32),
            "start": none,
            "stop": none,
            "elapsed": np.zeros(len(none), np.int64),
            "limit": self.limits.since(c.last_target[self.pending], np.full(len(none), self.now)),
        }
        if len(none):
            numbers = {name: np.concatenate([values, pending[name]]) for name, values in numbers.items()}
        return ClockReadings(
            key=self.promise.key,
            log=self.log,
            now=self.now,
            case=np.concatenate([c.case, self.pending]) if len(none) else c.case,
            find_breached_at=lambda: np.concatenate([_without(self._breached_at(np.flatnonzero(late)), unknown), none]),
            find_due=lambda: np.concatenate([_without(self._all_due(late, elapsed), unknown), none]),
            **numbers,
        )

    def _pending(self, cycles: Cycles) -> Array:
        """Find the cases with a promise and no cycle of it yet."""
        if len(heads_of(cycles.case)) == len(self.log.heads):
            return np.zeros(0, np.intp)
        has = np.zeros(len(self.log.ids), np.bool_)
        has[cycles.case] = True
        there = self.log.case.take(self.log.heads)
        return there[~has[there] & self.limits.exist(cycles.last_target[there])]

    def _breached_at(self, late: Array) -> Array:
        out = np.full(len(self.cycles.case), MISSING, np.int64)
        out[late] = self.count.due(late, self.limit[late])
        return self._with_earlier(out)

    def _all_due(self, late: Array, elapsed: Array) -> Array:
        """Find the due moments of all cycles: none while a pause lasts, or where a clock was cancelled before."""
        due = self.count.due(np.arange(len(late)), self.limit)
        paused_at = self.cycles.paused_at
        due[(paused_at != MISSING) & ((due >= paused_at) | (elapsed < self.limit))] = MISSING
        due[self.cycles.cancelled & ~late] = MISSING
        return self._with_earlier(due)

    def _with_earlier(self, due: Array) -> Array:
        """Put in the due moments of breaches before a change of target."""
        row, at = self.breached_before
        due[row] = at
        return due


def _without(due: Array, unknown: Array) -> Array:
    """Take out the due moments of cycles that nobody can judge."""
    due[unknown] = MISSING
    return due
