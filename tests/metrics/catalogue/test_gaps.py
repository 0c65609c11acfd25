"""Gaps between what is perceived and what is expected: by item, by dimension, and weighted by each respondent."""

import datetime as dt
import random
import statistics
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from servqual.errors import InvalidValue, MissingColumn
from servqual.metrics import KPIS, Measures, Tally, measure, tally
from servqual.model import Indicator
from servqual.model.standards.indicator import SmartCriterion
from servqual.testing import kpis as slow

START = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
KEYED = [
    KPIS["servqual_dimension_gap"],
    KPIS["servqual_unweighted"].with_(dimensions=2),
    KPIS["servqual_weighted"],
]
ASKED = [KPIS["servqual_item_gap"], *KEYED]
Row = dict[str, Any]
NAMES = ("customer_id", "survey", "dimension", "question", "points", "answered_at", "score", "expected")

scores = st.none() | st.integers(0, 8) | st.sampled_from([2.25, 6.5])
shares = st.sampled_from([(100, 0), (60, 40), (50, 50), (33.3, 66.7), (70, 20), (None, 100), (-1, 101), (30, None)])


@st.composite
def responses(draw: st.DrawFn) -> list[Row]:
    """Respondents with two dimensions of up to three items, points that may not be shared out, and a slip or two."""
    out: list[Row] = []
    for customer in draw(st.lists(st.sampled_from(["ann", "bob", "cy", "dee", None]), max_size=6, unique=True)):
        for survey in draw(st.lists(st.sampled_from(["spring", "autumn", None]), max_size=2, unique=True)):
            points, day = draw(shares), draw(st.integers(0, 40))
            for dimension, share in zip(("reliability", "empathy"), points, strict=True):
                for question in range(draw(st.integers(0, 3))):
                    row = {
                        "customer_id": customer,
                        "survey": survey,
                        "dimension": draw(st.sampled_from([*[dimension] * 9, None])),
                        "question": f"{dimension} {question}",
                        "points": draw(st.sampled_from([*[share] * 9, None, 50])),
                        "answered_at": START + (day + draw(st.integers(0, 1))) * DAY,
                        "score": draw(scores),
                        "expected": draw(scores),
                    }
                    out.append(row)
    return out


def table(rows: list[Row]) -> dict[str, dict[str, list[Any]]]:
    """The rows as columns."""
    return {"answers": {name: [row[name] for row in rows] for name in NAMES}}


def told(m: Any) -> tuple[Any, ...]:
    """What a twin tells."""
    return m.value, m.n, m.undecided


@given(responses())
def test_gaps_equal_their_slow_twins_in_all_and_by_dimension(rows: list[Row]) -> None:
    """With items that were left out, scores off the scale, and points that do not add up."""
    found = measure(ASKED, table(rows))
    for kpi in ASKED:
        assert told(found.get(kpi.key)) == pytest.approx(tuple(slow.measure(kpi, rows))), kpi.key
    by = measure(ASKED[:2], table(rows), by=["dimension"])
    for dimension in {row["dimension"] for row in rows}:
        mine = [row for row in rows if row["dimension"] == dimension]
        for kpi in ASKED[:2]:
            assert told(by.get(kpi.key, dimension=dimension)) == pytest.approx(tuple(slow.measure(kpi, mine)))


@given(responses(), st.integers(0, 999))
def test_no_order_and_no_split_between_customers_makes_a_difference(rows: list[Row], seed: int) -> None:
    """Also by month, where a respondent who answers on two days counts in the month of the first."""

    def part(some: list[Row]) -> Tally:
        return tally(ASKED, table(some), by=["month", "dimension"])

    rng = random.Random(seed)  # noqa: S311  (a shuffle that can be told again)
    side = {customer: rng.random() < 0.5 for customer in ("ann", "bob", "cy", "dee", None)}
    mixed = rng.sample(rows, len(rows))
    first, second = (part([row for row in mixed if side[row["customer_id"]] == which]) for which in (True, False))
    assert (Tally.from_bytes(second.to_bytes(), kpis=ASKED) + first).to_bytes() == part(rows).to_bytes()


def answers(*rows: tuple[Any, ...], names: str = "customer_id dimension points score expected") -> dict[str, Any]:
    """A table of answers, a tuple a row."""
    return {"answers": dict(zip(names.split(), map(list, zip(*rows, strict=True)), strict=True))}


SHARED = answers(
    ("ann", "reliability", 90, 5, 7),
    ("ann", "empathy", 10, 7, 5),
    ("bob", "reliability", 10, 7, 7),
    ("bob", "empathy", 90, 4, 6),
)


def test_each_respondent_weighs_by_own_points() -> None:
    """Ann minds reliability and finds it wanting, Bob empathy: means of points times means of gaps would say −0.5."""
    found = measure(KEYED, SHARED)
    assert found.get("servqual_weighted").value == pytest.approx(((0.9 * -2 + 0.1 * 2) + (0.1 * 0 + 0.9 * -2)) / 2)
    assert found.get("servqual_unweighted").value == pytest.approx(-0.5)


def test_the_interval_is_students_over_respondents() -> None:
    """Not over items, of which each respondent has many."""
    gaps = {"ann": -2, "bob": -1, "cy": 0, "dee": -3}
    rows = [(who, "reliability", 100, 4 + gap, 4) for who, gap in gaps.items() for _ in range(5)]
    found = measure([KPIS["servqual_dimension_gap"]], answers(*rows)).one()
    half = stats.t.ppf(0.975, 3) * statistics.stdev(gaps.values()) / 2
    assert (found.value, found.low, found.high) == pytest.approx((-1.5, -1.5 - half, -1.5 + half))
    assert (found.n, found.unit) == (4, "gap")


def one_each(**options: Any) -> Measures:
    """One respondent with two items on the last day of May and the first of June."""
    may, june = START + 30 * DAY, START + 31 * DAY
    rows = [("ann", "reliability", june, 7, 6), ("ann", "reliability", may, 4, 6)]
    data = answers(*rows, names="customer_id dimension answered_at score expected")
    return measure([KPIS["servqual_dimension_gap"]], data, **options)


def test_a_respondent_counts_once_where_the_first_answer_is() -> None:
    """By month, and in a period."""
    assert [(m.group["month"], m.value, m.n) for m in one_each(by=["month"])] == [
        (dt.date(2026, 5, 1), -0.5, 1),
        (dt.date(2026, 6, 1), None, 0),
    ]
    assert one_each(period=(START, START + 31 * DAY)).one().value == -0.5
    assert one_each(period=(START + 31 * DAY, START + 60 * DAY)).one().n == 0


def test_points_that_were_not_shared_out_are_refused_with_the_reason() -> None:
    """Two numbers for one dimension, too few points, and no points at all, which is no answer."""
    data = answers(
        ("ann", "reliability", 60, 5, 7),
        ("ann", "reliability", 50, 5, 7),
        ("ann", "empathy", 40, 5, 7),
        ("bob", "reliability", 60, 5, 7),
        ("bob", "empathy", 30, 5, 7),
        ("cy", "empathy", 101, 5, 7),
        ("dee", "empathy", None, 5, 7),
        ("eve", "empathy", 100, 5, 6),
        (None, "empathy", 100, 5, 6),
    )
    found = measure(["servqual_weighted"], data)
    assert (found.one().value, found.one().n) == (-1, 1)
    rows = found.rows["answers"]
    assert (rows.read, rows.used) == (9, 3)
    assert [str(refusal) for refusal in rows.refusals] == [
        "row 0: points must be the same in all rows of a respondent's dimension (got '60.0')",
        "row 1: points must be the same in all rows of a respondent's dimension (got '50.0')",
        "row 3: points must add up to 100 over the dimensions of a respondent (got '60.0')",
        "row 4: points must add up to 100 over the dimensions of a respondent (got '30.0')",
        "row 5: points must be points of 0 to 100 (got '101.0')",
        "row 8: customer_id is missing (got 'None')",
    ]


def test_what_a_gap_needs_is_named() -> None:
    """A respondent, a dimension, two scores on the scale, and how many dimensions there are."""
    with pytest.raises(MissingColumn, match="servqual_dimension_gap needs the column 'dimension' of answers"):
        measure(["servqual_dimension_gap"], answers(("ann", 5, 7), names="customer_id score expected"))
    with pytest.raises(InvalidValue, match=r"dimensions must be a whole number of 1 or more \(got 0\)"):
        measure([KPIS["servqual_unweighted"].with_(dimensions=0)], SHARED)
    with pytest.raises(InvalidValue, match="scale must be its two ends"):
        measure(["service_adequacy"], answers((5, 4), names="score minimum"))
    off = measure(["servqual_item_gap"], answers((5, 8), (9, 4), (7, 1), names="score expected"))
    assert [str(refusal) for refusal in off.rows["answers"].refusals] == [
        "row 0: expected must lie on the scale 1 to 7 (got '8.0')",
        "row 1: score must lie on the scale 1 to 7 (got '9.0')",
    ]
    assert off.one().value == 6


def test_a_gap_below_zero_is_a_goal_that_can_be_reached() -> None:
    """Where any other score would have to be 0 or more."""
    goal = Indicator(name="close the gap", kpi="servqual_weighted", goal=-0.5)
    assert SmartCriterion.ACHIEVABLE not in goal.smart_gaps(KPIS)
    [row] = measure(["servqual_weighted"], SHARED).against([goal])
    assert (row.met, row.verdict) == (False, "unclear")


def test_scores_too_high_and_too_low_are_two_things() -> None:
    """A bias of nothing may hide a large deviation."""
    data = {"qa_scores": {"score": [90, 70], "master_score": [80, 80]}}
    kpis = [KPIS[key].with_(scale=(0, 100)) for key in ("calibration_deviation", "calibration_bias")]
    assert [m.value for m in measure(kpis, data)] == [10, 0]
