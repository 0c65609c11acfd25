"""What is due for erasure: objects about people that were kept as long as the firm keeps them."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias

import attrs
from dateutil.relativedelta import relativedelta

from servqual._checks import as_instant, must_be, near
from servqual.errors import InvalidValue
from servqual.schema import ledger
from servqual.schema.forms import fields_of

Length: TypeAlias = dt.timedelta | relativedelta
_FIRST: Final = dt.datetime.min.replace(tzinfo=dt.UTC)
_LAST: Final = dt.datetime.max.replace(tzinfo=dt.UTC)


def due_for_erasure(values: Iterable[Any], *, keep: Mapping[str, Length], now: dt.datetime) -> tuple[Any, ...]:
    """List the objects that were kept long enough at a moment, in their order.

    `keep` says for how long each kind is kept after the last moment that the object knows of; there is no default,
    because law and contracts decide it. Years and months are a `relativedelta`. A kind that `keep` does not name is
    refused, so that none is forgotten, and so is an object without any moment. The end of the time counts as due.
    Objects of which something is still to come, such as a case that is open, are listed as well: whether they may
    wait is not for a library to say.

    >>> from servqual.model import Money, Purchase
    >>> bought = [Purchase(customer="K-1", at=dt.datetime(year, 5, 4, tzinfo=dt.UTC), amount=Money(9, "EUR"))
    ...           for year in (2015, 2025)]
    >>> now = dt.datetime(2026, 5, 4, tzinfo=dt.UTC)
    >>> due = due_for_erasure(bought, keep={"purchase": relativedelta(years=10)}, now=now)
    >>> [purchase.at.year for purchase in due]
    [2015]
    """
    moment = as_instant(now, "now")
    must_be(Mapping, "keep", "a mapping from kind to length of time", keep)
    for kind, length in keep.items():
        ledger.named(kind, "keep")
        must_be((dt.timedelta, relativedelta), f"keep[{kind!r}]", "a timedelta or relativedelta", length)
        if _after(moment, length) < moment:
            raise InvalidValue.of("keep", "be lengths of time of 0 or more", length, shown=f"{length} for {kind}")
    return tuple(value for value in values if _due(value, keep) <= moment)


def _due(value: Any, keep: Mapping[str, Length]) -> dt.datetime:
    length = _length(value, keep)
    return _after(_last_moment(value), length)


def _after(moment: dt.datetime, length: Length) -> dt.datetime:
    try:
        return moment + length
    except (OverflowError, ValueError):  # kept longer than the calendar runs, or one that lies before its beginning
        ahead = length > dt.timedelta() if isinstance(length, dt.timedelta) else length.normalized().years > 0
        return _LAST if ahead else _FIRST


def _length(value: Any, keep: Mapping[str, Length]) -> Length:
    kind = ledger.tag_of(type(value))
    if kind not in keep:
        raise InvalidValue.of(
            "keep", f"say how long a {kind} is kept", [*keep], do=f"add keep[{kind!r}]", near=near(kind, keep)
        )
    return keep[kind]


def _last_moment(value: Any) -> dt.datetime:
    """Find the latest moment in an object and in all that it holds."""
    found = max(_moments(value), default=None)
    if found is None:
        raise InvalidValue.of("values", "hold objects with a moment", value, shown=f"{value!r:.80}", do="leave it out")
    return found


def _moments(value: Any) -> list[dt.datetime]:
    if isinstance(value, dt.datetime):
        return [value]
    if isinstance(value, Mapping):
        parts: Iterable[Any] = value.values()
    elif isinstance(value, tuple | list | frozenset):
        parts = value
    elif attrs.has(type(value)):
        kind: Any = type(value)
        parts = (getattr(value, name) for name, _, _ in fields_of(kind))
    else:
        return []
    return [moment for part in parts for moment in _moments(part)]
