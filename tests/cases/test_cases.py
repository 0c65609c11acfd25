"""The programs of small inputs with a right answer that hold so far; the list beside this file only grows.

Programs of files and formats may wait for the reader of any export: 02, 05, 07, 08, 10, 15, 16, 18, 24, 25, 29, 31, 32,
33 and 37. The kind of fault behind each program is held by laws in the rest of the suite.

Program 99 compares two times of its own, which another process may lengthen: it holds where one of five runs does. What
is not linear takes sixteen times as long in each.
"""

import subprocess
import sys
from pathlib import Path

import pytest

TIMED = "99-record-is-linear.py"
PASSING = (Path(__file__).parent / "passing.txt").read_text(encoding="utf-8").split()


@pytest.mark.parametrize("program", PASSING)
def test_holds(program: str, cases: Path) -> None:
    """A program ends without an error; one that is renamed or withdrawn is not there."""
    command = [sys.executable, str(cases / program)]
    runs = 5 if program == TIMED else 1
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    while ended.returncode and (runs := runs - 1):
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
