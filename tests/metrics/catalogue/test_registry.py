"""KPIs are found by people: by tab, by a word in two languages, and shown short."""

import pickle

import pytest

from servqual.errors import InvalidValue, UnknownName
from servqual.metrics import KPIS, Kpi
from servqual.metrics.catalogue.registry import Catalogue


@pytest.mark.parametrize(
    ("text", "first"),
    [
        (
            "satisfaction",
            {"complaint_satisfaction", "csat", "csat_mean", "satisfaction_index", "employee_satisfaction"},
        ),
        ("满意度", {"csat", "csat_mean", "satisfaction_index", "employee_satisfaction"}),
        ("Satisfied customers", {"csat"}),
        ("NPS", {"nps"}),
        ("净推荐值", {"nps"}),
        (
            "first response",
            {"first_response_median", "first_response_time", "first_response_p50", "first_response_p90"},
        ),
        ("average speed of answer", {"asa"}),
        ("backlog", {"backlog"}),
    ],
)
def test_a_word_finds_kpis_best_first(text: str, first: set[str]) -> None:
    """In the key, the title, the Chinese term or the question, whatever its form."""
    assert {*[*KPIS.search(text)][: len(first)]} == first


def test_all_words_are_named() -> None:
    """Of several words each must be, and nothing is found where one is not."""
    assert {*KPIS.search("complaint backlog")} <= {*KPIS.search("complaint")} & {*KPIS.search("backlog")}
    assert [*KPIS.search("backlog zeppelin")] == []
    for key, kpi in KPIS.items():
        assert key in KPIS.search(key)
        assert key in KPIS.search(kpi.title)
        assert kpi.label_zh is None or key in KPIS.search(kpi.label_zh)


@pytest.mark.parametrize("text", ["", "  ", "…"])
def test_nothing_is_not_looked_for(text: str) -> None:
    """A text without a word is refused."""
    with pytest.raises(InvalidValue, match="text must have a word to look for"):
        KPIS.search(text)


def test_editors_complete_keys() -> None:
    """As attributes and as keys, beside what a mapping has."""
    assert {*KPIS} | {"keys", "search"} <= {*dir(KPIS)}
    assert [*KPIS] == KPIS._ipython_key_completions_()
    assert all(getattr(KPIS, key) is kpi for key, kpi in KPIS.items())
    with pytest.raises(AttributeError, match="did you mean resolution_rate"):
        _ = KPIS.resolution_rat
    with pytest.raises(UnknownName, match="did you mean resolution_rate"):
        _ = KPIS["resolution_rat"]
    assert not hasattr(KPIS, "_repr_png_")


def test_the_catalogue_is_a_mapping() -> None:
    """It is extended without being changed, and survives a pickle."""
    mine = KPIS["asa"].with_(key="mine")
    extended = KPIS | {"mine": mine}
    assert (extended["mine"], {"mine": mine} | KPIS) == (mine, {"mine": mine, **KPIS})
    assert "mine" not in KPIS
    assert (KPIS.get("mine"), KPIS.get("mine", 5), KPIS.get("asa")) == (None, 5, KPIS["asa"])
    assert pickle.loads(pickle.dumps(KPIS)) == KPIS  # noqa: S301  (our own bytes)


def test_what_is_shown_is_short() -> None:
    """A line in a terminal, a card in a notebook, and a table that says that it is cut."""
    assert repr(KPIS["asa"]) == "<Kpi asa: average speed of answer, s, lower is better, of interactions>"
    asked = KPIS["service_level"].with_(key="fast")
    assert repr(asked).startswith("<Kpi fast: service level, share, higher is better, of interactions, within=datetime")
    assert repr(KPIS["complaint_rate"]).startswith("<Compound complaint_rate: complaint rate")
    assert repr(Catalogue([KPIS["asa"]])) == "<1 KPIs: asa>"
    assert repr(KPIS).startswith(f"<{len(KPIS)} KPIs: volume, asa, ")
    assert f"{len(KPIS)} KPIs, of which the first 60 are shown; search(…) finds others" in KPIS._repr_html_()
    assert "of which" not in KPIS.search("backlog")._repr_html_()
    assert max(len(repr(kpi)) for kpi in KPIS.values()) < 400


@pytest.mark.parametrize("kpi", KPIS.values(), ids=KPIS)
def test_a_card_says_what_a_kpi_means(kpi: Kpi) -> None:
    """Its question and what it reads, with markup made inert."""
    card = Kpi._repr_html_(kpi)
    assert card.count("<table>") == 1
    for part in ("question", "formula", "reads", "source", "definition"):
        assert f"<bdi>{part}</bdi>" in card


def test_a_card_is_inert() -> None:
    """Texts of the user are no markup."""
    card = KPIS["asa"].with_(key="<b>mine</b>")._repr_html_()
    assert "<b>" not in card
