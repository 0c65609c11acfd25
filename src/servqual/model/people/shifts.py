"""Shifts, cover over time, opening time without cover, and load per scheduled hour."""

import datetime as dt
from collections.abc import Iterable, Mapping
from itertools import pairwise

import attrs

from servqual._checks import as_instant, filled, instant
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model.declared import declared
from servqual.model.hours.hours import Hours
from servqual.model.hours.window import Window
from servqual.model.ids import AgentId

_HOUR = dt.timedelta(hours=1)


def _in_order(breaks: Iterable[Window]) -> tuple[Window, ...]:
    return tuple(sorted(breaks, key=lambda window: window.start))


@declared("shift")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Shift:
    """Working time of one member, `start` included, `end` not, with its breaks.

    Moments carry a zone and are kept as UTC. An end that is not after the start, a break outside the shift and breaks
    that overlap are refused.

    >>> from datetime import UTC, datetime
    >>> early = Shift(member=AgentId("A-1"), start=datetime(2026, 5, 4, 6, tzinfo=UTC),
    ...               end=datetime(2026, 5, 4, 14, tzinfo=UTC),
    ...               breaks=[Window(start=datetime(2026, 5, 4, 10, tzinfo=UTC),
    ...                              end=datetime(2026, 5, 4, 10, 30, tzinfo=UTC))])
    >>> early.length, len(early.working)
    (datetime.timedelta(seconds=27000), 2)
    """

    member: AgentId = attrs.field(validator=filled)
    start: dt.datetime = attrs.field(converter=instant)
    end: dt.datetime = attrs.field(converter=instant)
    breaks: tuple[Window, ...] = attrs.field(default=(), converter=_in_order)

    def __attrs_post_init__(self) -> None:
        if self.end <= self.start:
            raise InvalidValue.of(
                "end",
                "come after start",
                self.end,
                shown=f"{self.start} to {self.end}",
                do="a night shift ends on the next day",
            )
        edges = [self.start, *(edge for pause in self.breaks for edge in (pause.start, pause.end)), self.end]
        if edges != sorted(edges):
            raise InvalidValue.of("breaks", "lie within the shift and apart from each other", self.breaks)

    @property
    def working(self) -> tuple[Window, ...]:
        """Spans of work between the breaks."""
        starts = (self.start, *(pause.end for pause in self.breaks))
        ends = (*(pause.start for pause in self.breaks), self.end)
        parts = (Window(start=start, end=end) for start, end in zip(starts, ends, strict=True))
        return tuple(part for part in parts if part.length)

    @property
    def length(self) -> dt.timedelta:
        """Working time, breaks taken off."""
        return sum((part.length for part in self.working), dt.timedelta())


@attrs.frozen(kw_only=True, field_transformer=typed)
class Cover:
    """Members at work in a span of time without a change."""

    window: Window
    members: tuple[AgentId, ...]


def _shifts(shifts: Iterable[Shift]) -> tuple[Shift, ...]:
    return tuple(sorted(shifts, key=lambda shift: (shift.start, shift.member)))


@declared("roster")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Roster:
    """The shifts of a team; two shifts of one member that overlap are refused.

    >>> from datetime import UTC, datetime
    >>> def on(hour): return datetime(2026, 5, 4, hour, tzinfo=UTC)
    >>> roster = Roster(shifts=[Shift(member=AgentId("A-1"), start=on(8), end=on(12)),
    ...                         Shift(member=AgentId("A-2"), start=on(10), end=on(16))])
    >>> roster.on_shift(on(11)), roster.on_shift(on(12))
    (('A-1', 'A-2'), ('A-2',))
    >>> [(len(part.members), part.window.length.seconds // 3600) for part in roster.cover(on(6), on(16))]
    [(0, 2), (1, 2), (2, 2), (1, 4)]
    """

    shifts: tuple[Shift, ...] = attrs.field(converter=_shifts, repr=lambda shifts: f"<{len(shifts)} shifts>")

    def __attrs_post_init__(self) -> None:
        last: dict[AgentId, Shift] = {}
        for shift in self.shifts:
            before = last.get(shift.member)
            if before is not None and shift.start < before.end:
                raise InvalidValue.of(
                    "shifts",
                    "not overlap for one member",
                    shift,
                    shown=f"{shift.member} from {shift.start} while on shift until {before.end}",
                    do="end the first or drop one",
                )
            last[shift.member] = shift

    def on_shift(self, moment: dt.datetime) -> tuple[AgentId, ...]:
        """List the members at work at a moment; a member on a break is not at work."""
        at = as_instant(moment, "moment")
        return tuple(
            shift.member for shift in self.shifts if any(part.start <= at < part.end for part in shift.working)
        )

    def cover(self, start: dt.datetime, end: dt.datetime) -> tuple[Cover, ...]:
        """List the members at work from `start` to `end`, one part per change; the parts tile the time."""
        span = Window(start=start, end=end)
        work = [(part, shift.member) for shift in self.shifts for part in shift.working]
        edges = {edge for part, _ in work for edge in (part.start, part.end) if span.start < edge < span.end}
        cuts = sorted({span.start, span.end, *edges})
        return tuple(
            Cover(
                window=Window(start=first, end=then),
                members=tuple(member for part, member in work if part.start <= first < part.end),
            )
            for first, then in pairwise(cuts)
        )

    def uncovered(self, hours: Hours, start: dt.datetime, end: dt.datetime, *, at_least: int = 1) -> tuple[Window, ...]:
        """List the opening time from `start` to `end` in which fewer than `at_least` members work."""
        return tuple(
            window
            for part in self.cover(start, end)
            if len(part.members) < at_least
            for window in hours.windows(part.window.start, part.window.end)
        )

    def scheduled(self, start: dt.datetime, end: dt.datetime) -> Mapping[AgentId, dt.timedelta]:
        """Sum the working time per member from `start` to `end`; members without any are left out."""
        time: dict[AgentId, dt.timedelta] = {}
        for part in self.cover(start, end):
            for member in part.members:
                time[member] = time.get(member, dt.timedelta()) + part.window.length
        return time

    def load_per_hour(
        self, work: Mapping[AgentId, float], start: dt.datetime, end: dt.datetime
    ) -> Mapping[AgentId, float]:
        """Divide items of work by scheduled hours from `start` to `end`; members without working time are left out.

        The result can be the `load` of `suggest_assignee`, so that half a shift counts as half.
        """
        time = self.scheduled(start, end)
        return {member: work.get(member, 0) / (length / _HOUR) for member, length in time.items()}
