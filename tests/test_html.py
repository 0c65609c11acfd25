"""Text as HTML."""

from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual import _html
from servqual._html import Html, escape, table
from servqual._words import clean


@given(st.text())
def test_escaped_text_reads_as_before_and_holds_no_markup(text: str) -> None:
    """Unescaping gives the clean text back; nothing in between can open a tag or leave an attribute."""
    safe = escape(text)
    assert unescape(safe) == clean(text)
    assert not set("<>\"'") & set(safe)


class Cells(HTMLParser):
    """The tags and texts of a table in the order of reading."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag with what assistive technology reads of it."""
        said = [value or "" for name, value in attrs if name in {"scope", "aria-label"}]
        self.seen.append(" ".join([tag, *said]))

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.seen.append(f"={data}")


def test_a_table_names_its_rows_and_columns() -> None:
    """Caption, column heads and row heads are marked as such; missing cells are told; markup in cells is text."""
    markup = table(["Team", "Kept"], [["<i>A</i>", "63.4 %"], [Html("<b>B</b>"), None]], caption="By team", numeric={1})
    assert Cells(markup).seen == [
        *("table", "caption", "=By team", "thead", "tr", "th col", "=Team", "th col", "=Kept", "tbody"),
        *("tr", "th row", "bdi", "=<i>A</i>", "td", "bdi", "=63.4 %"),
        *("tr", "th row", "bdi", "b", "=B", "td", "span no value", "=–"),
    ]
    assert markup.count("text-align:right") == 3


def test_markup_passes_a_template_engine_unchanged() -> None:
    """Template engines with autoescape know our markup by the `__html__` convention."""
    jinja2: Any = pytest.importorskip("jinja2")
    template = jinja2.Environment(autoescape=True).from_string("{{ a }}{{ b }}")
    assert template.render(a=_html.missing(), b="<b>") == f"{_html.missing()}&lt;b&gt;"
