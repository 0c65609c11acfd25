"""A log of case events as columns, in the one true order in which clocks take them.

Events go by moment, those of a case at one moment by `seq`, then as the lifecycle of a case orders those of one
instant: each as soon as the case allows it. Only cases that have such ties are walked through one by one. Two events of
one kind at one instant are told apart by what their rows say, so that the order of the rows never matters; `seq` says
which came first.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

import attrs
import numpy as np

from servqual.errors import InvalidValue, MissingColumn
from servqual.metrics.accumulators import Array
from servqual.metrics.clock_corrections import corrected
from servqual.metrics.rows import Rows
from servqual.model._lifecycle import Move
from servqual.model.case import CASE_LIFECYCLE, CaseStatus
from servqual.readers.columns import Batch, Column, Refusal
from servqual.readers.tables import TABLES, Kind

__all__ = ["EventLog", "as_moment", "by_case", "heads_of", "split_cases"]

_PART: Final = 1 << 19
"""About how many events are read at a time."""
_TOLD: Final[dict[str, tuple[str, str | None]]] = {
    # event: the column that says more of it, and what the event is without
    "linked": ("relation", "related"),
    "replied": ("public", None),
    "reported": ("opened_by", "customer"),
    "verified": ("effective", None),
    "waiting": ("on", None),
}
_FINER: Final = {
    # event: flag column, value of the flag where the column is absent or empty, names without and with the flag
    "replied": ("public", 1, ("replied.internal", "replied.public")),
    "verified": ("effective", 1, ("verified.failed", "verified.passed")),
}


@attrs.frozen(eq=False)
class EventLog:
    """The events of many cases up to a moment, in the order of time; row i belongs to case `case[i]`.

    Attributes:
        case: codes into `ids`.
        at: microseconds of UTC.
        signal: codes into `signals`, each a tuple of the names that a clock may listen to.
        on: codes into `reasons`, what a `waiting` waits for; -1 elsewhere.
        since: from when an absorbed case counts, or the missing moment.
        attributes: what the rows say of their case, as label columns in the same order.
        rows: what was read, used and refused.
    """

    ids: Sequence[str]
    case: Array
    at: Array
    signal: Array
    signals: tuple[tuple[str, ...], ...]
    on: Array
    reasons: Sequence[str]
    since: Array
    attributes: Mapping[str, Column]
    rows: Rows

    @classmethod
    def of(cls, batch: Batch, now: int) -> "EventLog":
        """Order the events up to a moment; a row without case, moment or known event is refused.

        Raises `MissingColumn` where the log has no case_id, at or event.
        """
        for name in ("case_id", "at", "event"):
            if name not in batch.columns:
                raise MissingColumn(
                    f"case_events needs the column {name!r} (got {', '.join(batch.columns)})", column=name, near=()
                )
        batch = corrected(batch)
        signals, signal, unknown = _signals(batch)
        usable, refusals = _usable(batch, unknown)
        late = batch.columns["at"].values > now
        if usable.all() and not late.any():
            columns = dict(batch.columns)
        else:
            seen = np.flatnonzero(usable & ~late)
            columns = {name: column.take(seen) for name, column in batch.columns.items()}
            signal = signal[seen]
        order = _order(columns, signal, signals)
        if order is not None:
            columns = {name: column.take(order) for name, column in columns.items()}
            signal = signal[order]
        case = columns["case_id"]
        on = columns.get("on") or Column.missing(Kind.LABEL, len(signal))
        since = columns.get("since") or Column.missing(Kind.MOMENT, len(signal))
        known = {*TABLES["case_events"]}
        return cls(
            ids=case.labels,
            case=case.values,
            at=columns["at"].values,
            signal=signal,
            signals=signals,
            on=on.values,
            reasons=on.labels,
            since=since.values,
            attributes={
                name: column for name, column in columns.items() if name not in known and column.kind is Kind.LABEL
            },
            rows=Rows.of(read=batch.read, used=int(usable.sum()), refusals=[*batch.lost, *refusals]),
        )

    def last_known(self, name: str) -> Column:
        """The last value of an attribute that each case's events gave, one for each case of `ids`."""
        out = Column.missing(Kind.LABEL, len(self.ids))
        column = self.attributes.get(name)
        if column is None:
            return out
        known = column.values >= 0
        out.values[self.case[known]] = column.values[known]  # an index that repeats leaves its last value behind
        return Column(Kind.LABEL, out.values, column.labels)


def by_case(case: Array, rows: Array) -> Array:
    """Rows in the order of their cases, those of a case as they come; by packed whole numbers, which sort fast."""
    bits = max(1, len(rows).bit_length())
    packed = (case[rows].astype(np.int64) << bits) | np.arange(len(rows))
    packed.sort()
    return np.asarray(rows[packed & ((1 << bits) - 1)])


def heads_of(case: Array) -> Array:
    """Where each case begins, in rows that are in the order of cases."""
    if not len(case):
        return np.zeros(0, np.int64)
    return np.flatnonzero(np.concatenate([[True], case[1:] != case[:-1]]))


def split_cases(batch: Batch) -> list[Callable[[], Batch]]:
    """A log in parts of whole cases, small enough for the processor's cache, each made when it is called for.

    A row without a case is in the first part.
    """
    if "case_id" not in batch.columns or batch.size <= _PART:
        return [lambda: batch]
    case = batch.columns["case_id"]
    size = max(1, len(case.labels) * _PART // batch.size)
    block = (np.maximum(case.values, 0) // size).astype(np.min_scalar_type(len(case.labels) // size))
    order = np.argsort(block, kind="stable")
    ends = np.cumsum(np.bincount(block))
    return [
        partial(_part_of, batch, number * size, size, order[first:last])
        for number, (first, last) in enumerate(zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True))
    ]


def _part_of(batch: Batch, first: int, size: int, rows: Array) -> Batch:
    columns = {name: column.take(rows) for name, column in batch.columns.items()}
    case = columns["case_id"]
    codes = np.where(case.values < 0, -1, case.values - first)
    columns["case_id"] = Column(Kind.LABEL, codes, case.labels[first : first + size])
    numbers = rows + batch.rows.start if isinstance(batch.rows, range) else np.asarray(batch.rows)[rows]
    refusals: list[Refusal] = []
    if batch.refusals:
        mine = set(numbers.tolist())
        refusals = [refusal for refusal in batch.refusals if refusal.row in mine]
    lost = () if first else batch.lost
    return Batch(columns, len(rows), len(rows) + len(lost), numbers, refusals, lost)


def _signals(batch: Batch) -> tuple[tuple[tuple[str, ...], ...], Array, Array]:
    """The names that each event gives, as codes; and which events no lifecycle knows."""
    event = batch.columns["event"]
    stored = {kind.stored_name for kind in CASE_LIFECYCLE.events}
    names: dict[tuple[str, ...], int] = {}
    known = np.zeros(len(event.labels) + 1, np.bool_)
    plain = np.zeros(len(event.labels) + 1, np.int16)
    finer: list[tuple[Array, int]] = []
    for code, label in enumerate(event.labels):
        name, _, end = str(label).partition(".")
        known[code] = name in stored
        ways = _finer(name, end, event.values == code, batch) if end or name in _TOLD else [((name,), None)]
        for given, rows in ways:
            signal = names.setdefault(given, len(names))
            if rows is None:
                plain[code] = signal
            else:
                finer.append((rows, signal))
    signals = plain[event.values]
    for rows, signal in finer:
        signals[rows] = signal
    return tuple(names), signals, ~known[event.values]


def _finer(name: str, finer: str, here: Array, batch: Batch) -> list[tuple[tuple[str, ...], Array | None]]:
    """The names that events of one stored name give, by what other columns say of them."""
    out: list[tuple[tuple[str, ...], Array | None]]
    if finer:
        return [((name, f"{name}.{finer}"), here)]
    if name in _FINER:
        flag, absent, ends = _FINER[name]
        yes = _flag(batch, flag, absent)
        if name == "verified":
            yes &= _flag(batch, "customer_confirmed", absent)
        bot = _flag(batch, "bot", 0) if name == "replied" else np.zeros(batch.size, np.bool_)
        out = [((name, ends[1]), here & yes & ~bot), ((name, ends[0]), here & ~yes & ~bot)]
        return [*out, ((name, "replied.bot"), here & bot)] if bot.any() else out
    column_name, default = _TOLD[name]
    column = batch.columns.get(column_name)
    if column is None:
        return [((name, f"{name}.{default}") if default else (name,), here)]
    out = [((name, f"{name}.{default}") if default else (name,), here & ~column.known)]
    for code, label in enumerate(column.labels):
        out.append(((name, f"{name}.{label}"), here & (column.values == code)))
    return out


def _flag(batch: Batch, name: str, absent: int) -> Array:
    column = batch.columns.get(name)
    if column is None:
        return np.full(batch.size, bool(absent))
    return np.asarray(np.where(column.values < 0, absent, column.values) == 1)


def _usable(batch: Batch, unknown: Array) -> tuple[Array, list[Refusal]]:
    refusals = list(batch.refusals)
    told = {(r.row, r.column) for r in refusals}
    event = batch.columns["event"]
    usable = np.ones(batch.size, np.bool_)
    for name, bad, reason in (
        ("case_id", ~batch.columns["case_id"].known, "is missing"),
        ("at", ~batch.columns["at"].known, "is missing"),
        ("event", unknown, "is no event of a case"),
    ):
        usable &= ~bad
        for i in np.flatnonzero(bad).tolist():
            row = int(batch.rows[i])
            if (row, name) not in told:
                code = int(event.values[i])
                value = str(event.labels[code]) if name == "event" and code >= 0 else ""
                refusals.append(Refusal(row, name, value, reason))
    return usable, sorted(refusals, key=lambda r: (r.row, r.column))


def _order(columns: Mapping[str, Column], signal: Array, signals: tuple[tuple[str, ...], ...]) -> Array | None:
    """Places in the order of moment, seq, and at last of the lifecycle; None where the rows are in it already."""
    case, at, order = columns["case_id"].values, columns["at"].values, None
    if "seq" in columns:
        order = np.lexsort((np.nan_to_num(columns["seq"].values), at))
    elif not (at[1:] >= at[:-1]).all():
        order = np.argsort(at, kind="stable")
    if order is not None:
        case, at = case[order], at[order]
    # events of one case at one moment can only stand among rows whose neighbour has the same moment
    same = np.zeros(len(at) + 1, np.bool_)
    np.equal(at[1:], at[:-1], out=same[1:-1])
    near = np.flatnonzero(same[1:] | same[:-1])
    if not len(near):
        return order
    near = near[np.lexsort((near, case[near], at[near]))]
    seq = np.nan_to_num(columns["seq"].values) if "seq" in columns else None
    places = near if order is None else order[near]
    tied = (case[near][1:] == case[near][:-1]) & (at[near][1:] == at[near][:-1])
    if seq is not None:
        tied &= seq[places][1:] == seq[places][:-1]
    if not tied.any():
        return order
    order = np.arange(len(at)) if order is None else order
    labels = [c for c in columns.values() if c.kind is Kind.LABEL]

    def content(row: int) -> tuple[str, ...]:
        return tuple(str(c.labels[code]) if (code := int(c.values[row])) >= 0 else "" for c in labels)

    ties = np.zeros(len(at), np.bool_)
    ties[near[1:][tied]] = True
    concerned = np.zeros(int(case.max()) + 1, np.bool_)
    concerned[case[near[1:][tied]]] = True
    rows = by_case(case, np.flatnonzero(concerned[case]))
    _settle(order, rows, case[rows], ties, _Steps(signal, signals, content))
    return order


def _settle(order: Array, rows: Array, case: Array, ties: Array, steps: "_Steps") -> None:
    """Put events of one case and moment into the order of the lifecycle, case by case."""
    heads = heads_of(case)
    for first, last in zip(heads.tolist(), [*heads[1:].tolist(), len(rows)], strict=True):
        mine = rows[first:last]
        order[mine] = steps.walk(order[mine].tolist(), ties[mine].tolist())


class _Steps:
    """The transitions of a case on signal codes: what each status allows, and where it leads."""

    def __init__(
        self, signal: Array, signals: tuple[tuple[str, ...], ...], content: Callable[[int], tuple[str, ...]]
    ) -> None:
        self.signal, self.content = signal, content
        rank = {kind.stored_name: place for place, kind in enumerate(CASE_LIFECYCLE.events)}
        self.rank = [rank.get(names[0], -1) for names in signals]
        self.to: dict[tuple[CaseStatus | None, int], CaseStatus | Move] = {}
        for code, names in enumerate(signals):
            for row in CASE_LIFECYCLE.rows:
                if row.event.stored_name == names[0] and (row.guard is None or names[-1] == "verified.passed"):
                    for source in row.sources:
                        self.to.setdefault((source, code), row.target)

    def walk(self, places: list[int], tied: list[bool]) -> list[int]:
        """The places in order; ties go by rank, each as soon as the status allows it."""
        codes = self.signal[places].tolist()
        status: CaseStatus | None = None
        came_from: CaseStatus | None = None
        out: list[int] = []
        i = 0
        while i < len(places):
            j = i + 1
            while j < len(places) and tied[j]:
                j += 1
            waiting = list(range(i, j))
            if len(waiting) > 1:
                keys = {n: (self.rank[codes[n]], self.content(places[n])) for n in waiting}
                waiting.sort(key=keys.__getitem__)
            while waiting:
                pick = next((n for n, e in enumerate(waiting) if (status, codes[e]) in self.to), 0)
                event = waiting.pop(pick)
                out.append(places[event])
                target = self.to.get((status, codes[event]), Move.STAY)
                if target is Move.BACK:
                    status, came_from = came_from, None
                elif not isinstance(target, Move):
                    came_from = status if target is CaseStatus.WAITING else None
                    status = target
            i = j
        return out


def as_moment(now: int | None) -> int:
    """The moment from which clocks are seen, which a log of open cases needs."""
    if now is None:
        raise InvalidValue(
            "now is needed to read clocks (got None); pass now=, the moment at which the log was made",
            field="now",
            expected="an instant",
            got=None,
        )
    return now
