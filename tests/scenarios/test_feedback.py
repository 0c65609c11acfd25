"""The story of the customer's voice: a survey of the second quarter, ratings and suggestions, up to the measures."""

import datetime as dt
from pathlib import Path

import pytest

from servqual.errors import IllegalTransition, InvalidValue
from servqual.metrics import KPIS, IndexPart, changes, composite, measure, pareto, tally
from servqual.model import (
    AgentId,
    Answer,
    Audit,
    AuditId,
    CaseId,
    CustomerId,
    FeedbackId,
    FeedbackItem,
    FeedbackSource,
    Indicator,
    Interaction,
    InteractionId,
    Invitation,
    Journey,
    Question,
    Scale,
    Suggestion,
    SuggestionId,
    Survey,
    SurveyId,
    SurveyStatus,
    Touchpoint,
    quality_questions,
    rating_of,
    unanswered,
)
from servqual.model import audit as audit_event
from servqual.model import feedback as item_event
from servqual.model import suggestion as idea_event
from servqual.model import survey as event
from servqual.pdca import Action, Cause, Plan, compare
from servqual.presets import example_procedures
from servqual.report import Config, render, report
from servqual.stats import spc

MONDAY = dt.datetime(2026, 4, 6, 9, tzinfo=dt.UTC)
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)

HAPPY = Question(key="happy", kind="csat", text="How satisfied are you?", scale=Scale(low=1, high=5), satisfied_from=4)
RECOMMEND = Question(key="recommend", kind="nps", text="Would you recommend us?", scale=Scale(low=0, high=10))
WHY = Question(key="why", kind="text", text="What should we do better?")
CLEAR = Question(key="clear", kind="rating", text="Was it clear?", scale=Scale(low=1, high=5))
Q2 = SurveyId("2026-Q2")
DESIGN = event.Designed(
    at=MONDAY,
    by="M-1",
    id=Q2,
    name="second quarter",
    method="questionnaire",
    questions=(HAPPY, RECOMMEND, WHY),
    every="quarterly",
)
OPENED = event.Opened(at=MONDAY, by="M-1")
CSAT = KPIS["csat"].with_(scale=(1, 5), satisfied_from=4)


def scored(question: Question, *scores: int, touchpoint: str | None = None) -> list[Answer]:
    """One answer of each of several customers to a question."""
    return [
        Answer(
            survey=Q2,
            question=question,
            customer=CustomerId(f"K-{number}"),
            answered_at=MONDAY + HOUR,
            score=score,
            touchpoint=touchpoint,
        )
        for number, score in enumerate(scores)
    ]


def said(
    name: str,
    source: str = "online_rating",
    *,
    touchpoint: str | None = None,
    category: str | None = None,
    stars: int | None = None,
) -> FeedbackItem:
    """A feedback item that came in on Monday 9:00."""
    receipt = item_event.Received(
        at=MONDAY,
        id=FeedbackId(name),
        source=source,
        text="the hotline keeps me waiting",
        touchpoint=touchpoint,
        category=category,
        stars=stars,
    )
    return FeedbackItem(history=[receipt])


# --- scores ----------------------------------------------------------------------------------------------------------


def test_satisfaction_says_scale_cut_and_how_sure_it_is() -> None:
    """FB-01: the share of satisfied customers, on a stated scale from a stated point on, with n and interval."""
    with pytest.raises(InvalidValue, match="scale"):
        measure(["csat"], {"answers": scored(HAPPY, 5)})
    found = measure([CSAT], {"answers": scored(HAPPY, 5, 4, 4, 3, 5, 1, 4, 5, 5, 4)}).one()
    assert (found.value, found.n) == (0.8, 10)
    # Wilson's interval of 8 in 10 (R. G. Newcombe, 1998: 0.4902 to 0.9433)
    assert [found.low, found.high] == pytest.approx([0.4902, 0.9433], abs=5e-5)
    harder = measure([CSAT.with_(satisfied_from=5)], {"answers": scored(HAPPY, 5, 4, 4, 3)}).one()
    assert harder.value == 0.25


def test_the_satisfaction_index_weighs_items_and_measures() -> None:
    """FB-02: one number from 0 to 100, of items by their weights, or of several measures by stated weights."""
    items = {"score": [5, 3], "weight": [3, 1]}
    index = measure([KPIS["satisfaction_index"].with_(scale=(1, 5))], {"answers": items}).one()
    assert index.value == (3 * 100 + 1 * 50) / 4
    measured = measure([CSAT, "nps"], {"answers": scored(HAPPY, 5, 4, 4, 1) + scored(RECOMMEND, 10, 9, 8, 3)})
    parts = [IndexPart(kpi="csat", weight=0.6, worst=0, best=1), IndexPart(kpi="nps", weight=0.4, worst=-100, best=100)]
    [row] = composite(measured, parts)
    # 75 % satisfied are 75 points; an NPS of 25 is 62.5 on the way from -100 to 100
    assert row.value == pytest.approx(0.6 * 75 + 0.4 * 62.5)


def test_the_net_promoter_score_counts_its_own_question() -> None:
    """FB-03: promoters 9 and 10, passives 7 and 8, detractors 0 to 6; other questions of the survey do not count."""
    answers = scored(RECOMMEND, 10, 9, 8, 7, 6, 0, 9, 9) + scored(HAPPY, 5, 5, 5, 5)
    found = measure(["nps"], {"answers": answers}).one()
    assert (found.value, found.n) == (100 * (4 - 2) / 8, 8)


def test_perceived_quality_is_the_gap_to_what_was_expected() -> None:
    """FB-05: 22 items in five dimensions, asked as expectation and as perception; the gap is perception less that."""
    scale = Scale(low=1, high=7)
    expected, perceived = (quality_questions(kind=kind, scale=scale) for kind in ("expectation", "perception"))
    assert len(expected) == len(perceived) == 22
    answers = [
        Answer(
            survey=Q2,
            question=question,
            customer=CustomerId("K-1"),
            answered_at=MONDAY + HOUR,
            score=6 if question.kind == "expectation" else 4 if question.dimension == "reliability" else 5,
        )
        for question in (*expected, *perceived)
    ]
    found = measure([KPIS["servqual_item_gap"].with_(scale=(1, 7))], {"answers": answers}, by=["dimension"])
    gaps = {m.group["dimension"]: (m.value, m.n) for m in found}
    assert gaps == {
        "tangibles": (-1, 4),
        "reliability": (-2, 5),
        "responsiveness": (-1, 4),
        "assurance": (-1, 4),
        "empathy": (-1, 5),
    }


# --- surveys ---------------------------------------------------------------------------------------------------------


def test_a_survey_asks_takes_answers_and_comes_again() -> None:
    """FB-04, FB-09: questions with scale and method, answers while it is open, and the next one a quarter later."""
    survey = Survey(history=[DESIGN])
    [answer] = scored(HAPPY, 4)
    with pytest.raises(InvalidValue, match="open"):
        survey.accept(answer)
    survey = survey.record(OPENED)
    assert survey.accept(answer) is answer
    with pytest.raises(InvalidValue, match="question"):
        survey.accept(scored(Question(key="else", kind="rating", text="Else?", scale=Scale(low=1, high=5)), 3)[0])
    assert survey.next_due(zone="UTC") == dt.date(2026, 7, 6)
    assert [survey.overdue(now=MONDAY + days * DAY, zone="UTC") for days in (91, 92)] == [False, True]


@pytest.mark.parametrize("method", ["questionnaire", "interview", "focus_group"])
def test_numbers_and_words_are_both_answers(method: str) -> None:
    """FB-07: questionnaire, interview and focus group; an answer has a score, words, or both, but not nothing."""
    design = event.Designed(at=MONDAY, by="M-1", id=Q2, name="Q2", method=method, questions=(HAPPY, WHY))
    survey = Survey(history=[design, OPENED])

    def answered(question: Question, *, score: int | None = None, text: str = "") -> Answer:
        return survey.accept(
            Answer(survey=Q2, question=question, customer=None, answered_at=MONDAY, score=score, text=text)
        )

    answers = [answered(HAPPY, score=3), answered(HAPPY, score=4, text="kind"), answered(WHY, text="call back")]
    assert [(one.score, one.text, one.satisfied) for one in answers] == [
        (3, "", False),
        (4, "kind", True),
        (None, "call back", None),
    ]
    with pytest.raises(InvalidValue, match="score"):
        answered(WHY)


def test_what_many_complain_of_and_where_customers_are_happy() -> None:
    """FB-08: the analysis names frequent problems and areas of high satisfaction, and both go to a table."""
    problems = pareto(["waiting"] * 5 + ["tone"] * 2 + ["price"])
    assert [row.category for row in problems.vital_few(0.6)] == ["waiting"]
    assert problems.to_csv().splitlines()[1].startswith("waiting,5,")
    shop, hotline = [5] * 60 + [2] * 2, [5] * 20 + [2] * 40
    answers = scored(HAPPY, *shop, touchpoint="shop") + scored(HAPPY, *hotline, touchpoint="hotline")
    areas = measure([CSAT], {"answers": answers}, by=["touchpoint"])
    judged = areas.against([Indicator(name="happy", kpi="csat", goal=0.8)])
    assert [row.measured.group["touchpoint"] for row in judged.of("reached")] == ["shop"]
    assert [row.measured.group["touchpoint"] for row in judged.of("not_reached")] == ["hotline"]
    assert "shop" in judged.to_csv()


def test_the_loop_of_a_survey_ends_when_every_problem_has_an_answer() -> None:
    """FB-10, FB-11: results go to departments, each problem gets a measure with owner and date, or a reason."""
    survey = Survey(history=[DESIGN, OPENED, event.Closed(at=MONDAY + 14 * DAY, by="M-1")])
    measures = event.MeasuresSet(
        at=MONDAY + 20 * DAY,
        by="M-1",
        improvements=[event.Improvement(problem="waiting", what="call back", owner="A-1", due=dt.date(2026, 5, 29))],
    )
    tracked = event.Tracked(at=MONDAY + 60 * DAY, by="M-1", result="waits halved")
    with pytest.raises(IllegalTransition):
        survey.record(measures)
    survey = survey.record(event.Analysed(at=MONDAY + 15 * DAY, by="M-1", problems=("waiting", "price")))
    with pytest.raises(IllegalTransition):
        survey.record(measures)
    survey = survey.record(event.FedBack(at=MONDAY + 16 * DAY, by="M-1", departments=("desk", "sales")))
    survey = survey.record(measures)
    assert survey.open_problems == ("price",)
    with pytest.raises(InvalidValue, match="none for price"):
        survey.record(tracked)
    assert [(one.what, one.due) for one in survey.open_improvements] == [("call back", dt.date(2026, 5, 29))]
    survey = survey.record(event.Implemented(at=MONDAY + 21 * DAY, by="A-1", what="call back", result="runs since May"))
    assert survey.open_improvements == ()
    reason = event.Unaddressed(problem="price", reason="set by the regulator")
    survey = survey.record(event.MeasuresSet(at=MONDAY + 21 * DAY, by="M-1", unaddressed=[reason])).record(tracked)
    assert survey.status is SurveyStatus.TRACKED
    assert [(one.owner, one.due) for one in survey.improvements] == [("A-1", dt.date(2026, 5, 29))]


def test_participation_counts_the_people_who_were_asked() -> None:
    """FB-28: of four who were asked two answered, one of them three questions: half took part."""
    asked = [Invitation(survey=Q2, customer=CustomerId(f"K-{number}"), at=MONDAY) for number in range(4)]
    answers = scored(HAPPY, 4, 5) + scored(RECOMMEND, 9) + scored(CLEAR, 3)
    assert [invitation.customer for invitation in unanswered(asked, answers)] == ["K-2", "K-3"]
    found = measure(["survey_response_rate"], {"answers": [asked, answers]}, now=MONDAY + DAY).one()
    assert (found.value, found.n) == (0.5, 4)


def test_an_improvement_plan_has_six_measures_and_satisfaction_before_and_after() -> None:
    """FB-23: the six measures of the plan in order, and whether satisfaction rose."""
    plan = example_procedures()["satisfaction improvement"]
    assert [step.name for step in plan.steps][::5] == ["understanding of needs", "regular tracking and evaluation"]
    assert len(plan.steps) == 6
    # R. G. Newcombe, 1998, table II, method 10, example a: 56 of 70 less 48 of 80, 0.0524 to 0.3339
    before = measure([CSAT], {"answers": scored(HAPPY, *[5] * 48, *[1] * 32)})
    after = measure([CSAT], {"answers": scored(HAPPY, *[5] * 56, *[1] * 14)})
    [change] = changes(before, after, "csat")
    assert change.gap is not None
    assert change.verdict == "better"
    assert [change.gap.low, change.gap.high] == pytest.approx([0.0524, 0.3339], abs=5e-5)
    # the six measures are the actions of a plan, each with a person, a date and a criterion
    actions = [
        Action(what=step.name, owner="M-1", due=dt.date(2026, 6, 30), criterion=f"{step.name} is in use")
        for step in plan.steps
    ]
    improvement = Plan(
        id="Q-1",
        subject="raise satisfaction",
        owner="M-1",
        at=MONDAY + DAY,
        kpi="csat",
        baseline=before.one(),
        goal=0.75,
        margin=0.05,
        cause=Cause.five_whys("customers wait", "nobody calls back", "no rule says so", can_act="M-1", code="process"),
        hypothesis="calls back within a day are what customers miss",
        actions=actions,
    )
    assert improvement.baseline == 0.6
    do = improvement.start(at=MONDAY + 2 * DAY)
    for step in plan.steps:
        assert step.name in {late.what for late in do.overdue(now=MONDAY + 100 * DAY)}
        do = do.complete(step.name, at=MONDAY + 9 * DAY, evidence="seen")
    verdict = compare(
        tally([CSAT], {"answers": scored(HAPPY, *[5] * 480, *[1] * 320)}),
        tally([CSAT], {"answers": scored(HAPPY, *[5] * 640, *[1] * 160)}),
        kpi="csat",
        margin=0.05,
    )
    check = do.check(verdict, at=MONDAY + 90 * DAY, findings="fewer complain of waits")
    assert (check.verdict.decision, check.goal) == ("improved", "reached")


def test_satisfaction_is_watched_over_months_and_a_fall_is_told_from_chance() -> None:
    """FB-25: the course of satisfaction, and which month differs from the one before by more than chance."""
    months = [dt.datetime(2026, month, 1, tzinfo=dt.UTC) for month in (4, 5, 6, 7)]
    happy = {months[0]: 160, months[1]: 156, months[2]: 120}
    table = {
        "answered_at": [month + DAY for month in happy for _ in range(200)],
        "score": [5 if number < count else 2 for count in happy.values() for number in range(200)],
    }
    course = measure([CSAT], {"answers": table}, by=["month"])
    assert [m.value for m in course] == [0.8, 0.78, 0.6]
    april, may, june = (
        measure([CSAT], {"answers": table}, period=(months[number], months[number + 1])) for number in range(3)
    )
    verdicts = [
        change.verdict for before, after in ((april, may), (may, june)) for change in changes(before, after, "csat")
    ]
    assert verdicts == ["unclear", "worse"]
    weeks = [90, 91, 89, 90, 92, 88, 90, 91, 80, 79, 81, 80]
    shares = {
        "answered_at": [months[0] + 7 * week * DAY for week in range(12) for _ in range(100)],
        "score": [5 if number < happy_ones else 2 for happy_ones in weeks for number in range(100)],
    }
    series = measure([CSAT], {"answers": shares}, by=["week"])
    chart = spc.xmr([m.value for m in series], baseline=8)
    assert [(signal.index, signal.direction) for signal in chart.signals][:1] == [(8, "down")]


# --- what customers say without being asked --------------------------------------------------------------------------


def test_every_channel_of_feedback_is_heard() -> None:
    """FB-12: all ten that the documents name are known by their words, and are told apart in the numbers."""
    words = ["在线评价", "工单", "意见箱", "网站", "移动应用", "热线", "门店", "社交媒体", "留言簿", "问卷调查"]
    named = {source.label("zh"): source for source in FeedbackSource}
    items = [said(f"F-{number}", named[word].value) for number, word in enumerate(words)]
    found = measure(["feedback_handled_rate"], {"feedback": items}, by=["source"], now=MONDAY + DAY)
    assert {m.group["source"]: m.n for m in found} == dict.fromkeys((named[word] for word in words), 1)


def test_feedback_is_sorted_by_touchpoint_and_category() -> None:
    """FB-06, FB-13: what is said how often and where, and which touchpoints of the journey nobody speaks of."""
    items = [
        said("F-1", touchpoint="hotline", category="waiting"),
        said("F-2", touchpoint="hotline", category="waiting"),
        said("F-3", touchpoint="shop", category="waiting"),
        said("F-4", category="price"),
    ]
    starred = [said("F-5", touchpoint="hotline", category="waiting", stars=1), said("F-6", category="price", stars=4)]
    read = item_event.Analysed(at=MONDAY + DAY, by="D-1", category="waiting", finding="queue", sentiment="negative")
    heard = [starred[0].record(read), starred[1], *items[2:]]
    keys = ["feedback_volume", "feedback_rating", "feedback_negative_share"]
    found_by = measure(keys, {"feedback": heard}, by=["category"], now=MONDAY + 2 * DAY)
    told = {category: [found_by.get(key, category=category).value for key in keys] for category in ("waiting", "price")}
    assert told == {"waiting": [2, 1, 1], "price": [2, 4, None]}
    ranked = pareto((item.received.touchpoint, item.category) for item in items)
    assert (ranked[0].category, ranked[0].count) == (("hotline", "waiting"), 2)
    journey = Journey(
        name="purchase",
        touchpoints=[
            Touchpoint(name="shop", stage="contact"),
            Touchpoint(name="parcel", stage="delivery"),
            Touchpoint(name="hotline", stage="after-sales"),
        ],
    )
    found = journey.coverage(item.received.touchpoint for item in items)
    assert (dict(found.heard), found.elsewhere) == ({"shop": 1, "parcel": 0, "hotline": 2}, 1)
    assert found.silent == ("parcel",)
    assert found.share == pytest.approx(2 / 3)


def test_each_item_is_analysed_handled_and_answered() -> None:
    """FB-14, FB-15: a first word at once; then the analysis, a decision with its reason, and the reply."""
    item = said("F-1")
    handled = item_event.Handled(at=MONDAY + 2 * DAY, by="M-1", how="fixed", reason="two more people at noon")
    with pytest.raises(IllegalTransition):
        item.record(handled)
    item = item.record(item_event.Acknowledged(at=MONDAY + MINUTE, by="bot"))
    item = item.record(item_event.Analysed(at=MONDAY + DAY, by="M-1", category="waiting", finding="noon is thin"))
    with pytest.raises(IllegalTransition):
        item.record(item_event.Replied(at=MONDAY + DAY, by="M-1", text="thank you"))
    item = item.record(handled).record(item_event.Replied(at=MONDAY + 2 * DAY, by="M-1", text="we have more people"))
    assert (str(item.status), item.response_time) == ("replied", MINUTE)
    found = measure(
        ["feedback_response_time", "feedback_handled_rate"], {"feedback": [item, said("F-2")]}, now=MONDAY + 3 * DAY
    )
    assert found.get("feedback_response_time").value == 60
    assert found.get("feedback_handled_rate").value == 0.5


def test_valuable_suggestions_become_improvements() -> None:
    """FB-18: proposed, evaluated, adopted or declined with a reason, implemented; and the share that is adopted."""

    def idea(name: str, *then: idea_event.SuggestionEvent) -> Suggestion:
        return Suggestion(history=[idea_event.Submitted(at=MONDAY, id=SuggestionId(name), text="call back"), *then])

    evaluated = idea_event.Evaluated(at=MONDAY + DAY, by="M-1", verdict="cheap")
    adopted = idea_event.Adopted(at=MONDAY + 2 * DAY, by="M-1", owner="A-1")
    done = idea_event.Implemented(at=MONDAY + 9 * DAY, by="A-1", result="runs since May")
    library = [
        idea("S-1", evaluated, adopted, done),
        idea("S-2", evaluated, idea_event.Declined(at=MONDAY + 2 * DAY, by="M-1", reason="too dear")),
        idea("S-3", evaluated, adopted),
        idea("S-4", evaluated),
        idea("S-5"),
    ]
    assert [one.adopted for one in library] == [True, False, True, None, None]
    with pytest.raises(IllegalTransition):
        library[4].record(adopted)
    found = measure(["suggestion_adoption_rate"], {"suggestions": library}, now=MONDAY + 10 * DAY).one()
    assert (found.value, found.n, found.undecided) == (2 / 3, 3, 1)


def test_a_rating_knows_its_contact_and_its_moment() -> None:
    """FB-20, FB-21: an online rating takes customer, case and agent from its contact, so that nobody fills them in."""
    call = Interaction(
        id=InteractionId("I-1"),
        customer=CustomerId("K-1"),
        channel="chat",
        queued_at=MONDAY,
        answered_at=MONDAY,
        agent=AgentId("A-1"),
        case=CaseId("C-1"),
        topic="delivery",
    )
    rating = rating_of(call, HAPPY, survey=Q2, answered_at=MONDAY + MINUTE, score=2)
    assert (rating.customer, rating.case, rating.agent, rating.channel) == ("K-1", "C-1", "A-1", "chat")
    with pytest.raises(InvalidValue, match="not come before the contact"):
        rating_of(call, HAPPY, survey=Q2, answered_at=MONDAY - MINUTE, score=2)
    by_topic = measure([CSAT], {"answers": [rating], "interactions": [call]}, by=["topic"]).one()
    assert (by_topic.group, by_topic.value) == ({"topic": "delivery"}, 0)
    found = measure([CSAT], {"answers": [rating, *scored(HAPPY, 5)]}, by=["interaction_id", "hour_of_day"])
    assert {(m.group["interaction_id"], m.group["hour_of_day"]): m.value for m in found} == {
        ("I-1", 9): 0,
        (None, 10): 1,
    }
    stars = FeedbackItem(
        history=[
            item_event.Received(
                at=MONDAY, id=FeedbackId("F-1"), source="online_rating", stars=2, interaction=InteractionId("I-1")
            )
        ]
    )
    assert (stars.received.at, stars.received.interaction, stars.received.stars) == (MONDAY, "I-1", 2)
    with pytest.raises(InvalidValue, match="stars"):
        item_event.Received(at=MONDAY, id=FeedbackId("F-2"), source="online_rating", stars=6)


def test_a_service_review_uses_what_customers_said() -> None:
    """FB-27: the review comes each quarter, has its findings from customers, and an answer to each."""
    plan = audit_event.Planned(
        at=MONDAY,
        by="Q-1",
        id=AuditId("R-1"),
        kind="service_review",
        subject="support",
        due=dt.date(2026, 6, 30),
        every="quarterly",
    )
    waits = audit_event.Finding(name="waits", text="a third wait too long", evidence="customer_feedback")
    kind = audit_event.Finding(name="tone", text="friendly people", evidence="customer_interview", strength=True)
    review = Audit(history=[plan, audit_event.Held(at=MONDAY + 80 * DAY, by="Q-1", findings=[waits, kind])])
    assert [finding.name for finding in review.open_findings] == ["waits"]
    answered = review.record(audit_event.Corrected(at=MONDAY + 90 * DAY, by="M-1", finding="waits", how="call back"))
    assert answered.open_findings == ()
    # held 80 days after 6 April, on 25 June
    again = answered.following(id=AuditId("R-2"), at=MONDAY + 90 * DAY, by="Q-1", zone="UTC")
    assert (str(again.plan.kind), again.plan.due) == ("service_review", dt.date(2026, 9, 25))


def test_a_report_of_satisfaction_comes_by_month(tmp_path: Path) -> None:
    """FB-26: a page with satisfaction month by month, written from the answers alone."""
    lines = ["answered_at,customer_id,score"]
    for month, happy in ((3, 30), (4, 48)):
        lines += [f"2026-{month:02}-{n % 28 + 1:02}T09:00Z,K-{n},{5 if n < happy else 2}" for n in range(60)]
    path = tmp_path / "answers.csv"
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    settings = {
        "report": {"every": "month"},
        "tables": {"answers": {"file": str(path), "kpis": {"csat": {"scale": [1, 5], "satisfied_from": 4}}}},
    }
    found = report(None, Config.from_table(settings), now=dt.datetime(2026, 5, 1, tzinfo=dt.UTC))
    [answers] = found["tables"]
    trends = {trend["kpi"]: [(p["start"], p["value"], p["n"]) for p in trend["points"]] for trend in answers["trends"]}
    assert trends["csat"] == [("2026-03-01", 0.5, 60), ("2026-04-01", 0.8, 60)]
    assert "customer satisfaction" in render(found)
