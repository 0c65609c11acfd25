"""Every name of statistics that others rely on exists, and has a published number or a second witness in its tests."""

from pathlib import Path

import numpy as np
import pytest

from servqual.stats import inference, spc, survival

HERE = Path(__file__).parent
ROOMS = {"inference": inference, "spc": spc, "survival": survival}
WITNESSES = {
    # name: the file that tests it, and whose number it is held against there
    "inference.proportion": ("inference/test_proportions.py", "R. G. Newcombe (1998)"),
    "inference.difference_of_proportions": ("test_differences.py", "R. G. Newcombe (1998)"),
    "inference.ratio_of_proportions": ("test_differences.py", "test_a_ratio_of_shares_published"),
    "inference.z_test_of_proportions": ("inference/test_proportions.py", "proportions_ztest"),
    "inference.chi_square_of_proportions": ("inference/test_proportions.py", "NIST/SEMATECH e-Handbook, 7.4.4"),
    "inference.mcnemar": ("inference/test_proportions.py", "M. W. Fagerland"),
    "inference.rate": ("inference/test_rates.py", "F. Garwood (1936)"),
    "inference.difference_of_rates": ("test_differences.py", "test_a_difference_of_rates_agrees_with_its_p_value"),
    "inference.ratio_of_rates": ("inference/test_rates.py", "statsmodels"),
    "inference.mean": ("inference/test_means.py", "scipy.stats.t.interval"),
    "inference.difference_of_means": ("inference/test_means.py", "scipy.stats.ttest_ind"),
    "inference.ratio_of_means": ("inference/test_means.py", "Fieller"),
    "inference.ratio": ("test_differences.py", "test_fieller_ends_where_its_test_begins_to_refuse"),
    "inference.quantile": ("inference/test_quantiles.py", "R. J. Hyndman and Y. Fan (1996)"),
    "inference.mann_whitney": ("inference/test_ranks.py", "M. Hollander and D. A. Wolfe (1973)"),
    "inference.bootstrap": ("inference/test_resampling.py", "scipy.stats.bootstrap"),
    "inference.jackknife": ("inference/test_resampling.py", "B. Efron and R. J. Tibshirani (1993)"),
    "inference.equivalence_of_means": ("inference/test_equivalence.py", "ttost_ind"),
    "inference.equivalence_of_proportions": ("inference/test_equivalence.py", "both_tests_say_so"),
    "inference.bonferroni": ("inference/test_multiple.py", "Y. Benjamini and Y. Hochberg (1995)"),
    "inference.holm": ("inference/test_multiple.py", "multipletests"),
    "inference.benjamini_hochberg": ("inference/test_multiple.py", "Y. Benjamini and Y. Hochberg (1995)"),
    "inference.confidence_sequence": ("inference/test_sequential.py", "integrate.quad"),
    "inference.normal_mixture": ("inference/test_sequential.py", "standard_normal"),
    "inference.e_value": ("inference/test_sequential.py", "stats.binom.pmf"),
    "inference.sprt": ("inference/test_sequential.py", "NIST/SEMATECH e-Handbook, 6.2.6"),
    "inference.planned_looks": ("inference/test_looks.py", "D. M. Reboussin"),
    "inference.sample_size": ("inference/test_power.py", "W. G. Cochran (1977)"),
    "inference.sample_size_of_two_proportions": ("inference/test_power.py", "test_shares_published"),
    "inference.power_of_two_means": ("inference/test_power.py", "statsmodels"),
    "inference.duration": ("inference/test_power.py", "whole_periods"),
    "inference.smallest_difference_of_proportions": ("inference/test_power.py", "smallest_change"),
    "inference.effective_sample_size": ("inference/test_designs.py", "what_a_series_counts_for"),
    "inference.difference_in_differences": ("inference/test_designs.py", "D. Card and A. B. Krueger, 1994"),
    "inference.placebo_in_time": ("inference/test_designs.py", "no_change_where_none_was_made"),
    "inference.interrupted_series": ("inference/test_series.py", "statsmodels"),
    "inference.power_of_level_change": ("inference/test_series.py", "as_often_as_planned"),
    "inference.smallest_level_change": ("inference/test_series.py", "as_often_as_planned"),
    "survival.kaplan_meier": ("test_survival.py", "E. J. Freireich and others, 1963"),
    "survival.nelson_aalen": ("test_survival.py", "E. J. Freireich and others, 1963"),
    "survival.logrank": ("test_survival.py", "E. J. Freireich and others, 1963"),
    "survival.difference_of_restricted_means": ("test_survival.py", "by scipy"),
    "spc.constants": ("spc/test_factors.py", "D. C. Montgomery"),
    "spc.capability": ("spc/test_capable.py", "NIST/SEMATECH e-Handbook 6.1.6"),
    "spc.sigma_level": ("spc/test_six_sigma.py", "M. Harry and R. Schroeder, 2000"),
    "spc.dpmo": ("spc/test_six_sigma.py", "M. Harry and R. Schroeder, 2000"),
    "spc.first_pass_yield": ("spc/test_six_sigma.py", "of_no_defect_by_chance"),
    "spc.xmr": ("spc/test_individuals.py", "NIST/SEMATECH e-Handbook 6.3.2.2"),
    "spc.xbar_r": ("spc/test_subgroups.py", "D. C. Montgomery"),
    "spc.xbar_s": ("spc/test_subgroups.py", "D. C. Montgomery"),
    "spc.p_chart": ("spc/test_counted.py", "NIST/SEMATECH e-Handbook 6.3.3.2"),
    "spc.np_chart": ("spc/test_counted.py", "NIST/SEMATECH e-Handbook 6.3.3.2"),
    "spc.c_chart": ("spc/test_counted.py", "NIST/SEMATECH e-Handbook 6.3.3.1"),
    "spc.u_chart": ("spc/test_counted.py", "D. C. Montgomery"),
    "spc.laney_p": ("spc/test_counted.py", "computed point by point"),
    "spc.laney_u": ("spc/test_counted.py", "computed point by point"),
    "spc.g_chart": ("spc/test_rare.py", "stats.geom"),
    "spc.t_chart": ("spc/test_rare.py", "XmR chart of the 3.6th roots"),
    "spc.ewma": ("spc/test_weighted.py", "NIST/SEMATECH e-Handbook 6.3.2.4"),
    "spc.cusum": ("spc/test_weighted.py", "6.3.2.3"),
    "spc.cusum_arl": ("spc/test_run_lengths.py", "D. C. Montgomery"),
    "spc.ewma_arl": ("spc/test_run_lengths.py", "J. M. Lucas and M. S. Saccucci, 1990"),
    "spc.shewhart_arl": ("spc/test_run_lengths.py", "stats"),
    "spc.run_chart": ("spc/test_medians.py", "F. S. Swed and C. Eisenhart, 1943"),
    "spc.rules": ("spc/test_run_rules.py", "C. W. Champ and W. H. Woodall, 1987"),
    "spc.choose_chart": ("spc/test_choosing.py", "chosen_for_its_data"),
}
KERNELS = {
    "inference.difference_of_proportions": "differences.shares",
    "inference.ratio_of_proportions": "differences.share_ratios",
    "inference.difference_of_rates": "differences.rates",
    "inference.ratio": "differences.fieller",
}
"""The kernels that are tested in place of what calls them."""
RULES = (
    "beyond_limits", "nine_one_side", "six_trending", "fourteen_alternating", "two_of_three", "four_of_five",
    "fifteen_within", "eight_beyond",
)  # fmt: skip


@pytest.mark.parametrize("name", WITNESSES)
def test_a_name_exists_and_has_its_witness(name: str) -> None:
    """It can be called, and the file that tests it names both it, or its kernel, and the source of the number."""
    file, source = WITNESSES[name]
    room, own = name.split(".")
    assert callable(getattr(ROOMS[room], own))
    text = (HERE / file).read_text(encoding="utf-8")
    assert KERNELS.get(name, own) in text
    assert source in " ".join(text.split())


def test_results_have_the_fields_that_others_read() -> None:
    """By their names, on numbers that can be told by hand."""
    times, seen = [1, 2, 3, 4], [True, True, False, True]
    assert survival.kaplan_meier(times, observed=seen).se_at([2]).shape == (1,)
    test = survival.logrank(times, seen, [2, 3, 5, 6], seen)
    assert {"statistic", "expected"} <= {name for name in dir(test) if not name.startswith("_")}
    assert inference.difference_of_means([1.0, 2.0, 4.0], [0.0, 1.0, 1.0]).t is not None
    table = spc.constants(5)
    assert (round(table.d2, 3), round(table.c4, 3), round(table.a2, 3)) == (2.326, 0.940, 0.577)
    chart = spc.xbar_r([[1.0, 2.0], [2.0, 4.0], [1.0, 3.0]])
    assert [float(np.asarray(x)) for x in (chart.r_bar, chart.sigma)] == pytest.approx([5 / 3, 5 / 3 / 1.128379])
    assert spc.laney_p(defectives=[1, 2, 3], sizes=[10, 10, 10]).sigma_z > 0
    sums = spc.cusum([1.0, 2.0, 3.0], target=2, slack=0.5, limit=4)
    assert len(sums.high) == len(sums.low) == 3
    assert {*RULES} == {*spc.RULES}
