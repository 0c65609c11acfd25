"""A tree of causes: each with a code and the things it explains, and a Pareto ranking over them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, TypeAlias

import attrs

from servqual._checks import all_of, among, did_you_mean, differ, filled, near, no_circle
from servqual._typed import typed
from servqual.errors import InvalidValue, UnknownName
from servqual.metrics import Pareto, pareto
from servqual.pdca.causes.cause import CauseCode
from servqual.pdca.causes.links import Link, as_links

__all__ = ["CauseNode", "CauseTree"]

Level: TypeAlias = Literal["cause", "branch", "code"]


@attrs.frozen(kw_only=True, field_transformer=typed)
class CauseNode:
    """One cause of a tree: its name, its code, the larger cause that it lies `within`, and what it explains."""

    name: str = attrs.field(validator=filled)
    code: CauseCode = attrs.field(converter=CauseCode)
    within: str | None = attrs.field(default=None, validator=attrs.validators.optional(filled))
    links: tuple[Link, ...] = attrs.field(default=(), converter=as_links)


@attrs.frozen(kw_only=True, field_transformer=typed)
class CauseTree:
    """Causes of one problem as a tree (K. Ishikawa's diagram, 1968, as data).

    Refused: no cause, two causes of one name, a cause within an unknown one, and causes within each other.

    >>> tree = CauseTree(problem="unsolved cases", causes=(
    ...     CauseNode(name="no parts", code="supplier"),
    ...     CauseNode(name="late order", code="process", within="no parts"),
    ...     CauseNode(name="new staff", code="people")))
    >>> tree.path("late order"), tree.children("no parts")
    (('no parts', 'late order'), ('late order',))
    >>> found = tree.pareto({"late order": 6, "no parts": 1, "new staff": 2}, by="branch")
    >>> [(row.category, row.count) for row in found]
    [('no parts', 7), ('new staff', 2)]
    """

    problem: str = attrs.field(validator=filled)
    causes: tuple[CauseNode, ...] = attrs.field(
        converter=tuple[CauseNode, ...], validator=differ(lambda cause: cause.name)
    )

    def __attrs_post_init__(self) -> None:
        if not self.causes:
            raise InvalidValue.of("causes", "hold at least one", self.causes, shown="none")
        for cause in self.causes:
            if cause.within is not None:
                among("within", cause.within, [one.name for one in self.causes])
        above = {cause.name: filter(None, [cause.within]) for cause in self.causes}
        no_circle("within", above, do="let one of them be at the top")

    def __getitem__(self, name: str) -> CauseNode:
        for cause in self.causes:
            if cause.name == name:
                return cause
        close = near(name, [cause.name for cause in self.causes])
        raise UnknownName(f"cause must be one of the tree (got {name!r}){did_you_mean(close)}", near=close, got=name)

    def children(self, name: str) -> tuple[str, ...]:
        """Names of the causes that lie directly within one."""
        parent = self[name].name
        return tuple(cause.name for cause in self.causes if cause.within == parent)

    def path(self, name: str) -> tuple[str, ...]:
        """Names from the top of the tree down to a cause, itself included."""
        return tuple(reversed(list(self._upwards(self[name].name))))

    def pareto(self, found: Iterable[str] | Mapping[str, int] | None = None, *, by: Level = "cause") -> Pareto:
        """Rank the causes, the largest first.

        `found` is the cause of each item, such as the column `cause` of cases, or a mapping from cause to count.
        Without it each thing that is linked to a cause counts once, and once only in a branch or a code. `by` ranks
        single causes, whole branches from the top of the tree, or codes. A cause that the tree does not have raises
        `UnknownName`.
        """
        among("by", by, ("cause", "branch", "code"))
        if found is None:
            things = {(self._group(cause, by), link) for cause in self.causes for link in cause.links}
            return pareto(Counter(group for group, _ in things))
        items = found if isinstance(found, Mapping) else all_of(str, "found", found, "the cause of each item")
        counts = Counter[str]()
        for name, count in Counter(items).items():
            if type(count) is not int or count < 0:
                raise InvalidValue.of("found", "be whole numbers from 0", count, shown=f"{count!r} for {name!r}")
            counts[self._group(self[name], by)] += count
        return pareto(counts)

    def _group(self, cause: CauseNode, by: Level) -> str:
        return cause.name if by == "cause" else self.path(cause.name)[0] if by == "branch" else str(cause.code)

    def _upwards(self, name: str) -> Iterator[str]:
        upper: str | None = name
        while upper is not None:
            yield upper
            upper = self[upper].within
