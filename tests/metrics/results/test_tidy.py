"""Tidy tables: columns are read by path, groups become columns, units come from the row or the column."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

import attrs

from servqual.metrics import measure
from servqual.metrics.results.tidy import OWN, SHOWN, Column, Columns, Tidy, always


@attrs.frozen
class Cost:
    """A part of a row that may be missing."""

    mean: float
    n: int


@attrs.frozen
class Line:
    """A row of the table."""

    team: Mapping[str, Any]
    cost: Cost | None
    unit: str = "s"

    @property
    def told_in(self) -> str:
        """Unit in which people read it."""
        return self.unit


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Lines(Tidy[Line]):
    """A result as the comparisons declare theirs."""

    _columns: ClassVar[Columns] = MappingProxyType(
        {
            "group": Column("team"),
            "mean": Column("cost.mean", OWN),
            "part": Column("cost.mean", "share"),
            "n": Column("cost.n", missing=0),
            "kind": Column(always("desk")),
            "unit": Column("unit"),
        }
    )

    def _caption(self) -> str:
        return "lines"


LINES = Lines(rows=(Line({"team": "<b>north"}, Cost(0.5, 1200)), Line({"team": None}, None)), by=("team",))


def test_columns_are_read_by_path_and_groups_by_label() -> None:
    """A missing part of the path is None, or what the column names; a function reads a whole row."""
    assert LINES.columns() == {
        "team": ["<b>north", None],
        "mean": [0.5, None],
        "part": [0.5, None],
        "n": [1200, 0],
        "kind": ["desk", "desk"],
        "unit": ["s", "s"],
    }
    assert LINES.to_csv().splitlines() == ["team,mean,part,n,kind,unit", "<b>north,0.5,0.5,1200,desk,s", ",,,0,desk,s"]


def test_numbers_are_shown_in_the_unit_of_their_row_or_column() -> None:
    """The column `unit` is not shown itself; names are escaped where they become HTML."""
    head, first, second = (line.split() for line in repr(LINES).splitlines())
    assert head == ["team", "mean", "part", "n", "kind"]
    assert first == ["<b>north", "0.5", "s", "50", "%", "1,200", "desk"]
    assert second == ["–", "–", "–", "0", "desk"]
    assert "&lt;b&gt;north" in LINES._repr_html_()


def test_a_result_is_a_sequence_of_its_rows() -> None:
    """Iteration, length, places and slices; a long one is shown in part."""
    assert (list(LINES), len(LINES), LINES[0], LINES[1:]) == (list(LINES.rows), 2, LINES.rows[0], LINES.rows[1:])
    many = attrs.evolve(LINES, rows=LINES.rows * SHOWN)
    assert repr(many).splitlines()[-1] == f"… and {SHOWN} more"
    assert len(repr(many).splitlines()) == SHOWN + 2


def test_a_table_says_that_it_is_cut() -> None:
    """In a terminal and in a notebook; one that is not cut says nothing."""
    teams = [f"t{place:03d}" for place in range(75)]
    found = measure(["volume"], {"interactions": {"queued_at": ["2026-05-04T09:00Z"] * 75, "team": teams}}, by=["team"])
    assert repr(found).splitlines()[61] == "… and 15 more"
    assert "the first 60 of 75 rows are shown" in found._repr_html_()
    few = measure(
        ["volume"], {"interactions": {"queued_at": ["2026-05-04T09:00Z"] * 60, "team": teams[:60]}}, by=["team"]
    )
    assert "are shown" not in few._repr_html_()
