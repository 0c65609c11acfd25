"""Stocks by period: what is there at the end of each period, in one pass over the rows.

    ends            1    2    3    4
    an open case         [=========)
    counted at           +         −      counts are the sums of these along the ends
    its age at           1    2           values are taken at each end

A row counts for the same from one of its own moments to the next, so a mask is added where it begins and taken away
where it ends, whatever number of ends lies between: rows cost the same by year and by hour. Values such as ages
differ at each end and cost one row per open item and end; they are taken some ends at a time, so that memory stays
that of a chunk.

The first end is that of the period before the first receipt, since an item received when a period begins is seen at the
end of the one before. It is kept, so that parts add up, and not shown.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any, Final, TypeAlias

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators import Amounts, Cells, Dense, MaskCounts, Run, Running, running_form
from servqual.metrics.engine.grouping import GroupCodes, check_size
from servqual.metrics.engine.question import Plan, unread_of
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.kpi.view import View
from servqual.metrics.results.groups import Groups
from servqual.metrics.time.periods import PERIODS, ends_of
from servqual.readers.columns.columns import Chunk, Column
from servqual.readers.columns.tables import Kind

_PAIRS: Final = 1 << 18
"""Pairs of an item and an end that are taken at once, or as many as a chunk has rows."""
Spans: TypeAlias = tuple[Array, Array, Array]
"""A row, the first end at which it counts, and the first at which it no longer does."""


class Stocks:
    """KPIs of what is there, of one table and grouped by period, which share one set of groups."""

    def __init__(self, plan: Plan, kpis: Iterable[Kpi]) -> None:
        self._plan = plan
        self._kpis = {kpi.state: kpi for kpi in kpis}
        self._at = next(iter(self._kpis.values())).at
        self._periods = periods_of(plan.by)
        self._forms = {state: running_form(kpi.accumulator) for state, kpi in self._kpis.items()}
        self._begun, self._over = (
            {state: MaskCounts(len(form.masks)) for state, form in self._forms.items()} for _ in range(2)
        )
        self._unread: dict[str, Array] = {}
        self._codes = GroupCodes(plan.by, self._at, plan.zone, plan.max_groups)
        self._first: int | None = None
        self._ends = np.zeros(0, np.int64)
        self._lock = threading.Lock()

    def add(self, chunk: Chunk, memo: dict[Any, Any], views: dict[str, View], inside: Array | None) -> None:
        """Add the rows inside; their views at the last end are kept by reading, and tell what is refused."""
        for kpi in self._kpis.values():
            if kpi.reading in views:
                continue
            views[kpi.reading] = view = View(chunk, kpi, self._plan.horizon, memo=memo, by=self._plan.by)
            kpi.arguments(view)
            here = view.seen(self._at) if inside is None else view.seen(self._at) & inside
            if here.any():
                ends = self._ends_from(int(view.us(self._at)[here].min()), view.now)
                rows = _Rows(chunk, kpi, ends, self._plan.by)
                self._number(rows, np.flatnonzero(here))
                alike = {state: each for state, each in self._kpis.items() if each.reading == kpi.reading}
                self._fill(rows, np.flatnonzero(here & ~view.bad), alike)
                self._leave_out(rows, np.flatnonzero(here & view.bad), alike)

    def _ends_from(self, first: int, horizon: int) -> Array:
        """The ends from the period of an instant on, or from an earlier one."""
        if self._plan.period is not None:
            first = max(first, self._plan.period[0])
        with self._lock:
            if self._first is None or first < self._first:
                self._first = first
                self._ends = ends_of(self._periods, first, horizon, self._plan.zone)
            return self._ends

    def _number(self, rows: "_Rows", received: Array) -> None:
        """Number the groups that have a row, whether or not it counts for a KPI."""
        chunk = rows.chunk_of(received, rows.index(self._at, received))
        with self._lock:
            self._codes.add(chunk)

    def _fill(self, rows: "_Rows", received: Array, kpis: Mapping[str, Kpi]) -> None:
        masks = {state: self._forms[state].masks for state in kpis}
        row, start, stop = rows.spans(received, kpis, masks)
        taken = rows.taken(row, start, kpis)
        ended = np.flatnonzero(stop < len(rows.ends))
        begins, ends = rows.chunk_of(row, start), rows.chunk_of(row[ended], stop[ended])
        with self._lock:
            codes, gone = self._codes.add(begins), self._codes.add(ends)
            for state, names in masks.items():
                lanes = [taken[state][name] for name in names]
                for counts, some, at in (
                    (self._begun[state], lanes, codes),
                    (self._over[state], [lane[ended] for lane in lanes], gone),
                ):
                    counts.add(counts.packed(some), at, self._codes.size)
        valued = {state: kpi for state, kpi in kpis.items() if type(self._forms[state]).add is not Running.add}
        if not valued:
            return
        there = np.flatnonzero(np.logical_or.reduce([m for state in valued for m in _masks(taken[state])]))
        for row_of, end in _pairs((row[there], start[there], stop[there]), len(rows.ends)):
            taken, amounts = rows.taken(row_of, end, valued), Amounts()
            chosen = {state: self._forms[state].take(taken[state], amounts) for state in valued}
            pairs = rows.chunk_of(row_of, end)
            with self._lock:
                codes = self._codes.add(pairs)
                for state, some in chosen.items():
                    self._forms[state].add(some, codes, self._codes.size)

    def _leave_out(self, rows: "_Rows", unread: Array, kpis: Iterable[str]) -> None:
        """Count rows that could not be read from their receipt on."""
        if not len(unread):
            return
        with self._lock:
            codes = self._codes.add(rows.chunk_of(unread, rows.index(self._at, unread)))
            for state in kpis:
                counts = np.bincount(codes, minlength=self._codes.size)
                counts[: len(self._unread.get(state, ()))] += self._unread.get(state, 0)
                self._unread[state] = counts

    def cells(self, run: Run) -> tuple[Groups, dict[str, Cells]]:
        """Sort the groups, each with all periods, and give the cells of each state."""
        grid = self._grid()
        groups, order = self._codes.groups()
        out: dict[str, Cells] = {}
        for state, form in self._forms.items():
            form.prepare(run)
            counts = {}
            for name, begun, over in zip(
                form.masks,
                self._begun[state].counts(self._codes.size),
                self._over[state].counts(self._codes.size),
                strict=True,
            ):
                counts[name] = np.zeros(self._codes.size, np.int64)
                counts[name][grid] = np.cumsum((begun - over)[grid], axis=1)
            out[state] = form.cells(counts, order)
        for state, some in self._unread.items():
            begun, every = np.zeros((2, self._codes.size), np.int64)
            begun[: len(some)] = some
            every[grid] = np.cumsum(begun[grid], axis=1)
            out[unread_of(state)] = Dense({"n": every[order]})
        return groups, out

    def _grid(self) -> Array:
        """Number the groups that are still missing: a row per group of other columns, a column per end."""
        if not self._codes.size:
            return np.zeros((0, 0), np.int64)
        found, _ = self._codes.groups()
        others, _ = found.without(self._periods)
        shape = others.size, len(self._ends)
        check_size(shape[0] * shape[1], self._plan.by, self._plan.max_groups)
        each = np.repeat(np.arange(others.size), len(self._ends))
        columns = {
            name: Column(Kind.LABEL, (codes - 1).astype(np.int32)[each], labels)
            for name, codes, labels in zip(others.by, others.codes, others.labels, strict=True)
        }
        columns[self._at] = Column(Kind.MOMENT, np.tile(self._ends - 1, others.size), whole=True)
        return self._codes.add(Chunk(columns, len(each), 0, range(0))).reshape(shape)


@attrs.frozen
class _Rows:
    """Rows of a chunk as a KPI sees them at some of the ends."""

    chunk: Chunk
    kpi: Kpi
    ends: Array
    by: tuple[str, ...]

    @property
    def seen(self) -> list[str]:
        """The columns that the KPI reads."""
        return sorted({*self.kpi.columns, self.kpi.at} & self.chunk.columns.keys())

    def index(self, name: str, rows: Array) -> Array:
        """The first end by which a moment of the rows has come; 0 for a missing moment."""
        return np.searchsorted(self.ends, self.chunk.columns[name].values[rows])

    def spans(self, rows: Array, kpis: Mapping[str, Kpi], masks: Mapping[str, Iterable[str]]) -> Spans:
        """Cut the rows where their masks may change: at their own moments."""
        first = self.index(self.kpi.at, rows)
        edges = [first]
        for name in self.seen:
            if self.chunk.columns[name].kind is not Kind.MOMENT:
                continue
            edge = self.index(name, rows)
            edges.append(edge)
            met = self.ends[np.minimum(edge, len(self.ends) - 1)] == self.chunk.columns[name].values[rows]
            if met.any():  # at its due moment a case is not overdue, past it it is
                edges.append(edge + met)
        starts = np.sort(np.maximum(edges, first), axis=0)
        stops = np.append(starts[1:], np.full((1, len(rows)), len(self.ends)), axis=0)
        edge, place = np.nonzero(starts < stops)
        row, start, stop = rows[place], starts[edge, place], stops[edge, place]
        # what changes in between, such as "open for longer than a week", is looked at end by end
        long = np.flatnonzero(stop - start > 1)
        alike = np.ones(len(row), np.bool_)
        before, after = (self.taken(row[long], end, kpis) for end in (start[long], stop[long] - 1))
        for state, names in masks.items():
            for name in names:
                alike[long] &= before[state][name] == after[state][name]
        if alike.all():
            return row, start, stop
        each, end = _ranges(start[~alike], stop[~alike])
        apart = row[~alike][each], end, end + 1
        kept = row[alike], start[alike], stop[alike]
        return tuple(np.concatenate(both) for both in zip(kept, apart, strict=True))  # type: ignore[return-value]

    def taken(self, rows: Array, end: Array, kpis: Mapping[str, Kpi]) -> dict[str, dict[str, Any]]:
        """Rows of each state's accumulator at an end of each row."""
        columns = {name: self.chunk.columns[name].take(rows) for name in self.seen}
        some = attrs.evolve(self.chunk, columns=columns, size=len(rows), rows=self.chunk.numbers[rows])
        view = View(some, self.kpi, self.ends[end])
        told = self.kpi.arguments(view)
        out = {}
        for state, kpi in kpis.items():
            mine = kpi.accumulator.of(**told)  # type: ignore[attr-defined]
            good = view.usable
            if good is not None:
                mine = {name: x & good if is_mask(x) else x for name, x in mine.items()}
            out[state] = mine
        return out

    def chunk_of(self, rows: Array, end: Array) -> Chunk:
        """Make a chunk of the columns that groups need, dated in the period of an end of each row."""
        columns = {name: self.chunk.columns[name].take(rows) for name in self.by if name not in PERIODS}
        columns[self.kpi.at] = Column(Kind.MOMENT, self.ends[end] - 1, whole=True)
        return Chunk(columns, len(rows), 0, range(0))


def periods_of(by: Iterable[str]) -> tuple[str, ...]:
    """The columns of groups that are periods."""
    return tuple(name for name in by if name in PERIODS)


def is_mask(value: Any) -> bool:
    """Whether an argument of an accumulator marks rows."""
    return isinstance(value, np.ndarray) and value.dtype == np.bool_


def _masks(taken: Mapping[str, Any]) -> Iterator[Array]:
    return (value for value in taken.values() if is_mask(value))


def _pairs(spans: Spans, ends: int) -> Iterator[tuple[Array, Array]]:
    """Pair the rows of spans with each end in them; all pairs of an end are in one piece."""
    row, start, stop = spans
    there = np.cumsum(np.bincount(start, minlength=ends + 1) - np.bincount(stop, minlength=ends + 1))[:ends]
    piece = (np.cumsum(there) - there) // max(_PAIRS, len(row))
    edges = [0, *(np.flatnonzero(np.diff(piece)) + 1).tolist(), ends]
    for low, high in pairwise(edges):
        inside, end = _ranges(np.maximum(start, low), np.minimum(stop, high))
        if len(end):
            yield row[inside], end


def _ranges(start: Array, stop: Array) -> tuple[Array, Array]:
    """List the whole numbers of some ranges, and the range of each."""
    sizes = np.maximum(stop - start, 0)
    each = np.repeat(np.arange(len(sizes)), sizes)
    return each, np.arange(len(each)) + (start - (np.cumsum(sizes) - sizes))[each]
