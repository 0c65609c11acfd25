"""Control charts, the rules by which they signal, capability and sigma levels.

- measured values: `xmr` for one per point, `xbar_r` and `xbar_s` for several, `run_chart` for few points
- counts: `p_chart`, `np_chart`, `c_chart`, `u_chart`; `laney_p` and `laney_u` where samples are large
- rare events: `g_chart`, `t_chart`
- small shifts: `ewma`, `cusum`; how soon they find one: `ewma_arl`, `cusum_arl`, `shewhart_arl`
- which of them, and why: `choose_chart`
- `rules` by name on any series, `constants` of samples, `capability`, `sigma_level`, `dpmo`, `first_pass_yield`
- `of_shares`, `of_counts`: exact limits of many groups at once, for funnels
"""

from servqual.stats.spc.capable import Capability, capability
from servqual.stats.spc.charts import CAVEATS, Chart, Outlook
from servqual.stats.spc.choosing import Choice, choose_chart
from servqual.stats.spc.counted import Counted, Laney, c_chart, laney_p, laney_u, np_chart, p_chart, u_chart
from servqual.stats.spc.factors import Constants, constants
from servqual.stats.spc.individuals import XmR, xmr
from servqual.stats.spc.limits import of_counts, of_shares
from servqual.stats.spc.medians import RunChart, run_chart
from servqual.stats.spc.rare import CasesBetween, TimeBetween, g_chart, t_chart
from servqual.stats.spc.run_lengths import cusum_arl, ewma_arl, shewhart_arl
from servqual.stats.spc.run_rules import RULES, Signal, Signals, rules
from servqual.stats.spc.six_sigma import dpmo, first_pass_yield, sigma_level
from servqual.stats.spc.subgroups import XbarR, XbarS, xbar_r, xbar_s
from servqual.stats.spc.weighted import Cusum, Ewma, cusum, ewma

__all__ = [
    "CAVEATS",
    "RULES",
    "Capability",
    "CasesBetween",
    "Chart",
    "Choice",
    "Constants",
    "Counted",
    "Cusum",
    "Ewma",
    "Laney",
    "Outlook",
    "RunChart",
    "Signal",
    "Signals",
    "TimeBetween",
    "XbarR",
    "XbarS",
    "XmR",
    "c_chart",
    "capability",
    "choose_chart",
    "constants",
    "cusum",
    "cusum_arl",
    "dpmo",
    "ewma",
    "ewma_arl",
    "first_pass_yield",
    "g_chart",
    "laney_p",
    "laney_u",
    "np_chart",
    "of_counts",
    "of_shares",
    "p_chart",
    "rules",
    "run_chart",
    "shewhart_arl",
    "sigma_level",
    "t_chart",
    "u_chart",
    "xbar_r",
    "xbar_s",
    "xmr",
]
