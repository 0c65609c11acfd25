"""Exports in the form of each vendor are recognised, and read back as what the desk did."""

import datetime as dt
from pathlib import Path
from typing import Any

import attrs
import pytest
from tests.readers.files.vendors._desk import CASES, COUNT
from tests.readers.files.vendors._forms import FORMS, Form

from servqual.errors import UnknownName
from servqual.readers import LAYOUTS, Chunk, Export, layout
from servqual.readers.files.vendors import VENDORS, vendor_of
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


def read(form: Form, folder: Path) -> Chunk:
    """The cases of an export, read with the vendor's layout."""
    of_vendor = layout(form.name)
    chosen = attrs.evolve(of_vendor, zone=form.zone, fold=False, dates=form.dates or of_vendor.dates)
    [chunk] = Export(form.write(folder), chosen).chunks()
    assert chunk.size == COUNT
    assert not list(chunk.refusals)
    return chunk


@forms
def test_the_truth_is_read_back(form: Form, tmp_path: Path) -> None:
    """Moments, ids, people and states of an export are those of the desk, also around the change of clocks."""
    chunk = read(form, tmp_path)
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
        missing = "No Agent" if (name, form.name) == ("agent", "freshdesk") else None
        assert labels(chunk, name) == [value or missing for value in truth(name)]
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
    assert look.vendor.name == form.name
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


ALL_FIELDS = (
    "Summary,Issue key,Issue id,Issue Type,Status,Project key,Project name,Project type,Project lead,Project lead id,"
    "Project description,Priority,Resolution,Assignee,Assignee Id,Reporter,Reporter Id,Creator,Creator Id,Created,"
    "Updated,Last Viewed,Resolved,Due date,Votes,Description,Environment,Watchers,Watchers Id,Original estimate,"
    "Remaining Estimate,Time Spent,Work Ratio,Σ Original Estimate,Σ Remaining Estimate,Σ Time Spent,Security Level,"
    "Inward issue link (Cloners),Outward issue link (Cloners),Attachment,Custom field (Affected services),"
    "Custom field (Approvals),Custom field (Change completion date),Custom field (Change reason),"
    "Custom field (Change risk),Custom field (Change start date),Custom field (Change type),Custom field (Impact),"
    "Custom field (Locked forms),Custom field (Open forms),Custom field (Request Type),Custom field (Request language),"
    "Custom field (Request participants),Custom field (Responders),Satisfaction rating,"
    "Custom field (Satisfaction date),Custom field (Sentiment),Custom field (Severity),Custom field (Source),Sprint,"
    "Custom field (Start date),Custom field (Story point estimate),Custom field (Submitted forms),Custom field (Team),"
    "Custom field (Time to done),Custom field (Time to first response),Custom field (Time to resolution),"
    "Custom field (Total forms),Custom field (Work category),Custom field ([CHART] Date of First Response),"
    "Custom field ([CHART] Time in Status),Comment,Parent,Parent key,Parent summary,Status Category,"
    "Status Category Changed"
)
"""The headings that Jira itself gives an export with all fields, as of 2026; desks add their own."""
COLUMNS_OF_REDMINE = (
    "#,Project,Tracker,Parent task,Parent task subject,Status,Priority,Subject,Author,Assignee,Updated,Category,"
    "Target version,Start date,Due date,Estimated time,Total estimated time,Spent time,Total spent time,% Done,Created,"
    "Closed,Last updated by,Related issues,Files,Private,Watchers,Description,Last notes"
)
"""The columns of a list of issues by their English labels, in the order of Redmine's issue_query.rb."""


@pytest.mark.parametrize(("name", "header"), [("jira", ALL_FIELDS), ("redmine", COLUMNS_OF_REDMINE)])
def test_every_documented_column_is_known(name: str, header: str) -> None:
    """An export with all of a vendor's own columns has none that the layout does not list."""
    headings = header.split(",")
    known = {heading.casefold() for heading in VENDORS[name].headings}
    assert [heading for heading in headings if heading.casefold() not in known] == []
    assert vendor_of(headings) is VENDORS[name]


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
