"""An emergency: its order, its times, and what cannot be told."""

import datetime as dt

import pytest

from servqual.errors import IllegalTransition, InvalidValue
from servqual.model import AgentId, CaseId, Incident
from servqual.model import incident as event

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


def begin(**facts: object) -> event.Declared:
    """Payments fail since five to nine."""
    known: dict[str, object] = {"what": "payments fail", "plan": "payments down", "began_at": NINE - 5 * MINUTE}
    return event.Declared(at=NINE, by="M-1", id="E-1", **(known | facts))  # type: ignore[arg-type]


TOLD = event.Announced(at=NINE + MINUTE, by="M-1", channels=["app", "app", "phone"], text="we work", apology=True)
GIVEN = event.Coordinated(
    at=NINE + 2 * MINUTE, by="M-1", duties={"answer": AgentId("A-1"), "technical": AgentId("T-1")}
)
BACK = event.Restored(at=NINE + 30 * MINUTE, by="T-1", how="another bank")


def test_nothing_is_restored_before_customers_were_told() -> None:
    """And the duties given."""
    declared = Incident(history=[begin()])
    for outage in (declared, declared.record(TOLD)):
        with pytest.raises(IllegalTransition, match="restored"):
            outage.record(BACK)


def test_times_count_from_its_begin() -> None:
    """Not from the moment when somebody declared it."""
    outage = Incident(history=[begin(), TOLD, GIVEN])
    assert (outage.time_to_announce, outage.time_to_restore) == (6 * MINUTE, None)
    assert outage.record(BACK).time_to_restore == 35 * MINUTE


def test_channels_and_cases_stand_once_and_duties_stay_open() -> None:
    """A later duty replaces the earlier one."""
    more = event.CasesAffected(at=NINE + 3 * MINUTE, by="A-1", cases=[CaseId("C-2"), CaseId("C-1")])
    outage = Incident(history=[begin(cases=[CaseId("C-1")]), TOLD, GIVEN, more])
    assert (outage.channels, outage.cases) == (("app", "phone"), ("C-1", "C-2"))
    assert outage.open_duties == ("follow",)
    other = event.Coordinated(at=NINE + 4 * MINUTE, by="M-1", duties={"answer": AgentId("A-2")})
    assert dict(outage.record(other).duties) == {"answer": "A-2", "technical": "T-1"}


@pytest.mark.parametrize("nobody", ["", "  "])
def test_a_duty_is_given_to_somebody_or_left_out(nobody: str) -> None:
    """A duty of nobody would count as given."""
    with pytest.raises(InvalidValue, match=r"duties must name who has follow .*leave the duty out"):
        event.Coordinated(at=NINE, by="M-1", duties={"answer": AgentId("A-1"), "follow": AgentId(nobody)})


def test_it_begins_before_it_is_declared() -> None:
    """Or at that moment."""
    assert begin(began_at=NINE).began_at == NINE
    with pytest.raises(InvalidValue, match="began_at must not come after"):
        begin(began_at=NINE + MINUTE)
