"""Elapsed time of one cycle with its pauses, and the moment when so much has elapsed.

    hours           |=========|       |=========|       |=========|
    pause                |-------------|
    pauses="open"   |====|             |========|       |=========|      a mask: only its open part is lost
    pauses="wall"   |====|             |====|---...                      time after it moves by its whole length,
                                                                         as if the day continued where it stopped

An open pause is a window of `without`. A wall pause is a shift: a moment after it is looked up in the hours earlier by
the length of all pauses so far. Both cost one step per pause.
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
    """Count of one cycle from its start; an open pause counts up to `until`."""

    hours: Hours
    start: dt.datetime
    pauses: tuple[Pause, ...]
    until: dt.datetime
    pause_time: PauseTime

    def by(self, at: dt.datetime) -> dt.timedelta:
        """Return the time elapsed from the start to a moment."""
        if self.pause_time == "open":
            return self.hours.elapsed(self.start, at, without=self.windows())
        return self.hours.elapsed(self.start, at - self.moved_by(at))

    def reached(self, elapsed: dt.timedelta, at_close: AtClose) -> dt.datetime | None:
        """Return the first moment by which so much has elapsed, the last with `"roll"`; None for never."""
        without = self.windows() if self.pause_time == "open" else ()
        try:
            at = self.hours.after(self.start, elapsed, without=without, at_close=at_close)
        except InvalidValue:  # hours that never open again
            return None
        if self.pause_time == "open":
            return at
        for pause, end in self._lengths():
            if pause.start < at or (at_close == "roll" and pause.start == at):
                at += end - pause.start
        return at

    def due(self, limit: dt.timedelta, at_close: AtClose) -> dt.datetime | None:
        """Return the last moment that keeps a limit: as `reached`, but after a pause that begins there."""
        at = self.reached(limit, at_close)
        for pause in self.pauses:
            if at is not None and pause.end is not None and pause.start <= at < pause.end:
                at = pause.end
        return at

    def first_tick(self) -> dt.datetime | None:
        """Return the first moment that counts; None where hours stay closed or a pause lasts."""
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
        """Explain why each span up to `until` counted or not."""
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
        """Sum the shift by pauses in wall time until a moment; zero for open pauses."""
        if self.pause_time == "open":
            return _ZERO
        return sum((min(end, at) - pause.start for pause, end in self._lengths() if pause.start < at), _ZERO)

    def windows(self) -> list[Window]:
        """List the pauses as windows."""
        return [Window(start=pause.start, end=end) for pause, end in self._lengths()]

    def _lengths(self) -> Iterable[tuple[Pause, dt.datetime]]:
        return ((pause, self.until if pause.end is None else pause.end) for pause in self.pauses)

    def _running(self, start: dt.datetime, end: dt.datetime, moved: dt.timedelta) -> Iterator[LedgerPart]:
        if start < end:
            for part in self.hours.explain(start - moved, end - moved):
                why = "running" if part.why == "open" else part.why
                yield attrs.evolve(part, start=part.start + moved, end=part.end + moved, why=why)


def is_paused(pauses: tuple[Pause, ...]) -> bool:
    """Say whether the last pause still lasts."""
    return bool(pauses) and pauses[-1].end is None
