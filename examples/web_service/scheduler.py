"""Warnings of promises without polling: sleep until the next threshold, warn once, look up the next."""

import datetime as dt
import heapq
from collections.abc import Callable

from servqual.model import Case, Sla


class Scheduler:
    """Next warnings of open cases in order of time.

    Tell it of a case whenever an event was stored; an entry that the case has outlived is dropped when its time comes.
    A look gives every warning that has passed since the look before, however many those are. The key of a threshold
    names the case, clock, cycle, due and mark, so that a warning is given once, also after a restart where the keys are
    stored.
    """

    def __init__(self, sla: Sla, load: Callable[[str], Case | None]) -> None:
        self.sla = sla
        self.load = load
        self.warned: set[str] = set()
        self._queue: list[tuple[dt.datetime, str, str]] = []

    def told(self, case: Case, now: dt.datetime) -> None:
        """Take up the next warning of each clock of a case, and those that passed and were not given yet."""
        for reading in self.sla.read(case, now=now).values():
            for mark in (*(mark for mark in reading.thresholds if mark.passed), reading.next_threshold):
                if mark is not None and mark.at is not None and mark.key not in self.warned:
                    heapq.heappush(self._queue, (mark.at, mark.key, case.id))

    @property
    def wake_at(self) -> dt.datetime | None:
        """Moment until which a process may sleep; None where nothing is to come."""
        return self._queue[0][0] if self._queue else None

    def due(self, now: dt.datetime) -> list[tuple[str, str]]:
        """List the case and key of each warning whose moment has come and which still holds."""
        found: list[tuple[str, str]] = []
        while self._queue and self._queue[0][0] <= now:
            _, key, case_id = heapq.heappop(self._queue)
            case = None if key in self.warned else self.load(case_id)
            if case is None:
                continue
            for reading in self.sla.read(case, now=now).values():
                passed = [mark.key for mark in reading.thresholds if mark.passed and mark.key not in self.warned]
                self.warned.update(passed)
                found += [(case_id, mark) for mark in passed]
            self.told(case, now)
        return found
