"""Text as HTML: escaping, and tables that screen readers read well."""

import html
from collections.abc import Collection, Iterable, Sequence

from servqual._words import clean


class Html(str):
    """Text that is markup already, so that `escape` and templates leave it alone.

    >>> escape(Html("<b>kept</b>"))
    '<b>kept</b>'
    """

    __slots__ = ()

    def __html__(self) -> str:
        """The markup itself, by the convention that template engines share."""
        return self


def escape(text: object) -> Html:
    """Make any text inert inside an element or a quoted attribute; `Html` stays unchanged.

    >>> escape("<b title='x'>")
    '&lt;b title=&#x27;x&#x27;&gt;'
    """
    return text if isinstance(text, Html) else Html(html.escape(clean(text)))


def missing(word: str = "no value") -> Html:
    """Write a missing value: a dash for the eye and a word for screen readers.

    >>> missing()
    '<span role="img" aria-label="no value">–</span>'
    """
    return Html(f'<span role="img" aria-label="{html.escape(word)}">–</span>')


def table(
    head: Sequence[str], rows: Iterable[Sequence[object]], *, caption: str, numeric: Collection[int] = ()
) -> Html:
    """Write a table of ready cells: the first cell names its row, the `numeric` columns are right-aligned.

    Cells are text (escaped), `Html` (kept), or missing: `None` or "–".

    >>> table(["Team", "Cases"], [["A & B", "24"]], caption="Cases by team", numeric={1})[:39]
    '<table><caption>Cases by team</caption>'
    """

    def align(place: int) -> str:
        return ' class="num" style="text-align:right;font-variant-numeric:tabular-nums"' if place in numeric else ""

    def content(cell: object) -> str:
        return missing() if cell is None or cell == "–" else f"<bdi>{escape(cell)}</bdi>"

    heading = "".join(f'<th scope="col"{align(i)}>{escape(name)}</th>' for i, name in enumerate(head))
    body = "".join(
        "<tr>"
        + "".join(
            f"<td{align(i)}>{content(cell)}</td>" if i else f'<th scope="row">{content(cell)}</th>'
            for i, cell in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    return Html(
        f"<table><caption>{escape(caption)}</caption><thead><tr>{heading}</tr></thead><tbody>{body}</tbody></table>"
    )
