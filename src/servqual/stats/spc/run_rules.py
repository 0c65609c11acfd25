"""The eight rules of Nelson, by name: which points of a series say that something has changed."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final, Literal, TypeAlias, get_args, overload

import attrs
import numpy as np

from servqual._arrays import Array, as_long, read_only
from servqual._checks import all_of, among
from servqual._words import counted
from servqual.errors import InvalidValue
from servqual.model._pickled import Rebuilt
from servqual.stats.inference.given import as_number
from servqual.stats.spc.points import series

__all__ = ["RULES", "Direction", "Rule", "Signal", "Signals", "rules", "signals_of"]

Rule: TypeAlias = Literal[
    "beyond_limits",
    "nine_one_side",
    "six_trending",
    "fourteen_alternating",
    "two_of_three",
    "four_of_five",
    "fifteen_within",
    "eight_beyond",
]
Direction: TypeAlias = Literal["up", "down"]
RULES: Final[tuple[Rule, ...]] = get_args(Rule)
"""The rules in the order of Nelson's tests 1 to 8."""
_POINTS: Final = (1, 9, 6, 14, 3, 5, 15, 8)
"""How many points each of them looks at."""
_BITS: Final = np.uint8(1) << np.arange(8, dtype=np.uint8)
_CHUNK: Final = 1 << 15
"""Points looked at together, so that all their masks stay in the cache."""
_TREND: Final = 2
_UNDIRECTED: Final = (3, 6, 7)
_DIRECTIONS: Final[tuple[Direction | None, ...]] = (None, "up", "down")


@attrs.frozen(kw_only=True)
class Signal:
    """A point that completes a rule.

    `index` is its place in the series, counted from 0, and `first` the place of the first point that the rule looked
    at. `direction` is "up" where the points lie high or rise, "down" where they lie low or fall, and None for the rules
    that know no side.
    """

    rule: str
    index: int
    first: int
    direction: Direction | None


@attrs.frozen(eq=False, repr=False)
class Signals(Rebuilt, Sequence[Signal]):
    """All signals of a series, by index and then in the order of the rules; each is built when it is looked at.

    Equal to any sequence of equal signals, such as the empty tuple.
    """

    # One byte per point, one bit per rule: the rules of a million points are a megabyte, and sorted by nature.
    _flags: Array = attrs.field(converter=read_only)
    _values: Array = attrs.field(converter=read_only)
    _centre: Array = attrs.field(converter=read_only)

    def __attrs_post_init__(self) -> None:
        as_long(self, "_values", "_flags", "_centre")
        if self._flags.dtype != np.uint8:
            raise InvalidValue.of("flags", "be bytes", str(self._flags.dtype))

    @cached_property
    def _found(self) -> tuple[Array, Array, Array, Array]:
        """Index, rule, first point and direction of every signal."""
        places = np.flatnonzero(self._flags)
        row, rule = np.nonzero(np.unpackbits(self._flags[places, None], axis=1, bitorder="little"))
        at = places[row]
        begun = np.where(np.isnan(self._values), np.arange(1, len(self._values) + 1), 0)
        first = np.maximum(at + 1 - np.array(_POINTS)[rule], np.maximum.accumulate(begun)[at])
        level = np.where(rule == _TREND, self._values[at - 1], self._centre[at])
        side = np.where(np.isin(rule, _UNDIRECTED), 0, np.where(self._values[at] > level, 1, 2))
        return at, rule, first, side

    def places(self, rule: Rule) -> Array:
        """List the indices at which a rule is completed.

        >>> rules([0, 3.2, -3.4, 3], centre=0, sigma=1).places("beyond_limits").tolist()
        [1, 2]
        """
        among("rule", rule, RULES)
        return np.flatnonzero(self._flags & (1 << RULES.index(rule)))

    def __len__(self) -> int:
        return len(self._found[0])

    @overload
    def __getitem__(self, place: int) -> Signal: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Signal, ...]: ...
    def __getitem__(self, place: int | slice) -> Signal | tuple[Signal, ...]:
        if isinstance(place, slice):
            return tuple(self[one] for one in range(*place.indices(len(self))))
        return _signal(*(int(column[place]) for column in self._found))

    def __iter__(self) -> Iterator[Signal]:
        return map(_signal, *(column.tolist() for column in self._found))

    def __eq__(self, other: object) -> bool:
        return tuple(self) == tuple(other) if isinstance(other, Sequence) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        shown = ", ".join(map(repr, self[:3]))
        return f"<{counted(len(self), 'signal')}{': ' if len(self) else ''}{shown}{', …' if len(self) > 3 else ''}>"  # noqa: PLR2004


def _signal(at: int, rule: int, first: int, side: int) -> Signal:
    return Signal(rule=RULES[rule], index=at, first=first, direction=_DIRECTIONS[side])


def rules(
    values: Sequence[float | None] | Array,
    *,
    centre: float | Array,
    sigma: float | Array,
    only: Sequence[Rule] = RULES,
) -> Signals:
    """Find the points that complete one of the eight rules, given the centre and the standard deviation of a point.

    L. S. Nelson, 1984, Journal of Quality Technology 16: 237-239, the tests in his order:

    - `beyond_limits`: a point farther than 3 sigma from the centre
    - `nine_one_side`: nine points in a row on one side of the centre
    - `six_trending`: six points in a row, each higher than the last, or each lower
    - `fourteen_alternating`: fourteen points in a row that go up and down in turn
    - `two_of_three`: two of three points in a row farther than 2 sigma, on one side
    - `four_of_five`: four of five points in a row farther than 1 sigma, on one side
    - `fifteen_within`: fifteen points in a row nearer than 1 sigma
    - `eight_beyond`: eight points in a row farther than 1 sigma, with points on both sides

    A rule is reported at every point that completes it. A point of `two_of_three` and `four_of_five` must itself lie
    in the zone, and no third or fifth point is awaited where it cannot change the answer. A point exactly on a line is
    neither beyond it nor on a side of it. A missing point (None or NaN) never signals and ends what runs: the pieces
    between missing points are judged as series of their own. `centre` and `sigma` may vary from point to point. With
    all rules on, one point in about 40 of a stable series signals: choose rules with `only=` where that is too many.

    >>> [(s.rule, s.index, s.direction) for s in rules([0, 3.2, -3.4, 3], centre=0, sigma=1)]
    [('beyond_limits', 1, 'up'), ('beyond_limits', 2, 'down'), ('two_of_three', 3, 'up')]
    >>> list(rules([1, 2, 3, 4, 5, 6], centre=3, sigma=9))
    [Signal(rule='six_trending', index=5, first=0, direction='up')]
    """
    numbers = series("values", values)
    middle, spread = _level("centre", centre, len(numbers)), _level("sigma", sigma, len(numbers))
    if (spread < 0).any():
        raise InvalidValue.of("sigma", "be 0 or more", spread.min())
    for rule in all_of(str, "only", only, "names of rules"):
        among("only", rule, RULES)
    return signals_of(numbers, centre=middle, sigma=spread, only=only)


def _level(field: str, given: float | Array, number: int) -> Array:
    if np.ndim(given) == 0:
        return as_number(field, given)
    found = series(field, given)
    if len(found) != number:
        raise InvalidValue.of(field, f"be one number, or one per value ({number})", len(found))
    return found


def signals_of(
    values: Array, *, centre: Array, sigma: Array, limits: tuple[Array, ...] = (), only: Sequence[str]
) -> Signals:
    """Find the signals of a series; `limits` are its lower and upper ones where they are not those of 3 sigma."""
    asked = [rule in only for rule in RULES]
    flags = np.zeros(len(values), np.uint8)
    for start in range(0, len(values), _CHUNK):
        before = min(start, max(_POINTS))
        part = slice(start - before, start + _CHUNK)
        lines = (line[part] if line.ndim else line for line in (centre, sigma, *limits))
        for bit, hit in enumerate(_hits(values[part], *lines)):
            if asked[bit]:
                flags[start : part.stop] |= hit[before:].view(np.uint8) * _BITS[bit]
    return Signals(flags, values, np.broadcast_to(centre, values.shape))


def _hits(values: Array, centre: Array, sigma: Array, *limits: Array) -> Iterator[Array]:
    """Mark the points that complete each rule, in the order of `RULES`.

    Points are compared with each line once; all that remains are ands and ors of bytes. A run of k is the mask and
    itself k - 1 places before, joined by doubling: 9 = 1 + 1 + 2 + 4 + 1, so that no window is ever looked through.
    Comparisons with NaN are false, and so end a run by themselves.
    """
    n = len(values)
    with np.errstate(all="ignore"):  # without any spread each point off the centre is far
        z = (values - centre) / sigma
    low, high = (values < limits[0], values > limits[1]) if limits else (z < -3, z > 3)  # noqa: PLR2004  (Shewhart's)
    yield low | high
    above, below = z > 0, z < 0
    yield _ending(_run(above, 9) | _run(below, 9), n)
    rising, falling = values[1:] > values[:-1], values[1:] < values[:-1]
    yield _ending(_run(rising, 5) | _run(falling, 5), n)
    turning = (rising[1:] & falling[:-1]) | (falling[1:] & rising[:-1])
    yield _ending(_run(turning, 12), n)
    known = ~np.isnan(values)
    yield _two_of_three(z > 2, known) | _two_of_three(z < -2, known)  # noqa: PLR2004  (a rule's own number)
    high, low = z > 1, z < -1
    yield _four_of_five(high, known) | _four_of_five(low, known)
    yield _ending(_run((z < 1) & (z > -1), 15), n)
    yield _ending(_run(high | low, 8) & ~_run(high, 8) & ~_run(low, 8), n)


def _ending(mask: Array, length: int) -> Array:
    """Put a mask at the end of so many points; those before it could not complete the rule."""
    found = np.zeros(length, np.bool_)
    found[length - len(mask) :] = mask
    return found


def _run(mask: Array, length: int) -> Array:
    """Mark the ends of runs of at least this length, from the first point at which one could end."""
    covered = 1
    while covered < length:
        step = min(covered, length - covered)
        mask, covered = mask[step:] & mask[: max(len(mask) - step, 0)], covered + step
    return mask


def _two_of_three(zone: Array, known: Array) -> Array:
    """Mark points of a zone where one of the two before lies in it, no missing point between them."""
    (now, one, two), (_, between, _) = _back(zone, 3), _back(known, 3)
    return now & (one | (two & between))


def _four_of_five(zone: Array, known: Array) -> Array:
    """Mark points of a zone where three of the four before lie in it, no missing point between them."""
    (now, one, two, three, four), (_, first, second, third, _) = _back(zone, 5), _back(known, 5)
    pair = two & three
    gap = (first & pair) | (one & ((second & three) | (two & third)))
    return now & ((one & pair) | (four & gap))


def _back(mask: Array, points: int) -> list[Array]:
    """Look at a mask as it is and 1, 2, … points before; nothing lies before the first."""
    padded = np.zeros(len(mask) + points - 1, np.bool_)
    padded[points - 1 :] = mask
    return [padded[points - 1 - ago : len(padded) - ago] for ago in range(points)]
