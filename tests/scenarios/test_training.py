"""Stories of training: who needs it, and what it changed."""

import datetime as dt

import pytest

from servqual.metrics import KPIS, changes, measure

MAY = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def test_the_effect_of_a_training_is_seen_in_tests_and_at_work() -> None:
    """TR-08, partly: who passed, who scored higher afterwards, and how the trained work compared with the others.

    Of four people three passed, two of the three with both scores improved. At work the trained keep 36 of 40 items
    instead of 24, the others 24 both times: by 0.3, and by nothing.
    """
    trainings = {
        "completed_at": [MAY] * 4,
        "passed": [True, True, False, True],
        "score_before": [60, 70, 80, 50],
        "score_after": [80, 70, 85, None],
    }
    found = measure(["training_pass_rate", "training_improved_rate"], {"trainings": trainings}, now=MAY + DAY)
    assert [(m.value, m.n) for m in found] == [(0.75, 4), (2 / 3, 3)]

    def observed(trained: int, others: int) -> dict[str, list[object]]:
        group: list[object] = [*["trained"] * 40, *["others"] * 40]
        met: list[object] = [*[1] * trained, *[0] * (40 - trained), *[1] * others, *[0] * (40 - others)]
        return {
            "evaluated_at": [MAY] * 80,
            "group": group,
            "met": met,
            "applicable": [1] * 80,
        }

    before, after = (
        measure([KPIS["qa_score"]], {"qa_scores": observed(*kept)}, by=["group"], now=MAY + 60 * DAY)
        for kept in ((24, 24), (36, 24))
    )
    effect = {row.group["group"]: row for row in changes(before, after, "qa_score")}
    assert {name: (row.gap.value if row.gap else None, row.verdict) for name, row in effect.items()} == {
        "trained": (pytest.approx(0.3), "better"),
        "others": (0, "unclear"),
    }


def test_skills_below_what_the_post_requires_are_the_need_of_training() -> None:
    """TR-13, partly: where the assessed level lies below the required one, by skill; not assessed is not enough to say.

    Two of three lack listening, one of three law, and nobody products.
    """
    skills = {
        "assessed_at": [MAY] * 10,
        "agent": ["A-1", "A-2", "A-3"] * 3 + ["A-4"],
        "skill": ["listening"] * 3 + ["law"] * 3 + ["products"] * 3 + ["law"],
        "level": [1, 2, 3, 2, 1, 2, 5, 4, 4, None],
        "required": [3, 3, 3, 2, 2, 2, 4, 4, 4, 2],
    }
    found = measure(["training_need_rate"], {"skills": skills}, by=["skill"], now=MAY + DAY)
    assert {m.group["skill"]: (m.value, m.n) for m in found} == {
        "listening": (2 / 3, 3),
        "law": (1 / 3, 3),
        "products": (0, 3),
    }
    persons = measure(["training_need_rate"], {"skills": skills}, by=["agent"], now=MAY + DAY)
    assert {m.group["agent"] for m in persons if m.value} == {"A-1", "A-2"}
