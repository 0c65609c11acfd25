"""The report page: self-contained, inert, complete and the same each time."""

import copy
import datetime as dt
import json
import math
import re
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from servqual import _draw
from servqual.report.page import render

pytest.importorskip("matplotlib")
pytest.importorskip("jinja2")

# void elements of the HTML standard that the page may use
VOID = {"meta", "link", "br", "hr", "img", "input"}
HOSTILE = "<script>alert(1)</script>\"'&$\\frac{\u202e\x00שלום 客户服务部门 " + "very long " * 12


def kpi(key: str, title: str, unit: str, value: float | None, **facts: Any) -> dict[str, Any]:
    """One key figure with what it is always shown with."""
    return {
        "key": key,
        "title": title,
        "label_zh": None,
        "question": f"How is {title.lower()}?",
        "formula": "what was seen ÷ all that was asked for",
        "source": "the documents, section 4",
        "unit": unit,
        "better": "lower" if unit == "s" else "higher",
        "value": value,
        "low": None if value is None else value * 0.97,
        "high": None if value is None else min(value * 1.03, 1.0) if unit == "share" else value * 1.03,
        "n": 24_918,
        "undecided": 0,
        "small": False,
        "business_time": False,
        "definition": "9f2c41d07be3",
        "reason": None,
    } | facts


def trend(key: str, title: str, unit: str, level: float, **facts: Any) -> dict[str, Any]:
    """Forty weeks around a level, the last one unfinished."""
    first = dt.date(2016, 5, 2)
    points = [
        {
            "start": (first + dt.timedelta(weeks=week)).isoformat(),
            "value": None if week == 11 else level * (1 + 0.12 * math.sin(week / 3) + (0.3 if week == 20 else 0)),
            "low": None if week == 11 else level * (0.9 + 0.12 * math.sin(week / 3)),
            "high": None if week == 11 else level * (1.1 + 0.12 * math.sin(week / 3)),
            "n": 600 + week,
            "small": week == 39,
            "partial": week == 39,
            "open": week == 38,
        }
        for week in range(40)
    ]
    return {
        "kpi": key,
        "title": title,
        "unit": unit,
        "better": "lower" if unit == "s" else "higher",
        "business_time": False,
        "goal": None,
        "points": points,
    } | facts


def rich() -> dict[str, Any]:
    """A report in which every section has something to say."""
    categories = [
        "Network",
        "电子邮件和日历",
        "Access rights",
        "Printing",
        None,
        "Laptop hardware and docking stations",
    ]
    counts = [7_200, 5_100, 3_300, 2_150, 1_400, 900]
    cumulative = [sum(counts[: place + 1]) / 24_918 for place in range(len(counts))]
    groups = ["Group 70", "Group 24 (late shift, second floor)", "客户服务部门", None]
    return {
        "title": "Incident desk: how service went",
        "source": {"name": "incidents.csv.gz", "simulated": True},
        "made": {
            "by": "servqual 0.1.0",
            "now": "2017-02-18T13:37:00Z",
            "now_from": "the latest moment in the file",
        },
        "period": {"start": "2016-02-29T00:00:00Z", "end": "2017-02-18T13:37:00Z", "zone": "UTC", "every": "week"},
        "rows": {
            "read": 141_712,
            "used": 141_694,
            "refused": 18,
            "cases": 24_918,
            "fold": "141,712 rows folded to 24,918 cases; the latest row of each case stands",
            "reasons": [
                {
                    "part": "row",
                    "column": "opened_at",
                    "reason": "not a date of the stated format",
                    "count": 18,
                    "examples": [{"row": 1_207, "value": "31/02/2016"}, {"row": 90_441, "value": ""}],
                },
                {
                    "part": "cell",
                    "column": "resolved_at",
                    "reason": "must not come before received_at",
                    "count": 7,
                    "examples": [{"row": 77, "value": "2016-02-01"}],
                },
            ],
        },
        "headline": [
            "Two promises are on record: one was kept, one was missed by 26.6 points.",
            "Half of all cases were resolved within 22.1 h, and 63.4 % met their target.",
            "What hurts most is category Network: 7,200 cases, 28.9 % of the whole.",
            "Improving group 70 first would spare about 412 late cases.",
        ],
        "notes": [
            "1,556 cases are closed without a moment of resolution; they count as closed, not as resolved.",
            "The last week is unfinished.",
        ],
        "kpis": [
            kpi("case_volume", "Cases", "count", 24_918.0, better=None, low=None, high=None, label_zh="案件数量"),
            kpi("kept", "Kept within target", "share", 0.634, label_zh="按时解决率", undecided=37),
            kpi("resolution_time", "Time to resolution, median", "s", 79_560.0, n=23_362),
            kpi("quote_time", "Time to quote", "s", 360_000.0, business_time=True),
            kpi("first_response", "First response, median", "s", 200.0, n=24_001),
            kpi("reopen_rate", "Reopened", "share", 0.011, better="lower"),
            kpi("backlog", "Backlog", "count", 0.0, better="lower", low=None, high=None),
            kpi("csat", "Satisfaction", "points", None, n=0, reason="the file has no survey answers", small=True),
        ],
        "standards": [
            {
                "name": name,
                "kpi": "kept",
                "goal": goal,
                "within_s": within,
                "business_time": within == 259_200,
                "value": value,
                "low": None if value is None else value - 0.006,
                "high": None if value is None else value + 0.006,
                "n": 24_918,
                "undecided": 37,
                "status": status,
                "gap": None if value is None else goal - value,
            }
            for name, goal, within, value, status in (
                ("Resolved within target", 0.9, None, 0.634, "not_reached"),
                ("First response within one hour", 0.8, 3_600, 0.874, "reached"),
                ("Priority 1 resolved in four hours", 0.95, 14_400, 0.948, "unclear"),
                ("Quotes sent in three days of work", 0.9, 259_200, 0.95, "reached"),
                ("Survey answered", 0.3, None, None, "cannot_be_judged"),
            )
        ],
        "trends": [
            trend("kept", "Kept within target", "share", 0.62, goal=0.9),
            trend("resolution_time", "Time to resolution, median", "s", 79_560.0),
            trend("case_volume", "Cases", "count", 620.0, better=None),
            trend("first_response", "First response, median", "s", 200.0, goal=300.0),
            trend("reopen_rate", "Reopened", "share", 0.011, better="lower"),
            trend("backlog", "Backlog", "count", 1_430.0, better="lower"),
        ],
        "pareto": {
            "column": "category",
            "total": 24_918,
            "rows": [
                {"category": name, "count": count, "share": count / 24_918, "cumulative": share}
                for name, count, share in zip(categories, counts, cumulative, strict=True)
            ],
            "rest": {"categories": 38, "count": 4_868},
        },
        "weakest": [
            {
                "kpi": key,
                "title": title,
                "unit": unit,
                "column": "assignment group",
                "group": group,
                "n": 40 + 313 * place,
                "value": overall * (factor + 0.1 * place),
                "low": overall * (factor - 0.2),
                "high": overall * (factor + 0.35),
                "overall": overall,
            }
            for key, title, unit, overall, factor in (
                ("kept", "Kept within target", "share", 0.634, 0.4),
                ("resolution_time", "Time to resolution, median", "s", 79_560.0, 3.1),
            )
            for place, group in enumerate(groups)
        ],
        "priorities": [
            {
                "rank": rank,
                "column": "assignment group",
                "group": group,
                "kpi": "kept",
                "title": "Kept within target",
                "unit": "share",
                "n": 1_904,
                "value": 0.38,
                "low": 0.358,
                "high": 0.402,
                "overall": 0.634,
                "spared": spared,
                "sentence": f"{group} kept 38 % of 1,904 cases where the desk keeps 63.4 %; at the cautious "
                f"end of the interval that is {spared} late cases more than it need be.",
            }
            for rank, (group, spared) in enumerate((("Group 70", 412), ("Group 24", 208), ("客户服务部门", 91)), 1)
        ],
    }


def nearly_empty() -> dict[str, Any]:
    """A report of a file in which nothing could be measured: lists empty, values missing."""
    return {
        "title": "Empty desk",
        "source": {"name": "empty.csv", "simulated": False},
        "made": {"by": "servqual 0.1.0", "now": None, "now_from": None},
        "period": {"start": None, "end": None, "zone": None, "every": None},
        "rows": {"read": 0, "used": 0, "refused": 0, "cases": 0, "fold": None, "reasons": []},
        "headline": [],
        "notes": [],
        "kpis": [],
        "standards": [],
        "trends": [],
        "pareto": None,
        "weakest": [],
        "priorities": [],
    }


def replaced(data: Any, leaf: Any) -> Any:
    """The same shape with every leaf passed through a function."""
    if isinstance(data, dict):
        return {key: replaced(value, leaf) for key, value in data.items()}
    if isinstance(data, list):
        return [replaced(value, leaf) for value in data]
    return leaf(data)


def hostile() -> dict[str, Any]:
    """The rich report with every text turned against the page, but for the codes that servqual itself writes."""
    data: dict[str, Any] = replaced(rich(), lambda value: HOSTILE if isinstance(value, str) else value)
    for row, tame in zip(data["trends"], rich()["trends"], strict=True):
        row["unit"] = tame["unit"]
        for point, dated in zip(row["points"], tame["points"], strict=True):
            point["start"] = dated["start"]
    return data


EVERY_REPORT = pytest.mark.parametrize("make", [rich, nearly_empty, hostile])


class Walk(HTMLParser):
    """Follow the tags of a page; note what is open, what is wrong and what text is shown."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that is closed at once."""
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Close an element, or note that it was not the one open."""
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> at {self.getpos()}")

    def handle_data(self, data: str) -> None:
        """Collect the text that a reader sees."""
        self.text += data if self.open[-1:] != ["style"] else ""


@EVERY_REPORT
def test_every_element_is_closed_where_it_was_opened(make: Any) -> None:
    """No data and no empty list breaks the nesting of the page."""
    walk = Walk(render(make()))
    assert (walk.wrong, walk.open) == ([], [])
    assert [tag for tag, _ in walk.tags].count("h1") == 1
    assert {"header", "main", "nav", "footer"} <= {tag for tag, _ in walk.tags}


@EVERY_REPORT
def test_the_page_stands_alone(make: Any) -> None:
    """Nothing is fetched, nothing is run, and the policy says so."""
    page = render(make())
    walk = Walk(page)
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in page
    assert not {"script", "iframe", "object", "embed", "link", "base", "form", "img"} & {tag for tag, _ in walk.tags}
    assert all(not name.startswith("on") and name != "src" for _, attributes in walk.tags for name in attributes)
    assert all((a.get("href") or "#").startswith("#") for _, a in walk.tags)
    assert 'content="default-src &#39;none&#39;' in page or "content=\"default-src 'none'" in page


def test_hostile_text_is_shown_and_stays_text() -> None:
    """Markup in data is read as words, and signs that turn or break text are dropped."""
    page = render(hostile())
    assert "<script" not in page.lower()
    assert "<script>alert(1)</script>" in unescape(page)
    assert "$\\frac{" in page
    assert not {"\u202e", "\x00"} & set(page)


@EVERY_REPORT
def test_ids_are_unique_and_inner_links_lead_somewhere(make: Any) -> None:
    """Pictures of one page never share an id, though each is drawn on its own."""
    walk = Walk(render(make()))
    ids = [a["id"] for _, a in walk.tags if "id" in a]
    assert len(ids) == len(set(ids))
    named = [link for _, a in walk.tags if (link := a.get("href"))] + [
        f"#{name}" for _, a in walk.tags for name in (a.get("aria-labelledby") or "").split()
    ]
    assert {link.removeprefix("#") for link in named} <= set(ids)


@EVERY_REPORT
def test_pictures_are_well_formed_and_named(make: Any) -> None:
    """Each SVG parses as XML; one that carries meaning has a title."""
    for picture in re.findall(r"<svg.*?</svg>", render(make()), flags=re.DOTALL):
        root = ET.fromstring(picture)  # noqa: S314 - our own page
        title = root.find("{http://www.w3.org/2000/svg}title")
        assert root.get("aria-hidden") == "true" or (title is not None and title.text)


def test_a_rich_report_is_drawn_in_full() -> None:
    """Six trends, a Pareto chart and two rankings are drawn, and each figure with a trend has its sparkline."""
    page = render(rich())
    assert page.count('role="img" aria-labelledby=') == 6 + 1 + 2
    assert page.count('class="spark"') == 6


def test_everything_that_was_counted_is_said() -> None:
    """Rows, values, intervals, bases and verdicts of the data stand in the text, in the units of people."""
    text = Walk(render(rich())).text.replace("\N{NO-BREAK SPACE}", " ")
    for said in (
        # rows and their account
        ("141,694 used of 141,712 read", "18 refused", "24,918 cases", "row 1,207: 31/02/2016", "row 90,441: empty"),
        # key figures: 79,560 s are 22.1 hours, 200 s are 3 min 20 s
        ("63.4 %", "22.1 h", "3 min 20 s", "37 undecided", "n 23,362", "The file has no survey answers"),
        # 360,000 s of business time are 100 h and no days; 259,200 s are 72 h
        ("100 h", "at least 90 % within 72 h business time", "business time is told in hours"),
        # what cost a row and what cost only a cell stand apart
        ("Rows refused: 18 of 141,712", "Cells that could not be used", "row 77: 2016-02-01"),
        # 0.634 less 0.9 is 26.6 percentage points short; 3,600 s is one hour
        ("26.6 points short", "at least 80 % within 1 h", "reached", "not reached", "unclear", "cannot be judged"),
        ("7,200", "28.9 %", "38 further categories", "4,868", "(not stated)"),
        ("412 late cases", "1,904", "Interval 35.8 % to 40.2 %", "Open cases are read as of 2017-02-18 13:37 UTC"),
        tuple(rich()["headline"]),
        tuple(rich()["notes"]),
    ):
        assert [part for part in said if part not in text] == []


def _numbers(data: Any) -> Iterator[float]:
    if isinstance(data, dict):
        for value in data.values():
            yield from _numbers(value)
    elif isinstance(data, list):
        for value in data:
            yield from _numbers(value)
    elif isinstance(data, int | float) and not isinstance(data, bool):
        yield data


def test_every_count_of_the_report_is_on_the_page() -> None:
    """No whole number of the data is lost on the way."""
    text = Walk(render(rich())).text
    whole = {f"{n:,}" for n in _numbers(rich()) if isinstance(n, int) and n not in {3_600, 14_400, 259_200}}
    assert {n for n in whole if n not in text} == set()


def test_the_same_data_give_the_same_page() -> None:
    """Nothing of the moment, the process or an earlier page enters the text; the data are left as they were."""
    data = rich()
    before = copy.deepcopy(data)
    assert render(data) == render(json.loads(json.dumps(data)))
    assert data == before


def test_groups_of_one_kpi_and_column_stand_together() -> None:
    """However the weakest cells are mixed, each KPI and column has one chart and one table."""
    data = rich()
    data["weakest"] = [*data["weakest"][::2], *data["weakest"][1::2]]
    assert render(data).count("the weakest groups</caption>") == 2


def test_headings_and_sentences_open_with_a_capital() -> None:
    """What the data write in lower case is a heading or a sentence here."""
    data = rich()
    data["kpis"][0]["title"] = "cases received"
    data["kpis"][0]["question"] = "how many cases came in?"
    data["notes"] = ["times carry no offset"]
    data["standards"][0]["name"] = "answered in time"
    page = render(data)
    for said in ("<bdi>Cases received</bdi>", "How many cases", "<li>Times carry", "<bdi>Answered in time</bdi>"):
        assert said in page


@pytest.mark.parametrize("make", [rich, nearly_empty])
def test_no_line_breaks_before_a_per_cent_sign(make: Any) -> None:
    """In words, tables and pictures the sign stays with its number."""
    text = Walk(render(make())).text
    assert " %" not in text
    assert ("63.4\N{NO-BREAK SPACE}%" in text) == (make is rich)


def test_one_is_not_told_in_the_plural() -> None:
    """One case, one further category, one group."""
    data = rich()
    data["rows"]["cases"] = data["pareto"]["total"] = data["pareto"]["rest"]["categories"] = 1
    data["weakest"] = data["weakest"][:1]
    data["trends"][0]["points"] = data["trends"][0]["points"][:1]
    page = render(data)
    for said in ("; 1 case</dd>", "1 case in all", "1 further category<", "1 group; all", "1 point; lowest"):
        assert said in page.replace("<small>", "</dd>")


def test_a_trend_says_what_its_hollow_marks_stand_on() -> None:
    """Each hollow point has its reason in the table; without any, or without a goal, the page does not explain them."""
    data = rich()
    notes = re.findall(r"<bdi>(few rows[^<]*|unfinished[^<]*|cases not[^<]*)</bdi>", render(data))
    assert set(notes) == {"few rows, unfinished week", "cases not finished"}
    assert "Hollow marks" in render(data)
    assert "The long dashes" in render(data)
    for row in data["trends"]:
        row["goal"] = None
        row["points"] = [point | {"small": False, "partial": False, "open": False} for point in row["points"]]
    assert "Hollow marks" not in render(data)
    assert "The long dashes" not in render(data)


def test_business_time_is_marked_where_it_counts() -> None:
    """A tag on the card, the promise and the trend of business time, and on no other."""
    data = rich()
    assert render(data).count(">business time</span>") == 2
    data["trends"][1]["business_time"] = True
    assert render(data).count(">business time</span>") == 3
    assert "business time" not in render(nearly_empty())


def test_a_chart_too_wide_for_a_phone_says_so() -> None:
    """A chart whose least width passes 300 pixels has a hint beside it; the others have none."""
    page = render(rich())
    least = [int(width) for width in re.findall(r"--least: (\d+)px", page)]
    assert len(least) == 9
    assert page.count('class="swipe quiet"') == sum(width > 300 for width in least) > 0


def test_chinese_terms_stand_with_the_definitions() -> None:
    """The term of the domain is given once a figure, under how to read, and not on its card."""
    page = render(rich())
    assert page.count("案件数量") == 1
    assert page.index("案件数量") > page.index('id="howto"')


def test_simulated_data_are_called_simulated() -> None:
    """The banner stands above everything, and only where it is true."""
    assert "Simulated data" in render(rich())
    assert "Simulated data" not in render(nearly_empty())


def test_an_empty_report_says_what_is_missing() -> None:
    """Empty sections speak or are left out, and nothing is invented."""
    text = Walk(render(nearly_empty())).text
    assert "No standard was given" in text
    assert "No figure could be measured" in text
    assert "Pareto" not in text
    assert "None" not in text


def test_any_value_may_be_missing() -> None:
    """Where all that is not a list or a table is null, the page still stands."""
    bare = replaced(rich(), lambda _: None)
    walk = Walk(render(bare))
    assert (walk.wrong, walk.open) == ([], [])
    assert "None" not in walk.text


def contrast(one: str, other: str) -> float:
    """Contrast of two colours as WCAG 2.2 defines it (relative luminance of sRGB)."""

    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def palettes() -> tuple[dict[str, str], dict[str, str]]:
    """The colours that the page sets for light and for dark."""
    light, dark = (
        dict(re.findall(r"(--[a-z0-9-]+): (#[0-9a-f]{6})", block))
        for block in re.findall(r":root \{(.*?)\}", render(nearly_empty()), flags=re.DOTALL)[:2]
    )
    return light, dark


@pytest.mark.parametrize("palette", palettes(), ids=["light", "dark"])
def test_colours_can_be_read_in_light_and_in_dark(palette: dict[str, str]) -> None:
    """All that is not a rule or a grid line reaches the 4.5 to 1 of WCAG 2.2, 1.4.3, on the page and on its cards."""
    read = {name: colour for name, colour in palette.items() if name not in {"--page", "--paper", "--grid", "--line"}}
    assert len(read) == 9
    pairs = [(name, ground) for name in read for ground in ("--page", "--paper")]
    assert [pair for pair in pairs if contrast(palette[pair[0]], palette[pair[1]]) < 4.5] == []


def test_pictures_and_page_share_their_colours() -> None:
    """A custom property that a picture asks for is set in both palettes, in light to the colour it was drawn in."""
    light, dark = palettes()
    asked = dict(re.findall(r"var\((--[a-z0-9-]+), (#[0-9a-f]{6})\)", render(rich())))
    assert asked.keys() <= light.keys() & dark.keys()
    assert {name: light[name] for name in asked} == asked
    assert light["--series-4"] == _draw.SERIES[3][0]


def test_the_first_screen_says_what_changed_and_what_to_do() -> None:
    """Both cards stand before all else, each with its words, and what to improve is not said twice."""
    report = {
        "headline": ["Promised: all."],
        "changes": [
            {"title": "reopen <b>rate", "unit": "share", "decision": "worse", "before": 0.1, "after": 0.4,
             "before_from": "2026-04-01", "before_to": "2026-04-30", "after_from": "2026-05-01",
             "after_to": "2026-05-31", "caveats": [{"code": "n.small", "text": "a side has <b>only 20"}]},
            {"title": "waits", "unit": "s", "business_time": True, "decision": "improved", "before": 720000,
             "after": 3600},
        ],
        "changes_judged": 5,
        "changes_unjudged": [
            {"title": "escalation <b>rate", "reason": "9 % are not finished"},
            {"title": "handling", "reason": "9 % are not finished"},
            {"title": "resolution rate", "reason": "it grows"},
        ],
        "priorities": [
            {"rank": 1, "column": "team", "group": "<i>north", "title": "kept", "unit": "share", "value": 0.5,
             "overall": 0.9, "since": "2026-05-04", "suspicion": "the <u>same cases", "sentence": "x"},
        ],
    }  # fmt: skip
    page = render(report)
    first = page[page.index("What changed") : page.index("Promised: all.")]
    assert "reopen &lt;b&gt;rate" in first.casefold()
    assert "&lt;i&gt;north" in first
    assert "since 2026-05-04" in first
    assert "2026-04-01 to 2026-04-30</span>" in first
    assert "then 2026-05-01 to 2026-05-31</span>" in first
    assert "! a side has &lt;b&gt;only 20" in first
    assert "200 h → 1 h" in first
    assert "<bdi>Escalation &lt;b&gt;rate, handling</bdi>: 9" in first
    assert "<bdi>Resolution rate</bdi>: it grows." in first
    assert "<u>" not in page
    calm = render({"changes": [], "changes_judged": 3, "priorities": []})
    assert "Nothing surely changed" in calm
    assert "cannot be judged" not in calm[: calm.index("How to read")]
    unjudged = [{"title": "resolution rate", "reason": "it grows"}]
    none = render({"changes": [], "changes_judged": 0, "changes_unjudged": unjudged, "priorities": []})
    assert "No figure has two finished periods that can be compared." in none
    counts = render({"changes": [], "changes_judged": 0, "changes_unjudged": [], "priorities": []})
    assert "finished periods" not in counts
    assert "Nothing here is better or worse when it changes: how much came in is only counted." in counts
    assert "No group is surely worse than the rest." in calm
    assert "What changed" not in render({})


def test_what_holds_of_all_changes_is_said_once() -> None:
    """A caveat of every change stands below them, one of a single change beside it."""
    season = {"code": "sides.season", "text": "the sides lie in different months"}
    few = {"code": "n.small", "text": "a side has only 20"}
    change = {"unit": "share", "decision": "worse", "before": 0.1, "after": 0.4}
    rows = [{**change, "title": "a", "caveats": [season, few]}, {**change, "title": "b", "caveats": [season]}]
    page = render({"changes": rows, "changes_judged": 2, "priorities": []})
    assert page.count("! the sides lie in different months") == 1
    assert page.index("! a side has only 20") < page.index("! the sides lie in different months")
    assert page.index("Of all of these:") < page.index("! the sides")
    alone = render({"changes": rows[:1], "changes_judged": 1, "priorities": []})
    assert "Of all of these:" not in alone
    assert "! the sides lie in different months" in alone
