"""Events of cases in one table: appended in order, never changed, each once.

The primary key is the case and the number of the event, so of two writers that have read the same history only one
adds the next event; the other reads again and tries once more. A second key is the case and the event's own id, so a
request that is sent twice is told once, also where the first answer was lost on its way. `append` returns after the
commit: what it has returned is on disk.
"""

import sqlalchemy as sql

from servqual import schema
from servqual.errors import ServqualError
from servqual.model import Case
from servqual.model import case as event_of

TABLES = sql.MetaData()
EVENTS = sql.Table(
    "case_events",
    TABLES,
    sql.Column("case_id", sql.String(200), primary_key=True),
    sql.Column("number", sql.Integer, primary_key=True, autoincrement=False),
    sql.Column("event_id", sql.String(200)),
    sql.Column("document", sql.Text, nullable=False),
    sql.UniqueConstraint("case_id", "event_id"),
)
TRIES = 100


class UnknownCase(ServqualError, LookupError):
    """No case of this id is stored."""

    code = "case.unknown"


class Busy(ServqualError):
    """Other writers came first each time."""

    code = "case.busy"


class Store:
    """Cases of one database, SQLite or PostgreSQL alike."""

    def __init__(self, engine: sql.Engine) -> None:
        self.engine = engine
        TABLES.create_all(engine)

    def load(self, case_id: str) -> Case | None:
        """Fold the stored events of a case; None where there is none."""
        query = sql.select(EVENTS.c.document).where(EVENTS.c.case_id == case_id).order_by(EVENTS.c.number)
        with self.engine.connect() as connection:
            history = [schema.loads(document) for document in connection.scalars(query)]
        return Case(history=history) if history else None

    def append(self, case_id: str, event: event_of.CaseEvent) -> Case:
        """Record one event and store it; the same event again changes nothing."""
        for _ in range(TRIES):
            case = self.load(case_id)
            if case is None:
                raise UnknownCase(f"case must be one that is stored (got {case_id!r}); open it first")
            after = case.record(event)
            if after is case or self._insert(case_id, case.version + 1, event):
                return after
        raise Busy(f"case {case_id!r} was changed by others {TRIES} times; try again")

    def open(self, case: Case) -> Case:
        """Store a new case; the same case again changes nothing."""
        (event,) = case.history
        if self._insert(case.id, 1, event):
            return case
        stored = self.load(case.id)
        return stored if stored is not None and stored.history[0] == event else self.append(case.id, event)

    def _insert(self, case_id: str, number: int, event: event_of.CaseEvent) -> bool:
        row = {"case_id": case_id, "number": number, "event_id": event.event_id, "document": schema.dumps(event)}
        try:
            with self.engine.begin() as connection:
                connection.execute(EVENTS.insert(), row)
        except sql.exc.IntegrityError:
            return False
        return True
