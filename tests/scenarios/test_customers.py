"""Customers, their groups, their loyalty and their needs: stories of the documents' rows on customers (CU)."""

import datetime as dt

import pytest

from servqual.errors import InvalidValue
from servqual.metrics import KPIS, measure, pareto
from servqual.model import (
    Answer,
    BusinessHours,
    Case,
    CaseId,
    Clock,
    Complaint,
    ComplaintId,
    Customer,
    CustomerId,
    FeedbackId,
    FeedbackItem,
    Interaction,
    InteractionId,
    Lifecycle,
    Money,
    NeedType,
    Purchase,
    Question,
    Scale,
    Sla,
    SurveyId,
    Target,
    history_of,
)
from servqual.model import case as event
from servqual.model import complaint as grievance
from servqual.model import feedback as voice

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
HAPPY = Question(key="happy", kind="csat", text="Satisfied?", scale=Scale(low=1, high=5), satisfied_from=4)
RECOMMEND = Question(key="recommend", kind="nps", text="Would you recommend us?", scale=Scale(low=0, high=10))
ANNA, BELA, CHEN = (CustomerId(name) for name in ("K-1", "K-2", "K-3"))
PEOPLE = [
    Customer(id=ANNA, name="Anna", tier="gold", need="special", tags={"beta"}, preferences={"mornings"}),
    Customer(id=BELA, name="Bela", tier="basic", need="basic", preferred_channel="chat"),
    Customer(id=CHEN, name="Chen", tier="gold", need="personalised", stage="loyal", industry="trade"),
]


def at(days: float) -> dt.datetime:
    """So many days after the first."""
    return NINE + days * DAY


def bought(customer: CustomerId, day: float, amount: str = "10.00") -> Purchase:
    """A purchase."""
    return Purchase(customer=customer, at=at(day), amount=Money(amount, "EUR"))


def call(customer: Customer, number: int, wait: int) -> Interaction:
    """A call of a customer, who waited so many seconds."""
    return Interaction(
        id=InteractionId(f"I-{number}"),
        customer=customer.id,
        tier=customer.tier,
        channel="phone",
        queued_at=at(number),
        answered_at=at(number) + dt.timedelta(seconds=wait),
    )


def answer(question: Question, customer: CustomerId, day: float, score: int) -> Answer:
    """An answer of a customer to a question."""
    return Answer(survey=SurveyId("2026"), question=question, customer=customer, answered_at=at(day), score=score)


def test_the_whole_picture_of_a_customer() -> None:
    """CU-01, CU-02: the record, and all that happened with this customer, in the order of time."""
    anna = PEOPLE[0]
    assert (anna.name, anna.tier, anna.preferences) == ("Anna", "gold", frozenset({"mornings"}))
    with pytest.raises(InvalidValue, match="need must be one of basic, personalised, special"):
        Customer(id=ANNA, name="Anna", need="bulk")
    story = history_of(
        anna.id,
        purchases=[bought(BELA, 0), bought(ANNA, 3), bought(ANNA, 0)],
        interactions=[call(customer, number, 9) for number, customer in enumerate(PEOPLE, start=1)],
        answers=[answer(HAPPY, ANNA, 2, 5), answer(HAPPY, CHEN, 2, 1)],
    )
    assert [(entry.at, entry.name) for entry in story] == [
        (at(0), "purchase"),
        (at(1), "interaction"),
        (at(2), "answer"),
        (at(3), "purchase"),
    ]


def test_each_tier_has_its_own_promise_and_numbers() -> None:
    """CU-08: what a customer is promised follows the tier, and waits are seen by tier."""
    sla = Sla(
        name="desk",
        hours=BusinessHours.always(),
        targets=[
            Target(clock=Clock.FIRST_RESPONSE, within=8 * HOUR),
            Target(clock=Clock.FIRST_RESPONSE, within=HOUR, match={"tier": "gold"}),
        ],
    )
    limits = {}
    for person in PEOPLE:
        report = event.Reported(
            at=at(0),
            id=CaseId(f"C-{person.id}"),
            customer=person.id,
            tier=person.tier,
            description="wrong size",
            impact="one order",
            occurred_at=at(0),
            owner="A-1",
            channel="chat",
            source="feedback",
        )
        limits[person.name] = sla.read(Case(history=[report]), now=at(0))["first_response"].limit
    assert limits == {"Anna": HOUR, "Bela": 8 * HOUR, "Chen": HOUR}
    calls = [call(person, number, wait) for number, (person, wait) in enumerate(zip(PEOPLE, (10, 60, 20), strict=True))]
    by_tier = measure(["asa"], {"interactions": calls}, by=["tier"])
    assert {m.group["tier"]: m.value for m in by_tier} == {"basic": 60, "gold": 15}


def test_needs_and_tags_are_words_to_group_by() -> None:
    """CU-04, CU-09: basic, personalised and special needs and the firm's own tags, as columns beside the contacts."""
    assert [kind.label("zh") for kind in NeedType] == ["基本需求", "个性需求", "特殊需求"]
    contacts = {
        "wait_s": [10, 60, 20],
        "need": [str(person.need) for person in PEOPLE],
        "programme": ["beta" if "beta" in person.tags else "none" for person in PEOPLE],
    }
    found = measure(["asa"], {"interactions": contacts}, by=["need", "programme"])
    assert {(m.group["need"], m.group["programme"]): m.value for m in found} == {
        ("basic", "none"): 60,
        ("personalised", "none"): 20,
        ("special", "beta"): 10,
    }


def test_customers_go_on_to_the_next_stage_or_leave() -> None:
    """CU-10: of those in a stage who left it, how many went on; who still is in it may do either."""
    names = ["potential", "potential", "potential", "active"]
    stages = {
        "stage": names,
        "entered_at": [at(0)] * 4,
        "advanced_at": [at(5), None, None, at(9)],
        "left_at": [None, at(7), None, None],
    }
    assert {*names} <= {*Lifecycle}
    found = measure(["conversion_rate"], {"stages": stages}, by=["stage"], now=at(10))
    assert {m.group["stage"]: (m.value, m.n, m.undecided) for m in found} == {
        "active": (1.0, 1, 0),
        "potential": (0.5, 2, 1),
    }


def complaint(number: int, category: str) -> Complaint:
    """A complaint of this category."""
    received = grievance.Received(
        at=at(number),
        id=ComplaintId(f"P-{number}"),
        customer=ANNA,
        channel="phone",
        category=category,
        description="as said",
        owner="A-1",
        due=at(number + 2),
    )
    return Complaint(history=[received])


def rating(number: int, category: str, stars: int) -> FeedbackItem:
    """A rating that was sorted into this category."""
    got = voice.Received(at=at(number), id=FeedbackId(f"F-{number}"), source="online_rating", stars=stars)
    sorted_out = voice.Analysed(at=at(number), by="Q-1", category=category, finding="as said")
    return FeedbackItem(history=[got, sorted_out])


def test_what_customers_complain_of_most_is_what_they_need() -> None:
    """CU-17, PB-17: complaints and poor ratings by category together, the frequent ones first."""
    complaints = [complaint(n, what) for n, what in enumerate(["late delivery"] * 4 + ["staff"] * 2 + ["function"])]
    ratings = [rating(0, "late delivery", 1), rating(1, "function", 2), rating(2, "function", 2), rating(3, "staff", 5)]
    poor = [item for item in ratings if item.received.stars is not None and item.received.stars < 3]
    ranked = pareto([*(one.category for one in complaints), *(item.category for item in poor)])
    assert [(row.category, row.count) for row in ranked] == [("late delivery", 5), ("function", 3), ("staff", 2)]
    assert ranked[1].cumulative == pytest.approx(8 / 10)
    assert [row.category for row in ranked.vital_few(0.8)] == ["late delivery", "function"]
    counted = pareto(measure(["complaint_volume"], {"complaints": complaints}, by=["category"], now=at(9)))
    assert [(row.category, row.count) for row in counted][:2] == [("late delivery", 4), ("staff", 2)]


def test_loyalty_has_three_names_and_no_silent_sum() -> None:
    """CU-22, CU-29, CU-31: who recommends, who buys again, who came back and who stays, each by its own name."""
    answers = [answer(RECOMMEND, who, 1, score) for who, score in ((ANNA, 9), (BELA, 8), (CHEN, 6))]
    answers += [answer(HAPPY, who, 1, 1) for who in (ANNA, BELA, CHEN)]  # another question: no detractors
    whole = measure(["nps"], {"answers": answers}).one()
    assert (whole.value, whole.n) == (0, 3)
    each = measure(["nps"], {"answers": answers}, by=["customer_id"])
    kinds = {100: "promoter", 0: "passive", -100: "detractor"}
    assert {m.group["customer_id"]: kinds[round(m.value)] for m in each if m.value is not None} == {
        ANNA: "promoter",
        BELA: "passive",
        CHEN: "detractor",
    }
    purchases = [bought(ANNA, -20), bought(ANNA, 2), bought(ANNA, 8), bought(BELA, -40), bought(BELA, 3)]
    purchases += [bought(CHEN, 5), bought(CustomerId("K-4"), -10)]
    found = measure(
        ["repurchase_rate", "return_customer_rate", KPIS["retention_rate"].with_(active_within=30 * DAY)],
        {"purchases": purchases},
        period=(at(0), at(30)),
        now=at(60),
    )
    assert {m.kpi: (m.value, m.n) for m in found} == {
        "repurchase_rate": (1 / 3, 3),  # Anna of Anna, Bela, Chen
        "return_customer_rate": (2 / 3, 3),  # Anna and Bela had bought before
        "retention_rate": (1 / 2, 2),  # active before: Anna, who stayed, and K-4, who did not
    }


def test_satisfaction_is_watched_over_time_for_each_customer() -> None:
    """CU-27: how satisfied each customer is, quarter by quarter."""
    days = [0, 10, 100, 110]
    answers = [
        *(answer(HAPPY, ANNA, day, score) for day, score in zip(days, (5, 4, 2, 1), strict=True)),
        *(answer(HAPPY, BELA, day, score) for day, score in zip(days, (2, 4, 4, 5), strict=True)),
    ]
    kpi = KPIS["csat_mean"].with_(scale=(1, 5))
    found = measure([kpi], {"answers": answers}, by=["customer_id", "quarter"])
    trend = {(m.group["customer_id"], m.group["quarter"].month): m.value for m in found}
    assert trend == {(ANNA, 4): 4.5, (ANNA, 7): 1.5, (BELA, 4): 3, (BELA, 7): 4.5}
