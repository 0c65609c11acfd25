"""Whole numbers as labels: their digits, however far apart they are and from whatever chunks they come."""

from unittest.mock import patch

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from servqual.readers.columns import labels
from servqual.readers.columns.columns import Chunk, Column, Numbers, joined
from servqual.readers.columns.labels import labels_of
from servqual.readers.columns.tables import Kind

ids = st.lists(st.integers(0, 30) | st.integers(-3, 2**62) | st.integers(10**17, 10**18 + 5), max_size=20)


def texts(column: Column) -> list[str | None]:
    """The label of each cell."""
    return [column.labels[int(code)] if code >= 0 else None for code in column.values]


@given(ids)
@example([0, 10**18 - 1])
@example([5, 5, 10**9])
def test_numbers_are_labels_of_their_digits(numbers: list[int]) -> None:
    """A label is what `str` writes, in any of the forms that labels of numbers have."""
    for many in (1, 5, 4096):
        with patch.object(labels, "_MANY", many):
            column = labels_of(np.array(numbers, np.int64))
        assert texts(column) == [str(number) for number in numbers]
        assert all(text in column.labels for text in map(str, numbers))
        assert "north" not in column.labels
        assert "" not in column.labels


@given(st.lists(st.tuples(ids, st.booleans()), min_size=1, max_size=4))
def test_chunks_of_numbers_are_joined(chunks: list[tuple[list[int], bool]]) -> None:
    """Joined columns have the labels of their cells, missing ones included, whether coded as numbers or texts."""
    cells: list[str | None] = []
    given = []
    for numbers, as_numbers in chunks:
        with patch.object(labels, "_MANY", 1 if as_numbers else 99):
            column = labels_of(np.array(numbers, np.int64))
        missing = Column(Kind.LABEL, np.append(column.values, np.int32(-1)), column.labels)
        given.append(Chunk({"id": missing}, len(missing.values), len(missing.values), range(len(missing.values))))
        cells += [*map(str, numbers), None]
    assert texts(joined(given).columns["id"]) == cells


def test_many_numbers_far_apart_are_not_written_out() -> None:
    """A million customers cost no million texts."""
    column = labels_of(np.arange(5000) * 7919)
    assert isinstance(column.labels, Numbers)
    assert (len(column.labels), column.labels[1], list(column.labels[2:4])) == (5000, "7919", ["15838", "23757"])
