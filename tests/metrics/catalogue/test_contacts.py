"""KPIs of contacts and answers: sequences that respect customers, scales that are named."""

import datetime as dt
from typing import Any

import numpy as np
import pytest

from servqual.errors import InvalidValue
from servqual.metrics import KPIS, Kpi, measure
from servqual.metrics.catalogue.surveys import VOICE_KPIS
from servqual.model import CustomerId, HandOver, Interaction, InteractionId
from servqual.stats import intervals

START = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
NOW = START + dt.timedelta(days=30)
DAY = dt.timedelta(days=1)


def test_chunks_of_one_table_give_one_chain() -> None:
    """A customer who comes back in a later chunk is still the same customer."""
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


@pytest.mark.parametrize("as_objects", [False, True])
def test_a_contact_that_still_waits_is_neither_answered_nor_given_up(*, as_objects: bool) -> None:
    """One answered after 10 s, one that gave up after 30 s, one that waits: nobody knows what becomes of it."""
    contacts: Any = {"wait_s": [10, 30, None], "abandoned": [False, True, None]}
    if as_objects:
        seconds = dt.timedelta(seconds=1)
        contacts = [
            Interaction(id=InteractionId("1"), channel="phone", queued_at=START, answered_at=START + 10 * seconds),
            Interaction(id=InteractionId("2"), channel="phone", queued_at=START, ended_at=START + 30 * seconds),
            Interaction(id=InteractionId("3"), channel="phone", queued_at=START),
        ]
    kpis = ["answer_rate", "abandonment_rate", "service_level", "volume", "asa"]
    found = {one.kpi: (one.value, one.n, one.undecided) for one in measure(kpis, {"interactions": contacts})}
    half = (0.5, 2, 1)
    assert found == {
        "answer_rate": half,
        "abandonment_rate": half,
        "service_level": half,
        "volume": (3, 3, 0),
        "asa": (10.0, 1, 0),
    }
    nobody = measure(["answer_rate"], {"interactions": {"abandoned": [None, None]}}).one()
    assert (nobody.value, nobody.undecided) == (None, 2)


def test_six_forms_of_the_service_level() -> None:
    """Of five contacts one in time, one late, three given up after 3, 5 and 40 s; short is 3 s."""
    data = {"interactions": {"wait_s": [10, 30, 3, 5, 40], "abandoned": [False, False, True, True, True]}}
    level = KPIS["service_level"].with_(short=dt.timedelta(seconds=3))
    forms = {
        "offered": 1 / 5,
        "answered": 1 / 2,
        "offered_less_short_abandons": 1 / 3,
        "offered_less_shorter_abandons": 1 / 4,
        "offered_with_short_abandons_met": 3 / 5,
        "offered_with_shorter_abandons_met": 2 / 5,
    }
    assert {form: measure([level.with_(denominator=form)], data).one().value for form in forms} == forms
    for other in ("all", "short"):
        with pytest.raises(InvalidValue, match="denominator must be one of offered, answered, offered_less_short_"):
            level.with_(denominator=other)
    assert all(form in level.formula for form in forms)
    with pytest.raises(InvalidValue, match="short must be a timedelta"):
        measure([KPIS["service_level"].with_(denominator="offered_less_shorter_abandons")], data)


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


def test_nps_of_the_contract_and_its_interval() -> None:
    """25 points of eight answers; the interval holds the differences that a score test does not refuse."""
    scores = [10, 9, 9, 8, 7, 6, 3, 10]
    found = measure(["nps"], {"answers": {"score": scores}}).one()
    assert found.value == 25.0
    low, high = intervals.net(np.array([4]), np.array([2]), np.array([8]), 0.95)
    assert [found.low, found.high] == pytest.approx([100 * low[0], 100 * high[0]])
    assert found.standard_error == pytest.approx(100 * ((4 / 8 + 2 / 8 - (4 / 8 - 2 / 8) ** 2) / 8) ** 0.5)


@pytest.mark.parametrize("scores", [[10], [0], [8], [10] * 20, [3] * 20, [7] * 20])
def test_an_nps_of_equal_answers_is_not_certain(scores: list[int]) -> None:
    """Its interval has a width, and stays on the scale."""
    found = measure(["nps"], {"answers": {"score": scores}}).one()
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    assert -100 <= found.low <= found.value <= found.high <= 100
    assert found.high - found.low > 10


@pytest.mark.parametrize(
    "kpi", [k for k in VOICE_KPIS if k.params.get("scale", 0) is None and "survey" not in k.needs], ids=lambda k: k.key
)
def test_a_scale_is_never_guessed(kpi: Kpi) -> None:
    """Scale and cut must be named."""
    with pytest.raises(InvalidValue, match="scale must be its two ends"):
        measure([kpi], {"answers": {"score": [3]}})
    with pytest.raises(InvalidValue, match="satisfied_from must lie on the scale 1 to 5"):
        measure([KPIS["csat"].with_(scale=(1, 5))], {"answers": {"score": [3]}})


# --- first contacts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "abandoned", "value", "n"),
    [
        ([0, 0.1, 2], [True, False, False], 0, 1),  # the second is the first that reached somebody, and was followed
        ([0, 2], [True, False], 1, 1),
        ([0, 2], [False, True], 0, 1),  # who gave up the second time still came back
        ([0, 5, 10], [False, True, False], 0.5, 2),  # lengthens no chain: the third is a first contact again
        ([0, 5, 10], [False, False, False], 0, 1),
        ([0, 5, 10], [False, None, False], 0, 1),  # may have reached somebody, so that the third may be no first one
        ([0, 1, 2, 3], [True, True, True, False], 1, 1),
        ([0, 1], [True, True], None, 0),
    ],
)
def test_who_gave_up_has_not_been_in_contact(
    days: list[float], abandoned: list[bool | None], value: float | None, n: int
) -> None:
    """Within 7 days, beside a customer who never came back and one of whom nothing is known."""
    other: dict[str, list[Any]] = {"customer_id": ["b", None], "queued_at": [START, START], "abandoned": [True, False]}
    contacts = {
        "customer_id": ["a"] * len(days) + other["customer_id"],
        "queued_at": [START + day * DAY for day in days] + other["queued_at"],
        "abandoned": abandoned + other["abandoned"],
    }
    found = measure(["fcr"], {"interactions": contacts}, now=NOW).one()
    assert (found.value, found.n) == (value, n)


def test_a_repeat_is_a_contact_like_any_other() -> None:
    """Whether the one before was answered or not."""
    contacts = {"customer_id": ["a", "a"], "queued_at": [START, START + DAY], "abandoned": [True, False]}
    assert measure(["repeat_rate"], {"interactions": contacts}).one().value == 0.5


# --- contacts that need no person ------------------------------------------------------------------------------------


def handled(by: str, *to: str) -> Interaction:
    """An answered contact, and to whom it was handed."""
    overs = [HandOver(at=START, to=f"{number}", handled_by=each) for number, each in enumerate(to)]
    return Interaction(
        id=InteractionId(f"{by} {to}"), customer=CustomerId(f"{by} {to}"), channel="web", handled_by=by,
        queued_at=START, answered_at=START, ended_at=START + dt.timedelta(minutes=2), hand_overs=overs,
    )  # fmt: skip


def test_a_machine_of_any_kind_ends_a_contact_without_a_person() -> None:
    """Of seven contacts; a bot that hands to a bot has not handed to a person."""
    contacts = [
        *map(handled, ("bot", "self_service", "automation", "human")),
        handled("bot", "bot"), handled("bot", "bot", "human"), handled("self_service", "human"),
    ]  # fmt: skip
    keys = ["self_service_rate", "bot_handover_rate", "containment_rate", "transfer_rate"]
    found = {m.kpi: (m.value, m.n) for m in measure(keys, {"interactions": contacts}, now=NOW)}
    assert found == {
        "self_service_rate": (4 / 7, 7),
        "bot_handover_rate": (1 / 3, 3),
        "containment_rate": (4 / 6, 6),
        "transfer_rate": (3 / 7, 7),
    }


@pytest.mark.parametrize("key", ["self_service_rate", "bot_handover_rate", "containment_rate"])
def test_what_is_not_known_of_a_contact_counts_for_neither_side(key: str) -> None:
    """Of four contacts with a bot two do not say whether they were transferred."""
    contacts = {"queued_at": [START] * 4, "bot": [True] * 4, "transferred": [True, None, None, False]}
    found = measure([key], {"interactions": contacts}, now=NOW).one()
    assert (found.value, found.n) == (0.5, 2)


@pytest.mark.parametrize(("later", "value", "n"), [(False, 0.5, 2), (True, 1, 3), (None, 1, 1)])
def test_a_later_contact_may_have_been_with_a_person(later: object, value: float, n: int) -> None:
    """Of a, who came to a bot and again: to a person, to a bot, or nobody knows; b came to a bot once."""
    contacts = {"customer_id": ["a", "a", "b"], "queued_at": [START, START + DAY, START], "bot": [True, later, True]}
    found = measure(["containment_rate"], {"interactions": contacts}, now=NOW).one()
    assert (found.value, found.n) == (value, n)


def test_who_gave_up_was_not_served_by_a_machine() -> None:
    """And who waits may yet be."""
    contacts = {"bot": [True, True, True], "abandoned": [False, True, None]}
    found = measure(["self_service_rate"], {"interactions": contacts}).one()
    assert (found.value, found.n, found.undecided) == (0.5, 2, 1)
