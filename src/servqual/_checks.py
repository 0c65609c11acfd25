"""Small checks that the constructors share: one rule each, with a message that says what to do."""

import datetime as dt
import difflib
import importlib
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from servqual.errors import InvalidValue, MissingExtra, NaiveTime, UnknownZone


def as_instant(value: object) -> dt.datetime:
    """Read an aware datetime as UTC; refuse a naive one."""
    if not isinstance(value, dt.datetime):
        raise InvalidValue(f"a moment must be a datetime (got {value!r})", expected="datetime", got=value)
    if value.utcoffset() is None:
        raise NaiveTime(
            f"a moment needs a zone (got {value.isoformat()}); pass tzinfo, such as datetime.UTC",
            expected="an aware datetime",
            got=value,
        )
    return value.astimezone(dt.UTC)


def filled(_instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    """Refuse a text that is missing or blank; an attrs validator."""
    if not isinstance(value, str) or not value.strip():
        name = attribute.name
        raise InvalidValue(
            f"{name} must be a text with content (got {value!r}); say what it was",
            field=name,
            expected="text",
            got=value,
        )


def as_zone(name: object) -> ZoneInfo:
    """Read an IANA zone name such as `Europe/Berlin`; refuse a name that the database lacks."""
    if isinstance(name, ZoneInfo):
        return name
    try:
        return ZoneInfo(name)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    except (LookupError, ValueError, TypeError, OSError):
        raise UnknownZone(
            f"zone must be an IANA name such as 'Europe/Berlin' or 'UTC' (got {name!r})",
            field="zone",
            expected="an IANA zone name",
            got=name,
        ) from None


def one_of(*allowed: str) -> Callable[[object, "attrs.Attribute[Any]", object], None]:
    """A field's rule: one of these texts."""

    def check(_: object, field: "attrs.Attribute[Any]", value: object) -> None:
        if value not in allowed:
            close = near(str(value), allowed)
            raise InvalidValue(
                f"{field.name} must be one of {', '.join(allowed)} (got {value!r}){did_you_mean(close)}",
                field=field.name,
                expected=", ".join(allowed),
                got=value,
            )

    return check


def near(name: str, known: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """The known names closest to a mistyped one, best first."""
    names = {k.casefold(): k for k in known}
    found = difflib.get_close_matches(name.casefold(), names, n=limit, cutoff=0.6)
    return tuple(names[f] for f in found)


def did_you_mean(candidates: Iterable[str]) -> str:
    """A clause that suggests names, or nothing where there are none."""
    listed = ", ".join(candidates)
    return f"; did you mean {listed}?" if listed else ""


def need(module: str, extra: str, purpose: str) -> ModuleType:
    """Import an optional library, or say which extra brings it."""
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
