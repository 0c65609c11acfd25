"""A log of case events as columns, in the one true order for clocks: by case, then by time."""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from functools import cached_property, partial
from itertools import product
from typing import Any, Final, TypeVar

import attrs
import numpy as np

from servqual._arrays import Array, same
from servqual.errors import InvalidValue, MissingColumn
from servqual.metrics.clocks.corrections import corrected
from servqual.metrics.clocks.order import heads_of, order_of, settled, ties_of
from servqual.model.attributes import as_typed
from servqual.model.service.case import CASE_TRANSITIONS, Priority, Relation
from servqual.model.service.case_table import CASE_FIRST_TOLD
from servqual.model.vocabulary import own_word
from servqual.readers.columns.accounting import Rows
from servqual.readers.columns.columns import Chunk, Column, Digits
from servqual.readers.columns.labels import CLEARED, TYPED, first_known
from servqual.readers.columns.lazy import LazyColumns, taken
from servqual.readers.columns.refusals import Refusals, Unusable, as_objects
from servqual.readers.columns.tables import TABLES, Kind
from servqual.readers.columns.tags import TAGS, tags_in

_EVENTS: Final = frozenset(kind.stored_name for kind in CASE_TRANSITIONS.events)
_UNKNOWN: Final = "is not a known event; say which one it is in layout=Layout(events={…})"
_NEEDED: Final = ("case_id", "at", "event")
Signals = tuple[tuple[str, ...], ...]
_T = TypeVar("_T")
_TOLD_BY: Final[Mapping[str, tuple[str, ...]]] = {
    # event: the columns that say more of it
    "linked": ("relation",),
    "opened": ("opened_by",),
    "replied": ("public", "bot"),
    "reported": ("opened_by",),
    "resolved": ("told_customer",),
    "verified": ("effective", "customer_confirmed"),
    "waiting": ("on",),
}


_ENDS: Final[Mapping[str, frozenset[str]]] = {
    "linked": frozenset(Relation),
    "replied": frozenset(("public", "internal", "bot")),
    "opened": frozenset(("customer", "agent")),
    "reported": frozenset(("customer", "agent")),
    "resolved": frozenset(("told", "untold")),
    "verified": frozenset(("passed", "failed")),
}
"""Names that may follow an event and a dot; after `waiting` any name may."""


_PLAINLY: Final = {"linked": "related", "opened": "customer", "reported": "customer"}
_AS_WELL: Final[Mapping[str, tuple[str, ...]]] = {
    "opened.customer": ("reported", "reported.customer"),
    "opened.agent": ("reported", "reported.agent"),
    "progress_told": ("replied", "replied.public"),
}
"""Further names of an event, as `Event.signals` has them."""


def _is_event(name: str, dot: str, end: str) -> bool:
    if not dot:
        return name in _EVENTS
    return end in _ENDS.get(name, ()) or (name == "waiting" and end != "")


def _finer(event: str, *cells: Any) -> str | None:
    """Choose the finer name of an event by its cells; an absent or empty cell is None."""
    match event, *cells:
        case "linked" | "opened" | "reported", cell:
            return str(cell or _PLAINLY[event])
        case "replied", public, bot:
            return "bot" if bot else "internal" if public == 0 else "public"
        case "resolved", bool() | int() as told:
            return "told" if told else "untold"
        case "verified", effective, confirmed:
            return "failed" if 0 in {effective, confirmed} else "passed"
        case "waiting", on:
            return None if on is None else str(on)
        case _:
            return None


@attrs.frozen(eq=False)
class EventLog:
    """The events of many cases up to a moment, by case and time.

    Attributes:
        ids: the names of the cases.
        case: codes into `ids`, one per event.
        at: microseconds of UTC.
        signal: codes into `signals`, each a tuple of the names that a clock may listen to.
        columns: all columns of the log, in the same order.
        rows: the rows read, used and refused.
        typed: whether the cases are objects, whose attributes have types.
    """

    ids: Sequence[str]
    case: Array
    at: Array
    signal: Array
    signals: Signals
    columns: Mapping[str, Column]
    rows: Rows
    typed: bool = False
    _found: dict[Hashable, Any] = attrs.field(factory=dict, init=False, repr=False)

    def once(self, key: Hashable, find: Callable[[], _T]) -> _T:
        """Find something out once for all promises that are read from this log."""
        if key not in self._found:
            self._found[key] = find()
        return self._found[key]  # type: ignore[no-any-return]

    @classmethod
    def of(cls, chunk: Chunk, now: int, matched: Collection[str] = ()) -> "EventLog":
        """Order the events up to a moment; refuse a row without case, moment or known event.

        A row with a mistyped priority is refused, too, where targets match on it: `matched` are the columns that
        targets look at. Raises `MissingColumn` where the log has no case_id, at or event.
        """
        if not chunk.columns and not chunk.read:  # no cases at all
            kinds = dict.fromkeys(matched, Kind.LABEL) | {name: TABLES["case_events"][name] for name in _NEEDED}
            chunk = attrs.evolve(chunk, columns={name: Column.missing(kind, 0) for name, kind in kinds.items()})
        for name in _NEEDED:
            if name not in chunk.columns:
                raise MissingColumn(
                    f"case_events needs the column {name!r} (got {', '.join(chunk.columns)})", column=name, near=()
                )
        chunk = corrected(chunk)
        columns: Mapping[str, Column] = chunk.columns
        signals, signal = _signals(columns)
        usable, refusals = _usable(chunk, signal, matched)
        seen = usable & (columns["at"].values <= now)
        if not seen.all():
            rows = np.flatnonzero(seen)
            columns, signal = taken(columns, rows), signal.take(rows)
        order = order_of(columns["case_id"].values, columns["at"].values)
        ordered = columns if order is None else taken(columns, order)
        tied = ties_of(ordered["case_id"].values, ordered["at"].values)
        if tied.any():
            order = settled(np.arange(len(tied)) if order is None else order, tied, columns, signal, signals)
            ordered = taken(columns, order)
        return cls(
            ids=ordered["case_id"].labels,
            case=ordered["case_id"].values.astype(np.intp),
            at=ordered["at"].values,
            signal=signal if order is None else signal.take(order),
            signals=signals,
            columns=ordered,
            rows=Rows.of(read=chunk.read, used=int(usable.sum()), lost=chunk.lost, refusals=refusals),
            typed=chunk.sparse,
        )

    def same(self, other: "EventLog") -> bool:
        """Whether two logs hold the same events, column by column."""
        pairs = ((self.case, other.case), (self.at, other.at), (self.signal, other.signal))
        return self is other or (
            ([*self.ids], self.signals, self.rows) == ([*other.ids], other.signals, other.rows)
            and all(same(*pair) for pair in pairs)
            and self.columns.keys() == other.columns.keys()
            and all(column.same(other.columns[name]) for name, column in self.columns.items())
        )

    @property
    def on(self) -> Column:
        """The reason of each `waiting`."""
        return self.columns.get("on") or Column.missing(Kind.LABEL, len(self.case))

    @property
    def imported(self) -> Array:
        """Whether each event was made from the columns of an export."""
        column = self.columns.get("imported")
        return np.zeros(0, np.bool_) if column is None else column.values == 1

    @property
    def since(self) -> Column:
        """The moment from which an absorbed case counts."""
        return self.columns.get("since") or Column.missing(Kind.MOMENT, len(self.case))

    @cached_property
    def heads(self) -> Array:
        """The first row of each case that has events."""
        return heads_of(self.case)

    @property
    def attributes(self) -> tuple[str, ...]:
        """The columns with attributes of cases."""
        return tuple(name for name in self.columns if name not in TABLES["case_events"] and not name.startswith(TYPED))

    def matched(self, name: str) -> Column:
        """Give the column by which targets match an attribute: of objects, texts that tell the types of its values."""
        return self.once(("matched", name), lambda: self._matched(name))

    def tags_of(self, label: str) -> tuple[str, ...]:
        """Take a label of tags apart, each as it is matched."""
        return tuple(map(as_typed, tags_in(label))) if self.typed else tags_in(label)

    def _matched(self, name: str) -> Column:
        labels = self.columns[name]
        if not self.typed or name == TAGS:
            return labels
        typed = self.columns.get(TYPED + name)
        texts = [label if label == CLEARED else as_typed(label) for label in labels.labels]
        plain = attrs.evolve(labels, labels=texts)
        return plain if typed is None else first_known(typed, plain)

    @cached_property
    def last_known(self) -> Mapping[str, Column]:
        """The last known value of each attribute, one per case of `ids`."""
        # not a method: a log that its own columns refer to would wait for the garbage collector
        return LazyColumns(self.attributes, partial(_last_known, self.columns, self.case, self.heads, len(self.ids)))


def _last_known(columns: Mapping[str, Column], case: Array, heads: Array, size: int, name: str) -> Column:
    """Find the last known value of a column in each case, or the first one of a column of `CASE_FIRST_TOLD`."""
    given = columns[name].values
    out = Column.missing(Kind.LABEL, size).values
    last = np.append(heads[1:], len(given))[: len(heads)] - 1
    values = given.take(last)
    if name in CASE_FIRST_TOLD:
        known = np.flatnonzero(given >= 0)[::-1]
        out[case[known]] = given[known]
    elif (values >= 0).all():
        out[case.take(last)] = values
    else:
        known = np.flatnonzero(given >= 0)
        out[case[known]] = given[known]  # where an index repeats, numpy keeps the last value
    labels = columns[name].labels
    if not isinstance(labels, Digits) and CLEARED in labels:
        out[out == labels.index(CLEARED)] = -1
    return Column(Kind.LABEL, out, labels)


def with_all(chunk: Chunk, matched: Collection[str]) -> Chunk:
    """Give a log of objects the columns that targets match on and no event fills."""
    if not chunk.sparse:
        return chunk
    lacking = {name: Column.missing(Kind.LABEL, chunk.size) for name in matched if name not in chunk.columns}
    return attrs.evolve(chunk, columns={**chunk.columns, **lacking})


def _signals(columns: Mapping[str, Column]) -> tuple[Signals, Array]:
    """Find the names of signals, and the code of each event; -1 for an unknown event."""
    event = columns["event"]
    names: dict[tuple[str, ...], int] = {}
    plain = np.full(len(event.labels) + 1, -1, np.int32)
    finer: list[tuple[Array, Array]] = []
    for code, label in enumerate(event.labels):
        name, dot, end = str(label).partition(".")
        if not _is_event(name, dot, end):
            continue
        readers = () if end else _TOLD_BY.get(name, ())
        ends = [end or _finer(name, *cells) for cells in product(*(_cells(columns.get(column)) for column in readers))]
        codes = [names.setdefault(_names(name, end), len(names)) for end in ends]
        plain[code] = codes[0]
        there = [columns[column] for column in readers if column in columns]
        if there:
            rows = np.flatnonzero(event.values == code)
            key = np.zeros(len(rows), np.intp)
            for column in there:
                key = key * len(_cells(column)) + column.values.take(rows) + 1
            finer.append((rows, np.array(codes, np.int32).take(key)))
    signals = plain.take(event.values)
    for rows, given in finer:
        signals[rows] = given
    return tuple(names), signals


def _names(name: str, end: str | None) -> tuple[str, ...]:
    finer = f"{name}.{end}" if end else name
    told = _AS_WELL.get(finer)
    return (name, *told) if told else (name, finer) if end else (name,)


def _cells(column: Column | None) -> list[Any]:
    """List the values that a label or flag may have, None first."""
    if column is None:
        return [None]
    return [None, *(column.labels if column.kind is Kind.LABEL else (0, 1))]


def _usable(chunk: Chunk, signal: Array, matched: Collection[str]) -> tuple[Array, Refusals]:
    good = {
        "case_id": (chunk.columns["case_id"].known, "is missing"),
        "at": (chunk.columns["at"].known, "is missing"),
        "event": (signal >= 0, _UNKNOWN),
    }
    priority = chunk.columns.get("priority")
    if priority is not None and "priority" in matched:
        known = np.array([*map(_no_slip, priority.labels), True])  # the last for an empty cell
        good["priority"] = known.take(priority.values), f"must not be one slip away from {', '.join(Priority)}"
    usable = np.logical_and.reduce([known for known, _ in good.values()])
    refusals = chunk.refusals
    for name, (known, reason) in good.items():
        places = np.flatnonzero(~known)
        if not len(places):
            continue
        column = chunk.columns[name]
        names = np.array([*map(str, column.labels), ""], object)
        told = names[column.values[places]] if column.kind is Kind.LABEL else as_objects([""] * len(places))
        found = Refusals((Unusable(name, reason, chunk.numbers[places], told),))
        for part in chunk.refusals.of_columns({name}).parts:
            found = found.without(part.rows)
        refusals += found
    return usable, refusals.settled()


def _no_slip(label: str) -> bool:
    try:
        own_word(Priority, label)
    except InvalidValue:
        return False
    return True


def as_moment(now: int | None) -> int:
    """Require the moment at which clocks are read."""
    if now is None:
        raise InvalidValue.of("now", "be the moment at which the log was made", None, do="pass now=")
    return now
