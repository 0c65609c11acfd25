"""Where the rows went: read = used + refused, with the reasons."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import attrs

from servqual.readers.columns.refusals import Refusal, Refusals

KEPT: Final = 1000


@attrs.frozen(kw_only=True)
class Rows:
    """Counts of rows that were read, used by at least one KPI, and refused by all; `+` adds chunks.

    `reasons` counts every refused cell by column and reason, even where another KPI could use its row, and what is used
    as it is: texts of tags that may be several, and the notes of `servqual.readers.columns.notes`; `refusals` keeps the
    first thousand refused cells.
    """

    read: int = 0
    used: int = 0
    reasons: Mapping[tuple[str, str], int] = attrs.field(factory=dict, eq=lambda reasons: frozenset(reasons.items()))
    refusals: Sequence[Refusal] = attrs.field(default=(), eq=False, repr=lambda r: f"<{len(r)} refusals>")

    @property
    def refused(self) -> int:
        """The rows that no KPI could use."""
        return self.read - self.used

    def __add__(self, other: "Rows") -> "Rows":
        reasons = dict(self.reasons)
        for key, count in other.reasons.items():
            reasons[key] = reasons.get(key, 0) + count
        return Rows(
            read=self.read + other.read,
            used=self.used + other.used,
            reasons=dict(sorted(reasons.items())),
            refusals=tuple(sorted((*self.refusals, *other.refusals), key=_place)[:KEPT]),
        )

    @classmethod
    def of(cls, *, read: int, used: int, lost: Sequence[Refusal], refusals: Refusals) -> "Rows":
        """Count the reasons of lost rows and of settled refusals."""
        reasons = Counter((refusal.column, refusal.reason) for refusal in lost)
        for cells in refusals.parts:
            reasons[cells.column, cells.reason] += len(cells.rows)
        kept = (*lost[:KEPT], *refusals.first(KEPT))[:KEPT]
        return cls(read=read, used=used, reasons=dict(sorted(reasons.items())), refusals=kept)


def _place(refusal: Refusal) -> tuple[int, str]:
    """Order refusals by row, whichever chunk was read first."""
    return (refusal.row, refusal.column)
