"""Laws of a lifecycle: an object is its history, and nothing but a legal event changes it."""

import copy
import datetime as dt
import pickle
import sys
from typing import Any

import attrs
from hypothesis import given, reject
from hypothesis import strategies as st

from servqual import schema
from servqual._checks import must_be
from servqual.errors import IllegalTransition, InvalidValue, OutOfOrder, ServqualError
from servqual.model.history.lifecycle import Event, Lived, Move
from servqual.schema import ledger
from servqual.testing.laws import hold, lawful
from servqual.testing.strategies import histories, values

__all__ = ["check_lifecycle"]

_MINUTE = dt.timedelta(minutes=1)


def check_lifecycle(
    kind: type[Lived[Any, Any]], lives: st.SearchStrategy[Any] | None = None, *, max_examples: int = 50
) -> None:
    """Check a kind of object with a history, such as one of your own with its events and its transitions.

    - Every status that the transitions name can be reached.
    - Replay is life: the object of its own history is the same object, in whatever order the history is given.
    - An event that becomes known late, with `recorded_at`, finds its place.
    - An event that the status does not allow raises `IllegalTransition`, one before the last event without
      `recorded_at` raises `OutOfOrder`, and neither changes the object.
    - An event that is told again under its `event_id` counts once.
    - Copies, pickles and, for classes of servqual, stored documents are equal to the object. Classes within a function
      cannot be pickled by Python and are not tried.

    `lives` draws objects, by default `histories(kind)`; pass your own where events follow rules that their types do not
    say. Raises `AssertionError` that names the law, with the smallest history that breaks it.

    >>> from servqual.model import Case
    >>> check_lifecycle(Case, max_examples=5)
    """
    if not hasattr(kind, "_transitions"):
        raise InvalidValue.of("kind", "be a class with a history and its transitions, such as Case", kind)
    must_be((st.SearchStrategy, type(None)), "lives", "a strategy of Hypothesis", lives)
    _check_reachable(kind)

    @lawful(max_examples)
    @given(histories(kind) if lives is None else lives, st.data())
    def laws(lived: Any, data: st.DataObject) -> None:
        hold(type(lived) is kind, f"lives must draw objects of {kind.__name__} (got {lived!r})")
        _check_replay(lived, data.draw(st.permutations(lived.history)))
        _check_late(lived, data.draw(st.integers(0, len(lived.history) - 1)))
        _check_refusals(lived, data)
        _check_copies(lived)

    laws()


def _check_reachable(kind: type[Lived[Any, Any]]) -> None:
    """Walk the transitions from the beginning; a wait leads back to where it came from, which was reached before."""
    reached: set[Any] = {None}
    rows = kind._transitions.rows  # noqa: SLF001
    for _ in rows:
        for row in rows:
            if not isinstance(row.target, Move) and not reached.isdisjoint(row.sources):
                reached.add(row.target)
    named = {status for row in rows for status in (*row.sources, row.target) if not isinstance(status, Move)}
    lost = ", ".join(sorted(str(status) for status in named - reached))
    hold(not lost, f"every status of {kind.__name__} must be reached by some events (got none for {lost})")


def _check_replay(lived: Any, mixed: list[Event]) -> None:
    kind = type(lived)
    again = kind(history=lived.history)
    hold(
        again == lived and again.status is lived.status and hash(again) == hash(lived),
        f"replay must be life (got {again!r} for {lived!r} of {lived.history})",
    )
    hold(kind(history=mixed) == lived, f"the order of arrival must not matter (got {kind(history=mixed)!r} of {mixed})")
    if lived.counted == lived.history:  # a correction looks for its event in the whole history
        step = kind(history=lived.history[:1])
        for event in lived.history[1:]:
            step = step.record(event)
        hold(step == lived and step.status is lived.status, f"recording must be replay (got {step!r} for {lived!r})")


def _check_late(lived: Any, place: int) -> None:
    """Take one event out, and record it late, if the others are a legal history without it."""
    history = lived.history
    if lived.counted != history:
        return
    late = attrs.evolve(history[place], recorded_at=history[-1].at + _MINUTE, event_id="late")
    others = (*history[:place], *history[place + 1 :])
    if any((other.at, other.seq) == (late.at, late.seq) for other in others):
        return  # events of one instant are ordered by their content, of which the id is a part
    whole = type(lived)(history=(*others, late))
    hold(whole.status is lived.status, f"when an event became known must not matter (got {whole!r} for {lived!r})")
    hold(whole.record(late) is whole, f"an event that is told again must count once (got {late!r})")
    try:
        before = type(lived)(history=others)
    except ServqualError:
        return
    hold(before.record(late) == whole, f"a late event must find its place (got {late!r} after {others})")


def _check_refusals(lived: Any, data: st.DataObject) -> None:
    events = {event.stored_name: event for event in lived._transitions.events}  # noqa: SLF001
    illegal = sorted(events.keys() - {*lived.allowed})
    if illegal:
        name = data.draw(st.sampled_from(illegal))
        event = attrs.evolve(data.draw(values(events[name])), recorded_at=None, event_id=None)
        if event.at <= lived.history[-1].at:
            event = _moved(event, lived.history[-1].at + _MINUTE)
        _check_refused(lived, event, IllegalTransition)
    _check_refused(lived, _moved(lived.history[-1], lived.history[0].at - _MINUTE), OutOfOrder)


def _moved(event: Event, at: dt.datetime) -> Event:
    """Give an event another moment, if its other facts allow that."""
    try:
        return attrs.evolve(event, at=at, recorded_at=None, event_id=None)
    except ServqualError:
        reject()


def _check_refused(lived: Any, event: Event, error: type[ServqualError]) -> None:
    before = repr(lived.history)
    try:
        lived.record(event)
    except error:
        hold(repr(lived.history) == before, f"a refused event must change nothing (got {lived!r} after {event!r})")
    else:
        hold(law=False, text=f"record must raise {error.__name__} (got none for {event!r} of {lived!r})")


def _check_copies(lived: Any) -> None:
    copies = {"copy": copy.copy(lived), "deepcopy": copy.deepcopy(lived)}
    if all(map(_can_be_found, {type(lived), *map(type, lived.history)})):
        copies["pickle"] = pickle.loads(pickle.dumps(lived))  # noqa: S301  (our own bytes)
    if ledger.entry_of(type(lived)) is not None:
        copies["stored document"] = schema.load(schema.dump(lived))
    for way, other in copies.items():
        hold(
            other == lived and other.status is lived.status,
            f"its {way} must be equal to it (got {other!r} for {lived!r})",
        )


def _can_be_found(kind: type) -> bool:
    """Whether another process can import a class."""
    return getattr(sys.modules.get(kind.__module__), kind.__qualname__, None) is kind
