"""The contract programs that pass so far; the list beside this file only grows."""

import subprocess
import sys
from pathlib import Path

import pytest

PASSING = (Path(__file__).parent / "passing.txt").read_text(encoding="utf-8").split()


def run(program: Path) -> None:
    """A program ends without an error, warnings included."""
    ended = subprocess.run([sys.executable, "-W", "error", str(program)], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("program", PASSING)
def test_runs_unchanged(program: str, contract: Path) -> None:
    """A program of the contract ends without an error, warnings included."""
    run(contract / program)


def test_the_same_answer_from_every_frame_without_spark(contract: Path, tmp_path: Path) -> None:
    """The program of the engines, less what it asks of Spark."""
    lines = (contract / "c13_engines.py").read_text(encoding="utf-8").splitlines()
    first = next(i for i, line in enumerate(lines) if "PYSPARK_PYTHON" in line)
    last = next(i for i, line in enumerate(lines) if "session.stop()" in line)
    kept = [line for line in lines[:first] + lines[last + 1 :] if "spark" not in line.lower() or line.startswith("#")]
    program = tmp_path / "engines.py"
    program.write_text("\n".join(kept), encoding="utf-8")
    run(program)
