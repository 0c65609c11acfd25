"""Cells of text into values: dates, numbers, flags and labels, each refused cell with its reason.

Exports repeat themselves, so each distinct text is parsed once and remembered, up to 50,000 of them; a cell then costs
one dictionary lookup.
"""

import datetime as dt
import math
import re
from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import Final
from zoneinfo import ZoneInfo

import attrs
import numpy as np

from servqual.errors import InvalidValue, NaiveTime
from servqual.readers.columns.columns import DTYPES, FIRST_MOMENT, LARGEST, LAST_MOMENT, LONGEST, NONE, RULES, Column
from servqual.readers.columns.growing import FirstLabels
from servqual.readers.columns.refusals import Refusals, Unusable, as_objects
from servqual.readers.columns.tables import Kind, ends_its_day
from servqual.readers.columns.zones import day, is_skipped, skipped_in

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)
_REMEMBERED = 50_000
MISSING_WORDS: Final = frozenset({"?", "-", "na", "n/a", "nan", "nat", "null", "none", "<na>"})
"""Words for a missing value in any column but one of names, in any letter case; an empty cell is missing everywhere."""
TRUE = ("true", "t", "yes", "y", "1", "wahr", "ja", "vrai", "oui", "是")
_TIMES = ("%H", "%I", "%M", "%S", "%X", "%c")
"""The parts of a form that tell a time of the day."""
UNSAVED: Final = "\0formula"
"""The text that stands for a formula of a workbook which was stored without a value."""
_NO_VALUE: Final = "is a formula without a stored value; save the file in a spreadsheet and read it again"
FALSE = ("false", "f", "no", "n", "0", "falsch", "nein", "faux", "non", "否")


class CellReader:
    """A reader of one column of text, chunk after chunk.

    A moment without an offset is of the `zone`. A date without a time is a day in the zone of the `desk`, by default
    the same: its end in a column of due moments, else its start.

    >>> reader = CellReader("received_at", Kind.MOMENT, zone=ZoneInfo("Europe/Berlin"), dates=("%d.%m.%Y %H:%M",))
    >>> column, refusals = reader.read(["04.05.2026 09:00", "soon", ""], first_row=2)
    >>> column.known.tolist(), [r.row for r in refusals]
    ([True, False, False], [3])
    >>> print(refusals[0])
    row 3: received_at must be a date of the form %d.%m.%Y %H:%M or ISO 8601; set dates to how the file writes them, \
such as dates = '%d/%m/%Y %H:%M' (got 'soon')
    """

    def __init__(
        self,
        name: str,
        kind: Kind,
        *,
        zone: ZoneInfo | None = None,
        desk: ZoneInfo | None = None,
        dates: tuple[str, ...] = (),
        missing: Collection[str] = (),
        decimal: str | None = None,
        true: tuple[str, ...] = (),
        false: tuple[str, ...] = (),
        seconds: int = 1,
        settings: bool = True,
    ) -> None:
        self._labels: list[str] = []
        self.labels = FirstLabels(self._labels)
        self._codes: dict[str, int] = {}
        self.naive = self.aware = self.twice = 0
        self.name = name
        self.kind = kind
        self.zone = zone
        self.desk = desk or zone
        self._dates = dates
        self._missing = {"", *(word.casefold() for word in missing), *(MISSING_WORDS if kind is not Kind.LABEL else ())}
        self._decimal = decimal or "."
        self._sign_is_stated = decimal is not None
        self._flags = {w.casefold(): 0 for w in (*FALSE, *false)} | {w.casefold(): 1 for w in (*TRUE, *true)}
        self.seconds = seconds
        self._settings = settings
        self._known: dict[str, object] = {}
        self._reasons: dict[str, str] = {}
        self._parse = {
            Kind.MOMENT: self._moment,
            Kind.COUNT: self._count,
            Kind.DURATION: self._duration,
            Kind.NUMBER: self._number,
            Kind.FLAG: self._flag,
            Kind.LABEL: self._label,
        }[kind]

    def read(self, cells: Sequence[str], first_row: int) -> tuple[Column, Refusals]:
        """Read a chunk of cells, and list those that could not be read."""
        known = self._known
        if len(known) > _REMEMBERED and self.kind is not Kind.LABEL:
            known.clear()
            self._reasons.clear()
        for cell in dict.fromkeys(cells):
            if cell not in known:
                known[cell] = self._value(cell)
        if len(self.labels) < len(self._labels):
            self.labels = FirstLabels(self._labels)
        column = Column(
            self.kind,
            np.fromiter(map(known.__getitem__, cells), DTYPES[self.kind], len(cells)),
            self.labels,
        )
        if not self._reasons:
            return column, Refusals()
        bad = np.fromiter((cell in self._reasons for cell in cells), np.bool_, len(cells))
        refused = np.flatnonzero(bad)
        texts = as_objects(cells[i] for i in refused.tolist())
        codes: dict[str, int] = {}
        reasons = np.fromiter((codes.setdefault(self._reasons[cell], len(codes)) for cell in texts), np.int64)
        every = Unusable(self.name, "", refused + first_row, as_objects(text.lstrip("\0") for text in texts))
        parts = [attrs.evolve(every.at(reasons == code), reason=reason) for reason, code in codes.items()]
        return Column(self.kind, column.values, self.labels, bad), Refusals(tuple(parts))

    def forget(self) -> None:
        """Drop the remembered texts and labels; later chunks get codes into labels of their own."""
        self._labels, self._codes, self._known = [], {}, {}
        self.labels = FirstLabels(self._labels)

    def _value(self, cell: str) -> object:
        text = cell.strip()
        if text == UNSAVED:
            self._reasons[cell] = _NO_VALUE
            return NONE[self.kind]
        if text.casefold() in self._missing:
            return NONE[self.kind]
        try:
            return self._parse(text)
        except NaiveTime:
            raise
        except (ValueError, OverflowError) as error:
            self._reasons[cell] = str(error)
            return NONE[self.kind]

    def _moment(self, text: str) -> int:
        value = self._date(text)
        if not isinstance(value, dt.datetime):
            self.naive += 1
            return self._in_range(day(value, self._stated(self.desk, text), ends=ends_its_day(self.name)))
        if value.tzinfo is None:
            value = value.replace(tzinfo=self._stated(self.zone, text))
            self.naive += 1
            if is_skipped(value):
                raise InvalidValue(skipped_in(self.zone))
            self.twice += value.utcoffset() != value.replace(fold=1).utcoffset()
        else:
            self.aware += 1
        return self._in_range((value - _EPOCH) // _MICROSECOND)

    def _stated(self, zone: ZoneInfo | None, text: str) -> ZoneInfo:
        """Refuse a text without a zone where none is stated."""
        if zone is None:
            raise NaiveTime(
                f"{self.name} needs a zone (got {text!r}); name the zone in which times are written, such as "
                + ("zone = 'Europe/Berlin'" if self._settings else "naive='Europe/Berlin'"),
                field=self.name,
                expected="a moment with an offset, or a stated zone",
                got=text,
            )
        return zone

    @staticmethod
    def _in_range(microseconds: int) -> int:
        if not FIRST_MOMENT <= microseconds < LAST_MOMENT:
            raise InvalidValue(RULES[Kind.MOMENT])
        return microseconds

    def _date(self, text: str) -> dt.datetime | dt.date:
        """Read a moment, or a date where the text or its form has no time of the day."""
        for form in self._dates:
            try:
                found = dt.datetime.strptime(text, form)  # noqa: DTZ007  (a text without an offset gets its zone later)
            except ValueError:
                continue
            return found if any(part in form for part in _TIMES) else found.date()
        plain = text.replace("/", "-") if text[4:5] == "/" else text
        with suppress(ValueError):
            return dt.date.fromisoformat(plain)
        try:
            return dt.datetime.fromisoformat(plain)
        except ValueError:
            forms = " or ".join((*self._dates, "ISO 8601"))
            do = self._do("set dates to how the file writes them, such as dates = '%d/%m/%Y %H:%M'")
            raise InvalidValue(f"must be a date of the form {forms}{do}") from None

    def _number(self, text: str) -> float:
        plain = text.replace(" ", "").replace("\N{NO-BREAK SPACE}", "").replace("\N{NARROW NO-BREAK SPACE}", "")
        groups, point = (",", ".") if self._decimal == "." else (".", ",")
        if groups in plain:
            if not re.fullmatch(rf"[+-]?[1-9]\d{{0,2}}(\{groups}\d{{3}})+(\{point}\d*)?", plain):
                raise InvalidValue(self._unread_number(text))
            if not self._sign_is_stated and plain.count(groups) == 1 and point not in plain:
                whole, part = plain.replace(groups, ""), plain.replace(groups, point)
                do = self._do("say which with decimal = '.' or the other sign")
                raise InvalidValue(f"must be a number, and may be {whole} or {part}{do}")
            plain = plain.replace(groups, "")
        try:
            value = float(plain.replace(point, "."))
        except ValueError:
            raise InvalidValue(self._unread_number(text)) from None
        if not math.isfinite(value):
            raise InvalidValue(RULES[Kind.NUMBER])
        return value

    def _unread_number(self, text: str) -> str:
        other = "," if self._decimal == "." else "."
        if text.count(other) == 1 and re.fullmatch(rf"[+-]?[\d\s.,]*\{other}\d+", text):
            return f"must have the decimal sign {self._decimal!r}{self._do(f'set decimal = {other!r} for the other')}"
        return "must be a number"

    def _do(self, setting: str) -> str:
        """Say what to do next: change a setting of the file, or where rows are in memory, their column."""
        return f"; {setting}" if self._settings else f"; make the column a {self.kind} first"

    def _count(self, text: str) -> float:
        if text.casefold() in self._flags and not text.isdigit():
            return self._flags[text.casefold()]
        value = self._number(text)
        if not 0 <= value <= LARGEST or value != int(value):
            raise InvalidValue(RULES[Kind.COUNT])
        return value

    def _duration(self, text: str) -> int:
        value = self._number(text) * (self.seconds * 1e6)
        if not 0 <= value < LONGEST:
            raise InvalidValue(RULES[Kind.DURATION])
        return round(value)

    def _flag(self, text: str) -> int:
        try:
            return self._flags[text.casefold()]
        except KeyError:
            if re.fullmatch(r"1\.0*|-?0\.0*", text):  # as frames write flags where some are missing
                return int(text[0] == "1")
            do = self._do("name other words with true = […] and false = […]")
            raise InvalidValue(f"{RULES[Kind.FLAG]}{do}") from None

    def _label(self, text: str) -> int:
        code = self._codes.setdefault(text, len(self._labels))
        if code == len(self._labels):
            self._labels.append(text)
        return code
