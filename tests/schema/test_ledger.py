"""Tags are for ever: none is used twice, none vanishes, and a class that is renamed keeps its own."""

import importlib
import sys
from enum import Enum
from pathlib import Path

import attrs
import pytest
from tests.schema.schema_samples import untagged

from servqual.errors import UnknownName
from servqual.schema import kinds, ledger, load

RELEASED = Path(__file__).parents[1] / "data" / "schema-tags.txt"


def test_no_tag_and_no_class_stands_twice() -> None:
    """A row per tag, and a row per class that is in use; the rows are sorted, so that changes can be read."""
    rows = ledger.rows()
    tags = [row.tag for row in rows]
    used = [row.where for row in rows if row.where != ledger.RETIRED]
    assert len({*tags}) == len(tags)
    assert len({*used}) == len(used)
    assert tags == sorted(tags)


def test_released_tags_stay() -> None:
    """A tag that was released is in the ledger, in use or retired, and no version ever falls."""
    today = {row.tag: row.version for row in ledger.rows()}
    for line in RELEASED.read_text(encoding="utf-8").splitlines():
        tag, version = line.split()
        assert today[tag] >= int(version), tag


@pytest.mark.parametrize("row", [row for row in ledger.rows() if row.where != ledger.RETIRED], ids=lambda row: row.tag)
def test_rows_name_classes(row: ledger.Entry) -> None:
    """Each row leads to a class; those with a version have fields, and no field is called like the tag."""
    assert isinstance(row.kind, type)
    assert ledger.entry_of(row.kind) == row
    assert bool(row.version) == attrs.has(row.kind)
    if row.version:
        assert "type" not in {field.alias for field in attrs.fields(row.kind)}
    else:
        assert issubclass(row.kind, Enum) or row.kind.__module__ in {
            "builtins", "datetime", "decimal", "fractions", "zoneinfo",
        }  # fmt: skip


def test_every_public_class_has_a_tag() -> None:
    """A new event or a new public class needs a row; `schema_samples.py` prints it."""
    assert untagged() == []


def test_kinds_are_those_with_a_version() -> None:
    """What can be a document of its own has a version."""
    assert {"case", "complaint", "sla", "tally", "verdict", "case.reported"} <= {*kinds()}
    assert "priority" not in kinds()


def test_a_renamed_class_keeps_its_tag(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the row is changed with the class, stored documents load; where it is retired, they are refused by name."""
    rows = ledger.rows()
    money = sys.modules[ledger.named("money").kind.__module__]
    monkeypatch.setattr(money, "Amount", money.Money, raising=False)
    stored = {"kind": "money", "version": 1, "data": {"amount": "1", "currency": "EUR"}}
    for where, readable in ((f"{money.__name__}:Amount", True), (ledger.RETIRED, False)):
        changed = tuple(attrs.evolve(row, where=where) if row.tag == "money" else row for row in rows)
        monkeypatch.setattr(ledger, "rows", lambda changed=changed: changed)
        ledger._by_tag.cache_clear()
        if readable:
            assert load(stored) == money.Money("1", "EUR")
        else:
            with pytest.raises(UnknownName, match="money"):
                load(stored)
    monkeypatch.undo()
    ledger._by_tag.cache_clear()
    importlib.import_module("servqual.schema")
