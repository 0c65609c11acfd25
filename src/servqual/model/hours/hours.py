"""Questions that all kinds of hours answer: open time between two moments, and the moment when it has passed.

               Mon 9-17        Tue 9-17        Wed 9-17
    open       |=======|       |=======|       |=======|
    elapsed    0      8 h     8 h     16 h    16 h    24 h
    without         |--------------|                        counts as open time, subtracted once

Kinds of hours differ only in their open spans (`open_between`). Everything else is arithmetic on their `timeline`, in
whole microseconds of real time: `elapsed` subtracts two counts, `after` looks up a count. The open part of `without`
is a subtraction of counts, too; `after` moves its target past each window on the way, in order.

So an answer costs a bisection per moment and per window, and no calendar is walked twice. The simple way, one loop over
days with rules for breaks, holidays and pauses, would need that loop in each question and each kind of hours.
"""

import datetime as dt
import hashlib
import json
from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple, Self, TypeAlias
from zoneinfo import ZoneInfo

import attrs

from servqual._checks import as_instant, one_of, several
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model._pickled import Rebuilt
from servqual.model.hours.spans import FIRST, LAST, Spans, clipped, join, micros, moment, overlap, take_out
from servqual.model.hours.timeline import CENTURY, Timeline
from servqual.model.hours.window import Window
from servqual.model.hours.working_days import CountsDays, Workdays

AtClose: TypeAlias = Literal["stay", "roll"]
Reasons: TypeAlias = Iterable[tuple[int, int, str]]


@attrs.frozen(kw_only=True, field_transformer=typed)
class LedgerPart:
    """One line of a ledger: a span of time, the reason why it counted or not, and how much of it counted."""

    start: dt.datetime
    end: dt.datetime
    why: str
    counted: dt.timedelta


class _Nest(NamedTuple):
    """How many hours some hours are made of, each as often as it is used, and how deep they are nested."""

    size: int
    depth: int


_SINGLE: Final = _Nest(1, 1)
_MOST: Final = _Nest(2_000, 200)
"""Most hours in one: an answer costs time for each, and a step of recursion for each level."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Hours(CountsDays, Rebuilt):
    """Opening hours of a service: `BusinessHours`, and the results of `|`, `&`, `-` and `BusinessHours.during`.

    Annotate with `Hours` where any of them is allowed. All are values: equal when their definitions are equal,
    hashable, and named by a `content_hash` that is the same on every machine.
    """

    timeline: Timeline = attrs.field(init=False, eq=False, repr=False, default=attrs.Factory(Timeline, takes_self=True))
    made_of: "_Nest" = attrs.field(init=False, eq=False, repr=False, default=_SINGLE)
    working: Workdays = attrs.field(init=False, eq=False, repr=False, default=attrs.Factory(Workdays, takes_self=True))

    @abstractmethod
    def open_between(self, start: int, end: int) -> Spans:
        """List the open spans between two instants in microseconds since 1970, in order and apart."""

    @abstractmethod
    def is_steady(self) -> bool:
        """Say whether they are always open or never."""

    @property
    @abstractmethod
    def day_zone(self) -> ZoneInfo:
        """Zone whose dates are the days; refused where joined hours have several."""

    @abstractmethod
    def open_by_day(self, days: range) -> Mapping[int, Spans]:
        """List the open spans of those days that have some, by the ordinal of the date on which they open."""

    @abstractmethod
    def reasons(self, start: int, end: int) -> Reasons:
        """Give the reasons of closed time, for spans that cover all closed time between two instants."""

    @property
    def counts_real_time(self) -> bool:
        """Whether they count real time and not wall-clock time; only such hours can be joined."""
        return True

    def in_force(self, at: dt.datetime) -> "Hours":
        """Return the hours in force at a moment, as if they had always been; the same unless they change with time."""
        as_instant(at, "at")
        return self

    @property
    def turns(self) -> tuple[dt.datetime, ...]:
        """Moments, in order, from which other hours are in force."""
        return ()

    @abstractmethod
    def definition(self) -> dict[str, Any]:
        """Return everything that decides the open time, as plain data in a fixed order."""

    def elapsed(
        self, start: dt.datetime, end: dt.datetime, *, without: Iterable[Window] = (), clamp: bool = False
    ) -> dt.timedelta:
        """Count the open time between two moments, negative where the end is first (zero with `clamp=True`).

        `without` are windows that do not count, such as waiting for the customer: overlapping ones are subtracted once,
        and only their open part matters. Naive moments are refused.

        >>> from servqual.model import BusinessHours
        >>> hours = BusinessHours(zone="UTC", week={"mon-fri": "09:00-17:00"})
        >>> friday = dt.datetime(2026, 5, 8, 16, tzinfo=dt.UTC)
        >>> hours.elapsed(friday, friday + dt.timedelta(days=3))
        datetime.timedelta(seconds=28800)
        """
        first, last = micros(start, "start"), micros(end, "end")
        low, high = (first, last) if first <= last else (last, first)
        compiled = self.timeline.over(low, high)
        elapsed = compiled.elapsed(high) - compiled.elapsed(low)
        if without:
            elapsed -= sum(compiled.elapsed(b) - compiled.elapsed(a) for a, b in clipped(_mask(without), low, high))
        return dt.timedelta(microseconds=elapsed if first <= last else 0 if clamp else -elapsed)

    def after(
        self, start: dt.datetime, work: dt.timedelta, *, without: Iterable[Window] = (), at_close: AtClose = "stay"
    ) -> dt.datetime:
        """Return the moment by which so much open time has passed since the start; negative work goes back.

        It is the moment nearest to the start: work that fills the day ends at the close, and zero work ends at the
        start itself, even while closed. `at_close="roll"` gives the moment at which further work could begin instead:
        the next opening. Time in `without` does not count. Hours that are closed for a century count as never open
        again and are refused, and so is an answer after the year 9999.

        >>> from servqual.model import BusinessHours
        >>> hours = BusinessHours(zone="UTC", week={"mon-fri": "09:00-17:00"})
        >>> friday = dt.datetime(2026, 5, 8, 16, tzinfo=dt.UTC)
        >>> hours.after(friday, dt.timedelta(hours=1)).isoformat()
        '2026-05-08T17:00:00+00:00'
        >>> hours.after(friday, dt.timedelta(hours=1), at_close="roll").isoformat()
        '2026-05-11T09:00:00+00:00'
        """
        if at_close not in ("stay", "roll"):
            raise InvalidValue.of("at_close", "be 'stay' or 'roll'", at_close)
        at, wanted = micros(start, "start"), _whole(work)
        if wanted == 0 and at_close == "stay":
            return moment(at)
        ahead = wanted >= 0
        last = int(ahead == (at_close == "stay"))  # 1: find the last microsecond of the work; 0: find the next one
        mask = clipped(_mask(without), *((at, LAST) if ahead else (FIRST, at))) if without else []
        compiled = self.timeline.over(*((at, mask[-1][1]) if ahead else (mask[0][0], at)) if mask else (at, at))
        mark = compiled.elapsed(at) + wanted - last
        for begin, end in mask if ahead else reversed(mask):
            if (compiled.elapsed(begin) <= mark) if ahead else (compiled.elapsed(end) > mark):
                away = compiled.elapsed(end) - compiled.elapsed(begin)
                mark += away if ahead else -away
        return moment(self.timeline.reaching(compiled, mark, at).instant(mark) + last)

    def is_open(self, at: dt.datetime, *, with_close: bool = False) -> bool:
        """Say whether it is open at a moment, the opening included, the close only with `with_close=True`."""
        instant = micros(at)
        if instant < self.timeline.over(instant, instant).close_of(instant):
            return True
        return with_close and instant > FIRST and self.is_open(moment(instant - 1))

    def next_open(self, at: dt.datetime) -> dt.datetime | None:
        """Return the first open moment from this one on; None where it is closed for a century."""
        instant = micros(at)
        compiled = self.timeline.over(instant, instant)
        try:
            compiled = self.timeline.reaching(compiled, compiled.elapsed(instant), instant)
        except InvalidValue:
            return None
        return moment(compiled.instant(compiled.elapsed(instant)))

    def next_close(self, at: dt.datetime) -> dt.datetime | None:
        """Return the end of the present or next open span; None without one, or where it is open for a century."""
        opened = self.next_open(at)
        if opened is None:
            return None
        instant = micros(opened)
        compiled = self.timeline.over(instant, instant)
        while compiled.close_of(instant) == compiled.last and compiled.last - instant < CENTURY:
            compiled = self.timeline.over(instant, min(LAST, 2 * compiled.last - instant))
        close = compiled.close_of(instant)
        return moment(close) if close < compiled.last else None

    def windows(self, start: dt.datetime, end: dt.datetime) -> tuple[Window, ...]:
        """List the open spans between two moments, cut at both; spells that touch are one. The end must not be first.

        >>> from servqual.model import BusinessHours
        >>> hours = BusinessHours(zone="Europe/Berlin", week={"mon": "09:00-12:30, 13:00-17:30"})
        >>> day = dt.datetime(2026, 5, 4, tzinfo=dt.UTC)
        >>> [window.start.hour for window in hours.windows(day, day + dt.timedelta(days=1))]
        [7, 11]
        """
        first, last = self._range(start, end)
        return tuple(Window(start=moment(a), end=moment(b)) for a, b in self._open(first, last))

    def explain(
        self, start: dt.datetime, end: dt.datetime, *, without: Iterable[Window] = ()
    ) -> tuple[LedgerPart, ...]:
        """Explain why each span between two moments counted or not; the parts tile the range and sum to `elapsed`.

        `why` is `open`, `pause` (open, but in `without`), `closed` (outside the weekly hours), `break`,
        `special day`, or `holiday: ` with its name. An end before the start is refused.

        >>> from servqual.model import BusinessHours
        >>> hours = BusinessHours(zone="UTC", week={"mon-fri": "09:00-17:00"},
        ...                       holidays={dt.date(2026, 5, 1): "Labour Day"})
        >>> thursday = dt.datetime(2026, 4, 30, 16, tzinfo=dt.UTC)
        >>> for part in hours.explain(thursday, dt.datetime(2026, 5, 4, 10, tzinfo=dt.UTC)):
        ...     print(f"{part.start:%a %H:%M}  {part.counted}  {part.why}")
        Thu 16:00  1:00:00  open
        Thu 17:00  0:00:00  closed
        Fri 00:00  0:00:00  holiday: Labour Day
        Sat 00:00  0:00:00  closed
        Mon 09:00  1:00:00  open
        """
        first, last = self._range(start, end)
        is_open, away = self._open(first, last), _mask(without)
        shut = take_out([(first, last)], is_open)
        tiles = [(a, b, "open") for a, b in take_out(is_open, away)]
        tiles += [(a, b, "pause") for a, b in overlap(is_open, away)]
        tiles += [(a, b, why) for low, high, why in self.reasons(first, last) for a, b in clipped(shut, low, high)]
        return tuple(
            LedgerPart(
                start=moment(a),
                end=moment(b),
                why=why,
                counted=dt.timedelta(microseconds=b - a if why == "open" else 0),
            )
            for a, b, why in _same_reason_joined(sorted(tiles))
        )

    @property
    def content_hash(self) -> str:
        """SHA-256 of the definition: equal hours have equal hashes, on every machine and in every version."""
        text = json.dumps(self.definition(), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def __or__(self, other: "Hours") -> "CombinedHours":
        return CombinedHours(left=self, how="|", right=other)

    def __and__(self, other: "Hours") -> "CombinedHours":
        return CombinedHours(left=self, how="&", right=other)

    def __sub__(self, other: "Hours") -> "CombinedHours":
        return CombinedHours(left=self, how="-", right=other)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _memo: object) -> Self:
        return self  # nothing in it changes, and a copy would compile its timeline again

    def _open(self, first: int, last: int) -> Spans:
        return self.timeline.over(first, last).between(first, last)

    def _range(self, start: dt.datetime, end: dt.datetime) -> tuple[int, int]:
        window = Window(start=start, end=end)
        return micros(window.start), micros(window.end)


def some_hours(_: object, field: "attrs.Attribute[Any]", value: object) -> None:
    """Require hours; an attrs validator."""
    if not isinstance(value, Hours):
        raise InvalidValue.of(field.name, "be hours, such as BusinessHours(...)", value)


def _real_hours(instance: object, field: "attrs.Attribute[Any]", value: object) -> None:
    some_hours(instance, field, value)
    if isinstance(value, Hours) and not value.counts_real_time:
        raise InvalidValue.of(
            field.name,
            "be hours that count real time",
            value,
            do="hours with counting='wall' cannot be joined with others",
        )


def _nested(field: str, parts: Sequence[Hours]) -> _Nest:
    """Count the hours in some hours; refuse too many, before an answer takes hours or the stack overflows."""
    nest = _Nest(sum(part.made_of.size for part in parts), 1 + max(part.made_of.depth for part in parts))
    if nest.size > _MOST.size or nest.depth > _MOST.depth:
        raise InvalidValue.of(
            field,
            f"be made of at most {_MOST.size:,} hours, nested at most {_MOST.depth} deep",
            nest,
            shown=f"{nest.size:,} hours, {nest.depth} deep",
            do="join hours in pairs, and pairs of pairs, and each of them once",
        )
    return nest


@attrs.frozen(kw_only=True, field_transformer=typed)
class CombinedHours(Hours):
    """Two hours joined: `a | b` is open when either is, `a & b` when both are, `a - b` when only the first is.

    >>> from servqual.model import BusinessHours
    >>> berlin = BusinessHours(zone="Europe/Berlin", week={"mon-fri": "09:00-17:00"})
    >>> tokyo = BusinessHours(zone="Asia/Tokyo", week={"mon-fri": "09:00-17:00"})
    >>> noon = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)
    >>> (berlin | tokyo).elapsed(noon, noon + dt.timedelta(days=1))
    datetime.timedelta(seconds=54000)
    """

    left: Hours = attrs.field(validator=_real_hours)
    how: Literal["|", "&", "-"] = attrs.field(validator=one_of("|", "&", "-"))
    right: Hours = attrs.field(validator=_real_hours)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "made_of", _nested("right", (self.left, self.right)))

    def open_between(self, start: int, end: int) -> Spans:
        """List the open spans of the union, the intersection, or the difference."""
        left, right = self.left.open_between(start, end), self.right.open_between(start, end)
        if self.how == "|":
            return join([*left, *right])
        return overlap(left, right) if self.how == "&" else take_out(left, right)

    def is_steady(self) -> bool:
        """Say whether both are always open or never."""
        return self.left.is_steady() and self.right.is_steady()

    @property
    def day_zone(self) -> ZoneInfo:
        """Zone of both; what is taken out, or open at the same time, may be of another."""
        return _one_zone([self.left, self.right] if self.how == "|" else [self.left])

    def open_by_day(self, days: range) -> Mapping[int, Spans]:
        """List the open spans of either by day, or what both leave of the days of the first."""
        left = self.left.open_by_day(days)
        if self.how == "|":
            return _by_day([left, self.right.open_by_day(days)])
        if not left:
            return left
        right = self.right.open_between(min(s[0][0] for s in left.values()), max(s[-1][1] for s in left.values()))
        cut = overlap if self.how == "&" else take_out
        kept = {day: cut(spans, clipped(right, spans[0][0], spans[-1][1])) for day, spans in left.items()}
        return {day: spans for day, spans in kept.items() if spans}

    def reasons(self, start: int, end: int) -> Reasons:
        """Give the reasons of the first where it is closed, else those of the second, else `taken out`."""
        yield from _shut_reasons(self.left, start, end)
        for low, high in self.left.open_between(start, end) if self.how != "|" else ():
            yield from [(low, high, "taken out")] if self.how == "-" else _shut_reasons(self.right, low, high)

    def in_force(self, at: dt.datetime) -> "CombinedHours":
        """Join the hours in force at a moment."""
        return attrs.evolve(self, left=self.left.in_force(at), right=self.right.in_force(at))

    @property
    def turns(self) -> tuple[dt.datetime, ...]:
        """Moments of both."""
        return tuple(sorted({*self.left.turns, *self.right.turns}))

    def definition(self) -> dict[str, Any]:
        """Return both definitions and the operator."""
        return {"how": self.how, "left": self.left.definition(), "right": self.right.definition()}


def _dated(given: Iterable[tuple[dt.datetime | None, Hours]]) -> tuple[tuple[dt.datetime | None, Hours], ...]:
    pairs = several("eras", given, "pairs of a moment and hours")
    for pair in pairs:
        if not isinstance(pair, tuple | list) or len(pair) != 2:  # noqa: PLR2004  (a pair)
            raise InvalidValue.of(
                "eras", "be pairs of a moment and hours", pair, do="write [(None, old), (moment, new)]"
            )
    return tuple((since and as_instant(since, "eras"), hours) for since, hours in pairs)


@attrs.frozen(kw_only=True, field_transformer=typed)
class DatedHours(Hours):
    """Hours that change at known moments: `eras` are pairs of a moment and the hours in force from then on.

    The first pair has no moment (`None`); the moments are in order. An open span across a change is cut there.
    """

    eras: tuple[tuple[dt.datetime | None, Hours], ...] = attrs.field(converter=_dated)

    def __attrs_post_init__(self) -> None:
        for _, hours in self.eras:
            _real_hours(self, attrs.fields(DatedHours).eras, hours)
        moments = [since for since, _ in self.eras]
        later = [since for since in moments[1:] if since is not None]
        if not moments or moments[0] is not None or len(later) < len(moments) - 1 or later != sorted(set(later)):
            raise InvalidValue.of(
                "eras",
                "begin with None and have rising moments",
                moments,
                do="write [(None, old), (moment, new)]",
            )
        object.__setattr__(self, "made_of", _nested("eras", [hours for _, hours in self.eras]))

    def open_between(self, start: int, end: int) -> Spans:
        """List the open spans of the hours in force."""
        return join(part for low, high, hours in self._within(start, end) for part in hours.open_between(low, high))

    def is_steady(self) -> bool:
        """Say whether they never change and are always open or never."""
        return len(self.eras) == 1 and self.eras[0][1].is_steady()

    @property
    def day_zone(self) -> ZoneInfo:
        """Zone of all hours."""
        return _one_zone([hours for _, hours in self.eras])

    def open_by_day(self, days: range) -> Mapping[int, Spans]:
        """List the open spans of the hours in force by day."""
        parts: list[Mapping[int, Spans]] = []
        for low, high, hours in self._within(FIRST, LAST + 1):
            cut = {day: clipped(spans, low, high) for day, spans in hours.open_by_day(days).items()}
            parts.append({day: spans for day, spans in cut.items() if spans})
        return _by_day(parts)

    def reasons(self, start: int, end: int) -> Reasons:
        """Give the reasons of the hours in force."""
        for low, high, hours in self._within(start, end):
            yield from hours.reasons(low, high)

    def in_force(self, at: dt.datetime) -> Hours:
        """Return the hours in force at a moment, resolved again if they change themselves."""
        instant = as_instant(at, "at")
        found = next(hours for since, hours in reversed(self.eras) if since is None or since <= instant)
        return found.in_force(instant)

    @property
    def turns(self) -> tuple[dt.datetime, ...]:
        """Moments of change, nested ones included."""
        begins = {since for since, _ in self.eras if since is not None}
        return tuple(sorted(begins.union(*(hours.turns for _, hours in self.eras))))

    def definition(self) -> dict[str, Any]:
        """Return each definition with the moment from which it is in force."""
        return {"eras": [[since and since.isoformat(), hours.definition()] for since, hours in self.eras]}

    def _within(self, start: int, end: int) -> Iterable[tuple[int, int, Hours]]:
        begins = [FIRST if since is None else micros(since) for since, _ in self.eras]
        for (_, hours), low, high in zip(self.eras, begins, [*begins[1:], LAST + 1], strict=True):
            if max(low, start) < min(high, end):
                yield max(low, start), min(high, end), hours


def _one_zone(hours: Sequence[Hours]) -> ZoneInfo:
    zones = list(dict.fromkeys(each.day_zone for each in hours))
    if len(zones) > 1:
        raise InvalidValue.of(
            "hours",
            "be of one zone to have working days",
            hours,
            shown=" and ".join(map(str, zones)),
            do="ask the hours of each zone by themselves",
        )
    return zones[0]


def _by_day(parts: Iterable[Mapping[int, Spans]]) -> Mapping[int, Spans]:
    """Join the spans of each day."""
    by_day: dict[int, Spans] = {}
    for part in parts:
        for day, spans in part.items():
            by_day[day] = join([*by_day[day], *spans]) if day in by_day else spans
    return by_day


def _mask(without: Iterable[Window]) -> Spans:
    windows = several("without", without, "Windows")
    for window in windows:
        if not isinstance(window, Window):
            raise InvalidValue.of("without", "hold Windows", window, do="write Window(start=…, end=…)")
    return join((micros(window.start), micros(window.end)) for window in windows)


def _shut_reasons(hours: Hours, start: int, end: int) -> Reasons:
    shut = take_out([(start, end)], hours.open_between(start, end))
    for low, high, why in hours.reasons(start, end):
        yield from ((a, b, why) for a, b in clipped(shut, low, high))


def _same_reason_joined(tiles: Sequence[tuple[int, int, str]]) -> Reasons:
    joined: list[tuple[int, int, str]] = []
    for start, end, why in tiles:
        if joined and joined[-1][1:] == (start, why):
            joined[-1] = (joined[-1][0], end, why)
        else:
            joined.append((start, end, why))
    return joined


def _whole(work: dt.timedelta) -> int:
    if not isinstance(work, dt.timedelta):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidValue.of("work", "be a timedelta", work)
    return (work.days * 86_400 + work.seconds) * 1_000_000 + work.microseconds
