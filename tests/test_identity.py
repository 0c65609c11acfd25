"""Identities are declared: no definition, term or column of an object depends on where a module stands."""

import importlib
import json
import pkgutil
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest

import servqual
from servqual import model
from servqual.errors import InvalidValue
from servqual.metrics import KPIS, Count, Kpi, measure
from servqual.metrics.kpi.view import View
from servqual.model import Case, Complaint
from servqual.model.declared import name_of
from servqual.model.history.lifecycle import Lived

SHOW = """
import datetime as dt, json
from servqual.metrics import KPIS, tally
from servqual.model import BusinessHours, Case, Complaint, FixedDay, Holidays, Interaction, Sla, Target, label
new_year = Holidays.of([FixedDay(month=1, day=1)])
hours = BusinessHours(zone="UTC", week={"mon-fri": "09:00-17:00"}, holidays=new_year)
sla = Sla(name="mine", hours=hours, targets=[Target(clock="first_response", within=dt.timedelta(hours=1))])
at = dt.datetime(2026, 5, 4, tzinfo=dt.UTC)
log = {"case_id": ["C-1"], "at": [at], "event": ["reported"]}
found = {key: kpi.definition for key, kpi in KPIS.items()}
found["of an agreement"] = tally(["first_response_kept"], {"case_events": log}, sla=sla, now=at).plan.kpis[0].definition
found["of hours"] = KPIS["resolution_time"].with_(hours=hours).definition
contact = Interaction(id="I-1", channel="phone", queued_at=at)
counted = tally(["volume"], {"interactions": [contact]}).to_bytes().hex()
print(json.dumps([found, label(Case, "zh"), label(Complaint), counted]))
print(Case.__module__)
"""


def shown(source: Path) -> tuple[list[object], str]:
    """What the package in a folder says, and the module of `Case`."""
    command = [sys.executable, "-c", SHOW]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=source, env={"PYTHONPATH": "."})
    said, module = done.stdout.splitlines()
    return json.loads(said), module


def test_a_module_may_be_renamed(tmp_path: Path) -> None:
    """With other names for modules of KPIs and of the model every identity stays the same."""
    old, new = Path(servqual.__file__).parent, tmp_path / "servqual"
    shutil.copytree(old, new, ignore=shutil.ignore_patterns("__pycache__"))
    homes = {*(KPIS[key].rows.__module__ for key in ("case_volume", "fcr", "csat")), Case.__module__}
    for home in {*homes, Complaint.__module__}:
        room, _, name = home.rpartition(".")
        path = tmp_path.joinpath(*home.split(".")).with_suffix(".py")
        path.rename(path.with_name(f"moved_{name}.py"))
        layer = ".".join(home.split(".")[:2])
        lazy = home.removeprefix(f"{layer}.")
        for file in new.rglob("*.py"):
            text = re.sub(rf"\b{re.escape(home)}\b", f"{room}.moved_{name}", file.read_text(encoding="utf-8"))
            if file == new / layer.removeprefix("servqual.") / "__init__.py":
                text = text.replace(f'"{lazy}"', f'"{lazy.removesuffix(name)}moved_{name}"')
            file.write_text(text, encoding="utf-8")
    (before, _), (after, moved) = shown(old.parent), shown(tmp_path)
    assert moved.rpartition(".")[2].startswith("moved_")
    assert after == before


def test_a_name_stands_for_one_way_of_reading_rows() -> None:
    """A KPI of the same name, version and table with other rows is refused; a version tells them apart."""
    mine = attrs.evolve(KPIS["case_volume"], key="mine", rows=lambda t: {"among": t.known("received_at")})
    cases = {"cases": {"received_at": np.array(["2026-05-04"], "datetime64[us]")}}
    with pytest.raises(InvalidValue, match="case_volume"):
        measure([mine], cases)
    other = attrs.evolve(mine, version=2)
    assert measure([other, "case_volume"], cases).get("mine").value == 1
    assert other.definition != KPIS["case_volume"].definition


def test_what_a_factory_was_given_is_part_of_the_definition() -> None:
    """Two functions of one body that enclose different numbers, 0 among them, are told apart."""

    def beyond(limit: int) -> Kpi:
        def rows(t: View) -> Mapping[str, Any]:
            return {"among": t["reopened"] > limit}

        facts = {"title": "much", "question": "how many?", "formula": "count", "unit": "count", "better": None}
        return Kpi(key="much", table="cases", needs=("reopened",), accumulator=Count, rows=rows, **facts)  # type: ignore[arg-type]

    assert len({beyond(limit).definition for limit in (0, 1, 1, 2)}) == 3


def lifecycles() -> dict[str, list[str]]:
    """The stored names of the events of each kind of object, by its declared name."""
    for module in pkgutil.walk_packages(model.__path__, "servqual.model."):
        importlib.import_module(module.name)
    kinds: list[Any] = [Lived]
    found: dict[str, list[str]] = {}
    for kind in kinds:
        kinds += kind.__subclasses__()
        if name_of(kind) and "_transitions" in vars(kind):
            found[name_of(kind)] = sorted(event.stored_name for event in kind._transitions.events)
    return dict(sorted(found.items()))


def test_stored_names_of_events_stay() -> None:
    """A class may get another name only if it keeps its stored one: logs and histories hold it."""
    kept = json.loads((Path(__file__).parent / "data" / "event-names.json").read_text(encoding="utf-8"))
    today = lifecycles()
    for kind, names in kept.items():
        assert {*names} <= {*today[kind]}, kind
