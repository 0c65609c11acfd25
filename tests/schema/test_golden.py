"""Documents of every version that was ever released load for ever."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.schema.schema_samples import GOLDEN, same
from tests.schema.schema_samples import path_of as sample_of

from servqual.errors import LoadErrors, ServqualError
from servqual.schema import dumps, kinds, ledger, loads
from servqual.schema.problems import path_of
from servqual.schema.upgrades import UPGRADES, upgraded


@pytest.mark.parametrize("kind", kinds())
def test_every_kind_has_a_sample_of_its_version(kind: str) -> None:
    """A new kind or version needs a sample: `python tests/schema/schema_samples.py` writes it."""
    assert sample_of(ledger.named(kind)).exists()


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_samples_load(path: Path) -> None:
    """A sample loads, and the newest version of it is itself, but for fields that came later."""
    text = path.read_text(encoding="utf-8").rstrip("\n")
    value = loads(text)
    assert isinstance(value, ledger.named(json.loads(text)["kind"]).kind)
    assert same(loads(dumps(value)), value)
    stored, today = json.loads(text), json.loads(dumps(value))
    if stored["version"] == today["version"]:
        assert_kept(stored, today)


def assert_kept(stored: Any, today: Any) -> None:
    """What was stored is stored still, under the same keys; only keys with a default may have come since."""
    if isinstance(stored, dict):
        assert stored.keys() <= today.keys()
        for key, part in stored.items():
            assert_kept(part, today[key])
    elif isinstance(stored, list):
        assert len(stored) == len(today)
        for one, other in zip(stored, today, strict=True):
            assert_kept(one, other)
    else:
        assert stored == today


OTHER_RULES = sorted((GOLDEN.parent / "other_rules").glob("*.json"))


@pytest.mark.parametrize("path", OTHER_RULES, ids=lambda path: path.stem)
def test_a_verdict_of_other_rules_is_refused_by_name(path: Path) -> None:
    """It is not judged anew, as its number could not be told from today's."""
    with pytest.raises(
        LoadErrors, match=r"\$\.data\.receipt: the receipt was judged by version \d+ of the rules"
    ) as refused:
        loads(path.read_text(encoding="utf-8"))
    assert [getattr(each, "code", "") for each in refused.value.exceptions] == ["receipt.other_rules"]


def test_a_kpi_of_another_version_is_refused_by_name() -> None:
    """Its number is another today, so that nothing stored with it may pass for one of today's."""
    path = GOLDEN.parent / "other_versions" / "handled_rate-1.json"
    with pytest.raises(LoadErrors, match=r"version must be 2, that of handled_rate today \(got 1\)"):
        loads(path.read_text(encoding="utf-8"))


def test_there_is_a_step_from_every_version() -> None:
    """Each kind climbs from version 1 to its own, one step at a time, and no step is of another kind."""
    needed = {(kind, version) for kind in kinds() for version in range(1, ledger.named(kind).version)}
    assert {*UPGRADES} == needed


def test_steps_are_climbed_one_at_a_time() -> None:
    """Steps follow each other from the version of the document on, and leave what they were given as it was."""
    steps = {("x", n): lambda data, n=n: {**data, "path": [*data["path"], n]} for n in (1, 2, 3)}
    given: dict[str, list[int]] = {"path": []}
    assert upgraded("x", 1, 4, given, steps) == {"path": [1, 2, 3]}
    assert upgraded("x", 3, 4, given, steps) == {"path": [3]}
    assert upgraded("x", 4, 4, given, steps) is given
    assert given == {"path": []}


def test_a_step_that_fails_is_a_problem_of_the_document() -> None:
    """Data that a step cannot read are refused, and not with an error of Python."""
    steps = {("x", 1): lambda data: {"name": data["title"]}}
    wrong: list[Any] = [{}, [], None, 5, "text"]
    for data in wrong:
        with pytest.raises(LoadErrors) as refused:
            upgraded("x", 1, 2, data, steps)
        (problem,) = refused.value.exceptions
        assert isinstance(problem, ServqualError)
        assert path_of(problem) == "$.data"
