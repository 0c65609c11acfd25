"""How long objects of the model take to build and to become columns, in microseconds an object.

    python benchmarks/objects.py [ROWS]

Budgets: a built interaction under 10 µs, a contact to columns under 4 µs. The best of three runs is printed, in
processor time, with the share of the budget; what a contact is built from is made before the clock starts, and the
collector of cycles runs as ever. A case has a history of ten events, and is measured as a case and as a log.
"""

import datetime as dt
import gc
import sys
import time
from collections.abc import Callable
from typing import Any

from servqual.model import AgentId, Case, CaseId, CustomerId, Interaction, InteractionId, TeamId
from servqual.model import case as event
from servqual.readers.memory.objects import object_chunks

MONDAY = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)
TEAMS = (TeamId("north"), TeamId("south"), TeamId("west"))


def told(number: int) -> dict[str, Any]:
    """A contact that was answered, told in full as a call centre would."""
    queued_at = MONDAY + number * SECOND
    return {
        "id": InteractionId(f"I-{number}"),
        "customer": CustomerId(f"K-{number % 50_000}"),
        "channel": "phone",
        "queued_at": queued_at,
        "answered_at": queued_at + (number % 60) * SECOND,
        "ended_at": queued_at + 400 * SECOND,
        "talk": 200 * SECOND,
        "wrap": 30 * SECOND,
        "outcome": "resolved",
        "topic": "billing",
        "team": TEAMS[number % 3],
        "agent": AgentId(f"A-{number % 100}"),
    }


def case(number: int) -> Case:
    """A case of ten events, from its report to its close."""
    at = MONDAY + number * SECOND

    def later(hours: int) -> dict[str, Any]:
        return {"at": at + dt.timedelta(hours=hours), "by": "A-1"}

    return Case(
        history=[
            event.Reported(
                id=CaseId(f"C-{number}"), customer=CustomerId(f"K-{number % 50_000}"), description="no dial tone",
                impact="one site", occurred_at=at, owner="A-1", channel="phone", source="feedback", **later(0)
            ),
            event.Received(**later(1)),
            event.Classified(category="line", priority="high", **later(2)),
            event.Assigned(to="A-2", team=TEAMS[number % 3], **later(3)),
            event.Started(**later(4)),
            event.Replied(**later(5)),
            event.Waiting(on="customer", **later(6)),
            event.Resumed(**later(7)),
            event.Resolved(solution="a new cable", told_customer=True, **later(8)),
            event.Verified(effective=True, customer_confirmed=True, **later(9)),
        ]
    )  # fmt: skip


def best(work: Callable[[], object], count: int) -> float:
    """Microseconds for each of `count` objects, the best of three runs."""
    times = []
    for _ in range(3):
        gc.collect()
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times) / count * 1e6


def main(count: int) -> None:
    """Build, convert, print."""
    contacts: list[Interaction] = []
    given = [told(number) for number in range(count)]
    gc.freeze()

    def build() -> None:
        contacts[:] = [Interaction(**one) for one in given]

    few = count // 10
    print(f"{count:,} interactions and {few:,} cases of ten events, µs an object")
    for name, budget, work, size in (
        ("build an interaction", 10, build, count),
        ("interactions to columns", 4, lambda: list(object_chunks("interactions", contacts)), count),
    ):
        took = best(work, size)
        print(f"{name:28}{took:8.2f}   budget {budget}: {took / budget:.2f}")
    cases = [case(number) for number in range(few)]
    for name, table in (("cases to columns", "cases"), ("cases to a log of events", "case_events")):
        print(f"{name:28}{best(lambda table=table: list(object_chunks(table, cases)), few):8.2f}")  # type: ignore[misc]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
