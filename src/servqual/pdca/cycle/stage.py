"""What all stages of a cycle share: its id and status, what is overdue, and its story on one screen."""

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Iterable

import attrs

from servqual._checks import as_instant
from servqual.errors import OutOfOrder
from servqual.model.labels import Labelled
from servqual.pdca.cycle.plan import Planned
from servqual.pdca.cycle.story import Story, page

__all__ = ["CycleStatus", "Due", "Stage"]


class CycleStatus(Labelled):
    """How far a cycle is: its last stage."""

    PLANNED = "planned", "计划"
    DOING = "doing", "执行"
    CHECKED = "checked", "检查"
    DONE = "done", "处理完成"


@attrs.frozen(kw_only=True)
class Due:
    """Something still to be done: an action, a re-check or a notice (`kind`), of which plan, whose, by when."""

    plan: str
    kind: str
    what: str
    owner: str | None
    due: dt.date


class Stage(ABC):
    """A stage of a cycle: `Plan`, `Do`, `Check` or `Outcome`."""

    __slots__ = ()

    @property
    @abstractmethod
    def plan(self) -> Planned:
        """Plan of the cycle."""

    @property
    @abstractmethod
    def status(self) -> CycleStatus:
        """How far the cycle is."""

    @property
    @abstractmethod
    def last_at(self) -> dt.datetime:
        """Moment of the last step that this stage knows of."""

    @abstractmethod
    def pending(self) -> tuple[Due, ...]:
        """List what is still to be done, in the order of the last days."""

    @abstractmethod
    def story(self) -> Story:
        """Give what there is to tell of the cycle so far; a notebook shows it on one screen."""

    def overdue(self, *, now: dt.datetime) -> tuple[Due, ...]:
        """List what is still to be done although its last day is over at `now`, the longest overdue first."""
        today = self.plan.day(as_instant(now, "now"))
        return tuple(one for one in self.pending() if today > one.due)

    def _repr_html_(self) -> str:
        return page(self.story())


def by_day(dues: Iterable[Due]) -> tuple[Due, ...]:
    """Sort by the last day, then by plan, kind and name."""
    return tuple(sorted(dues, key=lambda one: (one.due, one.plan, one.kind, one.what)))


def not_before(at: dt.datetime, least: dt.datetime, what: str) -> dt.datetime:
    """Refuse a moment before another one that must have come first."""
    moment = as_instant(at, "at")
    if moment < least:
        raise OutOfOrder(
            f"at must not come before {what}, {least} (got {moment}); the stages of a cycle follow each other",
            field="at",
            expected=f"a moment from {least}",
            got=moment,
        )
    return moment
