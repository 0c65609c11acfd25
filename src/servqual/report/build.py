"""From an export, or the sample, to the scorecard."""

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import attrs

from servqual._checks import as_instant, must_be
from servqual._csv import csv_text
from servqual.errors import InvalidValue
from servqual.readers import Export
from servqual.readers.columns.advice import IN_SETTINGS
from servqual.readers.columns.tables import TABLES, Kind
from servqual.readers.files.memory_rows import is_table
from servqual.readers.files.packing import Progress
from servqual.readers.memory.frames import is_frame, series_of
from servqual.readers.sources import Source
from servqual.report.config import GROUPS, Config
from servqual.report.effects import said_once
from servqual.report.logged import cases_logged
from servqual.report.previous import Earlier
from servqual.report.scorecard import scorecard
from servqual.report.sections import section_of
from servqual.report.several import headline_of, rows_of, tables_in, without_cases, without_table
from servqual.report.table_settings import InMemory, TableSettings
from servqual.samples import desk

CASES: Final = (
    "case_id",
    *(name for name, kind in TABLES["cases"].items() if kind is not Kind.LABEL),
    *GROUPS,
    "agent",
)
"""The columns of cases that a report may need."""
_SAMPLE_TARGETS: Final = (
    {"clock": "first_response", "within": "1 h", "goal": 0.9},
    {"clock": "first_response", "within": "15 min", "goal": 0.9, "only": {"priority": "urgent"}},
    {"clock": "resolution", "within": "8 h", "goal": 0.8},
)


def report(
    path: Any = None,
    config: Config | None = None,
    *,
    now: dt.datetime | None = None,
    previous: str | Path | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    r"""Measure an export, and the further tables of the settings, into plain data that `render` turns into a page.

    `path` may be a frame, columns or rows in memory instead, and be left out where the settings name files. Each table
    is seen from `now`, by default from its own latest moment. Raises `UnreadableFile` where there is no table,
    `MissingColumn` where cases have no `received_at`. `progress` is called with the number of bytes read since the
    last call.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "tickets.csv"
    ...     _ = path.write_text("received_at,resolved_at\n2026-05-04T09:00Z,2026-05-04T11:00Z\n", encoding="utf-8")
    ...     report(path)["rows"]["used"]
    1
    >>> report({"received_at": ["2026-05-04T09:00Z"], "resolved_at": ["2026-05-04T11:00Z"]})["rows"]["used"]
    1
    """
    source = InMemory(series_of("cases", path) if is_frame(path) else path) if is_table(path) else path
    must_be((str, Path, InMemory, type(None)), "path", "the path of an export, a frame, columns or rows", source)
    must_be((Config, type(None)), "config", "a Config", config)
    before = _earlier(previous)
    must_be((Callable, type(None)), "progress", "a function of bytes read", progress)
    config = config or Config()
    cases, others = tables_in(Path(source) if isinstance(source, str) else source, config)
    there = {*(each.table for each in others), *(() if cases is None else ("cases",))}
    if before is not None and not there & {*before.parts}:
        raise InvalidValue.of(
            "previous",
            f"hold a table of this report, {' or '.join(sorted(there))}",
            [*before.parts],
            shown=f"{' and '.join(before.parts)} in {before.path}",
            do="name the --json of an earlier report of the same tables",
        )
    sections = [section_of(each, config, now=now, previous=before, progress=progress) for each in others]
    found = (
        without_cases(sections, config)
        if cases is None
        else _of_cases(cases, config, now=now, previous=before, progress=progress)
    )
    said_once([*([] if cases is None else [found]), *sections])
    headline = [*found["headline"], *(line for section in sections for line in headline_of(section))]
    notes = [*found["notes"], *without_table(config, there)]
    return {**found, "headline": headline, "notes": notes, "tables": sections}


def _of_cases(
    cases: TableSettings,
    config: Config,
    *,
    now: dt.datetime | None,
    previous: Earlier | None,
    progress: Progress | None,
) -> dict[str, Any]:
    promises = tuple(promise for promise in config.promises if promise.kpi.table == "cases")
    config = attrs.evolve(config, layout=cases.layout, groups=cases.groups, promises=promises)
    promised = dict.fromkeys(name for p in promises for name in p.kpi.params.get("only") or ())
    asked = tuple(dict.fromkeys((*(config.groups or ()), *promised)))
    export = Export(cases.source, config.layout, columns=CASES, also=asked, advice=IN_SETTINGS, progress=progress)
    source: Source = export
    notes: list[str] = []
    if config.layout.events:
        columns = (*TABLES["case_events"], *GROUPS, "agent", "customer_id")
        export = attrs.evolve(export, table="case_events", need=("case_id", "event", "at"), columns=columns)
        found, notes = cases_logged(export, now)
        source = [found]
    return scorecard(
        source,
        config,
        name=cases.name,
        notes=lambda: [*export.notes, *notes],
        idle=lambda: export.idle,
        now=now,
        previous=previous,
    )


def sample_report(
    *, now: dt.datetime | None = None, period: str | None = None, previous: str | Path | None = None
) -> dict[str, Any]:
    """Measure the simulated desk of `servqual.samples`, with targets made up for it."""
    before = _earlier(previous)
    seen = None if now is None else as_instant(now, "now")
    must_be((str, type(None)), "period", "a period in words, such as 2026-05", period)
    sample = desk()
    config = Config.from_table(
        {
            "targets": _SAMPLE_TARGETS,
            "report": {"title": "Report of a simulated service desk", "agents": "names"}
            | ({"period": period} if period else {}),
            "read": {"zone": sample.zone.key},
            "hours": {"week": dict(sample.hours.week)},
        }
    )
    return scorecard(
        sample.tables["cases"],
        config,
        name="servqual.samples.desk(), a simulated service desk",
        notes=lambda: (sample.improvement,),
        now=seen or sample.now,
        now_from="as asked" if seen else "the end of the simulation",
        simulated=True,
        previous=before,
    )


def _earlier(previous: str | Path | None) -> Earlier | None:
    must_be((str, Path, type(None)), "previous", "the path of the JSON of an earlier report", previous)
    return None if previous is None else Earlier.read(Path(previous))


def as_csv(report: Mapping[str, Any]) -> str:
    """Every number of a report as one tidy CSV table: in all, by period, and by group.

    Durations are in seconds and shares 0 to 1; names of groups are guarded against being read as formulas.
    """
    must_be(Mapping, "report", "the plain data of a report", report)
    if missing := [part for part in ("kpis", "trends", "weakest") if part not in report]:
        raise InvalidValue.of("report", "be the plain data of a report", missing, shown=f"none of its {missing[0]}")
    head = ("kpi", "column", "group", "value", "low", "high", "n")
    further = [row for section in report.get("tables", ()) for row in rows_of(section, head[3:])]
    grouped = {(weak["kpi"], weak["column"], weak["group"]): weak for weak in report["weakest"]} | {
        (figure["kpi"], group["column"], row["group"]): figure
        for group in report.get("groups", ())
        for row in group["rows"]
        for figure in row["figures"]
    }
    rows = [
        *((kpi["key"], None, None, kpi) for kpi in report["kpis"]),
        *((t["kpi"], report["period"]["every"], p["start"], p) for t in report["trends"] for p in t["points"]),
        *((*names, found) for names, found in grouped.items()),
    ]
    cells = [(*names, *(found[name] for name in head[3:]), "cases") for *names, found in rows]
    return csv_text((*head, "table"), [*cells, *further])
