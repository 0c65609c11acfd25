"""Data frames of Spark: our KPIs against Spark's own aggregation with exact percentiles, at any number of partitions.

`.venv-spark/bin/python benchmarks/spark.py [ROWS] [--write]`, and the same with `.venv-spark-connect/bin/python` for
Spark Connect. Contacts lie in Parquet, a partition per file. Our tally is compared by its bytes with that of one
machine, and its hash is printed. A worker's memory is the most that any of them held, above what it holds once all is
imported. `--write` puts the table into docs/spark.md.
"""

import argparse
import datetime as dt
import hashlib
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from servqual.engines import spark
from servqual.metrics import KPIS, Kpi, tally

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT))

from tests.spark.sessions import is_client, opened  # noqa: E402  (beside this folder)

PAGE = ROOT / "docs" / "spark.md"
CHUNK = 1 << 20
HUGE = str(1 << 33)
SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.log.level": "ERROR",
    "spark.sql.files.maxPartitionBytes": HUGE,  # a file is a partition
    "spark.sql.files.openCostInBytes": HUGE,
    "spark.driver.memory": "4g",
}
PLAIN: list[str | Kpi] = ["volume", "asa", "abandonment_rate", "wait_p50", "wait_p90", "wait_p95"]
CHAINS: list[str | Kpi] = ["volume", KPIS["fcr"].with_(window=dt.timedelta(days=7))]
NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
WORKERS = 2
REACH, MOST_MB = 2, 256


def write_contacts(folder: Path, rows: int, partitions: int, groups: int) -> Path:
    """Write the contacts, the same ones for any number of partitions, of which one customer has every tenth."""
    made = folder / f"{partitions}-{groups}"
    made.mkdir()
    edges = np.linspace(0, rows, partitions + 1).astype(int)
    for number, (first, end) in enumerate(pairwise(edges.tolist())):
        out = None
        for start in range(first - first % CHUNK, end, CHUNK):
            mine = contacts(start // CHUNK, rows, groups).slice(max(first - start, 0), end - max(first, start))
            out = out or pq.ParquetWriter(made / f"{number:03}.parquet", mine.schema)
            out.write_table(mine)
        if out is not None:
            out.close()
    return made


def contacts(number: int, rows: int, groups: int) -> pa.Table:
    """Make a chunk of contacts."""
    rng = np.random.default_rng(number)
    wait = np.where(rng.random(CHUNK) < 0.3, 0, rng.exponential(60, CHUNK)).round(1)
    customer = np.where(rng.random(CHUNK) < 0.1, 0, rng.integers(0, rows // 5, CHUNK))
    when = np.datetime64("2026-01-01", "us") + rng.integers(0, 120 * 86_400, CHUNK) * 1_000_000
    return pa.table(
        {
            "customer_id": customer,
            "team": pa.array([f"t{number}" for number in range(groups)]).take(pa.array(rng.integers(0, groups, CHUNK))),
            "queued_at": pa.array(when, pa.timestamp("us", "UTC")),
            "wait_s": wait,
            "abandoned": rng.random(CHUNK) < 0.05,
        }
    )


def by_spark(frame: Any) -> list[Any]:
    """Aggregate as a user of Spark would; of contacts that were abandoned nobody knows when they were answered."""
    from pyspark.sql import functions as f  # noqa: PLC0415  (a package of another environment)

    answered = f.when(~f.col("abandoned"), f.col("wait_s"))
    rows: list[Any] = (
        frame.groupBy("team")
        .agg(
            f.count("*"),
            f.avg(answered),
            f.avg(f.col("abandoned").cast("int")),
            f.percentile(answered, f.array(*map(f.lit, (0.5, 0.9, 0.95)))),
        )
        .collect()
    )
    return rows


def carried(frame: Any) -> int:
    """Bring the rows to Python workers, as ours does, and count them there: what is left if tallies cost nothing."""

    def count(batches: Iterable[Any]) -> Iterator[Any]:
        import pyarrow as pa  # noqa: PLC0415  (another process)

        yield pa.RecordBatch.from_pydict({"rows": [sum(batch.num_rows for batch in batches)]})

    some = frame.select("team", "queued_at", "wait_s", "abandoned")
    return sum(row.rows for row in some.mapInArrow(count, "rows long").collect())


class Took(NamedTuple):
    """Seconds: on the clock, and of all processors together, Spark's and its workers' too."""

    clock: float
    processors: float

    def __str__(self) -> str:
        return f"{self.clock:.1f} ({self.processors:.1f}) s"


def best(rounds: int, call: Callable[[], Any]) -> Took:
    """Best times of a call."""
    return Took(*map(min, zip(*(seconds(call)[0] for _ in range(rounds)), strict=True)))


def seconds(call: Callable[[], Any]) -> tuple[Took, Any]:
    """Time a call."""
    begun, spent = time.perf_counter(), processors()
    found = call()
    return Took(time.perf_counter() - begun, processors() - spent), found


def processors() -> float:
    """Seconds of processors that this process and all that it started have taken."""
    parents: dict[int, int] = {}
    taken: dict[int, int] = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            words = place.read_text(encoding="utf-8").rpartition(")")[2].split()
            parents[int(place.parent.name)], taken[int(place.parent.name)] = int(words[1]), sum(map(int, words[11:15]))

    def mine(process: int) -> bool:
        while process != os.getpid() and process in parents:
            process = parents[process]
        return process == os.getpid()

    return sum(ticks for process, ticks in taken.items() if mine(process)) / os.sysconf("SC_CLK_TCK")


def workers() -> list[int]:
    """Find the processes of Python workers."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            words = (place / "cmdline").read_bytes()
            parents = (place / "status").read_text()
        except OSError:
            continue
        if b"pyspark.daemon" in words and f"PPid:\t{os.getpid()}\n" not in parents:
            found.append(int(place.name))
    return found


def memory(worker: int, field: str) -> float:
    """Read a line of a process's status in MB; 0 for one that has ended."""
    try:
        lines = Path(f"/proc/{worker}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    return max((int(line.split()[1]) / 1024 for line in lines if line.startswith(field)), default=0)


def imported(session: Any) -> float:
    """Start all workers, import everything in each, and give the most MB that one holds then."""

    def holding(batches: Iterable[Any]) -> Iterator[Any]:
        import time  # noqa: PLC0415  (another process)
        from pathlib import Path  # noqa: PLC0415

        import pyarrow as pa  # noqa: PLC0415

        from servqual.engines import spark  # noqa: PLC0415
        from servqual.metrics import measure  # noqa: PLC0415

        measure(["asa"], {"interactions": {"queued_at": [], "wait_s": []}})
        for _ in batches:
            time.sleep(0.5)
            status = Path("/proc/self/status").read_text(encoding="utf-8")
            held = int(status.partition("VmRSS:")[2].split()[0])
            yield pa.RecordBatch.from_pydict({"held": pa.array([held], pa.int64()), "of": [spark.__name__]})

    frame = session.range(WORKERS).repartition(WORKERS)
    return max(int(row.held) for row in frame.mapInArrow(holding, "held long, of string").collect()) / 1024


def watched(session: Any, call: Callable[[], Any]) -> tuple[Took, float, Any]:
    """Time a call, and give the most MB that a worker held above its imports."""
    before = imported(session)
    for worker in workers():
        Path(f"/proc/{worker}/clear_refs").write_text("5", encoding="utf-8")  # the peak begins anew
    took, found = seconds(call)
    return took, max(memory(worker, "VmHWM") for worker in workers()) - before, found


def line(session: Any, folder: Path, groups: int, kpis: Sequence[Any], want: bytes, *, rounds: int) -> str:
    """Compare both on one folder."""
    frame = session.read.parquet(str(folder))
    partitions = len([*folder.iterdir()])
    plain = kpis is PLAIN
    runs = [
        watched(session, lambda: spark.tally(kpis, {"interactions": frame}, by=["team"], now=NOW))
        for _ in range(rounds)
    ]
    ours, held = Took(*map(min, zip(*(took for took, _, _ in runs), strict=True))), max(most for _, most, _ in runs)
    same = all(found.to_bytes() == want for _, _, found in runs)
    theirs = best(rounds, lambda: by_spark(frame)) if plain else None
    floor = best(rounds, lambda: carried(frame)) if plain else None
    ratio = theirs.clock / ours.clock if theirs else None
    cells = [
        f"{'plain' if plain else 'chains of contacts'}, {groups} groups, {partitions} partitions",
        str(ours),
        str(floor or "–"),
        str(theirs or "–"),
        "–" if ratio is None else f"{ratio:.1f}" + ("" if ratio >= REACH else ", **short**"),
        f"{held:.0f} MB" + ("" if held < MOST_MB else ", **short**"),
        f"the same, {hashlib.sha256(want).hexdigest()[:12]}" if same else "**other bytes**",
    ]
    return f"| {' | '.join(cells)} |"


def check(session: Any, folder: Path) -> None:
    """Both say the same of a small folder, but for the percentiles between two values."""
    frame = session.read.parquet(str(folder))
    found = spark.measure(PLAIN, {"interactions": frame}, by=["team"], now=NOW)
    for team, volume, asa, abandoned, (p50, *_) in map(tuple, by_spark(frame)):
        want = (volume, asa, abandoned)
        got = [found.get(kpi, team=team).value for kpi in ("volume", "asa", "abandonment_rate")]
        assert np.allclose(np.array(got, float), want), (team, got, want)
        assert abs((found.get("wait_p50", team=team).value or 0) - p50) < 2, team


def main() -> None:
    """Print a table."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("rows", nargs="?", type=int, default=20_000_000)
    words.add_argument("--rounds", type=int, default=2)
    words.add_argument("--write", action="store_true")
    told = words.parse_args()
    kind = "Spark Connect" if is_client() else "classic"
    table = [
        f"| {kind} | ours | carrying rows to Python | Spark | times Spark | a worker above its imports | bytes |",
        f"|{' --- |' * 7}",
    ]
    print(*table, sep="\n", flush=True)
    with tempfile.TemporaryDirectory() as place, opened(SETTINGS) as session:
        folder = Path(place)
        small = write_contacts(folder, 20_000, 3, 5)
        check(session, small)
        for groups in (50, 300):
            folders = [write_contacts(folder, told.rows, partitions, groups) for partitions in (1, 7, 64)]
            for kpis in (PLAIN, CHAINS) if groups == 50 else (PLAIN,):
                whole = tally(kpis, {"interactions": folders[-1]}, by=["team"], now=NOW, threads=WORKERS)
                for each in folders if kpis is PLAIN else folders[1:2]:
                    table.append(line(session, each, groups, kpis, whole.to_bytes(), rounds=told.rounds))
                    print(table[-1], flush=True)
    if told.write:
        write(kind, told, table)


def write(kind: str, asked: argparse.Namespace, table: Sequence[str]) -> None:
    """Put a table into the page, between the marks that name its kind of session."""
    begin, end = (f"<!-- table of benchmarks/spark.py, {kind}: {edge} -->" for edge in ("begin", "end"))
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(begin)
    _, _, after = rest.partition(end)
    machine = f"{os.cpu_count()} processors, Python {platform.python_version()}, {dt.datetime.now(dt.UTC):%Y-%m-%d}"
    told = (
        f"{asked.rows:,} contacts, best of {asked.rounds}, seconds of all processors in brackets; {machine}, "
        f"load {os.getloadavg()[1]:.0f}:"
    )
    PAGE.write_text("\n".join([before + begin, told, "", *table, end + after]), encoding="utf-8")


if __name__ == "__main__":
    main()
