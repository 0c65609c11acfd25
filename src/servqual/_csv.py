"""Rows as CSV text that a spreadsheet reads as data, never as a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_text(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write rows as CSV with commas and CRLF (RFC 4180); None is empty.

    Text that starts like a formula gets an apostrophe, as OWASP advises against CSV injection.

    >>> csv_text(["team", "n"], [["=1+1", -2], [None, 3]]).split()
    ['team,n', "'=1+1,-2", ',3']
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_guarded(cell) for cell in head])
    writer.writerows([_guarded(cell) for cell in row] for row in rows)
    return out.getvalue()


def _guarded(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
