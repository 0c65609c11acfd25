"""Whether a contact was abandoned, where an export tells whether it was answered."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from servqual.metrics import Measures, measure
from servqual.readers import Export, Layout

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
KPIS = ["answer_rate", "abandonment_rate", "asa"]
ANSWERED = [True, False, None, True]
WAITS = [10, 40, 5, 30]


def told(data: Any) -> Measures:
    """The KPIs of some contacts."""
    return measure(KPIS, {"interactions": data})


@pytest.mark.parametrize("kind", ["columns", "file"])
def test_what_answered_denies_was_abandoned(kind: str, tmp_path: Path) -> None:
    """In memory and in a file the same as the flag of its own; an empty cell is a contact that still waits."""
    moments = [NINE + n * dt.timedelta(minutes=1) for n in range(4)]
    flags = [None if flag is None else not flag for flag in ANSWERED]
    own = told({"queued_at": moments, "wait_s": WAITS, "abandoned": flags})
    data: Any = {"queued_at": moments, "wait_s": WAITS, "answered": ANSWERED}
    if kind == "file":
        path = tmp_path / "calls.csv"
        lines = [
            f"{at.isoformat()},{wait},{'' if flag is None else flag}"
            for at, wait, flag in zip(*data.values(), strict=True)
        ]
        path.write_text("\n".join(["queued_at,wait_s,answered", *lines, ""]), encoding="utf-8")
        data = Export(path, table="interactions", need=())
    found = told(data)
    assert found.equals(own)
    assert (found.get("answer_rate").value, found.get("answer_rate").undecided) == (2 / 3, 1)
    assert found.get("asa").value == 20


def test_a_flag_of_its_own_goes_first() -> None:
    """A table that has both tells by its abandoned who gave up, also of those that were not answered."""
    data = {"queued_at": [NINE] * 2, "answered": [False, False], "abandoned": [True, False]}
    assert measure(["abandonment_rate"], {"interactions": data}).one().value == 0.5


def test_an_answer_that_cannot_be_read_is_counted_as_unread(tmp_path: Path) -> None:
    """Its row is refused, by the flag of the file and by the one that follows from it."""
    path = tmp_path / "calls.csv"
    path.write_text("queued_at,answered\n2026-05-04T09:00Z,maybe\n2026-05-04T09:00Z,yes\n", encoding="utf-8")
    found = measure(["answer_rate"], {"interactions": Export(path, table="interactions", need=())})
    assert (found.one().value, found.one().unread) == (1, 1)
    refusals = found.rows["interactions"].refusals
    assert {(each.row, each.column, each.value) for each in refusals} == {
        (2, "answered", "maybe"),
        (2, "abandoned", "maybe"),
    }


def test_words_of_the_desk_go_above_ours(tmp_path: Path) -> None:
    """Where No is good news, `true = "No"` reads it so, and Yes is then false."""
    path = tmp_path / "complaints.csv"
    path.write_text(
        "received_at,disputed\n2026-05-04T09:00Z,No\n2026-05-04T09:00Z,No\n2026-05-04T09:00Z,Yes\n", encoding="utf-8"
    )
    layout = Layout(columns={"satisfied": "disputed"}, true=("No",), false=("Yes",))
    found = measure(["complaint_satisfaction"], {"complaints": Export(path, layout, table="complaints")}, now=NINE)
    assert found.one().value == 2 / 3


def test_a_heading_that_is_mapped_is_read_once(tmp_path: Path) -> None:
    """Wait is a name of wait_s by itself; mapped to it, it does not contradict itself."""
    path = tmp_path / "calls.csv"
    path.write_text("queued_at,Wait\n2026-05-04T09:00Z,10\n", encoding="utf-8")
    layout = Layout(columns={"wait_s": "Wait"})
    assert measure(["asa"], {"interactions": Export(path, layout, table="interactions", need=())}).one().value == 10
