"""Names of months, weekdays, halves of the day and units of time in many languages, from CLDR.

English is read without any library. The other languages need babel, which is loaded at the first word that is not
English; without it such a word is not read, and the refusal says what to install. A name is a key in small letters
without dots and blanks, so that "Mär.", "p. m." and "P.M." are found; one that means two months in two languages, or
two units of time, has no meaning here.
"""

import importlib.util
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Final

LANGUAGES: Final = "cs da de en es fi fr hu it ja ko nb nl pl pt ro ru sv tr uk zh".split()  # noqa: SIM905
"""The languages whose names are read where babel is installed."""
_MONTHS: Final = "january february march april may june july august september october november december".split()  # noqa: SIM905
_DAYS: Final = "monday tuesday wednesday thursday friday saturday sunday".split()  # noqa: SIM905
_UNITS: Final = {
    "w wk wks week weeks": 604_800,
    "d day days": 86_400,
    "h hr hrs hour hours": 3_600,
    "m min mins minute minutes": 60,
    "s sec secs second seconds": 1,
    "ms msec millisecond milliseconds": 0.001,
}
_ENGLISH_MONTHS: Final = {name[:end]: n for n, name in enumerate(_MONTHS, 1) for end in (3, len(name))} | {"sept": 9}
_ENGLISH_DAYS: Final = {name[:end]: n for n, name in enumerate(_DAYS) for end in (3, len(name))}
_ENGLISH_UNITS: Final = {name: seconds for names, seconds in _UNITS.items() for name in names.split()}
_WIDTHS: Final = ("wide", "abbreviated")
_COUNTS: Final = (1, 2, 5, 100)
"""Numbers after which languages write a unit of time in different forms."""


def key(word: str) -> str:
    """Give a word as it is looked up: in small letters, without dots and blanks.

    >>> key("P. M."), key("Sept.")
    ('pm', 'sept')
    """
    return "".join(word.casefold().replace(".", "").split())


def has_babel() -> bool:
    """Say whether languages other than English can be read."""
    return importlib.util.find_spec("babel") is not None


def month(word: str) -> int | None:
    """Give the number of a month by its name, long or short; None for any other word.

    >>> month("May"), month("Sept"), month("Smarch")
    (5, 9, None)
    """
    name = key(word)
    return _ENGLISH_MONTHS.get(name) or _months().get(name)


def weekdays(word: str) -> frozenset[int]:
    """Give the days of the week that a word may name, Monday being 0; none for any other word.

    >>> sorted(weekdays("Mon")), sorted(weekdays("Someday"))
    ([0], [])
    """
    name = key(word)
    found = _ENGLISH_DAYS.get(name)
    return _days().get(name, frozenset()) if found is None else frozenset({found})


def half(word: str) -> int | None:
    """Give 0 for a word that means before noon, 1 for after noon, and None for any other.

    >>> half("a.m."), half("PM"), half("noon")
    (0, 1, None)
    """
    name = key(word)
    return {"am": 0, "pm": 1}[name] if name in {"am", "pm"} else _halves().get(name)


def unit(word: str) -> float | None:
    """Give the seconds of a unit of time, from weeks to milliseconds; None for months, years and any other word.

    >>> unit("hrs"), unit("Days"), unit("months")
    (3600, 86400, None)
    """
    name = key(word)
    return _ENGLISH_UNITS.get(name) or _units().get(name)


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    return _one_meaning(
        (name, n)
        for locale in _locales()
        for parts in locale.months.values()
        for width in _WIDTHS
        for n, name in parts.get(width, {}).items()
    )


@lru_cache(maxsize=1)
def _halves() -> dict[str, int]:
    return _one_meaning(
        (parts[width][name], n)
        for locale in _locales()
        for parts in locale.day_periods.values()
        for width in _WIDTHS
        for n, name in enumerate(("am", "pm"))
        if name in parts.get(width, {})
    )


@lru_cache(maxsize=1)
def _days() -> dict[str, frozenset[int]]:
    """The days of each name: two languages may call two days by one."""
    found: dict[str, set[int]] = {}
    for locale in _locales():
        for parts in locale.days.values():
            for n, name in ((n, name) for width in _WIDTHS for n, name in parts.get(width, {}).items()):
                found.setdefault(key(name), set()).add(n)
    return {name: frozenset(days) for name, days in found.items()}


@lru_cache(maxsize=1)
def _units() -> dict[str, int]:
    """Only words of two letters and more: one letter stands for many units."""
    names = {"week": 604_800, "day": 86_400, "hour": 3_600, "minute": 60, "second": 1, "month": 0, "year": 0}
    if not has_babel():
        return {}
    from babel.units import format_unit  # noqa: PLC0415  (an extra, and slow to load)

    written = (
        (format_unit(count, f"duration-{name}", length, locale=language), seconds)
        for language in LANGUAGES
        for name, seconds in names.items()
        for length in ("long", "short")
        for count in _COUNTS
    )
    words = (("".join(sign for sign in text if not sign.isdigit()).strip(), seconds) for text, seconds in written)
    return {word: n for word, n in _one_meaning(words).items() if n and (len(word) > 1 or not word.isascii())}


def _locales() -> Iterator[Any]:
    """The languages as CLDR describes them; none without babel."""
    if has_babel():
        from babel import Locale  # noqa: PLC0415  (an extra, and slow to load)

        yield from map(Locale.parse, LANGUAGES)


def _one_meaning(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Keep the names that stand for one number."""
    found: dict[str, set[int]] = {}
    for name, number in pairs:
        found.setdefault(key(name), set()).add(number)
    return {name: numbers.pop() for name, numbers in found.items() if len(numbers) == 1}
