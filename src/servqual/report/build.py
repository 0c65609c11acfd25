"""From an export, or the sample, to the scorecard."""

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from servqual._checks import must_be
from servqual._csv import csv_text
from servqual.errors import InvalidValue
from servqual.readers import Export
from servqual.readers.columns.tables import TABLES, Kind
from servqual.readers.files.packing import Progress
from servqual.report.config import GROUPS, Config
from servqual.report.scorecard import scorecard
from servqual.samples import desk

CASES: Final = ("case_id", *(name for name, kind in TABLES["cases"].items() if kind is not Kind.LABEL), *GROUPS)
"""The columns of cases that a report may need."""
_SAMPLE_TARGETS: Final = (
    {"clock": "first_response", "within": "1 h", "goal": 0.9},
    {"clock": "first_response", "within": "15 min", "goal": 0.9, "only": {"priority": "urgent"}},
    {"clock": "resolution", "within": "8 h", "goal": 0.8},
)


def report(
    path: str | Path, config: Config | None = None, *, now: dt.datetime | None = None, progress: Progress | None = None
) -> dict[str, Any]:
    r"""Measure a ticket export; the result is plain data that `render` turns into a page.

    Raises `UnreadableFile` where there is no table, `MissingColumn` where it has no `received_at`. `progress` is called
    with the number of bytes read since the last call.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "tickets.csv"
    ...     _ = path.write_text("received_at,resolved_at\n2026-05-04T09:00Z,2026-05-04T11:00Z\n", encoding="utf-8")
    ...     report(path)["rows"]["used"]
    1
    """
    must_be((str, Path), "path", "the path of an export", path)
    must_be((Config, type(None)), "config", "a Config", config)
    must_be((Callable, type(None)), "progress", "a function of bytes read", progress)
    config = config or Config()
    promised = dict.fromkeys(name for p in config.promises for name in p.kpi.params["only"] or ())
    export = Export(
        Path(path),
        config.layout,
        columns=CASES,
        also=tuple(dict.fromkeys((*(config.groups or ()), *promised))),
        progress=progress,
    )
    return scorecard(export, config, name=Path(path).name, notes=lambda: export.notes, now=now)


def sample_report(*, now: dt.datetime | None = None) -> dict[str, Any]:
    """Measure the simulated desk of `servqual.samples`, with targets made up for it."""
    sample = desk()
    config = Config.from_table(
        {
            "targets": _SAMPLE_TARGETS,
            "report": {"title": "Report of a simulated service desk"},
            "read": {"zone": sample.zone.key},
            "hours": {"week": dict(sample.hours.week)},
        }
    )
    return scorecard(
        sample.tables["cases"],
        config,
        name="servqual.samples.desk(), a simulated service desk",
        notes=lambda: (sample.improvement,),
        now=now or sample.now,
        now_from="as asked" if now else "the end of the simulation",
        simulated=True,
    )


def as_csv(report: Mapping[str, Any]) -> str:
    """Every number of a report as one tidy CSV table: in all, by period, and of the weakest groups.

    Durations are in seconds and shares 0 to 1; names of groups are guarded against being read as formulas.
    """
    must_be(Mapping, "report", "the plain data of a report", report)
    if missing := [part for part in ("kpis", "trends", "weakest") if part not in report]:
        raise InvalidValue.of("report", "be the plain data of a report", missing, shown=f"none of its {missing[0]}")
    head = ("kpi", "column", "group", "value", "low", "high", "n")
    rows = [
        *((kpi["key"], None, None, kpi) for kpi in report["kpis"]),
        *((t["kpi"], report["period"]["every"], p["start"], p) for t in report["trends"] for p in t["points"]),
        *((weak["kpi"], weak["column"], weak["group"], weak) for weak in report["weakest"]),
    ]
    return csv_text(head, ((*names, *(found[name] for name in head[3:])) for *names, found in rows))
