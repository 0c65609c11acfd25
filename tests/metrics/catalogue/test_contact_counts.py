"""KPIs of contacts from ready-made counts per interval, against official statistics and against single contacts."""

import datetime as dt
import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.metrics.catalogue.test_call_data import near, oracle_of, percent, rows_of

from servqual.errors import InvalidValue, MissingColumn, RefusedRow
from servqual.metrics import KPIS, Kpi, Tally, measure, tally
from servqual.metrics.catalogue.contact_counts import CONTACT_COUNT_KPIS

MAY = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
HALF_HOUR = dt.timedelta(minutes=30)
LONDON = "Europe/London"


def level(seconds: float, denominator: str = "offered") -> Kpi:
    """The service level by a threshold."""
    return KPIS["service_level"].with_(within=dt.timedelta(seconds=seconds), denominator=denominator)


def counts(**columns: Sequence[Any]) -> dict[str, Any]:
    """Counts of half hours."""
    size = len(next(iter(columns.values())))
    return {"contact_counts": {"at": [MAY + n * HALF_HOUR for n in range(size)], **columns}}


# --- NHS 111, 2015 to 2016: 14 million calls in 534 rows of a month and an area --------------------------------------


@pytest.fixture(scope="module")
def nhs111(data: Path) -> dict[str, Any]:
    """The minimum data set as counts."""
    rows = rows_of(data / "nhs111_2015_16", "nhs111_mds_2015_16.csv.gz")
    months = [dt.datetime.strptime(r["Periodname"], "%b-%y").date() for r in rows]  # noqa: DTZ007  (a month)
    names = {
        "offered": "Nhs1 Number Calls Offered SUM",
        "answered": "Nhs1 Answered Calls SUM",
        "abandoned": "Nhs1 Abandoned Calls SUM",
        "answered_within": "Nhs1 Answered 60sec SUM",
    }
    told = {name: [int(r[theirs]) for r in rows] for name, theirs in names.items()}
    return {"contact_counts": {"at": months, "within_s": [60] * len(rows), **told}}


def test_nhs_111_in_all(data: Path, nhs111: dict[str, Any]) -> None:
    """87.81 % of the answered calls within 60 s, 3.14 % abandoned; n is the number of calls, not of rows."""
    oracle = oracle_of(data / "nhs111_2015_16")
    kpis: list[str | Kpi] = ["volume", "answer_rate", "abandonment_rate", level(60, "answered")]
    found = measure(kpis, nhs111, zone=LONDON)
    assert found.get("volume").value == oracle["offered"]
    assert found.get("answer_rate").value == oracle["answered"] / oracle["offered"]
    assert found.get("answer_rate").n == oracle["offered"]
    assert percent(found.get("abandonment_rate").value) == near(oracle["pooled_abandoned_pct_of_offered"])
    within = found.get("service_level")
    assert percent(within.value) == near(oracle["pooled_answered_60s_pct_of_answered"])
    assert within.n == oracle["answered"]
    odd = oracle["rows_where_offered_lt_abandoned_plus_answered"]
    assert sum(found.rows["contact_counts"].reasons.values()) == odd == 3
    for row in found:
        assert [(each.code, each.text[:8]) for each in row.warnings] == [("counts.contradict", "3 counts")]
    assert found.rows["contact_counts"].refused == 0


def test_nhs_111_by_month(data: Path, nhs111: dict[str, Any]) -> None:
    """Each month as the pooled counts of its areas give it."""
    oracle = oracle_of(data / "nhs111_2015_16")["by_month"]
    found = measure(["volume", "abandonment_rate", level(60, "answered")], nhs111, by=["month"], zone=LONDON)
    for name, known in oracle.items():
        month = dt.datetime.strptime(name, "%b-%y").date()  # noqa: DTZ007  (a month)
        assert found.get("volume", month=month).value == known["offered"]
        assert percent(found.get("abandonment_rate", month=month).value) == near(known["abandoned_pct"])
        assert percent(found.get("service_level", month=month).value) == near(known["answered_60s_pct_of_answered"])


def test_four_hours_in_emergency_departments(data: Path) -> None:
    """Attendances less breaches, by month: England published 86.6 % for March 2019 and 84.4 % for January."""
    folder = data / "nhs_ae_attendances"
    rows, oracle = rows_of(folder, "ae_attendances.csv.gz"), oracle_of(folder)
    seen = [int(r["attendances"]) for r in rows]
    table = {
        "at": [dt.date.fromisoformat(r["period"]) for r in rows],
        "offered": seen,
        "answered": seen,
        "answered_late": [int(r["breaches"]) for r in rows],
        "within_s": [4 * 3600] * len(rows),
        "type": [r["type"] for r in rows],
    }
    kpis: list[str | Kpi] = ["volume", level(4 * 3600)]
    found = measure(kpis, {"contact_counts": table}, by=["month"], zone=LONDON)
    first = measure(kpis, {"contact_counts": table}, by=["month"], where={"type": "1"}, zone=LONDON)
    for which, measured in (("all_types", found), ("type1", first)):
        for month, known in oracle[f"within_4h_pct_by_month_{which}"].items():
            value = measured.get("service_level", month=dt.date.fromisoformat(month)).value
            assert percent(value) == near(known)
    for month, published in oracle["published"]["England all types within 4h"].items():
        value = found.get("service_level", month=dt.date.fromisoformat(f"{month}-01")).value
        assert round(percent(value), 1) == pytest.approx(published, abs=0.051)
    assert measure(kpis, {"contact_counts": table}, zone=LONDON).get("volume").value == oracle["attendances"]


# --- counts against the contacts that they count ---------------------------------------------------------------------

SECONDS = st.integers(0, 60)
CONTACTS = st.lists(st.tuples(st.integers(0, 3), st.booleans(), SECONDS, SECONDS, SECONDS), min_size=1, max_size=40)


@settings(max_examples=25)
@given(contacts=CONTACTS, denominator=st.sampled_from(["offered", "answered"]))
def test_counts_say_what_their_contacts_say(contacts: list[tuple[int, bool, int, int, int]], denominator: str) -> None:
    """Every KPI that counts carry has the value and n that the single contacts give; of shares the interval, too."""
    single = {
        "queued_at": [MAY + slot * HALF_HOUR for slot, *_ in contacts],
        "abandoned": [gone for _, gone, *_ in contacts],
        "wait_s": [wait for *_, wait, _, _ in contacts],
        "talk_s": [talk for *_, talk, _ in contacts],
        "hold_s": [hold for *_, hold in contacts],
        "wrap_s": [1] * len(contacts),
    }
    slots = sorted({slot for slot, *_ in contacts})
    taken = {slot: [row for row in contacts if row[0] == slot and not row[1]] for slot in slots}
    table = {
        "at": [MAY + slot * HALF_HOUR for slot in slots],
        "offered": [sum(row[0] == slot for row in contacts) for slot in slots],
        "answered": [len(rows) for rows in taken.values()],
        "abandoned": [sum(row[0] == slot and row[1] for row in contacts) for slot in slots],
        "answered_within": [sum(row[2] <= 20 for row in rows) for rows in taken.values()],
        "within_s": [20] * len(slots),
        "wait_total_s": [sum(row[2] for row in rows) for rows in taken.values()],
        "talk_total_s": [sum(row[3] for row in rows) for rows in taken.values()],
        "hold_total_s": [sum(row[4] for row in rows) for rows in taken.values()],
        "wrap_total_s": [len(rows) for rows in taken.values()],
    }
    kpis = [KPIS[key] if key != "service_level" else level(20, denominator) for key in CONTACT_COUNT_KPIS]
    for by in ([], ["hour"]):
        one, many = (
            {(m.kpi, *m.group.values()): m for m in measure(kpis, data, by=by, threads=1)}
            for data in ({"interactions": single}, {"contact_counts": table})
        )
        assert one.keys() == many.keys()
        for key, m in one.items():
            other = many[key]
            assert (other.value, other.n) == (pytest.approx(m.value) if m.value is not None else None, m.n), key
            if m.unit != "s":
                assert (other.low, other.high) == (m.low, m.high), key


# --- what does not add up, and what counts do not carry --------------------------------------------------------------


def test_a_part_above_the_whole_is_not_used_and_said() -> None:
    """More answered than offered makes no share; the other row is used, and the warning stands for one of 2 rows."""
    data = counts(offered=[100, 10], answered=[90, 12])
    found = measure(["answer_rate", "volume"], data)
    rate = found.get("answer_rate")
    assert (rate.value, rate.n, rate.unread) == (0.9, 100, 1)
    assert {"cells.unread", "counts.contradict"} <= {each.code for each in rate.warnings}
    assert found.get("volume").value == 110
    with pytest.raises(RefusedRow, match="answered is more than offered"):
        measure(["answer_rate"], data, strict=True)


def test_counts_are_held_against_each_other_only_where_they_are_known() -> None:
    """An empty cell contradicts nothing, and its row counts for no share."""
    found = measure(["abandonment_rate"], counts(offered=[100, None, 50], abandoned=[10, 5, None], answered=[90, 9, 9]))
    assert (found.one().value, found.one().n, found.one().warnings) == (0.1, 100, ())


def test_another_threshold_is_never_taken_for_the_asked_one() -> None:
    """Counts within 60 s say nothing about 20 s: no value, and a reason; of mixed rows those of the threshold count."""
    data = counts(offered=[100, 50], answered=[90, 40], answered_within=[80, 20], within_s=[60, 20])
    asked = measure(["service_level", level(30).with_(key="in_30")], data)
    assert (asked.get("service_level").value, asked.get("service_level").n) == (0.4, 50)
    none = asked.get("in_30")
    assert (none.value, none.unread) == (None, 2)
    assert {each.code for each in none.warnings} >= {"parts.unread"}
    assert none.mostly_unread
    assert {
        (name, why.partition(";")[0]): count for (name, why), count in asked.rows["contact_counts"].reasons.items()
    } == {
        ("within_s", "must be the threshold of 20 s"): 1,
        ("within_s", "must be the threshold of 30 s"): 2,
    }


def test_more_in_time_than_answered_is_said() -> None:
    """The share of the offered is as told, and warns."""
    found = measure([level(20)], counts(offered=[100], answered=[50], answered_within=[60], within_s=[20])).one()
    assert (found.value, [each.code for each in found.warnings]) == (0.6, ["counts.contradict"])


def test_few_unread_rows_are_said_though_n_counts_contacts() -> None:
    """One interval of ten thousand calls does not hide that another one could not be read."""
    found = measure(["answer_rate"], counts(offered=[100_000, 10], answered=[90_000, 12])).one()
    assert "1 row of 2 of contact_counts could not be read" in {each.text for each in found.warnings}


@pytest.mark.parametrize(
    ("key", "options"),
    [("wait_p90", {}), ("fcr", {}), ("handled_rate", {}), ("answer_rate", {"cluster": "area"}), ("longest_wait", {})],
)
def test_what_counts_do_not_carry_is_refused_with_what_they_carry(key: str, options: dict[str, Any]) -> None:
    """Percentiles and chains need each contact; the sentence names the KPIs of counts and the table that is needed."""
    data = counts(offered=[1], answered=[1], area=["north"])
    with pytest.raises(InvalidValue, match=r"counts per interval carry, of contacts volume, .*table interactions"):
        measure([key], data, **options)


def test_a_moment_of_single_contacts_does_not_date_counts() -> None:
    """A KPI dated by the answer needs the contacts."""
    kpi = KPIS["volume"].with_(dated_by="answered_at")
    with pytest.raises(InvalidValue, match="counts per interval carry"):
        measure([kpi], counts(offered=[1]))


@pytest.mark.parametrize(
    ("columns", "error", "words"),
    [
        ({"within_s": [20]}, MissingColumn, "answered_within"),
        ({"within_s": [20], "answered_late": [1]}, MissingColumn, "or answered and answered_late"),
        ({"within_s": [20], "answered_within": [1]}, InvalidValue, "denominator must name a column of contact_counts"),
        ({"answered_within": [1], "offered": [2]}, MissingColumn, "within_s"),
    ],
)
def test_a_service_level_needs_its_counts_and_their_threshold(
    columns: dict[str, Any], error: type[Exception], words: str
) -> None:
    """Each missing part is named."""
    with pytest.raises(error, match=words):
        measure(["service_level"], counts(**columns))


def test_a_denominator_without_short_abandons_is_refused() -> None:
    """Counts do not tell how long those waited who gave up."""
    kpi = KPIS["service_level"].with_(denominator="offered_less_short_abandons")
    with pytest.raises(InvalidValue, match="denominator must be one of offered, answered"):
        measure([kpi], counts(offered=[2], answered_within=[1], within_s=[20]))


def test_single_contacts_go_before_counts() -> None:
    """Where both tables are there, the contacts are read."""
    single = {"queued_at": [MAY] * 3}
    assert measure(["volume"], {"interactions": single, **counts(offered=[7])}).one().value == 3


# --- tallies ---------------------------------------------------------------------------------------------------------


def test_tallies_of_counts_add_up_and_are_read_again() -> None:
    """Two halves make the whole, byte by byte; the stored form and a pickled KPI are those of counts."""
    whole = counts(offered=[100, 50, 7], answered=[90, 40, 7], answered_within=[80, 20, 7], within_s=[60] * 3)
    halves = [
        {"contact_counts": {name: cells[part] for name, cells in whole["contact_counts"].items()}}
        for part in (slice(0, 1), slice(1, 3))
    ]
    kpis: list[str | Kpi] = ["volume", "answer_rate", "aht", level(60)]
    for data in (whole, *halves):
        data["contact_counts"]["talk_total_s"] = [10] * len(data["contact_counts"]["at"])
    one = tally(kpis, whole, by=["hour"])
    first, second = (tally(kpis, half, by=["hour"]) for half in halves)
    assert first + second == one
    assert Tally.from_bytes(one.to_bytes(), kpis=[level(60)]) == one
    assert pickle.loads(pickle.dumps(one.plan.kpis)) == one.plan.kpis  # noqa: S301  (our own bytes)


@pytest.mark.parametrize("kpi", CONTACT_COUNT_KPIS.values(), ids=lambda kpi: kpi.key)
def test_the_form_over_counts_keeps_the_meaning(kpi: Kpi) -> None:
    """Title, question, unit and direction are those of the KPI over contacts; absent columns have a stated meaning."""
    own = KPIS[kpi.key]
    for name in ("title", "question", "unit", "better", "label_zh"):
        assert getattr(kpi, name) == getattr(own, name)
    assert kpi.definition != own.definition
    assert kpi.absent.keys() == {*kpi.uses}
