"""Where the rows went: read = used + refused, with the reasons."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import attrs

from servqual.readers.columns.refusals import Refusal, Refusals

KEPT: Final = 1000


@attrs.frozen(kw_only=True)
class Rows:
    """How many rows were read, used by at least one KPI, and refused by all; `+` adds parts.

    `reasons` counts every refused cell by column and reason, also where its row could be used by another KPI;
    `refusals` keeps the first thousand of them.
    """

    read: int = 0
    used: int = 0
    reasons: Mapping[tuple[str, str], int] = attrs.field(factory=dict)
    refusals: Sequence[Refusal] = attrs.field(default=(), eq=False, repr=lambda r: f"<{len(r)} refusals>")

    @property
    def refused(self) -> int:
        """Rows that no KPI could use."""
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
        for part in refusals.parts:
            reasons[part.column, part.reason] += len(part.rows)
        kept = (*lost[:KEPT], *refusals.first(KEPT))[:KEPT]
        return cls(read=read, used=used, reasons=dict(sorted(reasons.items())), refusals=kept)


def _place(refusal: Refusal) -> tuple[int, str]:
    """Refusals are kept in the order of their rows, whichever part was read first."""
    return (refusal.row, refusal.column)
