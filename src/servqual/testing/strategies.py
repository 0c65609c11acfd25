"""Hypothesis strategies for every public class: legal values, built and not filtered.

`values(kind)` reads the fields of a class: it draws what must be given, builds the object, and then sets further fields
one by one, leaving out what the class refuses beside the others. `histories` lives an object step by step through its
own table of transitions. Importing `servqual.testing` registers them, so that `hypothesis.strategies.from_type(Case)`
and `@given` with annotations draw legal objects.

The first draws of a test must be quick, or Hypothesis calls the strategy slow. So texts are joined from letters,
because `st.text` would first read all of Unicode, and constants are read from the source at import.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any, Final, TypeVar, get_args, get_origin
from zoneinfo import ZoneInfo

import attrs
from hypothesis import Phase, given, reject, settings
from hypothesis import strategies as st

from servqual.errors import InvalidValue, ServqualError
from servqual.model import BusinessHours, Case, Complaint, Hours, Money, Scale, Window
from servqual.model.history.event import Event
from servqual.model.history.lifecycle import Lived, Move, Transitions
from servqual.schema import ledger
from servqual.schema.documents import limits
from servqual.schema.forms import (
    default_of,
    fields_of,
    is_enum,
    is_family,
    is_list,
    is_literal,
    is_mapping,
    is_named_tuple,
    is_set,
    is_union,
    unnamed,
)
from servqual.schema.opaque import is_opaque
from servqual.testing.hours import ZONES, business_hours, hours, windows
from servqual.testing.laws import lawful

__all__ = ["cases", "complaints", "histories", "register", "values"]

L = TypeVar("L", bound=Lived[Any, Any])
_BEGIN: Final = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)
_TRIES: Final = 8
_MOST: Final = 2
"""Members of a list, at most: laws need several, and hardly ever many."""
_WORDS: Final = ("north", "billing", "phone", "早班", "Müller", "A-1", "K-2", "x")
_LETTERS: Final = "aZ09.-/éß客\U0001f600"
_REFUSED: Final = (ServqualError, ArithmeticError, LookupError, TypeError, ValueError)


_DRAWN: Final = frozenset(
    {"Funnel", "Kpi", "Compound", "Tally", "Measures", "Cell", "Windows", "AsOf"}
    | {"Verdict", "Plan", "Do", "Check", "Outcome"}
)
"""Classes of results, whose values are measured and not built."""
_RESULTS: Final = ("servqual.metrics.", "servqual.pdca.")
"""Where they are; a class of a user, or another one of ours, may have the same name."""
_STATISTICS: Final = "servqual.stats."
_BEFORE: Final = dt.datetime(2026, 3, 1, 8, tzinfo=dt.UTC)
_AFTER: Final = dt.datetime(2028, 1, 3, 8, tzinfo=dt.UTC)


def texts() -> st.SearchStrategy[str]:
    """Draw short texts with content."""
    letters = st.lists(st.sampled_from(_LETTERS), min_size=1, max_size=6)
    return st.sampled_from(_WORDS) | letters.map("".join)


def _moments() -> st.SearchStrategy[dt.datetime]:
    return st.integers(0, 60 * 24 * 60).map(lambda minutes: _BEGIN + dt.timedelta(minutes=minutes))


def _plain() -> st.SearchStrategy[Any]:
    """Draw what stands in fields of any value: labels, numbers, flags, moments, dates."""
    return st.one_of(texts(), st.integers(-9, 9), st.booleans(), _moments(), _moments().map(dt.datetime.date))


_KNOWN: Final[Mapping[Any, Callable[[], st.SearchStrategy[Any]]]] = {
    str: texts,
    bool: st.booleans,
    int: lambda: st.integers(2, 12),
    float: lambda: st.sampled_from((0.05, 0.25, 0.5, 0.95, 1.0)) | st.floats(0, 1),
    type(None): st.none,
    dt.datetime: _moments,
    dt.date: lambda: _moments().map(dt.datetime.date),
    dt.timedelta: lambda: st.integers(1, 10**7).map(lambda seconds: dt.timedelta(seconds=seconds)),
    Decimal: lambda: st.decimals(0, 10**6, places=2),
    Fraction: lambda: st.fractions(-1, 1, max_denominator=99),
    ZoneInfo: lambda: st.sampled_from(ZONES).map(ZoneInfo),
    BusinessHours: business_hours,
    Window: windows,
    Hours: hours,
    Money: lambda: st.builds(Money, st.decimals(0, 10**6, places=2), st.sampled_from(("EUR", "USD"))),
}


@cache
def of(annotation: Any) -> st.SearchStrategy[Any]:  # noqa: PLR0911  (a form each)
    """Draw values of a type."""
    kind = unnamed(annotation)
    if kind in _KNOWN:
        return _KNOWN[kind]()
    if is_enum(kind):
        return st.sampled_from([*kind])
    if is_literal(kind):
        return st.sampled_from(get_args(kind))
    if is_union(kind):
        return st.one_of([of(part) for part in get_args(kind)])
    if is_mapping(kind):
        key, member = map(of, get_args(kind))
        return st.dictionaries(key, member, min_size=1, max_size=_MOST)
    if is_list(kind):
        return _lists(kind)
    if is_opaque(kind):
        return st.deferred(lambda: values(kind))
    if is_family(kind) and (parts := ledger.family(kind)):
        return st.one_of([st.deferred(lambda part=part: values(part)) for part in parts.values()])  # type: ignore[misc]
    if attrs.has(kind) or is_named_tuple(kind):
        return st.deferred(lambda: values(kind))
    return _plain()


def _lists(kind: Any) -> st.SearchStrategy[Any]:
    args = get_args(kind)
    if get_origin(kind) is tuple and args[-1] is not Ellipsis:
        return st.tuples(*map(of, args))
    if is_set(kind):
        return st.frozensets(of(args[0]), min_size=1, max_size=_MOST)
    return st.lists(of(args[0]), min_size=1, max_size=_MOST).map(tuple)


_SIGNALS: Final = st.frozensets(st.sampled_from(("received", "replied", "resolved", "closed")), min_size=1, max_size=2)


def _period(first: dt.date, days: int) -> tuple[dt.date, dt.date]:
    return first, first + dt.timedelta(days=days)


_DATES: Final = st.builds(_period, _KNOWN[dt.date](), st.integers(0, 90))
_MOSTLY: Final[st.SearchStrategy[bool]] = st.sampled_from((True, True, True, False))
_IDS: Final = st.sampled_from(("A-1", "A-2", "A-3", "A-4"))
_WEEKDAYS: Final = st.sampled_from(("mon", "wed", "sun"))
_BY_NAME: Final[Mapping[str, st.SearchStrategy[Any]]] = {
    "began_at": st.just(_BEFORE),
    "due": st.just(_AFTER),
    "happened_at": st.just(_BEFORE),
    "invited_at": st.just(_BEFORE),
    "occurred_at": st.just(_BEFORE),
}
"""Moments that lie before or after the others of an event."""
_OWN: Final[Mapping[str, Mapping[str, st.SearchStrategy[Any]]]] = {
    "Amended": {"changes": st.fixed_dictionaries({"note": texts()})},
    "ClockRule": {"start": _SIGNALS, "stop": _SIGNALS},
    "DatedHours": {"eras": st.tuples(hours(), _moments(), hours()).map(lambda three: ((None, three[0]), three[1:]))},
    "FixedDay": {"day": st.integers(1, 28), "month": st.integers(1, 12)},
    "Identified": {"parties": st.lists(_IDS, min_size=2, max_size=3, unique=True)},
    "Layout": {
        "columns": st.sampled_from(({"received_at": "Opened"}, {"received_at": ("Date", "Time"), "team": "Group"})),
        "dates": st.sampled_from(((), ("%d.%m.%Y", "excel"))),
        "events": st.sampled_from(({}, {"resolved": ("Resolve ticket",)})),
    },
    "Log": {
        "moments": st.fixed_dictionaries(
            {"resolved_at": st.deferred(lambda: values(ledger.named("reader.moment").kind))}
        ),
        "repeats": st.sampled_from(({}, {"reopened": ("Reopen",)})),
    },
    "NthWeekday": {"weekday": _WEEKDAYS, "nth": st.sampled_from((1, 2, -1)), "offset": st.integers(-3, 3)},
    "Question": {
        "kind": st.just("csat"),
        "scale": st.integers(4, 10).map(lambda high: Scale(low=1, high=high)),
        "satisfied_from": st.just(4),
    },
    "Answer": {"score": st.integers(1, 5)},
    "Received": {"text": texts()},
    "Recurring": {"rule": st.just("DTSTART:20260101\nRRULE:FREQ=MONTHLY;BYDAY=1FR")},
    "SchemeSet": {
        "weights": st.sampled_from(({"speed": 1.0}, {"speed": 0.25, "tone": 0.75})),
        "rater_weights": st.just({"supervisor": 1.0}),
        "period": _DATES,
        "member": _IDS,
    },
    "Wide": {"cells": st.sampled_from(({"score": ("Q*",)}, {"score": ("P1", "P2"), "expected": ("E1", "E2")}))},
    "Sla": {"pause_on": st.just(frozenset({"customer"}))},
}
"""What a class asks of its fields beside their types."""


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Draw objects of a class, such as `values(Team)`: one of ours, or a lifecycle or an event of your own."""
    if kind in _KNOWN:
        return _KNOWN[kind]()
    if issubclass(kind, Lived):
        return histories(kind)
    if kind.__name__ in _DRAWN and kind.__module__.startswith(_RESULTS):
        from servqual.testing._measured import drawn_from  # noqa: PLC0415  (it measures, so on demand)

        return st.sampled_from(drawn_from(kind) or ())
    if kind.__module__.startswith(_STATISTICS) and ledger.entry_of(kind) is not None:
        from servqual.testing._statistics import results  # noqa: PLC0415  (it loads numpy, so on demand)

        return results(kind)
    return _records(kind)


@cache
def _fields(kind: Any) -> tuple[Mapping[str, st.SearchStrategy[Any]], Mapping[str, st.SearchStrategy[Any]]]:
    """Give the strategies of the fields that must be given, and of those that may be left out, by key."""
    own = {} if ledger.entry_of(kind) is None else _OWN.get(kind.__name__, {})
    needed: dict[str, st.SearchStrategy[Any]] = {}
    further: dict[str, st.SearchStrategy[Any]] = {}
    for name, key, annotation in fields_of(kind):
        ways = (own.get(key), _placed(key, annotation), of(annotation))
        must = default_of(kind, name) is attrs.NOTHING or key in own
        (needed if must else further)[key] = next(way for way in ways if way is not None)
    return needed, further


@st.composite
def _records(draw: st.DrawFn, /, kind: Any, **given: Any) -> Any:
    """Draw what must be given until the class takes it, and further fields as far as it takes them, too."""
    needed, further = _fields(kind)
    optional = [key for key in further if key not in given]
    chosen = draw(st.integers(0, (1 << len(optional)) - 1))
    more = {key: draw(further[key]) for place, key in enumerate(optional) if chosen >> place & 1}
    for _ in range(_TRIES):
        facts = {key: draw(strategy) for key, strategy in needed.items() if key not in given} | given
        try:
            return kind(**facts, **more)
        except _REFUSED:
            try:
                return _with_some(kind(**facts), more)
            except _REFUSED:
                continue
    return reject()


def _with_some(made: Any, more: Mapping[str, Any]) -> Any:
    """Set fields one by one, and leave out those that the object refuses."""
    for key, value in more.items():
        try:
            made = attrs.evolve(made, **{key: value})
        except _REFUSED:
            continue
    return made


def _placed(key: str, annotation: Any) -> st.SearchStrategy[Any] | None:
    """Find the strategy of a field whose name says more than its type; None for other fields."""
    if key == "by" and annotation == tuple[str, ...]:  # a table of results, whose rows would need these groups
        return st.just(())
    return _BY_NAME.get(key) if "datetime.datetime" in str(annotation) else None


# --- lives -----------------------------------------------------------------------------------------------------------


def histories(kind: type[L], *, min_events: int = 1, max_events: int = 8) -> st.SearchStrategy[L]:
    """Draw objects with a history, such as `histories(Case, min_events=2)`, by living them step by step.

    Each step draws one of the events that the present status allows, at the same moment or later, until enough were
    taken; a step that the object refuses is tried again as another one. An object whose life ends before `min_events`
    is drawn anew. Numbers of events are whole, at least 1 because an object is its events, and `min_events` is at most
    `max_events`; others are refused.
    """
    limits(min_events=min_events, max_events=max_events)
    if min_events > max_events:
        shown = f"{min_events} and {max_events}"
        raise InvalidValue.of("min_events", "be at most max_events", min_events, shown=shown, do="raise max_events")
    return _lives(kind, min_events, max_events)


@st.composite
def _lives(draw: st.DrawFn, kind: type[L], min_events: int, max_events: int) -> L:
    wanted = draw(st.integers(min_events, max_events))
    at = draw(_moments())
    lived: Any = None
    taken = 0
    for _ in range(_TRIES * wanted):
        if taken == wanted:
            break
        allowed, onward = _next(kind, lived)
        if not allowed:
            break
        leads_on = draw(_MOSTLY)
        event = draw(st.sampled_from(onward if onward and leads_on else allowed))
        later = at + dt.timedelta(minutes=draw(st.integers(0, 3000)))
        step = draw(_records(event, at=later, recorded_at=None))
        try:
            lived = kind(history=(step,)) if lived is None else lived.record(step)
        except _REFUSED:
            continue
        at, taken = later, taken + 1
    if taken < min_events:
        reject()
    return lived  # type: ignore[no-any-return]


def _next(kind: Any, lived: Any) -> tuple[list[type[Event]], list[type[Event]]]:
    """List the events that may follow, and those of them that lead to a status that is no end."""
    transitions: Transitions[Any] = kind._transitions  # noqa: SLF001
    status = None if lived is None else lived.status
    names = transitions.allowed(None) if lived is None else lived.allowed
    ways = [row for row in transitions.rows if status in row.sources and row.event.stored_name in names]
    leaving = {source for row in transitions.rows if row.target is not Move.STAY for source in row.sources}
    onward = [row.event for row in ways if row.target is Move.BACK or row.target in leaving - {status}]
    return list(dict.fromkeys(row.event for row in ways)), list(dict.fromkeys(onward))


def cases(*, min_events: int = 1, max_events: int = 8) -> st.SearchStrategy[Case]:
    """Draw cases with a legal history."""
    return histories(Case, min_events=min_events, max_events=max_events)


def complaints(*, min_events: int = 1, max_events: int = 8) -> st.SearchStrategy[Complaint]:
    """Draw complaints with a legal history."""
    return histories(Complaint, min_events=min_events, max_events=max_events)


def register() -> None:
    """Register every class that has a stored form with Hypothesis; strategies are made on demand."""
    for entry in ledger.rows():
        if entry.version:
            st.register_type_strategy(entry.kind, values)
    _read_constants()


@settings(lawful(5), phases=[Phase.generate])
@given(st.lists(st.integers(0, 9), min_size=100, max_size=100))
def _read_constants(_: list[int]) -> None:
    """Draw numbers: one in twenty is a constant, for which Hypothesis parses all loaded modules of a checkout once."""
