"""Stored forms of what was measured: KPIs by name, version and parameters, tallies and receipts as their bytes.

A KPI of the catalogue is told by the row that it is made from and by the parameters that differ. A KPI of the user is
told by its key and definition, and is passed to `load` in `kpis`. Either names the column by which it was clustered. A
tally keeps its own form of bytes, which proves itself, and measures are derived from their tally again. A verdict is
its receipt, which leads to it again. The state of a stream is its bytes, too, beside its KPIs and the agreement by
which it judges. They are made anew, so an unknown key cannot stay beside them, and is refused.
"""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Final, TypeAlias, TypeVar

from servqual.errors import InvalidValue, UnknownName, UnreadableState
from servqual.metrics import KPIS, AsOf, Compound, Kpi, Measures, Tally, Windows
from servqual.metrics.catalogue.clocks import judged_by
from servqual.metrics.catalogue.contact_counts import CONTACT_COUNT_KPIS
from servqual.metrics.kpi.clusters import clustered, unclustered
from servqual.metrics.results.measurement import Cell
from servqual.model import Sla
from servqual.pdca.verdicts.receipts import replay
from servqual.pdca.verdicts.verdict import Verdict
from servqual.schema.opaque import Opaque, kpis_at_hand, object_of
from servqual.schema.personal import hiding
from servqual.schema.scalars import SCALARS, text
from servqual.schema.several import as_list, as_object, read_all, read_at, read_each, read_object

Dump: TypeAlias = Callable[[Any, Any], Any]
Load: TypeAlias = Callable[[Any, Any], Any]
Stored: TypeAlias = Mapping[str, Any]
State = TypeVar("State", Windows, AsOf)
Reads: TypeAlias = Mapping[str, Callable[[Any], Any]]


def _seen_through(what: str) -> None:
    if hiding() is not None:
        raise InvalidValue(
            f"pseudonymise and redact must be left out for {what}, whose bytes hold its groups as they are; "
            "measure by columns that name nobody",
            code="schema.not_hidden",
        )


# --- KPIs ------------------------------------------------------------------------------------------------------------


_ROWS: Final = {**KPIS, **{f"{kpi.table}/{key}": kpi for key, kpi in CONTACT_COUNT_KPIS.items()}}
"""The rows of the catalogue by key; those over ready-made counts by table and key."""


def _remade(base: Kpi, key: str, params: Mapping[str, Any], dated_by: str) -> Kpi:
    """Make a KPI from a row of the catalogue; one of a clock is judged by its agreement."""
    if isinstance(params.get("sla"), Sla) and base.clock:
        return judged_by(base, params["sla"])
    return base.with_(key=key, dated_by=dated_by or None, **params)


def _differing(kpi: Kpi, base: Kpi) -> dict[str, Any]:
    return {
        name: value
        for name, value in sorted(kpi.params.items())
        if name not in base.params or repr(base.params[name]) != repr(value)
    }


def _origin(kpi: Kpi) -> tuple[str, dict[str, Any]] | None:
    """Find the row of the catalogue that a KPI was made from, and its parameters; None for one of the user."""
    for of, base in _ROWS.items():
        if (base.name, base.version, type(base)) != (kpi.name, kpi.version, type(kpi)):
            continue
        params = _differing(kpi, base)
        try:
            made = _remade(base, kpi.key, params, kpi.dated_by)
        except InvalidValue:
            continue
        if made == kpi and made.definition == kpi.definition:
            return of, params
    return None


def _write_kpi(dump: Dump, kpi: Kpi) -> dict[str, Any]:
    base, cluster = unclustered(kpi)
    column = {} if cluster is None else {"cluster": cluster}
    found = _origin(base)
    if found is None:
        return {"key": base.key, "definition": base.definition, **column}
    of, params = found
    stored = {name: dump(value, Any) for name, value in params.items()}
    return {"key": base.key, "of": of, "version": base.version, "params": stored, "dated_by": base.dated_by, **column}


def _read_kpi(load: Load, stored: Stored) -> Kpi:
    found = _read_row(load, stored) if "of" in stored else _read_own(stored)
    return read_at("cluster", partial(clustered, found, stored["cluster"])) if "cluster" in stored else found


def _read_own(stored: Stored) -> Kpi:
    told = read_object(stored, {"key": text, "definition": text, "cluster": text}, ["cluster"])
    known = {kpi.key: kpi for kpi in kpis_at_hand()}
    found: Kpi | None = known.get(told["key"])
    if found is None or found.definition != told["definition"]:
        raise UnknownName(
            f"kpis must hold {told['key']} as it was stored (got {', '.join(known) or 'none'}); pass your KPI",
            code="schema.own_kpi",
            near=(),
        )
    return found


def _read_row(load: Load, stored: Stored) -> Kpi:
    def read_base(key: Any) -> Kpi:
        return _ROWS[key] if text(key) in _ROWS else KPIS[key]

    def read_version(version: Any) -> None:
        if type(version) is not int or version != base.version:
            raise InvalidValue.of("version", f"be {base.version}, that of {base.key} today", version)

    def read_params(params: Any) -> dict[str, Any]:
        values = as_object(params)
        return dict(
            zip(values, read_all((name, partial(load, value, Any)) for name, value in values.items()), strict=True)
        )

    base: Kpi = read_at("of", partial(read_base, stored["of"]))
    reads = {"key": text, "of": text, "version": read_version, "params": read_params, "dated_by": text, "cluster": text}
    told = read_object(stored, reads, ["cluster"])
    made: Kpi = read_at("params", partial(_remade, base, told["key"], told["params"], told["dated_by"]))
    return made


def _read_kpis(load: Load, stored: Any) -> list[Kpi]:
    return read_each(as_list(stored), lambda each: load(each, Kpi))


# --- tallies, measures, verdicts -------------------------------------------------------------------------------------


def _write_tally(dump: Dump, tally: Tally) -> dict[str, Any]:
    _seen_through("a tally")
    kpis = [_write_kpi(dump, kpi) for kpi in tally.plan.kpis]
    return {"kpis": kpis, "bytes": SCALARS[bytes].write(tally.to_bytes())}


def _read_tally(load: Load, stored: Stored) -> Tally:
    told = read_object(stored, {"kpis": partial(_read_kpis, load), "bytes": SCALARS[bytes].read})
    tally: Tally = read_at("bytes", partial(Tally.from_bytes, told["bytes"], kpis=told["kpis"]))
    return tally


def _write_measures(dump: Dump, measures: Measures) -> dict[str, Any]:
    return {"tally": _write_tally(dump, measures.tally), "confidence": measures.confidence}


def _read_measures(load: Load, stored: Stored) -> Measures:
    told = read_object(stored, {"tally": partial(_read_tally, load), "confidence": SCALARS[float].read})
    measures: Measures = read_at("confidence", partial(told["tally"].measure, told["confidence"]))
    return measures


def _write_verdict(dump: Dump, verdict: Verdict) -> dict[str, Any]:
    _seen_through("a verdict")
    sides = (verdict.basis.before, verdict.basis.after)
    asked = {kpi.key: kpi for side in sides if isinstance(side, Tally) for kpi in side.plan.kpis}
    kpis = [_write_kpi(dump, kpi) for kpi in asked.values()]
    return {"kpis": kpis, "receipt": SCALARS[bytes].write(verdict.receipt())}


def _read_verdict(load: Load, stored: Stored) -> Verdict:
    told = read_object(stored, {"kpis": partial(_read_kpis, load), "receipt": SCALARS[bytes].read})
    verdict: Verdict = read_at("receipt", partial(replay, told["receipt"], told["kpis"]))
    return verdict


def _write_cell(dump: Dump, cell: Cell) -> dict[str, Any] | None:
    """Write the state behind a measurement; nothing where its KPI is of the user, or people are hidden."""
    if hiding() is not None or _origin(unclustered(cell.kpi)[0]) is None:
        return None
    return _write_tally(dump, cell.alone())


def _read_cell(load: Load, stored: Stored) -> Cell:
    tally: Tally = load(stored, Tally)
    (kpi,) = tally.plan.kpis
    return Cell(tally, kpi, 0)


# --- states of streams -----------------------------------------------------------------------------------------------


def _write_state(dump: Dump, state: Windows | AsOf) -> dict[str, Any]:
    _seen_through("the state of a stream")
    kpis = [_write_kpi(dump, kpi) for kpi in state.kpis]
    return {"kpis": kpis, "bytes": SCALARS[bytes].write(state.to_bytes())}


def _read_state(data: bytes, read: Callable[[bytes], State]) -> State:
    """Read a state that gives the same bytes again, for bytes that anybody may have written may hold anything."""

    def checked() -> State:
        state = read(data)
        try:
            is_whole = state.to_bytes() == data
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            is_whole = False
        if not is_whole:
            raise UnreadableState("the state is not of the stored form (got other bytes again); read the stream anew")
        return state

    found: State = read_at("bytes", checked)
    return found


def _read_windows(load: Load, stored: Stored) -> Windows:
    told = read_object(stored, {"kpis": partial(_read_kpis, load), "bytes": SCALARS[bytes].read})
    return _read_state(told["bytes"], partial(Windows.from_bytes, kpis=told["kpis"]))


def _write_cases(dump: Dump, state: AsOf) -> dict[str, Any]:
    return {**_write_state(dump, state), "sla": dump(state.sla, Sla | None)}


def _read_cases(load: Load, stored: Stored) -> AsOf:
    def read_sla(sla: Any) -> Sla | None:
        found: Sla | None = load(sla, Sla | None)
        return found

    reads: Reads = {"kpis": partial(_read_kpis, load), "sla": read_sla, "bytes": SCALARS[bytes].read}
    told = read_object(stored, reads)
    return _read_state(told["bytes"], partial(AsOf.from_bytes, kpis=told["kpis"], sla=told["sla"]))


_TEXT: Final = {"type": "string"}
_BYTES: Final = {"type": "string", "contentEncoding": "base64"}
_ROW: Final = {
    "key": _TEXT, "of": _TEXT, "version": {"type": "integer"}, "params": {"type": "object"}, "dated_by": _TEXT
}  # fmt: skip
_OWN: Final = {"key": _TEXT, "definition": _TEXT}
_KPI: Final = {"anyOf": [object_of({**told, "cluster": _TEXT}, [*told]) for told in (_ROW, _OWN)]}
_KPI_LIST: Final = {"type": "array", "items": _KPI}
_TALLY: Final = object_of({"kpis": _KPI_LIST, "bytes": _BYTES})
_CASES: Final = object_of({"kpis": _KPI_LIST, "bytes": _BYTES, "sla": {"type": ["object", "null"]}})

FORMS: Final[Mapping[Any, Opaque]] = MappingProxyType(
    {
        Kpi: Opaque(_write_kpi, _read_kpi, _KPI),
        Compound: Opaque(_write_kpi, _read_kpi, _KPI),
        Tally: Opaque(_write_tally, _read_tally, _TALLY),
        Measures: Opaque(
            _write_measures, _read_measures, object_of({"tally": _TALLY, "confidence": {"type": "number"}})
        ),
        Cell: Opaque(_write_cell, _read_cell, _TALLY),
        Windows: Opaque(_write_state, _read_windows, _TALLY),
        AsOf: Opaque(_write_cases, _read_cases, _CASES),
        Verdict: Opaque(_write_verdict, _read_verdict, object_of({"kpis": _KPI_LIST, "receipt": _BYTES})),
    }
)
"""The stored forms by class."""
