"""Only type-checked: people, teams and things have ids of their own, and events belong to their lifecycle."""

import datetime as dt
from typing import assert_type

from servqual.model import (
    ActionItem,
    AgentId,
    Appraisal,
    CaseId,
    Conflict,
    Meeting,
    MeetingId,
    Member,
    Ownership,
    Permission,
    Role,
    Roster,
    Score,
    Skill,
    Team,
    TeamId,
    suggest_assignee,
)
from servqual.model import appraisal as event
from servqual.model.people.action_item import Done
from servqual.model.people.assignment import HandedOver
from servqual.model.people.meeting import Held


def what_a_team_answers(team: Team, ada: AgentId, roster: Roster) -> None:
    """Answers have types, also through the room whose names load lazily."""
    assert_type(team.allowed(ada, Permission.CLOSE_CASE), bool)
    assert_type(team.member(ada), Member)
    assert_type(suggest_assignee(team, needs={Skill("billing"): 1}, load={ada: 2}), Member | None)
    assert_type(roster.on_shift(dt.datetime.now(dt.UTC)), tuple[AgentId, ...])
    assert_type(Role.AGENT.label("zh"), str)


def an_id_of_another_kind(team: Team, case: CaseId, north: TeamId) -> None:
    """A case or a team is no member, whatever the text."""
    team.member(case)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    team.allowed(north, Permission.CLOSE_CASE)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    HandedOver(at=dt.datetime.now(dt.UTC), to=case, reason="shift")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Member(id=north, name="Ada")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def an_act_of_another_kind(team: Team, ada: AgentId) -> None:
    """A number is no permission, and a language that has no labels is none."""
    team.allowed(ada, 4)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Role.AGENT.label("de")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def stages_that_are_skipped(appraisal: Appraisal, conflict: Conflict, ownership: Ownership, item: ActionItem) -> None:
    """An event of another lifecycle cannot be recorded, and a step without its facts cannot be built."""
    now = dt.datetime.now(dt.UTC)
    assert_type(appraisal.record(event.Scored(at=now, by="M-1")), Appraisal)
    assert_type(appraisal.score(), Score)
    appraisal.record(Done(at=now, by="M-1", result="x"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    conflict.record(event.Closed(at=now, by="M-1"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    ownership.record(Done(at=now, by="M-1", result="x"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    item.record(event.Closed(at=now, by="M-1"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    event.OutcomeApplied(at=now, by="M-1")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    event.Discussed(at=now, by="M-1")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def a_meeting_of_another_kind(meeting: Meeting, week: MeetingId, ada: AgentId) -> None:
    """Those present are members, and a meeting is none."""
    assert_type(meeting.record(Held(at=dt.datetime.now(dt.UTC), by="M-1", present=[ada])), Meeting)
    Held(at=dt.datetime.now(dt.UTC), by="M-1", present=[week])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
