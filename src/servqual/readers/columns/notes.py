"""Notes: what is counted of cells that are used as they are, and that say less than they should.

They stand among the reasons of `Rows`, and are no refusals.
"""

from typing import Final

UNDATED: Final = "is missing, and the row counts all the same"
"""Of the moment that dates a row: the row is of no day, and of no period."""
SHOWN_TWICE: Final = "is a time that the clock of its zone shows twice, of which the first was taken"
"""Of a moment without an offset, in the hour by which a clock is put back."""
BLANK: Final = "is blank, which is not known to mean no"
"""Of a flag, a count or a part of a duration."""
NO_STATUS: Final = "is no status that is known, and is a label all the same"
"""Of the status of a case, such as one in another language."""
NOTES: Final = frozenset({UNDATED, SHOWN_TWICE, BLANK, NO_STATUS})
AT_MOST_FIVE: Final = "is at most 5, on the "
"""Of a score, before its scale and kinds: where all are, the scale may have been one that ends at 5."""
IN_CURRENCY: Final = "is the currency of amounts that count: "
"""Of the column currency, before the currency: amounts in two of them are never added."""


def is_note(reason: str) -> bool:
    """Whether a reason of `Rows` is a note, and no refusal."""
    return reason in NOTES or reason.startswith((IN_CURRENCY, AT_MOST_FIVE))
