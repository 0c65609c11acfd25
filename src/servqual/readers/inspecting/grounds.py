"""Which table of ours the rows of a file are, by headings that only one table has; two that fit are a question."""

from collections.abc import Iterable, Mapping
from typing import Final

import attrs

from servqual.readers.files.wide_rows import Wide
from servqual.readers.inspecting.headings import words_of
from servqual.readers.inspecting.kinds import Cells, Holds
from servqual.readers.inspecting.matching import seen
from servqual.readers.inspecting.ours import OURS
from servqual.readers.inspecting.table_words import COMPLAINT
from servqual.readers.inspecting.wide import wide_of

_OF_CASES: Final = frozenset(
    ("resolved_at", "closed_at", "due_at", "reopened", "reassigned", "escalated", "first_resolved_at", "assigned_at")
)
_OF_CONTACTS: Final = frozenset(("talk", "wrap", "answered", "abandoned"))
_OF_COMPLAINTS: Final = frozenset(("upheld", "redress", "acknowledged_at"))
_BESIDE_A_SCORE: Final = frozenset(("question", "survey", "invited_at"))
_ENDS: Final = frozenset(("answered", "abandoned", "answered_within", "answered_late"))
_MOST: Final = 0.5


@attrs.frozen(kw_only=True)
class Grounds:
    """The tables that the rows of a file may be, the first one by default, and why; `wide` where it has items."""

    tables: tuple[str, ...]
    because: str = ""
    wide: Wide | None = None


def common_words(headings: Iterable[str]) -> frozenset[str]:
    """List words that more than half of the headings have, such as the name of a service.

    >>> sorted(common_words(["Nhs1 Calls SUM", "Nhs1 Answered SUM", "Period"]))
    ['nhs1', 'sum']
    """
    told = [{*words_of(heading)} for heading in headings]
    every = set[str]().union(*told)
    return frozenset(word for word in every if sum(word in words for words in told) > _MOST * len(told))


def grounds_of(cells: Mapping[str, Cells], words: Mapping[str, Iterable[str]]) -> Grounds:
    """Find the table of a file whose columns hold these cells; without grounds for another one it is of cases."""
    common = common_words(cells)

    def named(table: str) -> dict[str, str]:
        """Our names with the first heading that could be each."""
        found: dict[str, str] = {}
        for heading, held in cells.items():
            for each in seen(heading, held, words[heading], OURS[table], common).could_be:
                found.setdefault(each.name, heading)
        return found

    counts = named("contact_counts")
    whole = {name: heading for name, heading in counts.items() if cells[heading].holds is Holds.COUNTS}
    if "at" in counts and "offered" in whole and (ends := _told(whole, _ENDS)):
        because = f'"{whole["offered"]}" and {ends} are counts, "{counts["at"]}" a period'
        return Grounds(tables=("contact_counts",), because=because)
    cases, contacts = named("cases"), named("interactions")
    alone = {name: heading for name, heading in cases.items() if heading not in contacts.values()}
    fitting = _of_cases_or_complaints(alone, named("complaints"))
    if found := _told(contacts, _OF_CONTACTS):
        fitting["interactions"] = f"{found}: only contacts have it"
    answers = named("answers") if not fitting and cases.keys().isdisjoint(("status", "priority")) else {}
    if "score" in answers and (beside := _told(answers, _BESIDE_A_SCORE)):
        fitting["answers"] = f'"{answers["score"]}" is a score, beside {beside}'
    if not fitting and "received_at" not in cases and (items := wide_of(cells, counts | named("answers"))):
        table, wide, because = items
        return Grounds(tables=(table,), because=because, wide=wide)
    return Grounds(tables=tuple(fitting) or ("cases",), because="; ".join(fitting.values()))


def _of_cases_or_complaints(cases: Mapping[str, str], complaints: Mapping[str, str]) -> dict[str, str]:
    """Give the grounds for the one or the other; a complaint has the moments of a case, too."""
    ids = complaints.get("complaint_id", "")
    if found := _told(complaints, _OF_COMPLAINTS):
        return {"complaints": f"{found}: only complaints have it"}
    if COMPLAINT & {*words_of(ids)}:
        return {"complaints": f'"{ids}" names them'}
    found = _told(cases, _OF_CASES)
    return {"cases": f"{found}: only cases have it"} if found else {}


def _told(found: Mapping[str, str], names: frozenset[str]) -> str:
    return " and ".join(dict.fromkeys(f'"{heading}"' for name, heading in found.items() if name in names))
