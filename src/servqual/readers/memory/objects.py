"""Lists of our model's objects as the rows of a table: cases, contacts, complaints, answers and the like.

One row per object; in `case_events` one row per event that counts in the history of a case, as corrected, in `steps`
one row per step of a running procedure, and in `trainings` one per member and evaluated round. The columns are defined
in `servqual.readers.memory.object_columns`; each attribute of the firm's own is a column, too.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import chain, groupby, islice, repeat
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.errors import InvalidValue
from servqual.model.attributes import as_typed
from servqual.model.declared import name_of
from servqual.model.history.changed import tags_of
from servqual.model.history.lifecycle import Lived
from servqual.readers.columns.columns import LONGEST, MISSING, Chunk
from servqual.readers.columns.duplicates import IDS, NAMING, naming, repeated, without
from servqual.readers.columns.labels import CLEARED, TYPED, labels_of
from servqual.readers.columns.standing import replaced
from servqual.readers.columns.tables import TABLES, Kind, check_table, kind_of
from servqual.readers.columns.tags import TAGS, label_of
from servqual.readers.memory.arrays import columns_of
from servqual.readers.memory.object_columns import EVENT_COLUMNS, OBJECT_COLUMNS, Following, Getter, own_columns

_CHUNK: Final = 1 << 16
"""Objects of an iterator per chunk."""
_NOT_TYPED: Final = frozenset((None, CLEARED))
_MODEL: Final = "servqual.model."
_EXACT: Final = 2.0**32
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_TICK: Final = dt.timedelta(microseconds=1)
Parts: TypeAlias = tuple[dict[str, list[Any]], list[int]]
"""The columns of the parts of objects, and the number of parts of each."""


def is_object(value: Any) -> bool:
    """Whether something is an object of our model or of a subclass."""
    kind: Any = type(value)
    return _is_ours(kind)


@lru_cache(maxsize=256)
def _is_ours(kind: Any) -> bool:
    return any(base.__module__.startswith(_MODEL) for base in kind.__mro__)


def object_chunks(
    table: str, source: Any, only: Collection[str] | None = None, desk: str | None = None, now: int | None = None
) -> Iterator[Any]:
    """Read a list of objects as one chunk, an iterator 65,536 objects at a time; pass on anything else unchanged.

    Where `only` is given, no other columns are read; every part has those of the class, and of an iterator of several
    parts each asked one that may be an attribute. Dates are days in the zone `desk`, by default UTC. An object with
    a history is read as it was at `now`, in microseconds of UTC. In a list an object with a repeated id is refused;
    of cases only one that is equal to another, so keep the newest state of each. Raises `InvalidValue` for one object
    alone, and for a value that is not iterable.

    >>> list(object_chunks("purchases", [{"at": []}]))
    [{'at': []}]
    """
    if is_object(source) or not isinstance(source, Iterable):
        raise InvalidValue.of(
            table,
            "be columns, a frame, a path, or a list or an iterator of these or of objects of our model",
            source,
            shown=f"{source!r:.80}",
            do="put one object into a list",
        )
    first, listed, more = 0, isinstance(source, Sequence), set[str]()
    if isinstance(source, Sequence) and source and all(map(_is_ours, {*map(type, source)})):
        yield chunk_of_objects(table, _as_of(table, source, now), only=only, desk=desk)
        return
    for ours, group in groupby(source, is_object):
        if not ours:
            yield from group
        for objects, last in _in_chunks(group, None if listed else _CHUNK) if ours else ():
            if not last:  # only what is read as a whole tells which attributes nobody has
                more |= {*(only or ())} - TABLES[table].keys()
            chunk = chunk_of_objects(table, _as_of(table, objects, now), first, only=only, desk=desk, more=more)
            yield chunk
            more |= chunk.columns.keys()
            first += len(objects)


def _in_chunks(objects: Iterator[Any], size: int | None) -> Iterator[tuple[list[Any], bool]]:
    """Cut objects into chunks, and say of each whether it is the last."""
    chunk = [*islice(objects, size)]
    while chunk:
        after = [*islice(objects, size)]
        yield chunk, not after
        chunk = after


def _as_of(table: str, objects: Sequence[Any], now: int | None) -> Sequence[Any]:
    """Return the objects as they were at a moment; one that begins later is its first event, which lies ahead.

    A log is left as it is: who reads it leaves later events out.
    """
    if now is None or table == "case_events":
        return objects
    moment = _EPOCH + now * _TICK

    def then(one: Any) -> Any:
        if not isinstance(one, Lived) or one.counted[-1].at <= moment:
            return one
        return one.as_of(max(moment, one.counted[0].at))

    return [*map(then, objects)]


def chunk_of_objects(
    table: str,
    objects: Sequence[Any],
    first: int = 0,
    *,
    unique: bool = True,
    only: Collection[str] | None = None,
    desk: str | None = None,
    more: Collection[str] = (),
) -> Chunk:
    """Read objects of a table's class as one chunk; the number of a row is its place, counted from `first`.

    The columns are those of the class, the attributes that an object has, and the attributes in `more`, which other
    parts of the table have. A row of `case_events` is an event and has the number of its case, one of `steps` a step
    with that of its run, one of `trainings` a result with that of its training; a run or training that is listed twice
    is refused. Moments before 1970 and from 2100 on are refused as in every table, and so are objects whose id names
    another one that stands, unless `unique` is False. Of cases only equal ones are: two different states of one case
    are two rows. Raises `InvalidValue` for an object of another class, with its place.

    >>> import datetime as dt
    >>> from servqual.model import Interaction
    >>> nine = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    >>> call = Interaction(id="I-1", channel="phone", queued_at=nine, answered_at=nine + dt.timedelta(seconds=5))
    >>> chunk = chunk_of_objects("interactions", [call])
    >>> chunk.columns["wait_s"].values.tolist(), chunk.columns["channel"].labels
    ([5000000], ['phone'])
    """
    getters = _columns(table, objects, first)
    if table not in _PARTS:
        getters |= own_columns(table, objects, getters, only, more)
    rows: Sequence[int] | Array = range(first, first + len(objects))
    others: list[str] = []
    if table in _PARTS:
        parts, sizes = _PARTS[table](objects)
        plain = {name: _plain(table, name, values) for name, values in parts.items()}
        rows = np.repeat(rows, sizes)
    else:
        names = [name for name in getters if not name.startswith("_")]
        if only is not None:
            others = [name for name in names if name not in only and name not in NAMING.get(table, ())]
        plain = _values(table, objects, getters, [name for name in names if name not in others])
    chunk = columns_of(table, plain, desk or "UTC", rows=rows, unique=False)
    chunk = attrs.evolve(chunk, others=others, sparse=True)
    whose = "cases" if table == "case_events" else table
    if not unique or whose not in NAMING:
        return chunk
    # a purchase has none of its own
    own = whose in IDS and all(hasattr(one, "id") for one in objects[:1])
    ids = labels_of([one.id for one in objects]) if own else naming(whose, chunk.columns)
    several = None if ids is None else repeated(whose, ids)
    if ids is None or several is None:
        return chunk
    gone, identical = np.zeros((2, len(objects)), np.bool_)
    whole = chunk_of_objects(whose, [objects[place] for place in several.tolist()], unique=False)
    gone[several], identical[several] = replaced(whose, whole, ids.values[several])
    if table == "cases":
        gone &= identical  # two states of a case in one list were put there on purpose
    if table == "case_events":
        gone, identical = (mask.repeat([len(case.counted) for case in objects]) for mask in (gone, identical))
        ids = chunk.columns["case_id"]
    return without(whose, chunk, gone, identical, (IDS[whose], ids) if whose in IDS else None)


def _columns(table: str, objects: Sequence[Any], first: int) -> "dict[str, Getter]":
    """Give the columns of the one class of these objects."""
    check_table(table)
    classes = OBJECT_COLUMNS.get(table, {})
    found = {kind: name if (name := name_of(kind)) in classes else "" for kind in {*map(type, objects)}}
    mine = next(filter(None, (found[type(one)] for one in objects[:1])), "")
    if any(name != mine or not name for name in found.values()):
        place = next(i for i, one in enumerate(objects) if found[type(one)] != mine or not mine)
        names = " or ".join(name.title().replace("_", "") for name in ([mine] if mine else classes)) or "no objects"
        raise InvalidValue.of(
            table,
            f"hold {names}",
            objects[place],
            shown=f"{type(objects[place]).__name__} at place {place + first:,}",
            do="pass each kind of object in a list of its own, under the name of its table",
        )
    return dict(classes.get(mine, {}))


def _values(table: str, objects: Sequence[Any], getters: "dict[str, Getter]", wanted: Sequence[str]) -> dict[str, Any]:
    """Read the wanted columns as numpy, labels as they are; a column that others follow from is read once."""
    found: dict[str, Any] = {}

    def column(name: str) -> Any:
        if name not in found:
            value = getters[name]
            if isinstance(value, Following):
                made = value.make(*map(column, value.columns))
                found[name] = _plain(table, name, made) if isinstance(made, list) else made
            else:
                get = attrgetter(value) if isinstance(value, str) else value
                found[name] = _plain(table, name, [*map(get, objects)])
        return found[name]

    return {name: column(name) for name in wanted}


def _plain(table: str, name: str, values: list[Any]) -> Any:
    """Make the values of one column numpy; leave labels as they are."""
    kind = kind_of(table, name)
    if values and values[0] is None and values.count(None) == len(values):
        return np.full(len(values), np.datetime64("NaT", "us") if kind is Kind.MOMENT else np.nan)
    match kind:
        case Kind.MOMENT if values and type(values[0]) is dt.date:
            return np.array(values, "M8[D]")
        case Kind.MOMENT:
            return _ticks(_seconds(values, dt.datetime.timestamp)).view("M8[us]")
        case Kind.DURATION:
            return _lengths(values).view("m8[us]")
        case Kind.LABEL:
            return values
        case _:
            return np.array(values, np.float64)


def _seconds(values: Sequence[Any], of: Callable[[Any], float]) -> Array:
    """Read values as seconds, NaN where one is missing."""
    try:
        return np.fromiter(map(of, values), np.float64, len(values))
    except TypeError:  # some is None
        return np.array([None if value is None else of(value) for value in values], np.float64)


def _ticks(seconds: Array) -> Array:
    """Round seconds to microseconds; below 2^32, as from 1970 to 2106, floats are off by less than half of one."""
    known = ~np.isnan(seconds)
    return np.where(known, np.rint(np.where(known, seconds, 0) * 1e6).astype(np.int64), MISSING)


def _lengths(values: Sequence[dt.timedelta | None]) -> Array:
    """Read durations as whole microseconds, up to `LONGEST`."""
    seconds = _seconds(values, dt.timedelta.total_seconds)
    far = np.flatnonzero(seconds >= _EXACT)
    ticks = _ticks(np.minimum(seconds, _EXACT))
    for row in far.tolist():
        ticks[row] = min((values[row] or _TICK) // _TICK, LONGEST)
    return ticks


def _rows(table: str, what: str, objects: Sequence[Any]) -> Parts:
    """Write the rows that objects give as columns."""
    several = [name for name, count in Counter(one.id for one in objects).items() if count > 1]
    if several:
        raise InvalidValue.of(table, f"hold each {what} once", several[0], do="keep the newest state of each")
    rows = [one.rows() for one in objects]
    [names] = OBJECT_COLUMNS[table].values()
    return {name: [row[name] for row in chain.from_iterable(rows)] for name in names}, [*map(len, rows)]


def _events(cases: Sequence[Any]) -> Parts:
    """Write the histories of cases as the columns of a log; their order is settled, so that `seq` gives it."""
    events = [*chain.from_iterable(case.counted for case in cases)]
    kinds: list[Any] = [*map(type, events)]
    names: dict[Any, str] = {kind: kind.stored_name for kind in {*kinds}}
    rows: dict[str, list[int]] = {name: [] for name in names.values()}
    for row, kind in enumerate(kinds):
        rows[names[kind]].append(row)
    columns: dict[str, list[Any]] = {
        "case_id": [*chain.from_iterable(repeat(case.id, len(case.counted)) for case in cases)],
        "event": [names[kind] for kind in kinds],
        "at": [event.at for event in events],
        "seq": [*chain.from_iterable(range(len(case.counted)) for case in cases)],
        "by": [event.by for event in events],
        "imported": [getattr(event, "imported", False) or None for event in events],
    }
    for event, fields in EVENT_COLUMNS.items():
        for name, field in fields.items():
            values = columns.setdefault(name, [None] * len(events))
            for row in rows.get(event, ()):
                values[row] = getattr(events[row], field)
    _add_own(cases, columns)
    return columns, [len(case.counted) for case in cases]


_PARTS: Final[Mapping[str, Callable[[Sequence[Any]], Parts]]] = MappingProxyType(
    {
        "case_events": _events,
        "stages": partial(_rows, "stages", "relationship"),
        "steps": partial(_rows, "steps", "run"),
        "trainings": partial(_rows, "trainings", "training"),
    }
)
"""The tables in which an object is several rows."""


def _add_own(cases: Sequence[Any], columns: dict[str, list[Any]]) -> None:
    """Add a column for each attribute that an event sets, and one of the tags of the case after each change.

    Where the label of a value does not say all, because it is no text or has white space around it, one more column
    tells the types.
    """
    size, first, typed = len(columns["at"]), 0, dict[str, None]()
    for case in cases:
        tags: tuple[str, ...] = ()
        for row, event in enumerate(case.counted, start=first):
            own = getattr(event, "attributes", None)
            if own is None:
                continue
            before, tags = tags, tags_of([event], tags)
            cells = {**dict.fromkeys(getattr(event, "clear", ()), CLEARED), **own}
            if tags != before:
                cells[TAGS] = label_of(tags) or CLEARED
            for name, value in cells.items():
                columns.setdefault(name, [None] * size)[row] = value
                if type(value) is not str or value != value.strip():
                    typed[name] = None
        first += len(case.counted)
    for name in typed:
        columns[TYPED + name] = [value if value in _NOT_TYPED else as_typed(value) for value in columns[name]]
