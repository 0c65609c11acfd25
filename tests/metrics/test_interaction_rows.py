"""KPIs of contacts and answers: slow twins on plain dicts, sequences that respect customers, scales that are named."""

import datetime as dt
import random
import statistics
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.metrics import KPIS, Kpi, Tally, measure, tally
from servqual.metrics.interactions import INTERACTION_KPIS
from servqual.metrics.voice_rows import VOICE_KPIS

START = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
NOW = START + dt.timedelta(days=30)
DAY = dt.timedelta(days=1)
Row = dict[str, Any]
Told = tuple[float | None, int, int]

contacts = st.lists(
    st.fixed_dictionaries(
        {
            "customer_id": st.sampled_from("abcd"),
            "topic": st.sampled_from(["bill", "line", None]),
            "team": st.sampled_from(["north", "south", None]),
            "queued_at": st.integers(0, 24 * 30).map(lambda h: START + dt.timedelta(hours=h)),
            "wait_s": st.none() | st.integers(0, 60) | st.just(20),
            "talk_s": st.none() | st.integers(0, 600),
            "hold_s": st.none() | st.integers(0, 60),
            "wrap_s": st.none() | st.integers(0, 60),
            "abandoned": st.booleans(),
            "transferred": st.sampled_from([None, True, False]),
            "resolved": st.sampled_from([None, True, False]),
            "bot": st.booleans(),
        }
    ),
    max_size=25,
)


def columns(rows: list[Row], names: tuple[str, ...]) -> dict[str, list[Any]]:
    """Rows as a mapping of columns."""
    return {name: [row[name] for row in rows] for name in names}


NAMES = (
    *("customer_id", "topic", "team", "queued_at", "wait_s", "talk_s", "hold_s", "wrap_s"),
    *("abandoned", "transferred", "resolved", "bot"),
)


def share(hits: list[bool], undecided: int = 0) -> Told:
    """A share of what is decided."""
    return (sum(hits) / len(hits) if hits else None), len(hits), undecided


def mean(values: list[float]) -> Told:
    """A mean."""
    return (statistics.fmean(values) if values else None), len(values), 0


def quantile(values: list[float], q: float) -> Told:
    """The smallest value with a share q at or below it."""
    ordered = sorted(values)
    return next((v for i, v in enumerate(ordered, 1) if i >= q * len(ordered) - 1e-9), None), len(ordered), 0


def slow_level(rows: list[Row]) -> Told:
    """Over the contacts offered; an answered one of unknown wait cannot be judged."""
    judged = [r for r in rows if r["abandoned"] or r["wait_s"] is not None]
    return share([not r["abandoned"] and r["wait_s"] <= 20 for r in judged])


def near(rows: list[Row], r: Row, *, before: bool) -> bool:
    """Whether the nearest contact of the same customer and topic on that side lies within seven days."""
    alike = (x for x in rows if (x["customer_id"], x["topic"]) == (r["customer_id"], r["topic"]))
    mine = sorted(alike, key=lambda x: x["queued_at"])
    i = next(i for i, x in enumerate(mine) if x is r)
    j = i - 1 if before else i + 1
    return 0 <= j < len(mine) and abs(mine[j]["queued_at"] - r["queued_at"]) <= 7 * DAY


def slow_fcr(rows: list[Row]) -> Told:
    """First answered contacts whose window is over, and those of them without a follower."""
    first = [r for r in rows if not r["abandoned"] and not near(rows, r, before=True)]
    ripe = [r for r in first if NOW - r["queued_at"] > 7 * DAY]
    return share([not near(rows, r, before=False) for r in ripe], len(first) - len(ripe))


def slow(key: str, rows: list[Row]) -> Told:
    """Value, n and undecided of a KPI."""
    answered = [r for r in rows if not r["abandoned"]]
    waits = [r["wait_s"] for r in answered if r["wait_s"] is not None]
    bots = [r for r in answered if r["bot"]]
    if key.startswith("wait_p"):
        return quantile(waits, int(key[-2:]) / 100)
    twins: dict[str, Any] = {
        "volume": lambda: (len(rows), len(rows), 0),
        "asa": lambda: mean(waits),
        "abandonment_rate": lambda: share([r["abandoned"] for r in rows]),
        "answer_rate": lambda: share([not r["abandoned"] for r in rows]),
        "service_level": lambda: slow_level(rows),
        "aht": lambda: mean(
            [sum(r[n] or 0 for n in ("talk_s", "hold_s", "wrap_s")) for r in answered if r["talk_s"] is not None]
        ),
        "transfer_rate": lambda: share([r["transferred"] for r in answered if r["transferred"] is not None]),
        "resolved_flag_rate": lambda: share([r["resolved"] for r in answered if r["resolved"] is not None]),
        "self_service_rate": lambda: share([r["transferred"] is not True for r in bots]),
        "bot_handover_rate": lambda: share([r["transferred"] is True for r in bots]),
        "fcr": lambda: slow_fcr(rows),
        "repeat_rate": lambda: share([near(rows, r, before=True) for r in rows]),
    }
    told: Told = twins[key]()
    return told


def unique_times(rows: list[Row]) -> list[Row]:
    """No two contacts of a customer at one instant, which has no order."""
    return list({(r["customer_id"], r["queued_at"]): r for r in rows}.values())


@pytest.mark.parametrize("kpi", INTERACTION_KPIS, ids=lambda kpi: kpi.key)
@given(rows=contacts)
def test_each_kpi_equals_its_slow_twin(kpi: Kpi, rows: list[Row]) -> None:
    """In all, and by team where no sequence crosses teams."""
    rows = unique_times(rows)
    whole = measure([kpi], {"interactions": columns(rows, NAMES)}, now=NOW).one()
    assert (whole.value, whole.n, whole.undecided) == pytest.approx(slow(kpi.key, rows))
    if kpi.law == "commutative":
        for m in measure([kpi], {"interactions": columns(rows, NAMES)}, by=["team"], now=NOW):
            assert (m.value, m.n, m.undecided) == pytest.approx(
                slow(kpi.key, [r for r in rows if r["team"] == m.group["team"]])
            )


@given(rows=contacts, seed=st.integers(0, 99))
def test_parts_are_the_same_bytes_where_customers_stay_together(rows: list[Row], seed: int) -> None:
    """Keyed KPIs need all rows of a customer in one part; the order of rows never matters."""
    rows = unique_times(rows)
    whole = tally(list(INTERACTION_KPIS), {"interactions": columns(rows, NAMES)}, by=["team", "month"], now=NOW)
    shuffled = random.Random(seed).sample(rows, len(rows))  # noqa: S311
    parts = [
        tally(
            list(INTERACTION_KPIS),
            {"interactions": columns([r for r in shuffled if (r["customer_id"] in "ab") == side], NAMES)},
            by=["team", "month"],
            now=NOW,
        )
        for side in (True, False)
    ]
    assert (Tally.from_bytes(parts[1].to_bytes()) + parts[0]).to_bytes() == whole.to_bytes()


def test_batches_of_one_table_give_one_chain() -> None:
    """A customer who comes back in a later batch is still the same customer."""
    one = {"customer_id": ["a", "b"], "queued_at": [START, START]}
    two = {"customer_id": ["c", "a"], "queued_at": [START, START + DAY]}
    found = measure(["fcr", "volume"], {"interactions": iter([one, two])}, now=NOW)
    assert (found.get("fcr").n, found.get("fcr").value) == (3, 2 / 3)
    assert found.get("volume").value == 4


def test_the_window_counts_its_end_and_immature_contacts_are_undecided() -> None:
    """Exactly seven days later is a repeat; a window that ends now is not over."""
    back = {"customer_id": ["a", "a"], "queued_at": [START, START + 7 * DAY]}
    assert measure(["repeat_rate"], {"interactions": back}).one().value == 0.5
    alone = {"customer_id": ["a"], "queued_at": [START]}
    at_end = measure(["fcr"], {"interactions": alone}, now=START + 7 * DAY).one()
    assert (at_end.n, at_end.undecided, at_end.value) == (0, 1, None)
    after = measure(["fcr"], {"interactions": alone}, now=START + 7 * DAY + dt.timedelta(microseconds=1)).one()
    assert (after.n, after.undecided, after.value) == (1, 0, 1.0)


def test_three_denominators_of_the_service_level() -> None:
    """Answered in time over answered, over offered, and over offered less short abandons."""
    data = {"interactions": {"wait_s": [10, 30, 5, 40], "abandoned": [False, False, True, True]}}
    level = KPIS["service_level"]
    names = ("offered", "answered", "offered_less_short_abandons")
    assert [measure([level.with_(denominator=d)], data).one().value for d in names] == [1 / 4, 1 / 2, 1 / 3]
    with pytest.raises(InvalidValue, match="denominator must be"):
        measure([level.with_(denominator="all")], data)


def test_durations_in_other_units_are_the_same() -> None:
    """Minutes, hours and real durations are read by name; a negative one is refused."""
    seconds = measure(["asa"], {"interactions": {"wait_s": [90.0, None, 30.0]}}).one()
    minutes = measure(["asa"], {"interactions": {"wait_min": [1.5, None, 0.5]}}).one()
    real = measure(
        ["asa"], {"interactions": {"wait": [dt.timedelta(seconds=90), None, dt.timedelta(seconds=30)]}}
    ).one()
    array = measure(["asa"], {"interactions": {"wait": np.array([90, "NaT", 30], "timedelta64[s]")}}).one()
    assert seconds == minutes == real == array
    assert seconds.value == 60
    refused = measure(["asa"], {"interactions": {"wait_s": [1, -1]}}).rows["interactions"]
    assert [str(r) for r in refused.refusals] == ["row 1: wait_s must be 0 or more, and less than 142 years (got '-1')"]


# --- answers -----------------------------------------------------------------------------------------

answers = st.lists(
    st.fixed_dictionaries(
        {
            "score": st.none() | st.integers(0, 10),
            "answered_at": st.none() | st.just(START),
            "invited_at": st.none() | st.just(START),
        }
    ),
    max_size=30,
)


@given(answers)
def test_answers_equal_their_slow_twins(rows: list[Row]) -> None:
    """Off-scale scores are refused, missing ones are no answers."""
    data = {"answers": columns(rows, ("score", "answered_at", "invited_at"))}
    given_ = [r["score"] for r in rows if r["score"] is not None]
    inside = [s for s in given_ if 1 <= s <= 5]
    csat = measure([KPIS["csat"].with_(scale=(1, 5), satisfied_from=4)], data)
    assert (csat.one().value, csat.one().n) == pytest.approx(share([s >= 4 for s in inside])[:2])
    assert csat.rows["answers"].refused == len(given_) - len(inside)
    average = measure([KPIS["csat_mean"].with_(scale=(1, 5))], data).one()
    assert (average.value, average.n) == pytest.approx(mean([float(s) for s in inside])[:2])
    nps = measure(["nps"], data).one()
    net = [100.0 * ((s >= 9) - (s <= 6)) for s in given_]
    assert (nps.value, nps.n) == pytest.approx(mean(net)[:2])
    response = measure(["survey_response_rate"], data).one()
    invited = [r["answered_at"] is not None for r in rows if r["invited_at"]]
    assert (response.value, response.n) == pytest.approx(share(invited)[:2])


def test_nps_of_the_contract_and_its_interval() -> None:
    """25 points of eight answers; the interval is that of a difference of multinomial shares, by hand."""
    scores = [10, 9, 9, 8, 7, 6, 3, 10]
    found = measure(["nps"], {"answers": {"score": scores}}).one()
    promoters, detractors, n = 4 / 8, 2 / 8, 8
    spread = ((promoters + detractors - (promoters - detractors) ** 2) / n) ** 0.5
    assert found.value == 25.0
    assert found.low == pytest.approx(100 * (0.25 - 1.959963984540054 * spread))
    assert found.high == pytest.approx(100 * (0.25 + 1.959963984540054 * spread))


@pytest.mark.parametrize("kpi", [k for k in VOICE_KPIS if "scale" in k.params and k.key != "ces"], ids=lambda k: k.key)
def test_a_scale_is_never_guessed(kpi: Kpi) -> None:
    """Scale and cut must be named."""
    with pytest.raises(InvalidValue, match="scale is needed"):
        measure([kpi], {"answers": {"score": [3]}})
    with pytest.raises(InvalidValue, match="satisfied_from is needed"):
        measure([KPIS["csat"].with_(scale=(1, 5))], {"answers": {"score": [3]}})
