"""Readings of service clocks for a whole log: what `Sla.read` says of each case, as columns.

Business time is counted in bulk. A cycle whose target changed while it ran is read by the model itself, one by one.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Final

import attrs
import numpy as np

from servqual._checks import did_you_mean, near
from servqual.errors import UnknownName
from servqual.metrics.accumulators import Array
from servqual.metrics.business_time import Pauses, after, elapsed
from servqual.metrics.clock_fold import Cycles, cycles_of
from servqual.metrics.clock_log import EventLog
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
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_US: Final = dt.timedelta(microseconds=1)


@attrs.frozen(eq=False)
class ClockReadings:
    """The readings of one promise at a moment: a row for each cycle, and one for each case whose clock is pending.

    Attributes:
        key: the promise.
        log: the events that were read.
        case, cycle: the code of the case in `log.ids`, and the number of the cycle (0 while pending).
        state: codes into `STATES`.
        start, stop, breached_at: microseconds of UTC, or missing.
        elapsed, limit: counted microseconds.
    """

    key: str
    log: EventLog
    now: int
    case: Array
    cycle: Array
    state: Array
    start: Array
    stop: Array
    elapsed: Array
    limit: Array
    breached_at: Array
    find_due: Callable[[], Array] = attrs.field(repr=False)

    def __len__(self) -> int:
        return len(self.case)

    @cached_property
    def due(self) -> Array:
        """The due moment of each reading, missing where there is none; worked out when first asked for."""
        return self.find_due()

    def batch(self) -> Batch:
        """The readings as rows to count: case, state, start (as received_at) and what is known of each case."""
        columns = {
            "case_id": Column(Kind.LABEL, self.case.astype(np.int32), self.log.ids),
            "received_at": Column(Kind.MOMENT, self.start),
            "state": Column(Kind.LABEL, self.state.astype(np.int32), STATES),
        }
        for name in self.log.attributes:
            columns[name] = self.log.last_known(name).take(self.case)
        return Batch(columns, len(self), len(self), range(len(self)))


def read_clock(sla: Sla, log: EventLog, key: str, now: int) -> ClockReadings:
    """Read one promise of an agreement for every case of a log.

    Equal to `sla.read(case, now=now)[key]` and its cycles, row by row. Raises `UnknownName` for a promise that the
    agreement does not make.
    """
    promise = next((promise for promise in sla.promises if promise.key == key), None)
    if promise is None:
        keys = [promise.key for promise in sla.promises]
        close = near(key, keys)
        raise UnknownName(f"{sla.name} promises {', '.join(keys)} (got {key!r}){did_you_mean(close)}", near=close)
    targets = sla.targets
    cycles = cycles_of(log, promise, {id(target): place for place, target in enumerate(targets)})
    return _Reader(sla, log, promise, cycles, now).readings()


class _Reader:
    def __init__(self, sla: Sla, log: EventLog, promise: Promise, cycles: Cycles, now: int) -> None:
        self.sla, self.log, self.promise, self.cycles, self.now = sla, log, promise, cycles, now
        self.targets = sla.targets
        self.calendars: list[Hours] = list(dict.fromkeys(target.hours or sla.hours for target in self.targets))
        self.calendar_of = np.array([self.calendars.index(t.hours or sla.hours) for t in self.targets], np.int64)
        self.limit_of = np.array([-1 if t.within is None else t.within // _US for t in self.targets], np.int64)

    def readings(self) -> ClockReadings:
        c = self.cycles
        held = (c.target >= 0) & (self.limit_of[c.target] >= 0)
        simple = np.flatnonzero((c.changes == 1) & held)
        retargeted = np.flatnonzero(c.changes > 1).tolist()
        by_model = {i: reading for i in retargeted if (reading := self._by_model(i)) is not None}
        rows = np.sort(np.concatenate([simple, list(by_model)]).astype(np.int64)) if by_model else simple
        numbers = self._simple(rows)
        for row, reading in zip(np.searchsorted(rows, list(by_model)), by_model.values(), strict=True):
            for name, value in _of(reading).items():
                numbers[name][row] = value
        return self._with_pending(rows, numbers, by_model)

    def _simple(self, rows: Array) -> dict[str, Array]:
        """Readings of cycles under one target; those of the others are computed too, and replaced."""
        c, target = self.cycles, np.maximum(self.cycles.target[rows], 0)
        start, stop = c.start[rows], c.stop[rows]
        until = np.where(stop == MISSING, self.now, stop)
        limit, which = self.limit_of[target], self.calendar_of[target]
        spent = self._elapsed(rows, start, until, which)
        paused = (c.paused_at[rows] != MISSING) & (stop == MISSING)
        late = np.flatnonzero(spent >= limit)
        due = self._due(rows[late], until[late])
        breached_at = np.full(len(rows), MISSING, np.int64)
        late_by_pause = paused[late] & (due >= c.paused_at[rows[late]])
        passed = ~late_by_pause & (due < until[late])
        breached_at[late[passed]] = due[passed]
        state = np.where(
            c.cancelled[rows],
            _CODE[ClockState.CANCELLED],
            np.where(
                breached_at != MISSING,
                _CODE[ClockState.BREACHED],
                np.where(
                    stop != MISSING,
                    _CODE[ClockState.MET],
                    np.where(paused, _CODE[ClockState.PAUSED], _CODE[ClockState.RUNNING]),
                ),
            ),
        ).astype(np.int8)
        return {
            "state": state,
            "start": start.copy(),
            "stop": stop.copy(),
            "elapsed": spent,
            "limit": limit.copy(),
            "breached_at": breached_at,
        }

    def _pauses(self, rows: Array, until: Array) -> tuple[Array, Array, Array]:
        """The pauses of some cycles, as places among them; one that lasts is cut at `until`."""
        c = self.cycles
        place = np.full(len(c.case) + 1, -1, np.int64)
        place[rows] = np.arange(len(rows))
        owner = place[c.pause_cycle]
        ended = owner >= 0
        lasting = np.flatnonzero(c.paused_at[rows] != MISSING)
        row = np.concatenate([owner[ended], lasting])
        return (
            row,
            np.concatenate([c.pause_start[ended], c.paused_at[rows[lasting]]]),
            np.concatenate([c.pause_end[ended], until[lasting]]),
        )

    def _elapsed(self, rows: Array, start: Array, until: Array, which: Array) -> Array:
        """The counted time; the pauses of a cycle never overlap, so that each can be taken out by itself."""
        spent = self._counted(elapsed, start.view("M8[us]"), until.view("M8[us]"), which)
        row, begin, end = self._pauses(rows, until)
        if len(row):
            np.subtract.at(spent, row, self._counted(elapsed, begin.view("M8[us]"), end.view("M8[us]"), which[row]))
        return spent

    def _counted(self, answer: Any, start: Array, other: Array, which: Array, **options: Any) -> Array:
        one = len(self.calendars) == 1
        hours: Any = self.calendars[0] if one else self.calendars
        found = answer(hours, start, other, which=None if one else which, **options)
        return np.asarray(found).view(np.int64)

    def _due(self, rows: Array, until: Array) -> Array:
        """The last moments by which no more than the limits have counted; a pause that begins there carries them on."""
        c, target = self.cycles, np.maximum(self.cycles.target[rows], 0)
        pauses = self._pauses(rows, until)
        work = self.limit_of[target].view("m8[us]")
        start = c.start[rows].view("M8[us]")
        row, begin, end = pauses
        without = Pauses(row, begin.view("M8[us]"), end.view("M8[us]")) if len(row) else None
        stay = self.sla.conventions.at_close
        due = self._counted(after, start, work, self.calendar_of[target], without=without, at_close=stay)
        ended = len(row) - int(np.count_nonzero(c.paused_at[rows] != MISSING))
        row, begin, end = row[:ended], begin[:ended], end[:ended]
        while (inside := (begin <= due[row]) & (due[row] < end)).any():
            due[row[inside]] = end[inside]
        return due

    def _all_due(self, rows: Array, numbers: Mapping[str, Array], by_model: Mapping[int, Reading]) -> Array:
        """Due moments of all readings of cycles: none while a pause lasts, or for a clock cancelled before it."""
        stop = self.cycles.stop[rows]
        due = self._due(rows, np.where(stop == MISSING, self.now, stop))
        paused_at = np.where(stop == MISSING, self.cycles.paused_at[rows], MISSING)
        due[(paused_at != MISSING) & ((due >= paused_at) | (numbers["elapsed"] < numbers["limit"]))] = MISSING
        cancelled = numbers["state"] == _CODE[ClockState.CANCELLED]
        due[cancelled] = numbers["breached_at"][cancelled]
        for row, reading in zip(np.searchsorted(rows, list(by_model)), by_model.values(), strict=True):
            due[row] = _micros(reading.due)
        return due

    def _with_pending(self, rows: Array, numbers: dict[str, Array], by_model: Mapping[int, Reading]) -> ClockReadings:
        """Add a reading for each case that has a promise and no cycle of it yet."""
        c = self.cycles
        has = np.zeros(len(self.log.ids), np.bool_)
        has[c.case] = True
        there = np.zeros(len(self.log.ids), np.bool_)
        there[self.log.case] = True
        held = (c.last_target >= 0) & (self.limit_of[c.last_target] >= 0)
        pending = np.flatnonzero(there & ~has & held)
        none = np.full(len(pending), MISSING, np.int64)
        extra = {
            "state": np.full(len(pending), _CODE[ClockState.PENDING], np.int8),
            "start": none,
            "stop": none,
            "elapsed": np.zeros(len(pending), np.int64),
            "limit": self.limit_of[c.last_target[pending]],
            "breached_at": none,
        }
        whole = {name: np.concatenate([values, extra[name]]) for name, values in numbers.items()}
        # a cycle that no target ever held for is not read, and not numbered
        heads = np.concatenate([[True], c.case[rows][1:] != c.case[rows][:-1]]) if len(rows) else np.zeros(0, np.bool_)
        first = np.flatnonzero(heads)
        number = np.arange(len(rows)) - np.repeat(first, np.diff(np.append(first, len(rows)))) + 1
        return ClockReadings(
            key=self.promise.key,
            log=self.log,
            now=self.now,
            case=np.concatenate([c.case[rows], pending]),
            cycle=np.concatenate([number, np.zeros(len(pending), np.int64)]),
            find_due=lambda: np.concatenate([self._all_due(rows, numbers, by_model), none]),
            **whole,
        )

    # --- cycles whose target changed: by the model's own functions ----------------------------------------------------

    def _by_model(self, i: int) -> Reading | None:
        c = self.cycles
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
        "breached_at": _micros(reading.breached_at),
    }


def _moment(value: Any) -> dt.datetime:
    return _EPOCH + int(value) * _US


def _micros(value: dt.datetime | None) -> int:
    return MISSING if value is None else (value - _EPOCH) // _US
