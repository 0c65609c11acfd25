"""A session of Spark with two workers: classic, or with a pure client that of a server of Spark Connect.

Both are packages named `pyspark`, so that each has an environment. The server is that of the classic one, whose
interpreter runs the workers.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

CLASSIC: Final = Path(__file__).parents[2] / ".venv-spark" / "bin" / "python"
MASTER: Final = "local[2,4]"
"""Two tasks at once, of which each may fail three times."""
_SERVER: Final = "org.apache.spark.sql.connect.service.SparkConnectServer"
_HOME: Final = "import pyspark; print(pyspark.__path__[0])"
_PATIENCE_S: Final = 300


def is_client() -> bool:
    """Whether this environment has the pure client, which brings no Spark."""
    import pyspark  # noqa: PLC0415  (a package of another environment)

    return not (Path(pyspark.__file__).parent / "jars").exists()


@contextmanager
def opened(settings: Mapping[str, str]) -> Generator[Any]:
    """Open a session with these settings, and close it at the end."""
    from pyspark.sql import SparkSession  # noqa: PLC0415  (a package of another environment)

    if is_client():
        with tempfile.TemporaryDirectory() as folder, _served(settings, Path(folder)) as address:
            made = SparkSession.builder.remote(address).getOrCreate()
            yield made
            made.stop()
        return
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master(MASTER)
    for name, value in settings.items():
        builder = builder.config(name, value)
    made = builder.getOrCreate()
    yield made
    made.stop()


@contextmanager
def _served(settings: Mapping[str, str], folder: Path) -> Generator[str]:
    """Start a server of Spark Connect, and end it."""
    home = Path(subprocess.check_output([CLASSIC, "-c", _HOME], text=True).strip())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    every = {**settings, "spark.master": MASTER, "spark.connect.grpc.binding.address": "127.0.0.1"}
    every["spark.connect.grpc.binding.port"] = str(port)
    options = [word for name, value in every.items() for word in ("--conf", f"{name}={value}")]
    command: list[str | Path] = [home / "bin" / "spark-submit", "--class", _SERVER, *options, "spark-internal"]
    environment = {**os.environ, "SPARK_HOME": str(home), "PYSPARK_PYTHON": str(CLASSIC)}
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=folder) as server,
    ):
        try:
            _await(server, port, folder / "log")
            yield f"sc://127.0.0.1:{port}"
        finally:
            server.terminate()


def _await(server: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    """Wait until the server listens; raise its last words where it ends before."""
    begun = time.monotonic()
    while server.poll() is None and time.monotonic() - begun < _PATIENCE_S:
        with socket.socket() as trying:
            if trying.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise RuntimeError(f"the server of Spark Connect did not start: {log.read_text(errors='replace')[-500:]}")
