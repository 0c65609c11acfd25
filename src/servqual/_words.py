"""Numbers, counts and widths as words: formats by unit, and text cut to the columns that it takes."""

import itertools
import math
import unicodedata
from typing import Final

_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86400
# from these on a duration is shown in the next larger unit
_HOURS_UNTIL: Final = 48 * _HOUR
_AXIS_MINUTES_FROM: Final = 120
_AXIS_HOURS_FROM: Final = 2 * _HOUR
# a smaller share, rate or number of seconds is shown as smaller than this
_SMALLEST: Final = 0.0001
# from this on tenths are not shown
_WHOLE_FROM: Final = 100
_MINUS: Final = "\N{MINUS SIGN}"
# characters that reorder the text around them, which no cell of data may do, and two that XML forbids
_UNFIT: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufffe\uffff")


def clean(text: object) -> str:
    r"""Remove control characters, lone surrogates and marks that turn the reading direction.

    Line breaks and tabs become spaces; everything else, in any script, stays.

    >>> clean("two\nlines \u202eturned\x00")
    'two lines turned'
    """
    text = str(text)
    if text.isprintable():  # hardly any text has to change
        return text
    return "".join(" " if c in "\n\r\t" else c for c in text if c in "\n\r\t" or _printable(c))


def _printable(character: str) -> bool:
    return character not in _UNFIT and unicodedata.category(character) not in {"Cc", "Cs"}


def shorten(text: object, width: int) -> str:
    """Clean a text and cut it to `width` columns; Chinese, Japanese and Korean characters take two.

    >>> shorten("Network and telephony", 12), shorten("客户服务部门", 8)
    ('Network and…', '客户服…')
    """
    whole = clean(text)
    if columns(whole) <= width:
        return whole
    used = itertools.accumulate(map(columns, whole))
    return "".join(c for c, so_far in zip(whole, used, strict=True) if so_far < width).rstrip() + "…"


def columns(text: str) -> int:
    """Count the columns of a text: one per character, two for a wide one, none for a combining mark."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in {"W", "F"} else 1 for c in text
    )


def number(value: object, unit: str, *, signed: bool = False) -> str:
    """Write a number in its unit, or "–" where it is missing.

    Units: `share` is a fraction shown in per cent, `s` seconds shown as a duration (a day, `d`, is 24 hours),
    `working s` seconds of business time, shown in hours at most, as a business day has no fixed length, `count` whole
    things, `points` a score, `ratio` a fraction that may pass 100 %, `money` an amount whose currency the page names
    elsewhere; any other unit is written behind the number. A share just above 0 or just below 1 is never rounded to it.
    `None`, NaN and infinity are missing.

    >>> number(0.634, "share"), number(0.99999, "share"), number(79560, "s"), number(200, "s")
    ('63.4 %', '>99.9 %', '22.1 h', '3 min 20 s')
    >>> number(180_000, "s"), number(180_000, "working s")
    ('2.1 d', '50 h')
    >>> number(24918, "count"), number(-3.25, "points"), number(4, "points", signed=True), number(None, "s")
    ('24,918', '−3.2', '+4', '–')
    >>> number(1.083, "ratio"), number(1234.5, "money"), number(4.5, "per hour"), number(0.04, "per case")
    ('108.3 %', '1,234.50', '4.5 per hour', '0.04 per case')
    >>> number(-0.037, "ratio"), number(-0.00001, "share"), number(-0.01, "count")
    ('−3.7 %', '>−0.01 %', '0')
    >>> number(1e-7, "per case"), number(-1e-7, "per case"), number(0.0002, "per case"), number(1e-6, "s")
    ('<0.0001 per case', '>−0.0001 per case', '0.0002 per case', '<0.0001 s')
    """
    if not isinstance(value, int | float) or not math.isfinite(value):
        return "–"
    text = _size(abs(value), unit)
    if not any(digit in text.partition(" ")[0] for digit in "123456789"):
        return text  # a number shown as 0 has no sign
    sign = _MINUS if value < 0 else "+" if signed else ""
    if text[0] in "<>":
        return (text[0] if value > 0 else "<>"[text[0] == "<"]) + sign + text[1:]
    return sign + text


def difference(size: float | None, unit: str, *, signed: bool = True, points: str = " points") -> str:
    """Write a difference in its unit: of what is shown in per cent in points, for per cent would leave open of what.

    >>> difference(0.125, "share"), difference(-90, "s"), difference(0.02, "share", signed=False, points="")
    ('+12.5 points', '−1 min 30 s', '2')
    >>> difference(-0.019, "ratio"), difference(None, "share"), difference(float("nan"), "share")
    ('−1.9 points', '–', '–')
    """
    if unit not in {"share", "ratio"} or size is None or not math.isfinite(size):
        return number(size, unit, signed=signed)
    return number(100 * size, "points", signed=signed) + points


def _size(size: float, unit: str) -> str:
    match unit:
        case "share" | "ratio":
            return _percent(size)
        case "money":
            return f"{size:,.2f}"
        case "s" | "working s":
            return _duration(size, days=unit == "s")
        case "count" | "points":
            return _plain(size)
        case _:
            return f"{_fine(size)} {clean(unit)}".rstrip()


def _percent(size: float) -> str:
    shown = f"{size * 100:,.1f}"
    if shown == "0.0" and size > 0:
        return f"{size * 100:.1g} %" if size >= _SMALLEST else "<0.01 %"
    if shown == "100.0" and size < 1:
        return ">99.9 %"
    return f"{shown.removesuffix('.0')} %"


def _duration(size: float, *, days: bool) -> str:
    if round(size, 1) < _MINUTE:
        return f"{_plain(size)} s" if size == 0 or size >= 1 else f"{_small(size, digits=2)} s"
    if round(size) < _HOUR:
        minutes, seconds = divmod(round(size), _MINUTE)
        return f"{minutes} min {seconds} s" if seconds else f"{minutes} min"
    if days and size >= _HOURS_UNTIL:
        return f"{_plain(size / _DAY)} d"
    return f"{_plain(size / _HOUR)} h"


def _plain(size: float) -> str:
    return f"{size:,.0f}" if round(size, 1) >= _WHOLE_FROM else f"{size:,.1f}".removesuffix(".0")


def _fine(size: float) -> str:
    """Write two digits of a number below 1, such as 0.04 per case, for its first decimal may say nothing."""
    if not 0 < round(size, 2) < 1:
        return _plain(size) if size == 0 or size >= 1 else _small(size, digits=1)
    return f"{size:.2f}".rstrip("0")


def _small(size: float, *, digits: int) -> str:
    return f"{size:.{digits}g}" if size >= _SMALLEST else f"<{_SMALLEST}"


def counted(n: int, one: str, many: str = "") -> str:
    """Write a count with its noun, in the singular for 1.

    >>> counted(1, "case"), counted(2000, "case"), counted(0, "category", "categories")
    ('1 case', '2,000 cases', '0 categories')
    """
    return f"{n:,} {one if n == 1 else many or f'{one}s'}"


def capital(text: str) -> str:
    """Start a text with a capital, as in a sentence or a heading.

    >>> capital("cases received"), capital("")
    ('Cases received', '')
    """
    return text[:1].upper() + text[1:]


def scale(unit: str, largest: float) -> tuple[float, str]:
    """Choose the divisor of the values on an axis that ends at `largest`, and the unit behind its ticks.

    >>> scale("share", 0.9), scale("s", 90_000), scale("s", 30), scale("count", 7)
    ((0.01, ' %'), (3600, ' h'), (1, ' s'), (1, ''))
    """
    if unit == "share":
        return 0.01, " %"
    if unit not in {"s", "working s"}:
        return 1, ""
    if largest < _AXIS_MINUTES_FROM:
        return 1, " s"
    if largest < _AXIS_HOURS_FROM:
        return _MINUTE, " min"
    return (_DAY, " d") if unit == "s" and largest >= _HOURS_UNTIL else (_HOUR, " h")


def interval(low: object, high: object, unit: str) -> str:
    """Write an interval in words, open where an end is missing, and "–" where both are.

    >>> interval(0.61, 0.66, "share"), interval(3600, None, "s"), interval(None, None, "s")
    ('61 % to 66 %', 'from 1 h', '–')
    """
    first, last = number(low, unit), number(high, unit)
    match first == "–", last == "–":
        case True, True:
            return "–"
        case False, True:
            return f"from {first}"
        case True, False:
            return f"up to {last}"
        case _:
            return f"{first} to {last}"
