"""Articles of the knowledge base: what helps, what is missing, what is due, and what is used."""

import datetime as dt

import pytest

from servqual.errors import InvalidValue
from servqual.model import Article, ArticleId, Interaction, InteractionId, KnowledgeBase

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)


def article(name: str, **facts: object) -> Article:
    """A published article on wifi."""
    known: dict[str, object] = {"title": "t", "category": "router", "problems": ["wifi"], "status": "published"}
    return Article(id=ArticleId(name), **(known | facts))  # type: ignore[arg-type]


def test_only_what_is_published_helps() -> None:
    """Neither a draft nor a retired article."""
    base = KnowledgeBase(articles=[article("1", status="draft"), article("2", status="retired")])
    assert (base.on("wifi"), base.gaps(["wifi", "wifi"])) == ((), ("wifi",))


def test_a_review_is_due_from_the_last_one() -> None:
    """On the day itself it is in time; without a rhythm or a review nothing is due."""
    base = KnowledgeBase(
        articles=[
            article("1", reviewed_on=dt.date(2026, 1, 31), every="monthly"),
            article("2", reviewed_on=dt.date(2026, 1, 31)),
            article("3", every="monthly"),
            article("4", reviewed_on=dt.date(2020, 1, 1), every="monthly", status="retired"),
        ]
    )
    assert [one.review_due for one in base.articles[:3]] == [dt.date(2026, 2, 28), None, None]
    assert base.overdue(today=dt.date(2026, 2, 28)) == ()
    assert [one.id for one in base.overdue(today=dt.date(2026, 3, 1))] == ["1"]


def test_a_contact_uses_an_article_once() -> None:
    """However often it was opened; a foreign id is not counted."""
    base = KnowledgeBase(articles=[article("1"), article("2")])
    used = [["1", "1"], ["1", "9"], []]
    contacts = [
        Interaction(id=InteractionId(str(n)), channel="phone", queued_at=NINE, articles=names)
        for n, names in enumerate(used)
    ]
    assert dict(base.uses(contacts)) == {"1": 2, "2": 0}


def test_an_id_names_one_article() -> None:
    """Another version replaces it and does not stand beside it."""
    with pytest.raises(InvalidValue, match="'1' twice"):
        KnowledgeBase(articles=[article("1"), article("1", version=2)])
