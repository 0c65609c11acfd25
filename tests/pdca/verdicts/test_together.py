"""Several changes since the period before at one risk of chance, as both reports tell them."""

import datetime as dt

import pytest

from servqual.metrics import Measurement, measure
from servqual.pdca.verdicts.together import judged_together, surely_changed, why_invalid

MARCH, MAY = dt.datetime(2026, 3, 2, tzinfo=dt.UTC), dt.datetime(2026, 5, 4, tzinfo=dt.UTC)


def rate(at: dt.datetime, hits: int, n: int = 400) -> Measurement:
    """The reopening rate of some cases."""
    rows = {"received_at": [at] * n, "resolved_at": [at] * n, "reopened": [1] * hits + [0] * (n - hits)}
    return measure(["reopen_rate"], {"cases": rows}).one()


PAIRS = [(rate(MARCH, 80), rate(MAY, hits)) for hits in (40, 80, 140, 60)]


def test_each_takes_its_share_of_the_risk() -> None:
    """Four at a risk of 5 % are judged at 98.75 % each; one alone at the whole."""
    assert [verdict.confidence for verdict in judged_together(PAIRS, 0.95)] == [pytest.approx(0.9875)] * 4
    assert [verdict.confidence for verdict in judged_together(PAIRS[:1], 0.95)] == [0.95]
    assert judged_together([], 0.95) == []


@pytest.mark.parametrize(
    ("margin", "told"), [(0.2, 0.2), ({"reopen_rate": 0.2}, 0.2), ({"csat": 0.2}, None), (None, None)]
)
def test_a_margin_is_one_or_by_key(margin: object, told: float | None) -> None:
    """A key that is not among them asks for no margin."""
    [verdict] = judged_together(PAIRS[:1], 0.95, margin)  # type: ignore[arg-type]
    assert verdict.margin == told


def test_the_sure_ones_are_kept_those_that_got_worse_first() -> None:
    """Rows may be anything that has a verdict; without one, and where nobody knows, they are left out."""
    verdicts = [*judged_together(PAIRS, 0.95), None]
    kept = surely_changed(range(5), lambda place: verdicts[place])
    assert [(place, verdicts[place].decision) for place in kept] == [(2, "worse"), (0, "improved")]  # type: ignore[union-attr]


def test_what_cannot_be_compared_says_why() -> None:
    """By the caveat that makes it invalid."""
    [same, lost] = judged_together([PAIRS[0], (rate(MARCH, 80), rate(MAY, 0, n=0))], 0.95)
    assert (why_invalid(same), why_invalid(lost)) == ("", "no value after")
