"""Small checks for constructors: one rule each, with a message that says what to do."""

import datetime as dt
import difflib
import graphlib
import importlib
import math
from collections.abc import Callable, Collection, Iterable, Mapping
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, available_timezones

import attrs

from servqual.errors import InvalidValue, MissingExtra, NaiveTime, UnknownZone


def is_nat(value: object) -> bool:
    """Say whether a value is the missing moment of pandas, which is a datetime by its class alone."""
    return isinstance(value, dt.datetime) and math.isnan(value.year)


def as_instant(value: object, field: str) -> dt.datetime:
    """Read an aware datetime as UTC; refuse a naive one."""
    if type(value) is dt.datetime and value.tzinfo is dt.UTC:
        return value
    if not isinstance(value, dt.datetime) or is_nat(value):
        raise InvalidValue.of(field, "be a datetime with a zone", value)
    if value.utcoffset() is None:
        raise NaiveTime(
            f"{field} needs a zone (got {value.isoformat()}); pass tzinfo, such as datetime.UTC",
            field=field,
            expected="an aware datetime",
            got=value,
        )
    try:
        moment = value.astimezone(dt.UTC)
    except OverflowError:
        raise InvalidValue.of(field, "lie within the years 1 to 9999 in UTC", value) from None
    if type(moment) is dt.datetime:
        return moment
    # one of a class of its own, such as pandas.Timestamp, may have nanoseconds, which no datetime keeps
    return dt.datetime.combine(moment.date(), moment.time(), dt.UTC)


if TYPE_CHECKING:  # mypy knows only converters that are plain functions

    def instant(value: dt.datetime, /) -> dt.datetime:
        """Read a field as an instant, refused under the field's name; an attrs converter."""
        ...

else:
    instant = attrs.Converter(lambda value, field: as_instant(value, field.name), takes_field=True)


def must_be(kind: Any, field: str, expected: str, value: object) -> None:
    """Refuse an argument of another type."""
    if not isinstance(value, kind):
        raise InvalidValue.of(field, f"be {expected}", value, shown=f"{value!r:.80}")


def filled(_instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    """Refuse a missing or blank text; an attrs validator."""
    if not (isinstance(value, str) and value.strip()):
        raise InvalidValue.of(attribute.name, "be a text with content", value, do="say what it was")


def a_fact(_instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    """Require True or False, or None where the type of the field allows it; an attrs validator."""
    unknown = value is None and "None" in str(attribute.type)
    if not (isinstance(value, bool) or unknown):
        raise InvalidValue.of(attribute.name, "be True or False", value)


def several(field: str, given: Any, what: str, *, alone: type | tuple[type, ...] = ()) -> tuple[Any, ...]:
    """Read an iterable as a tuple, or one value of the types `alone` as the only member; refuse other values."""
    if isinstance(given, alone):
        return (given,)
    try:
        return tuple(given)
    except TypeError:
        raise InvalidValue.of(field, f"be {what}", given, do="write them as a list") from None


def frozen(value: Any) -> Any:
    """Copy a mapping, a list or a set, with all inside of it, into one that cannot change; other values stay."""
    if isinstance(value, Mapping):
        return MappingProxyType({key: frozen(part) for key, part in value.items()})
    if type(value) in {list, tuple}:
        return tuple(map(frozen, value))
    return frozenset(value) if isinstance(value, set) else value


def all_of(kind: Any, field: str, given: Any, what: str) -> tuple[Any, ...]:
    """Read several values of one type as a tuple; refuse others."""
    found = several(field, given, what)
    for one in found:
        must_be(kind, field, what, one)
    return found


def as_texts(values: Iterable[str]) -> tuple[str, ...]:
    """Read several texts as a tuple; refuse blank texts, and one text alone, which would split into letters."""
    if isinstance(values, str):
        raise InvalidValue.of("texts", "be a list of texts", values, shown=f"{values!r} alone", do="put it into a list")
    texts = several("texts", values, "several texts")
    for text in texts:
        if not (isinstance(text, str) and text.strip()):
            raise InvalidValue.of(
                "texts", "all have content", text, shown=f"{text!r} in {texts!r}", do="leave out blank texts"
            )
    return texts


def some(_instance: object, attribute: "attrs.Attribute[Any]", value: Collection[object]) -> None:
    """Refuse an empty collection; an attrs validator."""
    if not value:
        raise InvalidValue.of(attribute.name, "hold at least one", value, shown="none")


def whole(low: int, high: int | None = None) -> Callable[[object, "attrs.Attribute[Any]", object], None]:
    """Make a validator for a whole number from `low` to `high`, both included; without `high` there is no upper end."""
    expected = f"a whole number from {low}" + ("" if high is None else f" to {high}")

    def check(_: object, field: "attrs.Attribute[Any]", value: object) -> None:
        if isinstance(value, bool) or not isinstance(value, int) or value < low or (high is not None and value > high):
            raise InvalidValue.of(field.name, f"be {expected}", value)

    return check


def a(kind: type) -> Callable[[object, "attrs.Attribute[Any]", object], None]:
    """Make a validator for a value of this type."""

    def check(_: object, field: "attrs.Attribute[Any]", value: object) -> None:
        if not isinstance(value, kind):
            article = "an" if kind.__name__[0] in "aeiouAEIOU" else "a"
            raise InvalidValue.of(field.name, f"be {article} {kind.__name__}", value)

    return check


def calendar_date(_instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    """Require a date, and not a datetime, because its date depends on a zone; an attrs validator."""
    if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
        raise InvalidValue.of(attribute.name, "be a date such as datetime.date(2026, 5, 4)", value)


def as_zone(name: object) -> ZoneInfo:
    """Read an IANA zone name such as `Europe/Berlin`; refuse an unknown name."""
    if isinstance(name, ZoneInfo):
        return name
    try:
        return ZoneInfo(name)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    except (LookupError, ValueError, TypeError, OSError):
        rule, meant = "be an IANA name such as 'Europe/Berlin' or 'UTC'", _zones_of(name)
        raise UnknownZone.of("zone", rule, name, shown=repr(name), near=meant) from None


def _zones_of(name: object) -> tuple[str, ...]:
    """List the zones of the city, or of the one spelled nearly so, that was written in place of a zone."""
    cities: dict[str, list[str]] = {}
    for zone in sorted(available_timezones()):
        cities.setdefault(zone.rpartition("/")[2].casefold(), []).append(zone)
    city = str(name).strip().rpartition("/")[2].replace(" ", "_").casefold()
    found = difflib.get_close_matches(city, [each for each in cities if each.isidentifier()], n=1, cutoff=0.8)
    return tuple(zone for each in found for zone in cities[each][:3])


def in_order(start: dt.datetime, end: dt.datetime) -> None:
    """Refuse an end before its start."""
    if end < start:
        raise InvalidValue.of("end", "not come before start", end, shown=f"{start} to {end}", do="swap the two moments")


def not_negative(_instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    """Require a timedelta of zero or more, or None; an attrs validator."""
    if value is not None and not (isinstance(value, dt.timedelta) and value >= dt.timedelta(0)):
        raise InvalidValue.of(attribute.name, "be a timedelta of zero or more, or None", value)


def positive(_instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    """Require a finite number above 0; an attrs validator."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
        raise InvalidValue.of(attribute.name, "be a number above 0", value)


def lasting(_instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    """Require a positive timedelta, or None for no limit; an attrs validator."""
    if value is not None and not (isinstance(value, dt.timedelta) and value > dt.timedelta(0)):
        raise InvalidValue.of(attribute.name, "be a positive timedelta", value, do="leave it out for no limit")


def among(field: str, value: object, allowed: Iterable[str]) -> None:
    """Refuse a value that is not one of these texts, and name the nearest of them."""
    names = tuple(allowed)
    if value not in names:
        listed = ", ".join(names)
        raise InvalidValue.of(field, f"be one of {listed or 'none'}", value, near=near(str(value), names))


def one_of(*allowed: str) -> Callable[[object, "attrs.Attribute[Any]", object], None]:
    """Make a validator for one of these texts."""

    def check(_: object, field: "attrs.Attribute[Any]", value: object) -> None:
        among(field.name, value, allowed)

    return check


def distinct(field: str, names: Iterable[str], what: str = "name") -> None:
    """Refuse names that occur twice; `what` they are, such as `id`."""
    met: set[str] = set()
    for name in names:
        if name in met:
            raise InvalidValue.of(
                field, f"differ in {what}", name, shown=f"{name!r} twice", do=f"give each its own {what}"
            )
        met.add(name)


def differ(
    name: Callable[[Any], str], what: str = "name"
) -> Callable[[object, "attrs.Attribute[Any]", Iterable[Any]], None]:
    """Make a validator for members whose names differ, with the function that gives the name of one.

    `what` says what that is called, such as `id`.
    """

    def check(_: object, field: "attrs.Attribute[Any]", value: Iterable[Any]) -> None:
        distinct(field.name, map(name, value), what)

    return check


def no_circle(field: str, above: Mapping[str, Iterable[str]], *, do: str = "") -> None:
    """Refuse names that lead back to themselves; `above` maps each name to those that it leads to.

    >>> no_circle("within", {"a": ["b"], "b": []})
    >>> no_circle("within", {"a": ["b"], "b": ["a"]}, do="leave one out")
    Traceback (most recent call last):
    servqual.errors.InvalidValue: within must not lead in a circle (got a → b → a); leave one out
    """
    try:
        graphlib.TopologicalSorter(above).prepare()
    except graphlib.CycleError as circle:
        way = " → ".join(reversed(circle.args[1]))
        raise InvalidValue.of(field, "not lead in a circle", way, shown=way, do=do) from None


def near(name: object, known: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """List the known names closest to a mistyped one, best first."""
    names = {k.casefold(): k for k in known}
    found = difflib.get_close_matches(str(name).casefold(), names, n=limit, cutoff=0.6)
    return tuple(names[f] for f in found)


def did_you_mean(candidates: Iterable[str]) -> str:
    """Word a suggestion of names; empty without any."""
    listed = ", ".join(candidates)
    return f"; did you mean {listed}?" if listed else ""


def need(module: str, extra: str, purpose: str) -> ModuleType:
    """Import an optional library, or name the extra that installs it."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as missing:
        if missing.name != module.partition(".")[0]:
            raise
        raise MissingExtra(
            f"{purpose} needs {missing.name}, which is not installed; run: pip install 'servqual[{extra}]'",
            module=missing.name,
            extra=extra,
        ) from None
