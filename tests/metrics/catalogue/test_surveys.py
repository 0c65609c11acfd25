"""Survey KPIs count people, each once, and answers to questions of their own kind and scale."""

import datetime as dt
import random
from typing import Any

import pytest

from servqual.errors import InvalidValue
from servqual.metrics import KPIS, Kpi, measure
from servqual.model import Answer, CustomerId, Invitation, Question, Scale, SurveyId

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
Q2 = SurveyId("Q2")
FIVE, TEN = Scale(low=1, high=5), Scale(low=0, high=10)
CONTENT = Question(key="content", kind="csat", text="Content?", scale=FIVE, satisfied_from=4)
RECOMMEND = Question(key="recommend", kind="nps", text="Recommend?", scale=TEN)
CSAT = KPIS["csat"].with_(scale=(1, 5), satisfied_from=4)


def answer(question: Question, who: str | None, score: int, **facts: Any) -> Answer:
    """An answer at nine to an invitation at nine."""
    told: dict[str, Any] = {"invited_at": NINE, "answered_at": NINE, **facts}
    return Answer(survey=Q2, question=question, customer=CustomerId(who) if who else None, score=score, **told)


def invited(who: str, day: int = 0) -> Invitation:
    """An invitation so many days later."""
    return Invitation(survey=Q2, customer=CustomerId(who), at=NINE + day * DAY)


def rate(*rows: tuple[Any, ...], **options: Any) -> tuple[float | None, int]:
    """The response rate of rows of customer, day of invitation, and day of answer."""
    who, asked, told = zip(*rows, strict=True)
    moments = [[None if day is None else NINE + day * DAY for day in days] for days in (asked, told)]
    table = {"customer_id": list(who), "invited_at": moments[0], "answered_at": moments[1]}
    found = measure(["survey_response_rate"], {"answers": table}, **options).one()
    return found.value, found.n


# --- who was asked, and who answered ---------------------------------------------------------------------------------


def test_a_person_counts_once_however_many_questions_there_are() -> None:
    """Of four people asked one answered three questions: a quarter, also with the invitation of who answered."""
    questions = [Question(key=key, kind="csat", text="?", scale=FIVE, satisfied_from=4) for key in ("a", "b", "c")]
    answers = [answer(question, "K-1", 5) for question in questions]
    silent = [invited(f"K-{number}") for number in (2, 3, 4)]
    for lists in ([answers, silent], [answers, [invited("K-1"), *silent]], [silent, answers]):
        found = measure(["survey_response_rate"], {"answers": lists}).one()
        assert (found.value, found.n) == (0.25, 4)
    by = measure(["survey_response_rate"], {"answers": [answers, silent]}, by=["survey", "customer_id"])
    assert [(m.group["customer_id"], m.value) for m in by] == [("K-1", 1), ("K-2", 0), ("K-3", 0), ("K-4", 0)]


@pytest.mark.parametrize(
    ("rows", "value", "n"),
    [
        ([("a", 0, 1), ("a", 0, None)], 1, 1),  # an invitation beside the answer to it
        ([("a", 0, 1), ("a", 30, None)], 0.5, 2),  # a later invitation counts again
        ([("a", 0, None), ("a", None, 2), ("a", 30, None)], 0.5, 2),  # belongs to the last invitation before
        ([("a", None, 2), ("a", None, 3)], 1, 1),  # nobody invited, but asked all the same
        ([("a", None, 2), ("a", 3, None)], 0.5, 2),  # an answer before the invitation is none to it
        ([("a", None, 3), ("a", 3, None)], 1, 1),  # at the same moment it is
        ([("a", None, None), ("b", 0, None)], 0, 1),  # neither asked nor answered
        ([(None, 0, 1), (None, 0, None), (None, 0, 1)], 2 / 3, 3),  # each row without a name is a person
        ([(None, None, 1), ("a", 0, None)], 0, 1),  # not known who was asked: refused
        ([("a", 0, 60), ("b", 0, 1), ("b", 60, 61)], 0.5, 2),  # what lies after now has not happened
    ],
)
def test_who_was_asked_and_who_answered(rows: list[tuple[Any, ...]], value: float, n: int) -> None:
    """By the rows of each customer, in any order."""
    for seed in range(3):
        mixed = random.Random(seed).sample(rows, len(rows))  # noqa: S311  (a shuffle that can be told again)
        assert rate(*mixed, now=NINE + 45 * DAY) == (value, n)


def test_an_answer_of_nobody_in_particular_is_refused_with_the_reason() -> None:
    """An anonymous survey says how many answered, not who of those invited."""
    found = measure(
        ["survey_response_rate"], {"answers": [[answer(CONTENT, None, 5, invited_at=None)], [invited("K-1")]]}
    )
    assert (found.one().value, found.one().n) == (0, 1)
    [refusal] = found.rows["answers"].refusals
    assert str(refusal).startswith("row 0: customer_id is missing, and so is invited_at: it is not known who was asked")


def test_only_people_asked_in_the_period_count() -> None:
    """Dated by their invitation."""
    rows = [("a", 0, 1), ("a", 30, 31), ("b", 30, None)]
    assert rate(*rows, period=(NINE, NINE + DAY)) == (1, 1)
    assert rate(*rows, period=(NINE + DAY, NINE + 40 * DAY)) == (0.5, 2)


def test_a_row_that_decides_the_rate_of_a_period_is_used_and_one_that_lies_in_none_is_refused() -> None:
    """The answer of K-1 has no invited_at and belongs to its invitation; nobody invited K-3, who is in no period."""
    moments: list[list[dt.datetime | None]] = [[NINE, None, NINE, None], [None, NINE + DAY, None, NINE + DAY]]
    table = {"customer_id": ["K-1", "K-1", "K-2", "K-3"], "invited_at": moments[0], "answered_at": moments[1]}
    found = measure(["survey_response_rate"], {"answers": table}, period=(NINE, NINE + DAY))
    rows = found.rows["answers"]
    assert (found.one().value, found.one().n, rows.used, rows.refused) == (0.5, 2, 3, 1)
    assert [(each.row, each.column) for each in rows.refusals] == [(3, "invited_at")]


# --- questions of a kind, on a scale ---------------------------------------------------------------------------------


def both() -> list[Answer]:
    """Two customers who are content and one who is not; two would recommend us."""
    scores = [(5, 10), (5, 9), (2, 3)]
    told = [
        (question, f"K-{i}", s)
        for i, pair in enumerate(scores)
        for question, s in zip((CONTENT, RECOMMEND), pair, strict=True)
    ]
    return [answer(*each) for each in told]


def test_a_satisfied_customer_is_no_detractor() -> None:
    """Each KPI counts the questions of its kind; the others are left out without a refusal."""
    found = measure(["nps", CSAT, KPIS["csat_mean"].with_(scale=(1, 5))], {"answers": both()})
    assert {m.kpi: (m.value, m.n) for m in found} == {
        "nps": (pytest.approx(100 / 3), 3),
        "csat": (pytest.approx(2 / 3), 3),
        "csat_mean": (4, 3),
    }
    assert not found.rows["answers"].refusals


def test_a_table_tells_the_kind_in_a_column_of_its_own_words() -> None:
    """Which `kinds` names; a row that does not tell counts for nothing, and no column at all as before."""
    answers: dict[str, list[Any]] = {"score": [10, 5, 9], "question_kind": ["promoter", "smile", None]}
    nps = KPIS["nps"].with_(kinds=("promoter",))
    assert measure([nps], {"answers": answers}).one().n == 1
    assert measure(["nps"], {"answers": {"score": [10, 5, 9]}}).one().n == 3
    with pytest.raises(InvalidValue, match="kinds must name values of question_kind"):
        measure([nps.with_(kinds=())], {"answers": answers})


@pytest.mark.parametrize(
    "kpi",
    [
        CSAT,
        KPIS["csat_mean"].with_(scale=(1, 5)),
        KPIS["satisfaction_index"].with_(scale=(1, 5)),
        KPIS["nps"],
        KPIS["ces"],
        KPIS["ces_easy_share"],
        KPIS["ces_effort"],
        KPIS["servperf"],
        KPIS["servqual_item_gap"],
    ],
    ids=lambda kpi: kpi.key,
)
def test_a_score_on_another_scale_is_refused(kpi: Kpi) -> None:
    """A 4 of 10 is no 4 of 5, though both scales hold it."""
    low, high = kpi.params.get("scale", {"nps": (0, 10), "ces_easy_share": (1, 7)}.get(kpi.key))
    [kind, *_] = kpi.params["kinds"]
    table = {
        "score": [4, 4, 4], "expected": [4, 4, 4], "question_kind": [kind] * 3,
        "scale_low": [low, low, None], "scale_high": [high, high + 1, None],
    }  # fmt: skip
    found = measure([kpi], {"answers": table})
    assert found.one().n == 1
    reason = f"was not given on the scale {low} to {high}"
    assert [(r.row, r.column, r.reason) for r in found.rows["answers"].refusals] == [(1, "score", reason)]


def test_a_score_between_two_points_is_no_recommendation() -> None:
    """A 6.5 is neither a detractor's 0 to 6 nor a passive's 7: it is off the scale, and said to be."""
    found = measure(["nps"], {"answers": {"score": [6.5, 8.5, 9, 6, 10]}})
    assert found.one().value == pytest.approx(100 / 3)
    assert (found.one().n, found.one().unread) == (3, 2)
    assert {r.reason for r in found.rows["answers"].refusals} == {"must be a whole number on the scale 0 to 10"}
    told = [str(w) for w in found.one().warnings if w.code == "scores.off_scale"]
    assert told == ["2 scores off the scale of their question"]


def test_satisfaction_on_two_scales_is_not_mixed() -> None:
    """From objects, which know their scale."""
    ten = Question(key="ten", kind="csat", text="Content?", scale=Scale(low=1, high=10), satisfied_from=8)
    found = measure([CSAT], {"answers": [answer(CONTENT, "K-1", 5), answer(ten, "K-2", 5)]})
    assert (found.one().value, found.one().n, found.rows["answers"].refused) == (1, 1, 1)


def test_the_same_answer_twice_counts_once() -> None:
    """A list that holds an export and its repetition."""
    found = measure([CSAT, "nps"], {"answers": [*both(), *both()]})
    assert [m.n for m in found] == [3, 3]
    assert found.rows["answers"].refused == 6
