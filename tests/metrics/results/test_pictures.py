"""Pictures of measures: what is drawn where, in which unit, and what no picture can show."""

from typing import Any

import numpy as np
import pytest

from servqual.errors import InvalidValue
from servqual.metrics import Measures, measure, pareto

WEEKS = np.array(["2026-05-04", "2026-05-11", "2026-05-18"], "datetime64[us]")


def waits(by: list[str], teams: int = 2, rows: int = 240) -> Measures:
    """Waiting times of some teams over three weeks."""
    contacts: dict[str, Any] = {
        "queued_at": WEEKS[np.arange(rows) % 3],
        "team": [f"team {place % teams}" for place in range(rows)],
        "wait_s": 60 * (1 + np.arange(rows) % 7),
        "abandoned": np.arange(rows) % 4 == 0,
    }
    return measure(["asa", "abandonment_rate"], {"interactions": contacts}, by=by)


def test_a_line_a_group_over_the_period() -> None:
    """Each value of the table is a point, in the unit of the axis, with a band around it."""
    found = waits(["team", "week"])
    axes = found.plot("asa")
    assert (axes.get_title(), axes.get_ylabel()) == ("Average speed of answer", "min")
    drawn = {str(line.get_label()): line.get_ydata() for line in axes.get_lines()}
    for team in ("team 0", "team 1"):
        values = [m.value for m in found.of("asa") if m.group["team"] == team]
        assert np.asarray(drawn[team]).tolist() == pytest.approx([value / 60 for value in values if value is not None])
    assert len(axes.collections) >= 2


def test_a_row_a_group_without_a_period() -> None:
    """Shares are in per cent, and the note has value and n."""
    axes = waits(["team"]).plot("abandonment_rate")
    assert [label.get_text() for label in axes.get_yticklabels()] == ["team 0", "team 1"]
    assert [text.get_text() for text in axes.texts] == ["50 %, n 120", "0 %, n 120"]
    assert axes.get_ylabel() == "%"
    assert waits([]).plot("asa").get_yticklabels()[0].get_text().lower().startswith("average speed")


@pytest.mark.parametrize(
    ("found", "kpi", "words"),
    [
        (waits(["team"]), None, "kpi must be named where several were measured"),
        (waits(["day", "week"]), "asa", "hold one period"),
        (waits(["team", "week"], teams=13), "asa", "at most 12 groups"),
        (waits(["team"], teams=61, rows=2000), "asa", "at most 60 groups"),
        (measure(["asa"], {"interactions": {"queued_at": WEEKS[:0], "wait_s": []}}, by=["week"]), "asa", "a group"),
    ],
)
def test_what_no_picture_can_show(found: Measures, kpi: str | None, words: str) -> None:
    """It is refused, with the way out."""
    with pytest.raises(InvalidValue, match=words):
        found.plot(kpi)


def test_light_categories_are_drawn_as_one() -> None:
    """Thirty bars, of which the last holds the rest."""
    ranked = pareto({f"category {place}": 100 - place for place in range(40)} | {("a", None): 200})
    axes = ranked.plot()
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert len(names) == 30
    assert (names[0], names[-1]) == ("a, none", "12 others")
    widths = [patch.get_width() for patch in axes.patches]  # type: ignore[attr-defined]
    assert sum(widths) == pytest.approx(1)
