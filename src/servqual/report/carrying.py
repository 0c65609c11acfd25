"""The KPIs that the columns of a table carry, and why others are not shown."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, TypeAlias

from servqual._words import clean
from servqual.errors import InvalidValue, MissingColumn
from servqual.metrics import Kpi
from servqual.metrics.catalogue.contact_counts import TABLE
from servqual.metrics.kpi.view import no_rows
from servqual.model import BusinessHours
from servqual.report.config import Config
from servqual.report.figures import titled
from servqual.report.looking import US, Seen
from servqual.report.scan import EPOCH
from servqual.report.table_settings import TableSettings, kpis_over

Plain: TypeAlias = dict[str, Any]
_ENDS: Final = frozenset({"resolved_at", "closed_at"})


def kpis_carried(
    told: TableSettings, own: Mapping[str, Kpi], config: Config, seen: Seen, now: dt.datetime
) -> tuple[list[Kpi], list[Plain]]:
    """The KPIs that the columns carry with those of the settings, `own`, and those that would need a parameter."""
    known = {key: kpi for key, kpi in kpis_over(told.table).items() if key not in own}
    if told.table == TABLE and len(seen.within) == 1:
        limit = dt.timedelta(microseconds=seen.within.pop())
        known = {k: kpi.with_(within=limit) if "within" in kpi.params else kpi for k, kpi in known.items()}
        own = {k: kpi.with_(within=limit) if _has_no_limit(kpi) else kpi for k, kpi in own.items()}
    found: list[Kpi] = []
    left_out: list[Plain] = []
    for each in (*known.values(), *own.values()):
        asked = each.key in own
        kpi = each if asked else in_hours(each, config.hours)
        if not asked and not _carried(kpi, seen.columns):
            continue
        reason = _unclear(kpi, seen.columns) or _vacuous(kpi, told) if not asked else ""
        if kpi.at not in seen.columns and (config.period or config.whole):
            reason = f"no column tells when it was, as {kpi.at} would"
        try:
            if _carried(kpi, seen.columns):  # else the engine names the column that an asked KPI lacks
                kpi.arguments(no_rows(kpi, seen.columns, (now - EPOCH) // US))  # refuses a parameter that is missing
        except (InvalidValue, MissingColumn) as error:
            field = error.field if isinstance(error, InvalidValue) else ""
            if asked:
                raise _in_settings(error, kpi, field) from None
            reason = f"{field} is to be set under kpis" if field in kpi.params else str(error)
        if reason:
            left_out.append({"key": kpi.key, "title": kpi.title, "reason": clean(reason)})
        else:
            found.append(titled(kpi))
    if not found:
        raise _nothing_carried(told.table, seen.columns)
    return found, left_out


def _has_no_limit(kpi: Kpi) -> bool:
    return "within" in kpi.params and kpi.params["within"] is None


def _in_settings(error: InvalidValue | MissingColumn, kpi: Kpi, field: str) -> InvalidValue | MissingColumn:
    """Say of a parameter of a KPI how settings tell it."""
    if field not in kpi.params:
        return error
    said, _, _ = str(error).partition("; set it")
    return InvalidValue(f"{said}; write {kpi.key} = {{ {field} = … }} under [kpis]", **vars(error))


def _nothing_carried(table: str, columns: Sequence[str]) -> InvalidValue:
    """Say what a table lacks of which no KPI can be shown."""
    if table == "answers" and "score" in columns:
        do = (
            "name the KPI under [kpis], such as csat = { scale = [1, 5], satisfied_from = 4 } or nps = {}, in Python "
            'with Config.from_table({"kpis": …}), or map question_kind under [columns]'
        )
        return InvalidValue.of(table, "say what kind of question its scores answer", None, shown="scores alone", do=do)
    shown, do = ", ".join(columns), "name more of them under [columns]"
    return InvalidValue.of(table, "have the columns of some KPI", columns, shown=shown, do=do)


def _carried(kpi: Kpi, columns: Collection[str]) -> bool:
    """Whether a table has what a KPI needs; where nothing tells when a complaint ended, KPIs of ends say nothing."""
    ends = {*kpi.uses} >= _ENDS and not _ENDS & {*columns}
    dated = kpi.at in columns or not kpi.stock
    return not ends and dated and all(name in columns for name in kpi.needs)


def in_hours(kpi: Kpi, hours: BusinessHours | None) -> Kpi:
    """Count durations of a KPI in business time, where there are hours and it has durations."""
    return kpi.with_(hours=hours) if hours and "hours" in kpi.params else kpi


def _unclear(kpi: Kpi, columns: Collection[str]) -> str:
    """Say why a score is not taken for the answer to a question of a kind that nobody stated."""
    if "question_kind" in kpi.uses and "question_kind" not in columns:
        return "nothing tells what kind of question the scores answer; name the KPI under kpis, or map question_kind"
    return ""


def _vacuous(kpi: Kpi, told: TableSettings) -> str:
    """Say why a share of a column in itself is no finding."""
    columns = told.layout.columns
    parts = {columns.get("offered"), columns.get("answered")}
    if kpi.key == "answer_rate" and len(parts) == 1 and told.table == TABLE and None not in parts:
        return "offered and answered are the same column"
    return ""
