"""The table of categories of problems as a tree, and the record of a service event as plain data."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from types import MappingProxyType
from typing import Any, TypeVar

import attrs

from servqual._checks import distinct, must_be, near, no_circle
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model._pickled import Rebuilt
from servqual.model.declared import declared
from servqual.model.service.case import Case, Classified, Opened, Reported

__all__ = ["Categories", "service_record"]

R = TypeVar("R", Reported, Opened, Classified)


def _parents(parents: Mapping[str, str | None]) -> Mapping[str, str | None]:
    return MappingProxyType(dict(parents))


@declared("categories")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Categories(Rebuilt):
    """Declared categories: the parent of each by its name, None for one on top.

    `Vocabulary(words={"category": ...})` takes them where cases and complaints are opened. Refused: a parent that is
    not declared, and categories in a circle.

    >>> table = Categories.of({"billing": ["refund", "double charge"], "router": {"wifi": ["weak signal"]}})
    >>> table.path("weak signal"), table.top("refund"), table.leaves
    (('router', 'wifi', 'weak signal'), 'billing', ('refund', 'double charge', 'weak signal'))
    """

    parents: Mapping[str, str | None] = attrs.field(converter=_parents)

    def __attrs_post_init__(self) -> None:
        for name in self.parents:
            if not name.strip():
                raise InvalidValue.of("parents", "all have names with content", name)
        above = {name: [] if parent is None else [parent] for name, parent in self.parents.items()}
        for parent in chain.from_iterable(above.values()):
            if parent not in self.parents:
                raise InvalidValue.of("parents", "name declared categories", parent, near=near(parent, self.parents))
        no_circle("parents", above, do="let one of them be on top")

    @classmethod
    def of(cls, tree: Mapping[str, Any]) -> "Categories":
        """Read a nested table: a mapping from category to its parts, or to a list of them; a name stands once."""
        pairs = tuple(_pairs(tree, None))
        distinct("categories", (name for name, _ in pairs))
        return cls(parents=dict(pairs))

    def __iter__(self) -> Iterator[str]:
        """Iterate over all categories, as the words of a `Vocabulary`."""
        return iter(self.parents)

    @property
    def leaves(self) -> tuple[str, ...]:
        """Categories without parts, in the order of the table."""
        above = set(self.parents.values())
        return tuple(name for name in self.parents if name not in above)

    def path(self, category: str) -> tuple[str, ...]:
        """Return the way from the top to a category; one that is not declared is refused, with the nearest names."""
        if category not in self.parents:
            raise InvalidValue.of(
                "category", "be declared in the table of categories", category, near=near(category, self.parents)
            )
        way: list[str] = []
        name: str | None = category
        while name is not None:
            way.append(name)
            name = self.parents[name]
        return tuple(reversed(way))

    def top(self, category: str) -> str:
        """Return the category on top of one, to group by."""
        return self.path(category)[0]

    def check(self, report: R) -> R:
        """Return a report, opening or classification whose category is declared, or not set; refuse any other."""
        must_be(Reported | Opened | Classified, "report", "a report, an opening or a classification", report)
        if report.category is not None:
            self.path(report.category)
        return report

    def undeclared(self, cases: Iterable[Case]) -> tuple[Case, ...]:
        """List the cases whose category is set and not declared."""
        return tuple(case for case in cases if case.category is not None and case.category not in self.parents)


def _pairs(tree: Any, parent: str | None) -> Iterator[tuple[str, str | None]]:
    if isinstance(tree, str) or not isinstance(tree, Iterable):
        raise InvalidValue.of("categories", "be a mapping or a list", tree, do="put one part into a list")
    for name in tree:
        if not isinstance(name, str):
            raise InvalidValue.of("categories", "be texts", name)
        yield name, parent
        if isinstance(tree, Mapping):
            yield from _pairs(tree[name] or (), name)


def service_record(case: Case, categories: Categories | None = None) -> dict[str, str | list[str] | None]:
    """Write the record form of a service event: the fields of the report, as it stands now, as plain data.

    Moments are texts of ISO 8601 in UTC, and what is not known is None, so that JSON and databases take it as it is.
    With `categories` the record has the path of its category, and an undeclared one is refused.

    >>> nine = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    >>> case = Case(history=[Reported(at=nine, id="C-1", customer="K-1", description="no dial tone", impact="one site",
    ...     occurred_at=nine, owner="A-1", channel="phone", source="feedback", category="line")])
    >>> record = service_record(case, Categories.of({"telephone": ["line"]}))
    >>> record["category_path"], record["occurred_at"], record["resolved_at"]
    (['telephone', 'line'], '2026-05-04T09:00:00+00:00', None)
    """
    must_be(Case, "case", "a case", case)
    must_be(Categories | None, "categories", "a table of Categories", categories)
    report = case.report
    facts: dict[str, str | list[str] | None] = {
        name: None if report is None else _text(getattr(report, name))
        for name in ("customer", "description", "impact", "occurred_at", "channel", "source", "site")
    }
    path = None if categories is None or case.category is None else list(categories.path(case.category))
    return {
        "id": case.id,
        **facts,
        "reported_at": None if report is None else _text(report.at),
        "owner": case.owner,
        "category": case.category,
        "category_path": path,
        **{name: _text(getattr(case, name)) for name in ("priority", "status", "first_response_at", "resolved_at")},
        "solution": None if case.solution is None else case.solution.solution,
    }


def _text(value: object) -> str | None:
    if value is None:
        return None
    return value.isoformat() if isinstance(value, dt.datetime) else str(value)
