"""Types and members speak English and Chinese, and the table of terms names only what exists."""

import importlib
import inspect
import pkgutil

import pytest

from servqual import model
from servqual.errors import InvalidValue, UnknownName
from servqual.model import Complaint, Permission, Priority, Role, Window, label
from servqual.model.declared import name_of
from servqual.model.labels import Labelled
from servqual.model.terms import TERMS

MODULES = [importlib.import_module(room.name) for room in pkgutil.walk_packages(model.__path__, "servqual.model.")]
TYPES = [kind for room in MODULES for kind in vars(room).values() if inspect.isclass(kind)]
ENUMERATIONS = [
    kind
    for room in MODULES
    for kind in vars(room).values()
    if inspect.isclass(kind)
    and issubclass(kind, Labelled)
    and kind is not Labelled
    and kind.__module__ == room.__name__
]


def chinese(text: str) -> bool:
    """Whether a text has a Chinese character; the Unicode block of common ones."""
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def test_the_table_names_types_that_exist() -> None:
    """Each line is a type of its room, with a word in each language."""
    known = {name_of(kind) for kind in TYPES}
    assert set(TERMS) <= known
    for english, term in TERMS.values():
        assert english
        assert not chinese(english)
        assert chinese(term)


@pytest.mark.parametrize("kind", ENUMERATIONS, ids=lambda kind: kind.__name__)
def test_every_member_has_both_labels(kind: type[Labelled]) -> None:
    """The Chinese one has Chinese in it, the English one has none, and no two members share one."""
    for member in kind:
        assert chinese(member.label("zh")) or member.label("zh").isascii()
        assert member.label("zh")
        assert not chinese(member.label("en"))
        assert "_" not in member.label()
    for language in ("en", "zh"):
        assert len({member.label(language) for member in kind}) == len(kind)


def test_types_and_members_answer() -> None:
    """In English unless asked; a type without a term and an unknown language are refused."""
    assert (label(Complaint), label(Complaint, "zh")) == ("complaint", "投诉")
    assert label(Role.SERVICE_MANAGER) == "customer service manager"
    assert label(Permission, "zh") == "权限"
    with pytest.raises(UnknownName, match="Window"):
        label(Window)
    for thing in (Complaint, Priority.HIGH):
        with pytest.raises(InvalidValue, match="'en' or 'zh'"):
            label(thing, "de")  # type: ignore[arg-type]
