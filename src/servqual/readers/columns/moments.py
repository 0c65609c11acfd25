"""Cells of text into moments: forms of dates, ISO 8601, serial numbers, and the zone behind a time.

No cell is guessed: one that two stated forms read differently is refused, and so is a column whose form has the day
first where cells can only be read month first and none can only be read day first. A refusal names the form that would
fit.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import compress
from typing import Final
from zoneinfo import ZoneInfo

from servqual._checks import as_zone
from servqual.errors import InvalidValue, NaiveTime
from servqual.model.hours.spans import micros, moment
from servqual.readers.columns.advice import IN_SETTINGS, Advice
from servqual.readers.columns.alike import alike
from servqual.readers.columns.columns import FIRST_MOMENT, LAST_MOMENT, RULES
from servqual.readers.columns.forms import SERIALS, ZONE, DateCell, Form, built, fitting
from servqual.readers.columns.names import has_babel
from servqual.readers.columns.tables import Kind, ends_its_day
from servqual.readers.columns.zones import SKIPPED, day, existing, instants, is_skipped, skipped_in

_SHEET_EPOCH: Final = dt.datetime(1899, 12, 30)  # noqa: DTZ001  (a spreadsheet knows no zones)
_YEARS: Final = (1969, 2100)
_SAFE: Final = tuple(micros(dt.datetime(year, 1, 2, tzinfo=dt.UTC)) for year in (1970, 2099))
"""Clock times that are moments in any zone."""
_MICROSECOND: Final = dt.timedelta(microseconds=1)
_ALIKE: Final = re.compile(
    r"(?P<Y>\d{4})([-/.])(?P<m>\d{1,2})\2(?P<d>\d{1,2})(?:\s*T\s*|,?\s+)(?P<H>\d{1,2}):(?P<M>\d\d)"
    r"(?::(?P<S>\d\d)(?:[.,](?P<f>\d{1,9}))?)?(?:\s?(?P<p>[ap]\.?\s?m\.?))?(?:\s?(?P<z>Z|[+-]\d\d:?\d\d))?",
    re.IGNORECASE,
)
"""The most common of what `_YEAR_FIRST` and ISO 8601 read."""
_LONGEST: Final = 80
"""No date of any form has so many signs."""
_YEAR_FIRST: Final = re.compile(
    r"(?P<Y>\d{4})(?:(?P<sep>[-/.])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})|年\s?(?P<m2>\d{1,2})月\s?(?P<d2>\d{1,2})日)"
    r"(?:(?:\s*T\s*|,?\s+)(?P<H>\d{1,2}):(?P<M>\d\d)(?::(?P<S>\d\d)(?:[.,](?P<f>\d{1,9}))?)?"
    rf"(?:\s?(?P<p>[ap]\.?\s?m\.?|[^\x00-\x7f]{{2}}))?(?:\s?(?P<z>{ZONE}))?)?",
    re.IGNORECASE,
)
_ZONED: Final = re.compile(
    rf"(.+?)\s?((?:UTC|GMT|UT)?\s?[+-]\d\d:?\d\d|Z|UTC|GMT)|(.+)\s({ZONE})", re.IGNORECASE | re.DOTALL
)
_OFFSET: Final = re.compile(r"(?P<name>UTC|GMT|UT|)\s?(?P<sign>[+-])(?P<h>\d{1,2})(?::?(?P<m>\d\d))?", re.IGNORECASE)
_NUMBER: Final = re.compile(r"(\d{1,14})(?:[.,](\d+))?")
_DAY_AND_TIME: Final = re.compile(r"(\d{4,6})(?:[.,]0+)?\s+0?[.,](\d+)")
_TICKS: Final = {"unix": 1_000_000, "unix_ms": 1_000}
_LOOKS: Final = {
    "excel": "the serial date of a spreadsheet",
    "unix": "seconds since 1970",
    "unix_ms": "milliseconds since 1970",
}


def offset_of(zone: str) -> dt.timezone | None:
    """Read an offset from UTC, or a word for UTC; None for any other zone.

    >>> offset_of("UTC"), offset_of("GMT+0530"), offset_of("CET") is None
    (datetime.timezone.utc, datetime.timezone(datetime.timedelta(seconds=19800)), True)
    """
    if zone.upper() in {"Z", "UTC", "GMT", "UT"}:
        return dt.UTC
    found = _OFFSET.fullmatch(zone)
    if not found or (len(found["h"]) == 1 and not found["name"]):  # "+1" alone may be a day more
        return None
    hours, minutes = int(found["h"]), int(found["m"] or 0)
    if hours > 18 or minutes > 59:  # noqa: PLR2004  (no clock is further from UTC)
        return None
    offset = dt.timedelta(hours=hours, minutes=minutes)
    return dt.timezone(-offset if found["sign"] == "-" else offset)


_MIDNIGHT: Final = re.compile(r"[T ]0?0:00(:00(\.0+)?)?$")
_SHEET_DAY: Final = re.compile(r"^(1899-12-3[01]|1900-01-0[01])[T ]")


def date_and_time(date: str, time: str) -> str:
    """Join a date and a time of two columns; a spreadsheet gives the one a midnight, and the other a day of 1900.

    >>> date_and_time("2026-05-04 00:00:00", "1899-12-31 09:05:00"), date_and_time("2026-05-04", "")
    ('2026-05-04 09:05:00', '2026-05-04')
    """
    date, time = date.strip(), time.strip()
    return f"{_MIDNIGHT.sub('', date)} {_SHEET_DAY.sub('', time)}" if date and time else date or time


class Moments:
    """A reader of the moments of one column, cell by cell.

    A moment without an offset is of the `zone`. A date without a time is a day in the zone of the `desk`: its end in a
    column of due moments, else its start. `advice` says where a setting belongs. `naive`,
    `aware` and `twice` count different texts without a zone, with one, and of times that the clock shows twice.
    """

    def __init__(
        self,
        name: str,
        *,
        zone: ZoneInfo | None,
        desk: ZoneInfo | None,
        dates: Sequence[str],
        advice: Advice = IN_SETTINGS,
    ) -> None:
        self.naive = self.aware = self.twice = 0
        self.doubled: set[str] = set()
        """The cells of times that the clock shows twice."""
        self.met: set[str] = set()
        """The stated forms that a cell had."""
        self._name = name
        self._zone = zone
        self._desk = desk
        self._dates = dates
        self._advice = advice
        self._serials = [date for date in dates if date in SERIALS]
        self._forms = [Form(date) for date in dates if date not in SERIALS]
        orders = {form.text for form in self._forms}
        self._swapped = {
            form.text: Form(form.swapped) for form in self._forms if form.swapped and form.swapped not in orders
        }
        self._proved = False
        self._other_order: tuple[str, str] | None = None

    def read(self, text: str) -> int:
        """Read a cell as microseconds since 1970; one that is no moment raises `InvalidValue`."""
        value, zone = self._reading(text)
        if not _YEARS[0] <= value.year <= _YEARS[1]:  # on the first and last days of all a zone's clock has no date
            raise InvalidValue(RULES[Kind.MOMENT])
        if not isinstance(value, dt.datetime):
            self.naive += 1
            return _in_range(day(value, self._stated(self._desk, text), ends=ends_its_day(self._name)))
        if value.tzinfo is None:
            value = self._placed(value, zone, text)
        else:
            self.aware += 1
        return _in_range(micros(value))

    def read_alike(self, cells: Iterable[str]) -> Iterator[tuple[str, int]]:
        """Read the cells that are alike all at once, as `read` reads each; those that need a closer look are left out.

        They need it where several forms are stated, or where a zone is missing or has a name.
        """
        if self._serials or len(self._forms) > 1:
            return
        pattern, text = (self._forms[0].pattern, self._forms[0].text) if self._forms else (_ALIKE, "")
        for some in alike(cells, pattern):
            offset = offset_of(some.zone) if some.zone else None
            good = (some.wall >= _SAFE[0]) & (some.wall < _SAFE[1])
            if offset:
                at = some.wall - offset.utcoffset(None) // _MICROSECOND
                self.aware += int(good.sum())
            elif self._zone and not some.zone:
                at = existing(some.wall, self._zone)
                good &= at != SKIPPED
                self.naive += int(good.sum())
                twice = good & (at != instants(some.wall, self._zone, fold=1))
                self.twice += int(twice.sum())
                self.doubled.update(compress(some.cells, twice.tolist()))
            else:
                continue
            self.met.update([text] if good.any() else [])
            self._proved |= text in self._swapped and bool((some.days[good] > 12).any())  # noqa: PLR2004  (no month)
            yield from zip(compress(some.cells, good.tolist()), at[good].tolist(), strict=True)

    def check_order(self) -> str | None:
        """Refuse a column whose dates are in the other order of day and month; say where it has both orders."""
        if not self._other_order:
            return None
        got, form = self._other_order
        first = f"{self._name} has dates in two orders of day and month"
        if self._proved:
            return (
                f"{first}; those that fit only {form} were refused, such as {got!r}, and the rest were read as stated"
            )
        raise InvalidValue.of(
            self._name,
            f"have the order of day and month that dates states, which is {' or '.join(self._dates)}",
            got,
            do=self._advice(f"set dates = {form!r}"),
        )

    def _placed(self, value: dt.datetime, zone: str, text: str) -> dt.datetime:
        """Put a time of the wall clock into the zone behind it, or into the stated one."""
        offset = offset_of(zone) if zone else None
        if offset is not None:
            self.aware += 1
            return value.replace(tzinfo=offset)
        there = as_zone(zone) if "/" in zone else self._stated(self._zone, text)
        value = value.replace(tzinfo=there)
        if is_skipped(value):
            raise InvalidValue(skipped_in(there))
        if zone and "/" not in zone:
            # one abbreviation stands for several zones: CST is a time of Chicago, of Havana and of Shanghai
            folds = [fold for fold in (0, 1) if value.replace(fold=fold).tzname() == zone.upper()]
            if not folds:
                raise InvalidValue(
                    f"must be a time that the clock of {there} calls so, as an abbreviation may mean several zones"
                    f"; {self._advice('set zone to the zone of the export')}, or export times with an offset"
                )
            return value.replace(fold=folds[0])
        if zone:
            self.aware += 1
        else:
            self.naive += 1
        self.twice += value.utcoffset() != value.replace(fold=1).utcoffset()
        return value

    def _stated(self, zone: ZoneInfo | None, text: str) -> ZoneInfo:
        """Refuse a text without a zone where none is stated."""
        if zone is None:
            raise NaiveTime(
                f"{self._name} needs a zone (got {text!r}); name the zone in which times are written, such as "
                f"{self._advice.zone}",
                field=self._name,
                expected="a moment with an offset, or a stated zone",
                got=text,
            )
        return zone

    def _reading(self, text: str) -> DateCell:
        if len(text) <= _LONGEST:
            found = self._by_form(text) or self._by_form_and_zone(text)
            if not found and not self._is_in_other_order(text):
                found = _plain(text)
            if found:
                return found
        forms = " or ".join((*self._dates, "ISO 8601"))
        raise InvalidValue(f"must be a date of the form {forms}; {self._form_for(text)}")

    def _by_form(self, text: str) -> DateCell | None:
        """Read a cell by the stated forms, of which all that read it must agree."""
        found = {form.text: cell for form in self._forms if (cell := form.read(text))}
        for name in self._serials:
            if cell := _serial(name, text):
                found[name] = cell
        if len({*found.values()}) > 1:
            raise InvalidValue(f"must have one meaning, and reads differently as {' and '.join(found)}")
        if not found:
            return None
        form, cell = next(iter(found.items()))
        self.met.update(found)
        self._proved |= form in self._swapped and cell.value.day > 12  # noqa: PLR2004  (no month)
        return cell

    def _by_form_and_zone(self, text: str) -> DateCell | None:
        """Read a time by form, behind which a zone stands that the form does not name."""
        time, zone = _apart(text) if self._forms else ("", "")
        found = self._by_form(time) if zone else None
        if found is None or found.zone or not isinstance(found.value, dt.datetime):
            return None
        return found._replace(zone=zone)

    def _is_in_other_order(self, text: str) -> bool:
        """Say whether a cell is a date in the other order of day and month than stated; `check_order` tells the first.

        It may not be read as ISO 8601 then: with `%Y-%d-%m` stated, 2026-05-13 has the other order.
        """
        found = [form.text for form in self._swapped.values() if form.read(text) or form.read(_apart(text)[0])]
        if found:
            self._other_order = self._other_order or (text, found[0])
        return bool(found)

    def _form_for(self, text: str) -> str:
        """Say which form would fit."""
        found = [*fitting(text)] if len(text) <= _LONGEST else []
        if not found:
            babel = "" if text.isascii() or has_babel() else "; months in other languages need servqual[languages]"
            return self._advice("set dates to how they are written, such as dates = '%d/%m/%Y %H:%M'") + babel
        if found[0] in _LOOKS:
            return self._advice(f"it looks like {_LOOKS[found[0]]}, for which set dates = {found[0]!r}")
        if len(found) > 1:
            first = {"%d": "day", "%m": "month", "%b": "month", "%y": "year"}
            one, *others = ((form, first[re.findall("%[dmby]", form)[0]]) for form in found)
            more = "".join(f", or {form!r} where the {part} does" for form, part in others)
            return self._advice(f"set dates = {one[0]!r} where the {one[1]} comes first{more}")
        return self._advice(f"add {found[0]!r} to dates" if self._dates else f"set dates = {found[0]!r}")


def _in_range(microseconds: int) -> int:
    if not FIRST_MOMENT <= microseconds < LAST_MOMENT:
        raise InvalidValue(RULES[Kind.MOMENT])
    return microseconds


def _apart(text: str) -> tuple[str, str]:
    """Part a time from the zone behind it; both are empty without one."""
    found = _ZONED.fullmatch(text)
    return ((found[1] or found[3]).rstrip(), found[2] or found[4]) if found else ("", "")


def _plain(text: str) -> DateCell | None:
    """Read what has one meaning: ISO 8601, and any date with a year of four digits in front."""
    plain = text.replace("/", "-") if text[4:5] == "/" and "-" not in text else text
    with suppress(ValueError):
        return DateCell(dt.date.fromisoformat(plain))
    if text[10:11] in {"T", " "} or text[8:9] == "T":  # Python takes any sign between date and time
        with suppress(ValueError):
            return DateCell(dt.datetime.fromisoformat(plain))
    found = _YEAR_FIRST.fullmatch(text)
    if not found:
        return None
    parts = found.groupdict()
    return built({**parts, "m": parts["m"] or parts["m2"], "d": parts["d"] or parts["d2"]})


def _serial(name: str, text: str) -> DateCell | None:
    """Read a number of days or ticks; a spreadsheet's whole number is a day."""
    if name == "excel" and (both := _DAY_AND_TIME.fullmatch(text)):
        text = f"{both[1]}.{both[2]}"
    found = _NUMBER.fullmatch(text)
    if not found:
        return None
    try:
        if name != "excel":
            ticks = _TICKS[name]
            fraction = int(f"{found[2] or ''}000000"[: len(str(ticks)) - 1])
            return DateCell(moment(int(found[1]) * ticks + fraction))
        # a serial number carries a time to about a hundredth of a millisecond
        at = _SHEET_EPOCH + dt.timedelta(milliseconds=round(float(f"{found[1]}.{found[2] or 0}") * 86_400_000))
    except (OverflowError, InvalidValue):
        return None
    return DateCell(at if found[2] and int(found[2]) else at.date())
