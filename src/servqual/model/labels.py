"""Enumerations with English and Chinese labels."""

from enum import EnumType, StrEnum
from typing import TYPE_CHECKING, Any, Literal, Self

from servqual._checks import near
from servqual.errors import InvalidValue

Language = Literal["en", "zh"]


class _Named(EnumType):
    """Metaclass that looks a member up in one dictionary, because models do it for every field."""

    if not TYPE_CHECKING:  # type checkers know the call of an enumeration

        def __call__(cls, value: Any, *args: Any, **options: Any) -> Any:
            try:
                return cls._value2member_map_[value]
            except (KeyError, TypeError):
                return super().__call__(value, *args, **options)


class Labelled(StrEnum, metaclass=_Named):
    """Text enumeration: each member is its stored name and has a Chinese label (simplified).

    The English label is the stored name with spaces, unless the member has its own. A value that is not a member is
    refused with the nearest names.

    >>> class Colour(Labelled):
    ...     DARK_RED = "dark_red", "深红"
    >>> Colour.DARK_RED == "dark_red", Colour("dark_red").label("zh"), Colour.DARK_RED.label()
    (True, '深红', 'dark red')
    >>> Colour("dark_rad")
    Traceback (most recent call last):
    servqual.errors.InvalidValue: colour must be one of dark_red (got 'dark_rad'); did you mean dark_red?
    """

    _value_: str
    chinese: str
    english: str

    def __new__(cls, value: str, chinese: str = "", english: str = "") -> Self:
        """Make a member from its stored name, its Chinese label, and perhaps an English label."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.chinese = chinese
        member.english = english or value.replace("_", " ")
        return member

    @classmethod
    def _missing_(cls, value: object) -> Self:
        names = [member.value for member in cls]
        field = _spaced(cls.__name__)
        raise InvalidValue.of(field, f"be one of {', '.join(names)}", value, near=near(str(value), names))

    def label(self, language: Language = "en") -> str:
        """Return the label in a language, `"en"` or `"zh"`; any other is refused."""
        if language == "en":
            return self.english
        if language == "zh":
            return self.chinese
        raise InvalidValue.of("language", "be 'en' or 'zh'", language)


def _spaced(name: str) -> str:
    return "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()
