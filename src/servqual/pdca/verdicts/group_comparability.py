"""Whether two sides can be compared in each of their groups."""

import datetime as dt
from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np

from servqual._arrays import Array
from servqual._words import number
from servqual.metrics.results.caveats import MOSTLY, SMALL, UNREAD, read_of
from servqual.pdca.verdicts.ages import RIPE, declared, ripens
from servqual.pdca.verdicts.caveats import Caveat, caveat
from servqual.pdca.verdicts.comparability import Compared
from servqual.pdca.verdicts.sources import About, Source

_CENSORED: Final = frozenset({"median", "restricted_mean"})
"""Statistics that know how to count items that go on."""
_DAY: Final = dt.timedelta(days=1)
OPEN: Final = 0.02
"""The share of rows that go on above which a duration is not compared at another age: a convention."""
Add: TypeAlias = Callable[[str, Array, Callable[[int], str]], None]


def of_cells(found: Compared, open_: Array) -> list[list[Caveat]]:
    """List what makes two sides less comparable, or not at all, in each group.

    `open_` says where undecided items may still turn what was found.
    """
    out: list[list[Caveat]] = [[] for _ in range(found.groups.size)]
    add = adding(found, out)
    before, after, change, about = found.before, found.after, found.change, found.pair.new
    empty = [np.isnan(side.value) for side in (before, after)]
    add("compare.no_data", empty[0] | empty[1], lambda i: f"no value {'before' if empty[0][i] else 'after'}")
    with np.errstate(invalid="ignore", divide="ignore"):
        read = [read_of(side.n, side.undecided, about.statistic) for side in (before, after)]
        lost = [side.unread / (known + side.unread) for known, side in zip(read, (before, after), strict=True)]
    most = np.fmax(lost[0], lost[1])
    add("cells.mostly_unread", most > MOSTLY, lambda i: f"{number(most[i], 'share')} of the rows could not be read")
    add(
        "cells.unread",
        (most >= UNREAD) & (most <= MOSTLY),
        lambda i: f"{number(most[i], 'share')} of the rows of a side could not be read",
    )
    add("interval.none", ~empty[0] & ~empty[1] & np.isnan(change.low), lambda _: _no_interval(about))
    add("cases.immature", open_, lambda i: undecided_text(found, i))
    add("cases.seen_at_other_ages", _at_other_ages(found), lambda _: _ages(found))
    least = np.minimum(before.n, after.n)
    if about.unit != "count":
        add("n.small", (least < SMALL) & (least > 0), lambda i: f"a side has only {least[i]:,}")
    add(
        "interval.approximate",
        before.approximate | after.approximate,
        lambda _: "the interval of fewer than three hits or misses is approximate",
    )
    return out


def undecided_text(found: Compared, place: int) -> str:
    """Say how many items are undecided."""
    before, after = found.before.undecided[place], found.after.undecided[place]
    return f"{before:,} cases before and {after:,} after are undecided"


def adding(found: Compared, out: list[list[Caveat]]) -> Add:
    """Make a function that adds a caveat to the lists of the groups where it holds, unless a measured value told it."""
    told, made = {each.code for each in found.told}, dict[tuple[str, str], Caveat]()

    def add(code: str, where: Array, text: Callable[[int], str]) -> None:
        for place in [] if code in told else np.flatnonzero(where).tolist():
            said = code, text(place)
            out[place].append(made.get(said) or made.setdefault(said, caveat(*said)))

    return add


def _no_interval(about: About) -> str:
    if about.statistic == "median":
        return (
            "the curve of a side or its limits do not cross one half within the times that were seen: compare a "
            "restricted mean, or see the verdict's logrank"
        )
    return "the change has no interval, so that chance cannot be told from effect"


def sign_is_open(found: Compared) -> Array:
    """Tell where undecided items may still turn the sign of a change."""
    return immature(found, lambda least, most, change: ((change > 0) & (least <= 0)) | ((change < 0) & (most >= 0)))


def immature(found: Compared, turned: Callable[[Array, Array, Array], Array]) -> Array:
    """Tell where undecided items may still turn what was found.

    Of a share `turned` decides, by the least and the most that the change may become, when all of them are hits on one
    side and misses on the other. Of other KPIs they must not be over half of a side. Lifetimes know how to count items
    that go on.
    """
    about, ends = found.pair.new, []
    if about.statistic in _CENSORED:
        return np.zeros(found.groups.size, np.bool_)
    with np.errstate(invalid="ignore", divide="ignore"):
        if about.unit != "share":
            return np.asarray(_undecided(found) > MOSTLY)
        for side in (found.before, found.after):
            hits, every = np.rint(np.nan_to_num(side.value) * side.n), side.n + side.undecided
            ends.append((hits / every, (hits + side.undecided) / every))
        (least, most), (lower, higher) = ends
        some = (found.before.undecided + found.after.undecided) > 0
        return np.asarray(some & turned(lower - most, higher - least, found.change.value))


def interval_is_open(found: Compared, margin: float | None) -> Array:
    """Tell where undecided items may undo what the interval says: its side of 0, or that it lies within ± margin.

    Where the KPI is no share, over half of a side undoes whatever it says.
    """
    change = found.change
    turned = sign_is_open(found)
    if found.pair.new.unit == "share":
        turned &= (change.low > 0) | (change.high < 0)
    if margin is None:
        return turned
    within = (-margin <= change.low) & (change.high <= margin)
    beyond = immature(found, lambda least, most, _: (least < -margin) | (most > margin))
    return np.where(within, beyond, turned)


def _undecided(found: Compared) -> Array:
    """The larger share of undecided items of both sides."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(
            np.fmax(*(side.undecided / (side.n + side.undecided) for side in (found.before, found.after)))
        )


def _at_other_ages(found: Compared) -> Array:
    """Tell where the sides were seen at ages that move the KPI.

    A KPI that ripens is too young within two weeks of the end of its period. A duration leaves out the rows that go
    on, which are the long ones, so that it falls with their share; lifetimes count them.
    """
    old, new = (_age(side) for side in (found.pair.before, found.pair.after))
    if old is None or new is None or found.pair.same or abs(new - old) <= _DAY:
        return np.zeros(found.groups.size, np.bool_)
    about = found.pair.new
    kpi = declared(about)
    young = kpi is not None and min(old, new) < RIPE and ripens(kpi)
    cut = about.unit == "s" and not about.stock and about.statistic not in _CENSORED
    return np.asarray((_undecided(found) > OPEN) & cut | young)


def _age(side: Source) -> dt.timedelta | None:
    """How long after the end of its period a side was seen; None where it states no period or no moment."""
    return None if side.period is None or side.now is None else side.now - side.period[1]


def _ages(found: Compared) -> str:
    old, new = (
        number((_age(side) or dt.timedelta()).total_seconds(), "s") for side in (found.pair.before, found.pair.after)
    )
    return (
        f"before was seen {old} after the end of its period, after {new}: give both tallies a now= that is as long "
        "after the end of their periods"
    )
