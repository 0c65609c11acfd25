"""Warnings of promises without polling: sleep until the next threshold, warn once, look up the next."""

import datetime as dt
import heapq
from collections.abc import Callable, Iterator

from servqual.model import Case, Sla


class Scheduler:
    """Next warnings of open cases in order of time.

    Tell it of a case whenever an event was stored; an entry that the case has outlived is dropped when its time comes.
    The key of a threshold names the case, clock, cycle, due and mark, so that a warning is given once, also after a
    restart where the keys are stored.
    """

    def __init__(self, sla: Sla, load: Callable[[str], Case | None]) -> None:
        self.sla = sla
        self.load = load
        self.warned: set[str] = set()
        self._queue: list[tuple[dt.datetime, str, str]] = []

    def told(self, case: Case, now: dt.datetime) -> None:
        """Take up the next warning of each clock of a case."""
        for reading in self.sla.read(case, now=now).values():
            mark = reading.next_threshold
            if mark is not None and mark.at is not None:
                heapq.heappush(self._queue, (mark.at, mark.key, case.id))

    @property
    def wake_at(self) -> dt.datetime | None:
        """Moment until which a process may sleep; None where nothing is to come."""
        return self._queue[0][0] if self._queue else None

    def due(self, now: dt.datetime) -> Iterator[tuple[str, str]]:
        """Give the case and key of each warning whose moment has come and which still holds."""
        while self._queue and self._queue[0][0] <= now:
            _, key, case_id = heapq.heappop(self._queue)
            case = self.load(case_id)
            if case is None:
                continue
            passed = {
                mark.key
                for reading in self.sla.read(case, now=now).values()
                for mark in reading.thresholds
                if mark.passed
            }
            if key in passed - self.warned:
                self.warned.add(key)
                yield case_id, key
            self.told(case, now)
