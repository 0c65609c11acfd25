"""Objects as documents of plain data, and back: `{"kind": "case", "version": 1, "data": {…}}`."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

from servqual._checks import among, must_be
from servqual.errors import InvalidValue, LoadErrors, NewerDocument, ServqualError, UnreadableDocument
from servqual.model.vocabulary import Vocabulary
from servqual.schema import ledger
from servqual.schema.converting import converter
from servqual.schema.counting import counting
from servqual.schema.declared_words import checking
from servqual.schema.opaque import knowing
from servqual.schema.personal import hidden
from servqual.schema.problems import refusal
from servqual.schema.scalars import MAX_TEXT
from servqual.schema.upgrades import upgraded

Unknown: TypeAlias = Literal["refuse", "keep"]
KEYS: Final = ("kind", "version", "data")
MAX_DEPTH: Final = 64


def dump(value: object, *, pseudonymise: bytes | None = None, redact: bool | None = None) -> dict[str, Any]:
    """Write an object as a document of plain data, which JSON can hold.

    Any class in `kinds()` is taken: objects of the model with their events, plans and outcomes, KPIs, tallies,
    measures, verdicts. Anything else is refused (`schema.no_tag`): a class of your own, and a scalar or a member of an
    enumeration alone. Equal objects give equal documents. `load` reads them back; what an object was loaded with beyond
    its fields (`unknown="keep"`) is written back.

    `pseudonymise` is a secret key of at least 16 bytes: ids and names of people become keyed pseudonyms, the same for
    the same person wherever they stand, and so does all that stands in the firm's own fields. Prose, in which anybody
    may be named, is then redacted as well, unless `redact=False`; `redact=True` alone redacts prose and the texts of
    own fields, and leaves ids. Ids of cases and interactions, words of categories and the like, and tags stay; unknown
    keys that were kept are left out. See `personal_fields`. Tallies, verdicts and states of streams hold their groups
    as bytes and are refused there (`schema.not_hidden`).

    What `load` would not read is refused: a text of more than 1,048,576 signs or that has no place in UTF-8, a whole
    number of more than 399 digits, NaN.

    >>> from servqual.model import Money
    >>> dump(Money("12.50", "EUR"))
    {'kind': 'money', 'version': 1, 'data': {'amount': '12.50', 'currency': 'EUR'}}
    """
    kind = type(value)
    entry = ledger.named(ledger.tag_of(kind))
    if not entry.version:
        raise InvalidValue(
            f"value must be of a kind in kinds() (got {value!r:.80}, a {entry.tag}); store the object that holds it",
            code="schema.no_tag",
            got=value,
        )
    with hidden(pseudonymise, redact):
        return {"kind": entry.tag, "version": entry.version, "data": converter().unstructure(value, kind)}


def load(
    document: Mapping[str, Any],
    *,
    unknown: Unknown = "refuse",
    kpis: Sequence[Any] = (),
    vocabulary: Vocabulary | None = None,
    max_depth: int = MAX_DEPTH,
    max_text: int = MAX_TEXT,
) -> Any:
    """Read an object from a document, of whatever version, and check it as its constructor does.

    Scalars are read strictly: no `"1"` for 1, no `true` for 1, no moment without a zone. Raises `LoadErrors` with all
    problems at once, or the first hundred of more, each with its `path` such as `$.data.history[0].at`;
    `NewerDocument` for a version of the future, `UnknownName` for an unknown kind, and `UnreadableDocument` for
    anything else than a document.

    A key that the kind does not know is a problem, or with `unknown="keep"` it is kept beside the part that it came
    with and written back by `dump`, also by that of a later object that shares this part, as cases share their events.
    `kpis` are KPIs of your own that the document names. A `vocabulary` checks the firm's own words, as in `Case.open`;
    words that look like slips of built-in ones need it again. A document of more than `max_depth` levels, or with a
    text of more than `max_text` signs, such as the bytes of a large tally, is refused (`schema.too_deep`,
    `schema.too_large`).

    >>> load({"kind": "money", "version": 1, "data": {"amount": "12.50", "currency": "EUR"}})
    Money('12.50', 'EUR')
    >>> load({"kind": "money", "version": 1, "data": {"amount": 12.5, "currencies": "EUR"}})
    Traceback (most recent call last):
    servqual.errors.LoadErrors: document must be a stored money (got 3 problems); \
$.data.amount: amount must be an amount as text such as '12.50' (got 12.5); \
$.data.currencies: key must be one of amount, currency (got 'currencies'); pass unknown='keep' to keep it; \
did you mean currency?; $.data.currency: currency must be given (got nothing)
    """
    limits(max_depth=max_depth, max_text=max_text)
    bounded(document, max_depth, max_text)
    return loaded(document, unknown, kpis, vocabulary)


def loaded(document: object, unknown: Unknown, kpis: Sequence[Any], vocabulary: Vocabulary | None) -> Any:
    """Read an object from a document whose bounds were checked."""
    among("unknown", unknown, ("refuse", "keep"))
    must_be(Sequence, "kpis", "a list of KPIs", kpis)
    must_be((Vocabulary, type(None)), "vocabulary", "a Vocabulary", vocabulary)
    kind, version, data = _opened(document)
    entry = ledger.named(kind, "kind")
    if version > entry.version:
        raise NewerDocument(
            f"version must be at most {entry.version} for {kind} (got {version}); install a newer servqual",
            kind=kind,
            version=version,
            known=entry.version,
        )
    with knowing(kpis), checking(vocabulary), counting():
        return _built(entry, upgraded(kind, version, entry.version, data), unknown)


def _built(entry: ledger.Entry, data: Any, unknown: Unknown) -> Any:
    """Build the object; whatever is wrong with it is a problem of the document."""
    try:
        try:
            return converter(keeping=unknown == "keep").structure(data, entry.kind)
        except (LoadErrors, UnreadableDocument):
            raise
        except Exception as error:  # noqa: BLE001  (`refusal` raises again what is not of the document)
            raise refusal(error, entry.tag) from (error if isinstance(error, ServqualError) else None)
    except RecursionError:  # also as one of several problems, which `refusal` raises again
        raise too_deep("the nesting of its parts") from None


def _opened(document: object) -> tuple[str, int, Any]:
    """Take a document apart."""
    if not isinstance(document, Mapping) or {*document} != {*KEYS}:
        shown = ", ".join(map(repr, document)) if isinstance(document, Mapping) else type(document).__name__
        raise UnreadableDocument(
            f"document must be an object of {', '.join(KEYS)} (got {shown:.200}); pass what dump() gave"
        )
    kind, version = document["kind"], document["version"]
    if not isinstance(kind, str) or type(version) is not int or version < 1 or kind not in ledger.kinds():
        ledger.named(kind, "kind")
        raise UnreadableDocument(
            f"document must have the tag of a kind and a version of 1 or more (got {kind!r:.80}, {version!r:.80}); "
            "pass what dump() gave"
        )
    return kind, version, document["data"]


def limits(**given: int) -> None:
    """Refuse a limit that is no whole number of 1 or more."""
    for name, limit in given.items():
        if type(limit) is not int or limit < 1:
            raise InvalidValue.of(name, "be a whole number of 1 or more", limit)


def bounded(document: object, max_depth: int, max_text: int) -> None:
    """Refuse plain data that are nested too deeply or hold a text that is too long or has no place in UTF-8.

    The walk goes level by level, so that its own depth does not grow.
    """
    level: list[Any] = [document]
    for _ in range(max_depth + 1):
        below: list[Any] = []
        for value in level:
            if isinstance(value, Mapping):
                below += value
                below += value.values()
            elif isinstance(value, list | tuple):
                below += value
            elif isinstance(value, str):
                _check_text(value, max_text)
        level = below
        if not level:
            return
    raise too_deep(f"more than {max_depth} levels")


def too_deep(what: str) -> UnreadableDocument:
    """Word the error of deep nesting."""
    return UnreadableDocument(
        f"document must not be nested so deeply (got {what}); raise max_depth for data that you trust",
        code="schema.too_deep",
    )


def _check_text(value: str, most: int) -> None:
    if len(value) > most:
        raise UnreadableDocument(
            f"document must hold no text of more than {most:,} signs (got {len(value):,}); raise max_text",
            code="schema.too_large",
        )
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise UnreadableDocument(f"document must be of valid text (got {value!r:.80}); write it as UTF-8") from None
