"""The rows of one table into a tally, chunk by chunk, on several threads.

For each chunk the KPIs that share a moment are taken together: each row function runs once on a `View` of the chunk,
its masks and values are prepared without a lock, and only then are groups numbered and running forms filled, each
under a lock of its own. Groups are numbered as they are first seen and sorted at the end, so that the tally does not
depend on which thread was first.
"""

import threading
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Executor
from typing import Any

import attrs
import numpy as np

from servqual._arrays import Array
from servqual._checks import did_you_mean, near
from servqual.errors import InvalidValue, MissingColumn, RefusedRow
from servqual.metrics.accumulators import Amounts, Cells, Dense, MaskCounts, Run, running_form
from servqual.metrics.engine.by_customer import CustomerChunks
from servqual.metrics.engine.chunks import ahead
from servqual.metrics.engine.credits import credited
from servqual.metrics.engine.grouping import GroupCodes
from servqual.metrics.engine.looking_up import Neighbours
from servqual.metrics.engine.question import Dated, Plan, unread_of
from servqual.metrics.engine.seeking import Sought
from servqual.metrics.engine.stocks import Stocks, is_mask, periods_of
from servqual.metrics.engine.tallies import Tally
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.kpi.view import View
from servqual.metrics.results.groups import Groups
from servqual.metrics.time.periods import keys_of
from servqual.readers.columns.accounting import Rows
from servqual.readers.columns.columns import Chunk
from servqual.readers.columns.refusals import NUMBERED_ANEW, Refusal, Refusals
from servqual.readers.columns.tags import TAGS, UNSPLIT, tagged, tags_in, unsplit
from servqual.readers.sources import chosen, chosen_rows, without_left

_WARM = (1 << 25) - (1 << 16)
"""Bytes of an array that is allocated and freed once, nearly the most that glibc goes by."""
_OF_SEVERAL_CLASSES = frozenset({"answers"})
"""Tables whose objects have different columns: an invitation has no score."""
_AHEAD = 4
"""Held chunks under way at once."""


class Tallier:
    """Thread-safe tally of the chunks of one table.

    For a keyed KPI the rows are held, parted by customer, and tallied at the end. KPIs that credit different people
    see different agents and teams in the same rows; rows are completed from the `neighbours`.
    """

    def __init__(self, plan: Plan, table: str, neighbours: Neighbours | None = None) -> None:
        self._plan = attrs.evolve(plan, kpis=tuple(kpi for kpi in plan.read if kpi.table == table))
        mine = tuple(kpi for kpi in plan.kpis if all(part.table == table for part in kpi.parts))
        self._asked = attrs.evolve(plan, kpis=mine)
        self._table = table
        self._neighbours = neighbours or Neighbours()
        self._by_customer = _held(self._plan, table)
        self._rows = Rows()
        self._checked: frozenset[str] | None = None
        self._lock = threading.Lock()
        # glibc returns freed memory to the system, and takes it anew for the next chunk, unless as much was freed
        # before: 20 million rows take 1.2 times as long without this line
        np.empty(_WARM, np.uint8)
        self._parts = {part: _part(self._plan, part) for part in map(self._plan.part, self._plan.kpis)}
        self._sides: dict[str, dict[Dated, None]] = {}
        for kpi in self._plan.kpis:
            credit = kpi.credit if self._plan.credited_by(kpi) else ""
            self._sides.setdefault(credit, {})[self._plan.part(kpi)] = None
        self._sought = Sought(self._plan, table)
        self._tags = TAGS in (self._plan.wanted(table) or ()) and plan.tag_separator is None

    def add(self, chunk: Chunk) -> None:
        """Tally one more chunk; rows outside the `where` of the plan do not count.

        A keyed KPI sees them all the same: the order of contacts does not depend on who asks.
        """
        if chunk.left is not None and self._plan.where:
            seen = [self._seen(chunk.left, credit) for credit in self._sides]
            masks = [chosen_rows(some, self._plan.where, self._plan.zone) for some in seen]
            found = [mask for mask in masks if mask is not None]
            chunk = without_left(chunk, np.logical_or.reduce(found)) if len(found) == len(masks) else chunk
        if self._by_customer is None:
            self._add(chunk)
        else:
            self._check(chunk)
            self._by_customer.add(chunk)

    def tally(self, pool: Executor | None = None) -> Tally:
        """Finish the tally of all chunks; held chunks are tallied on a pool where one is given."""
        if self._by_customer is not None:
            for _ in ahead(pool, self._add, self._by_customer, _AHEAD) if pool else map(self._add, self._by_customer):
                pass
        groups: dict[Dated, Groups] = {}
        cells: dict[str, Cells] = {}
        for part, filled in self._parts.items():
            groups[part], found = filled.cells(pool.map if pool else map)
            if TAGS in self._plan.by:
                groups[part], taken, places = groups[part].spread(TAGS, tags_in)
                found = {state: some.ordered(taken).moved(places, groups[part].size) for state, some in found.items()}
            cells |= found
        return Tally(self._asked, groups, cells, {self._table: self._rows}, self._sought.found())

    def _check(self, chunk: Chunk) -> None:
        """Refuse a chunk without a needed column, or without a used one that other chunks have.

        An absent column has a meaning, such as that all contacts were answered, and a missing cell has none.
        """
        names = frozenset(chunk.columns)
        if names == self._checked:
            return
        added = {*self._plan.ways.get(self._table, ())}
        for kpi in self._plan.kpis:
            _check_needs(kpi, chunk, names | added | self._plan.credited_by(kpi).keys(), self._plan)
        if not chunk.size:
            return
        used = {name for kpi in self._plan.kpis for name in kpi.uses}
        differ = sorted(used & (names ^ self._checked)) if self._checked is not None else []
        if differ and self._table not in _OF_SEVERAL_CLASSES:
            raise InvalidValue.of(
                self._table,
                f"have {differ[0]} in all of its parts, or in none",
                differ[0],
                shown="some with it",
                do="add it to the others, empty where it is not known",
            )
        self._checked = names

    def _seen(self, chunk: Chunk, credit: str) -> Chunk:
        """Give the rows with the agents and teams that are credited, the columns that are looked up, and tags."""
        plan, table = self._plan, self._table
        chunk = credited(chunk, plan.credited.get(table, {}).get(credit, {}), credit, plan.now)
        return tagged(self._neighbours.completed(chunk, plan.ways.get(table, {})), plan.tag_separator)

    def _add(self, chunk: Chunk) -> None:
        views: list[tuple[View, Array | None]] = []
        apart = self._by_customer is None and len(self._sides) == 1
        texts = 0
        if not apart and self._by_customer is None:
            self._check(chunk)
        for credit, parts in self._sides.items():
            seen = self._seen(chunk, credit)
            texts = unsplit(seen.columns[TAGS]) if self._tags and TAGS in seen.columns else 0
            inside = chosen_rows(seen, self._plan.where, self._plan.zone)
            self._sought.add(seen, credit)
            if apart:
                chunk, inside = chosen(seen, inside), None
                self._check(seen := chunk)
            mine: dict[str, View] = {}
            memo: dict[Any, Any] = {}
            for part in parts if seen.size else ():
                self._parts[part].add(seen, memo, mine, inside)
            views += ((view, inside) for view in mine.values())
        rows = _accounted(chunk, views)
        if self._plan.strict and rows.refusals:
            raise refused(rows.refusals[0])
        if texts:
            rows = attrs.evolve(rows, reasons={**rows.reasons, UNSPLIT: texts})
        with self._lock:
            self._rows += rows


def _held(plan: Plan, table: str) -> CustomerChunks | None:
    """Make the store that holds rows for keyed KPIs; None without one."""
    keys = {kpi.keyed_by for kpi in plan.kpis if kpi.law == "keyed"}
    return CustomerChunks(keys.pop() if len(keys) == 1 else "", plan.wanted(table) or ()) if keys else None


def _part(plan: Plan, part: Dated) -> "_Dated | Stocks":
    """Make what counts the KPIs of a part; a stock that is not grouped by period is seen once, at its moment."""
    kpis = [kpi for kpi in plan.kpis if plan.part(kpi) == part]
    if not kpis[0].stock:
        return _Dated(plan, kpis)
    return (
        Stocks(plan, kpis) if periods_of(plan.by) else _Dated(attrs.evolve(plan, now=plan.horizon, period=None), kpis)
    )


class _Dated:
    """KPIs of a table whose rows are dated by one moment, which share one set of groups."""

    def __init__(self, plan: Plan, kpis: Sequence[Kpi]) -> None:
        self._plan = plan
        self._kpis = {kpi.state: kpi for kpi in kpis}
        self._forms = {state: running_form(kpi.accumulator) for state, kpi in self._kpis.items()}
        self._codes = GroupCodes(plan.by, kpis[0].at, plan.zone, plan.max_groups)
        self._keys = keys_of(plan.by, kpis[0].at)
        self._masks = MaskCounts(sum(len(form.masks) for form in self._forms.values()))
        self._unread: dict[str, Array] = {}
        self._numbering = threading.Lock()
        # a lock per form, so that threads fill different forms at once
        self._adding = [(threading.Lock(), add) for add in (self._masks.add, *(f.add for f in self._forms.values()))]

    def add(self, chunk: Chunk, memo: dict[Any, Any], views: dict[str, View], inside: Array | None) -> None:
        """Add the rows inside; views are kept by reading."""
        lanes, rest, within = self._take(chunk, memo, views, inside)
        unread = {
            state: rows for state, kpi in self._kpis.items() if (rows := _unread(views[kpi.reading], within)).any()
        }
        self._add(chunk, lanes, rest, within, unread)

    def _take(
        self, chunk: Chunk, memo: dict[Any, Any], views: dict[str, View], inside: Array | None
    ) -> tuple[Sequence[Any], Sequence[Any], Array | None]:
        """Prepare the rows inside: packed masks, the values of each form, and which rows make groups."""
        masks, rest = list[Array](), []
        found: dict[str, Mapping[str, Any]] = {}
        amounts: dict[str, Amounts] = {}
        within = inside
        for state, form in self._forms.items():
            kpi = self._kpis[state]
            if kpi.reading not in views:
                plan = self._plan
                views[kpi.reading] = view = View(
                    chunk, kpi, plan.now, plan.period, memo=memo, by=plan.by, where=plan.where
                )
                found[kpi.reading], amounts[kpi.reading] = kpi.arguments(view), Amounts()
                # the same for all KPIs of a part
                within = _both(view.within(found[kpi.reading].get("among")), inside)
            rows = kpi.accumulator.of(**found[kpi.reading])  # type: ignore[attr-defined]
            counted = _both(views[kpi.reading].usable, within)
            if counted is not None:
                rows = {name: value & counted if is_mask(value) else value for name, value in rows.items()}
            masks.extend(rows[name] for name in form.masks)
            rest.append(form.take(rows, amounts[kpi.reading]))
        return self._masks.packed(masks), rest, within

    def _add(
        self,
        chunk: Chunk,
        lanes: Sequence[Any],
        rest: Sequence[Any],
        inside: Array | None,
        unread: Mapping[str, Array],
    ) -> None:
        """Add prepared rows; rows outside make no groups."""
        with self._numbering:
            if inside is None:
                codes = self._codes.add(chunk)
            else:
                codes, rows = np.zeros(chunk.size, np.int64), np.flatnonzero(inside)
                columns = {name: chunk.columns[name].take(rows) for name in self._keys if name in chunk.columns}
                codes[rows] = self._codes.add(attrs.evolve(chunk, columns=columns, size=len(rows)))
            for state, mask in unread.items():
                counts = np.bincount(codes[mask], minlength=self._codes.size)
                counts[: len(self._unread.get(state, ()))] += self._unread.get(state, 0)
                self._unread[state] = counts
        if self._codes.size:
            for (lock, add), taken in zip(self._adding, (lanes, *rest), strict=True):
                with lock:  # other threads may have found more groups by now; their number only grows
                    add(taken, codes, self._codes.size)

    def cells(self, run: Run) -> tuple[Groups, dict[str, Cells]]:
        """Sort the groups, and give the cells of each state."""
        for form in self._forms.values():
            form.prepare(run)
        groups, order = self._codes.groups()
        counts, out = iter(self._masks.counts(groups.size)), {}
        for state, form in self._forms.items():
            mine = {name: next(counts) for name in form.masks}
            out[state] = form.cells(mine, order)
        for state, unread in self._unread.items():
            every = np.zeros(groups.size, np.int64)
            every[: len(unread)] = unread
            out[unread_of(state)] = Dense({"n": every[order]})
        return groups, out


def _unread(view: View, within: Array | None) -> Array:
    """Find the rows that could not be read, of those that make groups."""
    if view.usable is None:
        return np.zeros(0, np.bool_)
    return view.bad if within is None else view.bad & within


def _both(*masks: Array | None) -> Array | None:
    """Join masks by "and"; None stands for all rows."""
    some = [mask for mask in masks if mask is not None and not mask.all()]
    return np.logical_and.reduce(some) if some else None


def _accounted(chunk: Chunk, views: Sequence[tuple[View, Array | None]]) -> Rows:
    """Account for the rows inside any view: read, used, and refused with their reasons."""
    refusals = Refusals()
    for view, inside in views:
        mine = view.refusals + chunk.refusals.of_columns(view.named)
        refusals += mine if inside is None or not mine else mine.only(chunk.numbers[inside])
    unused = np.zeros(0, np.bool_)
    if refusals:
        unused = np.logical_and.reduce([view.bad if mask is None else view.bad | ~mask for view, mask in views])
    masks = [mask for _, mask in views if mask is not None]
    inside = np.logical_or.reduce(masks) if masks and len(masks) == len(views) else None
    if inside is not None and refusals:
        unused = unused & inside
    # rows of a case are used, or refused, with it
    lost, read = _weighed(chunk, unused), chunk.read if inside is None else _weighed(chunk, inside) + len(chunk.lost)
    settled = refusals.settled().numbered(lambda rows: rows.astype(np.int64) % NUMBERED_ANEW)
    rows = Rows.of(read=read, used=read - len(chunk.lost) - lost, lost=chunk.lost, refusals=settled)
    return rows + Rows(reasons=_noted(views))


def _noted(views: Sequence[tuple[View, Array | None]]) -> dict[tuple[str, str], int]:
    """Count the cells of each note in the rows inside any view."""
    found: dict[tuple[str, str], Array] = {}
    for view, inside in views:
        for note, rows in view.notes():
            mine = rows if inside is None else rows & inside
            found[note] = found[note] | mine if note in found else mine
    return {note: count for note, rows in found.items() if (count := int(rows.sum()))}


def _weighed(chunk: Chunk, rows: Array) -> int:
    """Number of rows of the source behind some rows."""
    return int(rows.sum()) if chunk.weights is None else int(chunk.weights[: len(rows)][rows].sum())


def refused(first: Refusal) -> RefusedRow:
    """Make the error of the first refused row, for `strict=True`."""
    return RefusedRow(str(first), row=first.row, column=first.column, value=first.value, reason=first.reason)


def _check_needs(kpi: Kpi, chunk: Chunk, given: Collection[str], plan: Plan) -> None:
    """Refuse a table without a needed column, or without any of those of which one is needed.

    Objects have the columns of their class: one that no row fills says that it has not happened yet. Of no rows nothing
    else is known.
    """
    if not (chunk.columns or chunk.others):
        return
    dating = (kpi.at,) if plan.period or kpi.stock or kpi.dated_by else ()
    for name in (*kpi.needs, *dating, *keys_of(plan.by, kpi.at)):
        if name not in given:
            raise _missing(kpi, chunk, f"the column {name!r}", name)
    told = chunk.sparse or not chunk.size or any(name in given for name in kpi.needs_one_of)
    if kpi.needs_one_of and not told:
        raise _missing(kpi, chunk, f"one of the columns {', '.join(kpi.needs_one_of)}", *kpi.needs_one_of)


def _missing(kpi: Kpi, chunk: Chunk, what: str, *wanted: str) -> MissingColumn:
    names = [*chunk.columns, *chunk.others]
    others = [name for name in names if name not in kpi.columns]
    close = tuple(dict.fromkeys(other for name in wanted for other in near(name, others)))
    return MissingColumn(
        f"{kpi.key} needs {what} of {kpi.table} (got {', '.join(names)}){did_you_mean(close)}",
        column=wanted[0],
        near=close,
    )
