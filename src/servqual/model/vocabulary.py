"""Words of a firm beside the built-in ones: kept as they are, except slips of the pen, and checked by a vocabulary."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, TypeVar, cast

import attrs

from servqual._checks import as_texts, near
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model._pickled import Rebuilt
from servqual.model.attributes import as_attributes, as_tags
from servqual.model.declared import declared
from servqual.model.labels import Labelled

__all__ = ["Vocabulary", "is_slip", "own_word"]

L = TypeVar("L", bound=Labelled)
_LISTED: Final = 12


class _Meant(str):
    """Word that a vocabulary declares; no rule about slips holds for it."""

    __slots__ = ()


def own_word(kind: type[L], value: object) -> L | str:
    """Read a text that is a built-in word as that member, and keep any other text.

    Refused: a text that is one slip away from a built-in word, unless a `Vocabulary` declares it, and no text at all.

    >>> from servqual.model import Channel
    >>> own_word(Channel, "email"), own_word(Channel, "whatsapp")
    (<Channel.EMAIL: 'email'>, 'whatsapp')
    >>> own_word(Channel, "emial")
    Traceback (most recent call last):
    servqual.errors.InvalidValue: word must not be one slip away from a built-in word (got 'emial'); if it is meant, \
declare it in a Vocabulary, and pass vocabulary= or what its `read` returns; did you mean email?
    """
    if type(value) is str:
        return _read(kind, value)
    if not isinstance(value, str):
        raise InvalidValue.of("word", "be a text", value)
    return value if isinstance(value, kind | _Meant) else _read(kind, str(value))


@lru_cache(maxsize=4096)
def _read(kind: type[L], text: str) -> L | str:
    if not text.strip():
        raise InvalidValue.of("word", "be a text with content", text, do="leave it out where it is not known")
    members: Mapping[Any, Any] = kind._value2member_map_
    if text in members:
        return cast("L", members[text])
    for word in members:
        if is_slip(text, word):
            raise InvalidValue.of(
                "word",
                "not be one slip away from a built-in word",
                text,
                do="if it is meant, declare it in a Vocabulary, and pass vocabulary= or what its `read` returns",
                near=(word,),
            )
    return text


def is_slip(text: str, word: str) -> bool:
    """Say whether a text is a word but for upper case, or one letter left out, added, changed or swapped.

    >>> [is_slip(text, "email") for text in ("Email", "emial", "mail", "gmail", "email", "whatsapp")]
    [True, True, True, True, False, False]
    """
    if text == word:
        return False
    one, other = sorted((text.casefold(), word.casefold()), key=len)
    same = next((i for i, letter in enumerate(one) if letter != other[i]), len(one))
    if len(one) < len(other):
        return one[same:] == other[same + 1 :]
    swapped = one[same + 1 : same + 2] + one[same : same + 1] + one[same + 2 :]
    return one[same + 1 :] == other[same + 1 :] or swapped == other[same:]


def _words(words: Mapping[str, Iterable[str] | None]) -> Mapping[str, tuple[str, ...] | None]:
    if not isinstance(words, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidValue.of("words", "map names to their words", words, do="write {'priority': ['P1', 'P2']}")
    as_texts(words)
    return MappingProxyType({name: None if these is None else as_texts(these) for name, these in words.items()})


@declared("vocabulary")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Vocabulary(Rebuilt):
    """Declared words of a firm, by the name of a field or attribute; None declares the name and leaves its words free.

    It checks where it is passed, such as to `Case.open` and `Sla`. Of a declared field only the declared words are
    taken, and only declared attributes; other fields are not checked. `tags` has the tags, `role` and `permission` have
    those of a team, and `category` may have a table of `Categories`. A declared word may be one slip away from a
    built-in one.

    >>> ours = Vocabulary(words={"category": ["billing", "line"], "product": ["router", "phone"], "tenant": None})
    >>> ours.read("category", "bililng")
    Traceback (most recent call last):
    servqual.errors.InvalidValue: category must be one of billing, line (got 'bililng'); did you mean billing?
    >>> from servqual.model import Categories
    >>> tree = Vocabulary(words={"category": Categories.of({"router": {"wifi": ["weak signal"]}})})
    >>> tree.read("category", "wifi"), tree.words["category"]
    ('wifi', ('router', 'wifi', 'weak signal'))
    """

    words: Mapping[str, tuple[str, ...] | None] = attrs.field(converter=_words)

    def read(self, name: str, value: Any, field: str = "") -> Any:
        """Return a declared word, or a value of a field that is not declared; refuse any other, with the nearest.

        An error calls it `field` where that is not `name`.
        """
        known = self.words.get(name)
        if known is None or value is None:
            return value
        if value not in known:
            more = f" and {len(known) - _LISTED} more" if len(known) > _LISTED else ""
            close = near(value, known)
            raise InvalidValue.of(
                field or name,
                f"be one of {', '.join(known[:_LISTED])}{more}",
                value,
                do="" if close else "declare it in the vocabulary if it is meant",
                near=close,
            )
        return _Meant(value) if type(value) is str else value

    def read_all(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Read the fields of an object, with its `attributes` and `tags`."""
        out = {name: self.read(name, value) for name, value in fields.items() if name not in {"attributes", "tags"}}
        if "attributes" in fields:
            out["attributes"] = as_attributes(fields["attributes"])
            for name, value in out["attributes"].items():
                self.read_attribute(name, value)
        if "tags" in fields:
            out["tags"] = tuple(self.read("tags", tag) for tag in as_tags(fields["tags"]))
        return out

    def read_attribute(self, name: str, value: Any) -> Any:
        """Read an attribute, whose name is declared."""
        self.check_name(name, "attributes")
        return self.read(name, value, f"attributes.{name}")

    def check_name(self, name: str, field: str) -> None:
        """Refuse the name of an attribute that is not declared, with the nearest ones."""
        if name not in self.words:
            close = near(name, self.words)
            instead = "" if close else "declare it in the vocabulary if it is meant"
            raise InvalidValue.of(field, "name declared attributes", name, do=instead, near=close)
