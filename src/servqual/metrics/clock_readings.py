"""Readings of service clocks for a whole log: what `Sla.read` says of each case, as columns.

Business time is counted in bulk. A cycle whose target changed while it ran is read by the model itself, one by one.
"""

import datetime as dt
from collections.abc import Callable
from functools import cached_property
from itertools import product
from typing import Any, Final

import attrs
import numpy as np

from servqual._checks import did_you_mean, near
from servqual.errors import MissingColumn, UnknownName
from servqual.metrics.accumulators import Array
from servqual.metrics.business_time import Pauses, after, elapsed
from servqual.metrics.clock_cycles import Cycles
from servqual.metrics.clock_fold import cycles_of
from servqual.metrics.clock_log import EventLog
from servqual.metrics.clock_order import heads_of
from servqual.metrics.lazy_columns import LazyColumns
from servqual.model._cycles import Change, Cycle, Pause
from servqual.model._verdict import read_cycle
from servqual.model.open_time import Hours
from servqual.model.reading import ClockState, Reading
from servqual.model.sla import Promise, Sla
from servqual.model.target import Target
from servqual.readers.columns import MISSING, Batch, Column
from servqual.readers.tables import Kind

__all__ = ["STATES", "ClockReadings", "read_clock"]

STATES: Final = tuple(ClockState)
_CODE: Final = {state: code for code, state in enumerate(STATES)}
_STATE_OF: Final = np.array(
    [
        _CODE[
            ClockState.CANCELLED
            if cancelled
            else ClockState.BREACHED
            if late
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
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_EARLIEST: Final = dt.datetime.min.replace(tzinfo=dt.UTC)
_US: Final = dt.timedelta(microseconds=1)


@attrs.frozen(eq=False)
class ClockReadings:
    """The readings of one promise at a moment: a row for each cycle, and one for each case whose clock is pending.

    What only some ask for is worked out when they do.

    Attributes:
        key: the promise.
        log: the events that were read.
        case: the code of the case in `log.ids`; pending ones come last.
        state: codes into `STATES`.
        start, stop: microseconds of UTC, or missing.
        elapsed, limit: counted microseconds.
    """

    key: str
    log: EventLog
    now: int
    case: Array
    state: Array
    start: Array
    stop: Array
    elapsed: Array
    limit: Array
    find_breached_at: Callable[[], Array] = attrs.field(repr=False)
    find_due: Callable[[], Array] = attrs.field(repr=False)

    def __len__(self) -> int:
        return len(self.case)

    @cached_property
    def cycle(self) -> Array:
        """The number of each cycle in its case, 0 while pending."""
        heads = heads_of(self.case)
        number = np.arange(len(self)) - np.repeat(heads, np.diff(np.append(heads, len(self)))) + 1
        return np.where(self.state == _CODE[ClockState.PENDING], 0, number)

    @cached_property
    def breached_at(self) -> Array:
        """The due moment that was passed, missing where none was."""
        return self.find_breached_at()

    @cached_property
    def due(self) -> Array:
        """The due moment of each reading, missing where there is none."""
        return self.find_due()

    def batch(self) -> Batch:
        """The readings as rows to count: case, state, start (as received_at) and what is known of each case."""
        columns = {
            "case_id": Column(Kind.LABEL, self.case.astype(np.int32), self.log.ids),
            "received_at": Column(Kind.MOMENT, self.start),
            "state": Column(Kind.LABEL, self.state, STATES),
        }
        known = self.log.last_known

        def column(name: str) -> Column:
            return columns[name] if name in columns else known[name].take(self.case)

        return Batch(LazyColumns([*columns, *known], column), len(self), len(self), range(len(self)))


def read_clock(sla: Sla, log: EventLog, key: str, now: int) -> ClockReadings:
    """Read one promise of an agreement for every case of a log.

    Equal to `sla.read(case, now=now)[key]` and its cycles, row by row. Raises `UnknownName` for a promise that the
    agreement does not make, and `MissingColumn` where its targets look at what the log has no column for.
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
            f"targets of {key!r} look at {unknown[0]!r}, for which case_events needs a column with the value that each "
            f"event gave (got {', '.join(log.attributes)}){did_you_mean(close)}",
            column=unknown[0],
            near=close,
        )
    return _Reader(sla, log, promise, now).readings()


class _Reader:
    def __init__(self, sla: Sla, log: EventLog, promise: Promise, now: int) -> None:
        self.sla, self.log, self.promise, self.now = sla, log, promise, now
        self.targets = sla.targets
        # no limit, and no target at all, which is the last, are -1
        self.limit_of = np.array([-1 if t.within is None else t.within // _US for t in self.targets] + [-1], np.int64)
        every = cycles_of(log, promise, {id(target): place for place, target in enumerate(self.targets)})
        if sla.conventions.pause_edges == "minute":
            every = every.to_minutes()
        self.pending = self._pending(every)
        models = {i: self._by_model(every, i) for i in np.flatnonzero(every.changes > 1).tolist()}
        read = (every.changes == 1) & (self.limit_of.take(every.target) >= 0)
        read[[i for i, reading in models.items() if reading is not None]] = True
        # a cycle that no target ever held for is not read
        self.cycles = c = every if read.all() else every.only(np.flatnonzero(read))
        self.models = {int(np.count_nonzero(read[:i])): reading for i, reading in models.items() if reading is not None}
        self.until = c.stop.copy()
        self.until[np.flatnonzero(c.stop == MISSING)] = now
        self.limit = self.limit_of.take(c.target)
        self.calendars, self.which = self._calendars()

    def readings(self) -> ClockReadings:
        """Readings of all cycles as if under one target; those of the others are replaced by the model's."""
        c = self.cycles
        elapsed = self._elapsed()
        late = elapsed > self.limit
        used_up = np.flatnonzero(elapsed == self.limit)
        if len(used_up):
            late[used_up] = self._passed(used_up)
        marks = (late, c.stop != MISSING, c.paused_at != MISSING, c.cancelled)
        which = np.zeros(len(late), np.uint8)
        for bit, mark in enumerate(marks):
            which |= mark.view(np.uint8) << bit
        numbers = {
            "state": _STATE_OF[which],
            "start": c.start,
            "stop": c.stop,
            "elapsed": elapsed,
            "limit": self.limit,
        }
        for row, reading in self.models.items():
            for name, value in _of(reading).items():
                numbers[name][row] = value
        none = np.full(len(self.pending), MISSING, np.int64)
        pending = {
            "state": np.full(len(none), _CODE[ClockState.PENDING], np.int32),
            "start": none,
            "stop": none,
            "elapsed": np.zeros(len(none), np.int64),
            "limit": self.limit_of[c.last_target[self.pending]],
        }
        if len(none):
            numbers = {name: np.concatenate([values, pending[name]]) for name, values in numbers.items()}
        return ClockReadings(
            key=self.promise.key,
            log=self.log,
            now=self.now,
            case=np.concatenate([c.case, self.pending]) if len(none) else c.case,
            find_breached_at=lambda: np.concatenate([self._breached_at(np.flatnonzero(late)), none]),
            find_due=lambda: np.concatenate([self._all_due(late, elapsed), none]),
            **numbers,
        )

    def _pending(self, cycles: Cycles) -> Array:
        """Cases that have a promise and no cycle of it yet."""
        if len(heads_of(cycles.case)) == len(self.log.heads):
            return np.zeros(0, np.intp)
        has = np.zeros(len(self.log.ids), np.bool_)
        has[cycles.case] = True
        there = self.log.case.take(self.log.heads)
        return there[~has[there] & (self.limit_of[cycles.last_target[there]] >= 0)]

    def _pauses(self, rows: Array) -> tuple[Array, Array, Array]:
        """The pauses of some cycles, as places among them; those that last come last, cut at the end."""
        c = self.cycles
        row, begin, end = c.pause_cycle, c.pause_start, c.pause_end
        if len(rows) < len(c.case):
            place = np.full(len(c.case), -1, np.int64)
            place[rows] = np.arange(len(rows))
            row = place.take(row)
            mine = np.flatnonzero(row >= 0)
            row, begin, end = row.take(mine), begin.take(mine), end.take(mine)
        lasting = np.flatnonzero(c.paused_at.take(rows) != MISSING)
        if len(lasting):
            row = np.concatenate([row, lasting])
            begin = np.concatenate([begin, c.paused_at[rows[lasting]]])
            end = np.concatenate([end, self.until[rows[lasting]]])
        return row, begin, end

    def _calendars(self) -> tuple[list[Hours], Array | None]:
        """The hours that count, and the place of each cycle's among them where there are several.

        Where the last ones count for all time, they are those in force when the cycle ended, or now.
        """
        agreed = [target.hours or self.sla.hours for target in self.targets]
        turns: list[dt.datetime] = []
        if self.sla.conventions.whole_history:
            turns = sorted({turn for hours in agreed for turn in hours.turns})
        eras = [[hours.in_force(at) for at in (_EARLIEST, *turns)] if turns else [hours] for hours in agreed]
        calendars = list(dict.fromkeys(hours for each in eras for hours in each))
        if len(calendars) == 1:
            return calendars, None
        place = np.array([[calendars.index(hours) for hours in each] for each in eras], np.int64)
        era = np.searchsorted(np.array([_micros(turn) for turn in turns], np.int64), self.until, side="right")
        return calendars, place[self.cycles.target, era]

    def _elapsed(self) -> Array:
        """The counted time; the pauses of a cycle never overlap, so that each can be taken out by itself."""
        c, until = self.cycles, self.until
        row, begin, end = self._pauses(np.arange(len(c.case)))
        if self.sla.conventions.pauses == "wall" and len(row):
            until = until.copy()
            np.subtract.at(until, row, end - begin)
        spent = self._counted(elapsed, c.start.view("M8[us]"), until.view("M8[us]"), slice(None))
        if self.sla.conventions.pauses == "open" and len(row):
            np.subtract.at(spent, row, self._counted(elapsed, begin.view("M8[us]"), end.view("M8[us]"), row))
        return spent

    def _counted(self, answer: Any, start: Array, other: Array, rows: Any, **options: Any) -> Array:
        """An answer of business time, for these cycles, each under its own hours."""
        if self.which is None:
            found = answer(self.calendars[0], start, other, **options)
        else:
            found = answer(self.calendars, start, other, which=self.which[rows], **options)
        return np.asarray(found).view(np.int64)

    def _due(self, rows: Array) -> Array:
        """The last moments by which no more than the limits have counted; a pause that begins there carries them on."""
        row, begin, end = self._pauses(rows)
        start, work = self.cycles.start[rows].view("M8[us]"), self.limit[rows].view("m8[us]")
        options: dict[str, Any] = {"at_close": self.sla.conventions.at_close}
        if self.sla.conventions.pauses == "open" and len(row):
            options["without"] = Pauses(row, begin.view("M8[us]"), end.view("M8[us]"))
        due = self._counted(after, start, work, rows, **options)
        ended = len(row) - int(np.count_nonzero(self.cycles.paused_at[rows] != MISSING))
        if self.sla.conventions.pauses == "wall":
            return self._moved(due, row, begin, end, ended)
        row, begin, end = row[:ended], begin[:ended], end[:ended]
        while (inside := (begin <= due[row]) & (due[row] < end)).any():
            due[row[inside]] = end[inside]
        return due

    def _moved(self, due: Array, row: Array, begin: Array, end: Array, ended: int) -> Array:
        """Due moments moved by the pauses that begin before them, in order, and by those that begin there and ended."""
        carries = (np.arange(len(row)) < ended) | (self.sla.conventions.at_close == "roll")
        order = np.argsort(row, kind="stable")
        heads = heads_of(row[order])
        sizes = np.diff(np.append(heads, len(row)))
        for nth in range(int(sizes.max(initial=0))):
            pause = order[heads[sizes > nth] + nth]
            until = due[row[pause]]
            met = (begin[pause] < until) | (carries[pause] & (begin[pause] == until))
            due[row[pause[met]]] += (end - begin)[pause[met]]
        return due

    def _passed(self, rows: Array) -> Array:
        """Whether cycles that used up their limit to the last are past due: before they ended, and not in a pause."""
        due, paused_at = self._due(rows), self.cycles.paused_at[rows]
        return np.asarray((due < self.until[rows]) & ((paused_at == MISSING) | (due < paused_at)))

    def _breached_at(self, late: Array) -> Array:
        out = np.full(len(self.limit), MISSING, np.int64)
        out[late] = self._due(late)
        for row, reading in self.models.items():
            out[row] = _micros(reading.breached_at)
        return out

    def _all_due(self, late: Array, elapsed: Array) -> Array:
        """Due moments of all readings of cycles: none while a pause lasts, or for a clock cancelled before it."""
        due = self._due(np.arange(len(self.limit)))
        paused_at = self.cycles.paused_at
        due[(paused_at != MISSING) & ((due >= paused_at) | (elapsed < self.limit))] = MISSING
        due[self.cycles.cancelled & ~late] = MISSING
        for row, reading in self.models.items():
            due[row] = _micros(reading.due)
        return due

    # --- cycles whose target changed: by the model's own functions ----------------------------------------------------

    def _by_model(self, c: Cycles, i: int) -> Reading | None:
        later = slice(*np.searchsorted(c.change_cycle, [i, i + 1]))
        changes = [Change(_moment(c.start[i]), self._target(c.target[i]))]
        changes += [
            Change(_moment(at), self._target(target))
            for at, target in zip(c.change_at[later].tolist(), c.change_target[later].tolist(), strict=True)
        ]
        ended = slice(*np.searchsorted(c.pause_cycle, [i, i + 1]))
        pauses = [
            Pause(_moment(begin), _moment(end), "")
            for begin, end in zip(c.pause_start[ended].tolist(), c.pause_end[ended].tolist(), strict=True)
        ]
        if c.paused_at[i] != MISSING:
            pauses.append(Pause(_moment(c.paused_at[i]), None, ""))
        cycle = Cycle(
            _moment(c.start[i]),
            None if c.stop[i] == MISSING else _moment(c.stop[i]),
            bool(c.cancelled[i]),
            tuple(pauses),
            tuple(changes),
        )
        return read_cycle(
            str(self.log.ids[int(c.case[i])]),
            cycle,
            agreed=self.sla.hours,
            conventions=self.sla.conventions,
            now=_moment(self.now),
            history=(),
            earlier=(),
        )

    def _target(self, place: Any) -> Target | None:
        return self.targets[int(place)] if place >= 0 else None


def _of(reading: Reading) -> dict[str, int]:
    return {
        "state": _CODE[reading.state],
        "start": _micros(reading.start),
        "stop": _micros(reading.stop),
        "elapsed": reading.elapsed // _US,
        "limit": reading.limit // _US,
    }


def _moment(value: Any) -> dt.datetime:
    return _EPOCH + int(value) * _US


def _micros(value: dt.datetime | None) -> int:
    return MISSING if value is None else (value - _EPOCH) // _US
