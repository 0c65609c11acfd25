"""A blueprint knows its lanes, and what crosses from one to another."""

import pytest

from servqual.errors import InvalidValue
from servqual.model import Blueprint, BlueprintStep, Lane, Line, Role

REPAIR = Blueprint(
    name="repair",
    steps=[
        BlueprintStep(name="report", lane=Lane.CUSTOMER),
        BlueprintStep(name="take in", lane=Lane.FRONT_STAGE, role=Role.AGENT),
        BlueprintStep(name="look up history", lane=Lane.SUPPORT),
        BlueprintStep(name="mend", lane=Lane.BACK_STAGE, role=Role.TECH_SUPPORT, after=["take in", "look up history"]),
        BlueprintStep(name="tell", lane=Lane.FRONT_STAGE, role=Role.AGENT),
        BlueprintStep(name="ask for the bill", lane=Lane.CUSTOMER, after=["report"]),
        BlueprintStep(name="confirm", lane=Lane.CUSTOMER, after=["tell", "ask for the bill"]),
    ],
)


@pytest.mark.parametrize(
    ("line", "edges"),
    [
        (Line.INTERACTION, {("report", "take in"), ("tell", "confirm")}),
        # a way from the front stage straight to support crosses both lines between them
        (Line.VISIBILITY, {("take in", "look up history"), ("take in", "mend"), ("mend", "tell")}),
        (Line.INTERNAL_INTERACTION, {("take in", "look up history"), ("look up history", "mend")}),
    ],
)
def test_what_crosses_each_line(line: Line, edges: set[tuple[str, str]]) -> None:
    """In either direction, and over several lanes at once."""
    assert set(REPAIR.crossings(line)) == edges


def test_who_does_what() -> None:
    """Steps by lane, in order; an empty lane is there and empty."""
    assert [step.name for step in REPAIR.lanes[Lane.FRONT_STAGE]] == ["take in", "tell"]
    alone = Blueprint(name="alone", steps=[BlueprintStep(name="wait", lane="customer")])
    assert alone.lanes[Lane.SUPPORT] == ()


def test_what_nobody_answers() -> None:
    """A customer's step that leads only to the customer's next one; the end of the service is no such step."""
    assert [step.name for step in REPAIR.unanswered] == ["ask for the bill"]


def test_the_picture_has_a_box_for_each_lane_in_use() -> None:
    """In the language asked for."""
    lines = REPAIR.diagram("zh").splitlines()
    assert [line.strip() for line in lines if "subgraph" in line] == [
        'subgraph g1 ["顾客"]',
        'subgraph g2 ["前台"]',
        'subgraph g3 ["后台"]',
        'subgraph g4 ["支持"]',
    ]
    assert sum("-->" in line for line in lines) == len(REPAIR.edges) == 8
    assert '        s4["take in (front-line agent)"]' in REPAIR.diagram().splitlines()


def test_bad_input_is_refused() -> None:
    """Unknown lanes, lines and steps, and two steps of a name."""
    with pytest.raises(InvalidValue, match=r"lane must be one of .* did you mean front_stage"):
        BlueprintStep(name="a", lane="frontstage")
    with pytest.raises(InvalidValue, match="line must be one of"):
        REPAIR.crossings("visible")  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="steps must differ in name"):
        Blueprint(name="x", steps=[BlueprintStep(name="a", lane="customer")] * 2)


@pytest.mark.parametrize("kind", [Lane, Line])
def test_all_labels_are_there(kind: type[Lane]) -> None:
    """Every member has a Chinese label of its own."""
    labels = [member.label("zh") for member in kind]
    assert all(label and not label.isascii() for label in labels)
    assert len(set(labels)) == len(labels)
