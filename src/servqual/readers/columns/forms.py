"""A form of dates in the notation of `strptime`, and the forms that fit a cell.

A form becomes one pattern whose groups are the parts of a date, so that reading a cell is one match. Beside `strptime`
it reads the names of months, weekdays and halves of the day in other languages (`names`) and zones in words, and it
refuses a weekday that contradicts its date. It does not depend on the locale of the process.
"""

import datetime as dt
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from servqual.errors import InvalidValue
from servqual.readers.columns.names import half, key, month, unit, weekdays

ZONE: Final = r"(?:UTC|GMT|UT)?\s?[+-]\d{1,2}(?::?\d\d)?|[A-Za-z]{1,5}|[A-Za-z]+(?:/[A-Za-z_+-]+)+"
"""A zone as it stands behind a time: an offset, an abbreviation or a name of the time zone database."""
_WORD: Final = r"[^\W\d_]+\.?"
_PARTS: Final = {
    "Y": r"\d{4}",
    "y": r"\d{2}",
    "m": r"\d{1,2}",
    "d": r"\d{1,2}",
    "b": rf"{_WORD}|\d{{1,2}}[월月]",
    "a": rf"[^\W\d_]+(?:-{_WORD}|\.)?",
    "H": r"\d{1,2}",
    "I": r"\d{1,2}",
    "M": r"\d{1,2}",
    "S": r"\d{1,2}",
    "f": r"\d{1,9}",
    "p": rf"{_WORD}(?:\s?{_WORD})?",
    "z": ZONE,
}
_SAME: Final = {"B": "b", "A": "a", "Z": "z"}
_NUMBERS: Final = "YymdHIMS"
PIVOT: Final = 69
"""Two-digit years from here on are of the last century, as POSIX has it."""
_SERIAL: Final = (("excel", 25_569, 73_051), ("unix", 10**8, 4_102_444_800), ("unix_ms", 10**11, 4_102_444_800_000))
"""Forms of plain numbers, each with the range that may be meant: all days until 2100, and moments from 1973 on."""
SERIALS: Final = tuple(name for name, *_ in _SERIAL)


class DateCell(NamedTuple):
    """A date or a time of some clock as a cell has it; `zone` is the text of its zone, empty without one."""

    value: dt.datetime | dt.date
    zone: str = ""


class Form:
    """A form of dates, such as `%d/%m/%Y %H:%M`.

    Year, month and day must be in it, and `%I` goes with `%p`; a form of year and month alone means the first day. A
    part that is not known raises `InvalidValue`.

    >>> Form("%d.%b %Y %H:%M").read("4.May 2026 9:05")
    DateCell(value=datetime.datetime(2026, 5, 4, 9, 5), zone='')
    >>> Form("%d/%m/%Y").read("04/13/2026") is None
    True
    """

    def __init__(self, text: str, field: str = "dates") -> None:
        self.text = text
        pieces = re.findall(r"%.?|\s+|[^%\s]+", text, re.DOTALL)
        parts = [_SAME.get(piece[1:], piece[1:]) if piece[0] == "%" and piece != "%%" else "" for piece in pieces]
        named = {part for part in parts if part}
        whole = "d" in named or len(named) == 2  # noqa: PLR2004  (a month of a year)
        complete = whole and len(named & {"m", "b"}) == 1 == len(named & {"Y", "y"})
        if not complete or named - _PARTS.keys() or len(named) < len([part for part in parts if part]):
            raise InvalidValue.of(
                field, "say year, month and day once each as strptime spells them, such as '%d/%m/%Y %H:%M'", text
            )
        if ("I" in named) != ("p" in named) or {"H", "I"} <= named:
            raise InvalidValue.of(field, "have %p (AM or PM) with %I, and neither with %H", text)
        written = []
        for at, (piece, part) in enumerate(zip(pieces, parts, strict=True)):
            beside = {*parts[max(at - 1, 0) : at], *parts[at + 1 : at + 2]}
            if not part:
                written.append(r"\s+" if piece.isspace() else re.escape(piece.replace("%%", "%")))
            elif part in _NUMBERS and part != "Y" and beside & {*_NUMBERS, "f"}:
                written.append(rf"(?P<{part}>\d\d)")  # digits run on
            else:
                written.append(f"(?P<{part}>{_PARTS[part]})")
        self.pattern = re.compile("".join(written), re.IGNORECASE)
        """What a cell of this form matches, its parts named as in the form."""
        self.swapped: str | None = None
        """The form with day and month in the other order, where both are numbers."""
        if {"m", "d"} <= named:
            self.swapped = re.sub("%[dm]", lambda found: "%m" if found[0] == "%d" else "%d", text)

    def read(self, text: str) -> DateCell | None:
        """Read a cell; None where it has another form, or names no date."""
        found = self.pattern.fullmatch(text)
        return built(found.groupdict()) if found else None


def built(parts: Mapping[str, str | None]) -> DateCell | None:
    """Make a date of its parts, or a datetime where they tell an hour; None where there is no such date."""
    year, named = parts.get("Y"), parts.get("b")
    number = month(named) if named else int(parts["m"] or 0)
    if not year:
        year = parts["y"] or "0"
        year = str(int(year) + (1900 if int(year) >= PIVOT else 2000))
    hour, afternoon = parts.get("H"), parts.get("p")
    try:
        date = dt.date(int(year), number or 0, int(parts.get("d") or 1))
        if (weekday := parts.get("a")) and date.weekday() not in weekdays(weekday):
            return None
        if afternoon:
            later, twelve = half(afternoon), int(parts.get("I") or hour or 0)
            if later is None or not 1 <= twelve <= 12:  # noqa: PLR2004  (hours of a half day)
                return None
            hour = str(twelve % 12 + 12 * later)
        if hour is None:
            return DateCell(date)
        fraction = f"{parts.get('f') or ''}000000"[:6]
        time = dt.time(int(hour), int(parts.get("M") or 0), int(parts.get("S") or 0), int(fraction))
    except ValueError:
        return None
    return DateCell(dt.datetime.combine(date, time), parts.get("z") or "")


_DATE: Final = re.compile(
    rf"(?:(?P<a>{_WORD})(?P<s0>,?\s+))?(?P<x>\d{{1,4}}|{_WORD})(?P<s1>[-/.,\s]+)(?P<y>\d{{1,2}}|{_WORD})(?P<s2>[-/.,\s]+)"
    r"(?P<z>\d{1,4})(?:(?P<s3>[T,\s]+)(?P<rest>\d.*))?"
)
_HOUR: Final = 3_600
_TIME: Final = re.compile(
    rf"\d{{1,2}}(?P<s1>[:.])\d\d(?:(?P<s2>[:.])\d\d(?:(?P<s3>[.,])\d{{1,9}})?)?(?P<s4>\s?)(?P<rest>{ZONE}|.+)?"
)
_ORDERS: Final = (
    ("%d", "%m", "%Y"),
    ("%m", "%d", "%Y"),
    ("%d", "%b", "%Y"),
    ("%b", "%d", "%Y"),
    ("%Y", "%b", "%d"),
    ("%d", "%m", "%y"),
    ("%m", "%d", "%y"),
    ("%d", "%b", "%y"),
    ("%b", "%d", "%y"),
    ("%y", "%m", "%d"),
)


def fitting(text: str) -> tuple[str, ...]:
    """List the forms in which a cell is a date: several where day, month or a year of two digits may change places.

    A year of two digits in front is the last of them. Plain numbers may be "excel", "unix" or "unix_ms". What ISO 8601
    or a year of four digits in front make plain needs no form, and has none here.

    >>> fitting("04/05/2026 9:30 PM"), fitting("13.May.26"), fitting("44320.5"), fitting("soon")
    (('%d/%m/%Y %I:%M %p', '%m/%d/%Y %I:%M %p'), ('%d.%b.%y',), ('excel',), ())
    """
    if re.fullmatch(r"\d{5,13}(?:[.,]\d+)?", text):
        number = float(text.replace(",", "."))
        return tuple(name for name, least, most in _SERIAL if least <= number < most)
    found = _DATE.fullmatch(text)
    time = _time(found["rest"]) if found and found["rest"] else ""
    if not found or time is None:
        return ()

    def written(order: tuple[str, str, str]) -> str:
        x, y, z = order
        before = f"%a{found['s0']}" if found["a"] else ""
        return f"{before}{x}{found['s1']}{y}{found['s2']}{z}{found['s3'] or ''}{time}"

    return tuple(form for form in map(written, _ORDERS) if _form(form).read(text))


def _time(text: str) -> str | None:
    """Write the form of a time; None where it is none."""
    found = _TIME.fullmatch(text)
    if not found:
        return None
    seconds = f"{found['s2']}%S" if found["s2"] else ""
    seconds += f"{found['s3']}%f" if found["s3"] else ""
    rest, hour = found["rest"] or "", "%H"
    last = ""
    words = re.fullmatch(rf"(?P<p>{_WORD}(?:\s?{_WORD})??)(?:(?P<s>\s)(?P<z>{ZONE}))?", rest)
    if words and half(words["p"]) is not None:
        hour, last = "%I", f"%p{words['s']}{_zone_or_word(words['z'])}" if words["z"] else "%p"
    elif rest:
        last = _zone_or_word(rest)
    return f"{hour}{found['s1']}%M{seconds}{found['s4']}{last}"


def _zone_or_word(text: str) -> str:
    """Write the form of what stands behind a time: a zone, or a word for hours such as Uhr, which stands for itself.

    Any other word may be half of the day, in a language that is not read.
    """
    return text if key(text) == "uhr" or unit(text) == _HOUR else "%z"


_form = lru_cache(maxsize=256)(Form)
