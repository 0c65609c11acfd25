"""From an export, or the sample, to the scorecard."""

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import attrs

from servqual._csv import csv_text
from servqual.readers import Chunk, Export, columns_of
from servqual.readers.columns.tables import TABLES, Kind
from servqual.readers.files.opening import Progress
from servqual.report.config import GROUPS, Config
from servqual.report.scorecard import scorecard
from servqual.samples import desk

_READ: Final = tuple(name for name, kind in TABLES["cases"].items() if kind is not Kind.LABEL)
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
    config = config or Config()
    promised = dict.fromkeys(name for p in config.promises for name in p.kpi.params["only"] or ())
    export = Export(
        Path(path),
        config.layout,
        columns=(*_READ, *GROUPS),
        also=tuple(dict.fromkeys((*(config.groups or ()), *promised))),
    )
    held: list[Chunk] = []
    # an export of one row a case is read twice, so each time is half of the way
    told = _halved(progress) if progress and not export.folded else progress

    def cases() -> Iterator[Chunk]:
        if held:
            yield from held
            return
        for chunk in export.chunks(told):
            if export.folded:
                held.append(chunk)
            yield chunk

    notes = _look_ahead(export)
    return scorecard(cases, config, name=Path(path).name, notes=lambda: (*export.notes, *notes), now=now)


def _halved(progress: Progress) -> Progress:
    return lambda count: progress(count / 2)


def _look_ahead(export: Export) -> tuple[str, ...]:
    """Whether the first rows repeat a case_id, which tells an event log that was not said to be one."""
    if export.folded:
        return ()
    with closing(attrs.evolve(export, need=(), columns=("case_id",), also=()).chunks()) as chunks:
        first = next(chunks, None)
    if first is None or "case_id" not in first.columns:
        return ()
    ids = first.columns["case_id"]
    repeated = int(ids.known.sum()) - len(ids.labels)
    if not repeated:
        return ()
    note = (
        f"{repeated:,} of the first {first.size:,} rows repeat the case_id of another, of which only the first is "
        "read; if the export has several rows a case, set fold = true"
    )
    return (note,)


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
    chunk = columns_of("cases", sample.tables["cases"])
    return scorecard(
        lambda: iter([chunk]),
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
    head = ("kpi", "column", "group", "value", "low", "high", "n")
    rows = [
        *((kpi["key"], None, None, kpi) for kpi in report["kpis"]),
        *((t["kpi"], report["period"]["every"], p["start"], p) for t in report["trends"] for p in t["points"]),
        *((weak["kpi"], weak["column"], weak["group"], weak) for weak in report["weakest"]),
    ]
    return csv_text(head, ((*names, *(found[name] for name in head[3:])) for *names, found in rows))
