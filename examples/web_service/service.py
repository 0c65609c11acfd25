"""A web service of cases: 422 for what cannot be read, 409 for a step that the case does not allow.

- `POST /cases` takes the document of a first event;
- `POST /cases/{case_id}/events` takes the document of any later one; with an `event_id`, twice is once;
- `GET /cases/{case_id}` gives the case as a document;
- `GET /cases/{case_id}/clocks` says how its promises stand.
"""

import datetime as dt
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from store import Busy, Store, UnknownCase

from servqual import schema
from servqual.errors import EventConflict, IllegalTransition, LoadErrors, OutOfOrder, ServqualError, UnreadableDocument
from servqual.model import Case, Sla
from servqual.model import case as event_of


async def _body(request: Request) -> bytes:
    return await request.body()


Body = Annotated[bytes, Depends(_body)]
CONFLICTS = (IllegalTransition, EventConflict, OutOfOrder, Busy)


def service(store: Store, sla: Sla, now: Callable[[], dt.datetime]) -> FastAPI:
    """Build the application over a store; the clock is given, as the library reads none."""
    app = FastAPI(title="Cases")

    @app.exception_handler(ServqualError)
    def refuse(_: Request, error: ServqualError) -> JSONResponse:
        status = 404 if isinstance(error, UnknownCase) else 409 if isinstance(error, CONFLICTS) else 422
        return JSONResponse({"errors": [error.to_dict()]}, status)

    @app.exception_handler(LoadErrors)
    def refuse_all(_: Request, errors: LoadErrors) -> JSONResponse:
        return JSONResponse({"errors": errors.to_dict()["problems"]}, 422)

    @app.post("/cases", status_code=201)
    def open_case(body: Body) -> dict[str, Any]:
        return schema.dump(store.open(Case(history=[_event(body)])))

    @app.post("/cases/{case_id}/events")
    def record(case_id: str, body: Body) -> dict[str, Any]:
        return schema.dump(store.append(case_id, _event(body)))

    @app.get("/cases/{case_id}")
    def show(case_id: str) -> dict[str, Any]:
        return schema.dump(_case(case_id))

    @app.get("/cases/{case_id}/clocks")
    def clocks(case_id: str) -> dict[str, Any]:
        readings = sla.read(_case(case_id), now=now())
        return {str(clock): {"state": reading.state, "due": reading.due} for clock, reading in readings.items()}

    def _case(case_id: str) -> Case:
        case = store.load(case_id)
        if case is None:
            raise UnknownCase(f"case must be one that is stored (got {case_id!r})")
        return case

    return app


def _event(body: bytes) -> event_of.CaseEvent:
    """Read a document of an event of a case, or of a correction; the text itself, so that nothing is read leniently."""
    event: event_of.CaseEvent = schema.loads(body)
    if not isinstance(event, (*event_of.CASE_TRANSITIONS.events, event_of.Voided, event_of.Amended)):
        raise UnreadableDocument(f"document must be an event of a case (got {type(event).__name__})")
    return event
