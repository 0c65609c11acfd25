"""Cells of text into numbers, with the thousands and decimals of every habit.

A cell is read under both decimal signs. Where only one gives a number (`12,5`, `1.234,5`, `1,234,567`), or both give
the same, it has one meaning. `1.234` and `1,234` have two, and are read only where a sign is stated, or where another
cell of the column proves one and none proves the other.
"""

import math
import re
from collections.abc import Iterable
from typing import Final, Literal, TypeAlias

from servqual.errors import InvalidValue
from servqual.readers.columns.advice import IN_SETTINGS, Advice
from servqual.readers.columns.columns import RULES
from servqual.readers.columns.tables import Kind

Sign: TypeAlias = Literal[".", ","]
_WHICH: Final = "say which with decimal = '.' or the other sign"
_SPACES: Final = " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}'’"
_GROUPS: Final = re.compile(f"[{_SPACES}]")


def _pattern(point: str, comma: str, more: str = "") -> re.Pattern[str]:
    """Match digits, or groups of three, and a fraction behind them."""
    whole = rf"\d+|[1-9]\d{{0,2}}([{comma}{_SPACES}])\d{{3}}(?:\1\d{{3}})*{more}"
    return re.compile(rf"[+-]?(?:(?:{whole})(?:{point}\d*)?|{point}\d+)(?:[eE][+-]?\d{{1,3}})?")


_OTHER: Final[dict[Sign, Sign]] = {".": ",", ",": "."}
_PATTERNS: Final[dict[Sign, re.Pattern[str]]] = {
    ".": _pattern(r"\.", ",", r"|[1-9]\d?(?:,\d\d)+,\d{3}"),  # India groups two digits above the thousands
    ",": _pattern(",", r"\."),
}


def under(text: str, sign: Sign) -> float | None:
    """Read a text under a decimal sign; None where it is no number then.

    >>> under("1.234", "."), under("1.234", ","), under("12.5", ",") is None, under("1'234.50", ".")
    (1.234, 1234.0, True, 1234.5)
    """
    text = text.replace("\N{MINUS SIGN}", "-")
    if not _PATTERNS[sign].fullmatch(text):
        return None
    return float(_GROUPS.sub("", text).replace(_OTHER[sign], "").replace(sign, "."))


class Numbers:
    """The decimal sign of one column: stated, proved by cells that have one meaning, or unknown.

    `typed` says that numbers of the file's own stand beside the texts, written with a point. `unproved` says that a
    cell was refused for want of a proof, which a look at the whole column (`settle`) may bring.

    >>> numbers = Numbers(None)
    >>> numbers.learn(["1.234", "7,5"])
    >>> numbers.read("1.234")
    1234.0
    """

    def __init__(self, sign: Sign | None, *, typed: bool = False, advice: Advice = IN_SETTINGS) -> None:
        self._sign = sign
        self._typed = typed
        self._advice = advice
        self._proved: set[Sign] = set()
        self.unproved = self._settled = self._relied = False

    def check_sign(self, name: str) -> None:
        """Refuse a column that proved the other sign after a cell was read by the one."""
        if self._relied and len(self._proved) > 1:
            raise InvalidValue.of(name, "have one decimal sign", "numbers of both", do=self._advice(_WHICH))

    def settle(self, texts: Iterable[str]) -> None:
        """Look at all cells of the column: later ones prove nothing more."""
        self.learn(texts)
        self.unproved, self._settled = False, True

    def learn(self, texts: Iterable[str]) -> None:
        """Look for cells that prove the decimal sign."""
        if self._sign or self._typed or self._settled:
            return
        for text in texts:
            if "." in text or "," in text:
                point, comma = under(text, "."), under(text, ",")
                if (point is None) != (comma is None):
                    self._proved.add("," if point is None else ".")

    def read(self, text: str) -> float:
        """Read a cell; one that is no number, or may be two, raises `InvalidValue`."""
        if text.isdecimal():
            return self._finite(float(text))
        point, comma = under(text, "."), under(text, ",")
        if self._sign:
            value = point if self._sign == "." else comma
        elif self._typed and (point is None or "," not in text):
            value = point
        elif point is None or comma is None or point == comma:
            value = comma if point is None else point
        else:
            value = self._proven(point, comma)
        if value is not None:
            return self._finite(value)
        if point is None and comma is None:
            raise InvalidValue("must be a number")
        sign: Sign = "." if point is None else ","
        do = self._advice(f"set decimal = {_OTHER[sign]!r} for the other")
        raise InvalidValue(f"must have the decimal sign {sign!r}; {do}")

    def _proven(self, point: float, comma: float) -> float:
        """Choose between two meanings by the other cells of the column."""
        if len(self._proved) != 1:
            self.unproved = not self._settled
            do = self._advice(_WHICH)
            raise InvalidValue(f"must be a number of one meaning, and has thousands or decimals; {do}")
        self._relied = True
        return point if "." in self._proved else comma

    @staticmethod
    def _finite(value: float) -> float:
        if not math.isfinite(value):
            raise InvalidValue(RULES[Kind.NUMBER])
        return value
