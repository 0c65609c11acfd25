"""Where real data are, what may be skipped, and that the code on every page runs."""

import os
import sys
import threading
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import is_hypothesis_test, settings
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser, SkipParser

settings.register_profile("ci", deadline=None, derandomize=True, max_examples=60)
settings.register_profile("dev", deadline=None, max_examples=60)
_SETTINGS = "_hypothesis_internal_use_settings"
_EXAMPLES = int(os.environ.get("SERVQUAL_EXAMPLES", "0"))
settings.load_profile("ci" if os.environ.get("CI") and not _EXAMPLES else "dev")

pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(), SkipParser()],
    patterns=["README.md", "docs/*.md", "docs/kpis/*.md"],
).pytest()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every law `SERVQUAL_EXAMPLES` examples, those with fewer of their own too: a long run."""
    for law in {getattr(item, "obj", None) for item in items if _EXAMPLES}:
        if is_hypothesis_test(law):
            own = getattr(law, _SETTINGS, settings.default)
            setattr(law, _SETTINGS, settings(own, max_examples=_EXAMPLES))


def _folder(variable: str, what: str) -> Path:
    """A folder named by the environment; without it the test is skipped, or fails where it is required."""
    name = os.environ.get(variable)
    if name:
        return Path(name)
    if what in os.environ.get("SERVQUAL_REQUIRE", "").split(","):
        pytest.fail(f"{variable} is not set, but SERVQUAL_REQUIRE asks for {what}")
    pytest.skip(f"set {variable} to the folder of the {what} to run this")


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of public data sets."""
    return _folder("SERVQUAL_DATA", "data")


@pytest.fixture(scope="session")
def contract() -> Path:
    """The folder of the contract programs."""
    return _folder("SERVQUAL_CONTRACT", "contract")


@pytest.fixture(scope="session")
def cases() -> Path:
    """The folder of the programs that assert a right value."""
    return _folder("SERVQUAL_CASES", "cases")


@pytest.fixture(scope="session")
def together() -> Generator[Callable[[Iterable[Callable[[], Any]]], list[Any]]]:
    """Make calls at one moment, each on its own thread, that take turns every microsecond; list what they give."""

    def call(calls: Iterable[Callable[[], Any]]) -> list[Any]:
        some = list(calls)
        start = threading.Barrier(len(some))

        def run(each: Callable[[], Any]) -> Any:
            start.wait()
            return each()

        with ThreadPoolExecutor(len(some)) as pool:
            return list(pool.map(run, some))

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield call
    sys.setswitchinterval(before)
