"""A story of customers who help themselves."""

import datetime as dt

import attrs

from servqual.metrics import measure
from servqual.model import (
    Article,
    ArticleId,
    CustomerId,
    HandledBy,
    HandOver,
    Interaction,
    InteractionId,
    KnowledgeBase,
)

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def contact(name: str, customer: str, by: HandledBy, after: dt.timedelta, *, handed: bool = False) -> Interaction:
    """A contact on the help pages or on the phone, answered at once and ended after five minutes."""
    at = NINE + after
    return Interaction(
        id=InteractionId(name),
        customer=CustomerId(customer),
        channel="phone" if by is HandledBy.HUMAN else "web",
        queued_at=at,
        answered_at=at,
        ended_at=at + HOUR / 12,
        handled_by=by,
        hand_overs=[HandOver(at=at + HOUR / 20, to="A-1")] if handed else [],
    )


def test_the_share_of_customers_who_solve_it_themselves() -> None:
    """KN-05: contacts ended without a person, and of those with a machine the ones that needed none soon after, too.

    Of seven contacts five are self-service; one of the five is handed to a person, so 4 of 7 ended without one. One
    customer more calls two days later, so 3 of 5 were really solved; another call after eight days is a new matter.
    """
    contacts = [
        contact("I-1", "K-1", HandledBy.SELF_SERVICE, 0 * DAY),
        contact("I-2", "K-2", HandledBy.SELF_SERVICE, 0 * DAY),
        contact("I-3", "K-3", HandledBy.SELF_SERVICE, 0 * DAY),
        contact("I-4", "K-4", HandledBy.SELF_SERVICE, 0 * DAY),
        contact("I-5", "K-5", HandledBy.SELF_SERVICE, 0 * DAY, handed=True),
        contact("I-6", "K-4", HandledBy.HUMAN, 2 * DAY),
        contact("I-7", "K-3", HandledBy.HUMAN, 8 * DAY),
    ]
    keys = ["self_service_rate", "containment_rate"]
    found = measure(keys, {"interactions": contacts}, now=NINE + 30 * DAY)
    assert [(m.value, m.n, m.undecided) for m in found] == [(4 / 7, 7, 0), (3 / 5, 5, 0)]
    soon = measure(["containment_rate"], {"interactions": contacts[:5]}, now=NINE + DAY).one()
    assert (soon.value, soon.undecided) == (None, 5)  # whether they call within a week is not known yet


def test_the_knowledge_base_helps_with_problems_and_shows_what_it_lacks() -> None:
    """KN-01, GV-24: articles by kind and category, linked to problems, reviewed by a rhythm, and counted by use.

    Refunds come up without an article; the guide to the router was last reviewed in January and is late in August.
    """
    january, may = dt.date(2026, 1, 10), dt.date(2026, 5, 10)
    base = KnowledgeBase(
        articles=[
            Article(
                id=ArticleId("KB-1"),
                title="Set up the router",
                category="router",
                kind="product_guide",
                problems=["no signal", "weak signal"],
                version=3,
                status="published",
                reviewed_on=january,
                every="half_yearly",
            ),
            Article(
                id=ArticleId("KB-2"),
                title="When is my invoice due?",
                category="billing",
                problems=["invoice"],
                status="published",
                reviewed_on=may,
                every="half_yearly",
            ),
            Article(id=ArticleId("KB-3"), title="Refunds", category="billing", problems=["refund"]),
        ]
    )
    assert [article.title for article in base.on("weak signal")] == ["Set up the router"]
    assert base.gaps(["no signal", "refund", "invoice", "refund"]) == ("refund",)
    august = dt.date(2026, 8, 1)
    assert [article.id for article in base.overdue(today=august)] == ["KB-1"]
    contacts = [
        attrs.evolve(contact(f"I-{number}", f"K-{number}", HandledBy.SELF_SERVICE, 0 * DAY), articles=used)
        for number, used in enumerate([["KB-1"], ["KB-1", "KB-2"], []])
    ]
    assert dict(base.uses(contacts)) == {"KB-1": 2, "KB-2": 1, "KB-3": 0}
