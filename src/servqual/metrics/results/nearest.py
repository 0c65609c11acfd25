"""The values nearest to one that was asked for and nowhere occurs."""

import difflib
import heapq
from collections.abc import Collection
from numbers import Real
from typing import Any, Final

from servqual.readers.columns.labels import text_of

_MOST: Final = 8
_LONGEST: Final = 100
"""Characters of a text that are compared with the wanted one."""


def nearest(wanted: object, values: Collection[Any]) -> tuple[Any, ...]:
    """List the eight values nearest to a wanted one, best first: texts by their letters, numbers by distance.

    The eight nearest of two collections are among the eight nearest of each. Nothing is near to None.

    >>> nearest("lnie", ["bill", "line"]), nearest(4, [1.0, 5.0, 2.0])
    (('line', 'bill'), (5.0, 2.0, 1.0))
    """
    if wanted is None:
        return ()
    if isinstance(wanted, Real) and all(isinstance(value, Real) for value in values):
        return tuple(heapq.nsmallest(_MOST, values, key=lambda value: (abs(value - wanted), value)))
    matcher = difflib.SequenceMatcher(autojunk=False)
    matcher.set_seq2(text_of(wanted).casefold()[:_LONGEST])

    def unlike(value: Any) -> tuple[float, str]:
        matcher.set_seq1(str(value).casefold()[:_LONGEST])
        return 1 - matcher.ratio(), str(value)

    return tuple(heapq.nsmallest(_MOST, values, key=unlike))


def near_words(wanted: object, values: Collection[Any]) -> str:
    """Word the nearest values as a clause; empty where there are none.

    >>> near_words("lnie", ["bill", "line"])
    '; the nearest are line, bill'
    """
    near = ", ".join(map(str, nearest(wanted, values)))
    return f"; the nearest are {near}" if near else ""
