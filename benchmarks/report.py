"""Time and memory of whole commands: `python benchmarks/report.py EXPORT [options of servqual report]`.

Prints the median of five runs and the largest memory of each command; `--help` shows what a command costs before it
does anything.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def main(words: list[str]) -> None:
    """Measure `servqual --help`, and a report where an export is named."""
    show("servqual --help", ["--help"])
    if words:
        with tempfile.TemporaryDirectory() as folder:
            show(
                f"servqual report {Path(words[0]).name}", ["report", *words, "--html", str(Path(folder) / "page.html")]
            )


def show(name: str, words: list[str]) -> None:
    """Run a command five times and print what it took."""
    seconds, memory = [], 0
    for _ in range(5):
        started = time.perf_counter()
        run = subprocess.Popen([sys.executable, "-m", "servqual", *words], stdout=subprocess.DEVNULL)  # noqa: S603
        _, status, usage = os.wait4(run.pid, 0)
        seconds.append(time.perf_counter() - started)
        memory = max(memory, usage.ru_maxrss)
        run.returncode = os.waitstatus_to_exitcode(status)
        if run.returncode:
            raise SystemExit(f"{name} ended with {run.returncode}")
    print(f"{name}: {statistics.median(seconds):.3f} s, {memory / 1024:.0f} MB")


if __name__ == "__main__":
    main(sys.argv[1:])
