"""What every chart can do: say what a goal may expect, and draw itself."""

import datetime as dt
from typing import Any

import numpy as np
import pytest

from servqual.errors import InvalidValue, MissingExtra
from servqual.stats import spc
from servqual.stats.spc import CAVEATS

STEADY = [39, 41, 41, 41, 43, 44, 41, 42, 40, 41, 44, 40]  # limits 36.8 and 46.0
CHART = spc.xmr(STEADY)


@pytest.mark.parametrize(
    ("goal", "better", "answer"),
    [
        (48, "lower", "always"),
        (42, "lower", "by_chance"),
        (34, "lower", "never"),
        (34, "higher", "always"),
        (42, "higher", "by_chance"),
        (48, "higher", "never"),
        (float(CHART.upper), "lower", "always"),  # on the goal is reached
        (float(CHART.upper), "higher", "by_chance"),
        (float(CHART.lower), "higher", "always"),
    ],
)
def test_goals_are_met_always_never_or_by_chance(goal: float, better: Any, answer: str) -> None:
    """The limits against the goal decide, in the better direction."""
    found = CHART.will_meet(goal, better=better)
    assert found.answer == answer
    assert f"{goal:.6g}" in found.why


def test_a_process_that_has_just_changed_promises_nothing() -> None:
    """Where the last known point signals, limits say nothing of its future; an older signal does not matter."""
    moved = spc.xmr([*STEADY, 60, 61, None], baseline=12)
    assert moved.will_meet(100, better="lower").answer == "cannot_be_judged"
    assert "beyond_limits" in moved.will_meet(100, better="lower").why
    known = spc.xmr([*STEADY, 60, 41, 40, 42], baseline=12, exclude={12: "strike"})
    assert known.will_meet(100, better="lower").answer == "always"


def test_limits_that_vary_must_all_reach_the_goal() -> None:
    """The widest limits decide over always, for sizes to come are not known."""
    chart = spc.p_chart(defectives=[100, 20, 110], sizes=[1000, 100, 1000])
    widest, narrowest = np.asarray(chart.upper).max(), np.asarray(chart.upper).min()
    assert chart.will_meet(widest, better="lower").answer == "always"
    assert chart.will_meet((widest + narrowest) / 2, better="lower").answer == "by_chance"


@pytest.mark.parametrize(("goal", "better"), [(40, "up"), (float("nan"), "lower"), (True, "lower")])
def test_other_goals_are_refused(goal: Any, better: Any) -> None:
    """A goal is a number with a better direction."""
    with pytest.raises(InvalidValue, match=r"goal|better"):
        CHART.will_meet(goal, better=better)


def test_every_caveat_has_a_text() -> None:
    """Codes are those of the table."""
    charts = [CHART, spc.c_chart([0, 1, 0]), spc.p_chart(defectives=[1200, 800, 1500], sizes=9000)]
    assert {code for chart in charts for code in chart.caveats} <= set(CAVEATS)


rng = np.random.default_rng(5)
WEEKS = [dt.date(2026, 1, 5) + dt.timedelta(weeks=week) for week in range(15)]
SHIFTED = [*STEADY, 60, 61, 60]
PICTURES: dict[str, Any] = {
    "XmR chart": spc.xmr(SHIFTED, baseline=12, exclude={5: "strike"}),
    "Moving range chart": spc.xmr(SHIFTED).ranges,
    "X̄ chart, from ranges": spc.xbar_r(rng.normal(0, 1, (15, 4))),
    "X̄ chart, from standard deviations": spc.xbar_s(rng.normal(0, 1, (15, 4))),
    "p chart": spc.p_chart(defectives=SHIFTED, sizes=[100, 90, 80] * 5),
    "np chart": spc.np_chart(defectives=SHIFTED, sizes=100),
    "c chart": spc.c_chart(SHIFTED),
    "u chart": spc.u_chart(defects=SHIFTED, sizes=[100, 90, 80] * 5),
    "Laney p′ chart": spc.laney_p(defectives=SHIFTED, sizes=[100, 90, 80] * 5),
    "Laney u′ chart": spc.laney_u(defects=SHIFTED, sizes=[100, 90, 80] * 5),
    "g chart": spc.g_chart(SHIFTED),
    "t chart": spc.t_chart(SHIFTED),
    "EWMA chart": spc.ewma([*SHIFTED[:-1], None]),
    "CUSUM chart": spc.cusum(SHIFTED, target=41, slack=1, limit=8),
    "Run chart": spc.run_chart(SHIFTED, baseline=12),
}


@pytest.mark.parametrize("title", PICTURES)
def test_every_chart_draws_itself(title: str) -> None:
    """With numbers or dates below, into axes of its own or given ones; signals are diamonds."""
    figure = pytest.importorskip("matplotlib.figure")
    chart = PICTURES[title]
    axes = chart.plot(at=WEEKS)
    assert axes.get_title() == title
    diamonds = [line for line in axes.get_lines() if line.get_marker() == "D"]
    assert sum(len(line.get_xdata()) for line in diamonds) == len({s.index for s in chart.signals})
    same = chart.plot(at=np.array(WEEKS, "datetime64[D]")).get_lines()[0].get_xdata()
    assert list(same) == list(axes.get_lines()[0].get_xdata())
    given = figure.Figure().add_subplot()
    assert chart.plot(ax=given) is given
    assert given.get_title() == title
    with pytest.raises(InvalidValue, match="at must be one moment per point"):
        chart.plot(at=WEEKS[:3])


def test_a_picture_shows_baseline_and_excluded_points() -> None:
    """The baseline is shaded where it is a part of the series, an excluded point hollow, and limits are in view."""
    pytest.importorskip("matplotlib")
    from matplotlib.colors import to_hex  # noqa: PLC0415

    axes = PICTURES["XmR chart"].plot()
    [shade] = axes.patches
    assert (shade.get_x(), shade.get_x() + shade.get_width()) == pytest.approx((0.5, 12.5))
    [hollow] = [line for line in axes.get_lines() if to_hex(line.get_markerfacecolor()) == "#ffffff"]
    assert list(hollow.get_xdata()) == [6]
    floor, ceiling = axes.get_ylim()
    assert floor < PICTURES["XmR chart"].lower
    assert ceiling > 61
    assert not spc.xmr(STEADY).plot().patches


def test_a_missing_library_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without matplotlib the error says what to install."""

    def missing(name: str) -> None:
        raise ModuleNotFoundError(f"No module named {name!r}", name="matplotlib")

    monkeypatch.setattr("servqual._checks.importlib.import_module", missing)
    with pytest.raises(MissingExtra, match=r"servqual\[plot\]"):
        CHART.plot()
