"""Errors: one hierarchy, stable codes, facts, pickles, and a page that lists them all."""

import json
import pickle
from pathlib import Path

import pytest

from servqual import errors
from servqual.errors import IllegalTransition, InvalidValue, MissingExtra, ServqualError, UnknownName, UnreadableFile

ALL = [getattr(errors, name) for name in errors.__all__]


@pytest.mark.parametrize("kind", ALL)
def test_survives_pickling_with_its_facts(kind: type[ServqualError]) -> None:
    """Another process gets the same error: text, code and facts."""
    error = kind("goal must lie between 0 and 1 (got 95)", field="goal", got=95)
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  (our own bytes)
    assert type(again) is kind
    assert again.to_dict() == error.to_dict()
    assert json.loads(json.dumps(error.to_dict()))["got"] == 95


def test_codes_are_unique_and_every_error_is_a_guessable_builtin() -> None:
    """A program can tell errors apart by code, and catch them as the builtin it would expect."""
    assert len({kind.code for kind in ALL}) == len(ALL)
    builtins = (ValueError, LookupError, OSError, ImportError, TypeError)
    assert all(issubclass(kind, builtins) for kind in ALL if kind is not ServqualError)
    assert all(issubclass(kind, ServqualError) for kind in ALL)


def test_to_dict_is_plain_whatever_the_facts() -> None:
    """Facts that JSON cannot hold are given as text."""
    error = IllegalTransition("no", code="case.illegal_transition", allowed=("verified", "closed"), status=object)
    told = error.to_dict()
    assert told["code"] == "case.illegal_transition"
    assert told["allowed"] == ["verified", "closed"]
    assert isinstance(told["status"], str)


def test_each_reads_as_its_message() -> None:
    """Also those that inherit from a builtin with a text of its own."""
    assert str(UnreadableFile("x is empty", path="x")) == "x is empty"
    assert str(MissingExtra("needs pyarrow", extra="files")) == "needs pyarrow"
    assert str(InvalidValue("a", field="b")) == "a"


def test_the_page_of_codes_is_current() -> None:
    """docs/errors.md lists every code; run `python docs/make_errors.py` to write it anew."""
    page = Path(__file__).parents[1] / "docs" / "errors.md"
    text = page.read_text(encoding="utf-8")
    for kind in ALL:
        assert f"`{kind.code}`" in text, f"{kind.code} is missing from docs/errors.md: run python docs/make_errors.py"
        assert str(kind.__doc__).splitlines()[0] in text


def test_a_message_holds_nothing_that_steers_a_terminal() -> None:
    """It shows values and names from outside; the facts keep them as they came."""
    for error in (
        InvalidValue.of("name", "be a name", "a\x1b[31m\u202eb\n\udc80"),
        UnreadableFile("cannot read a\x1b[31m\u202eb", path="a\x1b[31m\u202eb"),
        UnknownName("no a\x1b[31m\u202eb", near=()),
    ):
        assert str(error).isprintable()
        assert str(pickle.loads(pickle.dumps(error))).isprintable()  # noqa: S301  (our own bytes)
    assert InvalidValue.of("name", "be a name", "a\x1b", shown="a\x1b").got == "a\x1b"
