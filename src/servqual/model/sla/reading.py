"""Reading of a service clock at a moment: elapsed time, due moment, and the reasons.

A reading is a pure function of events, agreement and `now`, so it never changes. State, elapsed time and due moment are
computed at once; everything else on demand.
"""

import datetime as dt
from collections.abc import Iterable, Mapping

import attrs

from servqual._checks import as_instant
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model.history.event import Event
from servqual.model.hours.hours import AtClose, Hours, LedgerPart
from servqual.model.labels import Labelled
from servqual.model.sla.clocks import ENDS_WAIT, ClockConventions
from servqual.model.sla.counting import Count, is_paused
from servqual.model.sla.cycles import Pause, to_minute
from servqual.model.sla.target import Mark, Target

_ZERO = dt.timedelta()


class ClockState(Labelled):
    """State of a clock; it is unknown where an import lacks the event that stops it."""

    PENDING = "pending", "未开始"
    RUNNING = "running", "计时中"
    PAUSED = "paused", "已暂停"
    MET = "met", "已达成"
    BREACHED = "breached", "已超时"
    CANCELLED = "cancelled", "已取消"
    UNKNOWN = "unknown", "未知"


@attrs.frozen(kw_only=True, field_transformer=typed)
class Threshold:
    """Warning mark of a clock, and the moment at which it is passed.

    `key` is the same in every reading of one cycle, so that a scheduler warns once. `at` is None where the clock is
    paused or stopped before the mark, or its hours never open again.
    """

    key: str
    mark: Mark
    at: dt.datetime | None
    passed: bool


def _each_alone(earlier: tuple["Reading", ...]) -> tuple[tuple[object, ...], ...]:
    """Give what makes each cycle equal to another, without its own earlier ones, which are among these already."""
    names = [field.name for field in attrs.fields(Reading) if field.eq and field.name != "earlier"]
    return tuple(tuple(getattr(reading, name) for name in names) for reading in earlier)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Reading:
    """One clock of one case at one moment.

    Times are `timedelta`: `elapsed` and `remaining` count open hours without pauses, `wall_elapsed` and
    `wall_late_by` count all time. `due` is the last moment that keeps the promise; None before the start, during a
    pause, for a clock cancelled before it, and where hours never open long enough. A breach is strictly after due;
    `breached_at` is then the missed due moment. The `limit` is open time, for working days that from the start until
    they are due (before the start, as if it began now). For a clock with several cycles this is the last one; `cycles`
    has all.

    >>> from servqual.model import BusinessHours, Case, Clock, Sla
    >>> from servqual.model import case as event
    >>> monday = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    >>> sla = Sla(name="support", hours=BusinessHours(zone="UTC", week={"mon-fri": "09:00-17:00"}), targets=[
    ...     Target(clock=Clock.RESOLUTION, within=dt.timedelta(hours=12), warn_at=(0.75, dt.timedelta(hours=-1)))])
    >>> case = Case(history=[event.Reported(
    ...     at=monday, id="C-1", customer="K-1", description="no dial tone", impact="one site", occurred_at=monday,
    ...     owner="A-1", channel="phone", source="feedback")])
    >>> reading = sla.read(case, now=monday + dt.timedelta(days=1, hours=1.5))["resolution"]
    >>> reading.state.value, reading.elapsed, reading.due.isoformat(), reading.at_risk
    ('running', datetime.timedelta(seconds=34200), '2026-05-05T13:00:00+00:00', True)
    >>> for part in reading.ledger:
    ...     print(f"{part.start:%a %H:%M}  {part.counted}  {part.why}")
    Mon 09:00  8:00:00  running
    Mon 17:00  0:00:00  closed
    Tue 09:00  1:30:00  running
    >>> reading.next_threshold.key, reading.next_threshold.at.isoformat()
    ('C-1/resolution/1/2026-05-04T09:00:00+00:00/43200s/-3600s', '2026-05-05T12:00:00+00:00')
    """

    case: str
    target: Target
    cycle: int
    state: ClockState
    now: dt.datetime
    start: dt.datetime | None
    stop: dt.datetime | None
    elapsed: dt.timedelta
    limit: dt.timedelta
    due: dt.datetime | None
    breached_at: dt.datetime | None
    hours: Hours = attrs.field(repr=False)
    conventions: ClockConventions = attrs.field(repr=False)
    pauses: tuple[Pause, ...] = attrs.field(repr=False)
    history: tuple[Event, ...] = attrs.field(repr=False, eq=False)
    earlier: tuple["Reading", ...] = attrs.field(default=(), repr=False, eq=_each_alone)

    @property
    def cycles(self) -> tuple["Reading", ...]:
        """All cycles of this clock, this one last."""
        return (*self.earlier, self)

    @property
    def is_over(self) -> bool:
        """Whether the clock stopped or was cancelled."""
        return self.stop is not None

    @property
    def until(self) -> dt.datetime:
        """Last moment of this reading: the stop, or now."""
        return self.now if self.stop is None else self.stop

    @property
    def wall_elapsed(self) -> dt.timedelta:
        """All time since the start, nights and pauses included."""
        return _ZERO if self.start is None else self.until - self.start

    @property
    def at_close(self) -> AtClose:
        """Whether a limit that is used up at a close is due there, or at the next opening."""
        return self.target.at_close(self.conventions.at_close)

    @property
    def remaining(self) -> dt.timedelta:
        """Remaining part of the limit; negative after it."""
        return self.limit - self.elapsed

    @property
    def used(self) -> float | None:
        """Elapsed share of the limit, above 1 after it; None where the limit is zero."""
        return self.elapsed / self.limit if self.limit else None

    @property
    def first_tick(self) -> dt.datetime | None:
        """First moment that counts; None before the start, and where it is not known yet."""
        return None if self.start is None else count_of(self).first_tick()

    @property
    def last_safe(self) -> dt.datetime | None:
        """Moment after which more than the limit would elapse: `due`, or the next opening where `due` is a close."""
        if self.start is None or self.due is None:
            return None
        count = count_of(self)
        return count.reached(count.by(self.due), "roll")

    def due_if_resumed_at(self, moment: dt.datetime) -> dt.datetime | None:
        """Compute the due moment for an end of the present pause, not before now; without a pause it is `due`."""
        resumed = as_instant(moment, "moment")
        if self.state is not ClockState.PAUSED or self.start is None:
            return self.due
        if resumed < self.now:
            raise InvalidValue.of("moment", f"not come before now, {self.now}", resumed)
        if self.conventions.pause_edges == "minute":
            resumed = to_minute(resumed, self.start)
        pauses = (*self.pauses[:-1], self.pauses[-1]._replace(end=resumed))
        count = Count(self.hours, self.start, pauses, resumed, self.conventions.pauses)
        return count.due(self.limit, self.at_close)

    @property
    def late_by(self) -> dt.timedelta:
        """Elapsed time after due, up to the stop or now; zero for a kept or open promise."""
        if self.breached_at is None:
            return _ZERO
        return self._elapsed(self.breached_at, self.until)

    @property
    def wall_late_by(self) -> dt.timedelta:
        """All time after due, nights and pauses included."""
        return _ZERO if self.breached_at is None else self.until - self.breached_at

    @property
    def at_risk(self) -> bool:
        """Whether an open clock has passed a warning before its due moment."""
        if self.state not in {ClockState.RUNNING, ClockState.PAUSED}:
            return False
        return any(mark.passed and self._elapsed_at(mark.mark) < self.limit for mark in self.thresholds)

    @property
    def thresholds(self) -> tuple[Threshold, ...]:
        """Warnings of the target in order of time, passed and future, before due and after.

        A share counts from the start; a signed `timedelta` from due, in elapsed time, and never before the start.
        """
        return tuple(self._threshold(mark) for mark in sorted(self.target.warn_at, key=self._elapsed_at))

    @property
    def next_threshold(self) -> Threshold | None:
        """Next warning, for a scheduler; None without one, and where its moment is not known yet."""
        return next((mark for mark in self.thresholds if not mark.passed and mark.at is not None), None)

    @property
    def ledger(self) -> tuple[LedgerPart, ...]:
        """Reasons why each span from start to now counted or not; the parts tile it and `counted` sums to `elapsed`.

        `why` is `running`, `waiting: customer` and the like, `stopped`, `cancelled`, `unknown`, or a reason of the
        hours such as `closed` and `holiday: Labour Day`.
        """
        if self.start is None:
            return ()
        parts = list(count_of(self).ledger())
        if self.until < self.now:
            why = self.state.value if self.state in {ClockState.CANCELLED, ClockState.UNKNOWN} else "stopped"
            parts.append(LedgerPart(start=self.until, end=self.now, why=why, counted=_ZERO))
        return tuple(parts)

    def overdue_by_holder(self) -> Mapping[str, dt.timedelta]:
        """Split the elapsed time after due by the holder of the case at that time; it sums to `late_by`.

        The holder is the owner, or during a wait the reason of waiting, such as `supplier`.
        """
        shares: dict[str, dt.timedelta] = {}
        if self.breached_at is None:
            return shares
        for holder, start, end in _held(self.history, self.breached_at, self.until):
            elapsed = self._elapsed(start, end)
            if elapsed:
                shares[holder] = shares.get(holder, _ZERO) + elapsed
        return shares

    def _elapsed(self, start: dt.datetime, end: dt.datetime) -> dt.timedelta:
        count = count_of(self)
        return count.by(end) - count.by(start)

    def _elapsed_at(self, mark: Mark) -> dt.timedelta:
        return max(_ZERO, self.limit + mark) if isinstance(mark, dt.timedelta) else self.limit * mark

    def _threshold(self, mark: Mark) -> Threshold:
        elapsed, at = self._elapsed_at(mark), None
        if self.start is not None:
            if elapsed <= self.elapsed or (self.stop is None and not is_paused(self.pauses)):
                at = count_of(self).reached(elapsed, self.at_close)
            if at is not None and self.stop is not None and at > self.stop:
                at = None
        begun = "" if self.start is None else self.start.isoformat()
        return Threshold(
            key=f"{self.case}/{self.target.key}/{self.cycle}/{begun}/{_exactly(self.limit)}/{_exactly(mark)}",
            mark=mark,
            at=at,
            passed=at is not None and at <= self.until,
        )


def _exactly(mark: Mark) -> str:
    """Write a share, or seconds, with all digits."""
    number = mark.total_seconds() if isinstance(mark, dt.timedelta) else mark
    return repr(number).removesuffix(".0") + ("s" if isinstance(mark, dt.timedelta) else "")


def count_of(reading: Reading) -> Count:
    """Make the count of a clock that has begun."""
    assert reading.start is not None
    return Count(reading.hours, reading.start, reading.pauses, reading.until, reading.conventions.pauses)


def _held(
    history: Iterable[Event], start: dt.datetime, end: dt.datetime
) -> Iterable[tuple[str, dt.datetime, dt.datetime]]:
    """List the holders of the case between two moments, with their spans."""
    owner, waits_on, since = "", None, start
    for event in history:
        if event.at >= end:
            break
        holder = waits_on or owner
        match event.stored_name:
            case "waiting":
                waits_on = getattr(event, "on", None)
            case name if name in ENDS_WAIT:
                waits_on = None
            case "assigned" | "handed_over" | "escalated":
                owner = getattr(event, "to", None) or owner
            case _:
                owner = getattr(event, "owner", None) or owner
        if since < event.at and (waits_on or owner) != holder:
            yield holder, since, event.at
            since = event.at
    yield waits_on or owner, since, end
