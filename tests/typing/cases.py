"""Only type-checked: a case opened the short way, the firm's own words beside built-in ones, and readings."""

import datetime as dt
from typing import assert_type

from servqual.model import Attributes, Case, CaseKind, Channel, Priority, Reading, Readings, Sla, Target
from servqual.model import case as event

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)


def a_case_is_opened_with_facts_of_their_types() -> None:
    """The checker refuses each line that it is told to."""
    case = Case.open(id="T-1", at=NINE, channel="whatsapp", priority="P1", tags={"vip"}, attributes={"size": 3})
    Case.open(id="T-1", at="yesterday", channel="web")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Case.open(id="T-1", at=NINE)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Case.open(id="T-1", at=NINE, channel="web", prority="P1")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Case.open(id="T-1", at=NINE, channel="web", attributes={"a": [1]})  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]
    Case.imported(id="T-1", received_at="2026")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert_type(case.priority, Priority | str | None)
    assert_type(case.channel, Channel | str | None)
    assert_type(case.kind, CaseKind | str | None)
    assert_type(case.attributes, Attributes)
    assert_type(case.gaps(), tuple[str, ...])


def an_event_needs_its_facts(case: Case) -> None:
    """Also those that only an import may lack."""
    event.Resolved(at=NINE, by="A-1", told_customer=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    event.Opened(at=NINE, id="T-1", channel="web")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    case.record(event.Changed(at=NINE, by="A-1", attributes={"product": "router"}, clear=["tenant"]))


def readings_are_by_promise(sla: Sla, case: Case) -> None:
    """A frozen mapping."""
    assert_type(sla.read(case, now=NINE), Readings)
    assert_type(sla.read(case, now=NINE)["resolution"], Reading)
    Target(clock="resolution", within=None, match={"vip": True, "tags": ("a", "b")})
    Target(clock="resolution", within=None, match={"product": "router", "tags": ["a"], "since": NINE})
    Target(clock="resolution", within=None, match="router")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Target(clock="resolution", within=None, match={"product": None})  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]
