"""What a report is told besides the export: its layout, hours, targets, and how to slice it; from a TOML file."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import attrs

from servqual._checks import did_you_mean, near, one_of
from servqual.errors import InvalidValue, ServqualError
from servqual.metrics import KPIS, Kpi
from servqual.model import BusinessHours
from servqual.readers import Layout
from servqual.readers import layout as vendor_layout
from servqual.readers.layout import read_toml, section

__all__ = ["Config", "Promise", "as_span"]

Every: TypeAlias = Literal["week", "month"]
_CLOCKS: Final = {"first_response": "first_response_kept", "resolution": "resolution_kept"}
_SPAN: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(s|sec|seconds?|min|minutes?|h|hours?|d|days?|w|weeks?)", re.IGNORECASE)
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_SECTIONS: Final = ("preset", "columns", "read", "log", "hours", "targets", "report")
GROUPS: Final = ("category", "team", "priority", "channel")
"""Columns by which a report looks for weak cells where it is not told others."""


def as_span(value: object) -> dt.timedelta:
    """Read `30 min`, `8 h`, `2 days` or a timedelta; 0 and less are refused.

    >>> as_span("90 min")
    datetime.timedelta(seconds=5400)
    """
    if isinstance(value, str) and (found := _SPAN.fullmatch(value.strip())):
        value = dt.timedelta(seconds=float(found[1]) * _SECONDS[found[2][0].lower()])
    if not isinstance(value, dt.timedelta) or value <= dt.timedelta():
        raise InvalidValue(
            f"within must be a time such as '30 min', '8 h' or '2 days' (got {value!r})", field="within", got=value
        )
    return value


def _goal(_: object, __: object, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
        raise InvalidValue(
            f"goal must be a share above 0 and up to 1 (got {value!r}); write 0.95 for 95 %", field="goal", got=value
        )


def _tuple_or_none(value: Iterable[str] | None) -> tuple[str, ...] | None:
    return None if value is None else tuple(value)


@attrs.frozen(kw_only=True)
class Promise:
    """What was promised: a share KPI, the share of cases that is to keep it, and for which cases."""

    kpi: Kpi
    goal: float = attrs.field(validator=_goal)
    name: str


@attrs.frozen(kw_only=True)
class Config:
    """All that a report is told.

    >>> Config.from_table({"targets": [{"clock": "first_response", "within": "30 min", "goal": 0.95}]}).promises[0].name
    'first response within 30 min'
    """

    layout: Layout = attrs.field(factory=Layout)
    promises: tuple[Promise, ...] = ()
    hours: BusinessHours | None = None
    title: str = "Service report"
    groups: tuple[str, ...] | None = attrs.field(default=None, converter=_tuple_or_none)
    every: Every | None = attrs.field(default=None, validator=attrs.validators.optional(one_of("week", "month")))

    @property
    def zone(self) -> str:
        """The zone in which periods are read."""
        return self.layout.zone.key if self.layout.zone else "UTC"

    @classmethod
    def read(cls, *, preset: str | None, path: Path | None) -> "Config":
        """Read a configuration file, a preset by name, or the one upon the other."""
        table = read_toml(path) if path else {}
        try:
            return cls.from_table(table, preset=preset)
        except ServqualError as error:
            if path:
                error.add_note(f"in {path}")
            raise

    @classmethod
    def from_table(cls, table: Mapping[str, Any], *, preset: str | None = None) -> "Config":
        """Read a configuration from what a TOML file holds."""
        for name in table:
            if name not in _SECTIONS:
                raise InvalidValue(
                    f"a configuration has the parts {', '.join(_SECTIONS)} (got {name!r})"
                    f"{did_you_mean(near(name, _SECTIONS))}",
                    field=name,
                    got=name,
                )
        vendor = preset or table.get("preset")
        layout = Layout.from_table(table, vendor_layout(vendor) if vendor else None)
        hours = _hours(table, layout) if "hours" in table else None
        return cls(
            layout=layout,
            hours=hours,
            promises=_promises(table.get("targets", ()), hours),
            **section(table, "report", ("title", "groups", "every")),
        )


def _hours(table: Mapping[str, Any], layout: Layout) -> BusinessHours:
    part = section(table, "hours", ("zone", "week", "holidays", "special", "breaks"))
    for name in ("special", "breaks"):
        part[name] = {_date(name, day): spells for day, spells in section(part, name).items()}
    zone = part.pop("zone", layout.zone)
    if zone is None:
        raise InvalidValue("[hours] needs a zone (got none); set zone here or under [read]", field="zone", got=None)
    return BusinessHours(
        zone=zone,
        week=section(part, "week"),
        holidays=part.get("holidays", ()),
        special=part["special"],
        breaks=part["breaks"],
    )


def _date(part: str, text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InvalidValue(
            f"[hours.{part}] must name dates such as 2026-12-24 (got {text!r})", field=part, got=text
        ) from None


def _promises(targets: Any, hours: BusinessHours | None) -> tuple[Promise, ...]:
    if not isinstance(targets, list | tuple):
        raise InvalidValue(f"targets must be written as [[targets]] (got {targets!r})", field="targets", got=targets)
    read = [section({"[targets]": t}, "[targets]", ("clock", "kpi", "within", "goal", "only", "name")) for t in targets]
    promises = [_promise(target, read, hours) for target in read]
    keys = [promise.kpi.key for promise in promises]
    for key in keys:
        if keys.count(key) > 1:
            raise InvalidValue(
                f"two targets say the same ({key}); give one another clock, time or only", field="targets", got=key
            )
    return tuple(promises)


def _promise(target: dict[str, Any], others: list[dict[str, Any]], hours: BusinessHours | None) -> Promise:
    if "goal" not in target:
        raise InvalidValue(f"a target needs a goal, such as goal = 0.95 (got {target})", field="goal", got=None)
    only = {column: _texts(values) for column, values in section(target, "only").items()}
    whom = "".join(f", {column} {' or '.join(values)}" for column, values in only.items())
    if "kpi" in target:
        kpi = KPIS.get(str(target["kpi"]))
        if kpi is None or kpi.unit != "share" or kpi.better != "higher":
            known = [k.key for k in KPIS.values() if k.unit == "share" and k.better == "higher"]
            raise InvalidValue(
                f"kpi of a target must be one of {', '.join(known)} (got {target['kpi']!r})",
                field="kpi",
                got=target["kpi"],
            )
        if "within" in kpi.params:
            if kpi.key == "first_response_kept" or "within" in target:
                raise InvalidValue(
                    f"for {kpi.key} set clock and within instead of kpi (got {target})", field="clock", got=target
                )
            kpi = kpi.with_(hours=hours)
        made = kpi.with_(key=kpi.key + whom, only=only or None)
        return Promise(kpi=made, goal=target["goal"], name=target.get("name", kpi.title + whom))
    clock = target.get("clock")
    if clock not in _CLOCKS:
        raise InvalidValue(f"clock must be one of {', '.join(_CLOCKS)} (got {clock!r})", field="clock", got=clock)
    # a target for some cases takes them out of the one for all
    same = [other for other in others if other.get("clock") == clock and other.get("only") and not only]
    except_for: dict[str, tuple[str, ...]] = {}
    for other in same:
        for column, values in other["only"].items():
            except_for[column] = (*except_for.get(column, ()), *_texts(values))
    within = as_span(target.get("within"))
    base = KPIS[_CLOCKS[clock]]
    spelled = str(target["within"])
    made = base.with_(
        key=f"{base.key} {spelled}{whom}", within=within, hours=hours, only=only or None, except_for=except_for or None
    )
    name = target.get("name", f"{clock.replace('_', ' ')} within {spelled}{whom}")
    return Promise(kpi=attrs.evolve(made, title=name), goal=target["goal"], name=name)


def _texts(values: object) -> tuple[str, ...]:
    return tuple(str(value) for value in values) if isinstance(values, list | tuple) else (str(values),)
