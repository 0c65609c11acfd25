"""Tallies by windows of event time, of a stream of rows that never change.

event time   ──────────┬───────────┬───────────┬──────▶
              closed   │   kept    │   kept    │  watermark
                       └ closed: a row that is dated before is late, and refused

a keyed KPI            [reach]                       a contact is counted once nothing that may still come
             forgotten  waits  waits …               can change what it counts for, and then waits as long
                                                     once more, as what came before the contacts after it
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from servqual._arrays import Array
from servqual._checks import all_of, among, must_be
from servqual.errors import InvalidValue, TallyMismatch, UnreadableState
from servqual.metrics.engine import Plan, Tally, Where, plan_of, with_ways
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.streams.arrivals import LATE, Arrivals
from servqual.metrics.streams.asking import (
    MICROSECOND,
    check,
    check_columns,
    keyed_tables,
    moment_of,
    other_columns,
    reach_of,
)
from servqual.metrics.streams.counting import arrived, chunks_in, counted_now, cut, rows_since, to_wait, with_rows
from servqual.metrics.streams.kept import added, renumbered
from servqual.metrics.streams.offsets import follows
from servqual.metrics.streams.sent import Sent
from servqual.metrics.streams.stored import chunk_of, chunk_parts, sealed, unsealed
from servqual.metrics.time.instants import Moment, datetime_of, us_of
from servqual.metrics.time.periods import PERIODS, RECURRING, period
from servqual.readers.columns.accounting import Rows
from servqual.readers.columns.columns import Chunk, joined
from servqual.readers.columns.tables import Kind
from servqual.readers.sources import Source


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Windows:
    """State of KPIs over a stream of rows that never change, by windows of event time.

    `add` gives the state with more rows and their offsets, `advance` closes windows, `tally` is exactly the tally of
    all rows at once, and `taken` hands out what is closed. A state is a value: nothing is changed in place, and
    `to_bytes` holds counts and offsets together.

    Attributes:
        every: the length of a window: hour, day, week, month, quarter or year, in the zone of the desk.
        lateness: how long after its end a window takes rows.
        offsets: by source the offset to read on from.

    >>> import datetime as dt
    >>> day = dt.datetime(2026, 5, 4, tzinfo=dt.UTC)
    >>> state = Windows.of(["volume"], every="day", lateness=dt.timedelta(hours=6))
    >>> state = state.add({"interactions": {"queued_at": [day, day + dt.timedelta(hours=25)]}}, 0, 2)
    >>> state.add({"interactions": {"queued_at": [day]}}, 1, 2) is state  # these offsets were read before
    True
    >>> state = state.advance(day + dt.timedelta(hours=30))  # six hours into the second day
    >>> state = state.add({"interactions": {"queued_at": [day]}}, 2, 3)  # too late for the first day
    >>> [(str(m.group["day"]), m.value) for m in state.tally().measure()], state.late
    ([('2026-05-04', 1.0), ('2026-05-05', 1.0)], 1)
    """

    every: str
    lateness: dt.timedelta
    offsets: Mapping[str, int] = attrs.field(factory=dict)
    _plan: Plan = attrs.field(alias="plan")
    _counted: Tally = attrs.field(alias="counted")
    _waiting: Mapping[str, tuple[Chunk, ...]] = attrs.field(alias="waiting", factory=dict)
    _sent: Mapping[str, Sent] = attrs.field(alias="sent", factory=dict)
    _columns: Mapping[str, Sequence[str]] = attrs.field(alias="columns", factory=dict)
    _watermark: int = attrs.field(alias="watermark", default=0)
    _closed: int = attrs.field(alias="closed", default=0)
    _decided: int = attrs.field(alias="decided", default=0)
    _latest: int = attrs.field(alias="latest", default=0)
    _next: int = attrs.field(alias="next", default=0)

    @classmethod
    def of(
        cls,
        kpis: Sequence[str | Kpi],
        *,
        every: str = "day",
        lateness: dt.timedelta = dt.timedelta(0),
        by: Sequence[str] = (),
        zone: str | None = None,
        where: Where | None = None,
        columns: Mapping[str, Mapping[str, str]] | None = None,
        naive: str | None = None,
        credit: str = "actor",
        tag_separator: str | None = None,
    ) -> "Windows":
        """Make a state of no rows; the options are those of `measure`.

        KPIs that judge what is still open are refused, for their rows change: read cases with `AsOf`. A keyed KPI needs
        a `window`, as first-contact resolution has; the KPIs of one table are dated by one moment.
        """
        among("every", every, [name for name in PERIODS if name not in RECURRING])
        must_be(dt.timedelta, "lateness", "a timedelta of 0 or more", lateness)
        if lateness < dt.timedelta(0):
            raise InvalidValue.of("lateness", "be a timedelta of 0 or more", lateness)
        groups = (by,) if isinstance(by, str) else tuple(by)
        plan = plan_of(
            kpis,
            by=(*groups, every),
            zone=zone,
            where=where,
            columns=columns,
            naive=naive,
            credit=credit,
            tag_separator=tag_separator,
        )
        check(plan)
        return cls(every=every, lateness=lateness, plan=plan, counted=arrived(plan, {}))

    @property
    def watermark(self) -> dt.datetime | None:
        """The event time up to which the stream is known to have come; None before the first `advance`."""
        return datetime_of(self._watermark) if self._watermark else None

    @property
    def late(self) -> int:
        """The number of rows that came after their window was closed, since rows were last handed out."""
        reasons = (rows.reasons.items() for rows in self._counted.rows.values())
        return sum(count for some in reasons for (_, why), count in some if why == LATE)

    @property
    def waiting(self) -> int:
        """The number of rows that are kept for keyed KPIs."""
        return sum(piece.size for pieces in self._waiting.values() for piece in pieces)

    def add(self, data: Mapping[str, Source], start: int, end: int, *, source: str = "") -> "Windows":
        """Take the rows that a source delivered from offset `start` to before `end`; a delivery held before is a no-op.

        `data` is that of `measure`, and a table that it lacks has no rows this time. `source` is what offsets count in,
        such as a partition. A row of an id that was taken before is refused: with the same content it was sent twice,
        with another the result warns (`rows.repeats_unchecked`). Raises `StreamGap` where rows would be missing, or
        where only some of them were held.
        """
        must_be(Mapping, "data", "a mapping by name", data)
        for table in data:
            among("data", table, self._plan.tables)
        if not follows(self.offsets, source, start, end):
            return self
        state = self._with(data) if data else self
        return attrs.evolve(state, offsets={**self.offsets, source: end})

    def _with(self, data: Mapping[str, Source]) -> "Windows":
        plan, data = with_ways(self._plan, data)
        if plan.ways:
            name = next(iter(next(iter(plan.ways.values()))))
            raise InvalidValue.of(
                "by", f"name columns of the rows, for a stream has no neighbours to look {name} up", name
            )
        arrivals = {
            table: Arrivals(
                table,
                chunks_in(plan, table, given),
                moment_of(plan, table),
                closed=self._closed,
                sent=self._sent.get(table, Sent()),
                latest=self._latest,
            )
            for table, given in data.items()
        }
        keyed = keyed_tables(plan)
        new = arrived(plan, {table: some for table, some in arrivals.items() if table not in keyed})
        waiting, next_row = dict(self._waiting), self._next
        lost: dict[str, Rows] = {}
        for table in keyed & arrivals.keys():
            pieces, lost[table] = to_wait(plan, arrivals[table])
            if table not in self._columns:
                check_columns(plan, table, pieces)
            for piece in pieces:
                waiting[table] = added(waiting.get(table, ()), renumbered(piece, next_row))
                next_row += piece.size
        columns = dict(self._columns)
        for table, some in arrivals.items():
            found = sorted(some.columns & (plan.wanted(table) or frozenset()))
            if some.columns and columns.setdefault(table, found) != found:
                raise other_columns(table, columns[table], found)
        return attrs.evolve(
            self,
            plan=plan if any(some.columns for some in arrivals.values()) else self._plan,
            counted=with_rows(self._counted + new, lost),
            waiting=waiting,
            sent={**self._sent, **{table: some.sent for table, some in arrivals.items()}},
            columns=columns,
            latest=max([self._latest, *(some.latest for some in arrivals.values())]),
            next=next_row,
        )

    def advance(self, watermark: Moment) -> "Windows":
        """Close the windows whose lateness is over by a watermark: rows dated in them are late from now on.

        The watermark is a moment of event time that the stream has passed, such as the latest moment that was seen, or
        what the consumer knows of all partitions. An earlier one than before changes nothing.
        """
        us = us_of(watermark, "watermark", self._plan.zone)
        if us <= self._watermark:
            return self
        closed = max(self._closed, self._start_of(us - self.lateness // MICROSECOND))
        if closed == self._closed:
            return attrs.evolve(self, watermark=us)
        decided = max(self._decided, closed - reach_of(self._plan))
        due = self._due(decided)
        return attrs.evolve(
            self,
            watermark=us,
            closed=closed,
            decided=decided,
            counted=self._counted + counted_now(self._plan, max(self._latest, closed), due),
            waiting={
                table: (kept,)
                for table, (chunk, _) in due.items()
                if (kept := rows_since(chunk, moment_of(self._plan, table), decided - reach_of(self._plan))).size
            },
            sent={table: sent.since(closed) for table, sent in self._sent.items()},
        )

    def _due(self, before: int | None = None) -> dict[str, tuple[Chunk, Array]]:
        """Give the waiting rows of each table, and which of them are not yet counted and dated before a moment."""
        out = {}
        for table, pieces in self._waiting.items():
            chunk = joined(pieces)
            at = chunk.columns[moment_of(self._plan, table)]
            fresh = ~at.known | (at.values >= self._decided)
            out[table] = chunk, fresh if before is None else fresh & (~at.known | (at.values < before))
        return out

    @property
    def kpis(self) -> tuple[Kpi, ...]:
        """The KPIs that it counts."""
        return self._plan.kpis

    def tally(self, now: Moment | None = None) -> Tally:
        """Tally all rows that the state holds: byte for byte the tally of the same rows at once.

        KPIs that wait for what follows, such as first-contact resolution, need `now`, which is no earlier than the
        latest moment that came.
        """
        us = None if now is None else us_of(now, "now", self._plan.zone)
        if us is not None and us < max(self._latest, self._watermark):
            latest = datetime_of(max(self._latest, self._watermark))
            raise InvalidValue.of("now", f"be no earlier than what the state has seen, {latest}", now)
        whole = self._counted + counted_now(self._plan, us, self._due())
        return attrs.evolve(whole, plan=attrs.evolve(self._plan, now=us), added=False)

    def taken(self) -> "tuple[Tally, Windows]":
        """Hand out the windows that no row can change any more, and the state without them.

        The tally also takes the account of the rows that came so far, so that no row is counted in two. Tallies that
        were handed out add up with each other and with what is left. Where a keyed KPI looks ahead, a window is handed
        out once its own window has passed as well.
        """
        before = self._start_of(self._decided)
        counted = self._counted
        final, rest = cut(counted, self.every, lambda label: label is not None and self._us(label) < before)
        return (
            attrs.evolve(final, rows=counted.rows, founds=counted.founds, added=False),
            attrs.evolve(self, counted=attrs.evolve(rest, rows=dict.fromkeys(counted.rows, Rows()), founds={})),
        )

    def _start_of(self, at: int) -> int:
        """The start of the window of an instant; 0 before 1970."""
        if at <= 0:
            return 0
        codes, labels = period(self.every, np.array([at]), self._plan.zone)
        return self._us(labels[int(codes[0])])

    def _us(self, label: Any) -> int:
        return us_of(label, self.every, self._plan.zone)

    def to_bytes(self) -> bytes:
        """Write the stored form (see `servqual.metrics.streams.stored`); write it beside the old one, then move it."""
        plan = self._plan
        header: dict[str, Any] = {
            "kind": "windows",
            "every": self.every,
            "lateness": self.lateness // MICROSECOND,
            "offsets": dict(self.offsets),
            "read": [{t: dict(names) for t, names in plan.columns.items()}, plan.naive, plan.desk, plan.tag_separator],
            "columns": {table: [*names] for table, names in self._columns.items()},
            "clock": [self._watermark, self._closed, self._decided, self._latest, self._next],
            "waiting": {},
        }
        stored = attrs.evolve(self._counted, plan=plan).to_bytes()
        arrays: dict[str, Array] = {"counted": np.frombuffer(stored, np.uint8)}
        for table, sent in sorted(self._sent.items()):
            arrays[f"sent/{table}"] = sent.whole().ravel()
        for table, pieces in self._waiting.items():
            header["waiting"][table], more = chunk_parts(table, joined(pieces))
            arrays |= more
        return sealed(header, arrays)

    @classmethod
    def from_bytes(cls, data: bytes, kpis: Sequence[Kpi] = ()) -> "Windows":
        """Read a stored state; pass KPIs that are your own, or have parameters of their own, in `kpis`.

        Raises `UnreadableState` for bytes that are no state of windows, `TallyMismatch` where a definition is another
        today.
        """
        own = all_of(Kpi, "kpis", kpis, "KPIs")
        try:
            header, arrays = unsealed(data)
            return cls._read(header, arrays, own)
        except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
            if isinstance(error, UnreadableState | TallyMismatch):
                raise
            raise UnreadableState(f"the state is not of the stored form ({error}); read the stream anew") from None

    @classmethod
    def _read(cls, header: Mapping[str, Any], arrays: Mapping[str, Array], kpis: Sequence[Kpi]) -> "Windows":
        if header["kind"] != "windows":
            raise UnreadableState(
                f"the state is of another kind (got {header['kind']!r:.40}); read it with its own class"
            )
        counted = Tally.from_bytes(arrays["counted"].tobytes(), kpis)
        columns, naive, desk, separator = header["read"]
        plan = attrs.evolve(counted.plan, columns=columns, naive=naive, desk=desk, tag_separator=separator)
        check(plan)
        watermark, closed, decided, latest, next_row = map(_count, header["clock"])
        for moment in (watermark, closed, decided, latest):
            datetime_of(moment)  # of a year that there is
        waiting = {table: (chunk_of(table, told, arrays),) for table, told in header["waiting"].items()}
        for table, (piece,) in waiting.items():
            if table not in keyed_tables(plan) or piece.columns[moment_of(plan, table)].kind is not Kind.MOMENT:
                raise ValueError(f"rows of {table} cannot wait")
        sent = {table: _sent(arrays[f"sent/{table}"]) for table in plan.tables if f"sent/{table}" in arrays}
        among("every", header["every"], plan.by)
        return cls(
            every=header["every"],
            lateness=_count(header["lateness"]) * MICROSECOND,
            offsets={source: _count(offset) for source, offset in header["offsets"].items()},
            plan=plan,
            counted=attrs.evolve(counted, plan=plan),
            waiting=waiting,
            sent=sent,
            columns={table: [*names] for table, names in header["columns"].items()},
            watermark=watermark,
            closed=closed,
            decided=decided,
            latest=latest,
            next=next_row,
        )

    def __eq__(self, other: object) -> bool:
        """Whether both hold the same counts and offsets: where their bytes are the same."""
        return self.to_bytes() == other.to_bytes() if isinstance(other, Windows) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.to_bytes())

    def __repr__(self) -> str:
        keys = ", ".join(kpi.key for kpi in self._plan.kpis)
        read = sum(rows.read for rows in self._counted.rows.values())
        return f"<Windows of {keys} by {self.every}: {read + self.waiting:,} rows, watermark {self.watermark}>"


# --- the stored form ----------------------------------------------------------------------------------------------


def _count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"{value!r:.40} is no count")
    return value


def _sent(values: Array) -> Sent:
    if values.dtype != np.int64 or len(values) % 3:
        raise ValueError("its ids are not three numbers each")
    parts = values.reshape(3, -1)
    if (np.diff(parts[0]) < 0).any():
        raise ValueError("its ids are not in order")
    return Sent((parts,) if parts.shape[1] else ())
