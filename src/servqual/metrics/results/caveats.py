"""Caveats of a number: what its reader must know before leaning on it, each with a stable code."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeVar

import attrs

from servqual._arrays import Array
from servqual._words import counted, number

SMALL: Final = 30
"""Below this n a number is marked as small: its interval says more than its value."""
UNREAD: Final = 0.05
"""The share of unread rows from which on a number carries a caveat."""
MOSTLY: Final = 0.5
"""The share of unread rows above which nothing is judged, and of undecided ones above which a share is immature."""
_TEN: Final = 10
"""The fewest scores that are looked at for their scale."""
CODES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "cells.unread": f"{UNREAD:.0%} or more of the rows that the KPI needs could not be read; above {MOSTLY:.0%} a "
        "verdict is cannot_be_judged",
        "counts.contradict": "ready-made counts do not add up in their row, such as fewer offered than answered and "
        "abandoned; a row with a part above the whole is not used for their share",
        "customers.one_id": "one customer_id stands in over 5 % of the rows, and in at least 50, as one for unknown "
        "customers; the report says so",
        "flags.only_yes": "a flag, a count or a part of a sum is blank in more rows than count, and says no in none, "
        "as where an export marks only yes: a blank is not known, and is left out",
        "group.no_match": "no row has a value in a column of `by`, or the label of a group that was asked for",
        "interval.approximate": "the score interval is of fewer than three hits or three misses",
        "layout.no_match": "a word, a form of dates or a step that the layout of a table names stands in none of its "
        "cells",
        "money.mixed": "amounts of money are in several currencies, which do not add up: there is no value until "
        "they are grouped by `currency`",
        "n.small": f"fewer than {SMALL} rows: the interval says more than the value",
        "parts.unread": f"over {MOSTLY:.0%} of the rows of one of the two KPIs that it divides, or of ready-made "
        "counts, could not be read, or no event of a log could be used: its verdict is cannot_be_judged",
        "parts.unchecked": "tallies were added, and the KPI needs all rows of a customer in one of them",
        "rows.repeats_unchecked": "rows repeat an id of an earlier chunk that cannot be read again, as of an iterator, "
        "or ids were not compared across parts",
        "rows.undated": "rows count although the moment that dates them is missing or could not be read; with "
        "`period=` they are refused",
        "scores.off_scale": "scores lie off the scale of their question, or no score of ten or more is above 6 (nps) "
        "or 5 (a scale to at most 10), as on a scale that ends at 5",
        "share.immature": f"more than {MOSTLY:.0%} of the items are undecided",
        "tags.unsplit": "texts in `tags` hold blanks, commas, semicolons or bars, and no `tag_separator` was given, so "
        "that each text is one tag",
        "time.ambiguous": "times without an offset lie in the hour that the clock of their zone shows twice, and were "
        "read as the first of both",
        "where.no_match": "no row has a value that `where=`, or `only=` of the KPI, asks for, or a status that "
        "is known",
    }
)
"""The codes and when each is given."""


@attrs.frozen
class Caveat:
    """A code for machines and a sentence for people."""

    code: str
    text: str

    def __str__(self) -> str:
        return self.text


@attrs.frozen
class Warned(Caveat):
    """A caveat with the KPI and the group that it is about; the group is None where it is about all of the KPI."""

    kpi: str
    group: Mapping[str, Any] | None = attrs.field(hash=False)


Rows = TypeVar("Rows", int, Array)
_LASTING: Final = frozenset({"median", "restricted_mean"})
"""Statistics of times that may still go on, whose n counts the undecided rows too."""


def read_of(n: Rows, undecided: Rows, statistic: str) -> Rows:
    """Count the rows that were read for a number, the undecided ones once.

    >>> read_of(4, 3, "share"), read_of(4, 3, "median")
    (7, 4)
    """
    return n if statistic in _LASTING else n + undecided


def unread_share(read: int, unread: int) -> float:
    """The share of rows that could not be read among all that a KPI needs; 0 where there are none.

    >>> unread_share(3, 597)
    0.995
    """
    return unread / (read + unread) if unread else 0.0


def caveats_of(
    *,
    unit: str,
    n: int,
    undecided: int,
    unread: int,
    statistic: str = "",
    approximate: bool = False,
    all_low: bool = False,
    of_all: Iterable[Caveat] = (),
) -> tuple[Caveat, ...]:
    """List the caveats of a number, in the order of their codes.

    `all_low` says that every answer about recommending is that of a detractor; `of_all` are caveats of all groups.

    >>> [caveat.code for caveat in caveats_of(unit="share", n=3, undecided=0, unread=597)]
    ['cells.unread', 'n.small']
    """
    found = [*of_all]
    read = read_of(n, undecided, statistic)
    share = unread_share(read, unread)
    if share >= UNREAD and not any(caveat.code == "cells.unread" for caveat in found):
        rows = f"{counted(unread, 'row')} of {read + unread:,}"
        found.append(Caveat("cells.unread", f"{rows} could not be read ({number(share, 'share')})"))
    if approximate:
        found.append(Caveat("interval.approximate", "the interval of fewer than three hits or misses is approximate"))
    if unit != "count" and 0 < n < SMALL:
        found.append(Caveat("n.small", f"n is only {n}"))
    if all_low and n >= _TEN:
        found.append(Caveat("scores.off_scale", f"none of {n:,} scores is above 6: was the scale 0 to 10?"))
    if unit == "share" and undecided > MOSTLY * (n + undecided):
        found.append(Caveat("share.immature", f"{undecided:,} of {n + undecided:,} are undecided"))
    return tuple(sorted(found, key=lambda caveat: caveat.code))
