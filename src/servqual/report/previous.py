"""The report before: the tally that an earlier `report.json` carries, against which this one is held."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import attrs

from servqual._checks import must_be
from servqual._words import clean
from servqual.errors import InvalidValue, ServqualError, UnreadableFile
from servqual.metrics import KPIS, Kpi, Measures, Tally
from servqual.pdca.verdicts.ages import ripens
from servqual.readers.columns.calendar import Days
from servqual.report.changing import GROWS, Side, judge, judged, not_judged
from servqual.report.framing import Frame
from servqual.report.maturity import FINISHED, RIPE
from servqual.report.table_settings import TABLES_TOLD
from servqual.schema import dump, load

Plain: TypeAlias = dict[str, Any]
_LONGEST: Final = 1 << 28
_NEEDED: Final = "be the --json of an earlier servqual report"


@attrs.frozen
class Previous:
    """An earlier report: what it measured in which days, and the moment, on its own wall, from which it was seen."""

    tally: Tally
    days: Days
    now: dt.datetime


def stored(tally: Tally) -> Plain:
    """Write a tally as plain data; the KPIs bear the titles of the catalogue, by which they are found again."""
    kpis = tuple(attrs.evolve(kpi, title=KPIS[kpi.name].title) if kpi.name in KPIS else kpi for kpi in tally.plan.kpis)
    return dump(attrs.evolve(tally, plan=attrs.evolve(tally.plan, kpis=kpis)))


@attrs.frozen
class Earlier:
    """The JSON of an earlier report: its file, and its parts by table."""

    path: Path
    parts: Mapping[str, Plain]

    @classmethod
    def read(cls, path: Path) -> "Earlier":
        """Read the file; raises `UnreadableFile` where it cannot be read, `InvalidValue` where it is no report."""
        must_be(Path, "previous", "the path of the JSON of an earlier report", path)
        try:
            if path.stat().st_size > _LONGEST:
                raise InvalidValue.of("previous", _NEEDED, path, shown=f"{path}, over 256 MiB")
            told = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise UnreadableFile(f"cannot read {path}: {error.strerror or error}", path=str(path)) from None
        except (ValueError, RecursionError):
            raise _no_report(path) from None
        further = told.get("tables") if isinstance(told, dict) else None
        rows = [told, *(further if isinstance(further, list) else ())]
        parts = {
            table: row
            for row in rows
            if isinstance(row, dict) and "tally" in row and (table := row.get("table", "cases")) in TABLES_TOLD
        }
        if not parts:
            raise _no_report(path)
        return cls(path, parts)

    def of(self, table: str, kpis: Sequence[Kpi]) -> Previous | None:
        """Read the tally and the days of a table, None where it has none; `kpis` are those of this report."""
        part = self.parts.get(table)
        if part is None:
            return None
        path = self.path
        try:
            period, now = part["period"], part.get("made", part)["now"]
            days = dt.date.fromisoformat(period["first"]), dt.date.fromisoformat(period["last"]) + dt.timedelta(days=1)
            seen_at = dt.datetime.fromisoformat(now)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            raise _no_report(path) from None
        try:
            found = load(part["tally"], kpis=[*kpis])
        except (ServqualError, ExceptionGroup) as error:
            said = clean(error)[:300]
            raise InvalidValue.of("previous", "hold a tally that can be read", path, shown=f"{path}: {said}") from None
        if not isinstance(found, Tally) or found.plan.by:
            raise InvalidValue.of("previous", _NEEDED, path)
        return Previous(found, days, seen_at)

    def lacking(self, table: str) -> list[str]:
        """Say that a table has nothing to be held against; nothing where it has."""
        return [] if table in self.parts else [f"previous has no effect here: {self.path.name} has no table of {table}"]


def _no_report(path: Path) -> InvalidValue:
    return InvalidValue.of("previous", _NEEDED, path, do="write one with --json report.json")


def changes_since(earlier: Previous, kpis: Sequence[Kpi], whole: Measures, frame: Frame, item: str = "case") -> Plain:
    """Judge the change of each KPI since an earlier report, which must end before this one begins.

    `item` is what a row of the table is called.
    """
    days = frame.days
    if earlier.days[1] > days[0]:
        raise InvalidValue.of(
            "previous",
            f"be of days before {days[0]}, on which this report begins{'' if item == 'case' else f' with {item}s'}",
            earlier.days,
            shown=f"{earlier.days[0]} to {earlier.days[1] - dt.timedelta(days=1)}",
            do="cut this report with --period, such as --period 2026-06",
        )
    old, new = (
        Side(measures, span, f"{span[0]} to {span[1] - dt.timedelta(days=1)}")
        for measures, span in ((earlier.tally.measure(), earlier.days), (whole, days))
    )
    ages = min(_age(earlier.days, earlier.now), _age(days, frame.now))
    asked, lost = list[tuple[Kpi, Side, Side]](), list[Plain]()
    known: Mapping[str, Kpi] = {kpi.key: kpi for kpi in old.measures.kpis}
    for kpi in filter(judged, kpis):
        if kpi.key not in known:
            reason = "the earlier report does not have it"
        elif known[kpi.key].definition != kpi.definition:
            reason = "the earlier report defines it otherwise, such as by another limit or other hours"
        elif kpi.name == FINISHED.name:
            reason = GROWS
        elif ripens(kpi) and ages < RIPE:
            reason = (
                f"it may still change until {RIPE.days} days after a period, and one of the reports was made before"
            )
        else:
            asked.append((kpi, old, new))
            continue
        lost.append(not_judged(kpi, reason))
    return judge(asked, lost, item)


def _age(days: Days, now: dt.datetime) -> dt.timedelta:
    """The time from the end of the days to the moment of a report, to a day."""
    return now.date() - days[1]
