"""Issues: cases and complaints that are one problem for the customer, counted once."""

from collections.abc import Iterable, Iterator

import attrs

from servqual._typed import typed
from servqual.model.service.case import Case, Relation
from servqual.model.service.complaint import Complaint

_Node = tuple[str, str]


@attrs.frozen(kw_only=True, field_transformer=typed)
class Issue:
    """One problem of a customer: its cases and its complaints."""

    cases: tuple[Case, ...]
    complaints: tuple[Complaint, ...]


def issues_of(*, cases: Iterable[Case] = (), complaints: Iterable[Complaint] = ()) -> tuple[Issue, ...]:
    """Group cases and complaints into issues, each in exactly one, so that nothing is counted twice.

    These belong to one issue: a complaint and its linked cases, a duplicate and the original, a case and the cases
    merged into it. Cases that are only related, or parent and child, stay separate issues. A linked case that is not
    given joins only the objects that share it. Issues are in the order of their first case, then first complaint.

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
    """List the objects that it names as the same issue."""
    if one.duplicate_of is not None:
        yield _node(one)[0], one.duplicate_of
    if isinstance(one, Case):
        yield from (("case", link.to) for link in one.links if link.relation is Relation.ABSORBED)
    else:
        yield from (("case", case) for case in one.cases)


def _root(parents: dict[_Node, _Node], node: _Node) -> _Node:
    while (above := parents.get(node, node)) != node:
        parents[node] = parents.get(above, above)  # shortens the path for the next call
        node = above
    return node
