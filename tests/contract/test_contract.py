"""The contract programs that pass so far; the list beside this file only grows."""

import subprocess
import sys
from pathlib import Path

import pytest

PASSING = (Path(__file__).parent / "passing.txt").read_text(encoding="utf-8").split()


@pytest.mark.parametrize("program", PASSING)
def test_runs_unchanged(program: str, contract: Path) -> None:
    """A program of the contract ends without an error, warnings included."""
    run = subprocess.run(
        [sys.executable, "-W", "error", str(contract / program)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
