"""Options of a measurement, checked once, into its question."""

import datetime as dt
import inspect
import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, TypedDict, TypeVar, Unpack
from zoneinfo import ZoneInfo

from servqual._checks import all_of, among, as_zone, did_you_mean, must_be, near
from servqual.errors import InvalidValue, UnknownName
from servqual.metrics.accumulators import Clustered
from servqual.metrics.catalogue.clocks import judged_by
from servqual.metrics.catalogue.kpis import KPIS
from servqual.metrics.engine.question import CREDITS, Plan, Where
from servqual.metrics.kpi.clusters import clustered
from servqual.metrics.kpi.definition import Kpi, same_code
from servqual.metrics.results.measures import RESULT_COLUMNS
from servqual.metrics.time.instants import Moment, datetime_of, us_of
from servqual.metrics.time.periods import PERIODS, RECURRING
from servqual.model.sla.agreement import Sla
from servqual.readers.columns.calendar import moments_of_days
from servqual.readers.columns.columns import FIRST_MOMENT, LAST_MOMENT
from servqual.readers.columns.tags import SIGN
from servqual.readers.files.layouts import Layout

Function = TypeVar("Function", bound=Callable[..., Any])


class Options(TypedDict, total=False):
    """How to measure; `measure` says what each option means."""

    by: Sequence[str]
    zone: str | None
    now: Moment | None
    period: str | dt.date | tuple[Moment, Moment] | None
    where: Where | None
    sla: Sla | None
    columns: Mapping[str, Mapping[str, str]] | None
    layout: str | Layout | Mapping[str, str | Layout] | None
    naive: str | None
    cluster: str | None
    credit: str
    tag_separator: str | None
    strict: bool
    threads: int | None
    progress: bool
    max_groups: int


_DEFAULTS: Final[Mapping[str, Any]] = MappingProxyType(
    {
        **dict.fromkeys(Options.__annotations__),
        "by": (),
        "credit": "actor",
        "strict": False,
        "progress": False,
        "max_groups": 1_000_000,
    }
)


def spelled_out(function: Function) -> Function:
    """Show the options of a function one by one in its signature, where `help` and editors look."""
    own = inspect.signature(function)
    given = [each for each in own.parameters.values() if each.kind is not each.VAR_KEYWORD]
    options = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=_DEFAULTS[name], annotation=kind)
        for name, kind in Options.__annotations__.items()
    ]
    function.__signature__ = own.replace(parameters=[*given, *options])  # type: ignore[attr-defined]
    return function


@spelled_out
def plan_of(kpis: Sequence[str | Kpi], **options: Unpack[Options]) -> Plan:
    """Look up the KPIs and check the options; with an agreement, KPIs of clocks are judged by it.

    Raises `UnknownName` for a mistyped KPI or option, `InvalidValue` for an option of the wrong kind.

    >>> plan_of(["case_volume"], by=["team"]).tables
    ('cases',)
    """
    for name in options.keys() - _DEFAULTS.keys():
        close = near(name, _DEFAULTS)
        raise UnknownName(f"options are {', '.join(_DEFAULTS)} (got {name!r}){did_you_mean(close)}", near=close)
    asked: dict[str, Any] = {**_DEFAULTS, **options}
    groups = _groups(asked["by"], asked["cluster"])
    must_be(str, "cluster", "the name of a column", asked["cluster"] or "")
    among("credit", asked["credit"], CREDITS)
    _check_separator(asked["tag_separator"])
    if type(asked["period"]) is dt.date:  # a day, as in where=
        asked["period"] = asked["period"].isoformat()
    must_be(
        (str, tuple, list), "period", "a text such as 2026-05, or two moments, the end outside", asked["period"] or ()
    )
    must_be((Sla, type(None)), "sla", "an Sla", asked["sla"])
    for field in ("columns", "where"):
        must_be(Mapping, field, "a mapping by name", asked[field] or {})
    for name, values in (asked["where"] or {}).items():
        if isinstance(values, Collection) and not isinstance(values, str | bytes) and not len(values):
            raise InvalidValue.of("where", f"name a value of {name}", values, do="leave it out to count all rows")
    for table, names in (asked["columns"] or {}).items():
        must_be(Mapping, "columns", f"for {table} a mapping from our columns to theirs", names)
        all_of(str, "columns", names.values(), f"for {table} a mapping from our columns to theirs")
    threads = (os.cpu_count() or 1) if asked["threads"] is None else asked["threads"]
    _check_positive("threads", threads)
    _check_positive("max_groups", asked["max_groups"])
    zone = as_zone(asked["zone"] or asked["naive"] or "UTC")
    now = None if asked["now"] is None else _within_time("now", asked["now"], zone)
    period = None if asked["period"] is None else _between(asked["period"], zone)
    found = _kpis(kpis, asked["sla"], asked["cluster"])
    credits_of: dict[str, str] = {}
    for kpi in found:
        _check_times(kpi, groups, now, period)
        for part in kpi.parts:
            if credits_of.setdefault(part.state, part.credit) != part.credit:
                raise InvalidValue.of(
                    "credit", "be the same for KPIs that read the same rows", kpi.key, do="measure them one by one"
                )
    return Plan(
        kpis=found,
        by=groups,
        zone=zone,
        now=now,
        period=period,
        where=asked["where"] or {},
        cluster=asked["cluster"],
        credit=asked["credit"],
        tag_separator=asked["tag_separator"],
        sla=asked["sla"],
        columns=asked["columns"] or {},
        naive=asked["naive"],
        desk=asked["zone"],
        strict=asked["strict"],
        threads=1 if asked["strict"] else threads,  # the first refused row is then always the same
        progress=asked["progress"],
        max_groups=asked["max_groups"],
    )


def _check_positive(name: str, number: int) -> None:
    must_be(int, name, "a whole number of 1 or more", number)
    if number < 1:
        raise InvalidValue.of(name, "be 1 or more", number)


def _check_separator(separator: object) -> None:
    must_be((str, type(None)), "tag_separator", "the sign between two tags in a text", separator)
    if isinstance(separator, str) and separator and not SIGN.search(separator):
        raise InvalidValue.of(
            "tag_separator", "have a sign that is no letter or digit", separator, do='pass "," or ";"'
        )


def _groups(by: Sequence[str], cluster: str | None) -> tuple[str, ...]:
    must_be(Iterable, "by", "names of columns, or ()", by)
    groups = (by,) if isinstance(by, str) else tuple(by)
    for name in groups:
        must_be(str, "by", "names of columns", name)
    if taken := [name for name in groups if name in RESULT_COLUMNS]:
        raise InvalidValue.of(
            "by",
            "not name a column as results do",
            groups,
            shown=f"{taken[0]!r}; results have {', '.join(RESULT_COLUMNS)}",
            do="give it another name with columns=",
        )
    if "tags" in groups and cluster:
        raise InvalidValue.of(
            "cluster",
            "be left out where groups are tags, for a row is in several",
            cluster,
            do="group by one tag with where=",
        )
    if len({*groups}) < len(groups):
        raise InvalidValue.of("by", "name each column once", groups, shown=", ".join(groups))
    return groups


def _kpis(kpis: Sequence[str | Kpi], sla: Sla | None, cluster: str | None) -> tuple[Kpi, ...]:
    found: list[Kpi] = []
    must_be((str, Iterable, Kpi), "kpis", "keys of KPIs, or KPIs", kpis)
    for asked in [kpis] if isinstance(kpis, str | Kpi) else kpis:
        kpi = asked if isinstance(asked, Kpi) else KPIS.get(str(asked))
        if kpi is None:
            close = near(str(asked), KPIS)
            raise UnknownName(f"kpis must name KPIs of the catalogue (got {asked!r}){did_you_mean(close)}", near=close)
        if any(kpi.key == other.key for other in found):
            raise InvalidValue.of(
                "kpis",
                "have different keys",
                kpi.key,
                shown=f"{kpi.key!r} twice",
                do="give one a key with .with_(key=…)",
            )
        _check_name(kpi, found)
        kpi = judged_by(kpi, sla) if sla and kpi.clock and kpi.params.get("within") is None else kpi
        found.append(clustered(kpi, cluster) if cluster else kpi)
    return tuple(found)


def _check_times(kpi: Kpi, groups: tuple[str, ...], now: int | None, period: tuple[int, int] | None) -> None:
    """Refuse periods that a KPI cannot be grouped by, and a stock in a period that has not begun by `now`."""
    refused = [name for name in groups if name in (PERIODS if kpi.of_period else RECURRING if kpi.stock else ())]
    if refused:
        what, instead = "is of a period as a whole", "measure it with one period= after another"
        if kpi.stock:
            what = "counts what is there at the end of a period"
            instead = f"group by {', '.join(name for name in PERIODS if name not in RECURRING)}"
        raise InvalidValue.of("by", f"not name {refused[0]} for {kpi.key}, which {what}", groups, do=instead)
    if kpi.stock and now is not None and period is not None and now <= period[0]:
        raise InvalidValue.of(
            "period",
            f"begin before now for {kpi.key}, which counts what is there at its end",
            period,
            shown=f"{datetime_of(period[0])} with now {datetime_of(now)}",
        )


def _check_name(kpi: Kpi, others: Sequence[Kpi]) -> None:
    """Refuse a KPI whose declared name stands for other rows, or two numbers would pass for one."""
    for other in (*others, KPIS.get(kpi.name)):
        if other is None or (kpi.name, kpi.version, kpi.table) != (other.name, other.version, other.table):
            continue
        if Clustered not in {kpi.accumulator, other.accumulator} and not same_code(kpi.rows, other.rows):
            raise InvalidValue.of(
                "name",
                "tell KPIs with different rows apart",
                kpi.name,
                shown=f"{kpi.name!r} version {kpi.version} for {kpi.key} and for {other.key}",
                do="give yours a name= of its own, or raise its version=",
            )


def _within_time(field: str, moment: Moment, zone: ZoneInfo) -> int:
    """Read a moment within the years of which data are read."""
    us = us_of(moment, field, zone)
    if not FIRST_MOMENT <= us < LAST_MOMENT:
        raise InvalidValue.of(field, "lie from 1970 to 2099", moment)
    return us


def _between(ends: str | Sequence[Moment], zone: ZoneInfo) -> tuple[int, int]:
    if isinstance(ends, str):
        return moments_of_days(ends, "period", zone)
    moments = [_within_time("period", end, zone) for end in ends]
    if len(moments) != 2 or moments[0] >= moments[1]:  # noqa: PLR2004  (start and end)
        raise InvalidValue.of(
            "period",
            "be two moments, the first before the second",
            ends,
            shown=" to ".join(map(str, ends)),
            do="pass period=(start, end)",
        )
    return moments[0], moments[1]
