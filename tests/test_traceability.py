"""Every core and expected row of the inventory has a home that exists, or is listed as due."""

import importlib.util
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[1] / "docs" / "make_traceability.py"


def _script() -> Any:
    spec = importlib.util.spec_from_file_location("make_traceability", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SCRIPT_MODULE = _script()
ROWS = SCRIPT_MODULE.rows()

# the rooms that are built: no row of these may wait for a type or a lifecycle
BUILT = ("CH", "PB", "CP", "ST", "FB", "QM", "TM", "PF", "CR", "NU")


def test_no_row_is_missing() -> None:
    """How many rows of each kind, from the table "Kind × centrality" in section 0 of DOMAIN.md.

    A second reading added eleven, all expected: one computable, six stateful, four structural.
    """
    assert Counter((row.kind, row.centrality) for row in ROWS) == {
        ("computable", "core"): 35,
        ("computable", "expected"): 53 + 1,
        ("stateful", "core"): 31,
        ("stateful", "expected"): 33 + 6,
        ("structural", "core"): 24,
        ("structural", "expected"): 61 + 4,
    }
    assert len({row.row for row in ROWS}) == len(ROWS)
    assert {row.row[:2] for row in ROWS} == set(SCRIPT_MODULE.SECTIONS)


@pytest.mark.parametrize("name", sorted({row.name for row in ROWS if row.state != SCRIPT_MODULE.DUE}))
def test_a_named_thing_exists(name: str) -> None:
    """Importable by its dotted name, and nothing that is private."""
    assert SCRIPT_MODULE.found(name) is not None
    assert "._" not in name


@pytest.mark.parametrize("name", ["servqual.model.Nothing", "servqual.metrics.KPIS[nothing]", "servqual.nowhere.At"])
def test_a_name_that_does_not_exist_is_noticed(name: str) -> None:
    """The check can fail."""
    with pytest.raises((ImportError, LookupError)):
        SCRIPT_MODULE.found(name)


def test_the_built_rooms_wait_for_no_type_and_no_lifecycle() -> None:
    """What is due there is computed from data, and comes with the measures."""
    due = {row.row for row in ROWS if row.state == SCRIPT_MODULE.DUE and row.kind != "computable"}
    assert not {row for row in due if row.startswith(BUILT)}


def test_the_page_lists_what_is_not_whole() -> None:
    """By id, with a reason for each."""
    page = SCRIPT_MODULE.page()
    for row in ROWS:
        assert row.state in {"whole", SCRIPT_MODULE.PARTLY, SCRIPT_MODULE.DUE}
        assert row.words or row.state == "whole"
        assert (row.name == SCRIPT_MODULE.DUE) == (row.state == SCRIPT_MODULE.DUE) == (not row.test)
        assert f"| {row.row} | {row.what} | " in page


@pytest.mark.parametrize("scenario", sorted({row.test for row in ROWS if row.test}))
def test_a_scenario_exists(scenario: str) -> None:
    """A function of this name stands in the file."""
    path, _, name = scenario.partition("::")
    text = (SCRIPT.parents[1] / path).read_text(encoding="utf-8")
    assert f"def {name.partition('[')[0]}(" in text
