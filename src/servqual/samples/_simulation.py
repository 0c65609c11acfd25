"""The simulated desk at work: queues and agents that write the log of events.

The picture: a heap of (moment, number, call). The earliest call is taken, may write rows of the log, and puts later
calls on the heap; between two calls nothing can happen, so time jumps. Equal moments go in the order of their numbers,
so that a seed gives the same log everywhere. n events cost n log n; a loop over the seconds of 180 days would take 15
million steps for some ten thousand events.
"""

import heapq
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from itertools import count
from typing import Final

from servqual.samples import _parameters as p
from servqual.samples._clockwork import Dice, Shifts
from servqual.samples._records import Case, Contact, Solution, Step

_RANK: Final = {priority: rank for rank, priority in enumerate(p.PRIORITIES)}


class Simulation:
    """A desk that runs until `end`; its results are `log`, `cases` and `solutions`."""

    def __init__(
        self,
        *,
        dice: Dice,
        shifts: Shifts,
        end: int,
        improved_at: int | None,
        customers: int,
    ) -> None:
        self.log: list[Step] = []
        self.cases: list[Case] = []
        self.solutions: list[Solution] = []
        self._dice, self._shifts, self._end, self._improved_at = dice, shifts, end, improved_at
        self._customers = customers
        self._now = 0
        self._count = count(1)
        self._todo: list[tuple[int, int, Callable[[], None]]] = []
        self._queues: dict[str, list[tuple[int, int, int, Case]]] = {team: [] for team in p.AGENTS}
        self._free = {
            team: deque(f"{team} {number}" for number in range(1, agents + 1)) for team, agents in p.AGENTS.items()
        }
        self._categories = {name: category.share for name, category in p.CATEGORIES.items()}

    def run(self, arrivals: Sequence[int]) -> None:
        """Simulate the arrivals, and stop at the end with the cases that are still open."""
        for at in self._shifts.opens:
            self._later(at, self._open)
        for at in arrivals:
            self._later(at, self._arrive)
        while self._todo and self._todo[0][0] < self._end:
            self._now, _, happen = heapq.heappop(self._todo)
            happen()

    def _later(self, at: int, happen: Callable[[], None]) -> None:
        heapq.heappush(self._todo, (at, next(self._count), happen))

    def _write(self, case: Case, event: str, *, agent: str | None = None, on: str | None = None) -> None:
        self.log.append(Step(self._now, event, case, case.team, agent, on))

    # --- arriving -----------------------------------------------------------------------------------------------------

    def _arrive(self, customer: int | None = None, category: str | None = None) -> None:
        dice = self._dice
        category = category or dice.pick(self._categories)
        kind = p.CATEGORIES[category]
        improved = category == p.IMPROVED and self._improved_at is not None and self._now >= self._improved_at
        is_open = self._shifts.is_open(self._now)
        case = Case(
            number=len(self.cases) + 1,
            # squared, so that some customers come often
            customer=1 + int(self._customers * dice.share() ** 2) if customer is None else customer,
            category=category,
            priority=dice.pick(p.PRIORITIES),
            channel=dice.pick(p.CHANNELS if is_open else p.CLOSED_CHANNELS),
            occurred_at=self._now - dice.seconds(3600 * p.NOTICED_H, p.WAIT_SPREAD),
            reported_at=self._now,
            work=dice.seconds(60 * (p.IMPROVED_WORK_MIN if improved else kind.work_min), p.SPREAD),
            misrouted=dice.share() < (p.IMPROVED_MISROUTED if improved else kind.misrouted),
            cause=kind.causes[int(3 * dice.share() ** 2)],
            kind=kind,
        )
        self.cases.append(case)
        self._write(case, "reported")
        self._write(case, "received")
        self._later(self._shifts.after(self._now, 3600 * p.LATE_AFTER_H[case.priority]), partial(self._escalate, case))
        if case.is_call:
            self._later(self._now + dice.seconds(60 * p.PATIENCE_MIN, p.SPREAD), partial(self._hang_up, case))
            self._queue(case, rank=-2)
        else:
            self._triage(case)

    def _hang_up(self, case: Case) -> None:
        """Put an unanswered caller on the list of missed calls, which are handled like messages."""
        if not case.replied:
            case.contact.left_at, case.ticket = self._now, 0
            self._triage(case)

    def _triage(self, case: Case) -> None:
        delay = self._dice.seconds(60 * p.TRIAGE_MIN, p.SPREAD)
        self._later(self._shifts.after(self._now, delay), partial(self._assign, case))

    def _assign(self, case: Case, agent: str | None = None) -> None:
        self._write(case, "classified", agent=agent)
        wrong = [team for team in p.AGENTS if team != case.kind.team]
        case.team = wrong[int(len(wrong) * self._dice.share())] if case.misrouted else case.kind.team
        self._write(case, "assigned", agent=agent)
        if agent is None:
            self._queue(case)

    # --- queues and agents --------------------------------------------------------------------------------------------

    def _open(self) -> None:
        for team in p.AGENTS:
            self._serve(team)

    def _queue(self, case: Case, rank: int | None = None) -> None:
        """Queue a case: urgent before low, then older first; an escalated case is a rank higher, a call comes first."""
        place = _RANK[case.priority] - case.escalated if rank is None else rank
        case.ticket = next(self._count)
        heapq.heappush(self._queues[case.team], (place, case.reported_at, case.ticket, case))
        self._serve(case.team)

    def _serve(self, team: str) -> None:
        queue, free = self._queues[team], self._free[team]
        while queue and free and self._shifts.is_open(self._now):
            _, _, ticket, case = heapq.heappop(queue)
            if ticket == case.ticket:  # else the case has moved in the queue
                case.ticket = 0
                on_the_line = case.is_call and not case.replied and case.contact.left_at is None
                (self._answer if on_the_line else self._work)(case, free.popleft())

    def _busy(self, case: Case, agent: str, work: int, until: int, done: Callable[[], None]) -> None:
        """Keep the agent busy until a moment; the agent then takes the next case."""
        team = case.team

        def finish() -> None:
            case.worked += work
            self._free[team].append(agent)
            done()
            self._serve(team)

        self._later(until, finish)

    def _reply(self, case: Case, agent: str) -> None:
        if not case.replied:
            case.replied = True
            self._write(case, "replied", agent=agent)

    def _answer(self, case: Case, agent: str) -> None:
        """Answer a call: some wishes are solved at once, all others go to their team."""
        dice = self._dice
        self._reply(case, agent)
        solved = case.kind.team == p.FRONT and not case.misrouted and dice.share() < p.SOLVED_ON_CALL
        talked = case.work if solved else dice.seconds(60 * p.CALL_MIN, p.SPREAD)
        held = dice.seconds(60, p.SPREAD) if dice.share() < p.HOLD else 0
        wrapped = dice.seconds(60, p.SPREAD)
        length = talked + held + wrapped
        until = self._now + length  # a call that has begun outlasts the shift
        case.contact = Contact(
            answered_at=self._now,
            ended_at=until,
            agent=agent,
            talked=talked,
            held=held,
            wrapped=wrapped,
            transferred=case.misrouted or case.kind.team != p.FRONT,
            solved=solved,
        )
        if solved:
            self._assign(case, agent)
            self._begin(case, agent)
            self._busy(case, agent, length, until, partial(self._solve, case, agent))
        else:
            self._busy(case, agent, length, until, partial(self._assign, case))

    def _work(self, case: Case, agent: str) -> None:
        """Work on a queued case: a wrong team hands it over, the right one solves it or has to wait for somebody."""
        first = not case.replied
        self._reply(case, agent)
        transferred = case.misrouted
        solved = not transferred and not (case.may_wait and self._dice.share() < case.kind.waits)
        if transferred:
            work, done = self._dice.seconds(60 * p.LOOK_MIN, p.SPREAD), partial(self._hand_over, case, agent)
        else:
            self._begin(case, agent)
            case.may_wait = False
            work = case.work if solved else max(1, case.work // 2)
            case.work = max(1, case.work - work)
            done = partial(self._solve if solved else self._wait, case, agent)
        until = self._shifts.after(self._now, work)
        if first and not case.is_call:
            case.contact = Contact(
                answered_at=self._now,
                ended_at=until,
                team=case.team,
                agent=agent,
                talked=work,
                transferred=transferred,
                solved=solved,
            )
        self._busy(case, agent, work, until, done)

    # --- steps of a case ----------------------------------------------------------------------------------------------

    def _begin(self, case: Case, agent: str) -> None:
        if not case.started:
            case.started = True
            self._write(case, "started", agent=agent)

    def _hand_over(self, case: Case, agent: str) -> None:
        case.misrouted, case.team = False, case.kind.team
        self._write(case, "handed_over", agent=agent)
        self._queue(case)

    def _wait(self, case: Case, agent: str) -> None:
        self._write(case, "waiting", agent=agent, on=case.kind.waits_on)
        wait = self._dice.seconds(3600 * case.kind.waits_h, p.WAIT_SPREAD)
        self._later(self._now + wait, partial(self._resume, case))

    def _resume(self, case: Case) -> None:
        self._write(case, "resumed")
        self._queue(case)

    def _escalate(self, case: Case) -> None:
        if case.solved_at is None:
            case.escalated = True
            self._write(case, "escalated")
            if case.ticket:
                self._queue(case)

    def _solve(self, case: Case, agent: str) -> None:
        case.solved_at = self._now
        self._write(case, "resolved", agent=agent)
        elapsed = self._shifts.elapsed(self._now) - self._shifts.elapsed(case.reported_at)
        used = elapsed / (3600 * p.LATE_AFTER_H[case.priority])
        self.solutions.append(Solution(self._now, case, agent, used, case.reopened))
        dice = self._dice
        self._later(self._now + dice.seconds(3600 * p.CONFIRM_H, p.WAIT_SPREAD), partial(self._verify, case))
        if dice.share() < p.RETURNS:
            back = self._now + dice.seconds(3600 * p.RETURN_H, p.WAIT_SPREAD)
            self._later(back, partial(self._arrive, case.customer, case.category))

    def _verify(self, case: Case) -> None:
        self._write(case, "verified")
        self._write(case, "closed")
        if self._dice.share() < case.kind.reopens:
            back = self._now + self._dice.seconds(3600 * p.REOPEN_H, p.WAIT_SPREAD)
            self._later(back, partial(self._reopen, case))

    def _reopen(self, case: Case) -> None:
        case.reopened, case.solved_at, case.may_wait = case.reopened + 1, None, True
        case.work = self._dice.seconds(30 * case.kind.work_min, p.SPREAD)  # half of a new case
        self._write(case, "reopened")
        self._queue(case)
