"""What the cells of a column hold: moments, times of the day, durations, numbers, flags, names or long texts."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Final

import attrs

from servqual.errors import InvalidValue
from servqual.readers.columns.durations import seconds_of
from servqual.readers.columns.numbers import Numbers, under
from servqual.readers.columns.tables import Kind
from servqual.readers.columns.texts import FALSE, MISSING_WORDS, NO_DATE, TRUE
from servqual.readers.inspecting.dates import LONGEST, NEARLY_ALL, Dates, dates_of

_MISSING: Final = MISSING_WORDS | NO_DATE
_EXAMPLES: Final = 3
_LONG: Final = 60
"""From this many characters on average a text is told from a name."""
_TIME: Final = re.compile(r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?( ?[ap]\.?m\.?)?", re.IGNORECASE)
_TWO_PARTS: Final = re.compile(r"\d+:\d\d")


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


@attrs.frozen(kw_only=True)
class Cells:
    """The cells of a column of the rows that were looked at.

    `fitting` of the `filled` cells are what the column `holds`. `dates` are the forms of moments, and `twofold` is a
    cell of two meanings that no other cell settles: a number such as 1,234, or a duration such as 03:20.
    """

    holds: Holds
    filled: int = 0
    fitting: int = 0
    distinct: int = 0
    low: str | None = None
    high: str | None = None
    examples: tuple[str, ...] = ()
    dates: Dates | None = None
    twofold: str | None = None

    @property
    def because(self) -> str:
        """Why we say so, as a clause."""
        if not self.filled:
            return "no cell is filled"
        share = "all" if self.fitting == self.filled else f"{self.fitting:,} of"
        form = "".join(f"; {each.because}" for each in self.dates.structures) if self.dates else ""
        return f"{share} {self.filled:,} filled cells are {self.holds}{form}"


def filled_of(cells: Iterable[str]) -> Counter[str]:
    """Count the different cells; words for "missing", dates of zeros and empty cells are left out.

    >>> filled_of([" 12", "12", "", "n/a", "0000-00-00"])
    Counter({'12': 2})
    """
    counted: Counter[str] = Counter()
    for cell, count in Counter(cells).items():
        if (text := cell.strip()) and text.casefold() not in _MISSING:
            counted[text] += count
    return counted


def cells_of(cells: Iterable[str]) -> Cells:
    """Look at the filled cells of a column.

    >>> cells_of(["12", "95", "", "n/a"]).holds, cells_of(["26:00:40", "00:03:20"]).holds
    (<Holds.COUNTS: 'whole numbers'>, <Holds.DURATIONS: 'durations'>)
    >>> cells_of(["Y", "N", "Y"]).because
    'all 3 filled cells are words for yes and no'
    """
    counted = filled_of(cells)
    if not (filled := counted.total()):
        return Cells(holds=Holds.NOTHING)
    read, texts, fitting = next(
        (read, texts, fitting)
        for read, texts in _readings(list(counted))
        if (fitting := sum(counted[text] for text in texts)) >= NEARLY_ALL * filled
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
    short = [text for text in texts if len(text) <= LONGEST]
    twofold = next(filter(_TWO_PARTS.fullmatch, short), None)
    if times := [text for text in short if _TIME.fullmatch(text)]:
        yield Cells(holds=Holds.TIMES, low=min(times, key=_clock), high=max(times, key=_clock), twofold=twofold), times
    numbers, open_ = _numbers(short)
    durations = [text for text in short if text not in numbers and _is_duration(text)]
    yield Cells(holds=Holds.DURATIONS, twofold=twofold), durations
    if numbers:
        low, high = (pick(numbers, key=numbers.__getitem__) for pick in (min, max))
        whole = all(value.is_integer() for value in numbers.values())
        yield Cells(holds=Holds.COUNTS if whole else Holds.NUMBERS, low=low, high=high, twofold=open_), [*numbers]
    if sum(map(len, texts)) > _LONG * len(texts):
        yield Cells(holds=Holds.TEXTS), texts
    yield Cells(holds=Holds.NAMES, low=min(texts), high=max(texts)), texts


def _clock(text: str) -> tuple[bool, int, str]:
    hour, _, rest = text.partition(":")
    return "p" in rest.casefold(), int(hour) % 12 if "m" in rest.casefold() else int(hour), rest


def _numbers(texts: Sequence[str]) -> tuple[dict[str, float], str | None]:
    """Read texts as numbers, and give the first of two meanings, here read with a point, that no other text settles."""
    reader = Numbers(None)
    reader.learn(texts)
    found: dict[str, float] = {}
    open_ = None
    for text in texts:
        try:
            found[text] = reader.read(text)
        except InvalidValue:
            if (value := under(text, ".")) is not None and math.isfinite(value):
                found[text] = value
                open_ = open_ or text
    return found, open_


def _is_duration(text: str) -> bool:
    try:
        seconds_of(text, _amount, seconds=1, clock="h:mm")
    except ValueError:
        return False
    return True


def _amount(text: str) -> float:
    found = under(text, "."), under(text, ",")
    for value in found:
        if value is not None:
            return value
    raise InvalidValue("must be a number")
