"""Contenders in processes of their own, so that each has its own memory: their times and peaks, printed as ratios.

A benchmark's file is run again for each contender with `--only NAME FILE…`; the contender's call is timed a few times,
after its data are loaded, and the most memory that the calls took on top of that is read from the kernel.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Contender = Callable[..., Callable[[], Any]]
"""From file names to a call that answers the question; what it does before it returns the call is not timed."""


def memory(field: str) -> float:
    """A line of this process's status in MB, such as VmRSS and VmHWM."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    raise LookupError(field)


def compete(contenders: Mapping[str, Contender], times: int) -> None:
    """Run one contender in this process and print what it took."""
    name, *files = sys.argv[sys.argv.index("--only") + 1 :]
    call = contenders[name](*files)
    before = memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")  # the peak begins anew
    spent = []
    for _ in range(times):
        begun = time.perf_counter()
        call()
        spent.append(time.perf_counter() - begun)
    print(json.dumps({"seconds": min(spent), "memory": memory("VmHWM") - before, "peak": memory("VmHWM")}))


def contest(script: str, names: list[str], *files: str) -> None:
    """Run all contenders, the first of which is ours, and print a line for each."""
    ours: dict[str, float] = {}
    for name in names:
        command = [sys.executable, script, "--only", name, *files]
        run = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  (our own file)
        if run.returncode:
            print(f"  {name:<22} stopped: {run.stderr.strip().splitlines()[-1] if run.stderr.strip() else 'no word'}")
            continue
        took = json.loads(run.stdout.splitlines()[-1])
        ours = ours or took
        line = f"  {name:<22}{took['seconds']:8.2f} s {took['memory']:8.0f} MB on top, {took['peak']:6.0f} MB in all"
        if took is not ours:
            line += f"   ours is {took['seconds'] / ours['seconds']:.1f} times as fast"
            line += f", with {ours['memory'] / max(took['memory'], 1):.2f} of the memory"
        print(line, flush=True)
