"""Business time for millions of rows: the same definition as the scalar answers, equal to the microsecond.

Each function reads its columns, sends the rows of each calendar through the compiled tables of `buckets`, chunk by
chunk, and takes the pauses out.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from servqual.errors import InvalidValue
from servqual.metrics.time.buckets import ROWS, Ints, elapsed_table, instant_table
from servqual.metrics.time.time_columns import NAT, Column, common_shape
from servqual.model.hours.business_hours import BusinessHours
from servqual.model.hours.hours import AtClose, Hours
from servqual.model.hours.spans import FIRST, LAST, moment
from servqual.readers.columns.zones import shown_at, shown_by

_MANY: Final = 1 << 20
_WIDE: Final = 1 << 16
Durations: TypeAlias = npt.NDArray[np.timedelta64]
Moments: TypeAlias = npt.NDArray[np.datetime64]
IntsLike: TypeAlias = Ints | Column


class Pauses(NamedTuple):
    """Spans that do not count, as events: the place of their row, start and end.

    Pauses of a row may overlap and stand in any order; time in two of them is taken out once.
    """

    row: npt.ArrayLike
    start: npt.ArrayLike
    end: npt.ArrayLike


def elapsed(
    hours: Hours | Sequence[Hours],
    start: npt.ArrayLike,
    end: npt.ArrayLike,
    *,
    which: npt.ArrayLike | None = None,
    without: Pauses | None = None,
) -> Durations:
    """Count the open time between moments, row by row, as `timedelta64[us]`; negative where the end comes first.

    Moments are UTC `datetime64` of any unit (below a microsecond they are cut), and one moment may stand for all
    rows. Where either is NaT the answer is NaT. For several calendars `hours` is a list, and `which`
    the place of each row's calendar in it. Other types, and years beyond 1 to 9999, are refused.

    >>> from servqual.model import BusinessHours
    >>> hours = BusinessHours(zone="UTC", week={"mon-fri": "09:00-17:00"})
    >>> start = np.array(["2026-05-08T16:00", "NaT"], dtype="datetime64[s]")
    >>> elapsed(hours, start, np.datetime64("2026-05-11T10:00")).astype("timedelta64[m]").tolist()
    [datetime.timedelta(seconds=7200), None]
    >>> pauses = Pauses(row=[0, 0], start=np.array(["2026-05-08T16:30", "2026-05-08T16:40"], dtype="M8[s]"),
    ...                 end=np.array(["2026-05-08T16:50", "2026-05-11T00:00"], dtype="M8[s]"))
    >>> elapsed(hours, start, np.datetime64("2026-05-11T10:00"), without=pauses)[0] / np.timedelta64(1, "m")
    np.float64(90.0)
    """
    shape = common_shape(start=start, end=end, which=0 if which is None else which)
    first, last = Column.of(start, "M", "start", shape), Column.of(end, "M", "end", shape)
    codes = codes_of(hours, which, shape)
    spent = each_calendar(hours, codes, _between, first, last)
    if without is not None:
        row, begins, ends = _pauses(without, first, last)
        low, high = np.minimum(first[row], last[row]), np.maximum(first[row], last[row])
        work = partial(each_calendar, hours, None if codes is None else codes[row], _work)
        row, _, away = _merged(row, work(np.clip(begins, low, high)), work(np.clip(ends, low, high)))
        np.subtract.at(spent, row, np.where(last[row] < first[row], -away, away))
    return spent.reshape(shape).view("m8[us]")


def after(
    hours: Hours | Sequence[Hours],
    start: npt.ArrayLike,
    work: npt.ArrayLike,
    *,
    which: npt.ArrayLike | None = None,
    without: Pauses | None = None,
    at_close: AtClose = "stay",
) -> Moments:
    """Find the moments by which an open time has elapsed, row by row, as `datetime64[us]`; negative work goes back.

    As `BusinessHours.after` for each row, with `work` as `timedelta64` of any unit; see `elapsed` for the rest. Where
    start or work is NaT the answer is NaT; a row that no opening hours can serve refuses the call.

    >>> from servqual.model import BusinessHours
    >>> hours = BusinessHours(zone="UTC", week={"mon-fri": "09:00-17:00"})
    >>> start = np.array(["2026-05-08T16:00", "2026-05-09T12:00"], dtype="datetime64[s]")
    >>> after(hours, start, np.timedelta64(2, "h")).astype("datetime64[m]").astype(str).tolist()
    ['2026-05-11T10:00', '2026-05-11T11:00']
    """
    if at_close not in ("stay", "roll"):
        raise InvalidValue.of("at_close", "be 'stay' or 'roll'", at_close)
    shape = common_shape(start=start, work=work, which=0 if which is None else which)
    first, wanted = Column.of(start, "M", "start", shape), Column.of(work, "m", "work", shape)
    codes = codes_of(hours, which, shape)
    stays = at_close == "stay"
    paused = wanted if without is None else _longer(hours, codes, first, wanted, without, stays=stays)
    return each_calendar(hours, codes, partial(_by, stays=stays), first, paused).reshape(shape).view("M8[us]")


def _between(hours: Hours, first: IntsLike, last: IntsLike) -> Ints:
    """Time elapsed between instants, NaT where either is."""
    if isinstance(hours, BusinessHours) and hours.shown is not None:
        return _between(hours.shown, _shown(hours, first), _shown(hours, last))
    spent = np.empty(first.size, np.int64)

    def fill(part: slice, size: int) -> None:
        scratch = np.empty((3, size), np.int64)
        for rows in _chunks(part, size):
            a, b, out = first[rows], last[rows], spent[rows]
            low, high = min(a.min(), b.min()), max(a.max(), b.max())
            absent = None
            if low == NAT:
                absent = (a == NAT) | (b == NAT)
                low = min(a.min(initial=high, where=~absent), b.min(initial=high, where=~absent))
            if high != NAT:
                table = elapsed_table(hours.timeline, int(low), int(high))
                table.at(b, out, scratch[1:])
                out -= table.at(a, scratch[0, : out.size], scratch[1:])
            if absent is not None:
                out[absent] = NAT

    _filled(fill, first.size)
    return spent


def _work(hours: Hours, at: Ints) -> Ints:
    """Time elapsed by instants, from the origin of the hours' own count; none may be NaT."""
    if isinstance(hours, BusinessHours) and hours.shown is not None:
        return _work(hours.shown, _shown(hours, at))
    done = np.empty(at.size, np.int64)
    scratch = np.empty((2, ROWS), np.int64)
    for rows in _chunks(slice(0, at.size), ROWS):
        elapsed_table(hours.timeline, int(at[rows].min()), int(at[rows].max())).at(at[rows], done[rows], scratch)
    return done


def _by(hours: Hours, first: IntsLike, wanted: IntsLike, *, stays: bool) -> Ints:
    """Instants by which the wanted time has elapsed, found as the scalar `after` does; NaT where either is."""
    if isinstance(hours, BusinessHours) and hours.shown is not None:
        start, work = first[:], wanted[:]
        time = _by(hours.shown, _shown(hours, start), work, stays=stays)
        moved = np.flatnonzero((time != NAT) & ((work != 0) | (not stays)))
        out = np.where(time == NAT, NAT, start)
        out[moved] = shown_by(time[moved], hours.zone, first=work[moved] > 0 if stays else work[moved] < 0)
        return out
    return by_real_time(hours, first, wanted, stays=stays)


def by_real_time(hours: Hours, first: IntsLike, wanted: IntsLike, *, stays: bool) -> Ints:
    """Instants by which the wanted open time has really elapsed, whatever the hours count; NaT where either is."""
    done = np.empty(first.size, np.int64)

    def fill(part: slice, size: int) -> None:
        scratch = np.empty((3, size), np.int64)
        for rows in _chunks(part, size):
            start, work, out = first[rows], wanted[rows], done[rows]
            if start.min() == NAT or work.min() == NAT:
                known = (start != NAT) & (work != NAT)
                out[:] = NAT
                out[known] = by_real_time(hours, start[known], work[known], stays=stays)
                continue
            if not FIRST - LAST <= int(work.min()) <= int(work.max()) <= LAST - FIRST:
                raise InvalidValue.of("work", "be less than all of time", int(work.max()), shown=f"{work.max()} us")
            last = work > 0 if stays else work < 0
            mark = elapsed_table(hours.timeline, int(start.min()), int(start.max())).at(
                start, scratch[0, : out.size], scratch[1:]
            )
            mark += work
            mark -= last
            moved = np.flatnonzero(work) if stays and not work.all() else slice(None)
            if mark[moved].size:
                instant_table(hours.timeline, mark[moved], start[moved]).at(mark, out, scratch[1:])
                out += last
            if not isinstance(moved, slice):
                np.copyto(out, start, where=work == 0)  # nothing has elapsed at the start itself
            for instant in (out.min(), out.max()):
                moment(int(instant))  # refuses what lies beyond the calendar

    _filled(fill, first.size)
    return done


def _shown(hours: BusinessHours, at: IntsLike) -> Ints:
    """Wall-clock time of the hours' zone at instants; NaT stays NaT."""
    out = at[:].copy()
    known = np.flatnonzero(out != NAT)
    out[known] = shown_at(out[known], hours.zone)
    return out


def _longer(
    hours: Hours | Sequence[Hours], codes: Ints | None, first: Column, wanted: Column, without: Pauses, *, stays: bool
) -> Ints:
    """The wanted time, plus the open time of the pauses on its way."""
    row, begins, ends = _pauses(without, first, wanted)
    start, ahead = first[row], wanted[row] >= 0
    begins = np.where(ahead, np.maximum(begins, start), np.minimum(begins, start))
    ends = np.where(ahead, np.maximum(ends, start), np.minimum(ends, start))

    def work(at: Ints, row: Ints) -> Ints:
        return each_calendar(hours, None if codes is None else codes[row], _work, at)

    row, begun, away = _merged(row, work(begins, row), work(ends, row))
    amount = wanted[row]
    mark = work(first[row], row) + amount - (amount > 0 if stays else amount < 0)
    nearer = np.cumsum(away)  # the open time of earlier pauses of the same row, then of later ones
    heads = np.flatnonzero(np.diff(row, prepend=-1))
    sizes = np.diff(np.append(heads, row.size))
    earlier = nearer - away - np.repeat(nearer[heads] - away[heads], sizes)
    later = np.repeat(np.add.reduceat(away, heads), sizes) - earlier - away if row.size else away
    ahead = amount >= 0
    met = np.where(ahead, begun - earlier <= mark, begun + away + later > mark)
    met &= (amount != 0) | (not stays)
    longer = wanted[:].copy()
    np.add.at(longer, row[met], np.where(ahead, away, -away)[met])
    return longer


def _merged(row: Ints, begun: Ints, ended: Ints) -> tuple[Ints, Ints, Ints]:
    """Pauses as spans of elapsed time, sorted by row, without overlaps: the row, the begin, the length."""
    order = np.lexsort((begun, row))
    row, begun, ended = row[order], begun[order], ended[order]
    ends, rank = np.unique(ended, return_inverse=True)
    lift = (
        np.cumsum(np.diff(row, prepend=row[:1]) != 0) * ends.size
    )  # keeps the ends of a row above all of the row before
    furthest = ends[np.maximum.accumulate(rank + lift) - lift]
    same = np.diff(row, prepend=-1) == 0
    begun[1:] = np.where(same[1:], np.maximum(begun[1:], furthest[:-1]), begun[1:])
    return row, begun, np.maximum(ended - begun, 0)


def each_calendar(
    hours: Hours | Sequence[Hours], codes: Ints | None, answer: Callable[..., Ints], *columns: IntsLike
) -> Ints:
    """Answer for all rows, each by its own calendar."""
    if isinstance(hours, Hours) or codes is None:
        return answer(hours, *columns)
    result = np.empty(columns[0].size, np.int64)
    order = np.argsort(codes.astype(np.min_scalar_type(len(hours))), kind="stable")
    bounds = np.cumsum(np.bincount(codes, minlength=len(hours)))
    for calendar, rows in zip(hours, np.split(order, bounds[:-1]), strict=True):
        result[rows] = answer(calendar, *(column[rows] for column in columns))
    return result


def codes_of(hours: Hours | Sequence[Hours], which: npt.ArrayLike | None, shape: tuple[int, ...]) -> Ints | None:
    """Place of each row's calendar in the list; None where there is one calendar for all."""
    if isinstance(hours, Hours) and which is None:
        return None
    if isinstance(hours, Hours) or which is None:
        raise InvalidValue.of(
            "which",
            "go with a list of calendars",
            which,
            shown="one without the other",
            do="pass hours=[a, b] and which=codes",
        )
    for each in hours:
        if not isinstance(each, Hours):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InvalidValue.of("hours", "be hours, such as BusinessHours(...)", each)
    codes = np.asarray(which)
    if codes.dtype.kind not in "iu" or (codes.size and not 0 <= codes.min() <= codes.max() < len(hours)):
        raise InvalidValue.of(
            "which",
            f"hold whole numbers from 0 to {len(hours) - 1}, the places of the calendars",
            which,
            shown=f"{codes.dtype} from {codes.min(initial=0)} to {codes.max(initial=0)}",
        )
    return np.broadcast_to(codes.astype(np.int64), shape).reshape(-1)


def _pauses(without: Pauses, first: Column, second: Column) -> tuple[Ints, Ints, Ints]:
    """Row, start and end of the pauses of answered rows."""
    if not isinstance(without, Pauses):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidValue.of("without", "be Pauses", without, do="write Pauses(row, start, end)")
    row, starts, ends = without
    rows = np.asarray(row).reshape(-1)
    begins = Column.of(starts, "M", "without.start", np.shape(starts))[:]
    finishes = Column.of(ends, "M", "without.end", np.shape(ends))[:]
    if not rows.size == begins.size == finishes.size:
        sizes = rows.size, begins.size, finishes.size
        raise InvalidValue.of("without", "have a row, a start and an end for each pause", sizes)
    if rows.size and (rows.dtype.kind not in "iu" or not 0 <= rows.min() <= rows.max() < first.size):
        raise InvalidValue.of("without.row", f"hold places of rows, 0 to {first.size - 1}", rows)
    if (finishes < begins).any() or (begins == NAT).any():
        raise InvalidValue.of(
            "without",
            "have pauses that start and end, in this order",
            without,
            shown="NaT, or an end before its start",
            do="end an open pause at the moment of asking",
        )
    known = (first[rows] != NAT) & (second[rows] != NAT) if rows.size else np.zeros(0, bool)
    return rows.astype(np.int64)[known], begins[known], finishes[known]


def _filled(fill: Callable[[slice, int], None], size: int) -> None:
    """Fill all rows; many rows on every processor, in wider chunks, so that threads wait less for each other."""
    parts = os.cpu_count() or 1
    if size < _MANY or parts == 1:
        fill(slice(0, size), ROWS)
        return
    step = -(-size // parts)
    with ThreadPoolExecutor(parts) as pool:
        for done in [pool.submit(fill, slice(at, min(at + step, size)), _WIDE) for at in range(0, size, step)]:
            done.result()


def _chunks(part: slice, size: int) -> Iterator[slice]:
    return (slice(at, min(at + size, part.stop)) for at in range(part.start, part.stop, size))
