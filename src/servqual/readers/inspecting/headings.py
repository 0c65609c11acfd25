"""Headings of columns in a normal form, so that `Created_At`, `createdAt` and "created at" are one name."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from servqual.readers.inspecting.table_words import COUNTING

_CAMEL: Final = re.compile(r"(?<=[a-zà-ÿ])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_ASIDE: Final = re.compile(r"[(\[（【].*?[)\]）】]")
_SAME: Final = {"dt": "date", "datetime": "date", "timestamp": "time", "nr": "number", "no": "number", "num": "number"}
_OF_CASES: Final = frozenset(
    {"ticket", "tickets", "case", "cases", "incident", "incidents", "issue", "request", "call", "complaint"}
    | {"enquiry", "inquiry", "record", "vorgang", "fall", "anfrage", "dossier", "caso", "incidencia"}
)
"""Words for a case, which exports put before the names of its columns."""
_LANGUAGES: Final = frozenset(("en", "de", "fr", "es", "nl", "it", "zh", "cn"))
UNITS: Final = {
    "s": "seconds secs sec s sekunden secondes segundos 秒",
    "min": "minutes mins min m minuten minutos 分钟 分",
    "h": "hours hrs hr h std stunden heures horas 小时",
    "d": "days day d tage jours días 天",
}
"""Words for each unit of a duration, which ends our name: `first_response_min`."""
_UNIT_OF: Final = {word: unit for unit, words in UNITS.items() for word in words.split()}


def words_of(heading: str) -> list[str]:
    r"""Cut a heading into words of lower case, without what stands in brackets.

    >>> words_of("ComplaintTheme_EN"), words_of("First reply\ntime (in minutes)")
    (['complaint', 'theme', 'en'], ['first', 'reply', 'time'])
    """
    plain = _CAMEL.sub(" ", unicodedata.normalize("NFKC", _ASIDE.sub(" ", heading)))
    words: list[str] = re.findall(r"[^\W_]+", plain.casefold())
    return [_SAME.get(word, word) for word in words]


def unit_of(heading: str) -> str | None:
    """Read the unit that a heading names: s, min, h or d; None where it names none or several.

    >>> unit_of("First reply time (in minutes)"), unit_of("Answered after, seconds"), unit_of("wait"), unit_of("MTTR_h")
    ('min', 's', None, 'h')
    """
    plain = re.sub(r"(?<=\w)_(?=\w)", " ", unicodedata.normalize("NFKC", heading)).casefold()
    found = {_UNIT_OF[word] for word in re.findall(r"[^\W_]+", plain) if word in _UNIT_OF}
    return found.pop() if len(found) == 1 else None


def normals(heading: str) -> tuple[str, ...]:
    """Give the normal forms of a heading: as it stands, and without its unit and the word for a case.

    >>> normals("Ticket ID"), normals("case_enquiry_id"), normals("Speed of answer in seconds")
    (('ticket id', 'id'), ('case enquiry id', 'id'), ('speed of answer in seconds', 'speed of answer'))
    """
    words = words_of(heading)
    while words and (words[-1] in _UNIT_OF or words[-1] in {"in", "within"}):
        words = words[:-1]
    plain = [word for word in words if word not in _OF_CASES]
    if len(plain) > 1 and plain[-1] in _LANGUAGES:
        plain = plain[:-1]
    return tuple(dict.fromkeys(" ".join(each) for each in (words_of(heading), words, plain) if each))


def threshold_of(heading: str) -> str | None:
    """Read the threshold that a heading names, with its unit.

    >>> threshold_of("Answered 60sec"), threshold_of("Answered within 4 hours"), threshold_of("Answered")
    ('60 s', '4 h', None)
    """
    found = [(number, _UNIT_OF[word]) for number, word in _LIMIT.findall(heading.casefold()) if word in _UNIT_OF]
    return " ".join(found[0]) if len(found) == 1 else None


_LIMIT: Final = re.compile(r"(?<![^\W_])(\d+)[\s_]*([^\W\d_]+)")


def count_of(heading: str, common: Iterable[str] = ()) -> str:
    """Give the name of a count without the words around it, `answered within` where it has a threshold.

    >>> count_of("Nhs1 Number Calls Offered SUM", ["nhs1"]), count_of("Nhs1 Answered 60sec SUM", ["nhs1"])
    ('offered', 'answered within')
    >>> count_of("Answered_60sec_Rate"), count_of("Abandoned Calls")
    ('answered within rate', 'abandoned')
    """
    plain = heading.casefold()
    has_limit = threshold_of(heading) is not None
    words = words_of(_LIMIT.sub(" within ", plain) if has_limit else heading)
    left = [word for word in dict.fromkeys(words) if word not in COUNTING and word not in {*common}]
    return " ".join(word for word in left if not (has_limit and word in {"in", "under"}))
