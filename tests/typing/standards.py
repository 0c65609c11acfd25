"""Only type-checked: promises and surveys refuse wrong ids, wrong events and skipped stages before they run."""

import datetime as dt
from typing import assert_type

from servqual.metrics import KPIS
from servqual.model import (
    Answer,
    CaseId,
    Conformance,
    CustomerId,
    Indicator,
    Procedure,
    Question,
    ServiceStandard,
    SmartCriterion,
    Step,
    Survey,
    SurveyId,
)
from servqual.model import audit as audit_event
from servqual.model import standard as event
from servqual.model import survey as survey_event

now = dt.datetime.now(dt.UTC)

draft = event.Drafted(at=now, by="M-1", name="Support", version="1", departments=("desk",))
standard = ServiceStandard(history=[draft])
assert_type(standard.record(event.Published(at=now, by="M-1")), ServiceStandard)
assert_type(standard.version_at(now), event.Drafted | None)
assert_type(Indicator(kpi="resolution_rate", goal=0.95).smart_gaps(KPIS), tuple[SmartCriterion, ...])
assert_type(Procedure(name="enquiry", steps=[Step(name="ask")]).check({}), Conformance)

words = Question(key="why", kind="text", text="Why?")
quarter, customer = SurveyId("2026-Q2"), CustomerId("K-1")
assert_type(Answer(survey=quarter, question=words, customer=customer, answered_at=now, text="x").value, int | None)

# an id of one kind is not an id of another
Answer(survey=CaseId("C-1"), question=words, customer=customer, answered_at=now)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
Answer(survey=quarter, question=words, customer=quarter, answered_at=now)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

# an event of one lifecycle is not one of another
standard.record(survey_event.Opened(at=now, by="M-1"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
Survey(history=[draft])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
standard.record(audit_event.Closed(at=now, by="Q-1"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

# a review that does not say whether a head of department took part, and a confirmation by nobody knows whom
event.Reviewed(at=now, by="D-1", passed=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
event.Confirmed(at=now, by="D-1")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
