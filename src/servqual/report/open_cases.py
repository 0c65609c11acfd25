"""The oldest cases that are open at the end of a report's period, by id, seen while the cases pass by."""

import datetime as dt
import heapq
import threading
from collections.abc import Callable, Iterator
from operator import itemgetter
from typing import Any, Final, TypeAlias

import numpy as np

from servqual._words import shorten
from servqual.metrics import KPIS
from servqual.metrics.kpi.view import View
from servqual.metrics.time.instants import datetime_of, us_of
from servqual.readers import Chunk

Plain: TypeAlias = dict[str, Any]
_LISTED: Final = 10
_LONGEST: Final = 60
_TOLD: Final = ("team", "category", "priority")


class OldestOpen:
    """The oldest open cases, at a moment, of the chunks that were watched; a case is open as `backlog` says."""

    def __init__(self, at: dt.datetime) -> None:
        self._at = us_of(at, "now")
        self._lock = threading.Lock()
        self._found: list[tuple[int, int, Plain]] = []

    def watched(self, reads: Iterator[Callable[[], Chunk]]) -> Iterator[Callable[[], Chunk]]:
        """Give the chunks on, each looked at where it is read."""

        def look(read: Callable[[], Chunk]) -> Callable[[], Chunk]:
            return lambda: self._see(read())

        return map(look, reads)

    def _see(self, chunk: Chunk) -> Chunk:
        backlog = KPIS["backlog"]
        view = View(chunk, backlog, self._at)
        there = np.flatnonzero(backlog.rows(view)["among"] & ~view.bad)
        received = chunk.columns["received_at"].values
        first = there[np.argsort(received[there], kind="stable")[:_LISTED]].tolist()
        found = [(int(received[place]), int(chunk.numbers[place]), _facts(chunk, place)) for place in first]
        with self._lock:
            self._found = heapq.nsmallest(_LISTED, [*self._found, *found], key=itemgetter(0, 1))
        return chunk

    def rows(self, zone: dt.tzinfo) -> list[Plain]:
        """The oldest open cases in the order of their receipt, as plain data; the age is in seconds of the calendar."""
        return [
            {
                "row": row,
                "received_at": datetime_of(at).astimezone(zone).isoformat(),
                "age_s": (self._at - at) / 1e6,
                **facts,
            }
            for at, row, facts in self._found
        ]


def _facts(chunk: Chunk, place: int) -> Plain:
    return {name: _label(chunk, name, place) for name in ("case_id", *_TOLD)}


def _label(chunk: Chunk, name: str, place: int) -> str | None:
    column = chunk.columns.get(name)
    code = -1 if column is None else int(column.values[place])
    return None if column is None or code < 0 else shorten(column.labels[code], _LONGEST)
