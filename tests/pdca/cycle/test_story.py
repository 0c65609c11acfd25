"""The display of a cycle: its story on one screen, and nothing of others in its markup."""

import datetime as dt
import re
from html.parser import HTMLParser
from typing import Any

import attrs
import pytest

from servqual.metrics import KPIS
from servqual.pdca import Abandon, Action, Adjust, Cause, Evidence, Notice, Plan, Register, Standardise
from servqual.pdca.verdicts.caveats import caveat

EVIL = "<script>alert(1)</script>\"'&"


def day(month: int, number: int) -> dt.datetime:
    """A moment of 2026."""
    return dt.datetime(2026, month, number, tzinfo=dt.UTC)


PLAN = Plan(
    id="Q-7", subject="solve what we take on", owner="M-1", at=day(3, 20), kpi="resolution_rate", baseline=0.6,
    goal=0.7,
    cause=Cause.five_whys("unsolved", "no spare parts"), hypothesis="parts in stock",
    actions=(Action(what="set order points", owner="A-1", due=dt.date(2026, 4, 10), criterion="x"),),
)  # fmt: skip
DO = PLAN.start(at=day(4, 1)).complete("set order points", at=day(4, 12), evidence="stock list")


class _Tags(HTMLParser):
    """Names of the tags, those left open, and the visible text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags = set[str]()
        self.open = list[str]()
        self.text = ""

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in {"circle", "line"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def read(html: str) -> _Tags:
    """Parse it; every tag is closed in order."""
    tags = _Tags()
    tags.feed(re.sub(r"<(circle|line)([^>]*)/>", r"<\1\2>", html))
    assert tags.open == []
    return tags


def test_each_stage_tells_what_is_known_so_far(judged: Any) -> None:
    """What is to come reads "not yet"."""
    check = DO.check(
        judged(), at=day(6, 2), findings="parts are there", evidence=Evidence(text="at once", said_by="K-1")
    )
    done = check.act(Standardise(standard="Support", version="2"), at=day(6, 3))
    done = done.notify(Notice(to="customers", what="parts in stock", due=dt.date(2026, 6, 10)))
    texts = [read(stage._repr_html_()).text for stage in (PLAN, DO, check, done)]
    assert [text.count("not yet") for text in texts] == [3, 2, 1, 0]
    for text in texts:
        for words in ("Solve what we take on", "resolution rate", "no spare parts", "baseline 60 %", "goal 70 %"):
            assert words in text
    assert 'color:#23915a;font-size:1.1em">Improved' in done._repr_html_()
    assert "100 % done" in texts[1]
    assert "due 10 Apr, late" in texts[1]
    for words in (
        "Improved",
        "+15 percentage points",
        "+12 to +18 percentage points",
        "2,000 before",
        "at once",
        "(K-1)",
    ):
        assert words in texts[2]
    for words in ("Standardised: Support, version 2", "03 Jul 2026: open", "customers: parts in stock"):
        assert words in texts[3]


def test_the_whole_story_is_there_and_no_text_stops_within_a_word(judged: Any) -> None:
    """Subject once, what the standard says from now on, the heaviest caveats, and how many more there are."""
    plan = attrs.evolve(PLAN, subject="resolution rate", problem="spare parts are missing everywhere " * 9)
    codes = ("margin.none", "mix.unknown", "volume.changed", "mix.reversed")
    verdict = judged(caveats=tuple(caveat(code, f"text of {code}") for code in codes))
    check = attrs.evolve(DO, plan=plan).check(verdict, at=day(6, 2), findings="x")
    act = Standardise(standard="S", version="2", changes={"process": "orders every Friday", "documents": ["A", "B"]})
    done = check.act(act, at=day(6, 3))
    text = read(done._repr_html_()).text
    assert text.lower().count("resolution rate") == 1
    assert re.search(r"(everywhere|spare|parts|are|missing)…", text)
    assert "Mind text of mix.reversed" in text
    assert "Mind text of volume.changed" in text
    assert "text of margin.none" not in text
    assert "and 2 more caveats" in text
    assert "New process orders every Friday" in text
    assert "New documents A, B" in text


def test_a_kpi_of_ones_own_is_told_by_its_title() -> None:
    """Not by that of the catalogue, whose key it may bear, and not by its key."""
    for key in ("solved_today", "resolution_kept"):
        mine = attrs.evolve(
            KPIS["resolution_kept"].with_(within=dt.timedelta(days=1)), key=key, title="solved in a day"
        )
        text = read(attrs.evolve(PLAN, kpi=mine)._repr_html_()).text
        assert "M-1 · solved in a day" in text
        assert KPIS["resolution_kept"].title not in text


@pytest.mark.parametrize(
    ("act", "words"),
    [(Adjust(reason="not far enough"), "Adjusted: not far"), (Abandon(reason="dear"), "Abandoned: dear")],
)
def test_other_decisions_have_their_reason(judged: Any, act: Any, words: str) -> None:
    """In words."""
    done = DO.check(judged("unclear"), at=day(6, 2), findings="x").act(act, at=day(6, 3))
    assert words in read(done._repr_html_()).text


def test_what_goes_against_the_verdict_is_told(judged: Any) -> None:
    """Who overruled it, why, and what the verdict lacks."""
    plan = attrs.evolve(PLAN, margin=0.02)
    check = attrs.evolve(DO, plan=plan).check(judged(), at=day(6, 2), findings="x")
    done = check.act(Standardise(standard="S", version="2"), at=day(6, 3), overruled_by="D-1", reason="cheap")
    text = read(done._repr_html_()).text
    assert "Against the verdict D-1: cheap" in text
    assert 'color:#23915a;font-size:1.1em">Improved' not in done._repr_html_()
    assert "improved, incomplete" in Register(plans=[done])._repr_html_()
    assert "Lacking the verdict has no margin, less than the planned 2 points" in text


def test_texts_from_outside_are_escaped_and_cut(judged: Any) -> None:
    """In every field that a person writes; a long one does not fill the screen."""
    action = Action(what=EVIL, owner=EVIL, due=dt.date(2026, 4, 10), criterion=EVIL)
    plan = attrs.evolve(
        PLAN, id=EVIL, subject=EVIL + "x" * 999, owner=EVIL, problem=EVIL, hypothesis=EVIL, actions=(action,),
        cause=Cause.five_whys(EVIL, "b" + EVIL), group={EVIL: EVIL},
    )  # fmt: skip
    do = plan.start(at=day(4, 1)).complete(EVIL, at=day(4, 9), evidence=EVIL)
    check = do.check(
        judged(group={EVIL: EVIL}), at=day(6, 2), findings=EVIL, evidence=Evidence(text=EVIL, said_by=EVIL)
    )
    done = check.act(Standardise(standard=EVIL, version=EVIL), at=day(6, 3))
    done = done.notify(Notice(to="staff", what=EVIL, due=dt.date(2026, 6, 10)))
    for stage in (plan, do, check, done):
        found = read(stage._repr_html_())
        assert "script" not in found.tags
        assert "x" * 200 not in found.text
    assert "alert(1)" in read(done._repr_html_()).text


def test_many_actions_are_counted_rather_than_listed() -> None:
    """Six are shown."""
    actions = tuple(Action(what=f"step {n}", owner="A-1", due=dt.date(2026, 4, 10), criterion="x") for n in range(20))
    text = read(attrs.evolve(PLAN, actions=actions).start(at=day(4, 1))._repr_html_()).text
    assert "step 5" in text
    assert "step 6" not in text
    assert "and 14 more" in text


def test_a_draft_without_numbers_has_no_line_and_says_what_is_missing() -> None:
    """Nor does an invalid verdict draw what nobody knows."""
    draft = Plan(id="Q-1", subject="billing", at=day(3, 20), kpi="resolution_rate")
    found = read(draft._repr_html_())
    assert "svg" not in found.tags
    assert "Missing specific, measurable, achievable, relevant, time bound" in found.text


def test_an_invalid_verdict_shows_no_numbers(judged: Any) -> None:
    """The line ends with the goal."""
    nothing = {"value": None, "low": None, "high": None, "n": 0}
    verdict = judged("invalid", change=None, low=None, high=None, after=nothing)
    text = read(DO.check(verdict, at=day(6, 2), findings="x")._repr_html_()).text
    assert "Invalid" in text
    assert "after" not in text.partition("Plan")[0]
    assert "cannot be judged" in text
    assert "None" not in text
