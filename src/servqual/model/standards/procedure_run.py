"""A running procedure: steps begun and ended by whom, held against the procedure at any moment.

The same names are the events, so a program reads well with `from servqual.model import procedure_run as event`.
"""

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, Final

import attrs

from servqual._checks import among, as_instant, as_texts, filled
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model.declared import declared
from servqual.model.history.event import Act, Reasoned
from servqual.model.history.lifecycle import History, Lived, Move, Row, Transitions
from servqual.model.hours.hours import Hours
from servqual.model.ids import CaseId
from servqual.model.labels import Labelled
from servqual.model.people.roles import Role, as_role
from servqual.model.standards.procedure import Conformance, Passage, Procedure, Step

__all__ = [
    "PROCEDURE_RUN_TRANSITIONS",
    "Cancelled",
    "Finished",
    "ProcedureRun",
    "ProcedureRunEvent",
    "ProcedureRunStatus",
    "Started",
    "StepBegun",
    "StepEnded",
]


class ProcedureRunStatus(Labelled):
    """Status of the run of a procedure."""

    RUNNING = "running", "进行中"
    FINISHED = "finished", "已完成"
    CANCELLED = "cancelled", "已取消"


@attrs.frozen(kw_only=True, field_transformer=typed)
class Started(Act):
    """A procedure began to run, perhaps for a case."""

    id: str = attrs.field(validator=filled)
    procedure: Procedure
    case: CaseId | None = None


@attrs.frozen(kw_only=True, field_transformer=typed)
class StepBegun(Act):
    """A person began a step, in a role where that is known."""

    step: str = attrs.field(validator=filled)
    role: Role | str | None = attrs.field(default=None, converter=attrs.converters.optional(as_role))


@attrs.frozen(kw_only=True, field_transformer=typed)
class StepEnded(Act):
    """A person ended a step that was begun, with these items of its checklist ticked."""

    step: str = attrs.field(validator=filled)
    ticked: tuple[str, ...] = attrs.field(default=(), converter=as_texts)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Finished(Act):
    """The run is over; steps that were left out stay missing."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Cancelled(Reasoned):
    """The run was given up, for a reason."""


ProcedureRunEvent = Started | StepBegun | StepEnded | Finished | Cancelled

PROCEDURE_RUN_TRANSITIONS: Final = Transitions(
    name="procedure_run",
    rows=(
        # from                             event      guard  to
        Row((None,),                       Started,   None,  ProcedureRunStatus.RUNNING),
        Row((ProcedureRunStatus.RUNNING,), StepEnded, None,  Move.STAY),
        Row((ProcedureRunStatus.RUNNING,), StepBegun, None,  Move.STAY),
        Row((ProcedureRunStatus.RUNNING,), Finished,  None,  ProcedureRunStatus.FINISHED),
        Row((ProcedureRunStatus.RUNNING,), Cancelled, None,  ProcedureRunStatus.CANCELLED),
    ),
)  # fmt: skip


@declared("procedure_run")
@attrs.frozen(kw_only=True, field_transformer=typed)
class ProcedureRun(Lived[ProcedureRunStatus, ProcedureRunEvent]):
    """A procedure as it runs: each step is begun once and ended once.

    Refused: a step that the procedure does not have, one that is begun twice, one that ends before it was begun or
    twice, and a finished run with a step under way. Of one step, the end must come after the begin.

    >>> minutes = lambda n: dt.timedelta(minutes=n)
    >>> ask = Procedure(name="enquiry", steps=[Step(name="ask", within=minutes(10)), Step(name="solve")])
    >>> nine = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    >>> run = ProcedureRun(history=[
    ...     Started(at=nine, by="A-1", id="R-1", procedure=ask), StepBegun(at=nine, by="A-1", step="ask")])
    >>> [step.name for step in run.check(now=nine + minutes(11)).late], [step.name for step in run.next_steps]
    (['ask'], [])
    >>> [step.name for step in run.record(StepEnded(at=nine + minutes(12), by="A-1", step="ask")).next_steps]
    ['solve']
    """

    _transitions: ClassVar[Transitions[ProcedureRunStatus]] = PROCEDURE_RUN_TRANSITIONS

    history: tuple[ProcedureRunEvent, ...] = attrs.field(converter=History[ProcedureRunEvent])

    def _check(self, _events: tuple[ProcedureRunEvent, ...], /) -> None:
        names = [step.name for step in self.procedure.steps]
        begins = {event.step: event.at for event in self.history if isinstance(event, StepBegun)}
        begun: set[str] = set()
        ended: set[str] = set()
        for event in self.history:
            if isinstance(event, StepBegun):
                among("step", event.step, names)
                if event.step in begun:
                    raise InvalidValue.of("step", "be begun once", event.step, do="begin another run for it")
                begun.add(event.step)
            elif isinstance(event, StepEnded):
                if event.step not in begun and event.step in begins:
                    raise InvalidValue.of(
                        "at",
                        f"come after the begin of {event.step!r}, {begins[event.step]}",
                        event.at,
                        do="give the end a later moment, or at the same one a greater seq",
                    )
                among("step", event.step, sorted(begun - ended))
                ended.add(event.step)
        if self.status is ProcedureRunStatus.FINISHED and begun != ended:
            left = ", ".join(sorted(begun - ended))
            raise InvalidValue.of("step", "all be ended before the run is finished", left, do="record StepEnded")

    @property
    def begin(self) -> Started:
        """First event: the procedure, and the case."""
        return self._first(Started)

    @property
    def procedure(self) -> Procedure:
        """Procedure that runs."""
        return self.begin.procedure

    @property
    def passages(self) -> Mapping[str, Passage]:
        """Passage of each step that was begun; one without an end is under way."""
        ended = {event.step: event for event in self.history if isinstance(event, StepEnded)}
        found: dict[str, Passage] = {}
        for event in self.history:
            if isinstance(event, StepBegun):
                end = ended.get(event.step)
                over = None if end is None else end.at
                ticked = () if end is None else end.ticked
                found[event.step] = Passage(start=event.at, end=over, role=event.role, ticked=ticked)
        return MappingProxyType(found)

    @property
    def done_by(self) -> Mapping[str, str]:
        """Person who began each step."""
        return MappingProxyType({event.step: event.by for event in self.history if isinstance(event, StepBegun)})

    @property
    def under_way(self) -> tuple[Step, ...]:
        """Steps that were begun and are not ended, in the order of the procedure."""
        passages = self.passages
        return tuple(s for s in self.procedure.steps if s.name in passages and passages[s.name].end is None)

    @property
    def next_steps(self) -> tuple[Step, ...]:
        """Steps that can begin now: not begun, and all that directly come before them are ended; none after the end."""
        if self.status is not ProcedureRunStatus.RUNNING:
            return ()
        passages = self.passages
        before: dict[str, list[str]] = {step.name: [] for step in self.procedure.steps}
        for first, second in self.procedure.edges:
            before[second].append(first)
        ended = {name for name, passage in passages.items() if passage.end is not None}
        return tuple(s for s in self.procedure.steps if s.name not in passages and ended.issuperset(before[s.name]))

    def check(self, *, now: dt.datetime, hours: Hours | None = None) -> Conformance:
        """Compare the run up to a moment with its procedure: steps late, missing so far, out of order, and the rest.

        Steps that began later than `now` are left out, and one that ended later is under way. Time is open time where
        `hours` are given. A moment before the run began is refused.
        """
        return self.procedure.check(self.as_of(as_instant(now, "now")).passages, hours=hours, now=now)

    def rows(self) -> tuple[Mapping[str, object], ...]:
        """Write the steps as rows of the table `steps`, which also takes a list of runs: step, person and moments.

        The due moment is by the limit of the step, in real time; a step without a limit has None. A step that was under
        way when the run was cancelled was skipped then.
        """
        limits = {step.name: step.within for step in self.procedure.steps}
        done_by = self.done_by
        cancelled = self._first_at(Cancelled)
        return tuple(
            MappingProxyType(
                {
                    "run": self.id,
                    "procedure": self.procedure.name,
                    "case_id": self.begin.case,
                    "step": name,
                    "agent": done_by[name],
                    "started_at": passage.start,
                    "ended_at": passage.end,
                    "skipped_at": cancelled if passage.end is None else None,
                    "due_at": None if (limit := limits[name]) is None else passage.start + limit,
                }
            )
            for name, passage in self.passages.items()
        )
