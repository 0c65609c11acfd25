"""Cells of text into values: moments, durations, numbers, flags and labels, each refused cell with its reason.

Exports repeat themselves, so each distinct text is parsed once and remembered, up to 50,000 of them; a cell then costs
one dictionary lookup. What a text of each kind may look like is said in `moments`, `durations` and `numbers`.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.errors import InvalidValue, NaiveTime
from servqual.readers.columns.advice import IN_SETTINGS, Advice
from servqual.readers.columns.columns import DTYPES, LARGEST, LONGEST, NONE, RULES, Column
from servqual.readers.columns.durations import ClockForm, seconds_of
from servqual.readers.columns.growing import FirstLabels
from servqual.readers.columns.labels import text_of
from servqual.readers.columns.moments import Moments
from servqual.readers.columns.numbers import Numbers, Sign, under
from servqual.readers.columns.refusals import Refusals, Unusable, as_objects
from servqual.readers.columns.request import Zones
from servqual.readers.columns.tables import Kind

_REMEMBERED = 50_000
_MANY = 100
"""From so many new moments on they are read together."""
_NUMERIC: Final = (Kind.NUMBER, Kind.COUNT, Kind.DURATION)
MISSING_WORDS: Final = frozenset(
    {"?", "-", "--", "\N{EN DASH}", "\N{EM DASH}", "na", "n/a", "n.a.", "#n/a", "nan", "nat"}
    | {"null", "(null)", "\\n", "nil", "none", "<na>", "(blank)"}
)
"""Words for a missing value in any column but one of names, in any letter case; an empty cell is missing everywhere."""
NO_DATE: Final = frozenset({"0000-00-00", "0000-00-00 00:00:00"})
"""How databases write a moment that is not known."""
TRUE = ("true", "t", "yes", "y", "1", "wahr", "ja", "vrai", "oui", "是")
UNSAVED: Final = "\0formula"
"""The text that stands for a formula of a workbook which was stored without a value."""
MERGED: Final = "\0merged cell"
"""The text that stands for an amount in a row below the first of a merged cell."""
_NO_VALUE: Final = {
    UNSAVED: "is a formula without a stored value; open the file in a spreadsheet and save it again",
    MERGED: "lies in a merged cell, whose number may be that of each row or of all together; split the cell",
}
_ERROR: Final = re.compile(r"\0(#[A-Z0/_]+[!?]?)")
FALSE = ("false", "f", "no", "n", "0", "falsch", "nein", "faux", "non", "否")
_ANSWERS: Final = frozenset(
    {"score", "expected", "minimum", "desired", "points", "stars", "master_score", "score_before", "score_after"}
    | {"likelihood", "impact", "level", "required", "scale_low", "scale_high"}
)
"""Columns of answers on a scale, of which exports label the ends: "0 - Not at all likely"."""
_LABELLED: Final = re.compile(
    r"(?P<first>\d+)\s*(?:[-\N{EN DASH}\N{EM DASH}:=.)]|(?=\())\s*\(?[^\W\d_]\D*"
    r"|[^\W\d_]\D*[-\N{EN DASH}\N{EM DASH}:=(]\s*(?P<last>\d+)\)?"
)
"""A whole number with a word before or behind it, and no other number."""


class CellReader:
    """A reader of one column of text, chunk after chunk.

    A moment without an offset is of the `zone`. A date without a time is a day in the zone of the `desk`, by default
    the same: its end in a column of due moments, else its start. `typed` says that numbers of the file's own stand
    beside the texts, and `advice` where a refusal says that a setting belongs.

    >>> reader = CellReader("received_at", Kind.MOMENT, zone=ZoneInfo("Europe/Berlin"), dates=("%d.%m.%Y %H:%M",))
    >>> column, refusals = reader.read(["04.05.2026 09:00", "soon", ""], first_row=2)
    >>> column.known.tolist(), [r.row for r in refusals]
    ([True, False, False], [3])
    >>> print(refusals[0])
    row 3: received_at must be a date of the form %d.%m.%Y %H:%M or ISO 8601; set dates to how they are written, \
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
        decimal: Sign | None = None,
        true: tuple[str, ...] = (),
        false: tuple[str, ...] = (),
        clock: ClockForm | None = None,
        business: bool = False,
        seconds: int = 1,
        typed: bool = False,
        advice: Advice = IN_SETTINGS,
    ) -> None:
        self._labels: list[str] = []
        self.labels = FirstLabels(self._labels)
        self._codes: dict[str, int] = {}
        self.name = name
        self.kind = kind
        self.zone = zone
        naive, day = (None if each is None else each.key for each in (zone, desk or zone))
        self.zones = Zones(naive, day, advice)
        self._advice = advice
        self.moments = Moments(name, zone=zone, desk=desk or zone, dates=dates, advice=advice)
        self.numbers = Numbers(decimal, typed=typed, advice=advice)
        words = {Kind.MOMENT: MISSING_WORDS | NO_DATE, Kind.LABEL: frozenset[str]()}.get(kind, MISSING_WORDS)
        self._missing = {"", *(word.casefold() for word in missing), *words}
        # what the desk states goes above our words: where No is good news, it is read as true
        told = ((FALSE, 0), (TRUE, 1), (false, 0), (true, 1))
        self._flags = {word.casefold(): value for words, value in told for word in words}
        self.missing_numbers = [number for word in missing if (number := under(word.strip(), ".")) is not None]
        self.met: set[str] = set()
        """Words for missing, yes and no that a cell held, in lower case."""
        self.seconds = seconds
        self._clock: ClockForm | None = clock
        self._business = business
        self._known: dict[str, object] = {}
        self._reasons: dict[str, str] = {}
        self._parse = {
            Kind.MOMENT: self.moments.read,
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
            self.moments.doubled.clear()
        new = [cell for cell in dict.fromkeys(cells) if cell not in known]
        if self.kind in _NUMERIC:
            self.numbers.learn(map(str.strip, new))
        if self.kind is Kind.MOMENT and len(new) >= _MANY:
            known.update(self.moments.read_alike(cell for cell in new if cell.casefold() not in self._missing))
            new = [cell for cell in new if cell not in known]
        for cell in new:
            known[cell] = self._value(cell)
        if len(self.labels) < len(self._labels):
            self.labels = FirstLabels(self._labels)
        column = Column(
            self.kind,
            np.fromiter(map(known.__getitem__, cells), DTYPES[self.kind], len(cells)),
            self.labels,
            twice=self._marked(cells, self.moments.doubled),
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
        return attrs.evolve(column, bad=bad), Refusals(tuple(parts))

    @staticmethod
    def _marked(cells: Sequence[str], which: Collection[str]) -> Array | None:
        """Mark some cells; None where they are not among these."""
        found = np.fromiter((cell in which for cell in cells), np.bool_, len(cells)) if which else None
        return None if found is None or not found.any() else found

    def as_cell(self, value: Any) -> Any:
        """Give a value in memory as a cell: a number that is a moment or a flag as text, one for "missing" as None.

        >>> CellReader("resolved", Kind.FLAG, true=("2",)).as_cell(2.0)
        '2'
        """
        if isinstance(value, bool | np.timedelta64) or not isinstance(value, int | float | Decimal | np.number):
            return value
        if self.kind in {Kind.MOMENT, Kind.FLAG}:
            return text_of(value)
        return None if value in self.missing_numbers else value

    def settle(self, cells: Iterable[str]) -> None:
        """Look at all cells of the column for a proof of the decimal sign; what was refused is read anew."""
        self.numbers.settle(map(str.strip, cells))
        self._known.clear()
        self._reasons.clear()

    def forget(self) -> None:
        """Drop the remembered texts and labels; later chunks get codes into labels of their own."""
        self._labels, self._codes, self._known = [], {}, {}
        self.labels = FirstLabels(self._labels)

    def _value(self, cell: str) -> object:
        text = cell.strip()
        if text[:1] == "\0" and (why := why_empty(text)):
            self._reasons[cell] = why
            return NONE[self.kind]
        if text.casefold() in self._missing:
            self.met.add(text.casefold())
            return NONE[self.kind]
        twice = self.moments.twice
        try:
            value = self._parse(text)
        except NaiveTime:
            raise
        except (ValueError, OverflowError) as error:
            self._reasons[cell] = str(error)
            return NONE[self.kind]
        if self.moments.twice > twice:
            self.moments.doubled.add(cell)
        return value

    def _number(self, text: str) -> float:
        if self.name in _ANSWERS and (found := _LABELLED.fullmatch(text)):
            text = found["first"] or found["last"]
        return self.numbers.read(text)

    def _count(self, text: str) -> float:
        if text.casefold() in self._flags and not text.isdigit():
            return self._flag(text)
        value = self._number(text)
        if not 0 <= value <= LARGEST or value != int(value):
            raise InvalidValue(RULES[Kind.COUNT])
        return value

    def _duration(self, text: str) -> int:
        value = 1e6 * seconds_of(
            text,
            self.numbers.read,
            seconds=self.seconds,
            clock=self._clock,
            business=self._business,
            advice=self._advice,
        )
        if not 0 <= value < LONGEST:
            raise InvalidValue(RULES[Kind.DURATION])
        return round(value)

    def _flag(self, text: str) -> int:
        try:
            value = self._flags[text.casefold()]
        except KeyError:
            if re.fullmatch(r"1\.0*|-?0\.0*", text):  # as frames write flags where some are missing
                return int(text[0] == "1")
            do = self._advice("name other words with true = […] and false = […]")
            raise InvalidValue(f"{RULES[Kind.FLAG]}; {do}") from None
        self.met.add(text.casefold())
        return value

    def _label(self, text: str) -> int:
        code = self._codes.setdefault(text, len(self._labels))
        if code == len(self._labels):
            self._labels.append(text)
        return code


def why_empty(text: str) -> str:
    """Say why a cell has no value where a workbook has it; nothing for a text of another kind."""
    if error := _ERROR.fullmatch(text):
        return f"is the error {error[1]} of a spreadsheet; mend the cell and save the file again"
    return _NO_VALUE.get(text, "")
