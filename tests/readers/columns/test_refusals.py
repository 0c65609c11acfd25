"""Refused cells as arrays: the same as a list of them, and made only where they are kept."""

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.metrics import Rows, measure
from servqual.readers import Chunk
from servqual.readers.columns import refusals
from servqual.readers.columns.columns import joined
from servqual.readers.columns.refusals import Refusal, Refusals, refusals_of

REASONS = ("is missing", "must be 0 or more")
cells = st.builds(
    Refusal,
    row=st.integers(0, 9),
    column=st.sampled_from(["at", "wait_s", "score"]),
    value=st.just("x"),
    reason=st.sampled_from(REASONS),
)
lists = st.lists(cells, max_size=20)
numbers = st.sets(st.integers(0, 9)).map(lambda found: np.array(sorted(found), np.int64))


def same(found: Refusals, want: list[Refusal]) -> bool:
    """Whether both hold the same cells, as often."""
    return Counter(found) == Counter(want) and len(found) == len(want) and bool(found) == bool(want)


@given(lists, lists, numbers)
def test_all_that_is_done_with_refusals_is_what_is_done_with_a_list(
    some: list[Refusal], more: list[Refusal], rows: Any
) -> None:
    """Joined, chosen by row and column, renamed, renumbered, and dealt out."""
    found, mine = refusals_of(some), set(rows.tolist())
    assert same(found, some)
    assert same(found + refusals_of(more), some + more)
    assert same(found.only(rows), [one for one in some if one.row in mine])
    assert same(found.without(rows), [one for one in some if one.row not in mine])
    assert same(found.of_columns({"at", "score"}), [one for one in some if one.column != "wait_s"])
    names = {"at": ["at", "queued_at"], "score": ["mark"]}
    renamed = [Refusal(x.row, name, x.value, x.reason) for x in some for name in names.get(x.column, [])]
    assert same(found.named(names), renamed)
    assert same(found.shifted(7), [Refusal(x.row + 7, x.column, x.value, x.reason) for x in some])
    dealt = found.dealt(lambda numbers: numbers % 3)
    assert dealt.keys() == {one.row % 3 for one in some}
    assert all(same(part, [one for one in some if one.row % 3 == place]) for place, part in dealt.items())


@given(lists, lists, st.integers(0, 12))
def test_each_cell_is_counted_once_for_each_reason(some: list[Refusal], more: list[Refusal], most: int) -> None:
    """The first by row and column are kept, in that order."""
    settled = (refusals_of(some) + refusals_of(more)).settled()
    every = sorted({*some, *more}, key=lambda one: (one.row, one.column))
    assert same(settled, every)
    kept = [(one.row, one.column) for one in settled.first(most)]
    assert kept == [(one.row, one.column) for one in every[:most]]
    rows = Rows.of(read=10, used=10, lost=(), refusals=settled)
    assert rows.reasons == Counter((one.column, one.reason) for one in every)


def test_refusals_are_a_sequence() -> None:
    """As a chunk shows them, also where it was made of a list and joined to another."""
    some = [Refusal(3, "at", "soon", REASONS[0]), Refusal(1, "at", "late", REASONS[0])]
    chunk = Chunk({}, 0, 0, range(0), some)
    assert (list(chunk.refusals), chunk.refusals[1], chunk.refusals[:1]) == (some, some[1], some[:1])
    assert list(joined([chunk, chunk]).refusals) == some * 2


def test_a_column_that_is_bad_in_every_row_is_counted_and_only_the_kept_are_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whether the reader refuses its cells or the KPI, and however many KPIs read it."""
    made: list[int] = []

    def counted(*fields: Any) -> Refusal:
        made.append(1)
        return Refusal(*fields)

    monkeypatch.setattr(refusals, "Refusal", counted)
    size = 50_000
    tables: list[tuple[list[Any], dict[str, Any], str]] = [
        (["asa", "wait_p90", "service_level"], {"interactions": {"wait_s": np.full(size, -1.0)}}, "wait_s"),
        (["nps"], {"answers": {"score": [11] * size}}, "score"),
        (["aht"], {"interactions": {"talk_s": ["soon"] * size}}, "talk_s"),
    ]
    for kpis, data, column in tables:
        made.clear()
        [rows] = measure(kpis, data).rows.values()
        assert (rows.read, rows.used, sum(rows.reasons.values())) == (size, 0, size)
        assert [one.row for one in rows.refusals] == [*range(1000)]
        assert {one.column for one in rows.refusals} == {column}
        assert len(made) == 1000
