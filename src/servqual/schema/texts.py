"""Documents as JSON text: canonical when written, bounded in time and memory when read."""

import json
from collections.abc import Sequence
from typing import Any, Final

from servqual._checks import must_be
from servqual.errors import UnreadableDocument
from servqual.model.vocabulary import Vocabulary
from servqual.schema.converting import canonical
from servqual.schema.documents import MAX_DEPTH, Unknown, bounded, dump, limits, loaded
from servqual.schema.scalars import MAX_DIGITS, MAX_TEXT

MAX_BYTES: Final = 64 << 20
_DIGITS: Final = MAX_DIGITS + 1
"""The most signs of a number: no number that is stored needs more."""


def dumps(value: object, *, pseudonymise: bytes | None = None, redact: bool | None = None) -> str:
    """Write an object as canonical JSON: keys sorted, no spaces, so that equal objects are equal texts.

    See `dump`. Write the text as UTF-8.

    >>> from servqual.model import Money
    >>> dumps(Money("12.50", "EUR"))
    '{"data":{"amount":"12.50","currency":"EUR"},"kind":"money","version":1}'
    """
    return canonical(dump(value, pseudonymise=pseudonymise, redact=redact))


def loads(
    text: str | bytes,
    *,
    unknown: Unknown = "refuse",
    kpis: Sequence[Any] = (),
    vocabulary: Vocabulary | None = None,
    max_bytes: int = MAX_BYTES,
    max_depth: int = MAX_DEPTH,
    max_text: int = MAX_TEXT,
) -> Any:
    """Read an object from JSON; see `load`.

    Made for text that anybody may have written: what is cut short or foreign, names a key twice, has NaN, is nested
    more than `max_depth` levels, is larger than `max_bytes` or holds a text of more than `max_text` signs raises
    `UnreadableDocument`, in time that grows with the bytes that are there.

    >>> loads(b'{"data":{"amount":"12.50","currency":"EUR"},"kind":"money","version":1}')
    Money('12.50', 'EUR')
    """
    must_be((str, bytes, bytearray), "text", "JSON as text or bytes", text)
    limits(max_bytes=max_bytes, max_depth=max_depth, max_text=max_text)
    size = (
        len(text) if len(text) > max_bytes or not isinstance(text, str) else len(text.encode("utf-8", "surrogatepass"))
    )
    if size > max_bytes:
        raise UnreadableDocument(
            f"document must have at most {max_bytes:,} bytes (got {size:,}); raise max_bytes", code="schema.too_large"
        )
    document = _parsed(text)
    bounded(document, max_depth, max_text)
    return loaded(document, unknown, kpis, vocabulary)


def _parsed(text: str | bytes | bytearray) -> Any:
    try:
        whole = text if isinstance(text, str) else text.decode("utf-8")
        return json.loads(
            whole, object_pairs_hook=_object, parse_constant=_no_number, parse_int=_whole, parse_float=_number
        )
    except RecursionError:
        raise UnreadableDocument(
            "document must not be nested so deeply (got more levels than can be read); store it anew",
            code="schema.too_deep",
        ) from None
    except UnreadableDocument:
        raise
    except ValueError as error:
        raise UnreadableDocument(f"document must be JSON (got {error!s:.200}); pass what dumps() gave") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise UnreadableDocument(
            f"document must name each key once (got {twice!r:.80} twice); store it anew", code="schema.duplicate_key"
        )
    return found


def _no_number(name: str) -> None:
    raise UnreadableDocument(f"document must hold numbers (got {name}); leave out what is unknown")


def _whole(digits: str) -> int:
    return int(_short(digits))


def _number(digits: str) -> float:
    found = float(_short(digits))
    if found in {float("inf"), float("-inf")}:
        raise UnreadableDocument(f"document must hold numbers that a float can hold (got {digits}); store it anew")
    return found


def _short(digits: str) -> str:
    if len(digits) > _DIGITS:
        raise UnreadableDocument(
            f"document must hold numbers of at most {_DIGITS} signs (got {len(digits)}); store it anew",
            code="schema.too_large",
        )
    return digits
