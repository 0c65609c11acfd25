"""What the cells of a column hold: moments, times of the day, durations, numbers, flags, names or long texts."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Final

import attrs

from servqual.readers.columns.tables import Kind
from servqual.readers.columns.texts import FALSE, MISSING_WORDS, TRUE
from servqual.readers.inspecting.dates import Dates, dates_of

_NEARLY_ALL: Final = 0.95
_LONGEST: Final = 40
"""The longest text that is tried as a number or a duration."""
_EXAMPLES: Final = 3
_LONG: Final = 60
"""From this many characters on average a text is told from a name."""
_TIME: Final = re.compile(r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?( ?[ap]\.?m\.?)?", re.IGNORECASE)
_DURATION: Final = re.compile(
    r"\d{1,5}:\d{2}(:\d{2}(\.\d+)?)?|-?P(?=.)(\d+D)?(T(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?"
    r"|(\d+(\.\d+)? ?(w|d|h|m|s|weeks?|days?|hours?|hrs?|minutes?|mins?|seconds?|secs?)[, ]*)+",
    re.IGNORECASE,
)
_NUMBER: Final = re.compile(r"[+-]?(\d{1,3}([., \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}']\d{3})+|\d+)([.,]\d+)?")


class Holds(StrEnum):
    """What a column holds, more finely than the kinds of our columns."""

    NOTHING = "nothing"
    MOMENTS = "moments"
    DATES = "dates without a time"
    TIMES = "times of the day, or durations under a day"
    DURATIONS = "durations"
    COUNTS = "whole numbers"
    NUMBERS = "numbers"
    FLAGS = "words for yes and no"
    NAMES = "names"
    TEXTS = "long texts"


FITS: Final = {
    Kind.MOMENT: {Holds.MOMENTS, Holds.DATES},
    Kind.DURATION: {Holds.DURATIONS, Holds.TIMES, Holds.COUNTS, Holds.NUMBERS},
    Kind.COUNT: {Holds.COUNTS, Holds.FLAGS},
    Kind.NUMBER: {Holds.COUNTS, Holds.NUMBERS},
    Kind.FLAG: {Holds.FLAGS},
    Kind.LABEL: {Holds.NAMES, Holds.COUNTS, Holds.NUMBERS, Holds.FLAGS, Holds.TEXTS},
}
"""What a column must hold to be read as each of our kinds."""


@attrs.frozen(kw_only=True, eq=False)
class Cells:
    """The cells of a column of the rows that were looked at.

    `fitting` of the `filled` cells are what the column `holds`. `dates` are the forms of moments, and `decimal` the
    signs that numbers may have, two where the cells leave it open.
    """

    holds: Holds
    filled: int = 0
    fitting: int = 0
    distinct: int = 0
    low: str | None = None
    high: str | None = None
    examples: tuple[str, ...] = ()
    dates: Dates | None = None
    decimal: tuple[str, ...] = ()

    @property
    def because(self) -> str:
        """Why we say so, as a clause."""
        if not self.filled:
            return "no cell is filled"
        share = "all" if self.fitting == self.filled else f"{self.fitting:,} of"
        form = "".join(f"; {each.because}" for each in self.dates.structures) if self.dates else ""
        return f"{share} {self.filled:,} filled cells are {self.holds}{form}"


def cells_of(cells: Sequence[str]) -> Cells:
    """Look at the cells of a column; words for "missing" and empty cells are left out.

    >>> cells_of(["12", "95", "", "n/a"]).holds, cells_of(["26:00:40", "00:03:20"]).holds
    (<Holds.COUNTS: 'whole numbers'>, <Holds.DURATIONS: 'durations'>)
    >>> cells_of(["Y", "N", "Y"]).because
    'all 3 filled cells are words for yes and no'
    """
    counted: Counter[str] = Counter()
    for cell, count in Counter(cells).items():
        if (text := cell.strip()) and text.casefold() not in MISSING_WORDS:
            counted[text] += count
    filled = counted.total()
    if not filled:
        return Cells(holds=Holds.NOTHING)
    read, texts, fitting = next(
        (read, texts, fitting)
        for read, texts in _readings(list(counted))
        if (fitting := sum(counted[text] for text in texts)) >= _NEARLY_ALL * filled
    )
    return attrs.evolve(read, filled=filled, fitting=fitting, distinct=len(counted), examples=tuple(texts[:_EXAMPLES]))


def _readings(texts: list[str]) -> Iterator[tuple[Cells, list[str]]]:
    """Give what the texts may be, from the narrowest reading to the widest, with those that fit it."""
    words = {*TRUE, *FALSE}
    yield Cells(holds=Holds.FLAGS), [text for text in texts if text.casefold() in words and not text.isdigit()]
    if dates := dates_of(texts):
        yield (
            Cells(holds=Holds.DATES if dates.days else Holds.MOMENTS, dates=dates),
            [text for text in texts if any(sign.isdigit() for sign in text)],
        )
    short = [text for text in texts if len(text) <= _LONGEST]
    if times := [text for text in short if _TIME.fullmatch(text)]:
        yield Cells(holds=Holds.TIMES, low=min(times, key=_clock), high=max(times, key=_clock)), times
    yield Cells(holds=Holds.DURATIONS), [text for text in short if _DURATION.fullmatch(text) and not text.isdigit()]
    if numbers := [text for text in short if _NUMBER.fullmatch(text)]:
        signs = _decimals(numbers)
        values = [_value(text, signs[0]) for text in numbers]
        low, high = numbers[values.index(min(values))], numbers[values.index(max(values))]
        whole = all(value == math.floor(value) for value in values)
        yield Cells(holds=Holds.COUNTS if whole else Holds.NUMBERS, low=low, high=high, decimal=signs), numbers
    if sum(map(len, texts)) > _LONG * len(texts):
        yield Cells(holds=Holds.TEXTS), texts
    yield Cells(holds=Holds.NAMES, low=min(texts), high=max(texts)), texts


def _clock(text: str) -> tuple[bool, int, str]:
    hour, _, rest = text.partition(":")
    return "p" in rest.casefold(), int(hour) % 12 if "m" in rest.casefold() else int(hour), rest


def _decimals(numbers: Sequence[str]) -> tuple[str, ...]:
    """The decimal signs that fit: one where any cell proves it, both where the only sign may be either."""
    signed = [text for text in numbers if re.search("[.,]", text)]
    for text in signed:
        last = max(text.rfind("."), text.rfind(","))
        sign, other = text[last], ",."[text[last] == ","]
        both, repeated = other in text, text.count(sign) > 1
        if both or (not repeated and not re.fullmatch(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", text)):
            return (sign,)
        if repeated:
            return (other,)
    return (".", ",") if signed else (".",)


def _value(text: str, decimal: str) -> float:
    plain = "".join(sign for sign in text if sign.isdigit() or sign in f"+-{decimal}")
    return float(plain.replace(decimal, "."))
