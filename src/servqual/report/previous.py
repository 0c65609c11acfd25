"""The report before: the tally that an earlier `report.json` carries, against which this one is held."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import attrs

from servqual._checks import must_be
from servqual._words import clean
from servqual.errors import InvalidValue, ServqualError, UnreadableFile
from servqual.metrics import KPIS, Kpi, Measures, Tally
from servqual.pdca.verdicts.ages import ripens
from servqual.readers.columns.calendar import Days
from servqual.report.changing import GROWS, Side, judge, judged, not_judged
from servqual.report.framing import Frame
from servqual.report.maturity import FINISHED, RIPE
from servqual.schema import dump, load

Plain: TypeAlias = dict[str, Any]
_LONGEST: Final = 1 << 28
_NEEDED: Final = "be the --json of an earlier servqual report"


@attrs.frozen
class Previous:
    """An earlier report: what it measured in which days, and the moment, on its own wall, from which it was seen."""

    tally: Tally
    days: Days
    now: dt.datetime


def stored(tally: Tally) -> Plain:
    """Write a tally as plain data; the KPIs bear the titles of the catalogue, by which they are found again."""
    kpis = tuple(attrs.evolve(kpi, title=KPIS[kpi.name].title) if kpi.name in KPIS else kpi for kpi in tally.plan.kpis)
    return dump(attrs.evolve(tally, plan=attrs.evolve(tally.plan, kpis=kpis)))


def previous_of(path: Path, kpis: Sequence[Kpi]) -> Previous:
    """Read the tally and the days of an earlier report; `kpis` are those of this one.

    Raises `UnreadableFile` for a file that cannot be read, `InvalidValue` where it is no report.
    """
    must_be(Path, "previous", "the path of the JSON of an earlier report", path)
    try:
        if path.stat().st_size > _LONGEST:
            raise InvalidValue.of("previous", _NEEDED, path, shown=f"{path}, over 256 MiB")
        told = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UnreadableFile(f"cannot read {path}: {error.strerror or error}", path=str(path)) from None
    except (ValueError, RecursionError):
        raise InvalidValue.of("previous", _NEEDED, path, do="write one with --json report.json") from None
    try:
        period, made = told["period"], told["made"]
        days = dt.date.fromisoformat(period["first"]), dt.date.fromisoformat(period["last"]) + dt.timedelta(days=1)
        now = dt.datetime.fromisoformat(made["now"])
        document = told["tally"]
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise InvalidValue.of("previous", _NEEDED, path, do="write one with --json report.json") from None
    try:
        found = load(document, kpis=[*kpis])
    except (ServqualError, ExceptionGroup) as error:
        said = clean(error)[:300]
        raise InvalidValue.of("previous", "hold a tally that can be read", path, shown=f"{path}: {said}") from None
    if not isinstance(found, Tally) or found.plan.by:
        raise InvalidValue.of("previous", _NEEDED, path)
    return Previous(found, days, now)


def changes_since(earlier: Previous, kpis: Sequence[Kpi], whole: Measures, frame: Frame) -> Plain:
    """Judge the change of each KPI since an earlier report, which must end before this one begins."""
    days = frame.days
    if earlier.days[1] > days[0]:
        raise InvalidValue.of(
            "previous",
            f"be of days before {days[0]}, on which this report begins",
            earlier.days,
            shown=f"{earlier.days[0]} to {earlier.days[1] - dt.timedelta(days=1)}",
            do="cut this report with --period, such as --period 2026-06",
        )
    old, new = (
        Side(measures, span, f"{span[0]} to {span[1] - dt.timedelta(days=1)}")
        for measures, span in ((earlier.tally.measure(), earlier.days), (whole, days))
    )
    ages = min(_age(earlier.days, earlier.now), _age(days, frame.now))
    asked, lost = list[tuple[Kpi, Side, Side]](), list[Plain]()
    known: Mapping[str, Kpi] = {kpi.key: kpi for kpi in old.measures.kpis}
    for kpi in filter(judged, kpis):
        if kpi.key not in known:
            reason = "the earlier report does not have it"
        elif known[kpi.key].definition != kpi.definition:
            reason = "the earlier report defines it otherwise, such as by another limit or other hours"
        elif kpi.name == FINISHED.name:
            reason = GROWS
        elif ripens(kpi) and ages < RIPE:
            reason = (
                f"it may still change until {RIPE.days} days after a period, and one of the reports was made before"
            )
        else:
            asked.append((kpi, old, new))
            continue
        lost.append(not_judged(kpi, reason))
    return judge(asked, lost)


def _age(days: Days, now: dt.datetime) -> dt.timedelta:
    """The time from the end of the days to the moment of a report, to a day."""
    return now.date() - days[1]
