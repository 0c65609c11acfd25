"""What counts between the start of a clock and a later moment, with its pauses, and when so much will have counted.

A pause is a mask over the hours, so that only its open part is lost; or, in wall time, it moves all that follows by its
whole length, as if the day went on where it stopped.
"""

import datetime as dt
from collections.abc import Iterable, Iterator

import attrs

from servqual.errors import InvalidValue
from servqual.model.hours.hours import AtClose, Hours, LedgerPart
from servqual.model.hours.window import Window
from servqual.model.sla.clocks import PauseTime
from servqual.model.sla.cycles import Pause

_ZERO = dt.timedelta()


@attrs.frozen
class Count:
    """How one clock counts from its start; a pause that lasts is taken to end at `until`."""

    hours: Hours
    start: dt.datetime
    pauses: tuple[Pause, ...]
    until: dt.datetime
    pause_time: PauseTime

    def by(self, at: dt.datetime) -> dt.timedelta:
        """What has counted by a moment from the start on."""
        if self.pause_time == "open":
            return self.hours.elapsed(self.start, at, without=self.windows())
        return self.hours.elapsed(self.start, at - self.moved_by(at))

    def reached(self, work: dt.timedelta, at_close: AtClose) -> dt.datetime | None:
        """The first moment by which so much has counted; with `"roll"` the last. None where it never will have."""
        without = self.windows() if self.pause_time == "open" else ()
        try:
            at = self.hours.after(self.start, work, without=without, at_close=at_close)
        except InvalidValue:  # hours that never open again
            return None
        if self.pause_time == "open":
            return at
        for pause, end in self._lengths():
            if pause.start < at or (at_close == "roll" and pause.start == at):
                at += end - pause.start
        return at

    def done(self, work: dt.timedelta, at_close: AtClose) -> dt.datetime | None:
        """The last moment that keeps a limit: as `reached`, but a pause that begins there carries it to its end."""
        at = self.reached(work, at_close)
        for pause in self.pauses:
            if at is not None and pause.end is not None and pause.start <= at < pause.end:
                at = pause.end
        return at

    def first_tick(self) -> dt.datetime | None:
        """The first moment that counts; None where hours stay shut or a pause lasts."""
        at, moved = self.hours.next_open(self.start), _ZERO
        for pause, end in self._lengths():
            if at is None or at + moved < pause.start:
                break
            if pause.end is None:
                return None
            if self.pause_time == "open":
                at = self.hours.next_open(end)
            else:
                moved += end - pause.start
        return None if at is None else at + moved

    def ledger(self) -> Iterator[LedgerPart]:
        """Why each span up to `until` counted or did not."""
        at, moved = self.start, _ZERO
        for pause, end in self._lengths():
            if pause.start == end:
                continue
            yield from self._running(at, pause.start, moved)
            yield LedgerPart(start=pause.start, end=end, why=pause.why, counted=_ZERO)
            at = end
            if self.pause_time == "wall":
                moved += end - pause.start
        yield from self._running(at, self.until, moved)

    def moved_by(self, at: dt.datetime) -> dt.timedelta:
        """By how much pauses have moved the day until a moment: nothing, unless they are in wall time."""
        if self.pause_time == "open":
            return _ZERO
        return sum((min(end, at) - pause.start for pause, end in self._lengths() if pause.start < at), _ZERO)

    def windows(self) -> list[Window]:
        """The pauses as windows."""
        return [Window(start=pause.start, end=end) for pause, end in self._lengths()]

    def _lengths(self) -> Iterable[tuple[Pause, dt.datetime]]:
        return ((pause, self.until if pause.end is None else pause.end) for pause in self.pauses)

    def _running(self, start: dt.datetime, end: dt.datetime, moved: dt.timedelta) -> Iterator[LedgerPart]:
        if start < end:
            for part in self.hours.explain(start - moved, end - moved):
                why = "running" if part.why == "open" else part.why
                yield attrs.evolve(part, start=part.start + moved, end=part.end + moved, why=why)


def is_paused(pauses: tuple[Pause, ...]) -> bool:
    """Whether the last pause still lasts."""
    return bool(pauses) and pauses[-1].end is None
