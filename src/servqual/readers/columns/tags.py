"""Tags: a cell holds any number of them, and is coded as one label for the whole set.

    cell              label                    counted in
    vip, b2b          b2b <mark> vip           b2b and vip
    [] or nothing     none                     None
    [key account]     key account <mark> key account    key account
    "vip b2b"         vip b2b                  vip b2b, as a text that may hold several tags

Rows cost no more than those of any other label. Sets of tags are taken apart where groups are counted, once per set.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.readers.columns.columns import Chunk, Column, Digits
from servqual.readers.columns.labels import coded, text_of

TAGS: Final = "tags"
"""The column of tags, in any table."""
_MARK: Final = "\x1f"
"""The sign between the tags of a label, which separates units in ASCII and stands in no text."""
SIGN: Final = re.compile(r"[\W_]")
"""Any sign but a letter or a digit; a separator has one."""
_BETWEEN: Final = re.compile(r"[\s,;|]")
"""Signs that may stand between the tags of a text."""
UNSPLIT: Final = (TAGS, "may be several tags in one text, which tag_separator takes apart")
"""The column and the reason under which such rows are counted, though nothing is refused."""


def tags_in(label: str) -> tuple[str, ...]:
    """Take a label apart into its tags.

    >>> tags_in(label_of({"vip", "b2b"}))
    ('b2b', 'vip')
    """
    return tuple(dict.fromkeys(label.split(_MARK)))


def label_of(tags: Iterable[Any]) -> str:
    """Write a set of tags as one label: sorted, each once; nothing for no tag.

    One tag alone stands twice where it has a sign, so that a label without a mark may be a text of several tags.
    """
    label = _MARK.join(sorted({*filter(None, (text_of(tag).strip() for tag in tags))}))
    return _MARK.join((label, label)) if _MARK not in label and SIGN.search(label) else label


def _looks_unsplit(label: str) -> bool:
    return _MARK not in label and _BETWEEN.search(label) is not None


def unsplit(column: Column) -> int:
    """Count the rows whose text may hold several tags that no separator took apart.

    >>> from servqual.readers.memory.arrays import columns_of
    >>> unsplit(columns_of("cases", {"tags": ["vip b2b", "vip", ["key account"]]}).columns["tags"])
    1
    """
    if isinstance(column.labels, Digits):
        return 0
    alike = [code for code, label in enumerate(column.labels) if _looks_unsplit(label)]
    return int(np.isin(column.values, alike).sum()) if alike else 0


def labelled(cells: Sequence[Any]) -> Sequence[Any]:
    """Write cells that hold several tags as labels; leave other cells as they are."""
    return [
        label_of(cell) if isinstance(cell, Collection | np.ndarray) and not isinstance(cell, str | bytes) else cell
        for cell in cells
    ]


def tagged(chunk: Chunk, separator: str | None) -> Chunk:
    """Take texts of several tags apart at a sign; lists say themselves where a tag ends.

    >>> from servqual.readers.memory.arrays import columns_of
    >>> tagged(columns_of("cases", {"tags": ["vip; b2b", "b2b;vip;", " "]}), ";").columns["tags"].values.tolist()
    [0, 0, -1]
    """
    column = chunk.columns.get(TAGS)
    if column is None or not separator:
        return chunk
    used: Array = np.unique(column.values[column.known])
    place = np.full(len(column.labels) + 1, -1, np.int32)
    place[used] = np.arange(len(used))
    labels = (column.labels[int(code)] for code in used)
    texts = [label if _MARK in label else label_of(label.split(separator)) for label in labels]
    found = coded(place.take(column.values, mode="wrap"), texts)
    return attrs.evolve(chunk, columns={**chunk.columns, TAGS: Column(found.kind, found.values, found.labels)})
