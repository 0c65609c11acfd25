"""Re-checks after a change became the standard: whether it held, or fell back."""

import datetime as dt
from collections.abc import Iterable

import attrs

from servqual._checks import calendar_date, instant, several
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model.labels import Labelled
from servqual.pdca.verdicts.verdict import Verdict

__all__ = ["Recheck", "RecheckState"]


class RecheckState(Labelled):
    """What a re-check found."""

    OPEN = "open", "待复查"
    HELD = "held", "保持"
    RELAPSED = "relapsed", "回退"
    UNCLEAR = "unclear", "不明确"


@attrs.frozen(kw_only=True, field_transformer=typed)
class Recheck:
    """A re-check: its last day, and once it was made its moment, its verdict and what it found."""

    due: dt.date = attrs.field(validator=calendar_date)
    at: dt.datetime | None = attrs.field(default=None, converter=attrs.converters.optional(instant))
    verdict: Verdict | None = None
    state: RecheckState = attrs.field(default=RecheckState.OPEN, converter=RecheckState)

    @property
    def is_open(self) -> bool:
        """Whether it was not made yet."""
        return self.verdict is None


def due_after(day: dt.date, days: Iterable[int]) -> tuple[Recheck, ...]:
    """Plan a re-check each so many days after a day."""
    given = several("recheck_after", days, "numbers of days, such as (30, 60, 90)")
    for number in given:
        if isinstance(number, bool) or not isinstance(number, int) or number < 1:
            raise InvalidValue.of("recheck_after", "be whole days from 1", number)
    return tuple(Recheck(due=day + dt.timedelta(days=number)) for number in sorted(set(given)))


def found(verdict: Verdict, first: Verdict, *, complete: bool) -> RecheckState:
    """Read what a later verdict says of the change that the `first` one judged.

    Held against the same side before, the change holds as long as it is still improved, and is lost where things are
    as before or worse. Held against another side, such as that after the change, it is lost where things got worse.
    What is not `complete` holds nothing.
    """
    mine, firsts = verdict.before, first.before
    from_the_start = (mine.value, mine.n, mine.period, mine.now) == (firsts.value, firsts.n, firsts.period, firsts.now)
    if verdict.decision == "worse" or (from_the_start and verdict.decision == "equivalent"):
        return RecheckState.RELAPSED
    holds = verdict.decision == "improved" or (verdict.decision == "equivalent" and not from_the_start)
    return RecheckState.HELD if holds and complete else RecheckState.UNCLEAR
