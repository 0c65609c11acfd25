"""A grid of shapes by contenders: each contender is a process of its own, and all take turns at each shape.

A process loads its data once, asks for a call per shape, and times only the call. Rounds go from contender to
contender, so that other load on the machine falls on all; a contender that takes three times as long as the fastest
peer sits out the later rounds. The ratio of a shape is the best time of its fastest exact peer by ours. Seconds of all
processors stand beside those of the clock.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

PAGE = Path(__file__).parents[1] / "docs" / "speed.md"
Contender = Callable[[str, str], Callable[[], Any]]
"""From a file and the name of a shape to a call that answers the question."""


class Took(NamedTuple):
    """Best seconds of a contender: on the clock, and of all processors together."""

    clock: float
    processors: float


class Shape(NamedTuple):
    """A shape by its name, the file of its data, and the ratio that it is to reach."""

    name: str
    file: str
    reach: float


def serve(contenders: Mapping[str, Contender]) -> None:
    """Answer in this process for the contender that `--only` names, one line per turn."""
    contender = contenders[sys.argv[sys.argv.index("--only") + 1]]
    asked, call = "", None
    for line in sys.stdin:
        if line != asked:
            call = None  # frees the data of the shape before
            asked, call = line, _made(contender, *json.loads(line))
        if call is None:
            print("null", flush=True)
            continue
        clock, processors = time.perf_counter(), time.process_time()
        call()
        print(json.dumps([time.perf_counter() - clock, time.process_time() - processors]), flush=True)


def _made(contender: Contender, file: str, shape: str) -> Callable[[], Any] | None:
    """Make the call for a shape; None where the contender has no recipe for it."""
    try:
        return contender(file, shape)
    except LookupError:
        return None


@contextmanager
def _turning(script: str, name: str) -> Generator[Callable[[Shape], Took | None]]:
    """Start a contender, and stop it at the end; a turn is None where it has no answer."""
    command = [sys.executable, script, "--only", name]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdin is not None
        assert process.stdout is not None
        asking, answers = process.stdin, process.stdout

        def turn(shape: Shape) -> Took | None:
            try:
                asking.write(json.dumps([shape.file, shape.name]) + "\n")
                asking.flush()
                took = json.loads(answers.readline())
                return Took(*took) if took else None
            except (BrokenPipeError, json.JSONDecodeError):
                return None

        try:
            yield turn
        finally:
            asking.close()


def grid(script: str, names: Sequence[str], shapes: Sequence[Shape], rounds: int, rows: int) -> list[str]:
    """Print a line per shape, and return them as lines of a table; each has so many `rows`."""
    table = [
        f"| shape | ours | {' | '.join(names[1:])} | times the best peer | to reach |",
        f"|{' --- |' * (len(names) + 3)}",
    ]
    print(*table, sep="\n", flush=True)
    with ExitStack() as stack:
        turns = {name: stack.enter_context(_turning(script, name)) for name in names}
        for shape in shapes:
            best = _best(turns, shape, rounds)
            ours = best[names[0]]
            exact = [name for name in names[1:] if "approximate" not in name]
            peers = [took.clock for took in map(best.get, exact) if took]
            if ours is None or not peers:
                cells = [shape.name, *("–" if best[name] is None else "" for name in names), "", ""]
            else:
                ratio = min(peers) / ours.clock
                first = f"{ours.clock:.2f} ({ours.processors:.2f}) s, {rows / ours.clock / 1e6:.1f} M/s"
                others = [
                    f"{took.clock:.2f} ({took.processors:.2f})" if took else "–" for took in map(best.get, names[1:])
                ]
                short = "" if round(ratio, 1) >= shape.reach else ", **short**"
                cells = [shape.name, first, *others, f"{ratio:.1f}{short}", f"{shape.reach:g}"]
            table.append(f"| {' | '.join(cells)} |")
            print(table[-1], flush=True)
    return table


def _best(turns: Mapping[str, Callable[[Shape], Took | None]], shape: Shape, rounds: int) -> dict[str, Took | None]:
    best: dict[str, Took | None] = {}
    for number in range(rounds + 1):  # the first round pays for the memory
        fastest = min((took.clock for name, took in best.items() if took and name != "ours"), default=0)
        for name, turn in turns.items():
            before = best.get(name)
            if number and (before is None or (name != "ours" and before.clock > 3 * fastest)):
                continue
            took = turn(shape)
            best[name] = Took(*map(min, zip(before, took, strict=True))) if before and took else took
    return best


def write(script: str, command: str, table: Sequence[str]) -> None:
    """Put a table and its command into the page of speeds, between the marks that name the script."""
    begin, end = (f"<!-- table of benchmarks/{Path(script).name}: {edge} -->" for edge in ("begin", "end"))
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    told = f"`{command}`, best times in seconds, of all processors in brackets:"
    PAGE.write_text("\n".join([before + begin, told, "", *table, end + after]), encoding="utf-8")
