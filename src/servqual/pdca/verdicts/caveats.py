"""Caveats of a verdict: what its reader must know, each with a stable code, a severity and its effect."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, TypeAlias

import attrs

__all__ = ["CAVEATS", "Caveat", "Severity"]

Severity: TypeAlias = Literal["note", "weak", "blocking"]


class Told(NamedTuple):
    """When a caveat is given, and what it does to the verdict."""

    severity: Severity
    effect: str
    when: str
    invalid: bool = False
    """Whether the sides are not comparable then."""


@attrs.frozen(kw_only=True)
class Caveat:
    """A code for machines, a sentence for people, how heavy it weighs, and what it does to the verdict.

    `severity`: a `note` says what is not known, a `weak` one that the verdict leans on less than it seems to, a
    `blocking` one stops an improvement or makes the verdict invalid, as `effect` says. None withholds *worse* alone.
    """

    code: str
    text: str
    severity: Severity
    effect: str

    def __str__(self) -> str:
        return self.text


def _invalid(when: str) -> Told:
    return Told("blocking", "the verdict is invalid", when, invalid=True)


_UNCLEAR: Final = "an improvement is unclear"
_NONE: Final = "none on the decision"
CAVEATS: Final[Mapping[str, Told]] = MappingProxyType(
    {
        "compare.no_data": _invalid("a side has no value"),
        "compare.definition_differs": _invalid("the KPI has another formula, version or parameter on the other side"),
        "compare.scale_differs": _invalid("the scores of the sides lie on different scales"),
        "compare.currency_differs": _invalid("the amounts of the sides are in different currencies"),
        "compare.confidence_differs": _invalid(
            "a measurement without its cell has its interval at another confidence than the one asked for",
        ),
        "compare.windows_overlap": _invalid(
            "both sides state a period, they overlap, and the tallies are not the same one"
        ),
        "compare.windows_reversed": _invalid("the period of after ends before that of before begins"),
        "compare.tags_overlap": _invalid("the sides are two tags, and a row may have both"),
        "compare.lengths_differ": _invalid(
            "a count, a count per head, or a share of customers by what they did in the whole period, is compared over "
            "periods of different length"
        ),
        "cells.mostly_unread": _invalid("over half of the rows that the KPI needs could not be read on a side"),
        "parts.unread": _invalid(
            "over half of the rows of one of the two KPIs that it divides could not be read on a side"
        ),
        "cases.immature": _invalid(
            "undecided cases may undo what the interval says, its side of 0 or that it lies within the margin; or they "
            "are over half of a side, where the KPI is no share"
        ),
        "cases.seen_at_other_ages": _invalid(
            "the sides were seen over a day apart after the end of their periods, where both state period and `now`, "
            "and the KPI ripens and one age is below two weeks, or it is a duration and over 2 % of the rows of a side "
            "go on"
        ),
        "kpi.no_direction": Told("blocking", "neither improved nor worse", "neither direction of the KPI is better"),
        "interval.none": Told(
            "blocking", "the verdict is unclear, unless a guardrail is worse", "the change has no interval"
        ),
        "guardrail.no_data": Told("blocking", _UNCLEAR, "a guardrail has no interval or no better direction"),
        "guardrail.not_comparable": Told(
            "blocking",
            "the guardrail is unclear, and so is an improvement",
            "the sides of a guardrail cannot be compared, or its undecided cases may carry it over its margin",
        ),
        "volume.explains": Told(
            "blocking",
            _UNCLEAR,
            "a duration, or a share of what was done in time, changed the way that the load alone would change it: "
            "rows per day differ by a tenth or more, and by more than chance, between stated periods",
        ),
        "mix.reversed": Told(
            "blocking", _UNCLEAR, "the change of rates alone has the other sign than the change of the whole, or is 0"
        ),
        "cases.undecided": Told(
            "weak", _NONE, "undecided cases may still turn the sign of a change of which the interval is not sure"
        ),
        "mix.changed": Told("weak", _NONE, "a fifth of the change or more comes from a change of mix"),
        "mix.unknown": Told("note", _NONE, "no columns of the mix were named"),
        "period.unknown": Told("note", _NONE, "a side states no period, so that overlap and season cannot be seen"),
        "rows.differ": Told("weak", _NONE, "the sides count other rows, by where="),
        "cells.unread": Told("weak", _NONE, "5 % or more of the rows that the KPI needs could not be read on a side"),
        "counts.contradict": Told("weak", _NONE, "ready-made counts of a side do not add up in their rows"),
        "flags.only_yes": Told(
            "weak", _NONE, "a column of a side has more blanks than rows that count, and says no in none of them"
        ),
        "money.mixed": Told(
            "weak", _NONE, "amounts of a side are in several currencies, which do not add up, so that it has no value"
        ),
        "parts.unchecked": Told(
            "weak", _NONE, "tallies were added, and the KPI needs all rows of a customer in one of them"
        ),
        "rows.repeats_unchecked": Told(
            "weak",
            _NONE,
            "rows of a side repeat an id of an earlier chunk that could not be read again, or ids were not compared "
            "across its parts",
        ),
        "rows.undated": Told("weak", _NONE, "rows of a side count although the moment that dates them is missing"),
        "scores.off_scale": Told(
            "weak", _NONE, "scores of a side lie off the scale of their question, or seem to be of another one"
        ),
        "tags.unsplit": Told("weak", _NONE, "texts of several tags were not split, so that each counts as one tag"),
        "time.ambiguous": Told(
            "note", _NONE, "times of a side, which the clock of their zone shows twice, were read as the first of both"
        ),
        "where.no_match": Told("weak", _NONE, "no row of a side has the values that were asked for"),
        "group.no_match": Told("weak", _NONE, "no row of a side has a value in a column of its groups"),
        "layout.no_match": Told("note", _NONE, "a setting of the layout of a side met nothing in its rows"),
        "n.small": Told("weak", _NONE, "a side has fewer than 30 rows"),
        "interval.approximate": Told(
            "note", _NONE, "a score interval of fewer than three hits or three misses on a side"
        ),
        "volume.changed": Told(
            "weak",
            _NONE,
            "rows per day, but of a stock, differ by a fifth or more, and by more than chance, between stated periods",
        ),
        "response.rate_changed": Told(
            "weak", _NONE, "the response rate of the survey changed by five points or more, and by more than chance"
        ),
        "response.rate_unknown": Told("note", _NONE, "a survey is compared without its response rate in both tallies"),
        "series.trend": Told("weak", _NONE, "the periods before the change already moved in one direction"),
        "series.overdispersed": Told(
            "weak",
            "the interval is wider",
            "the share, or the count per week or more, scatters between the periods of a side by more than chance "
            "(chi-square, 1 %)",
        ),
        "scatter.widened": Told(
            "note",
            "the interval is wider",
            "the sides are series of a share or a count, and their periods scatter by more than the mean of chance",
        ),
        "scatter.unknown": Told(
            "note",
            _NONE,
            "a share or a count is compared, and a side is no series of four periods or more (a count: six), such as "
            "weeks, by which its scatter could be held against chance",
        ),
        "series.season": Told("note", _NONE, "the sides lie in different months of the year"),
        "kpis.several": Told("weak", _NONE, "several KPIs are judged and none was named as the primary one"),
        "kpis.after_primary": Told(
            "weak",
            "the interval is extended to hold 0",
            "the primary KPI did not change or is invalid, so that others are not tested",
        ),
        "groups.several": Told("note", _NONE, "several groups are judged, each at the full confidence"),
        "looks.several": Told("note", "the interval is wider", "the change is looked at several times, as planned"),
        "selection.shrunk": Told(
            "note",
            "the value before is drawn to the level of all groups",
            "the group was picked by its value before",
        ),
        "guardrails.proposed": Told("note", _NONE, "no guardrail was named"),
        "n_needed.none": Told(
            "note",
            _NONE,
            "the verdict is unclear, a margin was named, and it cannot be said how many cases are still needed: of a "
            "count, or without an interval",
        ),
        "margin.none": Told(
            "note", "nothing is equivalent, and no number of cases can be given", "no margin was named"
        ),
    }
)
"""The codes: severity, effect and when each is given."""


def caveat(code: str, text: str) -> Caveat:
    """Make the caveat of a code."""
    told = CAVEATS[code]
    return Caveat(code=code, text=text, severity=told.severity, effect=told.effect)
