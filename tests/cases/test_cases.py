"""The programs of small inputs with a right answer that hold so far; the list beside this file only grows.

Programs of files and formats may wait for the reader of any export: 02, 05, 07, 08, 10, 15, 16, 18, 24, 25, 29, 31, 32,
33 and 37. The kind of fault behind each program is held by laws in the rest of the suite.
"""

import subprocess
import sys
from pathlib import Path

import pytest

PASSING = (Path(__file__).parent / "passing.txt").read_text(encoding="utf-8").split()


@pytest.mark.parametrize("program", PASSING)
def test_holds(program: str, cases: Path) -> None:
    """A program ends without an error; one that is renamed or withdrawn is not there."""
    ended = subprocess.run([sys.executable, str(cases / program)], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
