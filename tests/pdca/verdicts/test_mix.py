"""A change split into rates and mix: exact, and against the same written out slowly."""

import datetime as dt
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.metrics import KPIS, Tally, tally
from servqual.pdca import MixSplit, compare

MARCH, NOW = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC), dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
Cell = tuple[int, int]
counts = st.dictionaries(
    st.sampled_from(["phone", "chat", "mail"]), st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1
)


def in_channels(cells: dict[str, Cell], by: tuple[str, ...] = ("channel",), **more: Any) -> Tally:
    """Cases by channel: solved and not."""
    channel = [name for name, (solved, rest) in cells.items() for _ in range(solved + rest)]
    ends = [
        MARCH + dt.timedelta(hours=1) if i < solved else None
        for solved, rest in cells.values()
        for i in range(solved + rest)
    ]
    data = {"received_at": [MARCH] * len(ends), "resolved_at": ends, "channel": channel}
    return tally(["resolution_rate"], {"cases": data | more}, by=by, now=NOW)


def slow(before: dict[str, Cell], after: dict[str, Cell]) -> tuple[Fraction, Fraction]:
    """Rates and mix of Kitagawa, channel by channel."""
    whole = [sum(a + b for a, b in side.values()) for side in (before, after)]
    rates = mix = Fraction(0)
    for name in {*before, *after}:
        share: list[Any] = []
        value: list[Any] = []
        for side, n in zip((before, after), whole, strict=True):
            solved, rest = side.get(name, (0, 0))
            share.append(Fraction(solved + rest, n))
            value.append(Fraction(solved, solved + rest) if solved + rest else None)
        if value == [None, None]:
            continue
        first, last = (value[1] if value[0] is None else value[0]), (value[0] if value[1] is None else value[1])
        rates += (share[0] + share[1]) / 2 * (last - first)
        mix += (first + last) / 2 * (share[1] - share[0])
    return rates, mix


@settings(max_examples=25, deadline=None)
@given(counts, counts)
def test_rates_and_mix_sum_to_the_change_exactly(before: dict[str, Cell], after: dict[str, Cell]) -> None:
    """In fractions, equal to the slow way; channels that are new or gone are all mix."""
    verdict = compare(in_channels(before), in_channels(after), mix_by=["channel"])
    whole = [[sum(side[name][i] for name in side) for i in (0, 1)] for side in (before, after)]
    if not all(map(sum, whole)):
        assert verdict.mix is None
        return
    split = verdict.mix
    assert split is not None
    assert split.rates + split.mix == split.change
    assert split.change == Fraction(whole[1][0], sum(whole[1])) - Fraction(whole[0][0], sum(whole[0]))
    assert (split.rates, split.mix) == slow(before, after)
    assert sum((row.rates for row in split.rows), Fraction(0)) == split.rates
    assert verdict.change == pytest.approx(float(split.change))


def test_the_paradox_of_simpson_is_seen() -> None:
    """Both channels got worse while the whole got better, because the better channel grew: that is unclear."""
    verdict = compare(
        in_channels({"phone": (90, 10), "chat": (300, 700)}),
        in_channels({"phone": (850, 150), "chat": (20, 80)}),
        mix_by=["channel"],
    )
    assert isinstance(verdict.mix, MixSplit)
    assert verdict.low is not None
    assert verdict.low > 0 > verdict.mix.rates
    assert (verdict.decision, verdict.rule) == ("unclear", "blocked")
    assert "mix.reversed" in {caveat.code for caveat in verdict.caveats}


def test_a_split_is_made_within_each_other_group() -> None:
    """Grouped by team and channel, with the mix over channels: one verdict per team, each with its own split."""
    cells = {"phone": (30, 10), "chat": (10, 30)}, {"phone": (38, 2), "chat": (12, 28)}
    team = ["north", "south"] * 40
    sides = [in_channels(side, by=("team", "channel"), team=team) for side in cells]
    found = compare(sides[0], sides[1], mix_by=["channel"])
    assert [dict(row.group) for row in found] == [{"team": "north"}, {"team": "south"}]
    for row in found:
        assert row.mix is not None
        assert row.mix.by == ("channel",)
        assert float(row.mix.change) == pytest.approx(row.change)


WAITS = {"wait_s": [10.0] * 40 + [90.0] * 40 + [20.0] * 20}
SCORES = {"score": [10] * 50 + [0] * 30 + [8] * 20}


@pytest.mark.parametrize(
    ("kpi", "table", "columns"),
    [("asa", "interactions", WAITS), ("nps", "answers", SCORES)],
)
def test_means_and_net_scores_split_as_shares_do(kpi: str, table: str, columns: dict[str, Any]) -> None:
    """The exact change of the whole is the change of the verdict, in its unit."""
    sides = []
    for phones in (60, 30):
        data = columns | {"channel": ["phone"] * phones + ["chat"] * (100 - phones)}
        data |= {"queued_at": [MARCH] * 100} if table == "interactions" else {}
        sides.append(
            tally([kpi], {table: {name: values[phones // 10 :] for name, values in data.items()}}, by=["channel"])
        )
    verdict = compare(sides[0], sides[1], mix_by=["channel"])
    assert verdict.mix is not None
    assert verdict.change == pytest.approx(float(verdict.mix.change))
    assert verdict.mix.change == verdict.mix.rates + verdict.mix.mix != 0


def test_a_percentile_has_no_split() -> None:
    """It is no sum over a sum; the caveat says so."""
    sides = [
        tally(
            ["wait_p90"],
            {"interactions": WAITS | {"queued_at": [MARCH] * 100, "channel": ["phone", "chat"] * 50}},
            by=["channel"],
        )
    ] * 2
    verdict = compare(sides[0], sides[1], mix_by=["channel"])
    assert verdict.mix is None
    assert "mix.unknown" in {caveat.code for caveat in verdict.caveats}
    assert KPIS["wait_p90"].statistic == "p90"
