"""A question of a survey: its words, its dimension of service, and the scale of its answers."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import attrs

from servqual._checks import filled
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model._pickled import Rebuilt
from servqual.model.declared import declared
from servqual.model.labels import Labelled, Language


class QuestionKind(Labelled):
    """Use of the answers to a question."""

    CSAT = "csat", "客户满意度", "customer satisfaction"
    NPS = "nps", "净推荐值", "net promoter score"
    CES = "ces", "客户费力度", "customer effort"
    PERCEPTION = "perception", "感知"
    EXPECTATION = "expectation", "期望"
    RATING = "rating", "评分"
    TEXT = "text", "开放题", "free text"


class Dimension(Labelled):
    """Five standard dimensions of perceived service quality; a question may name another one."""

    TANGIBLES = "tangibles", "有形性"
    RELIABILITY = "reliability", "可靠性"
    RESPONSIVENESS = "responsiveness", "响应性"
    ASSURANCE = "assurance", "保证性"
    EMPATHY = "empathy", "移情性"


def _anchors(value: Mapping[int, str]) -> Mapping[int, str]:
    return MappingProxyType(dict(sorted(value.items())))


@attrs.frozen(kw_only=True, field_transformer=typed)
class Scale(Rebuilt):
    """Whole points from `low` to `high`, both included, and words for some of them.

    Refused: a scale of fewer than two points, and words at a point off the scale.

    >>> five = Scale(low=1, high=5, anchors={1: "very dissatisfied", 5: "very satisfied"})
    >>> five.holds(6), five.reverse(2)
    (False, 4)
    """

    low: int
    high: int
    anchors: Mapping[int, str] = attrs.field(factory=dict, converter=_anchors, hash=False)

    def __attrs_post_init__(self) -> None:
        if self.high <= self.low:
            raise InvalidValue.of(
                "high",
                "lie above low",
                self.high,
                shown=f"{self.low} to {self.high}",
                do="a scale has two points at least",
            )
        for point in self.anchors:
            if not self.holds(point):
                raise InvalidValue.of("anchors", f"stand at points from {self.low} to {self.high}", point)

    def holds(self, score: object) -> bool:
        """Say whether this is a point of the scale: a whole number within it."""
        return isinstance(score, int) and not isinstance(score, bool) and self.low <= score <= self.high

    def reverse(self, score: int) -> int:
        """Mirror a point, as a reversed question needs."""
        return self.low + self.high - score


_NPS_SCALE: Final = (0, 10)
_BY_DIMENSION: Final = frozenset({QuestionKind.PERCEPTION, QuestionKind.EXPECTATION})


@declared("question")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Question:
    """One question, named by its `key`, with its text and perhaps a Chinese translation.

    Every kind but free text has a scale. The score of a `reversed` question is mirrored before it counts, so that a
    high value is always good. Satisfaction needs the lowest value of a satisfied customer (`satisfied_from`); the net
    promoter question has a scale of 0 to 10 and is never reversed; perception and expectation name their dimension.
    Anything else is refused.

    >>> happy = Question(key="happy", kind="csat", text="How satisfied are you?", scale=Scale(low=1, high=5),
    ...                  satisfied_from=4)
    >>> hard = Question(key="hard", kind="ces", text="It was hard to get help.", scale=Scale(low=1, high=7),
    ...                 reversed=True)
    >>> hard.value(6), happy.satisfies(4)
    (2, True)
    """

    key: str = attrs.field(validator=filled)
    kind: QuestionKind = attrs.field(converter=QuestionKind)
    text: str = attrs.field(validator=filled)
    chinese: str = ""
    scale: Scale | None = None
    dimension: str | None = None
    reversed: bool = False
    satisfied_from: int | None = None

    def __attrs_post_init__(self) -> None:
        scored = self.kind is not QuestionKind.TEXT
        self._rule("scale", ok=(self.scale is not None) == scored, rule="be given for all but free text")
        self._rule("reversed", ok=scored or not self.reversed, rule="be left out for free text")
        if self.kind is QuestionKind.NPS and self.scale is not None:
            self._rule("reversed", ok=not self.reversed, rule="be left out, for ten is always best")
            ends = (self.scale.low, self.scale.high)
            self._rule("scale", ok=ends == _NPS_SCALE, rule="go from 0 to 10 for the net promoter question")
        if self.kind is QuestionKind.CSAT:
            ok = self.scale is not None and self.scale.holds(self.satisfied_from)
            self._rule("satisfied_from", ok=ok, rule="be a point of the scale for satisfaction")
        else:
            self._rule("satisfied_from", ok=self.satisfied_from is None, rule="be left out for all but satisfaction")
        named = bool(self.dimension and self.dimension.strip())
        self._rule("dimension", ok=named or self.kind not in _BY_DIMENSION, rule="be named for perceived quality")

    def _rule(self, field: str, *, ok: bool, rule: str) -> None:
        if not ok:
            got = getattr(self, field)
            raise InvalidValue.of(field, rule, got, shown=f"{got!r} for {self.kind}")

    def asked(self, language: Language = "en") -> str:
        """Return the text of the question; the original one where there is no Chinese."""
        return self.chinese if language == "zh" and self.chinese else self.text

    def value(self, score: int) -> int:
        """Return the value of a score: itself, or its mirror image where the question is reversed.

        A score off the scale, and any score of free text, is refused.
        """
        if self.scale is None or not self.scale.holds(score):
            points = "left out for text" if self.scale is None else f"{self.scale.low} to {self.scale.high}"
            raise InvalidValue.of("score", f"be {points}", score, shown=f"{score!r} for {self.key!r}")
        return self.scale.reverse(score) if self.reversed else score

    def satisfies(self, score: int) -> bool | None:
        """Say whether a score means satisfied; None for a question of another kind."""
        value = self.value(score)
        return None if self.satisfied_from is None else value >= self.satisfied_from
