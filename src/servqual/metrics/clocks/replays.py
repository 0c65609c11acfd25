"""What if, for a whole log: its cases read under two agreements, and the changed verdicts as columns."""

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

import attrs
import numpy as np

from servqual._arrays import Array, read_only, same
from servqual.metrics.clocks.log import EventLog
from servqual.metrics.clocks.readings import STATES, ClockReadings, read_clock, read_log
from servqual.metrics.time.instants import Moment
from servqual.model._pickled import Rebuilt
from servqual.model.sla.agreement import Sla
from servqual.model.sla.reading import ClockState
from servqual.readers.columns.accounting import Rows
from servqual.readers.sources import Source

_STATES = np.array([*STATES, None], object)
"""The states by their codes; the last stands for a clock that is not there."""


def _read_only(columns: Mapping[str, Array]) -> Mapping[str, Array]:
    return MappingProxyType({name: read_only(values) for name, values in columns.items()})


def _all_same(one: Mapping[str, Array], other: Mapping[str, Array]) -> bool:
    return one.keys() == other.keys() and all(same(values, other[name]) for name, values in one.items())


@attrs.frozen
class LogReplay(Rebuilt):
    """The number of clock cycles compared, and the cycles with another verdict.

    Attributes:
        compared: the number of cycles, those that only one agreement makes included.
        columns: numpy arrays `case_id`, `promise`, `cycle`, `before` and `after`, one row per change; None stands for a
            clock that is not there.
        rows: the rows of the log read, used and refused.
    """

    compared: int
    columns: Mapping[str, Array] = attrs.field(
        converter=_read_only,
        eq=attrs.cmp_using(eq=_all_same, require_same_type=False),
        hash=False,
        repr=lambda columns: f"<{len(columns['case_id'])} changes>",
    )
    rows: Rows

    @property
    def counts(self) -> Mapping[tuple[ClockState | None, ClockState | None], int]:
        """Number of changes by state before and after."""
        return Counter(zip(self.columns["before"], self.columns["after"], strict=True))


def what_if(
    case_events: Source,
    sla: Sla,
    instead: Sla,
    *,
    now: Moment,
    columns: Mapping[str, str] | None = None,
    naive: str | None = None,
) -> LogReplay:
    """Read a log under two agreements and list each cycle of each clock whose state differs.

    Equal to `servqual.model.what_if` of its cases, without building objects: the log is read once. Change one thing at
    a time with `attrs.evolve(sla, hours=…)`, `targets=…`, `pause_on=…` or `conventions=…`. `columns`, `naive` and
    refusals are those of `clock_readings`.

    >>> import datetime as dt
    >>> from servqual.model import BusinessHours, Clock, Target
    >>> limit = Target(clock=Clock.FIRST_RESPONSE, within=dt.timedelta(hours=1))
    >>> sla = Sla(name="desk", hours=BusinessHours.always(), targets=[limit])
    >>> stricter = attrs.evolve(sla, targets=[attrs.evolve(limit, within=dt.timedelta(minutes=30))])
    >>> nine, minute = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC), dt.timedelta(minutes=1)
    >>> log = {"case_id": ["C-1", "C-1", "C-2", "C-2"], "event": ["reported", "replied.public"] * 2,
    ...        "at": [nine, nine + 40 * minute, nine, nine + 20 * minute]}
    >>> replay = what_if(log, sla, stricter, now=nine + 1000 * minute)
    >>> replay.compared, {name: [*map(str, values)] for name, values in replay.columns.items()}
    (2, {'case_id': ['C-1'], 'promise': ['first_response'], 'cycle': ['1'], 'before': ['met'], 'after': ['breached']})
    """
    log, moment = read_log(case_events, [sla, instead], now=now, columns=columns, naive=naive)
    keys = dict.fromkeys(str(promise.key) for agreed in (sla, instead) for promise in agreed.promises)
    found = [_compared(log, key, _read(sla, log, key, moment), _read(instead, log, key, moment)) for key in keys]
    changes = {name: np.concatenate([one[name] for _, one in found]) for name in found[0][1]}
    return LogReplay(sum(compared for compared, _ in found), changes, log.rows)


def _read(sla: Sla, log: EventLog, key: str, now: int) -> ClockReadings | None:
    promised = any(promise.key == key for promise in sla.promises)
    return read_clock(sla, log, key, now) if promised else None


def _compared(
    log: EventLog, key: str, before: ClockReadings | None, after: ClockReadings | None
) -> tuple[int, dict[str, Array]]:
    """Count the cycles of one promise, and list those that change."""
    sides = [_numbered(log, readings) for readings in (before, after)]
    cycles = np.union1d(*(cycle for cycle, _ in sides))
    states = np.full((2, len(cycles)), len(STATES), np.int32)
    for side, (cycle, state) in zip(states, sides, strict=True):
        side[np.searchsorted(cycles, cycle)] = state
    differ = np.flatnonzero(states[0] != states[1])
    number, case = np.divmod(cycles[differ], max(1, len(log.ids)))
    order = np.lexsort((number, case))
    return len(cycles), {
        "case_id": np.array([*log.ids], object).take(case[order]),
        "promise": np.full(len(order), key, object),
        "cycle": number[order],
        "before": _STATES[states[0][differ[order]]],
        "after": _STATES[states[1][differ[order]]],
    }


def _numbered(log: EventLog, readings: ClockReadings | None) -> tuple[Array, Array]:
    """Number each cycle by its number and case, and read its state; a clock that has not begun is a first cycle."""
    if readings is None:
        return np.zeros(0, np.int64), np.zeros(0, np.int32)
    return np.maximum(readings.cycle, 1) * len(log.ids) + readings.case, readings.state
