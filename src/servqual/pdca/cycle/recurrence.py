"""Whether a problem came back after it should have been prevented."""

from collections.abc import Iterable

from servqual._checks import all_of, must_be
from servqual.errors import InvalidValue, NothingDone
from servqual.model.service.case import Case
from servqual.model.service.complaint import Complaint
from servqual.pdca.causes.links import Link, as_link
from servqual.pdca.cycle.stages import Check, Do, Outcome


def recurrences(
    cycle: Do | Check | Outcome, happened: Iterable[Case | Complaint], *, cause: str | None = None
) -> tuple[Link, ...]:
    """List the cases and complaints of one cause that came in after the last preventive action of a cycle was done.

    `cause` is the name of the cause on the cases and complaints, by default the root that the plan found. What has no
    known cause yet is left out. This names the items; their share among the finished ones is the KPI `recurrence_rate`
    (K-34), with a window that must be set, which a plan can take as its own: `KPIS["recurrence_rate"].with_(window=…)`.

    Refused: a cycle in which no preventive action was done, because there is nothing yet that could have prevented it.
    """
    must_be(Do | Check | Outcome, "cycle", "a Do, a Check or an Outcome", cycle)
    items = all_of(Case | Complaint, "happened", happened, "cases and complaints")
    do = cycle if isinstance(cycle, Do) else cycle.do if isinstance(cycle, Check) else cycle.check.do
    preventive = {action.what for action in do.prevented}
    if not preventive:
        raise NothingDone.of("actions", "include a preventive one that was done", (), shown="none")
    name = do.plan.cause.root if cause is None and do.plan.cause else cause
    if not isinstance(name, str) or not name.strip():
        raise InvalidValue.of("cause", "be the name of a cause, and be given where the plan has none", cause)
    since = max(step.at for step in do.completed if step.what in preventive)
    return tuple(as_link(one) for one in items if one.history[0].at > since and _cause_of(one) == name)


def _cause_of(one: Case | Complaint) -> str | None:
    if isinstance(one, Complaint):
        return one.root_cause
    found = (getattr(event, "cause", None) for event in reversed(one.counted))
    return next(filter(None, found), None)
