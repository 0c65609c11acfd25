"""The catalogue as a whole: what every KPI asks is a question that a service manager would ask."""

import re
from collections import Counter
from itertools import pairwise

import pytest

from servqual.metrics import KPIS, Kpi

SHARES = {"p50": "half", "median": "half", "p90": "90 %", "p95": "95 %"}
PERCENTILES = [kpi for kpi in KPIS.values() if kpi.statistic in SHARES]


@pytest.mark.parametrize("kpi", KPIS.values(), ids=lambda kpi: kpi.key)
def test_a_question_is_one_sentence(kpi: Kpi) -> None:
    """It opens with how or what, ends with a question mark, and says no word twice in a row."""
    assert re.fullmatch(r"(how|what) [\w ,.'%-]+\?", kpi.question)
    words = re.findall(r"[\w']+", kpi.question)
    assert [pair for pair in pairwise(words) if len(set(pair)) == 1] == []


@pytest.mark.parametrize("kpi", PERCENTILES, ids=lambda kpi: kpi.key)
def test_the_question_of_a_percentile_names_what_is_waited_for(kpi: Kpi) -> None:
    """How many of which things, and the event that ends their wait; or how old things are that still wait."""
    until = r"how long until {} of the \w+ (were|was|would|ended)( have| be)? \w+.*\?"
    old = r"how old are {} of the open \w+ at most\?"
    share = SHARES[kpi.statistic]
    assert re.fullmatch(f"{until.format(share)}|{old.format(share)}", kpi.question)


def test_no_two_kpis_ask_the_same() -> None:
    """A question that two KPIs answered would have two answers."""
    asked = Counter(kpi.question for kpi in KPIS.values())
    assert [question for question, times in asked.items() if times > 1] == []
