"""The command line: exit codes, words, and real exports."""

import csv
import io
import json
import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from servqual import cli
from servqual.pdca import RULES
from servqual.report.judgement import _DECIDED

ROOT = Path(__file__).parents[1]
HOSTILE = "<script>alert(1)</script>\"'&$\\frac{"


def run(*words: str | Path, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The command as a user types it."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "servqual", *map(str, words)],
        capture_output=True, text=True, check=False, cwd=folder, encoding="utf-8",
    )  # fmt: skip


def report(folder: Path, *words: str | Path) -> tuple[dict[str, Any], str]:
    """What a successful report found, and what it printed."""
    done = run("report", *words, "--json", folder / "r.json", "--html", folder / "r.html", folder=folder)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads((folder / "r.json").read_text(encoding="utf-8"))
    return found, done.stdout


def peak_mb(*words: str | Path) -> float:
    """The most memory that a command held, as Linux counts it since the process began."""
    code = (
        "import sys; from servqual import cli; assert cli.main(sys.argv[1:]) == 0;"
        "print(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])"
    )
    done = subprocess.run([sys.executable, "-c", code, *map(str, words)], capture_output=True, text=True, check=True)
    return int(done.stdout.split()[-1]) / 1024


def kpi(found: dict[str, Any], key: str) -> dict[str, Any]:
    """One KPI of the findings."""
    return next(row for row in found["kpis"] if row["key"] == key)


# --- real exports; expected numbers from the oracle.json beside each, computed with pandas ---


def test_uci_incident_log(data: Path, tmp_path: Path) -> None:
    """141,712 rows of a ServiceNow log, unchanged."""
    oracle = json.loads((data / "uci_incident_log" / "oracle.json").read_text(encoding="utf-8"))
    found, said = report(tmp_path, data / "uci_incident_log" / "incident_event_log.csv.gz", "--preset", "servicenow")
    rows = found["rows"]
    assert (rows["read"], rows["used"], rows["refused"]) == (oracle["events"], oracle["events"], 0)
    assert rows["cases"] == kpi(found, "case_volume")["value"] == oracle["incidents"]
    assert kpi(found, "backlog")["value"] == 0
    kept = kpi(found, "sla_kept")
    assert round(kept["value"] * kept["n"]) == oracle["final_made_sla"]["true"] == 15_803
    again = kpi(found, "reopen_rate")
    assert round(again["value"] * again["n"]) == oracle["incidents_reopened"] == 275
    moved = kpi(found, "reassignment_rate")
    assert moved["n"] - round(moved["value"] * moved["n"]) == oracle["incidents_zero_reassignment"]
    median, mean = kpi(found, "resolution_p50"), kpi(found, "resolution_time")
    assert median["n"] == oracle["hours_open_to_resolved"]["n"] == 23_362
    assert median["value"] / 3600 == pytest.approx(oracle["hours_open_to_resolved"]["p50_linear"], rel=0.005)
    assert mean["value"] / 3600 == pytest.approx(oracle["hours_open_to_resolved"]["mean"], abs=1e-6)
    assert any("1,556 closed cases have no resolved_at" in note for note in found["notes"])
    assert "141,712 rows folded to 24,918 cases; the latest row of each case stands" in said
    weak = {(w["column"], w["group"]): w["value"] for w in found["weakest"] if w["kpi"] == "sla_kept"}
    assert weak["priority", "2 - High"] * 100 == pytest.approx(oracle["sla_met_pct_by_priority"]["2 - High"])


def test_boston311(data: Path, tmp_path: Path) -> None:
    """One row a request, targets of their own, a configuration file."""
    oracle = json.loads((data / "boston311_2011q3" / "oracle.json").read_text(encoding="utf-8"))
    found, _ = report(
        tmp_path, data / "boston311_2011q3" / "boston311.csv.gz", "--config", ROOT / "examples" / "boston311.toml"
    )
    assert found["rows"]["used"] == oracle["cases"]
    assert kpi(found, "backlog")["value"] == oracle["cases"] - oracle["closed"]
    flag = kpi(found, "sla_kept")
    assert (round(flag["value"] * flag["n"]), flag["n"]) == (oracle["flag_counts"]["ONTIME"], 31_745)
    [own] = found["standards"]
    # three requests were due before they came in, by the same day's midnight, and are refused
    assert (own["n"], round(own["value"] * own["n"])) == (oracle["with_target"] - 3, oracle["closed_with_target_met"])
    assert {w["column"] for w in found["weakest"]} <= {"category", "team", "channel", "neighborhood"}
    count = {row["category"]: row["count"] for row in found["pareto"]["rows"]}
    assert {name: count[name] for name in oracle["top10_types"]} == oracle["top10_types"]


def test_italian_helpdesk(data: Path, tmp_path: Path) -> None:
    """A log of named steps becomes cases."""
    found, said = report(
        tmp_path, data / "italian_helpdesk" / "helpdesk.csv.gz", "--config", ROOT / "examples" / "italian_helpdesk.toml"
    )
    assert (found["rows"]["used"], found["rows"]["cases"]) == (21_348, 4_580)
    # of 4,285 first responses one came after the close, and is none
    assert (kpi(found, "resolution_p50")["n"], kpi(found, "first_response_p50")["n"]) == (4_569, 4_284)
    assert round(kpi(found, "reopen_rate")["value"] * kpi(found, "reopen_rate")["n"]) == 386
    assert "'Variant' more than once" in said


def test_memory_of_the_uci_report(data: Path, tmp_path: Path) -> None:
    """The whole process stays below 400 MB."""
    log = data / "uci_incident_log" / "incident_event_log.csv.gz"
    assert peak_mb("report", log, "--preset", "servicenow", "--html", tmp_path / "r.html") < 400


# --- the sample -----------------------------------------


def test_the_sample_says_that_it_is_simulated_and_finds_its_weak_spot(tmp_path: Path) -> None:
    """Without any input; the known weak spot comes first."""
    found, said = report(tmp_path, "sample")
    assert found["source"]["simulated"]
    assert "simulated" in said
    assert "imulated" in (tmp_path / "r.html").read_text(encoding="utf-8")
    assert found["priorities"][0]["group"] == "network"
    assert f"Improve first: {found['priorities'][0]['sentence']}" in said
    assert [s["status"] for s in found["standards"]] == ["not_reached", "not_reached", "reached"]
    assert f"{tmp_path / 'r.html'} and {tmp_path / 'r.json'}:" in said.splitlines()[-1]


def test_the_default_page_stands_beside_the_caller(tmp_path: Path) -> None:
    """`servqual report sample` alone makes sample-report.html."""
    done = run("report", "sample", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["sample-report.html"]


# --- bad input: exit 2 and words, or a counted refusal; never a traceback -----------------------------------------

GOOD = "received_at,resolved_at\n2026-05-04T09:00Z,2026-05-04T10:00Z\n"


@pytest.mark.parametrize(
    ("content", "words", "said"),
    [
        (None, (), "No such file"),
        (b"", (), "is empty"),
        (b"colour,size\nred,3\n", (), "received_at"),
        (bytes(range(256)), (), "binary"),
        (b"received_at\n2026-05-04 09:00\n", (), "needs a zone"),
        (b"received_at\nsoon\n", (), "row 2: received_at must be a date"),
        (b"received_at\n?\n", (), "no case has a received_at"),
        (GOOD.encode(), ("--preset", "servicenw"), "did you mean servicenow"),
        (GOOD.encode(), ("--now", "today"), "ISO 8601"),
        (GOOD.encode(), ("--now", "2026-05-04"), "must have an offset"),
        (GOOD.encode(), ("--now", "2020-05-04T09:00Z"), "must not come before the first case"),
        (GOOD.encode(), ("--zone", "Mars/Olympus"), "IANA"),
        (GOOD.encode(), ("--config", "none.toml"), "cannot read the configuration"),
        (GOOD.encode(), ("--html", "no/such/folder.html"), "cannot write"),
    ],
)
def test_bad_input_exits_2_with_words(content: bytes | None, words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    """The message says what is wrong and what to do."""
    if content is not None:
        (tmp_path / "in.csv").write_bytes(content)
    done = run("report", "in.csv", *words, folder=tmp_path)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("not toml", "is not TOML"),
        ("[colums]\n", "did you mean columns"),
        ("[read]\nzon = 'UTC'\n", "did you mean zone"),
        ("[columns]\nteam = 'Team'\n", "'Team' for team"),
        ("[[targets]]\nclock = 'first_respons'\nwithin = '1 h'\ngoal = 0.9\n", "clock must be one of"),
        ("[[targets]]\nclock = 'resolution'\nwithin = 'soon'\ngoal = 0.9\n", "within must be a time"),
        ("[[targets]]\nclock = 'resolution'\nwithin = '1 h'\ngoal = 95\n", "goal must be a share"),
        ("[[targets]]\nclock = 'resolution'\nwithin = '1 h'\n", "goal must be given"),
        ("[[targets]]\nkpi = 'backlog'\ngoal = 0.9\n", "goal must be a whole number for backlog"),
        ("[[targets]]\nkpi = 'back'\ngoal = 9\n", "kpi must be a KPI of cases in a target (got 'back')"),
        ("[[targets]]\nclock = 'first_response'\nwithin = '1 h'\ngoal = 0.9\n", "first_response_at"),
        ("[report]\ngroups = ['colour']\n", "colour"),
        ("[report]\nevery = 'hour'\n", "every must be one of day, week, month"),
        ("columns = 3\n", "columns must be a table"),
        ("[columns]\nteam = 3\n", "team must be a text"),
        ("targets = 3\n", "[[targets]]"),
        ("[hours]\nweek = {mon = '09:00-17:00'}\n", "zone must be given for [hours]"),
        ("[hours]\nzone = 'UTC'\nspecial = {xmas = '09:00-12:00'}\n", "must name dates"),
        ("[log]\nevent = 'step'\n", "log must name at"),
        ("[hours]\nzone = 'UTC'\nweek = {mon = '09:00-17:00, 16:00-18:00'}\n", "overlap"),
        ("[log]\nevent = 'step'\nat = 'when'\nmoments = {received_at = {frist = '*'}}\n", "first"),
    ],
)
def test_a_slip_in_the_configuration_is_named(config: str, said: str, tmp_path: Path) -> None:
    """With the file, the part and what was expected."""
    (tmp_path / "in.csv").write_text(GOOD, encoding="utf-8")
    (tmp_path / "c.toml").write_text(config, encoding="utf-8")
    done = run("report", "in.csv", "--config", "c.toml", folder=tmp_path)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_rows_that_cannot_be_read_are_counted_with_their_numbers(tmp_path: Path) -> None:
    """Read = used + refused; the reasons and the rows are said."""
    (tmp_path / "in.csv").write_text(GOOD + "soon,2026-05-04T10:00Z\n" + "too,many,cells\n" * 2, encoding="utf-8")
    found, said = report(tmp_path, tmp_path / "in.csv")
    rows = found["rows"]
    assert (rows["read"], rows["used"], rows["refused"]) == (4, 1, 3)
    assert {(r["column"], r["count"], r["examples"][0]["row"]) for r in rows["reasons"]} == {
        ("received_at", 1, 3),
        ("row", 2, 4),
    }
    assert "refused row: received_at must be a date of the form ISO 8601; set dates to how they are written" in said
    assert ": 1 (row 3)" in said


def test_outputs_never_overwrite_the_export_or_each_other(tmp_path: Path) -> None:
    """Told before anything is measured."""
    (tmp_path / "in.csv").write_text(GOOD, encoding="utf-8")
    for words, said in (
        (("--csv", "in.csv"), "--csv must not be the export"),
        (("--html", "x", "--json", "x"), "--json must not be the file of --html"),
        (("--html", "."), "cannot write"),
    ):
        done = run("report", "in.csv", *words, folder=tmp_path)
        assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    assert (tmp_path / "in.csv").read_text(encoding="utf-8") == GOOD


def test_the_zone_of_the_command_goes_above_the_configuration(tmp_path: Path) -> None:
    """Also for the hours."""
    (tmp_path / "in.csv").write_text("received_at,resolved_at\n2026-05-04 09:00,2026-05-04 17:00\n", encoding="utf-8")
    (tmp_path / "c.toml").write_text("[hours]\nweek = {mon-fri = '10:00-12:00'}\n", encoding="utf-8")
    found, _ = report(tmp_path, tmp_path / "in.csv", "--config", tmp_path / "c.toml", "--zone", "Asia/Tokyo")
    assert found["period"]["zone"] == "Asia/Tokyo"
    assert kpi(found, "resolution_time")["value"] == 7200


def test_a_target_for_some_cases_takes_just_those_out_of_the_one_for_all(tmp_path: Path) -> None:
    """Two conditions must both hold."""
    rows = "".join(
        f"2026-05-04T09:00Z,2026-05-04T10:00Z,{priority},{team}\n"
        for priority in ("urgent", "low")
        for team in ("A", "B", "C")
        for _ in range(20)
    )
    (tmp_path / "in.csv").write_text("received_at,resolved_at,priority,team\n" + rows, encoding="utf-8")
    (tmp_path / "c.toml").write_text(
        "[[targets]]\nclock='resolution'\nwithin='2 h'\ngoal=0.9\n"
        "[[targets]]\nclock='resolution'\nwithin='1 h'\ngoal=0.9\nonly={priority='urgent', team='A'}\n",
        encoding="utf-8",
    )
    found, _ = report(tmp_path, tmp_path / "in.csv", "--config", tmp_path / "c.toml")
    assert [s["n"] for s in found["standards"]] == [100, 20]


def test_an_event_log_that_was_not_said_to_be_one_is_noticed(tmp_path: Path) -> None:
    """Rows with a repeated case_id are refused and counted, and the note says how to keep one row per case."""
    (tmp_path / "in.csv").write_text("case_id,received_at\n" + "C-1,2026-05-04T09:00Z\n" * 3, encoding="utf-8")
    found, said = report(tmp_path, tmp_path / "in.csv")
    rows = found["rows"]
    assert (rows["cases"], rows["read"], rows["used"], rows["refused"]) == (1, 3, 1, 2)
    assert "note: 2 rows repeat the case_id of another and are left out" in said
    assert "refused row: case_id repeats another row: 2 (row 3, 4)" in said
    assert "fold = true" in said


def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    """Four times the rows, every cell of them new: a few MB more, and those of the ids that are compared.

    The report looks for repeated ids since it goes through the engine's door; 180,000 more of them are kept as hashes
    and sorted among the others. Measured are 23 to 30 MB, and 18 without ids.
    """
    used = []
    for size in (60_000, 240_000):
        path = tmp_path / f"{size}.csv"
        with path.open("w", encoding="utf-8") as file:
            file.write("case_id,received_at,resolved_at,team\n")
            for i in range(size):
                stamp = f"2026-{1 + i % 12:02}-{1 + i % 28:02}T{i % 24:02}:{i % 60:02}:{i // 60 % 60:02}"
                file.write(f"C-{i},{stamp}.{i:06}Z,{stamp}.999999Z,team {i % 7}\n")
        used.append(peak_mb("report", path, "--json", tmp_path / "r.json"))
    assert used[1] - used[0] < 35, used


class _Tags(HTMLParser):
    """Which elements a page has."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  (its signature)
        """Note an element."""
        self.seen.add(tag)


def test_hostile_text_in_every_cell_is_inert(tmp_path: Path) -> None:
    """Markup is text in the page, formulas are text in the CSV, signs that no shape is known for are no error."""
    rows = io.StringIO()
    writer = csv.writer(rows)
    writer.writerow(["received_at", "resolved_at", "category", "team", "priority", "channel", "reopened", "reassigned"])
    for i in range(80):
        name = "=HYPERLINK(1)" if i % 2 else HOSTILE
        writer.writerow([f"2026-05-{1 + i % 28:02}T09:00Z", "", name, HOSTILE, "客户\u202e", "@x", 1, 1])
        writer.writerow([f"2026-05-{1 + i % 28:02}T09:00Z", "2026-06-01T00:00Z", "fine", "fine", "fine", "fine", 0, 0])
    writer.writerow([HOSTILE] * 8)
    (tmp_path / f"{HOSTILE.replace('/', '')}.csv").write_text(rows.getvalue(), encoding="utf-8")
    found, _ = report(tmp_path, tmp_path / f"{HOSTILE.replace('/', '')}.csv", "--csv", tmp_path / "r.csv")
    assert found["rows"]["refused"] == 1
    assert HOSTILE in {w["group"] for w in found["weakest"]}
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    tags = _Tags()
    tags.feed(page)
    assert "script" not in tags.seen
    assert "alert(1)" in page
    for row in csv.reader(io.StringIO((tmp_path / "r.csv").read_text(encoding="utf-8"))):
        assert not any(cell.startswith(("=", "+", "@")) for cell in row)


# --- the place for the output -----------------------------------------------------------------------------------


def test_a_full_or_closed_terminal_ends_in_words(tmp_path: Path) -> None:
    """2 where there is no room for what is said, 0 where nobody reads on; the page is written in both."""
    (tmp_path / "in.csv").write_text(GOOD, encoding="utf-8")
    command = f"{sys.executable} -W error -m servqual report in.csv --html o.html"
    for end, code in (("> /dev/full", 2), ("2>&- > /dev/full", 2), (">&-", 0), ("| true; exit ${PIPESTATUS[0]}", 0)):
        done = subprocess.run(
            ["bash", "-c", f"{command} {end}"], capture_output=True, text=True, check=False, cwd=tmp_path
        )
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        assert "Exception" not in done.stderr
        (tmp_path / "o.html").unlink()


def test_no_room_for_the_page_is_said_and_leaves_the_earlier_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Code 2 for a full disk, 130 for an interrupt; nothing is left beside."""
    (tmp_path / "in.csv").write_text(GOOD, encoding="utf-8")
    page = tmp_path / "page.html"
    page.write_text("earlier", encoding="utf-8")
    for error, code, said in (
        (OSError(28, "No space left on device"), 2, "No space"),
        (KeyboardInterrupt(), 130, "stopped"),
    ):

        def fail(_: int, error: BaseException = error) -> None:
            raise error

        monkeypatch.setattr(os, "fsync", fail)
        assert cli.main(["report", str(tmp_path / "in.csv"), "--html", str(page)]) == code
        assert said in capsys.readouterr().err
        assert page.read_text(encoding="utf-8") == "earlier"
        assert {path.name for path in tmp_path.iterdir()} == {"in.csv", "page.html"}


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (OSError(5, "Input/output error", "in.csv"), 2, "servqual: in.csv cannot be used: Input/output error"),
        (MemoryError(), 2, "not enough memory"),
        (KeyboardInterrupt(), 130, "servqual: stopped"),
    ],
)
def test_what_the_system_refuses_is_said(
    error: BaseException, code: int, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A disk that fails, too little memory, an interrupt."""

    def fail(_: object) -> None:
        raise error

    monkeypatch.setattr(cli, "_report", fail)
    assert cli.main(["report", "in.csv"]) == code
    assert said in capsys.readouterr().err


HOSTILE_NAME = "a\x1b[31mred\x1b]0;pwned\x07\u202e\n<b>"


def test_names_from_outside_never_steer_the_terminal_or_the_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names of files, columns and values, where all goes well and where it does not."""
    monkeypatch.chdir(tmp_path)
    good, bad, config = f"{HOSTILE_NAME}.csv", f"{HOSTILE_NAME}2.csv", f"{HOSTILE_NAME}.toml"
    Path(good).write_text(
        f'received_at,"{HOSTILE_NAME}"\n2026-05-04T09:00Z,x\n{HOSTILE_NAME.split(maxsplit=1)[0]},y\n', encoding="utf-8"
    )
    Path(bad).write_text(f'"{HOSTILE_NAME}",b\n1,2\n', encoding="utf-8")
    Path(config).write_text('[columns]\nteam = "\\u001b[31m\\u202e"\n', encoding="utf-8")
    calls: tuple[tuple[list[str], int], ...] = (
        ([good], 0),
        ([good, "--html", f"{HOSTILE_NAME}.html"], 0),
        ([bad], 2),
        ([good, "--config", config], 2),
        ([good, "--zone", HOSTILE_NAME], 2),
        ([good, "--html", good], 2),
        ([f"{HOSTILE_NAME}.none"], 2),
    )
    for words, code in calls:
        assert cli.main(["report", *words]) == code, words
    with pytest.raises(SystemExit):
        cli.main(["report", good, HOSTILE_NAME])
    said = capsys.readouterr()
    for text in (said.out, said.err, *(path.read_text(encoding="utf-8") for path in tmp_path.glob("*.html"))):
        assert text
        assert not {"\x1b", "\x07", "\u202e"} & {*text}
    for page in tmp_path.glob("*.html"):
        assert "<b>" not in page.read_text(encoding="utf-8")


# --- the parser -----------------------------------------


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    """Both end well and say what the exit codes mean; usage errors end with 2."""
    for words, said in (
        (["--help"], "report"),
        (["--help"], "130 stopped"),
        (["report", "--help"], "130 stopped"),
        (["report", "--help"], "--preset"),
        (["--version"], "servqual 0."),
    ):
        with pytest.raises(SystemExit) as ended:
            cli.main(words)
        assert ended.value.code in {0, None}
        assert said in capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        cli.main(["reprot"])
    assert ended.value.code == 2


def test_help_imports_no_arrays() -> None:
    """`servqual --help` must not wait for numpy."""
    code = (
        "import sys; from servqual import cli\ntry: cli.main(['--help'])\nexcept SystemExit: pass\n"
        "print('numpy' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    assert done.stdout.rstrip().endswith("False")


# --- a change, and its receipt --------------------------------------------------------------------------------------


RIPE = ("--now", "2026-06-12T00:00Z")
"""Two weeks after the last day of the four weeks."""


def four_weeks(folder: Path, *, better: bool) -> Path:
    """Forty cases on each day of four weeks; from the third one on fewer of them come back, or as many."""
    rows = ["case_id,received_at,resolved_at,reopened,team"]
    for day in range(28):
        again = 4 if better and day >= 14 else 12
        for number in range(40):
            date, team = f"2026-05-{1 + day:02}", "ab"[number % 2]
            rows.append(f"{day}-{number},{date}T09:00Z,{date}T1{number % 9}:00Z,{int(number < again)},{team}")
    path = folder / "cases.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_a_change_is_told_in_words_and_as_data(tmp_path: Path) -> None:
    """12 of 40 came back before, 4 of 40 after; two weeks on either side."""
    export = four_weeks(tmp_path, better=True)
    done = run(
        "compare", export, "--change", "2026-05-15", "--kpi", "reopen_rate", "--margin", "2 points",
        "--guardrail", "resolution_p50=90 min", "--now", "2026-06-12T00:00Z", "--json", tmp_path / "v.json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[:3] == [
        "Reopen rate: improved: the change is for the better, and more than chance.",
        "Before, 2026-05-01 to 2026-05-14: 30 % of 560 cases.",
        "After, 2026-05-15 to 2026-05-28: 10 % of 560 cases.",
    ]
    assert lines[3].startswith("The change is −20 percentage points; it may well be anything from −")
    assert "Guardrail resolution time, median: not worse, 0 s." in done.stdout
    found = json.loads((tmp_path / "v.json").read_text(encoding="utf-8"))
    assert (found["decision"], found["days"], found["before"]["n"]) == ("improved", 14.0, 560)
    assert found["change"] == pytest.approx(-0.2)
    assert found["low"] < found["change"] < found["high"] < 0


def test_a_guardrail_that_nobody_can_judge_leaves_it_open(tmp_path: Path) -> None:
    """The times are whole hours, so that half an hour cannot be seen, and the sentence says what is open."""
    done = run(
        "compare", four_weeks(tmp_path, better=True), "--change", "2026-05-15", "--kpi", "reopen_rate",
        "--guardrail", "resolution_p50=30 min", "--now", "2026-06-12T00:00Z",
    )  # fmt: skip
    told = "Reopen rate: unclear: what is said below leaves open whether it is for the better."
    assert done.stdout.splitlines()[0] == told
    assert "Guardrail resolution time, median: unclear" in done.stdout


def test_every_rule_of_a_verdict_has_its_words() -> None:
    """A manager reads a sentence for each."""
    assert {rule.key for rule in RULES} == set(_DECIDED)


def test_without_a_change_nothing_is_claimed(tmp_path: Path) -> None:
    """Equivalent with a margin that the data can show, unclear without one; and what is missing is said."""
    export = four_weeks(tmp_path, better=False)
    words = ("compare", export, "--change", "2026-05-15", "--kpi", "reopen_rate", "--now", "2026-06-12T00:00Z")
    assert "unclear: the data cannot tell" in (plain := run(*words).stdout)
    assert "No margin was named" in plain
    assert "No guardrail was named" in plain
    assert "equivalent: the change is too small to matter" in run(*words, "--margin", "0.06").stdout
    assert "of 280 cases" in run(*words, "--where", "team=a").stdout


def test_a_receipt_is_verified_and_an_altered_one_is_found(tmp_path: Path) -> None:
    """0 where each leads to its verdict, 3 where one byte was altered, 2 where there is no such file."""
    export, receipt = four_weeks(tmp_path, better=True), tmp_path / "change.receipt"
    words = ("--change", "2026-05-15", "--kpi", "reopen_rate", "--now", "2026-06-12T00:00Z")
    run("compare", export, *words, "--receipt", receipt)
    done = run("verify", receipt)
    assert (done.returncode, done.stderr) == (0, "")
    assert "reopen rate: improved" in done.stdout
    assert done.stdout.splitlines()[-1].endswith("1 of 1 receipts lead to their verdict")
    data = bytearray(receipt.read_bytes())
    data[len(data) // 2] ^= 1
    receipt.write_bytes(data)
    done = run("verify", receipt)
    assert done.returncode == 3
    assert "NOT VERIFIED (receipt.altered)" in done.stdout
    assert run("verify", tmp_path / "none").returncode == 2


def test_a_target_of_the_configuration_is_compared_by_its_name(tmp_path: Path) -> None:
    """Its receipt is verified with the same configuration."""
    export, config, receipt = four_weeks(tmp_path, better=True), tmp_path / "c.toml", tmp_path / "r"
    config.write_text('[[targets]]\nclock = "resolution"\nwithin = "4 h"\ngoal = 0.9\nname = "solved in 4 h"\n')
    words = ("--change", "2026-05-15", "--kpi", "solved in 4 h", "--config", config)
    done = run("compare", export, *words, "--receipt", receipt)
    assert done.stdout.startswith("Solved in 4 h: unclear"), done.stderr
    assert run("verify", receipt, "--config", config).returncode == 0
    assert run("verify", receipt).returncode == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--change", "soon", "--kpi", "reopen_rate"], "change must be a date"),
        (["--change", "0001-01-01", "--kpi", "reopen_rate"], "change must lie between 1970 and 2100"),
        (["--change", "2027-01-01", "--kpi", "reopen_rate"], "change must lie between the first case"),
        (["--change", "2026-05-15", "--kpi", "reopen_rate"], "change must come over 14 days before now"),
        (["--change", "2026-05-15", "--kpi", "reopen_rat"], "did you mean reopen_rate"),
        (["--change", "2026-05-15", "--kpi", "backlog"], "kpi must be a KPI of cases"),
        (["--change", "2026-05-15", "--kpi", "reopen_rate", "--margin", "some"], "margin must be a number"),
        (["--change", "2026-05-15", "--kpi", "reopen_rate", "--margin", "2", *RIPE], "must be less than the scale"),
        (["--change", "2026-05-15", "--kpi", "reopen_rate", "--guardrail", "x"], "--guardrail must be name=value"),
        (["--change", "2026-05-15", "--kpi", "sla_kept", *RIPE], "needs the column 'sla_kept'"),
    ],
)
def test_comparisons_that_cannot_be_made_are_refused(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Code 2 and one sentence that names the option."""
    assert cli.main(["compare", str(four_weeks(tmp_path, better=True)), *words]) == 2
    assert said in capsys.readouterr().err
