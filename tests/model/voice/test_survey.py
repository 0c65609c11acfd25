"""A survey obeys its table and closes its loop; its questions take only answers that they can have."""

import datetime as dt
from collections import Counter

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import IllegalTransition, InvalidValue
from servqual.model import (
    Answer,
    Cadence,
    CustomerId,
    Dimension,
    Improvement,
    Invitation,
    Question,
    QuestionKind,
    Scale,
    Survey,
    SurveyId,
    SurveyMethod,
    SurveyStatus,
    Unaddressed,
    quality_questions,
    unanswered,
)
from servqual.model import survey as event
from servqual.model.voice.survey import SURVEY_TRANSITIONS, SurveyEvent

T0 = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
FIVE = Scale(low=1, high=5, anchors={5: "very satisfied", 1: "very dissatisfied"})
HAPPY = Question(key="happy", kind="csat", text="How satisfied are you?", scale=FIVE, satisfied_from=4)
HARD = Question(key="hard", kind="ces", text="It was hard.", chinese="很费劲。", scale=FIVE, reversed=True)
WHY = Question(key="why", kind="text", text="Why?")
ID = SurveyId("2026-Q2")
K1 = CustomerId("K-1")
DESIGNED = event.Designed(
    at=T0, by="M-1", id=ID, name="second quarter", method="questionnaire", questions=[HAPPY, HARD, WHY]
)


def at(hour: int) -> dt.datetime:
    """So many hours after the design."""
    return T0 + dt.timedelta(hours=hour)


SLOW = Improvement(problem="slow", what="a second shift", owner="M-1", due=dt.date(2026, 6, 1))
DEAR = Unaddressed(problem="dear", reason="the price is set elsewhere")


def sample(name: str, hour: int) -> SurveyEvent:
    """An event of each stored name."""
    when = at(hour)
    events: dict[str, SurveyEvent] = {
        "designed": attrs.evolve(DESIGNED, at=when),
        "opened": event.Opened(at=when, by="M-1"),
        "closed": event.Closed(at=when, by="M-1"),
        "analysed": event.Analysed(at=when, by="D-1", problems=["slow", "dear"], strengths=["kind"]),
        "fed_back": event.FedBack(at=when, by="D-1", departments=["desk"]),
        "measures_set": event.MeasuresSet(at=when, by="M-1", improvements=[SLOW], unaddressed=[DEAR]),
        "implemented": event.Implemented(at=when, by="M-1", what="a second shift", result="since May"),
        "tracked": event.Tracked(at=when, by="M-1", result="waits are shorter"),
        "cancelled": event.Cancelled(at=when, by="M-1", reason="merger"),
    }
    return events[name]


NAMES = ["designed", "opened", "closed", "analysed", "fed_back", "measures_set", "tracked", "cancelled", "implemented"]
# DOMAIN.md SM-04, written out apart from the code: the way is one line
STATUSES = ["designed", "open", "closed", "analysed", "fed_back", "measures_set", "tracked"]
WAY = {status: NAMES[: number + 1] for number, status in enumerate(STATUSES)} | {"cancelled": ["designed", "cancelled"]}
LEADS: dict[str, dict[str, str]] = {
    **{
        status: {NAMES[number + 1]: STATUSES[number + 1], "cancelled": "cancelled"}
        for number, status in enumerate(STATUSES[:-1])
    },
    "tracked": {},
    "cancelled": {},
}
LEADS["measures_set"] |= {"measures_set": "measures_set", "implemented": "measures_set"}


def survey_after(names: list[str]) -> Survey:
    """A survey that went this way, an hour for each step."""
    return Survey(history=[sample(name, hour) for hour, name in enumerate(names)])


def answer(**change: object) -> Answer:
    """A plain answer, with changes."""
    facts: dict[str, object] = {"survey": ID, "question": HAPPY, "customer": K1, "answered_at": at(1), "score": 4}
    return Answer(**facts | change)  # type: ignore[arg-type]


def test_every_status_has_a_row_and_a_way() -> None:
    """The tables of this test cover the enumeration and every kind of event."""
    assert set(WAY) == set(LEADS) == set(SurveyStatus)
    assert {type(sample(name, 0)) for name in NAMES} == set(SURVEY_TRANSITIONS.events)
    assert all(survey_after(WAY[status]).status == status for status in SurveyStatus)


@pytest.mark.parametrize("status", list(SurveyStatus))
@pytest.mark.parametrize("name", NAMES)
def test_each_event_in_each_status(status: SurveyStatus, name: str) -> None:
    """An allowed event leads where the document says; any other is refused and leaves the survey equal."""
    before, following = survey_after(WAY[status]), sample(name, 20)
    leads = LEADS[status].get(name)
    if leads is not None:
        after = before.record(following)
        assert after.status == leads
        assert after == Survey(history=after.history)
    else:
        with pytest.raises(IllegalTransition) as refused:
            before.record(following)
        assert refused.value.code == "survey.illegal_transition"
        assert set(refused.value.allowed) == set(LEADS[status])
    assert before == survey_after(WAY[status])
    assert before.status is status


def test_the_loop_closes_only_when_every_problem_is_answered() -> None:
    """A measure or a written reason for each (DOMAIN.md SM-04); they may come one by one."""
    told = survey_after(WAY["fed_back"])
    half = told.record(event.MeasuresSet(at=at(5), by="M-1", improvements=[SLOW]))
    assert (told.open_problems, half.open_problems, half.improvements) == (("slow", "dear"), ("dear",), (SLOW,))
    with pytest.raises(InvalidValue, match=r"every problem before the loop is closed \(got none for dear\)"):
        half.record(sample("tracked", 6))
    with pytest.raises(InvalidValue, match="loop is closed"):
        Survey(history=[*half.history, sample("tracked", 6)])
    whole = half.record(event.MeasuresSet(at=at(6), by="M-1", unaddressed=[DEAR]))
    assert whole.record(sample("tracked", 7)).status is SurveyStatus.TRACKED


def test_a_measure_is_open_until_it_was_carried_out() -> None:
    """Only a measure that was set can have a result."""
    told = survey_after(WAY["measures_set"])
    assert told.open_improvements == (SLOW,)
    assert told.record(sample("implemented", 9)).open_improvements == ()
    with pytest.raises(InvalidValue, match="what must be one of a second shift"):
        told.record(event.Implemented(at=at(9), by="M-1", what="a third shift", result="none"))


def test_a_measure_answers_a_problem_that_was_found() -> None:
    """Any other is refused with the nearest."""
    with pytest.raises(InvalidValue, match=r"problem must be one of slow, dear \(got 'slo'\); did you mean slow"):
        survey_after(WAY["fed_back"]).record(
            event.MeasuresSet(at=at(5), by="M-1", improvements=[attrs.evolve(SLOW, problem="slo")])
        )


def test_a_survey_that_found_no_problem_ends_too() -> None:
    """Nothing to do is an outcome."""
    names = [sample(name, hour) for hour, name in enumerate(["designed", "opened", "closed"])]
    rest: list[SurveyEvent] = [
        event.Analysed(at=at(3), by="D-1", strengths=["kind"]),
        sample("fed_back", 4),
        event.MeasuresSet(at=at(5), by="M-1"),
        sample("tracked", 6),
    ]
    assert Survey(history=[*names, *rest]).status is SurveyStatus.TRACKED


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"survey": SurveyId("2026-Q1")}, "survey must be '2026-Q2'"),
        ({"question": attrs.evolve(HAPPY, key="hapy")}, "question must be one of happy, hard, why .* mean happy"),
        ({"question": attrs.evolve(HAPPY, satisfied_from=5)}, "question must be as the survey asks it"),
        ({"answered_at": at(0)}, "must lie while the survey is open"),
        ({"answered_at": at(3)}, "must lie while the survey is open"),
    ],
)
def test_answers_that_are_not_accepted(change: dict[str, object], words: str) -> None:
    """Of another survey, to another question, too early, too late."""
    survey = survey_after(WAY["closed"])
    assert survey.accept(answer()) == answer()
    assert survey.accept(answer(answered_at=at(2))).answered_at == survey.closed_at
    with pytest.raises(InvalidValue, match=words):
        survey.accept(answer(**change))


def test_nobody_answers_a_survey_that_never_opened() -> None:
    """Designed only, or given up before."""
    for status in ("designed", "cancelled"):
        survey = survey_after(WAY[status])
        assert (survey.opened_at, survey.closed_at) == (None, None)
        with pytest.raises(InvalidValue, match="not yet"):
            survey.accept(answer())


def test_when_the_next_one_is_due() -> None:
    """A quarter after opening (DOMAIN.md FB-09), by the calendar of the zone; the day itself is not overdue."""
    designed = event.Designed(
        at=T0, by="M-1", id=ID, name="x", method=SurveyMethod.INTERVIEW, questions=[WHY], every=Cadence.QUARTERLY
    )
    opened = event.Opened(at=dt.datetime(2026, 11, 30, 23, tzinfo=dt.UTC), by="M-1")
    survey = Survey(history=[designed, opened])
    assert survey.next_due(zone="UTC") == dt.date(2027, 2, 28)
    assert survey.next_due(zone="Asia/Shanghai") == dt.date(2027, 3, 1)
    assert not survey.overdue(now=dt.datetime(2027, 2, 28, 23, tzinfo=dt.UTC), zone="UTC")
    assert survey.overdue(now=dt.datetime(2027, 3, 1, tzinfo=dt.UTC), zone="UTC")
    assert survey_after(WAY["open"]).next_due(zone="UTC") is None
    assert not survey_after(WAY["open"]).overdue(now=at(9999), zone="UTC")


@pytest.mark.parametrize(
    ("cadence", "due"),
    [
        ("weekly", dt.date(2024, 2, 7)),
        ("monthly", dt.date(2024, 2, 29)),
        ("quarterly", dt.date(2024, 4, 30)),
        ("half_yearly", dt.date(2024, 7, 31)),
        ("yearly", dt.date(2025, 1, 31)),
    ],
)
def test_cadences_follow_the_calendar(cadence: str, due: dt.date) -> None:
    """From 31 January of a leap year: a day that a month lacks becomes its last."""
    assert Cadence(cadence).after(dt.date(2024, 1, 31)) == due


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"scale": None}, "scale must be given"),
        ({"satisfied_from": None}, "satisfied_from must be a point of the scale"),
        ({"satisfied_from": 6}, "satisfied_from must be a point of the scale"),
        ({"kind": "nps", "satisfied_from": None}, "scale must go from 0 to 10"),
        ({"kind": "ces"}, "satisfied_from must be left out"),
        ({"kind": "perception", "satisfied_from": None}, "dimension must be named"),
        ({"kind": "text", "satisfied_from": None}, "scale must be given for all but free text"),
        ({"kind": "text", "satisfied_from": None, "scale": None, "reversed": True}, "reversed must be left out"),
        ({"kind": "cast"}, "kind must be one of .* did you mean csat"),
        ({"key": ""}, "key must be a text"),
    ],
)
def test_questions_that_cannot_be_asked(change: dict[str, object], words: str) -> None:
    """Each kind has its own needs."""
    with pytest.raises(InvalidValue, match=words):
        attrs.evolve(HAPPY, **change)  # type: ignore[arg-type]


def test_scales() -> None:
    """Two points at least, words only where there is a point, whole numbers only; equal scales are one."""
    with pytest.raises(InvalidValue, match="high must lie above low"):
        Scale(low=3, high=3)
    with pytest.raises(InvalidValue, match=r"anchors must stand at points from 1 to 5 \(got 0\)"):
        Scale(low=1, high=5, anchors={0: "none"})
    assert [FIVE.holds(score) for score in (1, 5, 0, 6, 2.5, True, "3")] == [True, True] + [False] * 5
    assert len({FIVE, Scale(low=1, high=5, anchors={1: "very dissatisfied", 5: "very satisfied"})}) == 1


@given(low=st.integers(-5, 5), length=st.integers(1, 10), step=st.integers(0, 10))
def test_reversing_twice_is_nothing(low: int, length: int, step: int) -> None:
    """A mirror image stays on the scale and comes back."""
    scale = Scale(low=low, high=low + length)
    score = low + step % (length + 1)
    assert scale.holds(scale.reverse(score))
    assert scale.reverse(scale.reverse(score)) == score


@pytest.mark.parametrize(
    ("change", "value", "satisfied"),
    [
        ({}, 4, True),
        ({"score": 3}, 3, False),
        ({"question": HARD, "score": 5}, 1, None),
        ({"score": None, "text": "well"}, None, None),
        ({"question": WHY, "score": None, "text": "kind people"}, None, None),
    ],
)
def test_what_an_answer_counts(change: dict[str, object], value: int | None, *, satisfied: bool | None) -> None:
    """A reversed score is turned round; only satisfaction says satisfied; words count nothing."""
    given_answer = answer(**change)
    assert (given_answer.value, given_answer.satisfied) == (value, satisfied)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"score": 6}, r"score must be 1 to 5 \(got 6 for 'happy'\)"),
        ({"score": True}, r"score must be a whole number or None \(got True\)"),
        ({"question": WHY}, r"score must be left out for text \(got 4 for 'why'\)"),
        ({"score": None, "text": " "}, "score must be given where there is no text"),
        ({"invited_at": at(2)}, "invited_at must not come after the answer"),
        ({"customer": ""}, "customer must be a text"),
    ],
)
def test_answers_that_cannot_be(change: dict[str, object], words: str) -> None:
    """Off the scale, silent, before the invitation, from nobody in particular."""
    with pytest.raises(InvalidValue, match=words):
        answer(**change)


def test_an_anonymous_answer_has_no_customer() -> None:
    """None is allowed, and such an answer belongs to no invitation."""
    asked = Invitation(survey=ID, customer=K1, at=at(0))
    assert unanswered([asked], [answer(customer=None)]) == (asked,)


def test_an_answer_belongs_to_one_invitation() -> None:
    """To the one that it names, else to the last before it; another survey's answer to none."""
    first, second = (Invitation(survey=ID, customer=K1, at=at(hour)) for hour in (0, 5))
    other = Invitation(survey=ID, customer=CustomerId("K-2"), at=at(0))
    asked = (second, other, first)
    assert unanswered(asked, []) == asked
    assert unanswered(asked, [answer(answered_at=at(4))]) == (second, other)
    assert unanswered(asked, [answer(answered_at=at(5))]) == (other, first)
    assert unanswered(asked, [answer(answered_at=at(6), invited_at=at(0))]) == (second, other)
    assert unanswered(asked, [answer(survey=SurveyId("2026-Q1"), answered_at=at(6))]) == asked
    assert unanswered([second], [answer(answered_at=at(4))]) == (second,)


def test_perceived_quality_has_its_22_items() -> None:
    """4, 5, 4, 4 and 5 items (Parasuraman, Zeithaml and Berry, 1988), in both kinds and both languages."""
    seven = Scale(low=1, high=7)
    asked = [*quality_questions(kind="expectation", scale=seven), *quality_questions(kind="perception", scale=seven)]
    perceived = [question.dimension for question in asked if question.kind is QuestionKind.PERCEPTION]
    assert Counter(perceived) == dict(zip(Dimension, (4, 5, 4, 4, 5), strict=True))
    for words in ("key", "text", "chinese"):
        assert len({getattr(question, words) for question in asked}) == 44
    assert all(question.asked("zh") == question.chinese != question.asked() for question in asked)
    Survey(history=[event.Designed(at=T0, by="M", id=ID, name="x", method="questionnaire", questions=asked)])
    with pytest.raises(InvalidValue, match="kind must be 'expectation' or 'perception'"):
        quality_questions(kind="csat", scale=seven)  # type: ignore[arg-type]


def test_a_question_without_chinese_is_asked_as_it_is() -> None:
    """Its own words are better than none."""
    assert (HAPPY.asked("zh"), HARD.asked("zh")) == (HAPPY.text, "很费劲。")


def test_bad_designs_are_refused() -> None:
    """No question, two of one key, nobody told."""
    with pytest.raises(InvalidValue, match="questions must hold at least one"):
        attrs.evolve(DESIGNED, questions=())
    with pytest.raises(InvalidValue, match=r"questions must differ in name \(got 'why' twice\)"):
        attrs.evolve(DESIGNED, questions=(WHY, WHY))
    with pytest.raises(InvalidValue, match="departments must hold at least one"):
        event.FedBack(at=T0, by="D-1", departments=())


@pytest.mark.parametrize("kind", [SurveyStatus, SurveyMethod, QuestionKind, Dimension, Cadence])
def test_all_labels_are_there(kind: type[SurveyStatus]) -> None:
    """Every member has a Chinese label of its own."""
    labels = [member.label("zh") for member in kind]
    assert all(label and not label.isascii() for label in labels)
    assert len(set(labels)) == len(labels)
