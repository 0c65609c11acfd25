"""Write docs/verdicts.md from the tables of servqual.pdca: `python docs/make_verdicts.py`."""

from collections.abc import Iterable
from pathlib import Path

from servqual.pdca.cycle.gaps import GAPS
from servqual.pdca.verdicts.caveats import CAVEATS
from servqual.pdca.verdicts.methods import FIELLER, METHODS, OTHERWISE
from servqual.pdca.verdicts.rules import RULES, RULES_VERSION

INTRO = '''# Verdicts

*This page is written by `docs/make_verdicts.py` from the tables that the code reads.*

`compare(before, after)` reads two tallies, two results of `measure` or two measurements, and nothing else: no rows, so
that it takes the same time whatever the data were. It gives a `Verdict`: the change with its interval, the decision,
and the rule that took it.

```python
import datetime as dt
from servqual.metrics import tally
from servqual.pdca import Guardrail, compare, replay


def month(number, solved, reopened):
    """A month of 2,000 cases."""
    first, then = dt.datetime(2026, number, 2, tzinfo=dt.UTC), dt.datetime(2026, number, 3, tzinfo=dt.UTC)
    ends = [then] * solved + [None] * (2000 - solved)
    again = [1] * reopened + [0] * (2000 - reopened)
    return {"cases": {"received_at": [first] * 2000, "resolved_at": ends, "reopened": again}}


kpis, now = ["resolution_rate", "reopen_rate"], dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
march, may = tally(kpis, month(3, 1200, 60), now=now), tally(kpis, month(5, 1500, 62), now=now)
rail = Guardrail(kpi="reopen_rate", margin=0.03)
verdict = compare(march, may, "resolution_rate", margin=0.02, guardrails=[rail])
assert str(verdict) == "resolution rate: improved, +15 points (+12.1 to +17.8)"
assert (verdict.rule, verdict.guardrails[0].decision) == ("improved", "equivalent")
assert replay(verdict.receipt()) == verdict
```

## The rules'''
RULES_TOLD = """
`change`, `low` and `high` are after minus before in the unit of the KPI. For the rules the interval is turned so that
above 0 is better; it is the one that is printed, at the `confidence` that is printed. The margin is absolute and in
the same unit; without one nothing is equivalent. The first rule that holds decides. This is version {version} of the
table, and every receipt names the version that it was judged by.
"""
AFTER_RULES = """
A guardrail is *worse* if its whole interval lies beyond its margin on the bad side, *equivalent* if none of it does,
else *unclear*; without an interval, or where neither direction of its KPI is better, it is *invalid*. It is *unclear*
too, without a number, where its sides cannot be compared or its undecided cases may carry it over its margin; its own
`caveats` say why. The same tally on both sides is legal, and never improved or worse.

A blocking caveat never withholds *worse*: it stops an improvement, or it says that the sides cannot be compared at all,
and then nothing is said of harm either. So it is with undecided cases, which count for both directions alike. Where
they may still undo what the interval says, its side of 0 or that it lies within the margin, the verdict is invalid
until they are decided; where the interval is not sure anyway, they are told and change nothing.

Version 2 of the rules called such a change unclear, and with it sides of other ages and periods that scatter by more
than chance: their intervals were printed as they are, and not read. Version 1 called a change that undecided cases may
turn *worse*, looked for scatter on the side before alone, and had no `scatter.unknown`. A receipt of an earlier version
is not judged anew by this one, which might say something else: `replay` refuses it as `receipt.other_rules`, and the
servqual that wrote it replays it.

Periods are compared on the wall clock of their zone: a week in which the clock is changed is as long as any other. A
measurement of one month, as a row of a result by month, has that month for its period. Of a period that is not over
counts what is over at `now`.

Both sides must be seen equally long after the end of their periods: with one `now` for two months, the cases of the
second had less time to be solved or reopened, and only its short ones have ended, so that an unchanged desk solves less
and faster. Give each tally a `now=` that is as long after its period; what an export knows without a moment, such as
how often a case was reopened, needs an export of then. Medians of lifetimes count what goes on and need none of this.

An unclear verdict with a margin says in `n_needed` how many cases per side are still needed to see a change as large
as the margin, at the planned `power` (80 % by default): (z of the confidence + z of the power)² × the variances per
case of both sides / margin², less the smaller side; with several looks a little more, for the whole plan. It is never
counted for the change that was seen. Where it cannot be said, a caveat tells why: `margin.none` without a margin,
`n_needed.none` for a count, which has no single cases that scatter.

## Methods

The formulas stand in `servqual.stats.differences`. The p-value is two-sided and below 1 − confidence just where the
interval leaves out 0. `relative` is the change as a share of the value before: {fieller}; None where that value may be
0, and for scales without a true zero.
"""
AFTER_METHODS = """
Sources: R. G. Newcombe, 1998, Statistics in Medicine 17: 873-890; B. L. Welch, 1947, Biometrika 34: 28-35; G. Y. Zou
and A. Donner, 2008, Statistics in Medicine 27: 1693-1702; A. Donner and G. Y. Zou, 2012, Statistical Methods in Medical
Research 21: 347-359. The intervals of single sides are those of [intervals](intervals.md). A measurement without its
cell, such as one that was typed in, is compared by its own interval, and the method says so.

**Times with open cases.** Medians and restricted means of lifetimes count what goes on. `verdict.logrank` passes the
times of both sides, with the open ones, to `servqual.stats.survival.logrank`, and says whether the whole curves differ,
also where a median is not reached. The decision rests on the interval alone.

**Several KPIs.** Without `primary=` each is judged alone, with a caveat. With it that one is judged first; the others
only where it changed, by Holm's steps (S. Holm, 1979, Scandinavian Journal of Statistics 6: 65-70), with an interval at
their share of the risk. Otherwise, and where the primary one is invalid, their intervals, also that of `relative`, are
extended to hold 0.

**Several looks.** `looks=(2, 5)` is the second of five looks that were planned at equal steps of cases. Each spends its
part of the risk, little at first: O'Brien and Fleming's boundaries by the spending of K. K. G. Lan and D. L. DeMets
(1983, Biometrika 70: 659-663), those of `servqual.stats.inference.planned_looks`. The five find a change below p-values
of 0.000001, 0.0008, 0.0074, 0.022 and 0.042, so that all of them together are wrong in 5 %; in a little less where the
side before is the same at each look: twenty looks, with as many cases before as after in the end, are wrong in 4.5 %
([evidence](evidence.md)). Very early looks, which have no risk to spend, are printed at a confidence of 1 - 10⁻⁸.

**Periods that scatter.** Where the sides are series, such as by week, and their shares or counts scatter from period
to period, each around the level of its side, by more than the mean of chance, the interval of the change is widened:
by the variance that was seen beside that of chance, by how long a level may last (an autocorrelation of 0.7 between
neighbouring periods is allowed for), and by Student's t in place of the normal deviate. `scatter.widened` says by how
much. It is the widened interval that is printed and that the rules read; p-value, relative change and `n_needed` go
with it. Where the scatter is beyond chance at 1 % (chi-square, R. A. Fisher, 1950, Biometrics 6: 17-24)
`series.overdispersed` says so: measure `clustered(kpi, column)` if rows hang together by a column. A side needs four
periods of enough cases for all that, a count two more; periods that ended within two weeks of `now` are left out where
the KPI ripens. Else `scatter.unknown` says so.

So eight weeks a side of 400 cases each, whose true level scatters by 3 points from week to week and else never changes,
are called changed in 1 % of the cases, in 4 % where weeks hang together (autocorrelation 0.5), and in 5 % at 0.6
([evidence](evidence.md)). Beyond 0.6 it is more, and of four weeks a side 7 to 8 %. It has a price: of weeks that hide
no scatter at all, eight a side find three quarters of the effects that the same cases without weeks find with 95 %.

**Load and season.** Waits follow the load: where fewer cases come, times get shorter and more promises are kept
although nobody works otherwise. Where rows per day differ by a tenth or more, and by more than chance, between
stated periods, and a duration or a share of what was done in time moved the way that the load alone would move it,
`volume.explains` stops an improvement. Compare the same part of last year, or a team without the change
(`difference_in_differences`). A wait that fell although more came is improved as ever, and *worse* stays worse:
customers did wait longer, and the caveat says that the load may be why. What else a season changes cannot be seen in
two tallies: `series.season` says so.

**A group that was picked.** The worst of ten equal teams improves on its own. `diagnose` records the drawn value, the
plan that it drafts keeps it as `plan.selected`, and `plan.compare(before, after)` uses it. `selected=Selected.among(…)`
draws its value before towards the level of all groups before anything is subtracted, and counts how unsure that is (C.
Morris, 1983, JASA 78: 47-55). Of tallies by group only the picked one starts from it.

**Mix.** `mix_by=["channel"]` splits the change into what the rates of the channels changed and what their mix did (E.
M. Kitagawa, 1955, JASA 50: 1168-1194). The parts are fractions that sum to the change exactly.

## Caveats

Each has a stable code. A *note* says what is not known, a *weak* one that the verdict leans on less than it seems to, a
*blocking* one stops an improvement or makes the verdict invalid. What a tally does not carry, such as its period,
never blocks.
"""
OF_EXPORTS = "`cases.as_recorded`", "an export knows a column without its moment, so that the side before had longer"
GAPS_TOLD = """
A comparison of an export, and a [cycle](improvement.md) that checks a verdict or plans re-checks, have codes of their
own. With any `check.` code nothing counts as improved; the others change no decision.

"""
END = """
## Receipts

`verdict.receipt()` gives bytes: the definition ids, both sides, the options, the version of the rules, and a SHA-256 of
all that; no pickle. `replay(receipt)` makes the verdict again and compares its receipt with the one given. The checksum
finds any altered byte. Who makes it anew still cannot make a receipt say what its sides and options do not lead to; he
may alter both of them together, for a checksum is no signature. KPIs with parameters of their own are passed as
`replay(receipt, kpis=[…])`. Receipts may stand one after another in a file: `verify_file(path)` replays them all. The
errors are `UnreadableReceipt` with a code that begins with `receipt.`.
"""


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(head), ["---" for _ in head], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def page() -> str:
    """The page: rules, methods and caveats, each from its table."""
    rules = [
        [str(place), f"`{rule.key}`", rule.when, f"**{rule.decision}**"] for place, rule in enumerate(RULES, start=1)
    ]
    methods = [[f"`{statistic}`", method] for statistic, method in METHODS.items()]
    caveats = [[f"`{code}`", told.severity, told.when, told.effect] for code, told in CAVEATS.items()]
    return "\n".join(
        [
            INTRO,
            RULES_TOLD.format(version=RULES_VERSION),
            _table(["", "rule", "holds if", "decision"], rules),
            AFTER_RULES.format(fieller=FIELLER).lstrip("\n"),
            _table(["statistic", "method"], [*methods, ["any other", OTHERWISE]]),
            AFTER_METHODS.lstrip("\n"),
            _table(["code", "severity", "given where", "effect"], caveats),
            GAPS_TOLD.strip("\n") + "\n",
            _table(["code", "given where"], [*([f"`{code}`", when] for code, when in GAPS.items()), OF_EXPORTS]),
            END.strip("\n"),
            "",
        ]
    )


if __name__ == "__main__":
    (Path(__file__).parent / "verdicts.md").write_text(page(), encoding="utf-8")
