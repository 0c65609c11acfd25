"""Reports of contacts, counts, complaints and answers: figures against known answers and against `measure`."""

import csv
import datetime as dt
import io
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from servqual.cli import main
from servqual.errors import InvalidValue, MissingColumn, UnknownName
from servqual.metrics import measure
from servqual.report import Config, as_csv, render, report
from servqual.report.looking import export_of
from servqual.report.several import tables_in
from servqual.report.slices import called
from servqual.report.table_settings import TableSettings, kpis_over

CALLS = "id,queued,answered,wait,team\nA,2026-05-04T09:00Z,yes,10,north\nB,2026-05-05T09:00Z,no,40,south\n"
PWC = "callcentre_pwc_teaching/call_center.csv.gz"
SETTINGS: dict[str, tuple[str, dict[str, Any]]] = {
    "callcentre_pwc_teaching": (
        PWC,
        {
            "read": {"table": "interactions", "zone": "Europe/Zurich"},
            "columns": {
                "interaction_id": "Call Id",
                "queued_at": ["Date", "Time"],
                "answered": "Answered (Y/N)",
                "wait_s": "Speed of answer in seconds",
                "talk_s": "AvgTalkDuration",
            },
            "report": {"groups": ["agent"], "agents": "names"},
        },
    ),
    "callcentre_simulated": (
        "callcentre_simulated/simulated_call_centre.csv.gz",
        {
            "read": {"table": "interactions", "zone": "Europe/London", "dates": "%Y-%m-%d %I:%M:%S %p"},
            "columns": {
                "interaction_id": "call_id",
                "queued_at": ["date", "call_started"],
                "wait_s": "wait_length",
                "talk_s": "service_length",
            },
            "kpis": {"service_level": {"within": "60 s"}},
        },
    ),
    "bank_calls_aug1999_week1": (
        "bank_calls_aug1999_week1/calls.csv.gz",
        {
            "read": {
                "table": "interactions",
                "zone": "Asia/Jerusalem",
                "true": "HANG",
                "false": "AGENT",
                "missing": "PHANTOM",
            },
            "columns": {
                "queued_at": ["date", "vru_entry"],
                "abandoned": "outcome",
                "wait_s": "q_time",
                "talk_s": "ser_time",
            },
            "kpis": {
                "of_answered": {"kpi": "service_level", "within": "30 s", "denominator": "answered"},
                "in_a_minute": {"kpi": "service_level", "within": "1 min", "title": "answered in a minute"},
            },
        },
    ),
    "nhs111_2015_16": (
        "nhs111_2015_16/nhs111_mds_2015_16.csv.gz",
        {
            "read": {
                "table": "contact_counts",
                "zone": "Europe/London",
                "dates": "%b-%y",
                "constants": {"within_s": 60},
            },
            "columns": {
                "at": "Periodname",
                "offered": "Nhs1 Number Calls Offered SUM",
                "answered": "Nhs1 Answered Calls SUM",
                "abandoned": "Nhs1 Abandoned Calls SUM",
                "answered_within": "Nhs1 Answered 60sec SUM",
                "area": "Provider Name",
            },
            "kpis": {"of_answered": {"kpi": "service_level", "within": "60 s", "denominator": "answered"}},
            "report": {"groups": ["area"]},
        },
    ),
    "nhs_ae_attendances": (
        "nhs_ae_attendances/ae_attendances.csv.gz",
        {
            "read": {"table": "contact_counts", "zone": "Europe/London", "constants": {"within_s": "4 h"}},
            "columns": {
                "at": "period",
                "offered": "attendances",
                "answered": "attendances",
                "answered_late": "breaches",
            },
        },
    ),
    "bpic2016_complaints": (
        "bpic2016_complaints/BPI2016_Complaints.csv.gz",
        {
            "read": {"table": "complaints", "zone": "Europe/Amsterdam"},
            "columns": {
                "complaint_id": "ComplaintID",
                "customer_id": "CustomerID",
                "received_at": "ContactDate",
                "category": "ComplaintTheme_EN",
            },
        },
    ),
    "cfpb_complaints_2013": (
        "cfpb_complaints_2013/cfpb_complaints.csv.gz",
        {
            "read": {
                "table": "complaints",
                "zone": "America/New_York",
                "dates": "%m/%d/%Y",
                "true": "No",
                "false": "Yes",
            },
            "columns": {"received_at": "date_received", "satisfied": "consumer_disputed", "channel": "submitted_via"},
        },
    ),
}
Found = dict[str, Any]


@pytest.fixture(scope="module")
def reports(data: Path) -> dict[str, Found]:
    """The report of each of these exports."""
    return {name: report(data / file, Config.from_table(told)) for name, (file, told) in SETTINGS.items()}


def figures(found: Found, table: int = 0) -> dict[str, Any]:
    """The values of a table by KPI."""
    return {row["key"]: row["value"] for row in found["tables"][table]["kpis"]}


def course(found: Found, key: str) -> dict[str, Any]:
    """The values of a KPI by the first day of its periods."""
    [trend] = [row for row in found["tables"][0]["trends"] if row["kpi"] == key]
    return {point["start"]: point["value"] for point in trend["points"]}


def by_group(found: Found, column: str, key: str) -> dict[str, Any]:
    """The figures of a KPI by group."""
    [by] = [by for by in found["tables"][0]["groups"] if by["column"] == column]
    return {row["group"]: next(f for f in row["figures"] if f["kpi"] == key) for row in by["rows"]}


def oracle_of(data: Path, name: str) -> Found:
    """The known answers, computed with pandas and never with servqual."""
    known: Found = json.loads((data / name / "oracle.json").read_text(encoding="utf-8"))
    return known


def near(value: float) -> Any:
    """Oracles are rounded to six places."""
    return pytest.approx(value, abs=6e-7)


@pytest.mark.parametrize("name", SETTINGS)
def test_every_figure_is_that_of_measure(name: str, data: Path, reports: dict[str, Found]) -> None:
    """In all, by period and by group, and where the rows went, for the same export."""
    file, settings = SETTINGS[name]
    config, found = Config.from_table(settings), reports[name]["tables"][0]
    _, [told] = tables_in(data / file, config)
    known = {**kpis_over(told.table), **{kpi.key: kpi for kpi in told.kpis}}
    if told.table == "contact_counts":
        limit = dt.timedelta(seconds=60 if "nhs111" in name else 4 * 3600)
        known["service_level"] = known["service_level"].with_(within=limit)
    kpis = [known[row["key"]] for row in found["kpis"]]
    drawn = [known[trend["kpi"]] for trend in found["trends"]]
    now, every = dt.datetime.fromisoformat(found["now"]), found["period"]["every"]
    asked: dict[str, Any] = {"zone": config.zone, "now": now}
    whole = measure(kpis, {told.table: export_of(told)}, **asked)
    for row in found["kpis"]:
        m = whole.get(row["key"])
        assert (row["value"], row["n"], row["undecided"], row["definition"]) == (
            m.value,
            m.n,
            m.undecided,
            m.definition,
        )
        assert row["unit"] == "count" or (row["low"], row["high"]) == (m.low, m.high)
    rows = whole.rows[told.table]
    assert [found["rows"][field] for field in ("read", "used", "refused")] == [rows.read, rows.used, rows.refused]
    held = {told.table: [*export_of(told).chunks()]}  # the file is read once more
    periods = measure(drawn, held, by=[every], **asked)
    for trend in found["trends"]:
        for point in trend["points"]:
            m = periods.get(trend["kpi"], **{every: dt.date.fromisoformat(point["start"])})
            value = 0 if trend["unit"] == "count" and not m.n else m.value  # a period without a row
            assert [point[field] for field in ("value", "low", "high", "n")] == [value, m.low, m.high, m.n]
    for by in found["groups"]:
        groups = measure([known[kpi["kpi"]] for kpi in by["kpis"]], held, by=[by["column"]], **asked)
        labels = {called(by["column"], label): label for m in groups for label in m.group.values()}
        for row in by["rows"]:
            for figure in row["figures"]:
                m = groups.get(figure["kpi"], **{by["column"]: labels[row["group"]]})
                assert [figure[field] for field in ("value", "low", "high", "n")] == [m.value, m.low, m.high, m.n]


def test_the_teaching_sheet(data: Path, reports: dict[str, Found]) -> None:
    """81 % answered and an average speed of answer of 67.52 s; by agent as the oracle has it."""
    oracle, found = oracle_of(data, "callcentre_pwc_teaching"), reports["callcentre_pwc_teaching"]
    told = figures(found)
    assert told["volume"] == oracle["calls"]
    assert told["answer_rate"] == oracle["answered"] / oracle["calls"]
    assert told["abandonment_rate"] == oracle["abandoned"] / oracle["calls"]
    assert told["asa"] == near(oracle["ASA"])
    assert told["aht"] == near(oracle["talk_seconds_mean"])
    assert told["service_level"] == oracle["answered_within_20s"] / oracle["calls"]
    assert 100 * told["resolved_flag_rate"] == near(oracle["resolved_pct_of_answered"])
    agents = by_group(found, "agent", "asa")
    assert {name: figure["value"] for name, figure in agents.items()} == {
        name: near(known["asa"]) for name, known in oracle["by_agent"].items()
    }
    assert {name: figure["n"] for name, figure in agents.items()} == {
        name: known["answered"] for name, known in oracle["by_agent"].items()
    }


def test_the_simulated_call_centre(data: Path, reports: dict[str, Found]) -> None:
    """91.83 % within a minute, by month too; nobody gave up, so that no figure of abandons is there."""
    oracle, found = oracle_of(data, "callcentre_simulated"), reports["callcentre_simulated"]
    told = figures(found)
    assert 100 * told["service_level"] == near(oracle["service_level_60s_pct(wait_length<=60)"])
    assert told["asa"] == near(oracle["ASA_seconds"])
    assert told["aht"] == near(oracle["mean_service_seconds"])
    assert (told["wait_p50"], told["wait_p90"], told["wait_p95"]) == (0, 32, 129)
    assert "abandonment_rate" not in told
    months = {month[:7]: 100 * value for month, value in course(found, "service_level").items()}
    assert months == {month: near(known) for month, known in oracle["service_level_by_month"].items()}


def test_the_bank(data: Path, reports: dict[str, Found]) -> None:
    """The words of its own for answered and abandoned; three service levels beside each other."""
    oracle, told = oracle_of(data, "bank_calls_aug1999_week1"), figures(reports["bank_calls_aug1999_week1"])
    assert told["volume"] == oracle["calls"]
    assert told["asa"] == near(oracle["ASA_seconds_all_AGENT_calls(mean q_time)"])
    assert told["aht"] == near(oracle["AHT_seconds_AGENT(mean ser_time)"])
    assert 100 * told["abandonment_rate"] == near(oracle["abandon_pct_HANG_over_AGENT_plus_HANG"])
    assert 100 * told["service_level"] == near(oracle["SL20_answered_T_over_offered(AGENT+HANG)"])
    assert 100 * told["of_answered"] == near(oracle["SL30_answered_T_over_answered"])
    assert 100 * told["in_a_minute"] == near(oracle["SL60_answered_T_over_offered(AGENT+HANG)"])
    types = by_group(reports["bank_calls_aug1999_week1"], "type", "asa")
    assert {name: (f["value"], f["n"]) for name, f in types.items()} == {
        name: (near(known["asa"]), known["agent"]) for name, known in oracle["by_type"].items()
    }


def test_nhs_111(data: Path, reports: dict[str, Found]) -> None:
    """14 million calls from 534 rows; the last month is whole, and three rows do not add up."""
    oracle, found = oracle_of(data, "nhs111_2015_16"), reports["nhs111_2015_16"]
    told = figures(found)
    assert told["volume"] == oracle["offered"]
    assert 100 * told["abandonment_rate"] == near(oracle["pooled_abandoned_pct_of_offered"])
    assert 100 * told["of_answered"] == near(oracle["pooled_answered_60s_pct_of_answered"])
    assert told["service_level"] == oracle["answered_60s"] / oracle["offered"]
    months = {
        dt.datetime.strptime(name, "%b-%y").date().isoformat(): known  # noqa: DTZ007  (a month)
        for name, known in oracle["by_month"].items()
    }
    assert course(found, "volume") == {month: known["offered"] for month, known in months.items()}
    assert {month: 100 * value for month, value in course(found, "of_answered").items()} == {
        month: near(known["answered_60s_pct_of_answered"]) for month, known in months.items()
    }
    [section] = found["tables"]
    assert not any(point["partial"] for trend in section["trends"] for point in trend["points"])
    assert {w["code"] for row in section["kpis"] for w in row["warnings"]} == {"counts.contradict"}
    assert (len(section["groups"][0]["rows"]), section["groups"][0]["rest"]) == (20, oracle["providers"] - 20)
    page = render(found)
    assert page.count("3 counts of contact_counts do not add up") == 1


def test_emergency_departments(data: Path, reports: dict[str, Found]) -> None:
    """Breaches of four hours as a count, and the threshold from the one setting that states it."""
    oracle, found = oracle_of(data, "nhs_ae_attendances"), reports["nhs_ae_attendances"]
    told = figures(found)
    assert told["volume"] == oracle["attendances"]
    assert told["service_level"] == (oracle["attendances"] - oracle["breaches"]) / oracle["attendances"]
    assert {month: 100 * value for month, value in course(found, "service_level").items()} == {
        month: near(known) for month, known in oracle["within_4h_pct_by_month_all_types"].items()
    }


def test_complaints(data: Path, reports: dict[str, Found]) -> None:
    """289 complaints by theme, and 1,000 of which 789 were not disputed; without ends there is no figure of ends."""
    oracle, found = oracle_of(data, "bpic2016_complaints"), reports["bpic2016_complaints"]
    assert figures(found) == {"complaint_volume": oracle["complaint_ids"]}
    themes = by_group(found, "category", "complaint_volume")
    assert {name: f["n"] for name, f in themes.items()} == oracle["by_theme_en"]
    oracle, found = oracle_of(data, "cfpb_complaints_2013"), reports["cfpb_complaints_2013"]
    assert figures(found) == {
        "complaint_volume": oracle["complaints"],
        "complaint_satisfaction": oracle["consumer_disputed"]["No"] / oracle["complaints"],
    }
    products = by_group(found, "product", "complaint_volume")
    assert {name: f["n"] for name, f in products.items()} == oracle["by_product"]


# --- several tables in one report ------------------------------------------------------------------------------------


def written(folder: Path, **files: str) -> Path:
    """A folder with CSV files."""
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


CASES = "case_id,received_at,resolved_at\n1,2026-05-04T09:00Z,2026-05-04T11:00Z\n2,2026-05-05T09:00Z,\n"
ANSWERS = "answered_at,score,customer_id,question\n" + "2026-05-06T09:00Z,5,c1,q\n" * 2 + "2026-05-06T10:00Z,2,c2,q\n"
COUNTED = "at,offered,answered\n2026-05-04T09:00Z,100,90\n2026-05-04T09:30Z,50,45\n"


def test_several_tables_stand_in_one_report(tmp_path: Path) -> None:
    """Files are looked for beside the settings; each table is seen from its own latest moment, and cases as ever."""
    folder = written(tmp_path, cases=CASES, calls=CALLS, answers=ANSWERS, counted=COUNTED)
    settings = folder / "desk.toml"
    settings.write_text(
        """
        [tables.cases]
        file = "cases.csv"
        [tables.interactions]
        file = "calls.csv"
        columns = { interaction_id = "id", queued_at = "queued", wait_s = "wait" }
        [tables.answers]
        file = "answers.csv"
        kpis = { csat = { scale = [1, 5], satisfied_from = 4 } }
        [tables.contact_counts]
        file = "counted.csv"
        """,
        encoding="utf-8",
    )
    found = report(config=Config.read(preset=None, path=settings))
    assert [section["table"] for section in found["tables"]] == ["interactions", "answers", "contact_counts"]
    assert found["rows"]["cases"] == 2
    assert found["made"]["now"] == "2026-05-05T09:00:00+00:00"
    assert found["tables"][1]["now"] == "2026-05-06T10:00:00+00:00"
    alone = report(folder / "cases.csv")
    assert found["kpis"] == alone["kpis"]
    assert figures(found)["answer_rate"] == 0.5
    assert figures(found, 2) == {"volume": 150, "answer_rate": 0.9}
    # the same answer twice is one answer
    assert (figures(found, 1)["csat"], found["tables"][1]["rows"]["refused"]) == (0.5, 1)
    assert [row["key"] for row in found["tables"][1]["left_out"]][:1] == ["csat_mean"]
    page = render(found)
    for title in ("Contacts", "Survey answers", "Contacts, counted per interval", "Key figures"):
        assert f">{title}</h2>" in page
    assert any("Contacts: contacts 2" in line for line in found["headline"])
    rows = [*csv.DictReader(io.StringIO(as_csv(found)))]
    assert {row["table"] for row in rows} == {"cases", "interactions", "answers", "contact_counts"}
    [csat] = [row for row in rows if (row["kpi"], row["column"]) == ("csat", "")]
    assert float(csat["value"]) == 0.5


def test_a_page_of_contacts_alone_speaks_of_no_case(tmp_path: Path) -> None:
    """No empty parts of cases; targets, which would have no effect, are said."""
    folder = written(tmp_path, calls=CALLS)
    told = {
        "columns": {"interaction_id": "id", "queued_at": "queued", "wait_s": "wait"},
        "targets": [{"kpi": "sla_kept", "goal": 0.9}],
    }
    found = report(folder / "calls.csv", Config.from_table(told, of="interactions"))
    page = render(found)
    assert "Promises and what was kept" not in page
    assert "Open cases" not in page
    why = "there is no table of cases; name its file under [tables]"
    assert found["notes"] == [f"target 'kept within target, as recorded' has no effect: {why}"]
    assert figures(found)["volume"] == 2


def test_a_period_cuts_every_table(tmp_path: Path) -> None:
    """Only the contacts of the asked days count."""
    folder = written(tmp_path, calls=CALLS)
    told: dict[str, Any] = {
        "columns": {"interaction_id": "id", "queued_at": "queued", "wait_s": "wait"},
        "report": {"period": "2026-05-05"},
    }
    found = report(folder / "calls.csv", Config.from_table(told, of="interactions"))
    assert (figures(found)["volume"], figures(found)["abandonment_rate"]) == (1, 1)
    assert found["period"]["start"] == "2026-05-05T00:00:00+00:00"


def test_legs_of_a_contact_are_folded_by_time(tmp_path: Path) -> None:
    """With fold = true the latest leg stands; without it a repeated id is refused, and the answered leg stands."""
    legs = "id,queued_at,updated_at,team,wait_s\nA,2026-05-04T09:00Z,{},north,1\nA,2026-05-04T09:00Z,{},south,9\n"
    folder = written(tmp_path, calls=legs.format("2026-05-04T09:05Z", "2026-05-04T09:01Z"))
    told = {"read": {"fold": True}, "columns": {"interaction_id": "id"}}
    found = report(folder / "calls.csv", Config.from_table(told, of="interactions"))
    assert (figures(found)["volume"], figures(found)["asa"], found["tables"][0]["rows"]["refused"]) == (1, 1, 0)
    assert "2 rows folded to 1 contact; of each the latest row by time stands" in found["tables"][0]["notes"]
    plain = report(folder / "calls.csv", Config.from_table({"columns": told["columns"]}, of="interactions"))
    assert (figures(plain)["volume"], plain["tables"][0]["rows"]["refused"]) == (1, 1)
    with pytest.raises(InvalidValue, match="fold must be false for answers"):
        report(written(tmp_path, a=ANSWERS) / "a.csv", Config.from_table({"read": {"fold": True}}, of="answers"))


def test_steps_of_a_complaint_are_folded_by_time(tmp_path: Path) -> None:
    """Two rows of one complaint are one complaint, as its later row has it."""
    rows = "complaint_id,received_at,updated_at,category\n"
    rows += "1,2026-05-04T09:00Z,2026-05-06T09:00Z,billing\n1,2026-05-04T09:00Z,2026-05-05T09:00Z,other\n"
    config = Config.from_table({"read": {"fold": True}}, of="complaints")
    found = report(written(tmp_path, c=rows) / "c.csv", config)
    assert [*by_group(found, "category", "complaint_volume")] == ["billing"]


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"tables": {"calls": {"file": "a"}}}, InvalidValue, r"\[tables\] must be one of cases, interactions"),
        ({"tables": {"answers": {}}}, InvalidValue, "tables.answers must name its file"),
        ({"tables": {"answers": {"path": "a"}}}, InvalidValue, "each name of tables.answers must be one of"),
        ({"read": {"table": "shifts"}}, InvalidValue, "table must be one of cases"),
        ({"kpis": {"asa": {}}, "read": {"table": "answers"}}, UnknownName, "kpis must name KPIs of answers"),
        ({"kpis": {"resolution_rate": {}}}, InvalidValue, r"kpis must be left out for cases.*\[\[targets\]\]"),
        (
            {"kpis": {"service_level": {"in": "60 s"}}, "read": {"table": "interactions"}},
            InvalidValue,
            "in must be a parameter of service_level",
        ),
        (
            {"kpis": {"service_level": {"within": "soon"}}, "read": {"table": "interactions"}},
            InvalidValue,
            "within must be a time such as",
        ),
    ],
)
def test_settings_of_tables_are_checked(settings: Mapping[str, Any], error: type[Exception], words: str) -> None:
    """Each refused by name, with what it may be."""
    with pytest.raises(error, match=words):
        Config.from_table(settings)


def test_a_report_needs_one_file_per_table(tmp_path: Path) -> None:
    """Without any file, and where a table is named twice, it says what to do."""
    with pytest.raises(InvalidValue, match="name a file, or name some under"):
        report()
    config = Config.from_table({"tables": {"cases": {"file": "cases.csv"}}}, folder=tmp_path)
    with pytest.raises(InvalidValue, match=r"tables.cases must be left out where the command names its file"):
        report(tmp_path / "other.csv", config)


@pytest.mark.parametrize(
    ("text", "table", "error", "words"),
    [
        ("at,offered\nsoon,1\n", "contact_counts", InvalidValue, "contact_counts must have a row with a moment"),
        ("at,area\n2026-05-04,1\n", "contact_counts", InvalidValue, "contact_counts must have the columns of some KPI"),
        ("at,offered\n2026-05-04,1\n", "contact_counts", InvalidValue, "groups must name columns of words"),
    ],
)
def test_a_table_that_carries_nothing_is_refused(
    text: str, table: str, error: type[Exception], words: str, tmp_path: Path
) -> None:
    """No moment, no figure, and a group that is a number."""
    told = {"read": {"zone": "UTC"}, "report": {"groups": ["offered"] if "groups" in words else ["area"]}}
    if "groups" not in words:
        told.pop("report")
    with pytest.raises(error, match=words):
        report(written(tmp_path, t=text) / "t.csv", Config.from_table(told, of=table))


def test_an_asked_kpi_says_which_column_it_lacks(tmp_path: Path) -> None:
    """A KPI that the settings name is not left out in silence."""
    config = Config.from_table({"kpis": {"service_level": {"within": "60 s"}}}, of="contact_counts")
    with pytest.raises(MissingColumn, match="within_s"):
        report(written(tmp_path, t=COUNTED) / "t.csv", config)


def test_a_threshold_without_its_counts_is_said(tmp_path: Path) -> None:
    """The other figures are shown, and the service level is listed with what it lacks."""
    config = Config.from_table({"read": {"constants": {"within_s": 20}}}, of="contact_counts")
    found = report(written(tmp_path, t=COUNTED) / "t.csv", config)
    assert figures(found) == {"volume": 150, "answer_rate": 0.9}
    [lacking] = found["tables"][0]["left_out"]
    assert lacking["key"] == "service_level"
    assert "needs the column 'answered_within' of contact_counts" in lacking["reason"]


def test_constants_fill_a_column_that_the_export_lacks(tmp_path: Path) -> None:
    """And never one that it has."""
    folder = written(tmp_path, t=COUNTED.replace("answered", "answered_within"))
    told = {"read": {"constants": {"within_s": 20}}}
    found = report(folder / "t.csv", Config.from_table(told, of="contact_counts"))
    assert figures(found)["service_level"] == 0.9
    twice = Config.from_table({"read": {"constants": {"offered": 20}}}, of="contact_counts")
    with pytest.raises(InvalidValue, match="constants must name columns that the table lacks"):
        report(folder / "t.csv", twice)


def test_a_table_is_read_in_the_zone_of_the_report() -> None:
    """What [read] says of zones, dates and words holds for every table that does not say otherwise."""
    told = {
        "read": {"zone": "Europe/Berlin", "true": ["ja!"]},
        "tables": {"answers": {"file": "a.csv"}, "complaints": {"file": "c.csv", "read": {"zone": "UTC"}}},
    }
    answers, complaints = Config.from_table(told, folder=Path("desk")).tables
    assert (answers.layout.zone, answers.layout.true, answers.file) == (
        answers.layout.zone,
        ("ja!",),
        Path("desk") / "a.csv",
    )
    assert answers.layout.zone is not None
    assert answers.layout.zone.key == "Europe/Berlin"
    assert complaints.layout.zone is not None
    assert complaints.layout.zone.key == "UTC"
    asked = Config.from_table(told, zone="Asia/Tokyo").tables
    assert {each.layout.zone.key for each in asked if each.layout.zone} == {"Asia/Tokyo"}
    assert isinstance(answers, TableSettings)


def test_the_settings_of_the_page_are_read() -> None:
    """The example of docs/report.md names every table."""
    page = (Path(__file__).parents[2] / "docs" / "report.md").read_text(encoding="utf-8")
    text = page.split("## More than cases")[1].split("```toml\n")[1].split("```")[0]
    config = Config.from_table(tomllib.loads(text))
    assert [each.table for each in config.tables] == [
        "cases",
        "interactions",
        "contact_counts",
        "answers",
        "complaints",
    ]
    assert [kpi.key for kpi in config.tables[1].kpis] == ["service_level", "of_answered"]


def test_the_command_takes_a_table_or_settings_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--table` says what the file holds; with files in the settings no other is named; what is refused is said."""
    folder = written(tmp_path, calls=CALLS.replace("queued", "queued_at"), counted=COUNTED.replace("100", "many"))
    page = folder / "page.html"
    assert main(["report", str(folder / "calls.csv"), "--table", "interactions", "--html", str(page)]) == 0
    said = capsys.readouterr().out
    assert "Contacts: contacts 2, service response rate 50 %" in said
    assert "2 rows read, 2 used, 0 refused" in said
    settings = folder / "desk.toml"
    settings.write_text('[tables.contact_counts]\nfile = "counted.csv"\n', encoding="utf-8")
    assert main(["report", "--config", str(settings), "--html", str(page)]) == 0
    said = capsys.readouterr().out
    assert "cell not used: offered must be a number: 1 (row 2)" in said
    assert "contacts 50" in said
    assert main(["report", "--html", str(page)]) == 2
    assert "name a file, or name some under [tables]" in capsys.readouterr().err
    assert main(["report", "sample", "--table", "cases", "--html", str(page)]) == 2


def test_hours_hold_for_every_table(tmp_path: Path) -> None:
    """Durations of complaints count business time; limits in words say which days they mean."""
    told: dict[str, Any] = {
        "hours": {"zone": "UTC", "week": {"mon-fri": "09:00-17:00"}},
        "kpis": {
            "complaint_kept": {"within": "8 h"},
            "by_calendar": {"kpi": "complaint_kept", "within": "1 calendar day"},
            "by_days": {"kpi": "complaint_kept", "within": "2 working days"},
        },
    }
    # Friday 16:00 to Monday 10:00: two open hours, 66 of the calendar
    rows = "received_at,resolved_at\n2026-05-08T16:00Z,2026-05-11T10:00Z\n"
    found = report(written(tmp_path, c=rows) / "c.csv", Config.from_table(told, of="complaints"))
    told_by = figures(found)
    assert (told_by["complaint_kept"], told_by["by_calendar"], told_by["by_days"]) == (1, 0, 1)
    assert told_by["complaint_handling_time"] == 7200
    [time] = [row for row in found["tables"][0]["kpis"] if row["key"] == "complaint_handling_time"]
    assert time["business_time"] is True
    with pytest.raises(InvalidValue, match="durations must be calendar where there are no"):
        Config.from_table({"tables": {"cases": {"file": "a", "read": {"durations": "business"}}}})
