"""Exports in the form of each vendor are recognised, and read back as what the desk did."""

import csv
import datetime as dt
import io
import itertools
from pathlib import Path
from typing import Any

import attrs
import pytest
from tests.readers.files.vendors import _headers
from tests.readers.files.vendors._desk import CASES, COUNT
from tests.readers.files.vendors._forms import FORMS, Form

from servqual.errors import UnknownName
from servqual.readers import LAYOUTS, Chunk, Export, layout
from servqual.readers.files.vendors import VENDORS, vendor_of
from servqual.readers.inspecting import settings_of
from servqual.report import Config, inspect, report

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
forms = pytest.mark.parametrize("form", FORMS, ids=[form.name for form in FORMS])


def moments(chunk: Chunk, name: str) -> list[dt.datetime | None]:
    """A column of moments as datetimes of UTC, cut to minutes."""
    column = chunk.columns[name]
    pairs = zip(column.values.tolist(), column.known.tolist(), strict=True)
    return [EPOCH + int(value) // 60_000_000 * MINUTE if known else None for value, known in pairs]


def labels(chunk: Chunk, name: str) -> list[str | None]:
    """A column of labels as texts."""
    column = chunk.columns[name]
    return [column.labels[int(code)] if code >= 0 else None for code in column.values]


def counts(chunk: Chunk, name: str) -> list[float]:
    """A column of counts."""
    return [float(value) for value in chunk.columns[name].values]


def truth(field: str) -> list[Any]:
    """What the desk did."""
    return [getattr(case, field) for case in CASES]


def read(form: Form, folder: Path, *, whole: bool = False) -> Chunk:
    """The cases of an export, read with the vendor's layout."""
    of_vendor = layout(form.vendor)
    chosen = attrs.evolve(of_vendor, zone=form.zone, fold=False, dates=form.dates or of_vendor.dates)
    [chunk] = Export(form.write(folder, whole=whole), chosen).chunks()
    assert chunk.size == COUNT
    assert [refusal for refusal in chunk.lost if "below the table" not in refusal.reason] == []
    assert not list(chunk.refusals)
    return chunk


@forms
def test_the_truth_is_read_back(form: Form, tmp_path: Path) -> None:
    """Moments, ids, people and states of an export are those of the desk, also around the change of clocks."""
    assert_true(read(form, tmp_path), form)


@pytest.mark.parametrize("form", [form for form in FORMS if form.every], ids=lambda form: form.name)
def test_an_export_with_all_columns_is_read_the_same(form: Form, tmp_path: Path) -> None:
    """Columns that the desk leaves empty, such as a team beside a department, take the place of no other."""
    assert_true(read(form, tmp_path, whole=True), form)
    [look] = inspect(form.write(tmp_path, whole=True)).looks
    assert look.vendor is VENDORS[form.vendor]
    assert not look.questions
    assert look.chosen.names >= {"case_id", "received_at", "team", "agent", "status"}


def assert_true(chunk: Chunk, form: Form) -> None:
    """What was read is what the desk did."""
    assert moments(chunk, "received_at") == truth("received")
    assert moments(chunk, "updated_at") == truth("updated")
    assert not form.resolved or moments(chunk, "resolved_at") == truth("resolved")
    assert not form.closed or moments(chunk, "closed_at") == truth("closed")
    assert not form.first_response or moments(chunk, "first_response_at") == truth("first_response")
    assert len({*labels(chunk, "case_id")}) == COUNT
    assert labels(chunk, "status") == [form.states[number % len(form.states)] for number in range(COUNT)]
    told = {"priority", "category", "team", "agent", "channel", "reopened"} & {*chunk.columns}
    assert len(told) >= 3
    for name in told - {"reopened"}:
        shown = form.shown.get(name, "{}")
        assert labels(chunk, name) == [None if value is None else shown.format(value) for value in truth(name)]
    assert form.vendor not in {"zendesk", "frappe", "freshdesk"} or not {"reassigned", "resolution_h"} & {
        *chunk.columns
    }
    if "reopened" in told:
        assert counts(chunk, "reopened") == truth("reopened")
    assert labels(chunk, "customer_id") == truth("customer")


@pytest.mark.parametrize("name", ["servicenow", "freshdesk", "frappe"])
def test_a_desks_own_mark_is_read(name: str, tmp_path: Path) -> None:
    """The vendor's words for a promise kept and missed are read, and one that still runs is unknown."""
    [form] = [form for form in FORMS if form.name == name]
    kept = read(form, tmp_path).columns["sla_kept"]
    found = [bool(value) if known else None for value, known in zip(kept.values, kept.known, strict=True)]
    assert found == truth("kept")


@forms
def test_inspect_recognises_the_form_and_report_reads_its_settings(form: Form, tmp_path: Path) -> None:
    """A file of each form is named, and its settings make a report once the zone is answered."""
    path = form.write(tmp_path)
    found = inspect(path)
    [look] = found.looks
    assert look.vendor is not None
    assert look.vendor.name == form.vendor
    assert not [question for question in look.questions if question.setting != "zone"]
    settings = tmp_path / "desk.toml"
    settings.write_text(found.settings().replace('zone = ""', f'zone = "{form.zone.key}"'), encoding="utf-8")
    made = report(path, Config.read(preset=None, path=settings), now=max(truth("updated")))
    assert made["rows"]["used"] == COUNT
    values = {kpi["key"]: kpi["value"] for kpi in made["kpis"]}
    assert values["case_volume"] == COUNT
    if form.first_response:
        waits = [(case.first_response - case.received).total_seconds() for case in CASES if case.first_response]
        assert values["first_response_time"] == pytest.approx(sum(waits) / len(waits), abs=1e-6)


@pytest.mark.parametrize("vendor", VENDORS.values(), ids=[*VENDORS])
def test_each_layout_names_its_documentation(vendor: Any) -> None:
    """A layout names where its columns are documented, has each heading once, and gives the two that a report needs."""
    assert vendor.documentation.startswith("https://")
    assert "checked against" in vendor.checked
    page = Path(__file__).parents[4] / "docs" / "inspect.md"
    assert f"| {vendor.checked} |" in page.read_text(encoding="utf-8")
    folded = [heading.casefold() for heading in vendor.headings]
    assert len(folded) == len({*folded})
    assert {"case_id", "received_at"} <= {*vendor.columns.values()}
    assert vendor.name in LAYOUTS


def test_the_made_up_desk_has_what_layouts_must_carry() -> None:
    """The desk has 36 cases: open, solved and closed ones, missing cells, days on both sides of the clock change."""
    assert len(CASES) >= 30
    for field in ("first_response", "resolved", "closed", "team", "agent", "kept"):
        assert None in truth(field)
        assert any(value is not None for value in truth(field))
    assert {case.received.date() < dt.date(2026, 3, 29) for case in CASES} == {True, False}


def test_a_file_of_no_vendor_is_none() -> None:
    """Headings that many tools have, such as ID and Status, are of no vendor."""
    assert vendor_of(["ID", "Status", "Priority", "Colour", "Size", "Weight"]) is None
    assert vendor_of([]) is None


OF_SERVICENOW = ("Resolved", "Closed", "Updated", "State", "Priority", "Assignment group", "Reopen count", "Made SLA")


@pytest.mark.parametrize("two", [*itertools.combinations(OF_SERVICENOW, 2)], ids=" and ".join)
def test_any_columns_of_servicenow_are_enough(two: tuple[str, str], tmp_path: Path) -> None:
    """People export the columns that they chose; the month stands first, as a day of the file proves."""
    [form] = [form for form in FORMS if form.name == "servicenow"]
    path = form.write(tmp_path)
    rows = [*csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))]
    header = ["Number", "Opened", *two]
    text = "".join(",".join(cells) + "\n" for cells in (header, *([row[name] for name in header] for row in rows)))
    path.write_text(text, encoding="utf-8")
    [look] = inspect(path).looks
    assert look.vendor is VENDORS["servicenow"]
    assert look.dates == ("%m-%d-%Y %H:%M:%S",)
    settings = tmp_path / "desk.toml"
    settings.write_text(settings_of(look).replace('zone = ""', 'zone = "America/New_York"'), encoding="utf-8")
    made = report(path, Config.read(preset=None, path=settings), now=max(truth("updated")))
    assert made["rows"]["used"] == COUNT


@pytest.mark.parametrize(
    ("name", "added"),
    [
        ("jira", [f"Custom field (Field {n})" for n in range(200)] + [f"Comment ({n})" for n in range(2, 30)]),
        ("zendesk", [f"Reason {n} [list]" for n in range(60)]),
    ],
)
def test_fields_that_a_desk_added_do_not_hide_the_vendor(name: str, added: list[str]) -> None:
    """Hundreds of own fields and comments stand beside the columns of the vendor."""
    [form] = [form for form in FORMS if form.name == name]
    assert vendor_of([*dict.fromkeys(form.header), *added]) is VENDORS[name]
    assert vendor_of([*form.header[:3], *added]) is None


def test_an_unknown_preset_names_all() -> None:
    """A preset that does not exist is refused with those that do."""
    with pytest.raises(UnknownName, match="servicenow, jira, zendesk, zammad, freshdesk, hubspot, salesforce, glpi"):
        layout("remedy")


def test_columns_of_a_preset_are_found_in_any_letter_case(tmp_path: Path) -> None:
    """Freshdesk writes "Created time" or "Created Time", by version."""
    path = tmp_path / "tickets.csv"
    path.write_text("TICKET ID,Created Time\n1,2026-05-04 09:00:00\n", encoding="utf-8")
    [chunk] = Export(path, attrs.evolve(layout("freshdesk"), zone="UTC")).chunks()
    assert moments(chunk, "received_at") == [dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)]


@pytest.mark.parametrize("name", ["jira", "zendesk", "zammad", "freshdesk", "frappe", "osticket", "redmine", "glpi"])
def test_every_documented_column_is_known(name: str) -> None:
    """An export with all of a vendor's own columns has none that the layout does not list."""
    headings: tuple[str, ...] = getattr(_headers, name.upper())
    known = {heading.casefold() for heading in VENDORS[name].headings}
    assert [heading for heading in headings if heading.casefold() not in known] == []
    assert vendor_of(headings) is VENDORS[name]


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("freshdesk", "First response time (in hrs) | Resolution time (in hrs)"),
        ("frappe", "First Response Time | Resolution Time"),
        ("zendesk", "Group stations"),
        ("jira", "Custom field (Time to first response)"),
    ],
)
def test_what_only_looks_like_ours_is_not_read(name: str, columns: str, tmp_path: Path) -> None:
    """Business hours are no calendar time, time left is no time taken, and a ticket's groups are no hand-overs."""
    [form] = [form for form in FORMS if form.name == name]
    found = inspect(form.write(tmp_path))
    [look] = found.looks
    for heading in columns.split(" | "):
        assert heading not in {used for choice in look.chosen.columns for used in choice.headings}
        assert heading not in {answer for question in look.questions for answer in question.answers}
        assert VENDORS[name].lists(heading)


def test_inspect_says_what_a_column_without_use_is(tmp_path: Path) -> None:
    """A documented column that no figure reads is named as the vendor's, one of the desk's own is not."""
    [form] = [form for form in FORMS if form.name == "jira"]
    path = form.write(tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace("Labels,Labels", "Labels,Shoe size", 1), encoding="utf-8")
    lines = inspect(path).text().splitlines()
    said = "a column of Jira Service Management that no figure reads"
    after = {line.split("  ")[1].strip(): lines[at + 1].strip() == said for at, line in enumerate(lines[:-1])
             if line.startswith("  ") and not line.startswith("   ")}  # fmt: skip
    assert (after["Labels"], after["Summary"], after["Shoe size"], after["Created"]) == (True, True, False, False)
