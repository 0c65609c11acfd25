"""What hurts most: categories by how often they come."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import overload

import attrs

from servqual.errors import InvalidValue

__all__ = ["Pareto", "ParetoRow", "pareto"]


@attrs.frozen(kw_only=True)
class ParetoRow:
    """A category, how often it came, its share of all, and the share of it with all larger ones; shares are 0 to 1."""

    category: str | None
    count: int
    share: float
    cumulative: float


@attrs.frozen
class Pareto:
    """Categories from the most frequent to the least; equal ones in the order of their names."""

    rows: tuple[ParetoRow, ...]

    def __iter__(self) -> Iterator[ParetoRow]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, place: int) -> ParetoRow: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[ParetoRow, ...]: ...
    def __getitem__(self, place: int | slice) -> ParetoRow | tuple[ParetoRow, ...]:
        return self.rows[place]

    def vital_few(self, share: float) -> tuple[ParetoRow, ...]:
        """The fewest leading categories that together make up at least this share.

        >>> [row.category for row in pareto(["a"] * 6 + ["b"] * 3 + ["c"]).vital_few(0.8)]
        ['a', 'b']
        """
        if not 0 < share <= 1:
            raise InvalidValue(f"share must lie above 0 and at most be 1 (got {share})", field="share", got=share)
        before = (0.0, *(row.cumulative for row in self.rows))
        return tuple(row for row, so_far in zip(self.rows, before, strict=False) if so_far < share)


def pareto(categories: Iterable[str | None] | Mapping[str | None, int]) -> Pareto:
    """Rank categories by how often they come (J. M. Juran's vital few, after V. Pareto).

    Takes the category of each item, or a mapping from category to count; None is a category of its own. Counts below
    0 are refused; no items make an empty ranking.

    >>> pareto({"billing": 60, "line": 25, "other": 15})[1].cumulative
    0.85
    """
    counts = dict(categories) if isinstance(categories, Mapping) else Counter(categories)
    for category, count in counts.items():
        if count < 0:
            raise InvalidValue(
                f"counts must be 0 or more (got {count} for {category!r})", field="categories", got=count
            )
    total = sum(counts.values())
    rows, so_far = [], 0
    for category, count in sorted(counts.items(), key=lambda item: (-item[1], item[0] is None, item[0] or "")):
        if count:
            so_far += count
            rows.append(ParetoRow(category=category, count=count, share=count / total, cumulative=so_far / total))
    return Pareto(tuple(rows))
