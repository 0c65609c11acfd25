"""A log of events read by an agreement: every clock of every case, as columns."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from servqual._checks import must_be
from servqual.metrics.clocks.log import EventLog
from servqual.metrics.clocks.readings import ClockReadings, read_clock
from servqual.metrics.time.instants import Moment, us_of
from servqual.model.sla.agreement import Sla
from servqual.readers.columns.columns import joined
from servqual.readers.columns.request import Asked
from servqual.readers.sources import Source, parts_of_source


def clock_readings(
    case_events: Source,
    sla: Sla,
    *,
    now: Moment,
    columns: Mapping[str, str] | None = None,
    naive: str | None = None,
) -> Mapping[str, ClockReadings]:
    """The readings of every promise of an agreement for every case of a log, by the key of the promise.

    Equal to `Sla.read` of each case, cycle by cycle, without building one. Events after `now` are not looked at, so a
    case that begins later is not among them. `columns` and `naive` are those of `measure`; rows that cannot be used
    are in `readings.log.rows`. Raises `MissingColumn` for a log without case, moment or event, or without what targets
    match on.

    >>> import datetime as dt
    >>> from servqual.model import BusinessHours, Clock, Sla, Target
    >>> hours = BusinessHours(zone="UTC", week={"mon-fri": "09:00-17:00"})
    >>> sla = Sla(name="desk", hours=hours, targets=[Target(clock=Clock.RESOLUTION, within=dt.timedelta(hours=8))])
    >>> nine = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    >>> log = {"case_id": ["C-1", "C-2"], "at": [nine, nine - dt.timedelta(days=3)], "event": ["reported", "reported"]}
    >>> found = clock_readings(log, sla, now=nine + dt.timedelta(hours=1))["resolution"].columns()
    >>> found["case_id"].tolist(), found["state"].tolist(), found["due"].astype(str).tolist()
    (['C-1', 'C-2'], ['running', 'breached'], ['2026-05-04T17:00:00.000000', '2026-05-01T17:00:00.000000'])
    """
    log, moment = read_log(case_events, [sla], now=now, columns=columns, naive=naive)
    return MappingProxyType({promise.key: read_clock(sla, log, promise.key, moment) for promise in sla.promises})


def read_log(
    case_events: Source,
    agreements: Sequence[Sla],
    *,
    now: Moment,
    columns: Mapping[str, str] | None,
    naive: str | None,
) -> tuple[EventLog, int]:
    """The log that these agreements read, and the moment from which they do."""
    for sla in agreements:
        must_be(Sla, "sla", "an Sla", sla)
    moment, asked = us_of(now, "now"), Asked(names=columns or {}, naive=naive, whole=True)
    chunk = joined([part() for part in parts_of_source("case_events", case_events, asked)])
    return EventLog.of(chunk, moment, {name for sla in agreements for name in sla.attributes}), moment
