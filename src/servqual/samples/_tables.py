"""The records of the simulated desk as five tables; the cases are computed from the log, so that both agree."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from servqual.samples import _parameters as p
from servqual.samples._clockwork import Dice, Shifts
from servqual.samples._records import Case
from servqual.samples._simulation import Simulation

Column = npt.NDArray[Any]
Table = Mapping[str, Column]

_DAY: Final = 86_400
_NAT: Final = np.iinfo(np.int64).min


def _moments(values: Iterable[int | None]) -> Column:
    micros = [_NAT if value is None else value * 1_000_000 for value in values]
    return np.array(micros, dtype=np.int64).view("datetime64[us]")


def _numbers(values: Iterable[float | None]) -> Column:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _texts(values: Iterable[object]) -> Column:
    """Make a column of objects: texts, or yes and no, None where missing."""
    listed = list(values)
    column = np.empty(len(listed), dtype=object)
    column[:] = listed
    return column


def _counts(values: Iterable[int]) -> Column:
    return np.array(list(values), dtype=np.int64)


def _flags(values: Iterable[bool]) -> Column:
    return np.array(list(values), dtype=np.bool_)


_KINDS: Final[Mapping[str, Callable[[Iterable[Any]], Column]]] = MappingProxyType(
    {
        "cost": _numbers,
        "score": _numbers,
        "reopened": _counts,
        "reassigned": _counts,
        "escalated": _flags,
        "abandoned": _flags,
        "bot": _flags,
        "transferred": _flags,
        "resolved": _flags,
        "incentivised": _flags,
        "at": _moments,
    }
)  # every other column is a moment (`…_at`), a duration (`…_s`) or a text


def _table(columns: str, rows: Iterable[tuple[object, ...]]) -> Table:
    """Make read-only columns by name from rows in the same order."""
    names = columns.split()
    parts = list(zip(*rows, strict=True)) or [()] * len(names)
    table: dict[str, Column] = {}
    for name, values in zip(names, parts, strict=True):
        ending = _moments if name.endswith("_at") else _numbers if name.endswith("_s") else _texts
        table[name] = _KINDS.get(name, ending)(values)
        table[name].flags.writeable = False
    return MappingProxyType(table)


def tables(simulation: Simulation, dice: Dice, shifts: Shifts, end: int) -> Mapping[str, Table]:
    """Make all five tables as of `end`; later facts are missing."""
    return MappingProxyType(
        {
            "cases": _cases(simulation),
            "case_events": _table(
                "case_id at event priority team agent on",
                (
                    (case_id(step.case), step.at, step.event, step.case.priority, step.team, step.agent, step.on)
                    for step in simulation.log
                ),
            ),
            "interactions": _interactions(simulation.cases, end),
            "answers": _answers(simulation, dice, end),
            "complaints": _complaints(simulation, dice, shifts, end),
        }
    )


def case_id(case: Case) -> str:
    """Name a case, such as `C-000042`; numbers follow the order of arrival."""
    return f"C-{case.number:06}"


def _customer_id(case: Case) -> str:
    return f"K-{case.customer:05}"


def _tier(case: Case) -> str:
    return "gold" if case.customer % 8 == 0 else "standard"


def _cost(worked_s: int) -> float:
    return round(worked_s * p.HOUR_COST / 3600, 2)


def _cases(simulation: Simulation) -> Table:
    """Compute each case from its log; a reopened case has no end until the next solution."""
    first: dict[tuple[int, str], int] = {}
    last: dict[tuple[int, str], int] = {}
    handed_over: dict[int, int] = {}
    holder: dict[int, tuple[str, str | None]] = {}
    for step in simulation.log:
        number = step.case.number
        first.setdefault((number, step.event), step.at)
        last[number, step.event] = step.at
        if step.event == "handed_over":
            handed_over[number] = handed_over.get(number, 0) + 1
        if step.event == "reopened":
            for ending in ("resolved", "verified", "closed"):
                del last[number, ending]
        holder[number] = (step.team, step.agent or holder.get(number, (None, None))[1])

    def row(case: Case) -> tuple[object, ...]:
        number = case.number
        team, agent = holder[number]
        return (
            case_id(case),
            _customer_id(case),
            team,
            agent,
            case.category,
            case.cause if (number, "resolved") in last else None,  # the cause is known after the solution
            case.priority,
            case.channel,
            _tier(case),
            "monitoring" if case.category == p.WEAK_SPOT and case.channel == "portal" else "feedback",
            case.occurred_at,
            first[number, "received"],
            first.get((number, "assigned")),
            first.get((number, "replied")),
            last.get((number, "resolved")),
            last.get((number, "verified")),
            last.get((number, "closed")),
            case.reopened,
            handed_over.get(number, 0),
            case.escalated,
            case.worked,
            _cost(case.worked),
        )

    return _table(
        "case_id customer_id team agent category cause priority channel tier source occurred_at received_at "
        "assigned_at first_response_at resolved_at verified_at closed_at reopened reassigned escalated handling_s cost",
        map(row, simulation.cases),
    )


def _interactions(cases: Iterable[Case], end: int) -> Table:
    """List the first contact of each case: a call, a chat or a message."""

    def row(case: Case) -> tuple[object, ...]:
        contact = case.contact
        over = contact.ended_at is not None and contact.ended_at < end
        gone = contact.answered_at or contact.left_at
        live = over and case.is_call
        return (
            f"I-{case.number:06}",
            _customer_id(case),
            None if contact.left_at else case_id(case),
            contact.team,
            contact.agent,
            case.channel,
            "inbound",
            case.category,
            _tier(case),
            False,
            case.reported_at,
            contact.answered_at,
            contact.ended_at if over else contact.left_at,
            gone - case.reported_at if gone else None,
            contact.talked if over else None,
            contact.held if live else None,
            contact.wrapped if live else None,
            contact.left_at is not None,
            contact.transferred and over,
            contact.solved and over,
            _cost(contact.talked + contact.held + contact.wrapped) if over else None,
        )

    return _table(
        "interaction_id customer_id case_id team agent channel direction topic tier bot queued_at answered_at ended_at "
        "wait_s talk_s hold_s wrap_s abandoned transferred resolved cost",
        map(row, cases),
    )


def _answers(simulation: Simulation, dice: Dice, end: int) -> Table:
    """List surveys after the first solution, with scores of 1 to 5; the longer the wait, the lower the score."""

    def rows() -> Iterable[tuple[object, ...]]:
        asked: set[int] = set()
        for solution in simulation.solutions:
            case, invited_at = solution.case, solution.at + 3600
            if case.number in asked:
                continue
            asked.add(case.number)
            if dice.share() > p.INVITED or invited_at >= end:
                continue
            mood = 4.9 - 3.4 * solution.used / (1 + solution.used) + 3.4 * (dice.share() - 0.5)
            score = min(5, max(1, round(mood)))
            chance = p.ANSWERS * (1.4 if score <= 2 else 1)  # noqa: PLR2004  (1 and 2 are the unhappy scores)
            answered_at = invited_at + dice.seconds(3600 * p.ANSWER_H, p.WAIT_SPREAD)
            answered = dice.share() < chance and answered_at < end
            yield (
                "after the solution",
                "How satisfied are you with our service?",
                "csat",
                case_id(case),
                _customer_id(case),
                case.kind.team,
                solution.agent,
                case.category,
                case.channel,
                invited_at,
                answered_at if answered else None,
                score if answered else None,
                False,
            )

    return _table(
        "survey question dimension case_id customer_id team agent category channel invited_at answered_at score "
        "incentivised",
        rows(),
    )


def _complaints(simulation: Simulation, dice: Dice, shifts: Shifts, end: int) -> Table:
    """List complaints after a solution: rare in general, more frequent when it was late or did not last."""

    def until_now(at: int) -> int | None:
        return at if at < end else None

    def rows() -> Iterable[tuple[int, tuple[object, ...]]]:
        for solution in simulation.solutions:
            case = solution.case
            late, again = solution.used > 1, solution.reopened > 0
            received_at = solution.at + dice.seconds(3600 * p.COMPLAINT_H, p.WAIT_SPREAD)
            chance = p.COMPLAINS + p.COMPLAINS_LATE * late + p.COMPLAINS_REOPENED * again
            if dice.share() > chance or received_at >= end:
                continue
            acknowledged_at = shifts.after(received_at, dice.seconds(3600 * p.ACKNOWLEDGE_H, p.SPREAD))
            resolved_at = shifts.after(acknowledged_at, dice.seconds(3600 * p.REDRESS_H, p.WAIT_SPREAD))
            followed_up_at = resolved_at + 2 * _DAY
            upheld, satisfied = late or again or dice.share() < 0.4, dice.share() < 0.7  # noqa: PLR2004  (chances)
            row = (
                case_id(case),
                _customer_id(case),
                case.kind.team,
                solution.agent,
                case.category,
                "not solved" if again else "late" if late else "tone",
                "serious" if late and again else "minor",
                received_at,
                until_now(acknowledged_at),
                received_at + 14 * _DAY,
                until_now(resolved_at),
                until_now(followed_up_at),
                until_now(followed_up_at + 3600),
                satisfied if followed_up_at < end else None,
                upheld if resolved_at < end else None,
            )
            yield received_at, row

    in_order = sorted(rows(), key=lambda dated: dated[0])
    return _table(
        "complaint_id case_id customer_id team agent category cause severity received_at acknowledged_at due_at "
        "resolved_at followed_up_at closed_at satisfied upheld",
        ((f"B-{number:05}", *row) for number, (_, row) in enumerate(in_order, 1)),
    )
