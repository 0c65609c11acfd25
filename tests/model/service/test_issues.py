"""Cases and complaints of one issue are counted once."""

import datetime as dt

import attrs
from hypothesis import given
from hypothesis import strategies as st

from servqual.model import Case, CaseId, Complaint, ComplaintId, CustomerId, Relation, issues_of
from servqual.model import case as told
from servqual.model import complaint as grievance

T0 = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
REPORTED = told.Reported(
    at=T0,
    id=CaseId("C-0"),
    customer=CustomerId("K-1"),
    description="no dial tone",
    impact="one site",
    occurred_at=T0,
    owner="A-1",
    channel="phone",
    source="feedback",
)


def case(name: str, *events: told.CaseEvent) -> Case:
    """A case with these events."""
    return Case(history=[attrs.evolve(REPORTED, id=CaseId(name)), *events])


def linked(to: str, relation: Relation) -> told.Linked:
    """A link between cases."""
    return told.Linked(at=T0 + MINUTE, by="A-1", to=CaseId(to), relation=relation)


def complaint(name: str, *cases: str, of: str | None = None) -> Complaint:
    """A complaint about these cases, or one that repeats another."""
    history: list[grievance.ComplaintEvent] = [
        grievance.Received(
            at=T0,
            id=ComplaintId(name),
            customer=CustomerId("K-1"),
            channel="phone",
            category="line",
            description="no dial tone again",
            owner="A-1",
            due=T0 + 60 * MINUTE,
        ),
        *(grievance.Linked(at=T0 + MINUTE, by="A-1", to=CaseId(to)) for to in cases),
    ]
    if of is not None:
        history.append(grievance.Duplicate(at=T0 + 2 * MINUTE, by="A-1", of=ComplaintId(of)))
    return Complaint(history=history)


def names(cases: list[Case], complaints: list[Complaint]) -> list[set[str]]:
    """The names in each issue."""
    return [
        {c.id for c in i.cases} | {c.id for c in i.complaints} for i in issues_of(cases=cases, complaints=complaints)
    ]


def test_a_complaint_and_its_case_are_one_issue() -> None:
    """A complaint that links a case adds nothing; one that links none does (DOMAIN.md 5.1, point 8)."""
    found = names([case("C-1"), case("C-2")], [complaint("P-1", "C-1"), complaint("P-2", "C-1"), complaint("P-3")])
    assert found == [{"C-1", "P-1", "P-2"}, {"C-2"}, {"P-3"}]


def test_duplicates_and_merged_cases_are_one_issue() -> None:
    """Told twice is one; related, parent and child are not."""
    repeated = case("C-2", told.Duplicate(at=T0 + MINUTE, by="A-1", of=CaseId("C-1")))
    merged = case("C-4", linked("C-3", Relation.ABSORBED))
    family = [case("C-5", linked("C-6", Relation.PARENT)), case("C-6", linked("C-5", Relation.CHILD))]
    related = case("C-7", linked("C-6", Relation.RELATED))
    found = names([case("C-1"), repeated, case("C-3"), merged, *family, related], [complaint("P-2", of="P-1")])
    assert found == [{"C-1", "C-2"}, {"C-3", "C-4"}, {"C-5"}, {"C-6"}, {"C-7"}, {"P-2"}]


def test_a_case_that_is_not_given_still_joins() -> None:
    """Two complaints about one case are one issue, also where only the complaints are at hand."""
    assert names([], [complaint("P-1", "C-9"), complaint("P-2", "C-9")]) == [{"P-1", "P-2"}]


numbers = st.integers(0, 7)


@given(links=st.lists(st.lists(numbers, max_size=3), max_size=8), data=st.data())
def test_each_stands_in_exactly_one_issue(links: list[list[int]], data: st.DataObject) -> None:
    """The issues are a partition, the same in any order, and as many as a plain search for components finds."""
    cases = [case(f"C-{n}") for n in range(4)]
    complaints = [complaint(f"P-{n}", *(f"C-{to}" for to in tos)) for n, tos in enumerate(links)]
    found = names(cases, complaints)
    everyone = {f"C-{n}" for n in range(4)} | {f"P-{n}" for n in range(len(links))}
    assert set().union(*found) == everyone
    assert sum(map(len, found)) == len(everyone)
    shuffled = names(data.draw(st.permutations(cases)), data.draw(st.permutations(complaints)))
    assert sorted(map(sorted, shuffled)) == sorted(map(sorted, found))

    left: list[set[str]] = [{f"C-{n}"} for n in range(8)]
    for n, tos in enumerate(links):
        mine = {f"P-{n}", *(f"C-{to}" for to in tos)}
        touched = [group for group in left if group & mine]
        left = [group for group in left if not group & mine] + [mine.union(*touched)]
    assert sorted(sorted(g & everyone) for g in left if g & everyone) == sorted(map(sorted, found))
