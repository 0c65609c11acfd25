"""Tallies: cells of accumulators by group, which add up.

Tallies of the same rows are the same bytes, however the rows were split or ordered.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from numbers import Real
from typing import Any, Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual._checks import all_of, must_be, near
from servqual._words import counted, number
from servqual.errors import InvalidValue, TagsOverlap, TallyMismatch, UnknownName
from servqual.metrics.accumulators import Cells, Dense
from servqual.metrics.catalogue._params import CHOOSING, NAMING, each_of
from servqual.metrics.catalogue.contact_counts import CONTRADICT, over_counts
from servqual.metrics.catalogue.contact_counts import TABLE as COUNTS
from servqual.metrics.catalogue.kpis import KPIS
from servqual.metrics.engine.chunks import LOG
from servqual.metrics.engine.planning import plan_of
from servqual.metrics.engine.question import Dated, Plan, unread_of
from servqual.metrics.engine.seeking import Found, Founds, added, unmatched
from servqual.metrics.engine.stocks import periods_of
from servqual.metrics.engine.stored import Stored, alike, pack, unpack
from servqual.metrics.kpi.compound import Compound
from servqual.metrics.kpi.currencies import CURRENCY, currencies_of, is_of_money
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.kpi.low_scores import never_above_five
from servqual.metrics.kpi.marks import only_yes
from servqual.metrics.kpi.numbers import Numbers
from servqual.metrics.kpi.statuses import all_unknown
from servqual.metrics.results.caveats import MOSTLY, UNREAD, Caveat, read_of, unread_share
from servqual.metrics.results.estimates import numbers_of
from servqual.metrics.results.groups import Groups
from servqual.metrics.results.measures import Measures
from servqual.metrics.results.nearest import near_words
from servqual.metrics.time.instants import datetime_of
from servqual.metrics.time.periods import keys_of
from servqual.readers.columns.accounting import Rows
from servqual.readers.columns.notes import SHOWN_TWICE, UNDATED
from servqual.readers.columns.standing import UNCHECKED
from servqual.readers.columns.tags import TAGS, UNSPLIT

_PLANNED: Final = frozenset({"credited", "ways"})
"""What a plan takes from the columns of the data; without rows it says nothing."""


@attrs.frozen(eq=False, repr=False)
class Tally:
    """Cells of accumulators by group; `+` adds tallies of the same plan, `measure()` derives the numbers.

    A tally of no rows adds to one that credits or looks columns up in another way.

    `added` says that it is a sum, whose keyed KPIs hold only where each customer is in one of the parts; its bytes are
    those of a tally of all rows, and do not say it. `unchecked` names tables whose ids were not compared across
    parts. `founds` counts the rows of each value of `where=`.

    >>> import numpy as np
    >>> from servqual.metrics import tally
    >>> teams = {"received_at": ["2026-05-04", "2026-05-05"], "team": ["north", "south"]}
    >>> teams["received_at"] = np.array(teams["received_at"], "datetime64[us]")
    >>> whole = tally(["case_volume"], {"cases": teams}, by=["team"])
    >>> (whole + whole).measure().get("case_volume", team="north").value
    2.0
    """

    plan: Plan
    groups: Mapping[Dated, Groups]
    cells: Mapping[str, Cells]
    rows: Mapping[str, Rows]
    founds: Founds = attrs.field(factory=dict)
    added: bool = False
    unchecked: frozenset[str] = frozenset()

    def __add__(self, other: "Tally") -> "Tally":
        if not isinstance(other, Tally):  # pyright: ignore[reportUnnecessaryIsInstance]
            return NotImplemented
        one, two = self.plan.plain(), other.plan.plain()
        if differ := [name for name in one | two if one.get(name) != two.get(name)]:
            if _PLANNED.issuperset(differ) and not (self._read and other._read):
                return attrs.evolve(self if self._read else other, added=True)
            name = differ[0]
            raise TallyMismatch(
                "only tallies of the same KPIs, groups, zone, now, period and rows can be added (got two that differ "
                f"in {', '.join(differ)}: {one.get(name)!r:.200} is not {two.get(name)!r:.200}); tally both alike"
            )
        groups: dict[Dated, Groups] = {}
        cells: dict[str, Cells] = {}
        for part, mine in self.groups.items():
            groups[part], here, there = mine.union(other.groups[part])
            if _is_stock(self.plan, part):
                groups[part], places = groups[part].crossed(periods_of(self.plan.by))
                here, there = places[here], places[there]
            size = groups[part].size
            for state in _states(self.plan, part):
                sides = [
                    tally.cells[state].moved(places, size)
                    for tally, places in ((self, here), (other, there))
                    if state in tally.cells
                ]
                if sides:
                    cells[state] = sides[0] if len(sides) == 1 else sides[0] + sides[1]  # type: ignore[operator]
        rows = {t: self.rows.get(t, Rows()) + other.rows.get(t, Rows()) for t in {**self.rows, **other.rows}}
        founds, unchecked = added(self.founds, other.founds, self.plan), self.unchecked | other.unchecked
        return Tally(self.plan, groups, cells, rows, founds, added=True, unchecked=unchecked)

    @property
    def _read(self) -> int:
        """The number of rows that were read."""
        return sum(rows.read for rows in self.rows.values())

    def without(self, *columns: str) -> "Tally":
        """Make the groups coarser: some columns of `by` are left out.

        A stock does not add up over time: without its periods it is that of the last end.
        """
        for name in columns:
            if name not in self.plan.by:
                raise UnknownName(
                    f"by must be one of {', '.join(self.plan.by) or 'no columns'} (got {name!r})",
                    near=near(name, self.plan.by),
                )
        if self.plan.cluster is not None:
            raise InvalidValue.of(
                "cluster",
                "be left out to make groups coarser, or one in two groups would count as two",
                self.plan.cluster,
                do="tally anew by fewer columns",
            )
        if TAGS in columns:
            raise TagsOverlap.of(
                "columns",
                "not name tags, for a row is in each of its tags",
                columns,
                shown=", ".join(columns),
                do="tally anew without tags",
            )
        plan = self.plan.coarser([name for name in self.plan.by if name not in columns])
        stocks = [kpi.key for kpi in self.plan.read if kpi.stock]
        if stocks and periods_of(plan.by) and periods_of(columns):
            raise InvalidValue.of(
                "columns",
                f"name all periods or none, because {stocks[0]} does not add up over time",
                columns,
                shown=", ".join(columns),
                do=f"tally anew by {', '.join(plan.by)}",
            )
        groups: dict[Dated, Groups] = {}
        cells: dict[str, Cells] = {}
        for part, mine in self.groups.items():
            last = self._last(part) if periods_of(columns) else None
            coarse, places = (mine if last is None else mine.only(last)).without(columns)
            for state in filter(self.cells.__contains__, _states(self.plan, part)):
                kept = self.cells[state] if last is None else self.cells[state].ordered(last)
                cells[state] = kept.moved(places, coarse.size)
            # parts that credit different people are one where nobody is named
            groups |= {plan.part(kpi): coarse for kpi in plan.read if self.plan.part(kpi) == part}
        return attrs.evolve(self, plan=plan, groups=groups, cells=cells)

    def alone(self, kpi: Kpi, place: int) -> "Tally":
        """Take one KPI in one of its groups, counted as `measure` shows them, as a tally without groups."""
        plan = attrs.evolve(self.plan.coarser(()), kpis=(kpi,))
        shown = [self._shown(part)[0] for part in kpi.parts]
        where = shown[0].union(shown[1])[1:] if isinstance(kpi, Compound) else (np.arange(shown[0].size),)
        cells: dict[str, Cells] = {}
        for part, places in zip(kpi.parts, where, strict=True):
            mine = np.flatnonzero(places == place)
            for state in filter(self.cells.__contains__, (part.state, unread_of(part.state))):
                cells[state] = self._shown(part, state)[1].ordered(mine).moved(np.zeros(len(mine), np.int64), 1)
        groups = {plan.part(part): Groups.whole() for part in kpi.parts}
        rows = {table: _in_one_currency(some) for table, some in self.rows.items()} if CURRENCY in self.plan.by else {}
        return attrs.evolve(self, plan=plan, groups=groups, cells=cells, rows={**self.rows, **rows})

    def _last(self, part: Dated) -> Array | None:
        """Groups of the last end of a stock; None for what adds up over time."""
        if not _is_stock(self.plan, part):
            return None
        end = self.groups[part].place_in(periods_of(self.plan.by))
        return np.flatnonzero(end == end.max(initial=0))

    def measure(self, confidence: float = 0.95) -> Measures:
        """Measure: values with their intervals at a confidence."""
        must_be(Real, "confidence", "a number, such as 0.95", confidence)
        confidence = float(confidence)
        if not 0 < confidence < 1 - 1e-15:
            raise InvalidValue.of("confidence", "lie between 0 and 1", confidence, do="write 0.95")
        found = {kpi.key: self._measured(kpi, confidence) for kpi in self.plan.kpis}
        period = self.plan.period
        return Measures(
            kpis=self.plan.kpis,
            by=self.plan.by,
            groups={key: groups for key, (groups, _) in found.items()},
            numbers={key: numbers for key, (_, numbers) in found.items()},
            rows=self.rows,
            confidence=confidence,
            zone=self.plan.zone.key,
            where=self.plan.where,
            now=None if self.plan.now is None else datetime_of(self.plan.now),
            period=None if period is None else (datetime_of(period[0]), datetime_of(period[1])),
            credited={kpi.key: [*self.plan.credited_by(kpi).values()] for kpi in self.plan.kpis},
            unread={kpi.key: unread for kpi in self.plan.kpis if (unread := self._unread(kpi)) is not None},
            of_all={kpi.key: self._of_all(kpi, *found[kpi.key]) for kpi in self.plan.kpis},
            tally=self,
        )

    def _measured(self, kpi: Kpi, confidence: float) -> tuple[Groups, Numbers]:
        groups, numbers = self._added_up(kpi, confidence)
        if not any(map(self._currencies, kpi.parts)):
            return groups, numbers
        none = np.full(groups.size, np.nan)
        return groups, attrs.evolve(numbers, value=none, low=none, high=none, standard_error=none)

    def _added_up(self, kpi: Kpi, confidence: float) -> tuple[Groups, Numbers]:
        if not isinstance(kpi, Compound):
            groups, cells = self._shown(kpi)
            return groups, numbers_of(kpi, cells, confidence)
        (tops, top_cells), (bases, base_cells) = self._shown(kpi.top), self._shown(kpi.base)
        groups, here, there = tops.union(bases)
        top, base = (
            numbers_of(part, cells.moved(places, groups.size), confidence)
            for part, cells, places in ((kpi.top, top_cells, here), (kpi.base, base_cells, there))
        )
        return groups, kpi.measured(top, base, confidence)

    def _unread(self, kpi: Kpi) -> Array | None:
        """Count the rows of each group that could not be read for a KPI; None where there are none."""
        if isinstance(kpi, Compound):
            (tops, top), (bases, base) = ((self._shown(part)[0], self._unread(part)) for part in (kpi.top, kpi.base))
            groups, *places = tops.union(bases)
            out = np.zeros(groups.size, np.int64)
            for unread, place in zip((top, base), places, strict=True):
                if unread is not None:
                    out[place] += unread
            return out
        found = self._shown(kpi, unread_of(kpi.state))[1] if unread_of(kpi.state) in self.cells else None
        return found.fields["n"] if isinstance(found, Dense) else None

    def _of_all(self, kpi: Kpi, groups: Groups, numbers: Numbers) -> tuple[Caveat, ...]:
        """Say where nothing has the asked values, a column of the groups has none, or scores lie off their scale."""
        missed = [each for part in kpi.parts for each in unmatched(self.founds, part, self.plan)]
        lacking = tuple(dict.fromkeys(_nowhere(name, wanted, found) for name, wanted, found in missed))
        tables = dict.fromkeys(part.table for part in kpi.parts)
        lacking += tuple(_unsplit(table, rows) for table in tables if (rows := self._unsplit(table)))
        chosen = {**self.plan.where, **(kpi.params.get("only") or {})}
        if chosen and not (numbers.n.any() or numbers.undecided.any()):
            return lacking if missed else (*lacking, _no_row_has(chosen))
        named = {name: kpi.params[name] for name in NAMING if kpi.params.get(name)}
        counting = {name: kpi.params[name] for name in CHOOSING if kpi.params.get(name)}
        if named and not (np.nan_to_num(numbers.value) != 0).any():
            return (_no_row_has(named),)
        if counting and not (numbers.n.any() or numbers.undecided.any()) and groups.size:
            return (_no_row_has(counting),)
        empty = [name for name, labels in zip(groups.by, groups.labels, strict=True) if groups.size and not labels]
        found = [*lacking, *(Caveat("group.no_match", f"no row has a value in {name}") for name in empty)]
        if self.added and kpi.law == "keyed":
            found.append(_keys_apart(kpi))
        found += filter(None, map(self._part_unread, kpi.parts if isinstance(kpi, Compound) else ()))
        found += [_unchecked(table, late) for table in tables if (late := self._late(table))]
        found += [_not_compared(table) for table in tables if table in self.unchecked]
        found += filter(None, [self._intervals_unread(kpi), self._log_unread(kpi)])
        found += [_contradict(table, odd) for table in tables if (odd := self._contradicting(table))]
        found += filter(None, map(self._undated, kpi.parts))
        found += filter(None, map(self._ambiguous, kpi.parts))
        found += [_mixed(part.table, some) for part in kpi.parts if (some := self._currencies(part))]
        if not isinstance(kpi, Compound):
            notes = self.rows.get(kpi.table, Rows()).reasons
            found += [Caveat("flags.only_yes", text) for text in only_yes(kpi, numbers.value, numbers.n, notes)]
            if unknown := all_unknown(kpi, numbers.value, numbers.n, notes):
                found.append(Caveat("where.no_match", unknown))
            if low_scores := never_above_five(kpi, numbers.n, notes):
                found.append(Caveat("scores.off_scale", low_scores))
        reasons = self.rows[kpi.table].reasons if "score" in kpi.needs and kpi.table in self.rows else {}
        low, high = kpi.params.get("scale") or (0, 10)
        scale = f"scale {low:g} to {high:g}"
        off = sum(count for (name, why), count in reasons.items() if name == "score" and why.endswith(scale))
        if off:
            found.append(Caveat("scores.off_scale", f"{counted(off, 'score')} off the scale of their question"))
        return tuple(found)

    def _part_unread(self, part: Kpi) -> Caveat | None:
        """Say how many rows of one of the two KPIs of a compound could not be read, whatever the other one counts."""
        unread, (_, numbers) = self._unread(part), self._measured(part, 0.95)
        lost = 0 if unread is None else int(unread.sum())
        read = read_of(int(numbers.n.sum()), int(numbers.undecided.sum()), part.statistic)
        share = unread_share(read, lost)
        text = f"{counted(lost, 'row')} of {part.table} could not be read ({number(share, 'share')})"
        return Caveat("parts.unread" if share > MOSTLY else "cells.unread", text) if share >= UNREAD else None

    def _intervals_unread(self, kpi: Kpi) -> Caveat | None:
        """Say how many rows of ready-made counts could not be read, of which n counts the contacts and not the rows."""
        unread = self._unread(kpi) if kpi.table == COUNTS else None
        if unread is None:
            return None
        lost, rows = int(unread.sum()), self.rows[COUNTS].read
        code = "parts.unread" if unread_share(rows - lost, lost) > MOSTLY else "cells.unread"
        return Caveat(code, f"{counted(lost, 'row')} of {rows:,} of {COUNTS} could not be read")

    def _log_unread(self, kpi: Kpi) -> Caveat | None:
        """Say that no event of a log could be used, so that there seem to be no cases."""
        logged = LOG in self.rows and any(part.table not in self.rows for part in kpi.parts)
        if not logged or self.rows[LOG].used or not self.rows[LOG].read:
            return None
        return Caveat("parts.unread", f"none of {counted(self.rows[LOG].read, 'row')} of {LOG} could be used")

    def _late(self, table: str) -> int:
        """Count the rows whose id came in an earlier chunk that could not be read again."""
        reasons = self.rows.get(table, Rows()).reasons
        return sum(count for (_, reason), count in reasons.items() if reason == UNCHECKED)

    def _contradicting(self, table: str) -> int:
        """Count the cells of counts that do not add up in their row."""
        reasons = self.rows.get(table, Rows()).reasons
        return sum(count for (_, reason), count in reasons.items() if reason.endswith(CONTRADICT))

    def _undated(self, part: Kpi) -> Caveat | None:
        """Say how many rows count although the moment that dates them is missing."""
        rows = self.rows.get(part.table, Rows()).reasons.get((part.at, UNDATED), 0)
        text = f"{counted(rows, 'row')} of {part.table} {'counts' if rows == 1 else 'count'} without {part.at}"
        return Caveat("rows.undated", text) if rows and part.at not in part.needs and not part.dated_by else None

    def _ambiguous(self, part: Kpi) -> Caveat | None:
        """Say how many times the clock of their zone shows twice, of the columns that a KPI reads or of its log."""
        rows, log = self.rows.get(part.table), self.rows.get(LOG, Rows())
        names = None if rows is None else {*part.columns, *keys_of(self.plan.by, part.at)}
        reasons = (log if rows is None else rows).reasons.items()
        times = sum(n for (name, why), n in reasons if why == SHOWN_TWICE and (names is None or name in names))
        of = part.table if rows is not None else LOG
        text = f"{counted(times, 'time')} of {of} {'is' if times == 1 else 'are'} shown twice by the clock of the zone"
        return Caveat("time.ambiguous", f"{text}; the first of both was taken") if times else None

    def currencies(self, part: Kpi) -> list[str]:
        """List the currencies of the amounts that a KPI adds; none where they are grouped, or not known."""
        apart = CURRENCY in self.plan.by or not is_of_money(part)
        return [] if apart else currencies_of(self.rows.get(part.table, Rows()).reasons)

    def _currencies(self, part: Kpi) -> list[str]:
        """List the currencies of amounts that do not add up; none where all are in one."""
        found = self.currencies(part)
        return found if len(found) > 1 else []

    def _unsplit(self, table: str) -> int:
        """Count the rows whose text may hold several tags, of a table or of the log that its rows come from."""
        return self.rows.get(table, self.rows.get(LOG, Rows())).reasons.get(UNSPLIT, 0)

    def _shown(self, kpi: Kpi, state: str | None = None) -> tuple[Groups, Cells]:
        """Groups and cells of a KPI, without the end before the first period of a stock."""
        groups, cells = self.groups[self.plan.part(kpi)], self.cells[state or kpi.state]
        if not (kpi.stock and periods_of(self.plan.by)):
            return groups, cells
        shown = np.flatnonzero(groups.place_in(periods_of(self.plan.by)) > 0)
        return groups.only(shown), cells.ordered(shown)

    def __eq__(self, other: object) -> bool:
        """Whether both hold the same cells of the same question: where their bytes are the same."""
        return alike(self._stored, other._stored) if isinstance(other, Tally) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.to_bytes())

    @property
    def _stored(self) -> Stored:
        return Stored(self.plan.plain(), self.groups, self.cells, self.rows, self.founds)

    def to_bytes(self) -> bytes:
        """Write the stored form (see `servqual.metrics.engine.stored`); the same rows give the same bytes."""
        return pack(self._stored)

    @classmethod
    def from_bytes(cls, data: bytes, kpis: Sequence[Kpi] = ()) -> "Tally":
        """Read a stored tally.

        KPIs of the catalogue are found by key; pass those that are your own or have parameters of their own in `kpis`.
        Raises `UnreadableTally` for bytes that are no tally, `TallyMismatch` where a definition is another today.
        """
        known = {**KPIS, **{kpi.key: kpi for kpi in all_of(Kpi, "kpis", kpis, "KPIs")}}
        plan, stored = unpack(data, partial(_plan, known))
        return cls(plan, stored.groups, stored.cells, stored.rows, stored.founds)

    def __repr__(self) -> str:
        cells = sum(groups.size for groups in self.groups.values())
        return f"<Tally of {', '.join(k.key for k in self.plan.kpis)} in {cells} cells>"


def _in_one_currency(rows: Rows) -> Rows:
    """Forget the currencies of rows of which a group has only one."""
    reasons = {key: count for key, count in rows.reasons.items() if not currencies_of([key])}
    return attrs.evolve(rows, reasons=reasons)


def _keys_apart(kpi: Kpi) -> Caveat:
    apart = f"no {kpi.keyed_by} has rows in two of them" if kpi.keyed_by else "one of them holds all rows"
    return Caveat("parts.unchecked", f"tallies were added: the value holds where {apart}")


def _unchecked(table: str, late: int) -> Caveat:
    rows = f"{counted(late, 'row')} of {table}"
    return Caveat("rows.repeats_unchecked", f"{rows} repeat an id of an earlier chunk, whose row stands")


def _not_compared(table: str) -> Caveat:
    text = f"ids of {table} were not compared across parts: a row that is in two of them counts twice"
    return Caveat("rows.repeats_unchecked", text)


def _mixed(table: str, currencies: Sequence[str]) -> Caveat:
    what = f"amounts of {table} are in {', '.join(currencies[:4])}{' and others' if len(currencies) > 4 else ''}"  # noqa: PLR2004  (enough to see it)
    return Caveat("money.mixed", f"{what}, which do not add up; group by currency, or choose one with where=")


def _contradict(table: str, cells: int) -> Caveat:
    what = f"{counted(cells, 'count')} of {table}"
    return Caveat("counts.contradict", f"{what} {'does' if cells == 1 else 'do'} not add up with the others of the row")


def _unsplit(table: str, rows: int) -> Caveat:
    what = f"{counted(rows, 'text')} in tags of {table} may be several tags, and count as one"
    return Caveat("tags.unsplit", f"{what}; pass tag_separator")


def _nowhere(name: str, wanted: object, found: Found) -> Caveat:
    return Caveat("where.no_match", f"no row has {name} {wanted}{near_words(wanted, found.near)}")


def _no_row_has(chosen: Mapping[str, Any]) -> Caveat:
    words = ", ".join(f"{name} {' or '.join(map(str, each_of(values)))}" for name, values in chosen.items())
    return Caveat("where.no_match", f"no row counted has {words}")


def _is_stock(plan: Plan, part: Dated) -> bool:
    return any(kpi.stock for kpi in plan.read if plan.part(kpi) == part)


def _plan(known: Mapping[str, Kpi], stored: Mapping[str, Any]) -> Plan:
    """Ask again what a stored tally was asked; its KPIs must be those of today."""
    found: list[Kpi] = []
    for key, definition, name, version in stored["kpis"]:
        kpi = known.get(key)
        if kpi is not None and kpi.table == "interactions":
            kpi = _as_stored(kpi, definition)
        if kpi is None:
            raise TallyMismatch(f"the tally holds {key} (got no such KPI); pass yours in kpis")
        if (kpi.name, kpi.version) != (name, version):
            raise TallyMismatch(
                f"the tally holds {key} as version {version} of {name} (got version {kpi.version} of {kpi.name}), "
                "whose number is another; tally anew"
            )
        found.append(kpi)
    now, period = stored["now"], stored["period"]
    plan = plan_of(
        found,
        by=stored["by"],
        zone=stored["zone"],
        now=None if now is None else np.datetime64(now, "us"),
        period=None if period is None else (np.datetime64(period[0], "us"), np.datetime64(period[1], "us")),
        where=stored["where"],
        cluster=stored.get("cluster"),
        credit=stored.get("credit", "actor"),
    )
    plan = attrs.evolve(plan, ways=stored.get("ways", {}), credited=stored.get("credited", {}))
    for kpi, (key, definition, _, _) in zip(plan.kpis, stored["kpis"], strict=True):
        if kpi.definition != definition:
            raise TallyMismatch(
                f"the tally holds {key} as defined by {definition} (got {kpi.definition}); pass the KPI with its "
                "parameters in kpis"
            )
    return plan


def _as_stored(kpi: Kpi, definition: str) -> Kpi:
    """Take the form of a KPI over counts where that is what was stored."""
    with suppress(InvalidValue):
        form = over_counts(kpi)
        return form if form is not None and form.definition == definition else kpi
    return kpi


def _states(plan: Plan, part: Dated) -> Iterator[str]:
    """Name the cells of a part: the state of each KPI, and the rows that were unread for it, where there are any."""
    for state in {kpi.state: None for kpi in plan.read if plan.part(kpi) == part}:
        yield from (state, unread_of(state))
