"""The knowledge base: articles with category, version and review, and how often each was used."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType

import attrs

from servqual._checks import as_texts, calendar_date, differ, filled, whole
from servqual._typed import typed
from servqual.model.declared import declared
from servqual.model.hours.cadence import Cadence
from servqual.model.ids import ArticleId
from servqual.model.labels import Labelled
from servqual.model.service.interaction import Interaction

__all__ = ["Article", "ArticleKind", "ArticleStatus", "KnowledgeBase"]


class ArticleKind(Labelled):
    """Kind of article."""

    FAQ = "faq", "常见问题解答", "frequently asked questions"
    PRODUCT_GUIDE = "product_guide", "产品指南"
    TECHNICAL_DOCUMENT = "technical_document", "技术文档"
    SERVICE_SKILL = "service_skill", "服务技巧"
    EXPERIENCE = "experience", "经验总结", "lessons from experience"


class ArticleStatus(Labelled):
    """Status of an article; customers and staff read only what is published."""

    DRAFT = "draft", "草稿"
    PUBLISHED = "published", "已发布"
    RETIRED = "retired", "已停用"


@declared("article")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Article:
    """One article of the knowledge base.

    `category` sorts the article, `problems` are the categories of problems that it helps with. `reviewed_on` is the day
    when somebody last saw that it is right, and `every` the rhythm of such reviews.

    >>> note = Article(id=ArticleId("KB-1"), title="Reset the router", category="router", kind="faq",
    ...                reviewed_on=dt.date(2026, 5, 4), every="half_yearly", status="published")
    >>> note.review_due, note.kind.label("zh")
    (datetime.date(2026, 11, 4), '常见问题解答')
    """

    id: ArticleId = attrs.field(validator=filled)
    title: str = attrs.field(validator=filled)
    category: str = attrs.field(validator=filled)
    kind: ArticleKind = attrs.field(default=ArticleKind.FAQ, converter=ArticleKind)
    problems: tuple[str, ...] = attrs.field(default=(), converter=as_texts)
    version: int = attrs.field(default=1, validator=whole(1))
    status: ArticleStatus = attrs.field(default=ArticleStatus.DRAFT, converter=ArticleStatus)
    reviewed_on: dt.date | None = attrs.field(default=None, validator=attrs.validators.optional(calendar_date))
    every: Cadence | None = attrs.field(default=None, converter=attrs.converters.optional(Cadence))

    @property
    def review_due(self) -> dt.date | None:
        """Day of the next review; None without a rhythm or a first review."""
        return None if self.every is None or self.reviewed_on is None else self.every.after(self.reviewed_on)


@declared("knowledge_base")
@attrs.frozen(kw_only=True, field_transformer=typed)
class KnowledgeBase:
    """Articles, each with an id of its own.

    >>> base = KnowledgeBase(articles=[Article(id=ArticleId("KB-1"), title="Reset", category="router",
    ...                                        problems=["no connection"], status="published")])
    >>> [article.title for article in base.on("no connection")], base.gaps(["no connection", "noise"])
    (['Reset'], ('noise',))
    """

    articles: tuple[Article, ...] = attrs.field(
        converter=tuple[Article, ...],
        validator=differ(lambda article: article.id, "id"),
        repr=lambda a: f"<{len(a)} articles>",
    )

    @property
    def published(self) -> tuple[Article, ...]:
        """Articles that people may read."""
        return tuple(article for article in self.articles if article.status is ArticleStatus.PUBLISHED)

    def on(self, problem: str) -> tuple[Article, ...]:
        """List the published articles that help with a category of problems."""
        return tuple(article for article in self.published if problem in article.problems)

    def gaps(self, problems: Iterable[str]) -> tuple[str, ...]:
        """List the categories of problems that no published article helps with, each once."""
        return tuple(problem for problem in dict.fromkeys(problems) if not self.on(problem))

    def overdue(self, *, today: dt.date) -> tuple[Article, ...]:
        """List the published articles whose day of review has passed."""
        return tuple(one for one in self.published if one.review_due is not None and today > one.review_due)

    def uses(self, contacts: Iterable[Interaction]) -> Mapping[ArticleId, int]:
        """Count the contacts that used each article; an article that no contact used has 0.

        A contact counts an article once. Articles that the base does not have are left out.
        """
        used = Counter(article for contact in contacts for article in set(contact.articles))
        return MappingProxyType({article.id: used[article.id] for article in self.articles})
