"""A journey knows where it takes time, where nobody asks, and where it hurts."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.model import Journey, Touchpoint

PURCHASE = Journey(
    name="purchase",
    touchpoints=[
        Touchpoint(name="shop", stage="contact", channel="web", feedback=["rating"]),
        Touchpoint(name="chat", stage="contact", after=()),
        Touchpoint(name="order", stage="delivery", after=["shop", "chat"]),
        Touchpoint(name="hotline", stage="after-sales", channel="phone", feedback=["survey"]),
    ],
)
NAMES = [point.name for point in PURCHASE.touchpoints]


def test_the_map_and_its_stages() -> None:
    """Edges, stages in order, and a box for each in the picture."""
    assert PURCHASE.edges == (("shop", "order"), ("chat", "order"), ("order", "hotline"))
    assert {name: len(points) for name, points in PURCHASE.stages.items()} == {
        "contact": 2,
        "delivery": 1,
        "after-sales": 1,
    }
    assert PURCHASE.diagram().splitlines()[:4] == [
        "flowchart LR",
        '    subgraph g1 ["contact"]',
        '        s1["shop (web)"]',
        '        s2["chat"]',
    ]
    assert [point.name for point in PURCHASE.unasked] == ["chat", "order"]


def test_coverage_of_the_whole_and_of_a_stage() -> None:
    """Counts at each touchpoint; what belongs to none of them was heard elsewhere."""
    heard = ["shop", "shop", "hotline", None, "street"]
    whole = PURCHASE.coverage(heard)
    assert (whole.share, whole.silent, whole.elsewhere) == (0.5, ("chat", "order"), 2)
    assert dict(whole.heard) == {"shop": 2, "chat": 0, "order": 0, "hotline": 1}
    contact = PURCHASE.coverage(heard, stage="contact")
    assert (contact.share, contact.elsewhere) == (0.5, 3)
    with pytest.raises(InvalidValue, match=r"stage must be one of contact, delivery, after-sales .* mean contact"):
        PURCHASE.coverage([], stage="contacts")


@given(st.lists(st.sampled_from([*NAMES, "street", None])))
def test_nothing_that_was_heard_is_lost(heard: list[str | None]) -> None:
    """Counts and the rest add up, and the share lies between 0 and 1."""
    found = PURCHASE.coverage(heard)
    assert sum(found.heard.values()) + found.elsewhere == len(heard)
    assert found.share == len(set(heard) & set(NAMES)) / len(NAMES)


def test_where_the_time_goes() -> None:
    """The longest touchpoint, the first of two, and none where no time passed."""
    hour = dt.timedelta(hours=1)
    slow = PURCHASE.bottleneck({"order": 2 * hour, "hotline": 2 * hour, "shop": hour})
    assert slow is not None
    assert slow.name == "order"
    assert PURCHASE.bottleneck({}) is None
    with pytest.raises(InvalidValue, match=r"touchpoint must be one of .* did you mean shop"):
        PURCHASE.bottleneck({"shopp": hour})


def test_where_it_hurts() -> None:
    """Touchpoints below the line, the worst first; the line itself is no pain."""
    scores = {"shop": 3.0, "order": 1.5, "hotline": 2.0}
    assert [point.name for point in PURCHASE.pain_points(scores, below=3.0)] == ["order", "hotline"]
    with pytest.raises(InvalidValue, match="touchpoint must be one of"):
        PURCHASE.pain_points({"street": 1}, below=3)


def test_impossible_journeys_are_refused() -> None:
    """No touchpoint, circles, a stage without a name."""
    with pytest.raises(InvalidValue, match="at least one"):
        Journey(name="x", touchpoints=[])
    with pytest.raises(InvalidValue, match="circle"):
        Journey(name="x", touchpoints=[Touchpoint(name="a", stage="s", after=["a"])])
    with pytest.raises(InvalidValue, match="stage must be a text"):
        Touchpoint(name="a", stage="")
