"""Slow twins of contacts, answers to surveys, and customers who buy."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from servqual.testing._flow_twins import named, time_to
from servqual.testing._outcomes import Asked, Left, Outcome, Row, Twin, each, of_kind, on_scale, share_of

OUT, OPEN = Left.OUT, Left.OPEN
_MOST: Final = 2**32


def gave_up(r: Row) -> bool | None:
    """Tell whether a contact gave up, which without an `abandoned` column is not to be answered; None is unknown."""
    if "abandoned" in r:
        found: bool | None = r["abandoned"]
        return found
    told = r.get("answered", True)
    return None if told is None else not told


def gone(r: Row) -> bool:
    """Tell whether a contact is known to have given up."""
    return gave_up(r) is True


def stayed(r: Row) -> bool:
    """Tell whether a contact is known not to have given up."""
    return gave_up(r) is False


def unsettled(r: Row) -> bool:
    """Tell whether nobody knows if a contact gave up."""
    return gave_up(r) is None


def answered(r: Row) -> bool:
    """Tell whether a contact was answered: by its flag, or without one by having stayed."""
    return bool(r["answered"]) if "answered" in r else stayed(r)


def waits(r: Row) -> bool:
    """Tell whether a contact may still wait."""
    if answered(r) or gone(r):
        return False
    return unsettled(r) or r.get("answered", False) is None


def both(r: Row) -> bool:
    """Tell whether a contact says that it was answered and that it gave up, so that it is refused."""
    return bool(r.get("answered")) and gone(r)


def sure(twin: Twin) -> Twin:
    """Leave out the contacts that contradict themselves."""
    return lambda rows, q: twin([r for r in rows if not both(r)], q)


def told(judge: Callable[[Row], bool]) -> Twin:
    """Make a share of contacts, undecided while they wait."""
    return each(lambda r, _: OPEN if waits(r) else judge(r))


def flag(name: str) -> Twin:
    """Make the share of a flag among answered contacts that know it."""

    def judge(r: Row, _: Asked) -> Outcome:
        return OUT if not answered(r) or r[name] is None else bool(r[name])

    return each(judge)


def seconds(name: str) -> Twin:
    """Make the mean of a duration of answered contacts."""

    def judge(r: Row, _: Asked) -> Outcome:
        return OUT if not answered(r) or r[name] is None else float(r[name])

    return each(judge)


def level(r: Row, q: Asked) -> Outcome:
    """Judge an answer in time, among contacts that the denominator names."""
    wait, denominator = r["wait_s"], q.params["denominator"]
    if waits(r):
        return OPEN if denominator != "answered" else OUT
    if answered(r):
        return OUT if wait is None else bool(wait <= q.span("within"))
    soon = gone(r) and wait is not None and wait <= q.span("short" if "shorter" in denominator else "within")
    match denominator:
        case "answered":
            return OUT
        case "offered":
            return False
        case "offered_less_short_abandons" | "offered_less_shorter_abandons":
            return OUT if soon else False
        case _:
            return soon


def short(r: Row, q: Asked) -> bool | None:
    """Whether it is a short abandon; None where that cannot be said."""
    if not gone(r):
        return False
    return None if r["wait_s"] is None else bool(r["wait_s"] <= q.span("short"))


def really_waited(judge: Callable[[Row], bool]) -> Twin:
    """Make a share of contacts, short abandons left out."""

    def of(r: Row, q: Asked) -> Outcome:
        if waits(r):
            return OPEN
        return judge(r) if short(r, q) is False else OUT

    return each(of)


def gave_up_soon(r: Row, q: Asked) -> Outcome:
    """Whether it is a short abandon."""
    if waits(r):
        return OPEN
    found = short(r, q)
    return OUT if found is None else found


def handle(r: Row, _: Asked) -> Outcome:
    """Sum talk, hold and wrap, where all that have a column are known."""
    parts = [r[name] for name in ("talk_s", "hold_s", "wrap_s") if name in r]
    return OUT if not answered(r) or None in parts else float(sum(parts))


def by_person(r: Row) -> bool | None:
    """Tell whether a person handled a contact, rather than a machine; None where that is not known."""
    if r["bot"] or r.get("handled_by") in {"bot", "self_service", "automation"}:
        return False
    return True if r["handled_by" if "handled_by" in r else "bot"] is not None else None


def to_person(r: Row) -> bool | None:
    """Tell whether a contact was handed to a person; None where that is not known."""
    handed: bool | None = r.get("transferred", False)
    if "to_person" not in r:
        return handed
    to: bool | None = r["to_person"]
    return False if to is None and handed is False else to


def unaided(r: Row, _: Asked) -> Outcome:
    """Tell whether a contact was ended without a person."""
    if unsettled(r):
        return OPEN
    if gone(r) or by_person(r):
        return False
    handed = to_person(r)
    return OUT if by_person(r) is None or handed is None else not handed


def handed_over(r: Row, _: Asked) -> Outcome:
    """Tell whether a bot handed a contact to a person."""
    handed = to_person(r)
    return OUT if not r["bot"] or not stayed(r) or handed is None else handed


def placed(rows: Sequence[Row]) -> list[Row]:
    """Keep contacts with a customer and a moment."""
    return [r for r in rows if r["customer_id"] is not None and r["queued_at"] is not None]


def near(rows: Sequence[Row], r: Row, q: Asked, *, before: bool) -> bool:
    """Tell whether the contact of the same customer and topic before (or after) lies within the window."""

    def key(x: Row) -> tuple[Any, Any]:
        return x["customer_id"], x.get("topic") if q.params["by_topic"] else None

    mine = sorted((x for x in rows if key(x) == key(r)), key=lambda x: x["queued_at"])
    i = next(i for i, x in enumerate(mine) if x is r)
    j = i - 1 if before else i + 1
    return 0 <= j < len(mine) and bool(abs(mine[j]["queued_at"] - r["queued_at"]) <= q.params["window"])


def first_contacts(rows: Sequence[Row], q: Asked) -> list[Outcome]:
    """Judge first answered contacts: hits where none followed; who gave up before has not been in contact."""
    rows = placed(rows)
    reached = [r for r in rows if answered(r) or waits(r)]
    first = [r for r in reached if answered(r) and not both(r) and not near(reached, r, q, before=True)]
    return [
        OPEN if q.moment - r["queued_at"] <= q.params["window"] else not near(rows, r, q, before=False) for r in first
    ]


def repeats(rows: Sequence[Row], q: Asked) -> list[Outcome]:
    """Judge contacts: hits where one follows another."""
    rows = placed(rows)
    return [near(rows, r, q, before=True) for r in rows]


def contained(rows: Sequence[Row], q: Asked) -> list[Outcome]:
    """Judge contacts with a machine: hits where no person was needed, left out where a person may have been."""
    rows = [r for r in rows if r["queued_at"] is not None and r.get("customer_id", "") is not None]
    out: list[Outcome] = []
    for r in (r for r in rows if by_person(r) is False and stayed(r)):
        later = [
            by_person(x)
            for x in rows
            if "customer_id" in r
            and x["customer_id"] == r["customer_id"]
            and dt.timedelta() <= x["queued_at"] - r["queued_at"] <= q.params["window"]
        ]
        needed = [to_person(r), *later]
        if True not in needed and None in needed:
            out.append(OUT)
        elif q.moment - r["queued_at"] > q.params["window"]:
            out.append(True not in needed)
        else:
            out.append(OPEN)
    return out


def waiting(r: Row, q: Asked) -> Outcome:
    """Count the seconds that a waiting contact has waited."""
    if not q.by_now(r, "queued_at") or q.by_now(r, "answered_at") or q.by_now(r, "ended_at"):
        return OUT
    since: dt.datetime = r["queued_at"]
    return (q.moment - since).total_seconds()


CONTACT_TWINS: Final[Mapping[str, Twin]] = {
    "volume": each(lambda _r, _q: True),
    "asa": sure(seconds("wait_s")),
    "wait": sure(seconds("wait_s")),
    "abandonment_rate": sure(told(gone)),
    "answer_rate": sure(told(answered)),
    "service_level": sure(each(level)),
    "aht": sure(each(handle)),
    "transfer_rate": sure(flag("transferred")),
    "fcr": first_contacts,
    "repeat_rate": repeats,
    "resolved_flag_rate": sure(flag("resolved")),
    "self_service_rate": each(unaided),
    "bot_handover_rate": each(handed_over),
    "handled_rate": sure(really_waited(answered)),
    "abandonment_rate_less_short": sure(really_waited(gone)),
    "short_abandon_rate": sure(each(gave_up_soon)),
    "patience_mean": each(lambda r, _: OUT if r["wait_s"] is None else (r["wait_s"], float(gone(r)))),
    "patience_median": each(lambda r, _: OUT if r["wait_s"] is None else (r["wait_s"], float(gone(r)))),
    "offered_wait_median": sure(each(lambda r, _: OUT if r["wait_s"] is None else (r["wait_s"], float(answered(r))))),
    "longest_wait": each(lambda r, _: OUT if r["wait_s"] is None else float(r["wait_s"])),
    "oldest_waiting": each(waiting),
    "customers_in_contact": named("customer_id", lambda _r, _q: True),
    "customers_buying": named("customer_id", lambda r, q: q.by_now(r, "at")),
    "blockage_rate": share_of("blocked"),
    "conversation_followed_rate": share_of("steps_followed"),
    "containment_rate": contained,
    "talk_time": sure(seconds("talk_s")),
    "hold_time": sure(seconds("hold_s")),
    "wrap_time": sure(seconds("wrap_s")),
    "hold_rate": sure(each(lambda r, _: OUT if not answered(r) or r["hold_s"] is None else r["hold_s"] > 0)),
    "reply_time": each(lambda r, q: time_to(r, q, "replied_at")),
    "cost_per_contact": each(lambda r, _: within_amount(r["cost"])),
}


def within_amount(value: float | None) -> Outcome:
    """Read an amount that can be summed exactly."""
    return OUT if value is None or not 0 <= value <= _MOST else float(value)


# --- answers ---------------------------------------------------------------------------------------------------------


def score(r: Row, q: Asked, scale: tuple[float, float]) -> float | None:
    """Read a score of a question that counts, on its scale."""
    value: float | None = r["score"]
    return value if value is not None and on_scale(r, q, scale) and scale[0] <= value <= scale[1] else None


def points(r: Row, q: Asked) -> Outcome:
    """Read the score itself."""
    found = score(r, q, q.params["scale"])
    return OUT if found is None else float(found)


def promoter(r: Row, q: Asked) -> Outcome:
    """Score a detractor 0, a passive 1, a promoter 2."""
    found = score(r, q, (0, 10))
    if found is None or found % 1:
        return OUT
    return float((found >= 9) + (found >= 7))  # noqa: PLR2004  (the definition of NPS)


def satisfied(r: Row, q: Asked) -> Outcome:
    """Tell whether an answer reaches the cut."""
    found = score(r, q, q.params["scale"])
    return OUT if found is None else found >= q.params["satisfied_from"]


def easy(r: Row, q: Asked) -> Outcome:
    """Tell whether an answer agrees that it was easy."""
    found = score(r, q, (1, 7))
    return OUT if found is None else found >= 5  # noqa: PLR2004  (the definition of CES 2.0)


def weighted(r: Row, q: Asked) -> Outcome:
    """Pair weight times score from 0 to 100 with the weight."""
    low, high = q.params["scale"]
    found, weight = score(r, q, (low, high)), r.get("weight", 1)
    if found is None or weight is None or not 0 < weight <= 40:  # noqa: PLR2004  (the heaviest that is taken)
        return OUT
    return weight * 100 * (found - low) / (high - low), weight


def tolerated(r: Row, q: Asked) -> Outcome:
    """Tell whether a perception lies between the minimum and the desired level."""
    if any(r[name] is None for name in ("score", "minimum", "desired")) or r["minimum"] > r["desired"]:
        return OUT
    return bool(r["minimum"] <= r["score"] <= r["desired"]) if of_kind(r, q) else OUT


def responded(rows: Sequence[Row], q: Asked) -> list[Outcome]:
    """Judge the people asked: hits where one answered by now."""
    out: list[Outcome] = []
    people: dict[tuple[Any, Any], list[Row]] = {}
    for r in rows:
        if r.get("customer_id") is not None:
            people.setdefault((r["customer_id"], r.get("survey")), []).append(r)
        elif q.by_now(r, "invited_at"):
            out.append(q.by_now(r, "answered_at"))
    for mine in people.values():
        asked = sorted({r["invited_at"] for r in mine if q.by_now(r, "invited_at")})
        answered: set[dt.datetime | None] = set()
        for r in mine:
            if q.by_now(r, "answered_at"):
                before = [at for at in asked if at <= r["answered_at"]]
                answered.add(r["invited_at"] or (before[-1] if before else None))
        out += [at in answered for at in asked]
        if None in answered:
            out.append(True)
    return out


VOICE_TWINS: Final[Mapping[str, Twin]] = {
    "csat": each(satisfied),
    **dict.fromkeys(("csat_mean", "ces", "ces_effort", "servperf"), each(points)),
    "nps": each(promoter),
    "survey_response_rate": responded,
    "ces_easy_share": each(easy),
    "satisfaction_index": each(weighted),
    "in_zone_rate": each(tolerated),
    "resolved_by_survey_rate": share_of("resolved"),
    "employee_satisfaction": each(lambda r, q: points(r, q) if r["survey"] in q.params["surveys"] else OUT),
}

# --- customers -------------------------------------------------------------------------------------------------------


def of_customers(rows: Sequence[Row], q: Asked, key: str) -> list[Outcome]:
    """Judge customer by customer over a period."""
    assert q.period is not None
    (start, end), out = q.period, list[Outcome]()
    over = q.now is None or q.now >= end
    for customer in sorted({r["customer_id"] for r in rows} - {None}):
        at = [r["at"] for r in rows if r["customer_id"] == customer and q.by_now(r, "at")]
        inside, before = [x for x in at if start <= x < end], [x for x in at if x < start]
        match key:
            case "repurchase_rate" if inside:
                out.append(True if len(inside) > 1 else False if over else OPEN)
            case "return_customer_rate" if inside:
                out.append(bool(before))
            case "retention_rate" | "churn_rate" if before and start - max(before) <= q.params["active_within"]:
                stays = any(end - x <= q.params["active_within"] for x in at if x < end)
                out.append((stays == (key == "retention_rate")) if stays or over else OPEN)
            case _:
                pass
    return out


def moved_on(r: Row, q: Asked) -> Outcome:
    """Tell whether a customer went on from a stage."""
    wrong = any(q.backwards(r, "entered_at", name) for name in ("advanced_at", "left_at"))
    if wrong or not q.by_now(r, "entered_at") or not q.wanted(r):
        return OUT
    if q.by_now(r, "advanced_at"):
        return True
    return False if q.by_now(r, "left_at") else OPEN


def _of(key: str) -> Twin:
    def twin(rows: Sequence[Row], q: Asked) -> list[Outcome]:
        return of_customers(rows, q, key)

    return twin


CUSTOMER_TWINS: Final[Mapping[str, Twin]] = {
    **{key: _of(key) for key in ("repurchase_rate", "return_customer_rate", "retention_rate", "churn_rate")},
    "conversion_rate": each(moved_on),
    "purchase_volume": each(lambda r, q: q.by_now(r, "at") or OUT),
    "purchase_amount": each(lambda r, q: within_amount(r["amount"]) if q.by_now(r, "at") else OUT),
}

ALIKE: Final[Mapping[str, str]] = {
    "contacts_per_customer": "customer_id",
    "purchase_frequency": "customer_id",
    "workload_per_agent": "agent",
    "open_cases_per_agent": "agent",
}
"""The column that a row must know to count on either side of a count over another."""
