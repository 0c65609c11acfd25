"""Cases and their clocks from a stream of events, as of any later moment.

    case A   reported ── replied ── resolved ── closed ───── horizon ─────┊ settled: only what it counts for is kept
    case B        reported ── replied ────────────────────────────────────┊ open: its events are kept
                                                                      watermark

A case is settled once it is over, nothing that is read of it can change by time alone, and no event of it has come for
the horizon. Until then a late event, a correction or a return is folded in, as if it had been there from the start.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual._checks import all_of, among, must_be
from servqual.errors import InvalidValue, TallyMismatch, UnreadableState
from servqual.metrics.accumulators import hash_of
from servqual.metrics.clocks.cases import cases_of
from servqual.metrics.clocks.log import EventLog, with_all
from servqual.metrics.clocks.readings import STATES, ClockReadings, clock_readings, read_clock
from servqual.metrics.engine import LOG, Plan, Tally, Where, plan_of, request_of, tally_of, with_ways
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.kpi.view import View
from servqual.metrics.streams.asking import MICROSECOND
from servqual.metrics.streams.kept import added, renumbered, trimmed
from servqual.metrics.streams.offsets import follows
from servqual.metrics.streams.stored import chunk_of, chunk_parts, sealed, unsealed
from servqual.metrics.time.instants import Moment, datetime_of, us_of
from servqual.metrics.time.periods import PERIODS
from servqual.model.sla.agreement import Sla
from servqual.model.sla.reading import ClockState
from servqual.readers.columns.accounting import Rows
from servqual.readers.columns.columns import LAST_MOMENT, MISSING, Chunk, Column, joined
from servqual.readers.columns.refusals import Refusal, Refusals
from servqual.readers.columns.tables import kind_of
from servqual.readers.columns.tags import TAGS
from servqual.readers.sources import Source, TableChunks

SETTLED: Final = "names a case that is settled"
"""The reason of an event that came after the horizon of a case that is over."""
_RUNNING: Final = STATES.index(ClockState.RUNNING)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class AsOf:
    """State of KPIs of cases and of their clocks over a stream of `case_events`, as of any later moment.

    `add` gives the state with more events and their offsets, `advance` settles cases that are over, `tally` is exactly
    the tally of the whole log, and `readings` are those of the clocks of the cases that are not settled.

    Attributes:
        horizon: how long after its last event a case that is over may still come back, be corrected, or get a late
            event. A later event of it is refused, with the reason, and counted in `late`.
        offsets: by source the offset to read on from.

    >>> import datetime as dt
    >>> nine, hour = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC), dt.timedelta(hours=1)
    >>> def events(*told):
    ...     names = ("case_id", "event", "at")
    ...     return {"case_events": dict(zip(names, map(list, zip(*told, strict=True)), strict=True))}
    >>> state = AsOf.of(["resolution_rate"], horizon=dt.timedelta(days=7))
    >>> state = state.add(events(("C-1", "reported", nine), ("C-2", "reported", nine)), 0, 2)
    >>> state = state.add(events(("C-1", "resolved", nine + hour)), 2, 3)
    >>> state.tally(now=nine + 2 * hour).measure().one().value
    0.5
    >>> state = state.advance(nine + dt.timedelta(days=8))
    >>> state.open, state.settled
    (1, 1)
    """

    horizon: dt.timedelta
    offsets: Mapping[str, int] = attrs.field(factory=dict)
    _plan: Plan = attrs.field(alias="plan")
    _counted: Tally = attrs.field(alias="counted")
    _events: tuple[Chunk, ...] = attrs.field(alias="events", default=())
    _over: Array = attrs.field(alias="over", factory=lambda: np.zeros(0, np.int64))
    _watermark: int = attrs.field(alias="watermark", default=0)
    _next: int = attrs.field(alias="next", default=0)

    @classmethod
    def of(
        cls,
        kpis: Sequence[str | Kpi],
        *,
        horizon: dt.timedelta,
        sla: Sla | None = None,
        by: Sequence[str] = (),
        zone: str | None = None,
        where: Where | None = None,
        columns: Mapping[str, Mapping[str, str]] | None = None,
        naive: str | None = None,
        credit: str = "actor",
        tag_separator: str | None = None,
    ) -> "AsOf":
        """Make a state of no events; the options are those of `measure`.

        KPIs are those of cases and, with an agreement, of their clocks. A stock, such as the backlog, is that of `now`,
        and is not grouped by period.
        """
        must_be(dt.timedelta, "horizon", "a timedelta of 0 or more", horizon)
        if horizon < dt.timedelta(0):
            raise InvalidValue.of("horizon", "be a timedelta of 0 or more", horizon)
        plan = plan_of(
            kpis,
            sla=sla,
            by=by,
            zone=zone,
            where=where,
            columns=columns,
            naive=naive,
            credit=credit,
            tag_separator=tag_separator,
        )
        _check(plan)
        return cls(horizon=horizon, plan=plan, counted=_nothing(plan))

    @property
    def watermark(self) -> dt.datetime | None:
        """The event time up to which the stream is known to have come; None before the first `advance`."""
        return datetime_of(self._watermark) if self._watermark else None

    @property
    def late(self) -> int:
        """The number of events that were refused because their case is settled."""
        return self._counted.rows[LOG].reasons.get(("case_id", SETTLED), 0)

    @property
    def open(self) -> int:
        """The number of cases whose events are kept."""
        return len({label for piece in self._events for label in _names(piece)})

    @property
    def settled(self) -> int:
        """The number of cases of which only the contribution is kept."""
        return len(self._over)

    def add(self, data: Mapping[str, Source], start: int, end: int, *, source: str = "") -> "AsOf":
        """Take the events that a source delivered from offset `start` to before `end`; one held before is a no-op.

        `data` has `case_events`, as for `measure`. Raises `StreamGap` where events would be missing, or where only
        some of them were held.
        """
        must_be(Mapping, "data", "a mapping by name", data)
        for table in data:
            among("data", table, (LOG,))
        if not follows(self.offsets, source, start, end):
            return self
        state = self._with(data[LOG]) if data else self
        return attrs.evolve(state, offsets={**self.offsets, source: end})

    def _with(self, source: Source) -> "AsOf":
        chunk = joined([read() for read in TableChunks(LOG, source, request_of(self._plan, LOG, whole=True))])
        if not chunk.size:
            return self
        chunk, rows = self._taken(renumbered(chunk, self._next))
        events = added(self._events, chunk)
        plan = _credited(self._plan, events)
        if self.settled and plan != self._plan:
            raise InvalidValue.of(
                LOG,
                "have the columns of who acted from the first delivery on",
                sorted(chunk.columns),
                do="add by, agent and team to all deliveries, empty where they are not known",
            )
        counted = attrs.evolve(self._counted, plan=plan, rows={LOG: self._counted.rows[LOG] + rows})
        if plan != self._plan:  # nothing is settled: what is counted are rows only
            counted = attrs.evolve(_nothing(plan), rows=counted.rows)
        return attrs.evolve(self, plan=plan, counted=counted, events=events, next=self._next + chunk.read)

    def _taken(self, chunk: Chunk) -> tuple[Chunk, Rows]:
        """Leave out the events of settled cases, and account for them."""
        case = chunk.columns.get("case_id")
        if case is None or not self.settled:
            return chunk, Rows()
        used, codes = np.unique(case.values, return_inverse=True)
        names = [case.labels[code] if code >= 0 else "" for code in used.tolist()]
        gone = (np.isin(hash_of(names), self._over) & (used >= 0))[codes]
        if not gone.any():
            return chunk, Rows()
        rows = np.flatnonzero(gone)
        numbers = chunk.numbers
        lost = [Refusal(int(numbers[row]), "case_id", str(names[codes[row]]), SETTLED) for row in rows.tolist()]
        kept = attrs.evolve(trimmed(chunk, np.flatnonzero(~gone)), read=chunk.size)
        return kept, Rows.of(read=len(lost), used=0, lost=lost, refusals=Refusals())

    def advance(self, watermark: Moment) -> "AsOf":
        """Settle the cases that are over, of which no event has come for the horizon before a watermark.

        The watermark is a moment of event time that the stream has passed. An earlier one than before changes nothing.
        """
        us = us_of(watermark, "watermark", self._plan.zone)
        if us <= self._watermark:
            return self
        state = attrs.evolve(self, watermark=us)
        if not self._events:
            return state
        log = joined(self._events)
        over = _settled(self._plan, log, us, us - self.horizon // MICROSECOND)
        case = log.columns["case_id"].values
        leave = (case < 0) | np.append(over, False)[case]
        if not leave.any():
            return state
        done, rest = trimmed(log, np.flatnonzero(leave)), trimmed(log, np.flatnonzero(~leave))
        names = [log.columns["case_id"].labels[code] for code in np.flatnonzero(over).tolist()]
        return attrs.evolve(
            state,
            counted=self._counted + _tally(self._plan, [done], us, asked=None),
            events=(rest,) if rest.size else (),
            over=np.union1d(self._over, hash_of(names)),
        )

    @property
    def kpis(self) -> tuple[Kpi, ...]:
        """The KPIs that it counts; those of clocks judge by the agreement."""
        return self._plan.kpis

    @property
    def sla(self) -> Sla | None:
        """The agreement that its clocks keep; None where it has none."""
        return self._plan.sla

    def tally(self, now: Moment) -> Tally:
        """Tally the whole log as of a moment, no earlier than the watermark: byte for byte that of all events at once.

        What is settled is not folded again.
        """
        us = self._later(now)
        plan = attrs.evolve(self._plan, now=us)
        whole = attrs.evolve(self._counted, plan=plan) + _tally(self._plan, self._events, us, asked=us)
        return attrs.evolve(whole, added=False)

    def readings(self, now: Moment) -> Mapping[str, ClockReadings]:
        """Read every clock of the cases that are not settled, by the key of the promise: those of `clock_readings`."""
        if self._plan.sla is None:
            raise InvalidValue.of("sla", "be given where clocks are read", None, do="pass sla= to of")
        us = self._later(now)
        return clock_readings([joined(self._events)], self._plan.sla, now=np.datetime64(us, "us"))

    def _later(self, now: Moment) -> int:
        us = us_of(now, "now", self._plan.zone)
        if us < self._watermark:
            raise InvalidValue.of("now", f"be no earlier than the watermark, {self.watermark}", now)
        return us

    def to_bytes(self) -> bytes:
        """Write the stored form (see `servqual.metrics.streams.stored`); write it beside the old one, then move it."""
        plan = self._plan
        header: dict[str, Any] = {
            "kind": "cases",
            "kpis": [kpi.key for kpi in plan.kpis],
            "horizon": self.horizon // MICROSECOND,
            "offsets": dict(self.offsets),
            "read": [{t: dict(names) for t, names in plan.columns.items()}, plan.naive, plan.desk, plan.tag_separator],
            "clock": [self._watermark, self._next],
        }
        arrays: dict[str, Array] = {"counted": np.frombuffer(self._counted.to_bytes(), np.uint8), "over": self._over}
        if self._events:
            header["events"], more = chunk_parts(LOG, joined(self._events))
            arrays |= more
        return sealed(header, arrays)

    @classmethod
    def from_bytes(cls, data: bytes, kpis: Sequence[Kpi] = (), *, sla: Sla | None = None) -> "AsOf":
        """Read a stored state; pass the agreement, and in `kpis` those that are your own or have parameters.

        Raises `UnreadableState` for bytes that are no state of cases, `TallyMismatch` where a definition, or the
        agreement, is another today.
        """
        own = {kpi.key: kpi for kpi in all_of(Kpi, "kpis", kpis, "KPIs")}
        try:
            header, arrays = unsealed(data)
            return cls._read(header, arrays, own, sla)
        except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
            if isinstance(error, UnreadableState | TallyMismatch):
                raise
            raise UnreadableState(f"the state is not of the stored form ({error}); read the stream anew") from None

    @classmethod
    def _read(
        cls, header: Mapping[str, Any], arrays: Mapping[str, Array], own: Mapping[str, Kpi], sla: Sla | None
    ) -> "AsOf":
        if header["kind"] != "cases":
            raise UnreadableState(
                f"the state is of another kind (got {header['kind']!r:.40}); read it with its own class"
            )
        asked = plan_of([own.get(key, key) for key in header["kpis"]], sla=sla)
        counted = Tally.from_bytes(arrays["counted"].tobytes(), asked.kpis)
        columns, naive, desk, separator = header["read"]
        plan = attrs.evolve(counted.plan, sla=sla, columns=columns, naive=naive, desk=desk, tag_separator=separator)
        _check(plan)
        watermark, next_row = header["clock"]
        datetime_of(watermark)  # of a year that there is
        over = arrays["over"]
        if over.dtype != np.int64 or (np.diff(over) <= 0).any():
            raise ValueError("its settled cases are not in order")
        return cls(
            horizon=header["horizon"] * MICROSECOND,
            offsets={source: int(offset) for source, offset in header["offsets"].items()},
            plan=plan,
            counted=attrs.evolve(counted, plan=plan),
            events=(chunk_of(LOG, header["events"], arrays),) if "events" in header else (),
            over=over,
            watermark=int(watermark),
            next=int(next_row),
        )

    def __eq__(self, other: object) -> bool:
        """Whether both hold the same counts, events and offsets: where their bytes are the same."""
        return self.to_bytes() == other.to_bytes() if isinstance(other, AsOf) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.to_bytes())

    def __repr__(self) -> str:
        keys = ", ".join(kpi.key for kpi in self._plan.kpis)
        return f"<AsOf of {keys}: {self.open:,} cases open, {self.settled:,} settled, watermark {self.watermark}>"


def _check(plan: Plan) -> None:
    """Refuse KPIs that need more than each case by itself."""
    periods = [name for name in plan.by if name in PERIODS]
    for kpi in plan.read:
        if kpi.table != "cases" and not kpi.table.startswith(LOG):
            raise InvalidValue.of("kpis", "be those of cases or of clocks", kpi.key, shown=f"{kpi.key} of {kpi.table}")
        if kpi.table.startswith(LOG) and plan.sla is None:
            raise InvalidValue.of("sla", f"be given for {kpi.key}, which reads a service clock", None, do="pass sla=")
        if kpi.law == "keyed" or kpi.of_period:
            raise InvalidValue.of(
                "kpis", "see each case by itself", kpi.key, do="measure it on the table of cases as a whole"
            )
        if kpi.stock and periods:
            raise InvalidValue.of(
                "by", f"not name {periods[0]} for {kpi.key}, which is that of now", plan.by, do="tally it at each end"
            )


def _nothing(plan: Plan) -> Tally:
    """Tally no event: the groups and cells of no case."""
    return _tally(plan, (), 0, asked=None)


def _tally(plan: Plan, events: Sequence[Chunk], now: int, *, asked: int | None) -> Tally:
    """Tally the log of some events as of a moment, under a plan that says `asked` of it."""
    found = tally_of(attrs.evolve(plan, now=now), {LOG: [lambda: joined(events) if events else _no_events(plan)]})
    return attrs.evolve(found, plan=attrs.evolve(plan, now=asked))


def _no_events(plan: Plan) -> Chunk:
    """Make a log without a row that has all columns which are asked for."""
    matched = () if plan.sla is None else plan.sla.attributes
    names = {"case_id", "at", "event", *matched, *plan.where, *plan.by} - {*PERIODS}
    return Chunk({name: Column.missing(kind_of(LOG, name), 0) for name in sorted(names)}, 0, 0, range(0))


def _credited(plan: Plan, events: Sequence[Chunk]) -> Plan:
    """Say whom KPIs credit, by the columns that the events have so far."""
    names = dict.fromkeys(name for piece in events for name in piece.columns)
    return with_ways(plan, {LOG: joined([piece.take(np.zeros(0, np.int64)) for piece in events])})[0] if names else plan


def _names(chunk: Chunk) -> list[str]:
    case = chunk.columns["case_id"]
    return [str(case.labels[code]) for code in np.unique(case.values[case.values >= 0]).tolist()]


def _settled(plan: Plan, log: Chunk, now: int, before: int) -> Array:
    """Mark the cases, by their code, that are over, quiet since before a moment, and that time alone cannot change."""
    matched = () if plan.sla is None else plan.sla.attributes
    log = with_all(log, {*matched, *{TAGS} & {*plan.by, *plan.where}})
    case, at = log.columns["case_id"], log.columns["at"]
    last = np.full(len(case.labels) + 1, MISSING, np.int64)
    np.maximum.at(last, case.values, at.values)
    quiet = (last[:-1] > MISSING) & (last[:-1] <= before)
    if not quiet.any():
        return quiet
    rows = np.flatnonzero(np.append(quiet, False)[case.values])
    some = attrs.evolve(log.take(rows), refusals=log.refusals.only(log.numbers[rows]), sparse=log.sparse)
    events = EventLog.of(some, LAST_MOMENT, matched)
    cases = cases_of(events)
    ended = cases.columns["resolved_at"].known | cases.columns["closed_at"].known
    out = np.zeros(len(case.labels), np.bool_)
    out[cases.columns["case_id"].values[ended]] = True
    for kpi in plan.read:
        if kpi.table == "cases":
            out[cases.columns["case_id"].values[_changes(kpi, cases, now)]] = False
        elif kpi.table.startswith(LOG):
            assert plan.sla is not None
            readings = read_clock(plan.sla, events, kpi.table.partition("/")[2], now)
            out[readings.case[readings.state == _RUNNING]] = False
    return out & quiet


def _changes(kpi: Kpi, cases: Chunk, now: int) -> Array:
    """Mark the rows that count for something else at the end of all time."""
    today, ever = (
        kpi.accumulator.of(**kpi.arguments(View(cases, kpi, at)))  # type: ignore[attr-defined]
        for at in (now, LAST_MOMENT - 1)
    )
    counted = np.zeros(cases.size, np.bool_)
    changes = np.zeros(cases.size, np.bool_)
    for name, mask in today.items():
        if isinstance(mask, np.ndarray) and mask.dtype == np.bool_:
            changes |= mask != ever[name]
            counted |= mask | ever[name]
    for name, values in today.items():
        if isinstance(values, np.ndarray) and values.dtype != np.bool_ and values.shape == counted.shape:
            changes |= (values != ever[name]) & counted
    return changes
