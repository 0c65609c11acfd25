"""Enumerations whose members speak English and Chinese."""

from enum import EnumType, StrEnum
from typing import TYPE_CHECKING, Any, Literal, Self

from servqual._checks import near
from servqual.errors import InvalidValue

Language = Literal["en", "zh"]


class _Named(EnumType):
    """The type of enumerations that find a member by its name at once: models ask for one again and again."""

    if not TYPE_CHECKING:  # whoever checks types knows how enumerations are called

        def __call__(cls, value: Any, *args: Any, **options: Any) -> Any:
            try:
                return cls._value2member_map_[value]
            except (KeyError, TypeError):
                return super().__call__(value, *args, **options)


class Labelled(StrEnum, metaclass=_Named):
    """A text enumeration: each member is its stored name and carries its Chinese label (simplified).

    The English label is the stored name with spaces, unless the member brings its own. A value that is no member is
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
        """Make a member from its stored name, its Chinese label, and its English one where that says more."""
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
        """Words for people: `"en"` or `"zh"`; any other language is refused."""
        if language == "en":
            return self.english
        if language == "zh":
            return self.chinese
        raise InvalidValue.of("language", "be 'en' or 'zh'", language)


def _spaced(name: str) -> str:
    return "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()
