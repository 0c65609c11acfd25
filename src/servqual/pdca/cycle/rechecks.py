"""Re-checks after a change became the standard: whether it held, or fell back."""

import datetime as dt
from collections.abc import Iterable
from typing import Final

import attrs

from servqual._checks import calendar_date, instant, several
from servqual._typed import typed
from servqual.errors import InvalidValue, OtherQuestion, OutOfOrder
from servqual.metrics.results.caveats import Caveat
from servqual.model.labels import Labelled
from servqual.pdca.cycle.gaps import gap
from servqual.pdca.verdicts.verdict import Side, Verdict

__all__ = ["Recheck", "RecheckState"]

_EARLY: Final = dt.timedelta(days=7)
"""How long before its day a re-check may be made: a convention of ours, so that a full month can be looked at."""


class RecheckState(Labelled):
    """What a re-check found."""

    OPEN = "open", "待复查"
    HELD = "held", "保持"
    RELAPSED = "relapsed", "回退"
    UNCLEAR = "unclear", "不明确"


@attrs.frozen(kw_only=True, field_transformer=typed)
class Recheck:
    """A re-check: its last day, and once it was made its moment, its verdict and what it found.

    Refused: an open one with a verdict or a moment, and one that found something without both.
    """

    due: dt.date = attrs.field(validator=calendar_date)
    at: dt.datetime | None = attrs.field(default=None, converter=attrs.converters.optional(instant))
    verdict: Verdict | None = None
    state: RecheckState = attrs.field(default=RecheckState.OPEN, converter=RecheckState)

    def __attrs_post_init__(self) -> None:
        if {self.is_open} != {self.at is None, self.verdict is None}:
            raise InvalidValue.of(
                "state", "be open without a moment and a verdict, and else have both", self.state, do="recheck() it"
            )

    @property
    def is_open(self) -> bool:
        """Whether it was not made yet."""
        return self.state is RecheckState.OPEN


def due_after(day: dt.date, days: Iterable[int]) -> tuple[Recheck, ...]:
    """Plan a re-check each so many days after a day."""
    given = several("recheck_after", days, "numbers of days, such as (30, 60, 90)")
    for number in given:
        if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= (dt.date.max - day).days:
            raise InvalidValue.of("recheck_after", "be whole days from 1, up to the year 9999", number)
    return tuple(Recheck(due=day + dt.timedelta(days=number)) for number in sorted(set(given)))


def must_be_due(due: dt.date, day: dt.date, start: dt.date | None, decided: dt.date) -> None:
    """Refuse a re-check long before its day, and one of a time that began before the decision."""
    if day < due - _EARLY:
        raise OutOfOrder(
            f"at must come at most {_EARLY.days} days before the re-check is due on {due} (got {day}); wait until then",
            field="at",
            expected=f"a moment from {due - _EARLY}",
            got=day,
        )
    if start is not None and start < decided:
        raise OtherQuestion.of(
            "verdict",
            f"have a side after that begins on or after the day of the decision, {decided}",
            start,
            do="tally the time since then, with period= and now=",
        )


def blind_spots(margin: float | None, rechecks: Iterable[Recheck]) -> tuple[Caveat, ...]:
    """Say what the planned re-checks cannot find without a margin."""
    if margin or not any(rechecks):
        return ()
    text = "without a margin nothing is as before, so that a re-check against the side before finds a relapse only "
    text += "where things got worse than before; plan a margin, or re-check against the side after"
    return (gap("act.no_margin", text),)


def must_repeat(verdict: Verdict, first: Verdict, last: Verdict, taken: dt.datetime) -> None:
    """Refuse a re-check of another definition, another side before, or a time that was judged already.

    `first` is the verdict of the check, and `last` the one that was `taken` last, by the check or a re-check.
    """
    if verdict.definition != first.definition:
        raise OtherQuestion.of(
            "verdict", f"be on the definition of the check, {first.definition}", verdict.definition, do="compare anew"
        )
    if not (_same(verdict.before, first.before) or _same(verdict.before, first.after)):
        raise OtherQuestion.of(
            "verdict",
            f"have the side before of the check, {_told(first.before)}, or its side after, {_told(first.after)}, "
            "as its side before",
            verdict.before,
            shown=_told(verdict.before),
            do="compare with a tally of the same period=",
        )
    since = last.after.now or taken if last.after.period is None else last.after.period[1]
    side = verdict.after
    if not (side.period[0] >= since if side.period else side.now is not None and side.now > since):
        raise OtherQuestion.of(
            "verdict",
            f"have a side after of a later time than was judged already, from {since} on",
            side,
            shown=_told(side),
            do="tally the time since then, with period= and now=",
        )


def found(verdict: Verdict, first: Verdict, *, complete: bool) -> RecheckState:
    """Read what a later verdict says of the change that the `first` one judged.

    Held against the same side before, the change holds as long as it is still improved, and is lost where things are
    as before or worse. Held against the side after the change, it is lost where things got worse. What is not
    `complete` holds nothing, and does not show that things are as before.
    """
    if verdict.decision == "worse":
        return RecheckState.RELAPSED
    if not complete or verdict.decision not in {"improved", "equivalent"}:
        return RecheckState.UNCLEAR
    as_before = verdict.decision == "equivalent" and _same(verdict.before, first.before)
    return RecheckState.RELAPSED if as_before else RecheckState.HELD


def _same(side: Side, other: Side) -> bool:
    """Whether two sides are of one period, restated or not; where none is stated, whether they say the same."""
    if side.period is not None or other.period is not None:
        return side.period == other.period
    return (side.value, side.n, side.undecided, side.now) == (other.value, other.n, other.undecided, other.now)


def _told(side: Side) -> str:
    if side.period is not None:
        return f"{side.period[0]:%Y-%m-%d} to {side.period[1]:%Y-%m-%d}"
    return f"{side.n:,} rows without a period" + ("" if side.now is None else f", known at {side.now:%Y-%m-%d}")
