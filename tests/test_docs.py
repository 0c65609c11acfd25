"""Pages that are written from the code are current, every example in a docstring runs, and names load lazily."""

import ast
import doctest
import importlib
import importlib.util
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import servqual

ROOT = Path(__file__).parents[1]
MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(servqual.__path__, "servqual.")
    if module.name != "servqual.__main__"
)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_run(name: str) -> None:
    """As doctests, each in a module of its own."""
    failed, _ = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert not failed


@pytest.mark.parametrize("page", ["errors", "kpis", "glossary", "transitions", "traceability", "verdicts"])
def test_a_generated_page_is_current(page: str) -> None:
    """Run `python docs/make_NAME.py` to write it anew."""
    spec = importlib.util.spec_from_file_location(f"make_{page}", ROOT / "docs" / f"make_{page}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    written = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    assert written == module.page(), f"run python docs/make_{page}.py"


@pytest.mark.parametrize("room", ["servqual", "servqual.model", "servqual.metrics", "servqual.pdca"])
def test_every_public_name_loads(room: str) -> None:
    """Names that a room lists exist, and one that it does not list is an AttributeError."""
    module = importlib.import_module(room)
    for name in module.__all__:
        assert getattr(module, name) is not None
        assert name in dir(module)
    with pytest.raises(AttributeError, match="no attribute 'nothing_like_it'"):
        _ = module.nothing_like_it


@pytest.mark.parametrize("room", ["model", "metrics", "pdca"])
def test_the_stub_of_a_lazy_room_lists_the_same_names(room: str) -> None:
    """What a type checker sees is what loads, from the same module."""
    folder = ROOT / "src" / "servqual" / room
    tree = ast.parse((folder / "__init__.pyi").read_text(encoding="utf-8"))
    stub = {
        alias.name: str(node.module).removeprefix(f"servqual.{room}.")
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    loaded = importlib.import_module(f"servqual.{room}")
    assert stub == loaded._HOME | getattr(loaded, "_MODULES", {})


@pytest.mark.parametrize(
    ("room", "unwanted"),
    [
        ("servqual", "numpy attrs"),
        ("servqual.model", "numpy"),
        ("servqual.pdca", "numpy scipy"),
        ("servqual.metrics", "scipy pandas polars pyarrow matplotlib narwhals cattrs"),
    ],
)
def test_importing_a_room_loads_only_what_it_needs(room: str, unwanted: str) -> None:
    """Heavy libraries load on use."""
    code = f"import sys, {room}; print([name for name in {unwanted.split()!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_tree_names_no_registry() -> None:
    """No address of a package registry, in a lock, a badge or a page."""
    listed = subprocess.run(["git", "ls-files"], capture_output=True, text=True, cwd=ROOT, check=False).stdout.split(
        "\n"
    )
    hosts = ("pypi" + ".org", "python" + "hosted", "npm" + "js.")
    for name in filter(None, listed):
        path = ROOT / name
        if path.suffix != ".png" and path.is_file():
            text = path.read_text(encoding="utf-8", errors="ignore")
            assert not [host for host in hosts if host in text], name
