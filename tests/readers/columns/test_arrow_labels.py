"""Labels that stay in Arrow: the same as those of a list, however the texts are held."""

import sys
from typing import Any
from unittest.mock import patch

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.readers.columns import arrow_labels, labels
from servqual.readers.columns.arrow_labels import coded_texts
from servqual.readers.columns.arrow_texts import ArrowLabels
from servqual.readers.columns.columns import Column
from servqual.readers.columns.labels import labels_of

SPACES = "".join(sign for sign in map(chr, range(sys.maxunicode + 1)) if sign.isspace())
TEXTS = st.text("ab\0ö" + SPACES, max_size=3) | st.sampled_from(["K-7", "\ud800"])
CELLS = st.lists(st.none() | TEXTS, max_size=8)


def cells(column: Column) -> list[str | None]:
    """The text of each row."""
    return [column.labels[code] if code >= 0 else None for code in column.values.tolist()]


@pytest.mark.parametrize("many", [0, 1 << 30])
@given(values=CELLS)
def test_a_list_is_coded_as_without_arrow(many: int, values: list[str | None]) -> None:
    """Each label once, trimmed as `str.strip` does, in the order in which they come."""
    plain = labels_of(values)
    with patch.object(labels, "_LONG", 0), patch.object(arrow_labels, "_MANY", many):
        found = labels_of(values)
    assert cells(found) == cells(plain) == [(value or "").strip() or None for value in values]
    assert [*found.labels] == [*plain.labels]
    assert found.values.dtype == plain.values.dtype


@pytest.mark.parametrize("index", [pa.int8(), pa.uint16(), pa.int64()])
@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_a_dictionary_may_repeat_texts_and_hold_nulls(index: pa.DataType, kind: pa.DataType) -> None:
    """Dictionaries of other programs need not be unique, and their indices are of any width."""
    given_ = pa.array(["a", None, " a", "b", ""], kind)
    found = coded_texts(pa.array([0, 1, 2, 3, 4, 0], index).to_numpy(), given_)
    assert (cells(found), [*found.labels]) == (["a", None, "a", "b", None, "a"], ["a", "b"])


def test_without_arrow_a_long_list_is_coded_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """PyArrow only makes it quicker."""
    monkeypatch.setattr(labels, "_LONG", 0)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert cells(labels_of(["a ", None, "a"])) == ["a", None, "a"]


@given(st.lists(st.text("abc", min_size=1, max_size=2), unique=True), st.lists(st.text("abc"), unique=True), st.data())
def test_labels_are_a_sequence_of_texts(mine: list[str], theirs: list[str], data: st.DataObject) -> None:
    """Indices, slices and places are those of a list."""
    found, others = (ArrowLabels(pa.array(some, "large_string")) for some in (mine, theirs))
    cut: Any = data.draw(st.slices(len(mine)))
    assert ([*found], len(found), [*found[cut]]) == (mine, len(mine), mine[cut])
    assert [found[place] for place in range(-len(mine), len(mine))] == mine + mine
    assert found.places_in(others).tolist() == [theirs.index(name) if name in theirs else -1 for name in mine]


def test_all_white_space_of_python_is_trimmed() -> None:
    """Written out, as a walk over all signs costs time at import."""
    signs = map(chr, range(sys.maxunicode + 1))
    assert "".join(sign for sign in signs if sign.isspace()) == arrow_labels._SPACES
