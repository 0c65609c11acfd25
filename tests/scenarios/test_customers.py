"""Customers, their groups, their loyalty and their needs: stories of the documents' rows on customers (CU)."""

import datetime as dt

import attrs
import pytest

from servqual import schema
from servqual.errors import IllegalTransition, InvalidValue
from servqual.metrics import KPIS, changes, feedback_segments, measure, pareto, spending_segments
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
    Relationship,
    Scale,
    SegmentCare,
    SegmentPolicy,
    Sla,
    SurveyId,
    Target,
    history_of,
)
from servqual.model import case as event
from servqual.model import complaint as grievance
from servqual.model import feedback as voice
from servqual.model import relationship as bond

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


def test_needs_and_own_fields_are_words_to_group_by() -> None:
    """CU-04, CU-09: contacts are grouped by the need and by a field of the firm's own, looked up at the customer."""
    assert [kind.label("zh") for kind in NeedType] == ["基本需求", "个性需求", "特殊需求"]
    people = [
        attrs.evolve(person, attributes={"programme": "beta" if "beta" in person.tags else "none"}) for person in PEOPLE
    ]
    calls = [call(person, number, wait) for number, (person, wait) in enumerate(zip(people, (10, 60, 20), strict=True))]
    found = measure(["asa"], {"interactions": calls, "customers": people}, by=["need", "programme"])
    assert {(m.group["need"], m.group["programme"]): m.value for m in found} == {
        ("basic", "none"): 60,
        ("personalised", "none"): 20,
        ("special", "beta"): 10,
    }


def test_contact_details_are_hidden_with_the_customer() -> None:
    """CU-01, CR-05: details of the firm's own stand on the record, and no hidden document shows them or the name."""
    anna = attrs.evolve(PEOPLE[0], attributes={"phone": "555-0100"})
    assert anna.attributes["phone"] == "555-0100"
    hidden = schema.dumps(anna, pseudonymise=b"keep this key in a safe place")
    assert "555-0100" not in hidden
    assert "Anna" not in hidden
    assert schema.loads(schema.dumps(anna)) == anna


def test_customers_are_segmented_by_what_they_buy() -> None:
    """CU-03: often, for much, or neither, by stated limits; a limit is reached, and who is both is of high value."""
    purchases = [
        *(bought(ANNA, day, "100.00") for day in range(5)),  # 500 in five purchases: both
        *(bought(BELA, day, "20.00") for day in range(3)),
        bought(CHEN, 1, "499.99"),
        bought(CHEN, 99, "500.00"),  # after the period
    ]
    period = (at(0), at(30))
    keys = ["purchase_volume", "purchase_amount"]
    found = measure(keys, {"purchases": purchases}, by=["customer_id"], period=period)
    segments = spending_segments(found, frequent_from=3, valuable_from=500)
    assert segments == {ANNA: "high_value", BELA: "high_frequency", CHEN: "occasional"}
    with pytest.raises(InvalidValue, match="by must be customer_id alone"):
        spending_segments(measure(keys, {"purchases": purchases}), frequent_from=3, valuable_from=500)


def test_customers_are_segmented_by_what_they_say_and_whether_they_stay() -> None:
    """CU-05: loyal, potential and lost follow from satisfaction and from activity in a stated time."""
    answers = [answer(HAPPY, ANNA, 1, 5), answer(HAPPY, BELA, 1, 2), answer(HAPPY, CHEN, 1, 5)]
    told = measure([KPIS["csat_mean"].with_(scale=(1, 5))], {"answers": answers}, by=["customer_id"])
    purchases = [bought(ANNA, 70), bought(BELA, 80), bought(CHEN, 2), bought(CustomerId("K-4"), 75)]
    seen = measure(["purchase_volume"], {"purchases": purchases}, by=["customer_id"], period=(at(60), at(90)))
    assert feedback_segments(told, seen, kpi="csat_mean", loyal_from=4) == {
        ANNA: "loyal",
        BELA: "potential",
        CHEN: "lost",  # satisfied, but bought nothing in the last month
        "K-4": "potential",  # never asked
    }


def test_each_segment_has_its_care_and_its_tier() -> None:
    """CU-06, CU-08: a policy says what is done for each segment, and assigns the tier by which promises are made."""
    policy = SegmentPolicy(
        dimension="spending_segment",
        cares={
            "high_frequency": SegmentCare(actions=["points", "member offers"], tier="silver"),
            "high_value": SegmentCare(actions=["customised service", "one-to-one care"], tier="gold"),
            "occasional": SegmentCare(actions=["campaigns"]),
        },
    )
    anna, bela = attrs.evolve(PEOPLE[0], spending_segment="high_value"), PEOPLE[1]
    care = policy.care_of(anna)
    assert care is not None
    assert care.actions == ("customised service", "one-to-one care")
    assert policy.assigned(attrs.evolve(bela, spending_segment="high_frequency")).tier == "silver"
    assert policy.care_of(bela) is None
    assert policy.assigned(bela) == bela
    with pytest.raises(InvalidValue, match="did you mean high_value"):
        attrs.evolve(policy, cares={"high_valu": SegmentCare(actions=["points"])})
    with pytest.raises(InvalidValue, match="did you mean spending_segment"):
        attrs.evolve(policy, dimension="spending_segmnt")


def test_a_relationship_is_potential_active_loyal_lost_and_won_back() -> None:
    """CU-10: each stage has its moments; of those who left a stage, how many went on; retention is by stage, too."""

    def bond_of(customer: CustomerId, *events: bond.RelationshipEvent) -> Relationship:
        return Relationship(history=[bond.Met(at=at(0), id=customer), *events])

    won, lost, new = (
        bond_of(
            ANNA, bond.Activated(at=at(2)), bond.BecameLoyal(at=at(4)), bond.Lost(at=at(6)), bond.WonBack(at=at(8))
        ),
        bond_of(BELA, bond.Activated(at=at(3)), bond.Lost(at=at(5), reason="moved away")),
        bond_of(CHEN),
    )
    assert [str(one.status) for one in (won, lost, new)] == ["active", "lost", "potential"]
    with pytest.raises(IllegalTransition):
        new.record(bond.BecameLoyal(at=at(9)))
    found = measure(["conversion_rate"], {"stages": [won, lost, new]}, by=["stage"], now=at(10))
    assert {m.group["stage"]: (m.value, m.n, m.undecided) for m in found} == {
        "potential": (1.0, 2, 1),  # Chen is still there
        "active": (0.5, 2, 1),  # Anna became loyal, Bela left, Anna is active again
        "lost": (1.0, 1, 1),  # Anna came back
    }
    earlier = measure(["conversion_rate"], {"stages": [won, lost, new]}, by=["stage"], now=at(2.5))
    assert earlier.get("conversion_rate", stage="active").undecided == 1
    people = [
        attrs.evolve(person, stage=stage) for person, stage in zip(PEOPLE, ("loyal", "active", "active"), strict=True)
    ]
    purchases = [bought(ANNA, -5), bought(ANNA, 20), bought(BELA, -5), bought(CHEN, -3), bought(CHEN, 25)]
    stays = measure(
        [KPIS["retention_rate"].with_(active_within=15 * DAY)],
        {"purchases": purchases, "customers": people},
        by=["stage"],
        period=(at(0), at(30)),
        now=at(60),
    )
    assert {m.group["stage"]: m.value for m in stays} == {"loyal": 1, "active": 0.5}


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
    days = [0, 10, 20, 25, 100, 110, 120, 125]
    answers = [
        *(answer(HAPPY, ANNA, day, score) for day, score in zip(days, (5, 4, 5, 4, 2, 1, 2, 1), strict=True)),
        *(answer(HAPPY, BELA, day, score) for day, score in zip(days, (2, 4, 2, 4, 4, 5, 4, 5), strict=True)),
    ]
    kpi = KPIS["csat_mean"].with_(scale=(1, 5))
    found = measure([kpi], {"answers": answers}, by=["customer_id", "quarter"])
    trend = {(m.group["customer_id"], m.group["quarter"].month): m.value for m in found}
    assert trend == {(ANNA, 4): 4.5, (ANNA, 7): 1.5, (BELA, 4): 3, (BELA, 7): 4.5}
    # whose satisfaction fell by more than chance
    before, after = (
        measure([kpi], {"answers": answers}, by=["customer_id"], period=period)
        for period in ((at(0), at(50)), (at(50), at(150)))
    )
    verdicts = {change.group["customer_id"]: change.verdict for change in changes(before, after, "csat_mean")}
    assert verdicts == {ANNA: "worse", BELA: "unclear"}
