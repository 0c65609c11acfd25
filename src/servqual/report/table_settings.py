"""Settings of the tables of a report besides cases: contacts, counts of contacts, complaints and survey answers."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import attrs

from servqual._checks import among, near
from servqual._typed import typed
from servqual.errors import InvalidValue, UnknownName
from servqual.metrics import KPIS, Kpi
from servqual.metrics.catalogue.contact_counts import TABLE, over_counts
from servqual.metrics.kpi.compound import Compound
from servqual.model import BusinessHours
from servqual.readers import Layout
from servqual.readers.files.settings import as_text, as_texts, section
from servqual.report.limits import as_limit

TABLES_TOLD: Final = ("cases", "interactions", "contact_counts", "complaints", "answers")
"""The tables that a report may have."""
PARTS: Final = ("file", "columns", "read", "log", "events", "wide", "groups", "kpis")
_READ: Final = ("zone", "dates", "missing", "decimal", "true", "false")


@attrs.frozen(eq=False)
class InMemory:
    """A frame, columns or rows in the place of a file."""

    rows: Any = attrs.field(repr=False)


@attrs.frozen(kw_only=True, field_transformer=typed)
class TableSettings:
    """What a report is told of one table.

    Attributes:
        table: its name, such as `interactions`.
        file: where its rows are, a path or a table in memory; None where the command names the file.
        layout: how its file is read.
        groups: columns by which its KPIs are shown; by default those that it has of a few common ones.
        kpis: KPIs with parameters of their own, which stand for those of the same key or beside them.
        written_only: whether only the columns that are mapped are read, as the file is that of another table, too.

    >>> calls = {"file": "calls.csv", "kpis": {"service_level": {"within": "60 s"}}}
    >>> TableSettings.of("interactions", calls).kpis[0].params["within"]
    datetime.timedelta(seconds=60)
    """

    table: str
    file: Path | InMemory | None = None
    layout: Layout = attrs.field(factory=Layout)
    groups: tuple[str, ...] | None = None
    kpis: tuple[Kpi, ...] = ()
    written_only: bool = False

    @property
    def source(self) -> Any:
        """The path of its rows, or the rows themselves."""
        return self.file.rows if isinstance(self.file, InMemory) else self.file

    @property
    def name(self) -> str:
        """What a report calls its source."""
        return str(self.file.name) if isinstance(self.file, Path) else f"{self.table} in memory"

    @classmethod
    def of(
        cls,
        table: str,
        written: Mapping[str, Any],
        *,
        folder: Path | None = None,
        base: Layout | None = None,
        hours: BusinessHours | None = None,
    ) -> "TableSettings":
        """Read `[tables.NAME]`; `folder` is where its file is looked for, and `base` tells how all files are read."""
        among("[tables]", table, TABLES_TOLD)
        part = section({f"tables.{table}": written}, f"tables.{table}", PARTS)
        file = Path(as_text("file", part["file"])) if "file" in part else None
        shared = {name: getattr(base, name) for name in _READ} if base else {}
        return cls(
            table=table,
            file=file if file is None or folder is None else folder / file,
            layout=in_business_hours(Layout.from_table(part, Layout(**shared), of=table), hours),
            groups=as_texts("groups", part["groups"]) if "groups" in part else None,
            kpis=kpis_of(table, section(part, "kpis"), hours),
        )


def in_business_hours(layout: Layout, hours: BusinessHours | None) -> Layout:
    """Give a layout whose durations are business time the hours of that; refuse one where there are none."""
    if layout.durations != "business":
        return layout
    if hours is None:
        raise InvalidValue.of("durations", "be calendar where there are no [hours]", "business", do="give [hours]")
    return attrs.evolve(layout, hours=hours)


def kpis_of(table: str, told: Mapping[str, Any], hours: BusinessHours | None = None) -> tuple[Kpi, ...]:
    """Read `[kpis]`: parameters by the key of a KPI, or by a key of your own with `kpi` beside them.

    >>> [kpi.key for kpi in kpis_of("interactions", {"in_a_minute": {"kpi": "service_level", "within": "1 min"}})]
    ['in_a_minute']
    """
    if table == "cases" and told:
        raise InvalidValue.of("kpis", "be left out for cases", tuple(told), do="name goals under [[targets]]")
    return tuple(_kpi(table, key, section(told, key), hours) for key in told)


def _kpi(table: str, key: str, told: Mapping[str, Any], hours: BusinessHours | None) -> Kpi:
    of = as_text("kpi", told.get("kpi", key))
    known = kpis_over(table)
    if of not in known:
        close = near(of, known)
        raise UnknownName(f"kpis must name KPIs of {table} (got {of!r}), any of {', '.join(known)}", near=close)
    kpi = known[of]
    params: dict[str, Any] = {"hours": hours} if "hours" in kpi.params else {}
    if table == TABLE and "within" in kpi.params:
        params["within"] = None  # that of the counts, unless another is written
    for name, value in told.items():
        if name not in {"kpi", "title"}:
            params |= as_params(kpi, name, value, params.get("hours"))
    title = as_text("title", told["title"]) if "title" in told else kpi.title
    return attrs.evolve(kpi.with_(key=key, **params), title=title)


def as_params(kpi: Kpi, name: str, value: Any, hours: BusinessHours | None) -> dict[str, Any]:
    """Read a parameter: spans of time in words with the hours in which they count, lists as tuples, all else as is."""
    if isinstance(value, str) and (kpi.params.get(name) is None or isinstance(kpi.params[name], dt.timedelta)):
        limit, counted_in = as_limit(value, hours, name)
        return {name: limit, "hours": counted_in} if "hours" in kpi.params else {name: limit}
    return {name: tuple(value) if isinstance(value, list) else value}


def kpis_over(table: str) -> dict[str, Kpi]:
    """List the KPIs of single rows of a table, by key; those of contacts over counts of contacts.

    >>> list(kpis_over("contact_counts"))[:2]
    ['volume', 'asa']
    """
    if table == TABLE:
        forms = ((key, over_counts(kpi)) for key, kpi in KPIS.items() if kpi.table == "interactions")
        return {key: form for key, form in forms if form is not None}
    alone = {key: kpi for key, kpi in KPIS.items() if kpi.table == table and not kpi.of_period}
    return {key: kpi for key, kpi in alone.items() if not isinstance(kpi, Compound)}


def tables_of(
    written: Mapping[str, Any],
    *,
    folder: Path | None = None,
    base: Layout | None = None,
    hours: BusinessHours | None = None,
) -> tuple[TableSettings, ...]:
    """Read `[tables]`, whose parts each name a file."""
    found = tuple(TableSettings.of(name, written[name], folder=folder, base=base, hours=hours) for name in written)
    for each in found:
        if each.file is None:
            raise InvalidValue.of(f"tables.{each.table}", "name its file", None, do='write file = "calls.csv"')
    return found
