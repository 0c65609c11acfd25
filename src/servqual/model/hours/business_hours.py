"""Weekly opening hours of a place, with holidays, special days and breaks."""

import datetime as dt
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any, Literal
from zoneinfo import ZoneInfo

import attrs

from servqual._checks import a_fact, as_instant, as_zone, one_of
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model.declared import declared, name_of
from servqual.model.hours.holidays import Given, HolidayRule, Holidays
from servqual.model.hours.hours import AtClose, DatedHours, Hours, LedgerPart, Reasons
from servqual.model.hours.spans import DAY, Spans, clipped, join, micros, moment, take_out
from servqual.model.hours.spells import DAYS, Spells, day_spells, read_dates, read_week
from servqual.model.hours.wall_clock import Fold, Gap, closing, day_of, opening, shown_at, shown_by
from servqual.model.hours.window import Window

_TICK = dt.timedelta(microseconds=1)
_WHOLE_DAY = "00:00-24:00"
_USUAL = {"end", "both", "real"}


def _special(given: Mapping[dt.date, Spells]) -> Mapping[dt.date, str]:
    return read_dates(given, "special")


def _breaks(given: Mapping[dt.date, Spells]) -> Mapping[dt.date, str]:
    return read_dates(given, "breaks")


def _holidays(given: Given) -> Holidays:
    try:
        return Holidays.of(given)
    except TypeError:
        raise InvalidValue.of("holidays", "be dates, a mapping of dates to names, or rules", given) from None


def _in_utc(hours: "BusinessHours") -> "BusinessHours | None":
    return attrs.evolve(hours, zone="UTC", counting="real") if hours.counting == "wall" else None


def _pairs(mapping: Mapping[Any, str]) -> tuple[tuple[Any, str], ...]:
    return tuple(mapping.items())


@declared("business_hours")
@attrs.frozen(kw_only=True, field_transformer=typed)
class BusinessHours(Hours):
    """Opening hours of a service: weekly hours in a time zone, without holidays and breaks, with special days.

    `week` maps days (`"mon"`, `"mon-fri"`, `"sat, sun"`) to spells, as text (`"09:00-12:30, 13:00-17:30"`) or as
    pairs of times. A close that is not after its opening is on the next day and belongs to the day of the opening;
    midnight at the end of a day is `24:00`; a day left out, `""` or `()` is closed. `holidays` takes dates, names by
    date, rules (see `servqual.model.hours.holidays`), or an object of the `holidays` package. `special` replaces the
    hours of a date, also on a holiday unless `holiday_wins`; `breaks` removes time from a date. A holiday closes the
    shifts that open on it; the shift of the night before continues into it, unless `holiday_cuts_night`.

    Time is real time: across a change of the clock a night shift is an hour shorter or longer. An edge in the gap moves
    to the first instant that exists, unless `gap` reads it as if the clock had changed `later` or `earlier`. Where the
    clock shows a time twice, hours open at the first and close at the second, unless `fold` takes the `first` or the
    `second` of both edges. `counting="wall"` counts wall-clock time, so that each day is as long as it looks: a
    repeated hour counts once, and a skipped hour counts at once, when the clock is put forward; such hours cannot be
    joined with others. Overlapping spells, unknown days and zones, and naive moments are refused.

    >>> hours = BusinessHours(zone="Europe/Berlin", week={"mon-thu": "09:00-17:30", "fri": "09:00-15:00"},
    ...                       special={dt.date(2026, 12, 24): "09:00-12:00"})
    >>> hours.is_open(dt.datetime(2026, 12, 24, 11, 30, tzinfo=dt.UTC))
    False
    """

    zone: ZoneInfo = attrs.field(converter=as_zone, eq=str)
    week: Mapping[str, str] = attrs.field(converter=read_week, eq=_pairs)
    holidays: Holidays = attrs.field(factory=Holidays, converter=_holidays)
    special: Mapping[dt.date, str] = attrs.field(factory=dict[dt.date, str], converter=_special, eq=_pairs)
    breaks: Mapping[dt.date, str] = attrs.field(factory=dict[dt.date, str], converter=_breaks, eq=_pairs)
    holiday_wins: bool = attrs.field(default=False, validator=a_fact)
    holiday_cuts_night: bool = attrs.field(default=False, validator=a_fact)
    gap: Gap = attrs.field(default="end", validator=one_of("end", "later", "earlier"))
    fold: Fold = attrs.field(default="both", validator=one_of("both", "first", "second"))
    counting: Literal["real", "wall"] = attrs.field(default="real", validator=one_of("real", "wall"))
    shown: "BusinessHours | None" = attrs.field(
        init=False, eq=False, repr=False, default=attrs.Factory(_in_utc, takes_self=True)
    )
    """The same hours in UTC, which count the wall-clock time; None for real time."""

    @classmethod
    def always(cls) -> "BusinessHours":
        """Make hours that are always open: elapsed time is wall time.

        >>> day = dt.datetime(2026, 3, 28, tzinfo=dt.UTC)
        >>> BusinessHours.always().elapsed(day, day + dt.timedelta(days=1))
        datetime.timedelta(days=1)
        """
        return cls(zone="UTC", week={"mon-sun": _WHOLE_DAY})

    @staticmethod
    def during(eras: Iterable[tuple[dt.datetime | None, Hours]]) -> DatedHours:
        """Make hours that change: `[(None, old), (moment, new), …]`, each in force until the next; moments rise.

        >>> old = BusinessHours(zone="UTC", week={"mon-fri": "09:00-17:00"})
        >>> may = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
        >>> hours = BusinessHours.during([(None, old), (may, BusinessHours.always())])
        >>> hours.elapsed(may - dt.timedelta(days=1), may + dt.timedelta(days=1))
        datetime.timedelta(days=1, seconds=28800)
        """
        return DatedHours(eras=eras)

    @property
    def counts_real_time(self) -> bool:
        """Whether they count real time."""
        return self.counting == "real"

    def elapsed(
        self, start: dt.datetime, end: dt.datetime, *, without: Iterable[Window] = (), clamp: bool = False
    ) -> dt.timedelta:
        """Count the open time between two moments; see `Hours.elapsed`."""
        if self.shown is None:
            return super().elapsed(start, end, without=without, clamp=clamp)
        return self.shown.elapsed(self._shown(start), self._shown(end), without=self._all_shown(without), clamp=clamp)

    def after(
        self, start: dt.datetime, work: dt.timedelta, *, without: Iterable[Window] = (), at_close: AtClose = "stay"
    ) -> dt.datetime:
        """Return the moment by which so much open time has passed; see `Hours.after`."""
        if self.shown is None:
            return super().after(start, work, without=without, at_close=at_close)
        time = self.shown.after(self._shown(start), work, without=self._all_shown(without), at_close=at_close)
        if not work and at_close == "stay":
            return as_instant(start, "start")
        ahead = work >= dt.timedelta()
        return moment(shown_by(self.zone, micros(time), first=ahead == (at_close == "stay")))

    def explain(
        self, start: dt.datetime, end: dt.datetime, *, without: Iterable[Window] = ()
    ) -> tuple[LedgerPart, ...]:
        """Explain why each span between two moments counted or not; see `Hours.explain`."""
        away = tuple(without)
        parts = super().explain(start, end, without=away)
        if self.shown is None or not parts:
            return parts
        # time skipped at the begin of a part counts in that part
        edges = [self._shown(start), *(self._shown_before(part.start) for part in parts[1:]), self._shown(end)]
        masks = self._all_shown(away)
        told: list[LedgerPart] = []
        for part, (low, high) in zip(parts, pairwise(edges), strict=True):
            counted = self.shown.elapsed(low, high, without=masks)
            why = part.why if part.why == "open" or not counted else "clock put forward"
            told.append(attrs.evolve(part, counted=counted, why=why))
        return tuple(told)

    def open_between(self, start: int, end: int) -> Spans:
        """List the open spans between two instants; see `Hours.open_between`."""
        if self.is_steady():
            return [(start, end)] if self.week else []
        return clipped(take_out(self._spells(start, end), self._pauses(start, end)), start, end)

    @property
    def day_zone(self) -> ZoneInfo:
        """Zone of the hours."""
        return self.zone

    def open_by_day(self, days: range) -> Mapping[int, Spans]:
        """List the open spans of each day, breaks taken out; see `Hours.open_by_day`."""
        week = [day_spells(self.week.get(day, ""), "week") for day in DAYS]
        pauses = self._pauses(opening(self.zone, days.start, 0), opening(self.zone, days.stop, 0))
        found: dict[int, Spans] = {}
        for day in days:
            spells = self._spells_on(dt.date.fromordinal(day), week)
            spans = join(self._spell(day, opens, closes) for opens, closes in spells)
            if spans and pauses:
                spans = take_out(spans, clipped(pauses, spans[0][0], spans[-1][1]))
            if spans:
                found[day] = spans
        return found

    def is_steady(self) -> bool:
        """Say whether they are always open or never."""
        exceptions = self.special or self.breaks or self.holidays
        always = len(self.week) == len(DAYS) and set(self.week.values()) == {_WHOLE_DAY}
        return (always and not exceptions) or not (self.week or self.special)

    def reasons(self, start: int, end: int) -> Reasons:
        """Give breaks in opening hours, else the kind of day."""
        spells = self._spells(start, end)
        shut = take_out([(start, end)], spells)
        for low, high in clipped(self._pauses(start, end), start, end):
            yield from ((a, b, "break") for a, b in clipped(spells, low, high))
        for day in _days(self.zone, start, end):
            low, high = opening(self.zone, day, 0), opening(self.zone, day + 1, 0)
            why = self._why_shut(dt.date.fromordinal(day))
            yield from ((a, b, why) for a, b in clipped(shut, low, high))

    def definition(self) -> dict[str, Any]:
        """Return everything that decides the open time, as plain data in a fixed order."""
        definition = {
            "zone": str(self.zone),
            "week": dict(self.week),
            "holidays": {date.isoformat(): name for date, name in self.holidays.dates.items()},
            "rules": [_rule(rule) for rule in self.holidays.rules],
            "special": {date.isoformat(): text for date, text in self.special.items()},
            "breaks": {date.isoformat(): text for date, text in self.breaks.items()},
            "holiday_wins": self.holiday_wins,
            "holiday_cuts_night": self.holiday_cuts_night,
        }
        # newer fields only where they differ from the default, so that old hashes stay valid
        later = {"gap": self.gap, "fold": self.fold, "counting": self.counting}
        return definition | {name: rule for name, rule in later.items() if rule not in _USUAL}

    def _shown(self, at: dt.datetime) -> dt.datetime:
        return moment(shown_at(self.zone, micros(at)))

    def _shown_before(self, at: dt.datetime) -> dt.datetime:
        """Return the time that the clock had shown just before a moment."""
        return min(self._shown(at), self._shown(at - _TICK) + _TICK)

    def _all_shown(self, windows: Iterable[Window]) -> list[Window]:
        return [Window(start=self._shown(window.start), end=self._shown(window.end)) for window in windows]

    def _spells(self, start: int, end: int) -> Spans:
        """List the opening hours around a range of time, breaks included."""
        week = [day_spells(self.week.get(day, ""), "week") for day in DAYS]
        return join(
            self._spell(day, opens, closes)
            for day in _days(self.zone, start, end)
            for opens, closes in self._spells_on(dt.date.fromordinal(day), week)
        )

    def _spell(self, day: int, opens: int, closes: int) -> tuple[int, int]:
        """Convert a written spell of a day to instants, with the changes of the clock."""
        return (
            opening(self.zone, day, opens, self.gap, self.fold),
            closing(self.zone, day, closes, self.gap, self.fold),
        )

    def _spells_on(self, date: dt.date, week: list[tuple[tuple[int, int], ...]]) -> Iterable[tuple[int, int]]:
        """List opening and closing of the shifts that open on a date."""
        special = self.special.get(date)
        spells = week[date.weekday()] if special is None else day_spells(special, "special")
        if not spells or self._holiday(date) is not None:
            return ()
        if self.holiday_cuts_night and spells[-1][1] > DAY and self._holiday(date + dt.timedelta(days=1)) is not None:
            return (*spells[:-1], (spells[-1][0], DAY))
        return spells

    def _pauses(self, start: int, end: int) -> Spans:
        """List the breaks near a range of time."""
        near = range(day_of(self.zone, start) - 2, day_of(self.zone, end) + 2)
        return join(
            self._spell(date.toordinal(), opens, closes)
            for date, text in self.breaks.items()
            if date.toordinal() in near
            for opens, closes in day_spells(text, "breaks")
        )

    def _holiday(self, date: dt.date) -> str | None:
        """Return the holiday that closes a date; None without one, or where the special hours of the date win."""
        return self.holidays.on(date) if self.holiday_wins or date not in self.special else None

    def _why_shut(self, date: dt.date) -> str:
        holiday = self._holiday(date)
        if holiday is not None:
            return "holiday" if holiday == "holiday" else f"holiday: {holiday}"
        return "special day" if date in self.special else "closed"


def _days(zone: ZoneInfo, start: int, end: int) -> range:
    """List the ordinals of dates whose shifts may touch a range of time, with one spare day on each side."""
    return range(max(day_of(zone, start) - 2, 1), min(day_of(zone, end) + 2, dt.date.max.toordinal() + 1))


def _rule(rule: HolidayRule) -> dict[str, Any]:
    fields = attrs.asdict(rule, recurse=False)
    return {"rule": name_of(type(rule))} | {
        name: dict(value) if isinstance(value, Mapping) else value for name, value in fields.items()
    }
