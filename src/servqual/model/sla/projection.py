"""Chance that an open clock breaches soon, from past cases that were at the same point."""

import datetime as dt
import random
from collections.abc import Iterable, Sequence
from typing import Final, TypeVar

import attrs

from servqual._checks import must_be
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model.sla.reading import ClockState, Reading, count_of

T = TypeVar("T")

_ASSUMPTIONS: Final = (
    "the case continues like one of the past cycles that ran longer than this one until now",
    "past cycles that are still open are left out, so the chance is a little low when cases have become slower",
    "pauses begin after the same elapsed time, and last as long on the wall clock, as in that cycle",
    "a present pause lasts like a past pause that was at least as long; without one it ends now",
    "hours, limit and target do not change",
)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Projection:
    """Chance that a clock breaches within a horizon, with its basis and its assumptions.

    `chance` is a share from 0 to 1, or None where no past cycle ran so long; `alike` is the number of past cycles that
    did. The same seed gives the same answer.
    """

    chance: float | None
    alike: int
    runs: int
    seed: int
    horizon: dt.timedelta
    assumptions: tuple[str, ...] = attrs.field(default=_ASSUMPTIONS, repr=False)


@attrs.frozen
class _Past:
    """Past cycle: its elapsed time, and per pause the time elapsed before it and its length."""

    elapsed: dt.timedelta
    pauses: tuple[tuple[dt.timedelta, dt.timedelta], ...]


def breach_chance(
    reading: Reading, past: Iterable[Reading], *, horizon: dt.timedelta, seed: int, runs: int = 2000
) -> Projection:
    """Estimate the chance that an open clock breaches by `reading.now + horizon`, from past readings of that clock.

    All stopped cycles of `past` count. The chance is 1 for a breached clock, 0 for a met or cancelled one. Refused: a
    clock that has not begun, a negative horizon, and no runs. All randomness is from `seed`.

    >>> from servqual.model import BusinessHours, Case, Clock, Sla, Target
    >>> from servqual.model import case as event
    >>> nine, hour = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC), dt.timedelta(hours=1)
    >>> sla = Sla(name="support", hours=BusinessHours.always(),
    ...           targets=[Target(clock=Clock.FIRST_RESPONSE, within=2 * hour)])
    >>> def case(reply_after=None):
    ...     history = [event.Reported(at=nine, id="C", customer="K-1", description="x", impact="y", occurred_at=nine,
    ...                               owner="A-1", channel="phone", source="feedback")]
    ...     if reply_after is not None:
    ...         history.append(event.Replied(at=nine + reply_after * hour, by="A-1"))
    ...     return Case(history=history)
    >>> past = [sla.read(case(after), now=nine + 9 * hour)["first_response"] for after in (0.5, 1.5, 1.5, 3, 3)]
    >>> now = sla.read(case(), now=nine + hour)["first_response"]
    >>> projection = breach_chance(now, past, horizon=4 * hour, seed=1)
    >>> projection.alike, round(projection.chance, 1)
    (4, 0.5)
    """
    if reading.start is None:
        raise InvalidValue.of("reading", "be of a clock that has begun", reading, shown="a pending one")
    expected = "a timedelta of zero or more"
    must_be(dt.timedelta, "horizon", expected, horizon)
    if horizon < dt.timedelta():
        raise InvalidValue.of("horizon", f"be {expected}", horizon)
    if runs < 1:
        raise InvalidValue.of("runs", "be at least 1", runs)
    if reading.breached_at is not None or reading.is_over:
        known = 1.0 if reading.breached_at is not None else 0.0
        return Projection(chance=known, alike=0, runs=0, seed=seed, horizon=horizon)
    cycles = [_past(cycle) for one in past for cycle in one.cycles if _has_verdict(cycle)]
    alike = [cycle for cycle in cycles if cycle.elapsed > reading.elapsed]
    if not alike:
        return Projection(chance=None, alike=0, runs=0, seed=seed, horizon=horizon)
    lengths = [length for cycle in cycles for _, length in cycle.pauses]
    dice = random.Random(seed)  # noqa: S311  (a simulation, not a secret)
    by = reading.now + horizon
    late = 0
    for _ in range(runs):
        at = _breach(reading, _pick(alike, dice), reading.now + _rest_of_pause(reading, lengths, dice))
        late += at is not None and at < by
    return Projection(chance=late / runs, alike=len(alike), runs=runs, seed=seed, horizon=horizon)


def _has_verdict(cycle: Reading) -> bool:
    return cycle.is_over and cycle.state not in {ClockState.CANCELLED, ClockState.UNKNOWN}


def _past(cycle: Reading) -> _Past:
    count = count_of(cycle)
    pauses = ((count.by(pause.start), (pause.end or cycle.until) - pause.start) for pause in cycle.pauses)
    return _Past(cycle.elapsed, tuple(pauses))


def _pick(options: Sequence[T], dice: random.Random) -> T:
    return options[int(dice.random() * len(options))]


def _rest_of_pause(reading: Reading, lengths: Sequence[dt.timedelta], dice: random.Random) -> dt.timedelta:
    if reading.state is not ClockState.PAUSED:
        return dt.timedelta()
    lasted = reading.now - reading.pauses[-1].start
    longer = [length for length in lengths if length > lasted]
    return _pick(longer, dice) - lasted if longer else dt.timedelta()


def _breach(reading: Reading, like: _Past, resumed: dt.datetime) -> dt.datetime | None:
    """Return the breach of a clock that continues like a past cycle; None where that one or the hours end before."""
    if like.elapsed <= reading.limit:
        return None
    try:
        return _used_up(reading, like, resumed)
    except InvalidValue:  # hours that never open again
        return None


def _used_up(reading: Reading, like: _Past, resumed: dt.datetime) -> dt.datetime:
    hours, at, elapsed = reading.hours, resumed, reading.elapsed
    in_wall_time = reading.conventions.pauses == "wall"
    moved = count_of(reading).moved_by(reading.now) + in_wall_time * (resumed - reading.now)
    for begun, length in like.pauses:
        if reading.elapsed < begun < reading.limit:  # two pauses at the same elapsed time add up
            at = hours.after(at - moved, begun - elapsed) + moved + length
            moved += in_wall_time * length
            elapsed = begun
    return hours.after(at - moved, reading.limit - elapsed, at_close=reading.at_close) + moved
