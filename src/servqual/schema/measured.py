"""Stored forms of what was measured: KPIs by name, version and parameters, tallies and receipts as their bytes.

A KPI of the catalogue is told by the row that it is made from and by the parameters that differ. A KPI of the user is
told by its key and definition, and is passed to `load` in `kpis`. A tally keeps its own form of bytes, which proves
itself, and measures are derived from their tally again. A verdict is its receipt, which leads to it again.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from servqual.errors import InvalidValue, UnknownName
from servqual.metrics import KPIS, Compound, Kpi, Measures, Tally
from servqual.metrics.catalogue.clocks import judged_by
from servqual.metrics.kpi.clusters import clustered
from servqual.metrics.results.measurement import Cell
from servqual.model import Sla
from servqual.pdca.verdicts.receipts import replay
from servqual.pdca.verdicts.verdict import Verdict
from servqual.schema.opaque import Opaque, kpis_at_hand, object_of
from servqual.schema.personal import hiding
from servqual.schema.scalars import SCALARS, refused, text

Dump: TypeAlias = Callable[[Any, Any], Any]
Load: TypeAlias = Callable[[Any, Any], Any]
Stored: TypeAlias = Mapping[str, Any]


def _seen_through(what: str) -> None:
    if hiding() is not None:
        raise InvalidValue(
            f"pseudonymise and redact must be left out for {what}, whose bytes hold its groups as they are; "
            "measure by columns that name nobody",
            code="schema.not_hidden",
        )


# --- KPIs ------------------------------------------------------------------------------------------------------------


def _remade(base: Kpi, key: str, params: Mapping[str, Any], dated_by: str, cluster: str | None) -> Kpi:
    """Make a KPI from a row of the catalogue; one of a clock is judged by its agreement."""
    if isinstance(params.get("sla"), Sla) and base.clock:
        made = judged_by(base, params["sla"])
    else:
        made = base.with_(key=key, dated_by=dated_by or None, **params)
    return clustered(made, cluster) if cluster else made


def _differing(kpi: Kpi, base: Kpi) -> dict[str, Any]:
    return {
        name: value
        for name, value in sorted(kpi.params.items())
        if name not in base.params or repr(base.params[name]) != repr(value)
    }


def _origin(kpi: Kpi, cluster: str | None) -> tuple[str, dict[str, Any]] | None:
    """Find the row of the catalogue that a KPI was made from, and its parameters; None for one of the user."""
    for base in KPIS.values():
        if (base.name, base.version, type(base)) != (kpi.name, kpi.version, type(kpi)):
            continue
        params = _differing(kpi, base)
        try:
            made = _remade(base, kpi.key, params, kpi.dated_by, cluster)
        except InvalidValue:
            continue
        if made == kpi and made.definition == kpi.definition:
            return base.key, params
    return None


def _write_kpi(dump: Dump, kpi: Kpi, cluster: str | None = None) -> dict[str, Any]:
    found = _origin(kpi, cluster)
    if found is None:
        return {"key": kpi.key, "definition": kpi.definition}
    of, params = found
    stored = {name: dump(value, Any) for name, value in params.items()}
    return {"key": kpi.key, "of": of, "version": kpi.version, "params": stored, "dated_by": kpi.dated_by}


def _read_kpi(load: Load, stored: Stored) -> Kpi:
    if "of" not in stored:
        _only(stored, "key", "definition")
        known = {kpi.key: kpi for kpi in kpis_at_hand()}
        found: Kpi | None = known.get(text(stored["key"]))
        if found is None or found.definition != stored["definition"]:
            raise UnknownName(
                f"kpis must hold {stored['key']} as it was stored (got {', '.join(known) or 'none'}); pass your KPI",
                code="schema.own_kpi",
                near=(),
            )
        return found
    _only(stored, "key", "of", "version", "params", "dated_by")
    base = KPIS[text(stored["of"])]
    if stored["version"] != base.version:
        raise InvalidValue.of("version", f"be {base.version}, that of {base.key} today", stored["version"])
    if not isinstance(stored["params"], Mapping):
        raise refused("an object", stored["params"])
    params = {name: load(value, Any) for name, value in stored["params"].items()}
    return _remade(base, text(stored["key"]), params, text(stored["dated_by"]), None)


def _only(stored: Stored, *keys: str) -> None:
    if {*stored} != {*keys}:
        raise InvalidValue.of("value", f"have the keys {', '.join(keys)}", [*stored], shown=", ".join(map(str, stored)))


def _read_kpis(load: Load, stored: object) -> Sequence[Kpi]:
    if not isinstance(stored, list | tuple):
        raise refused("a list of KPIs", stored)
    return [load(each, Kpi) for each in stored]


# --- tallies, measures, verdicts -------------------------------------------------------------------------------------


def _write_tally(dump: Dump, tally: Tally) -> dict[str, Any]:
    _seen_through("a tally")
    kpis = [_write_kpi(dump, kpi, tally.plan.cluster) for kpi in tally.plan.kpis]
    return {"kpis": kpis, "bytes": SCALARS[bytes].write(tally.to_bytes())}


def _read_tally(load: Load, stored: Stored) -> Tally:
    _only(stored, "kpis", "bytes")
    return Tally.from_bytes(SCALARS[bytes].read(stored["bytes"]), kpis=_read_kpis(load, stored["kpis"]))


def _write_measures(dump: Dump, measures: Measures) -> dict[str, Any]:
    return {"tally": _write_tally(dump, measures.tally), "confidence": measures.confidence}


def _read_measures(load: Load, stored: Stored) -> Measures:
    _only(stored, "tally", "confidence")
    tally: Tally = load(stored["tally"], Tally)
    return tally.measure(SCALARS[float].read(stored["confidence"]))


def _write_verdict(dump: Dump, verdict: Verdict) -> dict[str, Any]:
    _seen_through("a verdict")
    sides = (verdict.basis.before, verdict.basis.after)
    asked = {kpi.key: (kpi, side.plan.cluster) for side in sides if isinstance(side, Tally) for kpi in side.plan.kpis}
    kpis = [_write_kpi(dump, kpi, cluster) for kpi, cluster in asked.values()]
    return {"kpis": kpis, "receipt": SCALARS[bytes].write(verdict.receipt())}


def _read_verdict(load: Load, stored: Stored) -> Verdict:
    _only(stored, "kpis", "receipt")
    return replay(SCALARS[bytes].read(stored["receipt"]), _read_kpis(load, stored["kpis"]))


def _write_cell(dump: Dump, cell: Cell) -> dict[str, Any] | None:
    """Write the state behind a measurement; nothing where its KPI is of the user, or people are hidden."""
    if hiding() is not None or _origin(cell.kpi, cell.tally.plan.cluster) is None:
        return None
    return _write_tally(dump, cell.alone())


def _read_cell(load: Load, stored: Stored) -> Cell:
    tally: Tally = load(stored, Tally)
    (kpi,) = tally.plan.kpis
    return Cell(tally, kpi, 0)


_TEXT: Final = {"type": "string"}
_BYTES: Final = {"type": "string", "contentEncoding": "base64"}
_OWN_KPI: Final = object_of({"key": _TEXT, "definition": _TEXT})
_KPI: Final = {
    "anyOf": [
        object_of(
            {"key": _TEXT, "of": _TEXT, "version": {"type": "integer"}, "params": {"type": "object"}, "dated_by": _TEXT}
        ),
        _OWN_KPI,
    ]
}
_KPI_LIST: Final = {"type": "array", "items": _KPI}
_TALLY: Final = object_of({"kpis": _KPI_LIST, "bytes": _BYTES})

FORMS: Final[Mapping[Any, Opaque]] = MappingProxyType(
    {
        Kpi: Opaque(_write_kpi, _read_kpi, _KPI),
        Compound: Opaque(_write_kpi, _read_kpi, _KPI),
        Tally: Opaque(_write_tally, _read_tally, _TALLY),
        Measures: Opaque(
            _write_measures, _read_measures, object_of({"tally": _TALLY, "confidence": {"type": "number"}})
        ),
        Cell: Opaque(_write_cell, _read_cell, _TALLY),
        Verdict: Opaque(_write_verdict, _read_verdict, object_of({"kpis": _KPI_LIST, "receipt": _BYTES})),
    }
)
"""The stored forms by class."""
