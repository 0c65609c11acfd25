"""Issues: cases and complaints that are one and the same to the customer, counted once."""

from collections.abc import Iterable, Iterator

import attrs

from servqual.model.service.case import Case, Relation
from servqual.model.service.complaint import Complaint

_Node = tuple[str, str]


@attrs.frozen(kw_only=True)
class Issue:
    """One thing that went wrong for a customer: the cases and the complaints in which it was told."""

    cases: tuple[Case, ...]
    complaints: tuple[Complaint, ...]


def issues_of(*, cases: Iterable[Case] = (), complaints: Iterable[Complaint] = ()) -> tuple[Issue, ...]:
    """Cases and complaints grouped so that nothing is counted twice: each stands in exactly one issue.

    One issue are a complaint and the cases that it links, a duplicate and what it repeats, and a case and those
    merged into it. Cases that are only related, or parent and child, stay issues of their own. What is linked but not
    given only joins those that share it. Issues come in the order of their first case, then of their first complaint.

    >>> issues_of(cases=[], complaints=[])
    ()
    """
    parents: dict[_Node, _Node] = {}
    told: list[Case | Complaint] = [*cases, *complaints]
    for one in told:
        for other in _same(one):
            parents[_root(parents, other)] = _root(parents, _node(one))
    groups: dict[_Node, list[Case | Complaint]] = {}
    for one in told:
        groups.setdefault(_root(parents, _node(one)), []).append(one)
    return tuple(
        Issue(
            cases=tuple(one for one in group if isinstance(one, Case)),
            complaints=tuple(one for one in group if isinstance(one, Complaint)),
        )
        for group in groups.values()
    )


def _node(one: Case | Complaint) -> _Node:
    return "case" if isinstance(one, Case) else "complaint", one.id


def _same(one: Case | Complaint) -> Iterator[_Node]:
    """What is the same issue as this, by its own words."""
    if one.duplicate_of is not None:
        yield _node(one)[0], one.duplicate_of
    if isinstance(one, Case):
        yield from (("case", link.to) for link in one.links if link.relation is Relation.ABSORBED)
    else:
        yield from (("case", case) for case in one.cases)


def _root(parents: dict[_Node, _Node], node: _Node) -> _Node:
    while (above := parents.get(node, node)) != node:
        parents[node] = parents.get(above, above)  # halves the way for the next who asks
        node = above
    return node
