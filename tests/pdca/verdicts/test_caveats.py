"""Every caveat of a verdict has one comparison that fires it and one that keeps it silent."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from servqual.metrics import KPIS, Measurement, Tally, measure, tally
from servqual.metrics.results import caveats as measured
from servqual.pdca import CAVEATS, Guardrail, Selected, Verdict, compare
from servqual.readers import Layout

MARCH, MAY = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC), dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
NOW, DAY = dt.datetime(2026, 6, 1, tzinfo=dt.UTC), dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
CSAT = KPIS["csat"].with_(scale=(1, 5), satisfied_from=4)
IN_MARCH, IN_MAY = (
    (dt.datetime(2026, 3, 1, tzinfo=dt.UTC), dt.datetime(2026, 4, 1, tzinfo=dt.UTC)),
    (
        dt.datetime(2026, 5, 1, tzinfo=dt.UTC),
        dt.datetime(2026, 6, 1, tzinfo=dt.UTC),
    ),
)
YEAR_LATER = (dt.datetime(2027, 3, 1, tzinfo=dt.UTC), dt.datetime(2027, 4, 1, tzinfo=dt.UTC))


def cases(
    *kpis: Any,
    n: int = 400,
    solved: int = 200,
    start: dt.datetime = MARCH,
    reopened: int = 20,
    step: dt.timedelta = dt.timedelta(0),
    **options: Any,
) -> Tally:
    """A tally of cases: some solved a day later, some reopened."""
    at = [start + i * step for i in range(n)]
    data = {
        "received_at": at,
        "resolved_at": [when + DAY if i < solved else None for i, when in enumerate(at)],
        "reopened": [i < reopened for i in range(n)],
        **options.pop("columns", {}),
    }
    return tally(kpis or ["resolution_rate"], {"cases": data}, **{"now": max(NOW, at[-1] + 9 * DAY), **options})


def answers(high: int, low: int, *kpis: Any, asked: int | None = None, scale: tuple[int, int] = (1, 5)) -> Tally:
    """A tally of answers; with `asked`, of so many invited."""
    invited = high + low if asked is None else asked
    csat = CSAT.with_(scale=scale)
    data = {
        "score": [5] * high + [1] * low + [None] * (invited - high - low),
        "invited_at": [MARCH] * invited,
        "answered_at": [MARCH + DAY] * (high + low) + [None] * (invited - high - low),
    }
    return tally([csat, *kpis], {"answers": data}, now=NOW)


def kept(*, kept: int, missed: int, waiting: int) -> Tally:
    """A tally of complaints answered within five days; some may still be in time."""
    n = kept + missed + waiting
    given = [NOW - 20 * DAY] * (kept + missed) + [NOW - DAY] * waiting
    ends = [NOW - 19 * DAY] * kept + [NOW - 2 * DAY] * missed + [None] * waiting
    kpi = KPIS["resolution_kept"].with_(within=5 * DAY)
    return tally(
        [kpi], {"cases": {"received_at": given, "resolved_at": ends, "case_id": [str(i) for i in range(n)]}}, now=NOW
    )


def contacts(wait: Any, **columns: Any) -> Tally:
    """A tally of the speed of answer."""
    return tally(["asa"], {"interactions": {"queued_at": [MARCH] * len(wait), "wait_s": wait, **columns}})


def lone(confidence: float, **group: str) -> Any:
    """A measurement without its cell."""
    return attrs.evolve(cases().measure(confidence).one(), cell=None, group=group)


def in_channels(phone: tuple[int, int], chat: tuple[int, int]) -> Tally:
    """Cases by channel: solved of all, by phone and by chat."""
    channel, ends = [], []
    for name, (solved, n) in (("phone", phone), ("chat", chat)):
        channel += [name] * n
        ends += [MARCH + DAY] * solved + [None] * (n - solved)
    data = {"received_at": [MARCH] * len(ends), "resolved_at": ends, "channel": channel}
    return tally(["resolution_rate"], {"cases": data}, by=["channel"], now=NOW)


def weeks(solved: list[int]) -> Tally:
    """A series of weeks of 100 cases each, so many solved."""
    at = [MARCH + 7 * i * DAY for i, _ in enumerate(solved) for _ in range(100)]
    ends = [MARCH + (7 * i + 1) * DAY if place < of else None for i, of in enumerate(solved) for place in range(100)]
    return tally(
        ["resolution_rate"], {"cases": {"received_at": at, "resolved_at": ends}}, by=["week"], now=NOW + 200 * DAY
    )


def complaints(unread: int) -> Tally:
    """A tally of a hundred complaints over many contacts, so many of them without a date that can be read."""
    data = {
        "complaints": {"received_at": ["soon"] * unread + [MARCH] * (100 - unread)},
        "interactions": {"queued_at": [MARCH] * 1000},
    }
    return tally(["complaint_rate"], data)


def asked(*, added: bool) -> Tally:
    """A tally of who was asked and who answered, in one call or in two that are added."""
    invited = {"customer_id": ["K-1", "K-2"] * 20, "invited_at": [MARCH] * 40, "answered_at": [None] * 40}
    told = {"customer_id": ["K-1"], "invited_at": [None], "answered_at": [MARCH + DAY]}
    if not added:
        return tally([RESPONSE], {"answers": [invited, told]}, now=NOW)
    return tally([RESPONSE], {"answers": invited}, now=NOW) + tally([RESPONSE], {"answers": told}, now=NOW)


def repeated(chunks: Callable[[list[Any]], Any]) -> Tally:
    """A tally of two chunks of which the second repeats an id."""
    parts = [{"case_id": [name, "C-1"], "received_at": [MARCH] * 2} for name in ("C-2", "C-3")]
    return tally(["case_volume"], {"cases": chunks(parts)})


def bought(*currencies: str) -> Tally:
    """A tally of forty purchases in two currencies."""
    data = {"customer_id": ["a"] * 40, "at": [MARCH] * 40, "amount": [9.0, 8.0] * 20, "currency": [*currencies] * 20}
    return tally(["purchase_amount"], {"purchases": data})


def undated(last: dt.datetime | None) -> Tally:
    """A tally of forty answers of which the last one may have no date."""
    return tally(["nps"], {"answers": {"score": [9] * 40, "answered_at": [*[MARCH] * 39, last]}})


def marked(*, rest: bool | None) -> Tally:
    """A tally of a hundred cases, forty of them escalated."""
    flags = {"received_at": [MARCH] * 100, "escalated": [True] * 40 + [rest] * 60}
    return tally(["escalation_rate"], {"cases": flags})


def shown(time: str) -> Tally:
    """A tally of forty cases at a time of the day on which summer time ends."""
    texts = [f"2026-10-25 {time}"] * 40
    return tally(["case_volume"], {"cases": {"received_at": texts}}, naive="Europe/Berlin")


def scores(of: list[int]) -> Tally:
    """A tally of the net promoter score."""
    return tally(["nps"], {"answers": {"score": of}})


def of_team(name: str | None) -> Tally:
    """A tally by team."""
    return cases(by=["team"], columns={"team": [name] * 400})


def tagged(text: str) -> Tally:
    """A tally of one tag, whose texts hold one or several."""
    return cases(columns={"tags": [text] * 400}, where={"tags": text})


def laid_out(missing: str) -> Measurement:
    """A measurement alone of cases that name no team, by a layout with a word for that."""
    rows = {"received_at": [MARCH] * 400, "team": ["n/k"] * 400}
    return attrs.evolve(measure(["case_volume"], {"cases": rows}, layout=Layout(missing=(missing,))).one(), cell=None)


def counted_in(answered: int) -> Tally:
    """An interval of 100 calls offered, of which 5 gave up, and another one."""
    table = {"at": [MAY, MAY], "offered": [100, 100], "answered": [answered, 90], "abandoned": [5, 5]}
    return tally(["answer_rate"], {"contact_counts": table})


def week_of(length: int, **facts: Any) -> Tally:
    """A tally of so many days of March, with the number of solved cases."""
    start = IN_MARCH[0] + (length - 7) * 7 * DAY
    return cases("resolution_rate", "cases_resolved", period=(start, start + length * DAY), start=start, **facts)


def waited(days: int, n: int, period: tuple[dt.datetime, dt.datetime]) -> Tally:
    """A tally of times to resolution, of so many days and up to an hour more."""
    at = [period[0] + 9 * HOUR] * n
    ends = [when + days * DAY + HOUR * (i % 60) / 60 for i, when in enumerate(at)]
    rows = {"received_at": at, "resolved_at": ends}
    return tally(["resolution_time"], {"cases": rows}, period=period, now=period[1] + 30 * DAY)


RAIL = [Guardrail(kpi="reopen_rate", margin=0.1)]
SOLVED = Guardrail(kpi="cases_resolved", margin=50)
BOTH = "resolution_rate", "reopen_rate"
RESPONSE = KPIS["survey_response_rate"]
Case = Callable[[], Any]
EXAMPLES: dict[str, tuple[Case, Case]] = {
    "compare.no_data": (
        lambda: compare(cases(), cases(reopened=0, where={"reopened": True})),
        lambda: compare(cases(), cases(reopened=1)),
    ),
    "compare.definition_differs": (
        lambda: compare(kept(kept=50, missed=20, waiting=0), _other_limit()),
        lambda: compare(kept(kept=50, missed=20, waiting=0), kept(kept=60, missed=10, waiting=0)),
    ),
    "compare.scale_differs": (
        lambda: compare(answers(50, 20), answers(50, 20, scale=(1, 7)), "csat"),
        lambda: compare(answers(50, 20), answers(60, 20), "csat"),
    ),
    "compare.currency_differs": (
        lambda: compare(bought("EUR", "EUR"), bought("JPY", "JPY")),
        lambda: compare(bought("EUR", "EUR"), bought("EUR", "EUR")),
    ),
    "compare.confidence_differs": (
        lambda: compare(lone(0.9), lone(0.9)),
        lambda: compare(lone(0.9), lone(0.9), confidence=0.9),
    ),
    "compare.windows_overlap": (
        lambda: compare(cases(period=IN_MARCH), cases(period=(IN_MARCH[0] + DAY, IN_MAY[1]), solved=250)),
        lambda: compare(cases(period=IN_MARCH), cases(period=(IN_MARCH[1], IN_MAY[1]), start=MAY)),
    ),
    "compare.tags_overlap": (
        lambda: compare(lone(0.95, tags="vip"), lone(0.95, tags="b2b")),
        lambda: compare(lone(0.95, tags="vip"), lone(0.95, tags="vip")),
    ),
    "compare.windows_reversed": (
        lambda: compare(cases(period=IN_MAY, start=MAY), cases(period=IN_MARCH)),
        lambda: compare(cases(period=IN_MARCH), cases(period=IN_MAY, start=MAY)),
    ),
    "compare.lengths_differ": (
        lambda: compare(
            cases("case_volume", period=IN_MARCH), cases("case_volume", period=(MAY, MAY + DAY), start=MAY)
        ),
        lambda: compare(cases("case_volume", period=IN_MARCH), cases("case_volume", period=IN_MAY, start=MAY)),
    ),
    "cells.mostly_unread": (
        lambda: compare(contacts([1.0] * 40), contacts([1.0] * 40 + [-1.0] * 60)),
        lambda: compare(contacts([1.0] * 40), contacts([1.0] * 40 + [-1.0] * 10)),
    ),
    "cells.unread": (
        lambda: compare(contacts([1.0] * 40), contacts([1.0] * 40 + [-1.0] * 10)),
        lambda: compare(contacts([1.0] * 40), contacts([1.0] * 40 + [-1.0])),
    ),
    "parts.unread": (
        lambda: compare(complaints(0), complaints(60)),
        lambda: compare(complaints(0), complaints(30)),
    ),
    "flags.only_yes": (
        lambda: compare(marked(rest=None), marked(rest=None)),
        lambda: compare(marked(rest=False), marked(rest=False)),
    ),
    "money.mixed": (
        lambda: compare(bought("EUR", "JPY"), bought("EUR", "JPY")),
        lambda: compare(bought("EUR", "EUR"), bought("EUR", "EUR")),
    ),
    "parts.unchecked": (
        lambda: compare(asked(added=True), asked(added=False)),
        lambda: compare(asked(added=False), asked(added=False)),
    ),
    "counts.contradict": (
        lambda: compare(counted_in(90), counted_in(110)),
        lambda: compare(counted_in(90), counted_in(95)),
    ),
    "rows.repeats_unchecked": (
        lambda: compare(repeated(iter), repeated(iter)),
        lambda: compare(repeated(list), repeated(list)),
    ),
    "rows.undated": (
        lambda: compare(undated(MARCH), undated(None)),
        lambda: compare(undated(MARCH), undated(MAY)),
    ),
    "scores.off_scale": (
        lambda: compare(scores([5] * 20), scores([5] * 18 + [7] * 2)),
        lambda: compare(scores([6] * 9 + [9]), scores([9] * 20)),
    ),
    "tags.unsplit": (
        lambda: compare(tagged("vip, b2b"), tagged("vip, b2b")),
        lambda: compare(tagged("vip"), tagged("vip")),
    ),
    "layout.no_match": (
        lambda: compare(laid_out("leer"), laid_out("leer")),
        lambda: compare(laid_out("n/k"), laid_out("n/k")),
    ),
    "time.ambiguous": (
        lambda: compare(shown("02:30"), shown("02:30")),
        lambda: compare(shown("03:30"), shown("03:30")),
    ),
    "where.no_match": (
        lambda: compare(cases("case_volume"), cases("case_volume", where={"reopened": 7})),
        lambda: compare(cases("case_volume"), cases("case_volume", where={"reopened": True})),
    ),
    "group.no_match": (
        lambda: compare(of_team("a"), of_team(None))[0],
        lambda: compare(of_team("a"), of_team("a"))[0],
    ),
    "guardrail.not_comparable": (
        lambda: compare(week_of(7), week_of(8), "resolution_rate", guardrails=[SOLVED]),
        lambda: compare(week_of(7), week_of(7), "resolution_rate", guardrails=[SOLVED]),
    ),
    "kpi.no_direction": (
        lambda: compare(cases("case_volume"), cases("case_volume", n=500)),
        lambda: compare(cases(), cases(n=500)),
    ),
    "interval.none": (
        lambda: compare(contacts([1.0]), contacts([2.0])),
        lambda: compare(contacts([1.0, 2.0, 3.0]), contacts([2.0, 3.0, 4.0])),
    ),
    "cases.immature": (
        lambda: compare(kept(kept=150, missed=50, waiting=0), kept(kept=170, missed=30, waiting=100)),
        lambda: compare(kept(kept=150, missed=50, waiting=0), kept(kept=190, missed=10, waiting=10)),
    ),
    "cases.undecided": (
        lambda: compare(kept(kept=150, missed=50, waiting=0), kept(kept=155, missed=45, waiting=20)),
        lambda: compare(kept(kept=150, missed=50, waiting=0), kept(kept=155, missed=45, waiting=0)),
    ),
    "cases.seen_at_other_ages": (
        lambda: compare(cases(period=IN_MARCH), cases(period=IN_MAY, start=MAY, solved=350, now=IN_MAY[1])),
        lambda: compare(
            cases(period=IN_MARCH, now=IN_MARCH[1]), cases(period=IN_MAY, start=MAY, solved=350, now=IN_MAY[1])
        ),
    ),
    "series.overdispersed": (
        lambda: compare(weeks([20, 80, 25, 70, 30, 85]), weeks([90, 92])),
        lambda: compare(weeks([50, 44, 57, 42, 55, 50]), weeks([65, 70])),
    ),
    "scatter.widened": (
        lambda: compare(weeks([50, 41, 60, 42, 58, 50]), weeks([65, 70])),
        lambda: compare(weeks([50, 48, 53, 46, 52, 50]), weeks([65, 70])),
    ),
    "scatter.unknown": (
        lambda: compare(weeks([50, 44, 57, 42]), weeks([65, 70, 68])),
        lambda: compare(weeks([50, 44, 57, 42]), weeks([65, 70, 68, 66])),
    ),
    "guardrail.no_data": (
        lambda: compare(
            cases(*BOTH),
            cases(*BOTH, solved=300, columns={"reopened": [None] * 400}),
            "resolution_rate",
            guardrails=RAIL,
        ),
        lambda: compare(cases(*BOTH), cases(*BOTH, solved=300), "resolution_rate", guardrails=RAIL),
    ),
    "guardrails.proposed": (
        lambda: compare(cases(*BOTH), cases(*BOTH), "resolution_rate"),
        lambda: compare(cases(*BOTH), cases(*BOTH), "resolution_rate", guardrails=RAIL),
    ),
    "volume.explains": (
        lambda: compare(waited(3, 600, IN_MARCH), waited(2, 500, IN_MAY)),
        lambda: compare(waited(3, 500, IN_MARCH), waited(2, 600, IN_MAY)),
    ),
    "mix.reversed": (
        lambda: compare(in_channels((90, 100), (300, 1000)), in_channels((850, 1000), (20, 100)), mix_by=["channel"]),
        lambda: compare(in_channels((90, 100), (300, 1000)), in_channels((95, 100), (400, 1000)), mix_by=["channel"]),
    ),
    "mix.changed": (
        lambda: compare(in_channels((90, 100), (30, 100)), in_channels((184, 200), (35, 100)), mix_by=["channel"]),
        lambda: compare(in_channels((90, 100), (30, 100)), in_channels((95, 100), (40, 100)), mix_by=["channel"]),
    ),
    "mix.unknown": (
        lambda: compare(cases(), cases()),
        lambda: compare(in_channels((90, 100), (30, 100)), in_channels((95, 100), (40, 100)), mix_by=["channel"]),
    ),
    "period.unknown": (
        lambda: compare(cases(period=IN_MARCH), cases()),
        lambda: compare(cases(period=IN_MARCH), cases(period=IN_MAY, start=MAY)),
    ),
    "rows.differ": (
        lambda: compare(cases(), cases(where={"reopened": True})),
        lambda: compare(cases(where={"reopened": True}), cases(where={"reopened": True}, reopened=30)),
    ),
    "n.small": (lambda: compare(cases(), cases(n=29, solved=20)), lambda: compare(cases(), cases(n=30, solved=20))),
    "interval.approximate": (
        lambda: compare(cases(), cases(solved=398)),
        lambda: compare(cases(), cases(solved=397)),
    ),
    "volume.changed": (
        lambda: compare(cases(period=IN_MARCH), cases(period=IN_MAY, start=MAY, n=500)),
        lambda: compare(cases(period=IN_MARCH), cases(period=IN_MAY, start=MAY, n=440)),
    ),
    "response.rate_changed": (
        lambda: compare(answers(50, 20, RESPONSE, asked=100), answers(50, 20, RESPONSE, asked=300), "csat"),
        lambda: compare(answers(50, 20, RESPONSE, asked=100), answers(60, 10, RESPONSE, asked=100), "csat"),
    ),
    "response.rate_unknown": (
        lambda: compare(answers(50, 20), answers(60, 10)),
        lambda: compare(answers(50, 20, RESPONSE), answers(60, 10, RESPONSE), "csat"),
    ),
    "series.trend": (
        lambda: compare(weeks([40, 44, 47, 52, 55, 60]), weeks([65, 70])),
        lambda: compare(weeks([50, 44, 57, 42, 55, 50]), weeks([65, 70])),
    ),
    "series.season": (
        lambda: compare(cases(period=IN_MARCH), cases(period=IN_MAY, start=MAY)),
        lambda: compare(cases(period=IN_MARCH), cases(period=YEAR_LATER, start=MARCH.replace(year=2027))),
    ),
    "kpis.several": (
        lambda: compare(cases(*BOTH), cases(*BOTH)).get("reopen_rate"),
        lambda: compare(cases(*BOTH), cases(*BOTH), primary="resolution_rate").get("reopen_rate"),
    ),
    "kpis.after_primary": (
        lambda: compare(cases(*BOTH), cases(*BOTH, reopened=80), primary="resolution_rate").get("reopen_rate"),
        lambda: compare(cases(*BOTH), cases(*BOTH, solved=350), primary="resolution_rate").get("reopen_rate"),
    ),
    "groups.several": (
        lambda: compare(in_channels((90, 100), (30, 100)), in_channels((90, 100), (30, 100))).get(channel="chat"),
        lambda: compare(cases(), cases()),
    ),
    "looks.several": (lambda: compare(cases(), cases(), looks=(2, 2)), lambda: compare(cases(), cases())),
    "selection.shrunk": (
        lambda: compare(cases(), cases(solved=220), selected=Selected(of=10, value=0.52, error=0.01)),
        lambda: compare(cases(), cases(solved=220)),
    ),
    "n_needed.none": (
        lambda: compare(cases("cases_resolved"), cases("cases_resolved", solved=205), margin=30),
        lambda: compare(cases(), cases(solved=205), margin=0.02),
    ),
    "margin.none": (lambda: compare(cases(), cases()), lambda: compare(cases(), cases(), margin=0.02)),
}


def _other_limit() -> Tally:
    kpi = KPIS["resolution_kept"].with_(within=2 * DAY)
    return tally([kpi], {"cases": {"received_at": [MARCH] * 40, "resolved_at": [MARCH + DAY] * 40}}, now=NOW)


def codes(verdict: Verdict) -> set[str]:
    """The codes of a verdict."""
    return {caveat.code for caveat in verdict.caveats}


@pytest.mark.parametrize("code", CAVEATS)
def test_a_caveat_fires_where_it_should(code: str) -> None:
    """With the severity and the effect of its table; what is invalid has no number."""
    verdict = EXAMPLES[code][0]()
    found = next(caveat for caveat in verdict.caveats if caveat.code == code)
    told = CAVEATS[code]
    assert (found.severity, found.effect) == (told.severity, told.effect)
    assert found.text
    if told.severity == "blocking":
        assert verdict.decision == "invalid" if "invalid" in told.effect else verdict.decision in {"unclear", "invalid"}
    if "invalid" in told.effect:
        assert (verdict.rule, verdict.change, verdict.low, verdict.high, verdict.p_value) == (
            "not_comparable",
            *[None] * 4,
        )


HARM: dict[str, Case] = {
    "guardrail.no_data": lambda: compare(
        cases(*BOTH, solved=300),
        cases(*BOTH, solved=200, columns={"reopened": [None] * 400}),
        "resolution_rate",
        guardrails=RAIL,
    ),
    "guardrail.not_comparable": lambda: compare(
        week_of(7, solved=300), week_of(8, solved=200), "resolution_rate", guardrails=[SOLVED]
    ),
    "volume.explains": lambda: compare(waited(2, 500, IN_MARCH), waited(3, 600, IN_MAY)),
    "mix.reversed": lambda: compare(
        in_channels((850, 1000), (20, 100)), in_channels((90, 100), (300, 1000)), mix_by=["channel"]
    ),
}
"""A change for the worse under each blocking caveat that leaves its sides comparable and has an interval to read."""


def test_no_blocking_caveat_withholds_harm() -> None:
    """What makes the sides not comparable is invalid; all else lets *worse* pass, as the order of the rules says."""
    blocking = {code for code, told in CAVEATS.items() if told.severity == "blocking" and not told.invalid}
    assert blocking == {*HARM, "kpi.no_direction", "interval.none"}
    for code, made in HARM.items():
        verdict = made()
        assert code in codes(verdict)
        assert (verdict.decision, verdict.rule) == ("worse", "worse")


@pytest.mark.parametrize("code", CAVEATS)
def test_a_caveat_is_silent_where_it_should_be(code: str) -> None:
    """The same comparison without the one fact that it is about."""
    assert code not in codes(EXAMPLES[code][1]())


def test_every_caveat_of_a_measured_value_reaches_the_verdict() -> None:
    """Under its own code, or found anew for both sides at once; one code is of a report alone."""
    anew = {"share.immature": "cases.immature"}
    assert {anew.get(code, code) for code in measured.CODES} - {"customers.one_id"} <= {*CAVEATS}


def test_a_measurement_alone_keeps_what_it_warns_of() -> None:
    """It has no tally that could say so again."""
    sides = [attrs.evolve(complaints(lost).measure().one(), cell=None) for lost in (0, 60)]
    found = compare(sides[0], sides[1])
    assert found.decision == "invalid"
    assert "parts.unread" in codes(found)
    own = [attrs.evolve(side, warnings=(measured.Caveat("mine", "one of my own"),)) for side in sides]
    assert "mine" not in codes(compare(own[0], own[1]))


def test_caveats_come_in_the_order_of_their_table() -> None:
    """The heaviest first, so that a page may show the first few."""
    verdict = compare(cases(*BOTH), cases(*BOTH, n=20, solved=10), "resolution_rate")
    order = list(CAVEATS)
    places = [order.index(caveat.code) for caveat in verdict.caveats]
    assert places == sorted(places)
    assert len(places) > 2


def test_a_picked_group_is_compared_from_its_shrunk_value() -> None:
    """The change counts from there, while the side before still says so; the same tally twice is left alone."""
    picked = Selected(of=10, value=0.52, error=0.01)
    verdict = compare(cases(), cases(solved=220), selected=picked)
    assert verdict.change == pytest.approx(0.55 - 0.52)
    assert verdict.before.value == 0.52
    side = cases()
    assert compare(side, side, selected=picked).change == 0


def test_what_is_not_known_never_blocks() -> None:
    """Without period, mix, guardrails and margin an improvement is still one."""
    verdict = compare(cases(), cases(solved=300))
    assert verdict.decision == "improved"
    assert codes(verdict) == {"period.unknown", "mix.unknown", "scatter.unknown", "guardrails.proposed", "margin.none"}
    assert {caveat.severity for caveat in verdict.caveats} == {"note"}


@pytest.mark.parametrize("of_100", [1, 5, 7, 29, 57])
def test_a_constant_series_has_no_trend(of_100: int) -> None:
    """What rounding leaves of its slope is none."""
    found = compare(weeks([of_100] * 10), weeks([65, 70]))
    assert "series.trend" not in {caveat.code for caveat in found.caveats}
