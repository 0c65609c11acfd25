"""The example of a web service, on SQLite and on a real PostgreSQL: nothing is lost, nothing counts twice."""

import datetime as dt
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

pytest.importorskip("fastapi", reason="fastapi is not installed")
pytest.importorskip("sqlalchemy", reason="sqlalchemy is not installed")

import sqlalchemy as sql
from fastapi.testclient import TestClient
from pydantic import BaseModel, ValidationError
from pydantic_types import StoredCase
from scheduler import Scheduler
from service import service
from store import EVENTS, Store

from servqual import schema
from servqual.errors import EventConflict
from servqual.model import BusinessHours, Case, Clock, Sla, Target
from servqual.model import case as event

EXAMPLE = Path(__file__).parents[2] / "examples" / "web_service"
T0 = dt.datetime(2026, 5, 4, 9, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
SLA = Sla(
    name="desk",
    hours=BusinessHours(zone="UTC", week={"mon-fri": "09:00-17:00"}),
    targets=[Target(clock=Clock.RESOLUTION, within=60 * MINUTE, warn_at=[0.5])],
)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of an empty database; in PostgreSQL a schema of its own."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'cases.db'}"
        return
    address = os.environ.get("SERVQUAL_POSTGRES")
    if address is None and "postgres" in os.environ.get("SERVQUAL_REQUIRE", "").split(","):
        pytest.fail("SERVQUAL_POSTGRES is not set, but SERVQUAL_REQUIRE asks for postgres")
    if address is None:
        pytest.skip("set SERVQUAL_POSTGRES to the address of a PostgreSQL database to run this")
    name, engine = f"test_{uuid4().hex}", sql.create_engine(address)
    with engine.begin() as connection:
        connection.execute(sql.schema.CreateSchema(name))
    own = sql.make_url(address).update_query_dict({"options": f"-csearch_path={name}"})
    yield own.render_as_string(hide_password=False)
    with engine.begin() as connection:
        connection.execute(sql.schema.DropSchema(name, cascade=True))
    engine.dispose()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """A store of an empty database."""
    engine = sql.create_engine(url)
    yield Store(engine)
    engine.dispose()


@pytest.fixture
def client(store: Store) -> TestClient:
    """A client of the service, at 09:40."""
    return TestClient(service(store, SLA, lambda: T0 + 40 * MINUTE))


def opened(case_id: str = "T-1") -> Case:
    """A case of the short way."""
    return Case.open(id=case_id, at=T0, channel="email", subject="no dial tone")


def message(n: int) -> event.CustomerMessage:
    """The n-th message of a customer."""
    return event.CustomerMessage(at=T0 + n * MINUTE, recorded_at=T0 + 500 * MINUTE, event_id=f"message-{n}")


def document(step: event.CaseEvent) -> dict[str, Any]:
    """A request's body."""
    return schema.dump(step)


def test_a_case_lives_its_life_over_http(client: TestClient) -> None:
    """Opened, solved, closed without the customer's word; its clock is read on the way."""
    (first,) = opened().history
    assert client.post("/cases", json=document(first)).status_code == 201
    assert client.get("/cases/T-1/clocks").json()["resolution"]["state"] == "running"
    solved = event.Resolved(at=T0 + 8 * MINUTE, by="A-1", solution="restarted", told_customer=True)
    closed = event.Closed(at=T0 + dt.timedelta(days=5), by="desk", unconfirmed="asked twice, no answer")
    for step in (solved, closed):
        assert client.post("/cases/T-1/events", json=document(step)).status_code == 200
    case = schema.load(client.get("/cases/T-1").json())
    assert case == opened().record(solved).record(closed)
    assert client.get("/cases/T-1/clocks").json()["resolution"]["state"] == "met"
    assert client.get("/cases/T-2").status_code == client.get("/cases/T-2/clocks").status_code == 404


def test_what_cannot_be_read_is_422_with_codes_and_paths(client: TestClient, store: Store) -> None:
    """Missing and unknown fields are named all at once, and nothing is stored."""
    (first,) = opened().history
    body = document(first)
    del body["data"]["at"]
    body["data"]["colour"] = "red"
    answer = client.post("/cases", json=body)
    assert answer.status_code == 422
    assert {error["path"] for error in answer.json()["errors"]} == {"$.data.at", "$.data.colour"}
    assert all(error["code"] and error["message"] for error in answer.json()["errors"])
    other = client.post("/cases", json=schema.dump(SLA))
    assert other.status_code == 422
    assert "event of a case" in other.json()["errors"][0]["message"]
    assert store.load("T-1") is None


@pytest.mark.parametrize(
    "body",
    ["{", '{"kind": "case.opened", "kind": "case.opened"}', '{"kind": NaN, "version": 1, "data": {}}', "[]", "\ufffd"],
)
def test_a_body_that_is_no_document_is_422(client: TestClient, body: str) -> None:
    """Malformed and lenient JSON have our codes as well."""
    answer = client.post("/cases", content=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"].startswith("schema.")


def test_a_correction_is_an_event(client: TestClient, store: Store) -> None:
    """What was told by mistake is voided over HTTP as well."""
    store.open(opened())
    store.append("T-1", message(1))
    wrong = event.Voided(
        at=T0 + 501 * MINUTE, by="A-1", reason="another case", event="customer_message", happened_at=T0 + MINUTE
    )
    assert client.post("/cases/T-1/events", json=document(wrong)).status_code == 200
    case = store.load("T-1")
    assert case is not None
    assert len(case.counted) == 1


def test_an_illegal_step_is_409_and_says_what_is_allowed(client: TestClient, store: Store) -> None:
    """Closing what nobody solved."""
    store.open(opened())
    answer = client.post("/cases/T-1/events", json=document(event.Closed(at=T0 + MINUTE, by="desk")))
    assert answer.status_code == 409
    (error,) = answer.json()["errors"]
    assert error["code"] == "case.illegal_transition"
    assert "resolved" in error["allowed"]
    missing = client.post("/cases/T-9/events", json=document(message(1)))
    assert missing.status_code == 404
    assert missing.json()["errors"][0]["code"] == "case.unknown"


def test_the_same_request_twice_is_once(client: TestClient, store: Store) -> None:
    """The second answer is the first; another event under the same id is a conflict."""
    (first,) = opened().history
    for _ in range(2):
        assert client.post("/cases", json=document(first)).status_code == 201
    store.append("T-1", message(1))
    before = store.load("T-1")
    assert before is not None
    assert before.version == 2
    assert client.post("/cases/T-1/events", json=document(message(1))).status_code == 200
    assert store.load("T-1") == before
    other = event.CustomerMessage(at=T0 + 2 * MINUTE, event_id="message-1")
    answer = client.post("/cases/T-1/events", json=document(other))
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["code"] == EventConflict.code


def test_concurrent_writers_lose_nothing(store: Store) -> None:
    """Eight writers of one case, each message sent twice: every message once, numbered without a gap."""
    store.open(opened())
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: store.append("T-1", message(n)), [n // 2 for n in range(2, 82)]))
    case = store.load("T-1")
    assert case is not None
    assert sorted(e.event_id for e in case.history if e.event_id) == sorted(f"message-{n}" for n in range(1, 41))
    with store.engine.connect() as connection:
        numbers = list(connection.scalars(sql.select(EVENTS.c.number).order_by(EVENTS.c.number)))
    assert numbers == list(range(1, 42))


WRITER = """
import sys, datetime as dt
sys.path.insert(0, sys.argv[1])
import sqlalchemy as sql
from store import Store
from servqual.model import case as event
store = Store(sql.create_engine(sys.argv[2]))
t0 = dt.datetime(2026, 5, 4, 9, 0, tzinfo=dt.UTC)
for n in range(1, 100_000):
    store.append("T-1", event.CustomerMessage(at=t0 + n * dt.timedelta(seconds=1), event_id=f"message-{n}"))
    print(n, flush=True)
"""


def test_a_writer_killed_in_the_middle_loses_nothing_that_it_acknowledged(url: str, store: Store) -> None:
    """Three writers are killed one after another; each acknowledged event is there, and the history reads."""
    store.open(opened())
    acknowledged = 0
    for wanted in (20, 45, 70):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, EXAMPLE, url], stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        for line in writer.stdout:
            acknowledged = max(acknowledged, int(line))
            if acknowledged >= wanted:
                break
        writer.send_signal(signal.SIGKILL)
        rest, _ = writer.communicate()
        acknowledged = max([acknowledged, *map(int, rest.split())])
        case = store.load("T-1")
        assert case is not None
        told = {e.event_id for e in case.history if e.event_id}
        assert told >= {f"message-{n}" for n in range(1, acknowledged + 1)}
        assert len(told) == case.version - 1 <= acknowledged + 1  # one may be stored and not yet acknowledged


def test_a_scheduler_sleeps_until_the_next_threshold(store: Store) -> None:
    """Half of the hour is warned of once; a case that was solved in time is not."""
    scheduler = Scheduler(SLA, store.load)
    for case_id in ("T-1", "T-2"):
        scheduler.told(store.open(opened(case_id)), T0)
    store.append("T-2", event.Resolved(at=T0 + 8 * MINUTE, by="A-1", solution="restarted", told_customer=True))
    assert scheduler.wake_at == T0 + 30 * MINUTE
    assert not list(scheduler.due(T0 + 29 * MINUTE))
    assert [case_id for case_id, _ in scheduler.due(T0 + 30 * MINUTE)] == ["T-1"]
    assert not list(scheduler.due(T0 + 30 * MINUTE))
    assert scheduler.wake_at is None


def test_a_late_look_gives_every_warning_that_passed(store: Store) -> None:
    """Of three marks two pass between two looks; both are given, whether the case was told of before or after."""
    target = Target(clock=Clock.RESOLUTION, within=60 * MINUTE, warn_at=[0.25, 0.5, 0.75])
    sla = Sla(name="desk", hours=BusinessHours.always(), targets=[target])
    case = store.open(opened("T-1"))
    for told_at in (T0, T0 + 40 * MINUTE):
        scheduler = Scheduler(sla, store.load)
        scheduler.told(case, told_at)
        marks = [key.rpartition("/")[2] for _, key in scheduler.due(T0 + 40 * MINUTE)]
        assert marks == ["0.25", "0.5"]
        assert scheduler.wake_at == T0 + 45 * MINUTE
        assert not scheduler.due(T0 + 44 * MINUTE)
        assert [key.rpartition("/")[2] for _, key in scheduler.due(T0 + 60 * MINUTE)] == ["0.75"]


class Body(BaseModel):
    """A body of a request with one of our objects in it."""

    case: StoredCase
    urgent: bool


def test_pydantic_reads_and_writes_our_objects() -> None:
    """Both ways, as Python and as JSON, with the schema of the document in the API's own."""
    body = Body(case=opened(), urgent=True)
    assert Body.model_validate_json(body.model_dump_json()) == body
    assert Body.model_validate({"case": schema.dump(opened()), "urgent": True}) == body
    broken = schema.dump(opened())
    broken["data"]["history"][0]["colour"] = "red"
    with pytest.raises(ValidationError, match=r"\$\.data\.history\[0\]"):
        Body.model_validate({"case": broken, "urgent": True})
    assert Body.model_json_schema()["properties"]["case"]["properties"]["kind"] == {"const": "case"}


@pytest.mark.parametrize(
    "document",
    [
        schema.dump(SLA),
        {"kind": "csae", "version": 1, "data": {}},
        {"kind": "case", "version": 99, "data": {}},
        {"kind": "case"},
        "case",
    ],
)
def test_pydantic_refuses_what_is_no_stored_case(document: Any) -> None:
    """Another kind, an unknown one, a version of the future, and what is no document are errors of validation."""
    with pytest.raises(ValidationError, match="case"):
        Body.model_validate({"case": document, "urgent": True})
