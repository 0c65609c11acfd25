"""The values nearest to one that was asked for and nowhere occurs."""

import difflib
import heapq
from bisect import insort
from collections import Counter
from collections.abc import Collection
from numbers import Real
from operator import itemgetter
from typing import Any, Final

import numpy as np

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
    goal, some = text_of(wanted).casefold()[:_LONGEST], [*values]
    texts = [str(value).casefold()[:_LONGEST] for value in some]
    # letters in any order match at least as well as in theirs, and are counted quickly: most texts are never matched
    shared = np.zeros(len(texts))
    for letter, count in Counter(goal).items():
        shared += np.minimum([text.count(letter) for text in texts], count)
    sizes = np.array([len(text) for text in texts]) + len(goal)
    unlike = 1 - 2 * shared / np.maximum(sizes, 1)
    matcher = difflib.SequenceMatcher(autojunk=False)
    matcher.set_seq2(goal)
    best: list[tuple[float, str, Any]] = []
    for place in np.argsort(unlike).tolist():
        if len(best) == _MOST and unlike[place] > best[-1][0]:
            break
        matcher.set_seq1(texts[place])
        insort(best, (1 - matcher.ratio(), str(some[place]), some[place]), key=itemgetter(0, 1))
        del best[_MOST:]
    return tuple(value for *_, value in best)


def near_words(wanted: object, values: Collection[Any]) -> str:
    """Word the nearest values as a clause; empty where there are none.

    >>> near_words("lnie", ["bill", "line"])
    '; the nearest are line, bill'
    """
    near = ", ".join(map(str, nearest(wanted, values)))
    return f"; the nearest are {near}" if near else ""
