"""Words and numbers as HTML: escaping, number formats by unit, and a table that reads well aloud."""

import html
import itertools
import math
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from typing import Final

_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86400
# beyond these a duration is told in the next larger unit
_HOURS_UNTIL: Final = 48 * _HOUR
_AXIS_MINUTES_FROM: Final = 120
_AXIS_HOURS_FROM: Final = 2 * _HOUR
# a smaller share is only said to be smaller
_SMALLEST_SHARE: Final = 0.0001
# from here on a tenth no longer tells anybody anything
_WHOLE_FROM: Final = 100
_MINUS: Final = "\N{MINUS SIGN}"
# signs that reorder the text around them (a cell of data must not turn its neighbours about), and two that XML forbids
_UNFIT: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufffe\uffff")


class Html(str):
    """Text that is markup already, so that `escape` and templates leave it alone.

    >>> escape(Html("<b>kept</b>"))
    '<b>kept</b>'
    """

    __slots__ = ()

    def __html__(self) -> str:
        """The markup itself, by the convention that template engines share."""
        return self


def clean(text: object) -> str:
    r"""Text without control characters, lone surrogates and marks that turn the reading direction.

    Line breaks and tabs become spaces; everything else, in any script, stays.

    >>> clean("two\nlines \u202eturned\x00")
    'two lines turned'
    """
    return "".join(" " if c in "\n\r\t" else c for c in str(text) if c in "\n\r\t" or _printable(c))


def _printable(character: str) -> bool:
    return character not in _UNFIT and unicodedata.category(character) not in {"Cc", "Cs"}


def escape(text: object) -> Html:
    """Any text made inert inside an element or a quoted attribute; `Html` passes as it is.

    >>> escape("<b title='x'>")
    '&lt;b title=&#x27;x&#x27;&gt;'
    """
    return text if isinstance(text, Html) else Html(html.escape(clean(text)))


def shorten(text: object, width: int) -> str:
    """Clean text of at most `width` columns, where Chinese, Japanese and Korean signs take two.

    >>> shorten("Network and telephony", 12), shorten("客户服务部门", 8)
    ('Network and…', '客户服…')
    """
    whole = clean(text)
    if columns(whole) <= width:
        return whole
    used = itertools.accumulate(map(columns, whole))
    return "".join(c for c, so_far in zip(whole, used, strict=True) if so_far < width).rstrip() + "…"


def columns(text: str) -> int:
    """How many columns a text takes: one a sign, two for a wide one, none for a mark set on another."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in {"W", "F"} else 1 for c in text
    )


def number(value: object, unit: str, *, signed: bool = False) -> str:
    """A number as people read it in its unit, or "–" where there is none.

    Units: `share` is a fraction shown in per cent, `s` seconds shown as a duration (a day, `d`, is 24 hours),
    `working s` seconds of business time, of which a day has no fixed number, so that hours are the largest unit,
    `count` whole things, `points` a score, `ratio` a fraction that may pass 100 %, `money` an amount of a currency that
    the page names elsewhere; any other unit is written behind the number. A share that is not quite none or all is
    never rounded to it. `None`, NaN and infinity are missing.

    >>> number(0.634, "share"), number(0.99999, "share"), number(79560, "s"), number(200, "s")
    ('63.4 %', '>99.9 %', '22.1 h', '3 min 20 s')
    >>> number(180_000, "s"), number(180_000, "working s")
    ('2.1 d', '50 h')
    >>> number(24918, "count"), number(-3.25, "points"), number(4, "points", signed=True), number(None, "s")
    ('24,918', '−3.2', '+4', '–')
    >>> number(1.083, "ratio"), number(1234.5, "money"), number(4.5, "per hour")
    ('108.3 %', '1,234.50', '4.5 per hour')
    >>> number(-0.037, "ratio"), number(-0.00001, "share"), number(-0.01, "count")
    ('−3.7 %', '>−0.01 %', '0')
    """
    if not isinstance(value, int | float) or not math.isfinite(value):
        return "–"
    text = _size(abs(value), unit)
    if not any(digit in text.partition(" ")[0] for digit in "123456789"):
        return text  # what is shown as nothing has no sign
    sign = _MINUS if value < 0 else "+" if signed else ""
    if text[0] in "<>":
        return (text[0] if value > 0 else "<>"[text[0] == "<"]) + sign + text[1:]
    return sign + text


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
            return f"{_plain(size)} {clean(unit)}".rstrip()


def _percent(size: float) -> str:
    shown = f"{size * 100:,.1f}"
    if shown == "0.0" and size > 0:
        return f"{size * 100:.1g} %" if size >= _SMALLEST_SHARE else "<0.01 %"
    if shown == "100.0" and size < 1:
        return ">99.9 %"
    return f"{shown.removesuffix('.0')} %"


def _duration(size: float, *, days: bool) -> str:
    if round(size, 1) < _MINUTE:
        return f"{_plain(size)} s" if size == 0 or size >= 1 else f"{size:.2g} s"
    if round(size) < _HOUR:
        minutes, seconds = divmod(round(size), _MINUTE)
        return f"{minutes} min {seconds} s" if seconds else f"{minutes} min"
    if days and size >= _HOURS_UNTIL:
        return f"{_plain(size / _DAY)} d"
    return f"{_plain(size / _HOUR)} h"


def _plain(size: float) -> str:
    return f"{size:,.0f}" if round(size, 1) >= _WHOLE_FROM else f"{size:,.1f}".removesuffix(".0")


def counted(n: int, one: str, many: str = "") -> str:
    """A count with its noun, in the singular for one alone.

    >>> counted(1, "case"), counted(2000, "case"), counted(0, "category", "categories")
    ('1 case', '2,000 cases', '0 categories')
    """
    return f"{n:,} {one if n == 1 else many or f'{one}s'}"


def capital(text: str) -> str:
    """The same text with a capital at its head, as a sentence or a heading wants it.

    >>> capital("cases received"), capital("")
    ('Cases received', '')
    """
    return text[:1].upper() + text[1:]


def scale(unit: str, largest: float) -> tuple[float, str]:
    """What to divide values of a unit by on an axis that reaches to `largest`, and what to write behind its ticks.

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
    """An interval in words, open where an end is missing, and "–" where both are.

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


def missing(word: str = "no value") -> Html:
    """A dash for the eye and a word for a screen reader.

    >>> missing()
    '<span role="img" aria-label="no value">–</span>'
    """
    return Html(f'<span role="img" aria-label="{html.escape(word)}">–</span>')


def table(
    head: Sequence[str], rows: Iterable[Sequence[object]], *, caption: str, numeric: Collection[int] = ()
) -> Html:
    """A table of ready cells: the first cell names its row, the columns listed in `numeric` stand right.

    Cells are text (escaped), `Html` (kept), or missing: `None` or "–".

    >>> table(["Team", "Cases"], [["A & B", "24"]], caption="Cases by team", numeric={1})[:39]
    '<table><caption>Cases by team</caption>'
    """

    def align(place: int) -> str:
        return ' class="num" style="text-align:right;font-variant-numeric:tabular-nums"' if place in numeric else ""

    def content(cell: object) -> str:
        return missing() if cell is None or cell == "–" else f"<bdi>{escape(cell)}</bdi>"

    heading = "".join(f'<th scope="col"{align(i)}>{escape(name)}</th>' for i, name in enumerate(head))
    body = "".join(
        "<tr>"
        + "".join(
            f"<td{align(i)}>{content(cell)}</td>" if i else f'<th scope="row">{content(cell)}</th>'
            for i, cell in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    return Html(
        f"<table><caption>{escape(caption)}</caption><thead><tr>{heading}</tr></thead><tbody>{body}</tbody></table>"
    )
