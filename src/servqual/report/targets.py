"""What was promised: goals of KPIs, as `[[targets]]` of the settings state them."""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

import attrs

from servqual._checks import among, did_you_mean, near, one_of
from servqual._typed import typed
from servqual.errors import InvalidValue, UnknownName
from servqual.metrics import KPIS, Kpi
from servqual.metrics.catalogue.contact_counts import TABLE
from servqual.model import BusinessHours
from servqual.readers.columns.tables import TABLES, Kind
from servqual.readers.files.settings import as_text, as_texts, section
from servqual.report.limits import as_limit
from servqual.report.table_settings import TABLES_TOLD, as_params, kpis_over

_CLOCKS: Final = {"first_response": "first_response_kept", "resolution": "resolution_kept"}
_MOST: Final = 1e15
_TEXTS: Final[tuple[str, ...]] = ("table", "clock", "kpi", "within", "better", "name")


@attrs.frozen(kw_only=True, field_transformer=typed)
class Promise:
    """What was promised: the goal of a KPI, in its unit, durations in seconds.

    `better` is given for a KPI of which neither direction is better in itself, such as the handle time.

    >>> Promise(kpi=KPIS["asa"], goal=20, name="answered in 20 s on average").direction
    'lower'
    """

    kpi: Kpi
    goal: float
    name: str
    better: Literal["higher", "lower"] | None = attrs.field(
        default=None, validator=attrs.validators.optional(one_of("higher", "lower"))
    )

    def __attrs_post_init__(self) -> None:
        kpi, goal = self.kpi, self.goal
        if kpi.better and self.better:
            raise InvalidValue.of("better", f"be left out for {kpi.key}, of which {kpi.better} is better", self.better)
        if not (kpi.better or self.better):
            raise InvalidValue.of(
                "better", f"be given for a goal of {kpi.key}", None, do='write better = "lower" or better = "higher"'
            )
        countable = _is_number(goal)
        low, high = kpi.ends
        if kpi.unit == "share":
            up = self.direction == "higher"
            if not countable or not (0 < goal <= 1 if up else 0 <= goal < 1):
                rule = "be a share above 0 and up to 1" if up else "be a share from 0 on and below 1"
                raise InvalidValue.of("goal", rule, goal, do=f"write {0.95 if up else 0.05} for {95 if up else 5} %")
        elif not countable or not low <= goal <= high:
            bounds = "".join(f" {word} {end:g}" for word, end in (("from", low), ("to", high)) if math.isfinite(end))
            raise InvalidValue.of("goal", f"be a number{bounds} for {kpi.key}", goal)
        elif kpi.unit == "count" and goal != round(goal):
            raise InvalidValue.of("goal", f"be a whole number for {kpi.key}", goal)

    @property
    def direction(self) -> Literal["higher", "lower"]:
        """The better direction."""
        found = self.better or self.kpi.better
        assert found is not None
        return found


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -_MOST < value < _MOST


def promises_of(
    targets: Any, tables: Mapping[str, Sequence[Kpi]], hours: BusinessHours | None = None
) -> tuple[Promise, ...]:
    """Read `[[targets]]`; `tables` are those in use, with the KPIs that the settings give them.

    >>> promises_of([{"kpi": "asa", "goal": "20 s"}], {"interactions": ()})[0].goal
    20.0
    """
    if not isinstance(targets, list | tuple):
        raise InvalidValue.of("targets", "be written as [[targets]]", targets)
    read = [_Target.of(target, tables) for target in targets]
    promises = [target.promise(read, hours) for target in read]
    keys = [(promise.kpi.table, promise.kpi.key) for promise in promises]
    for key in keys:
        if keys.count(key) > 1:
            raise InvalidValue.of("targets", "differ", key[1], do="give one another clock, time or only")
    return tuple(promises)


@attrs.frozen(kw_only=True, field_transformer=typed)
class _Target:
    """One of [[targets]], as it was written, with the KPI that it names."""

    goal: Any
    clock: str | None
    kpi: Kpi
    within: str
    only: Mapping[str, tuple[str, ...]]
    better: Any
    name: str | None

    @classmethod
    def of(cls, written: object, tables: Mapping[str, Sequence[Kpi]]) -> "_Target":
        part = section({"[targets]": written}, "[targets]", (*_TEXTS, "goal", "only"))
        told = {name: as_text(name, part[name]) for name in _TEXTS if name in part}
        if "goal" not in part:
            raise InvalidValue.of("goal", "be given for each target", None, shown=str(written), do="write goal = 0.95")
        if ("clock" in told) == ("kpi" in told) or ("clock" in told and "within" not in told):
            raise InvalidValue.of("clock", "go with within in a target, or kpi stand without it", written)
        clock = told.get("clock")
        if clock is not None and clock not in _CLOCKS:
            raise InvalidValue.of("clock", f"be one of {', '.join(_CLOCKS)}", clock)
        kpi = KPIS[_CLOCKS[clock]] if clock else _kpi_in(told, tables)
        only = {column: as_texts(column, values) for column, values in section(part, "only").items()}
        for column in only:
            if TABLES[kpi.table].get(column, Kind.LABEL) is not Kind.LABEL:
                raise InvalidValue.of("only", "name columns of words, such as priority", column)
        for name, given in (("within", told.get("within")), ("only", only)):
            if given and name not in kpi.params:
                why = "which has no limit" if name == "within" else f"which counts all {kpi.table}"
                raise InvalidValue.of(name, f"be left out for {kpi.key}, {why}", given)
        return cls(
            goal=part["goal"],
            clock=clock,
            kpi=kpi,
            within=told.get("within", ""),
            only=only,
            better=told.get("better"),
            name=told.get("name"),
        )

    def promise(self, others: "list[_Target]", hours: BusinessHours | None) -> Promise:
        kpi, limit = self.kpi, f" within {self.within}" if self.within else ""
        whom = "".join(f", {column} {' or '.join(values)}" for column, values in self.only.items())
        params: dict[str, Any] = {}
        if "only" in kpi.params:
            # a target for some cases takes them out of the one for all
            special = tuple(o.only for o in others if o.only and (o.clock, o.kpi.key) == (self.clock, kpi.key))
            params |= {"only": self.only or None, "except_for": None if self.only else special or None}
        if "hours" in kpi.params and hours:
            params["hours"] = hours
        if self.within:
            params |= as_params(kpi, "within", self.within, hours)
        title = self.clock.replace("_", " ") if self.clock else kpi.title
        name = self.name or title + limit + whom
        key = f"{kpi.key}{f' {self.within}' if self.within else ''}{whom}"
        found = attrs.evolve(kpi.with_(key=key, **params), title=name)
        return Promise(kpi=found, goal=_goal_in(found, self.goal), name=name, better=self.better)


def _kpi_in(told: Mapping[str, str], tables: Mapping[str, Sequence[Kpi]]) -> Kpi:
    """Find the KPI that a target names: one of the settings, of a table in use, or else of another one."""
    key = told["kpi"]
    if "table" in told:
        among("table", told["table"], tables)
        tables = {told["table"]: tables[told["table"]]}
    found = {table: known[key] for table, own in tables.items() if key in (known := _known(table, own))}
    if len(found) > 1:
        raise InvalidValue.of("table", f"say which of {', '.join(sorted(found))} the target of {key} is of", None)
    if not found and "table" not in told and (elsewhere := KPIS.get(key)) and elsewhere.table in TABLES_TOLD:
        found = {elsewhere.table: elsewhere}  # the report says that it has no such table
    if not found:
        raise _unknown(key, tables)
    [(table, kpi)] = found.items()
    if table == TABLE and "within" in kpi.params and kpi not in tables.get(table, ()):
        kpi = kpi.with_(within=None)  # that of the counts, unless another is written
    if key == "first_response_kept" and "within" not in told:
        raise InvalidValue.of("kpi", "be another one", key, do="for the first response set clock and within")
    return kpi


def _known(table: str, own: Sequence[Kpi]) -> dict[str, Kpi]:
    return {**kpis_over(table), **{kpi.key: kpi for kpi in own}}


def _unknown(key: str, tables: Mapping[str, Sequence[Kpi]]) -> UnknownName:
    known = sorted({name for table, own in tables.items() for name in _known(table, own)})
    close = near(key, known)
    of = " or ".join(tables)
    return UnknownName(f"kpi must be a KPI of {of} in a target (got {key!r}){did_you_mean(close)}", near=close)


def _goal_in(kpi: Kpi, written: Any) -> float:
    """Read a goal in the unit of its KPI: a duration in words, all else as a number."""
    if kpi.unit != "s":
        if not isinstance(written, int | float) or isinstance(written, bool):
            do = "write 0.95 for 95 %" if kpi.unit == "share" else f"write it in {kpi.unit}"
            rule = "be a share above 0 and up to 1" if kpi.unit == "share" else "be a number"
            raise InvalidValue.of("goal", rule, written, do=do)
        return written
    if not isinstance(written, str):
        raise InvalidValue.of("goal", f"be a time such as '20 s' or '8 h' for {kpi.key}", written)
    hours = kpi.params.get("hours")
    limit, counted_in = as_limit(written, hours, "goal")
    if not isinstance(limit, dt.timedelta) or counted_in != hours:
        raise InvalidValue.of("goal", f"be a length of business time for {kpi.key}", written, do="write '4 h'")
    return limit.total_seconds()
