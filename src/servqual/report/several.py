"""Which tables a report has, and the report of tables without cases."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import attrs

import servqual
from servqual._words import capital, clean, number
from servqual.errors import InvalidValue
from servqual.readers.columns.tables import COUNTED
from servqual.report.config import Config
from servqual.report.standards import sentence_of
from servqual.report.table_settings import InMemory, TableSettings

Plain: TypeAlias = dict[str, Any]
_SAID: Final = (
    "volume", "answer_rate", "service_level", "complaint_volume", "complaint_kept", "complaint_satisfaction", "csat",
    "nps", "ces",
)  # fmt: skip
"""The KPIs that a headline says."""


def tables_in(path: Path | InMemory | None, config: Config) -> tuple[TableSettings | None, list[TableSettings]]:
    """Give the table of cases, where there is one, and the other tables of a report.

    Refuses a table that is there twice, and a report without any.
    """
    found = [*config.tables]
    if path is not None:
        named = TableSettings(
            table=config.table, file=path, layout=config.layout, groups=config.groups, kpis=config.kpis
        )
        found.insert(0, named)
    names = [each.table for each in found]
    if twice := [name for name in names if names.count(name) > 1]:
        raise InvalidValue.of(
            f"tables.{twice[0]}",
            "be left out where the command names its file",
            path,
            do="name the file in one place, or say what the other one holds with table = under [read]",
        )
    if not found:
        raise InvalidValue.of("path", "be the path of an export", path, do="name a file, or name some under [tables]")
    found.sort(key=lambda each: each.table != "cases")
    found = [attrs.evolve(each, written_only=_read_before(each, found[:at])) for at, each in enumerate(found)]
    return next((each for each in found if each.table == "cases"), None), [e for e in found if e.table != "cases"]


def _read_before(told: TableSettings, others: Sequence[TableSettings]) -> bool:
    """Whether the file of a table is that of another one, whose columns it must not take by their names."""
    return isinstance(told.file, Path) and any(
        isinstance(other.file, Path) and other.file.resolve() == told.file.resolve() for other in others
    )


def without_cases(sections: Sequence[Plain], config: Config) -> Plain:
    """Give what stands above the tables of a report that has no cases."""
    first, rows = sections[0], [section["rows"] for section in sections]
    return {
        "title": config.title,
        "source": {"name": ", ".join(dict.fromkeys(section["source"] for section in sections)), "simulated": False},
        "made": {"by": f"servqual {servqual.__version__}", "now": first["now"], "now_from": first["now_from"]},
        "period": first["period"],
        "rows": {
            **{name: sum(each[name] for each in rows) for name in ("read", "used", "refused")},
            "cases": None,
            "fold": None,
            "reasons": [],
        },
        **{name: [] for name in ("notes", "headline", "kpis", "standards", "trends", "weakest", "priorities")},
        "pareto": None,
    }


def without_table(config: Config, tables: Collection[str]) -> list[str]:
    """Say which targets have no effect, as the report has no such table."""
    return [
        f"target {clean(promise.name)!r} has no effect: there is no table of {promise.kpi.table}; name its file under "
        "[tables]"
        for promise in config.promises
        if promise.kpi.table not in tables
    ]


def headline_of(section: Plain) -> list[str]:
    """Say what was promised, and the first figures of a table in a sentence; nothing where it has none of them."""
    promised = [sentence_of(each, COUNTED[section["table"]]) for each in section["standards"]]
    told = [
        row
        for row in section["kpis"]
        if row["key"] in _SAID
        and row["value"] is not None
        and all(each["code"] != "scores.off_scale" for each in row["warnings"])
    ]
    said = [f"{row['title']} {number(row['value'], row['unit'])}" for row in told]
    return promised + ([f"{capital(section['title'])}: {', '.join(said)}."] if said else [])


def rows_of(section: Plain, fields: Sequence[str]) -> list[tuple[Any, ...]]:
    """List the figures of a table as rows of a tidy table: in all, by period and by group."""
    every, told = section["period"]["every"], list[tuple[Any, ...]]()
    told += [(kpi["key"], None, None, kpi) for kpi in section["kpis"]]
    told += [(trend["kpi"], every, point["start"], point) for trend in section["trends"] for point in trend["points"]]
    for by in section["groups"]:
        told += [(f["kpi"], by["column"], row["group"], f) for row in by["rows"] for f in row["figures"]]
    return [(*names, *(found[field] for field in fields), section["table"]) for *names, found in told]
