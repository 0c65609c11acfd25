"""A report as sections, each a paragraph, a table or a list, and these as Markdown or as markup for a notebook.

Texts from outside are made inert in both: a name may hold a bar, a link or a tag, and none of them may act.
"""

import re
from collections.abc import Sequence
from typing import Final

import attrs

from servqual._html import Html, escape, table
from servqual._words import clean

_MARKS: Final = re.compile(r"([\\`*_\[\]#|~])")
_STYLE: Final = "font:14px/1.45 system-ui,sans-serif;max-width:1100px"


@attrs.frozen(kw_only=True)
class Section:
    """One part of a report: a heading, a list, lines of text, and a table with the places of its numeric columns."""

    title: str
    lines: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str | None, ...], ...] = ()
    numeric: frozenset[int] = frozenset()


def inert(text: object) -> str:
    r"""Make a text mean nothing in Markdown, and nothing in the HTML that it may become.

    >>> inert("<b>a|b</b> [x](y)")
    '&lt;b&gt;a\\|b&lt;/b&gt; \\[x\\](y)'
    """
    escaped = clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKS.sub(r"\\\1", escaped)


def as_markdown(title: str, sections: Sequence[Section]) -> str:
    r"""Write sections as Markdown.

    >>> print(as_markdown("Desk", [Section(title="Weak", head=("Goal", "Seen"), rows=(("a|b", None),))]))
    # Desk
    <BLANKLINE>
    ## Weak
    <BLANKLINE>
    | Goal | Seen |
    | --- | --- |
    | a\|b | – |
    <BLANKLINE>
    """
    parts = [f"# {inert(title)}"]
    for section in sections:
        parts.append(f"## {inert(section.title)}")
        if section.points:
            parts.append("\n".join(f"- {inert(point)}" for point in section.points))
        parts += [inert(line) for line in section.lines]
        if section.rows:
            sides = ["--:" if place in section.numeric else "---" for place in range(len(section.head))]
            cells = [[inert(name) for name in section.head], sides]
            cells += [["–" if cell is None else inert(cell) for cell in row] for row in section.rows]
            parts.append("\n".join(f"| {' | '.join(row)} |" for row in cells))
    return "\n\n".join(parts) + "\n"


def as_html(title: str, sections: Sequence[Section]) -> Html:
    """Write sections as one block of markup, with its styles inside, because a notebook shares one style sheet.

    >>> as_html("Desk", [Section(title="Voices", points=("<b>",))]).count("&lt;b&gt;")
    1
    """
    parts = [f'<section style="{_STYLE}"><h2 style="margin:0 0 .2em">{escape(title)}</h2>']
    for section in sections:
        parts.append(f'<h3 style="margin:1em 0 .2em">{escape(section.title)}</h3>')
        if section.points:
            parts.append("<ul>" + "".join(f"<li>{escape(point)}</li>" for point in section.points) + "</ul>")
        parts += [f'<p style="margin:.2em 0">{escape(line)}</p>' for line in section.lines]
        if section.rows:
            shown = table(section.head, section.rows, caption=section.title, numeric=section.numeric)
            parts.append(f'<div style="overflow-x:auto">{shown}</div>')
    return Html("".join(parts) + "</section>")
