"""Set up and run everything: `python3 dev.py demo` and `python3 dev.py test`.

A standard-library script for a machine with nothing but Python and git. It makes `.venv`, installs what
`requirements.lock` names (again only when that file or `pyproject.toml` changed), and runs.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
LOCK = ROOT / "requirements.lock"
STAMP = VENV / "installed.sha256"
SPARKS = {  # what each environment beside `.venv` is for; the server of the second one is the first one's
    "Spark": (ROOT / ".venv-spark", ROOT / "requirements-spark.lock"),
    "Spark Connect": (ROOT / ".venv-spark-connect", ROOT / "requirements-spark-connect.lock"),
}

CHECKS = {
    "ruff check": ("ruff", "check", "--quiet"),
    "ruff format": ("ruff", "format", "--check", "--quiet"),
    "mypy --strict": ("mypy",),
    "pyright strict": ("basedpyright",),
    "import layers": ("lint-imports",),
    "tests": (
        "pytest",
        "-q",
        "-n",
        "2",
        "--dist",
        "loadfile",
        "--durations=5",
        "--cov",
        "--cov-report=term:skip-covered",
    ),
}
SITE = "import sysconfig; print(sysconfig.get_path('purelib'))"
COVERED = "97.3"  # per cent of lines and branches with the public data; 97.37 before the move into rooms


def main(words: list[str]) -> int:
    """Run one of the commands; without one, say which there are."""
    commands = {"demo": demo, "test": test, "lock": lock}
    if not words or words[0] not in commands:
        print("usage: python3 dev.py demo | test [pytest options] | lock", file=sys.stderr)
        return 2
    if sys.version_info < (3, 11):  # noqa: UP036  (this script meets older interpreters before pip does)
        print(f"servqual needs Python 3.11 or newer (this is {sys.version.split()[0]})", file=sys.stderr)
        return 2
    os.chdir(ROOT)
    set_up()
    return commands[words[0]](words[1:])


def set_up() -> None:
    """Make `.venv` hold what the lock names; nothing to do when it already does."""
    wanted = hashlib.sha256(LOCK.read_bytes() + (ROOT / "pyproject.toml").read_bytes()).hexdigest()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return
    print("setting up .venv (once) …", flush=True)
    if not (BIN / ("python.exe" if os.name == "nt" else "python")).exists():
        venv.create(VENV, with_pip=True)
    pip = (python(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    subprocess.run([*pip, "-r", LOCK], check=True)
    subprocess.run([*pip, "--no-deps", "--no-build-isolation", "-e", ROOT], check=True)
    STAMP.write_text(wanted)


def demo(_: list[str]) -> int:
    """Make the report of the simulated sample desk."""
    page = ROOT / "build" / "sample-report.html"
    page.parent.mkdir(exist_ok=True)
    return subprocess.run([python(), "-m", "servqual", "report", "sample", "--html", page], check=False).returncode


def test(options: list[str]) -> int:
    """Run every check, or with options only the part of the tests that they choose."""
    checks = {"tests": ("pytest", "-q", "-n", "2", "--dist", "loadfile", *options)} if options else CHECKS
    if not options and "SERVQUAL_DATA" in os.environ:
        checks = {**checks, "tests": (*CHECKS["tests"], f"--cov-fail-under={COVERED}")}
    failed = []
    for name, command in checks.items():
        started = time.perf_counter()
        print(f"== {name}", flush=True)
        code = subprocess.run([BIN / command[0], *command[1:]], check=False).returncode
        print(f"== {name}: {'FAILED' if code else 'passed'} in {time.perf_counter() - started:.1f} s", flush=True)
        if code:
            failed.append(name)
    if not options and not test_spark():
        failed.append("tests with Spark")
    print(f"failed: {', '.join(failed)}" if failed else "all passed")
    return 1 if failed else 0


def test_spark() -> bool:
    """Run the tests with each Spark in an environment of its own; skip them where there is no Java."""
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        print("== tests with Spark: skipped, for there is no Java; Debian has it as default-jre-headless")
        return "spark" not in os.environ.get("SERVQUAL_REQUIRE", "").split(",")
    passed = True
    for name, (folder, names) in SPARKS.items():
        started = time.perf_counter()
        print(f"== tests with {name}", flush=True)
        command = (beside(folder, names), "-m", "pytest", "-q", "-o", "addopts=", "tests/spark")
        code = subprocess.run(command, check=False).returncode
        took = time.perf_counter() - started
        print(f"== tests with {name}: {'FAILED' if code else 'passed'} in {took:.1f} s", flush=True)
        passed = passed and code == 0
    return passed


def beside(folder: Path, names: Path) -> Path:
    """Make an environment hold what its lock names, and see what `.venv` has; give its interpreter."""
    interpreter = folder / BIN.name / "python"
    stamp = folder / "installed.sha256"
    wanted = hashlib.sha256(names.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return interpreter
    venv.create(folder, with_pip=True)
    pip = (interpreter, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps")
    subprocess.run([*pip, "-r", names], check=True)
    shared, own = (
        Path(subprocess.check_output([each, "-c", SITE], text=True).strip()) for each in (BIN / "python", interpreter)
    )
    (own / "shared.pth").write_text(f"import site; site.addsitedir({str(shared)!r})\n")
    stamp.write_text(wanted)
    return interpreter


def lock(_: list[str]) -> int:
    """Write what is installed now to `requirements.lock`."""
    frozen = subprocess.run(
        [python(), "-m", "pip", "freeze", "--exclude", "servqual"], check=True, capture_output=True, text=True
    ).stdout
    LOCK.write_text(LOCK.read_text().splitlines()[0] + "\n" + frozen)
    return 0


def python() -> str:
    """The interpreter of `.venv`."""
    return str(BIN / "python")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
