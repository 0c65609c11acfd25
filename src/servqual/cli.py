"""The command line: `inspect` looks into a file, `report` writes the page, `compare` judges, `verify` judges anew.

Exit codes: 0 done, 2 the input, the settings or the place for the output cannot be used (the message says why), 3 a
receipt does not lead to its verdict, 130 stopped by an interrupt, 1 a fault of ours.
"""

import argparse
import datetime as dt
import io
import json
import os
import shlex
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, nullcontext, redirect_stdout, suppress
from pathlib import Path
from typing import Any, Final, NoReturn

from servqual._words import clean, counted
from servqual.errors import InvalidValue, ServqualError, UnreadableFile

_OPTIONS: Final = ("now", "period", "previous", "whole")
"""Options that no look into the file would mend."""
_OUT: Final = Path("-")
"""The output of the terminal, instead of a file."""
PRESETS: Final = (
    "servicenow", "jira", "zendesk", "zammad", "freshdesk", "hubspot", "salesforce", "glpi", "frappe", "osticket",
    "redmine",
)  # fmt: skip
"""Those of `readers.files.vendors`, which `--help` must not wait for."""
_TABLES: Final = "cases, interactions, contact_counts, complaints or answers"
_CODES: Final = """\
exit codes: 0 done, 2 the input, the settings or the place for the output cannot be used, 3 a receipt does not lead to
its verdict (verify), 130 stopped by an interrupt, 1 a fault of servqual; a file that was there before is replaced as a
whole or not at all
"""


def main(words: Sequence[str] | None = None) -> int:
    """Run a command and return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    options = _parser().parse_args(words)
    try:
        code = int(options.run(options))
        print(end="", flush=True)  # a full disk is told by now; there may be no output at all
    except ServqualError as error:
        return _fail(str(error), *getattr(error, "__notes__", ()))
    except BrokenPipeError:
        _drop_output()
        return 0
    except OSError as error:
        _drop_output()
        return _fail(f"{error.filename or 'the output'} cannot be used: {error.strerror or error}")
    except MemoryError:
        return _fail("there is not enough memory for this export; cut it into parts")
    except KeyboardInterrupt:
        _fail("stopped")
        return 130
    return code


def _fail(*lines: str) -> int:
    """Say what is wrong, and give the code for that."""
    for mark, line in zip(("servqual: ", *["  "] * len(lines)), lines, strict=False):
        with suppress(OSError):  # the terminal itself may be what is wrong
            print(f"{mark}{clean(line)}", file=sys.stderr, flush=True)
    return 2


def _drop_output() -> None:
    """Send what waits for a full or closed output nowhere, or Python complains of it at its end."""
    try:
        print(end="", flush=True)
    except OSError:
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Parser(argparse.ArgumentParser):
    """A parser whose messages hold no control character of what was typed."""

    def error(self, message: str) -> NoReturn:
        super().error(clean(message))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="servqual", epilog=_CODES, description="The quality of customer service, measured.")
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    report = commands.add_parser(
        "report",
        help="turn a ticket export into one page: promises kept, weak groups, and what to improve first",
        description="Measure a ticket export (CSV, also gzipped; Excel; Parquet) and write one self-contained page.",
        epilog=f"example: servqual report incidents.csv.gz --preset servicenow --html report.html; {_CODES}",
    )
    report.add_argument(
        "export",
        metavar="EXPORT",
        nargs="?",
        default="",
        help="the file, or `sample` for a simulated desk that ships with servqual; may be left out where the "
        "configuration names files under [tables]",
    )
    report.add_argument(
        "--table",
        metavar="TABLE",
        help=f"what EXPORT holds, by default cases: {_TABLES}",
    )
    _reading(report)
    report.add_argument(
        "--html",
        metavar="FILE",
        type=Path,
        help="where to write the page (default: EXPORT-report.html here, unless --json or --csv is given)",
    )
    report.add_argument(
        "--period", metavar="PERIOD", help="only this period: 2026-05, 2026-05..2026-07, 2026-Q2, 2026-W19 or days"
    )
    report.add_argument(
        "--previous", metavar="FILE", type=Path, help="the --json of an earlier report, to say what changed since"
    )
    report.add_argument(
        "--json",
        metavar="FILE",
        type=Path,
        help="also write the findings as JSON; - prints them, messages go to stderr",
    )
    report.add_argument("--csv", metavar="FILE", type=Path, help="also write every number as a tidy CSV table")
    report.set_defaults(run=_report)
    _inspect_parser(commands)
    _compare_parser(commands)
    verify = commands.add_parser(
        "verify",
        help="make the verdicts of a file of receipts again, and name those that were altered",
        description="Read receipts, one after another as `compare --receipt` writes them, and judge each anew.",
        epilog=_CODES,
    )
    verify.add_argument("file", metavar="FILE", type=Path, help="the file of receipts")
    verify.add_argument("--preset", metavar="NAME", help="the layout that the receipts were made with")
    verify.add_argument("--config", metavar="FILE.toml", type=Path, help="where the targets of the receipts stand")
    verify.set_defaults(run=_verify)
    return parser


def _reading(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how an export is read."""
    parser.add_argument("--preset", metavar="NAME", help=f"the layout of a vendor's export: {', '.join(PRESETS)}")
    parser.add_argument("--config", metavar="FILE.toml", type=Path, help="columns, zone, hours and targets")
    parser.add_argument("--zone", metavar="ZONE", help="IANA zone of times without an offset, such as Europe/Berlin")
    parser.add_argument(
        "--now", metavar="TIME", help="the moment from which open cases are seen (default: the latest in the file)"
    )


def _inspect_parser(commands: "argparse._SubParsersAction[_Parser]") -> None:
    inspect = commands.add_parser(
        "inspect",
        help="say what is in an export and which KPIs it carries, and write settings for a report",
        description="Look into exports: how they are written, what their columns hold, and what a report would need.",
        epilog=f"example: servqual inspect tickets.csv --write desk.toml; {_CODES}",
    )
    inspect.add_argument("exports", metavar="EXPORT", nargs="+", type=Path, help="a file, several, or a folder")
    inspect.add_argument("--encoding", metavar="NAME", help="the encoding of a text, where two are in question")
    inspect.add_argument("--sheet", metavar="NAME", help="the sheet of a workbook, or the file of an archive")
    inspect.add_argument("--table", metavar="TABLE", help=f"what the rows are, where that is in question: {_TABLES}")
    inspect.add_argument(
        "--write", metavar="FILE.toml", type=Path, help="where to write settings; a file that exists stays as it is"
    )
    inspect.set_defaults(run=_inspect)


def _compare_parser(commands: "argparse._SubParsersAction[_Parser]") -> None:
    compare = commands.add_parser(
        "compare",
        help="judge a change: improved, worse, equivalent or unclear, as long before it as after it",
        description="Compare a KPI of a ticket export before and after a change, both sides equally long.",
        epilog=f"example: servqual compare incidents.csv --change 2026-05-04 --kpi reopen_rate --margin '2 points'; "
        f"{_CODES}",
    )
    compare.add_argument("export", metavar="EXPORT", help="the file")
    compare.add_argument(
        "--change", metavar="DATE", required=True, help="the first day of the change, or a moment with an offset"
    )
    compare.add_argument(
        "--kpi", metavar="KEY", required=True, help="a KPI of cases, such as reopen_rate, or a target by its name"
    )
    compare.add_argument("--margin", metavar="SIZE", help="the least change that matters: 0.02, '2 points', '30 min'")
    compare.add_argument(
        "--guardrail", metavar="KEY=SIZE", action="append", help="a KPI that must not get worse by more than that"
    )
    compare.add_argument(
        "--where", metavar="COLUMN=VALUE", action="append", help="only cases with this value, such as team=north"
    )
    _reading(compare)
    compare.add_argument("--json", metavar="FILE", type=Path, help="also write the verdict as JSON")
    compare.add_argument("--receipt", metavar="FILE", type=Path, help="also write a receipt, which `verify` reads")
    compare.set_defaults(run=_compare)


class _Version(argparse.Action):
    """The action of `--version`, which reads the version only when it is printed."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        import servqual  # noqa: PLC0415

        print(f"servqual {servqual.__version__}")
        parser.exit()


def _report(options: argparse.Namespace) -> int:
    from servqual.report import (  # noqa: PLC0415  (`--help` must not wait for arrays)
        Config,
        as_csv,
        render,
        report,
        sample_report,
    )
    from servqual.report.alive import SignOfLife  # noqa: PLC0415
    from servqual.report.writing import write  # noqa: PLC0415

    _check_outputs(options)
    if options.export == "sample":
        for name in ("preset", "config", "zone", "table"):
            if getattr(options, name):
                raise InvalidValue.of(
                    f"--{name}", "be left out with sample, whose layout is known", getattr(options, name)
                )
        data = sample_report(now=_moment(options.now), period=options.period, previous=options.previous)
    else:
        config = Config.read(
            preset=options.preset, path=options.config, zone=options.zone, period=options.period, of=options.table
        )
        now = _moment(options.now, config.layout.zone)
        files = [*([Path(options.export)] if options.export else []), *config.files]
        with SignOfLife(files) as sign, _next_step(options.export):
            data = report(options.export or None, config, now=now, previous=options.previous, progress=sign.read)
    page = options.html
    if not (page or options.json or options.csv):
        page = Path(f"{clean(Path(options.export).name).partition('.')[0] or 'service'}-report.html")
    outputs: tuple[tuple[Path | None, Callable[[], str]], ...] = (
        (page, lambda: render(data)),
        (options.json, lambda: json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False) + "\n"),
        (options.csv, lambda: as_csv(data)),
    )
    for path, text in outputs:
        if path == _OUT:
            print(text(), end="")
        elif path:
            write(path, text())
    with redirect_stdout(sys.stderr) if options.json == _OUT else nullcontext():
        _say(data, [str(path) for path, _ in outputs if path and path != _OUT])
    return 0


@contextmanager
def _next_step(export: str) -> Generator[None]:
    """Name the command that says what is in a file which could not be read as it was asked."""
    try:
        yield
    except ServqualError as error:
        other = Path(getattr(error, "path", None) or export) != Path(export)
        of_options = other or getattr(error, "field", "") in _OPTIONS
        if Path(export).is_file() and not of_options:
            error.add_note(
                f"servqual inspect {shlex.quote(export)} --write desk.toml shows what is in it and writes settings"
            )
        raise


def _inspect(options: argparse.Namespace) -> int:
    from servqual.report import inspect  # noqa: PLC0415  (`--help` must not wait for arrays)
    from servqual.report.alive import SignOfLife  # noqa: PLC0415
    from servqual.report.writing import write  # noqa: PLC0415

    target = options.write
    if target is not None and target.exists():  # answers of a person may stand in it
        raise InvalidValue.of("--write", "name a new file", target, do="name another one, or move it away first")
    with SignOfLife(options.exports):
        found = inspect(options.exports, encoding=options.encoding, sheet=options.sheet, table=options.table)
    for line in found.text().splitlines():
        _print(line)
    if target is not None:
        write(target, found.settings(target.parent))
        _print(f"{target}: settings written; answer its questions, then: servqual report EXPORT --config {target}")
    return 0


def _compare(options: argparse.Namespace) -> int:
    from servqual.report import Config, comparison  # noqa: PLC0415  (`--help` must not wait for arrays)
    from servqual.report.alive import SignOfLife  # noqa: PLC0415
    from servqual.report.writing import write, write_bytes  # noqa: PLC0415

    _check_outputs(options)
    config = Config.read(preset=options.preset, path=options.config, zone=options.zone)
    now = _moment(options.now, config.layout.zone)
    with SignOfLife([Path(options.export)]) as sign:
        found = comparison(
            options.export,
            config,
            change=options.change,
            kpi=options.kpi,
            margin=options.margin,
            guardrails=_pairs("--guardrail", options.guardrail),
            where=_pairs("--where", options.where),
            now=now,
            progress=sign.read,
        )
    if options.json:
        write(options.json, json.dumps(found.data, ensure_ascii=False, indent=1, allow_nan=False) + "\n")
    if options.receipt:
        write_bytes(options.receipt, found.verdict.receipt())
    for line in found.lines:
        _print(line)
    return 0


def _pairs(option: str, given: Sequence[str] | None) -> dict[str, str]:
    """Read options of the form name=value, each name once."""
    out: dict[str, str] = {}
    for text in given or ():
        name, equals, value = text.partition("=")
        if not (name.strip() and equals and value.strip()) or name.strip() in out:
            raise InvalidValue.of(option, "be name=value, each name once", text)
        out[name.strip()] = value.strip()
    return out


def _verify(options: argparse.Namespace) -> int:
    from servqual.pdca import verify_file  # noqa: PLC0415  (`--help` must not wait for arrays)
    from servqual.report import Config  # noqa: PLC0415

    config = Config.read(preset=options.preset, path=options.config)
    kpis = [promise.kpi for promise in config.promises]
    found = verify_file(options.file, kpis)
    for number, each in enumerate(found, 1):
        told = str(each.verdict) if each.right else f"NOT VERIFIED ({each.code}): {each.text}"
        _print(f"receipt {number} at byte {each.at:,}: {told}")
    wrong = sum(not each.right for each in found)
    _print(f"{options.file}: {len(found) - wrong:,} of {len(found):,} receipts lead to their verdict")
    return 3 if wrong or not found else 0


def _check_outputs(options: argparse.Namespace) -> None:
    """Refuse an output that is the export or another output, or lies in a missing folder."""
    taken = {os.path.realpath(options.export): "the export"}
    for name in ("html", "json", "csv", "receipt"):
        path = getattr(options, name, None)
        if path is None or (name == "json" and options.run is _report and path == _OUT):
            continue
        real = os.path.realpath(path)
        if real in taken:
            raise InvalidValue.of(f"--{name}", f"not be {taken[real]}", path, do="name another file")
        if Path(real).is_dir() or not Path(real).parent.is_dir():
            raise UnreadableFile(f"cannot write {path}: no such folder, or a folder itself", path=str(path))
        taken[real] = f"the file of --{name}"


def _say(data: dict[str, Any], written: list[str]) -> None:
    rows = data["rows"]
    if rows["fold"]:
        _print(rows["fold"])
    _print(f"now is {data['made']['now']}, {data['made']['now_from']}")
    for note in data["notes"]:
        _print(f"note: {note}")
    for section in data.get("tables", ()):
        for note in section["notes"]:
            _print(f"note: {section['title']}: {note}")
    for reason in (*rows["reasons"], *(each for part in data.get("tables", ()) for each in part["rows"]["reasons"])):
        first = ", ".join(str(example["row"]) for example in reason["examples"])
        more = " …" if reason["count"] > len(reason["examples"]) else ""
        what = "refused row" if reason["part"] == "row" else "cell not used"
        where = f" (row {first}{more})" if first else ""
        _print(f"{what}: {reason['column']} {reason['reason']}: {reason['count']:,}{where}")
    for line in data["headline"]:
        _print(line)
    where = " and ".join(written) or "printed"
    every = [] if rows["cases"] is None else [("", rows)]
    every += [(f"{part['title']}: ", part["rows"]) for part in data.get("tables", ())]
    told = [f"{title}{of['read']:,} rows read, {of['used']:,} used, {of['refused']:,} refused" for title, of in every]
    counts = f"{where}: {'; '.join(told) if len(told) > 1 else told[0].rpartition(': ')[2]}"
    parts: list[dict[str, Any]] = [data, *data.get("tables", ())]
    weak = [row for part in parts for row in part["priorities"][:1]]
    _print(f"Improve first: {weak[0]['sentence'] if weak else 'no group is clearly worse than the whole.'}")
    if rows["cases"] is None:
        _print(f"{counts}; {counted(sum(len(part['kpis']) for part in data['tables']), 'KPI')}")
        return
    found = f"{rows['cases']:,} cases, {counted(len(data['kpis']), 'KPI')}"
    _print(f"{counts}; {found}, {len(data['priorities'])} candidates for improvement")


def _print(line: str) -> None:
    """Print a line in which names of files, columns and values are text from outside."""
    print(clean(line))


def _moment(text: str | None, zone: dt.tzinfo | None = None) -> dt.datetime | None:
    """Read `--now`; without an offset it is in the zone of the export."""
    if text is None:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise InvalidValue.of("--now", "be ISO 8601, such as 2026-05-04T09:00 or 2026-05-04T09:00Z", text) from None
    if moment.tzinfo is None:
        write = moment.isoformat(timespec="minutes")
        if zone is None:
            raise InvalidValue.of("--now", "have an offset", text, do=f"write {write}Z for UTC, or give the zone")
        moment = moment.replace(tzinfo=zone)
    from servqual.pdca.verdicts.wall import within_time  # noqa: PLC0415  (`--help` must not wait for arrays)

    return within_time("--now", moment)
