"""Columns of texts in Arrow: each label once and trimmed, in place, for all rows."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from servqual._arrays import Array
from servqual._checks import need
from servqual.readers.columns.arrow_texts import ArrowLabels
from servqual.readers.columns.columns import Column
from servqual.readers.columns.tables import Kind

_MANY: Final = 4096
"""Labels from which on they stay in Arrow; fewer are quicker to read from a list."""
_SPACES: Final = (
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""What `str.strip` takes away."""


def coded_texts(codes: Array, given: Any, *, once: bool = False) -> Column:
    """Make a column of codes into texts of Arrow: each label once and trimmed, -1 where nothing is known.

    `once` says that no text is given twice.

    >>> import pyarrow as pa
    >>> column = coded_texts(np.array([0, 1, 2, 3, -1]), pa.array(["north", None, " north ", " "]))
    >>> column.values.tolist(), list(column.labels)
    ([0, -1, 0, -1, -1], ['north'])
    """
    compute = need("pyarrow.compute", "files", "coding labels")
    given = given.cast("large_string")
    texts = compute.utf8_trim(given, characters=_SPACES)
    texts = compute.if_else(compute.equal(texts, ""), None, texts)
    if not (once and texts.equals(given) and not texts.null_count):
        unique = texts.dictionary_encode()
        places, texts = np.append(unique.indices.fill_null(-1).to_numpy(), np.int32(-1)), unique.dictionary
        if not np.array_equal(places[:-1], np.arange(len(given))):
            codes = places.take(codes, mode="wrap")
    labels = ArrowLabels(texts) if len(texts) >= _MANY else texts.to_pylist()
    return Column(Kind.LABEL, codes.astype(np.int32, copy=False), labels)


def coded_list(values: Sequence[str | None]) -> Column | None:
    """Code a list of texts; None where PyArrow is not installed, or a text has no form in UTF-8."""
    try:
        arrow = need("pyarrow", "files", "coding labels")
        column = arrow.array(values, "large_string").dictionary_encode()
    except (ImportError, ValueError):
        return None
    return coded_texts(column.indices.fill_null(-1).to_numpy(), column.dictionary, once=True)
