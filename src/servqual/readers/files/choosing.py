"""Which of several tables of a file is read: the one that is asked for, or the only one there is."""

from collections.abc import Sequence

from servqual._checks import did_you_mean, near
from servqual.errors import UnreadableFile


def chosen(path: str, what: str, names: Sequence[str], tables: Sequence[str], asked: str | None) -> str:
    """Choose a sheet, a file of an archive or a table of a page by its name; `tables` are those with a table.

    Without one asked for, the only one with a table is taken, else the only one at all. Of several none is guessed.

    >>> chosen("book.xlsx", "sheet", ["Cover", "Data"], ["Data"], None)
    'Data'
    """
    shown = ", ".join(map(repr, names[:20])) + (" …" if len(names) > 20 else "")  # noqa: PLR2004
    if asked is not None:
        if asked in names:
            return asked
        close = near(asked, names)
        raise UnreadableFile(
            f"{path} has the {what}s {shown or 'nothing'} (got {asked!r}){did_you_mean(close)}",
            path=path,
            setting="sheet",
            near=close or tuple(names),
        )
    found = tables or names
    if len(found) == 1:
        return found[0]
    if not found:
        raise UnreadableFile(f"{path} holds no {what} with a table", path=path)
    several = ", ".join(map(repr, found[:20])) + (" …" if len(found) > 20 else "")  # noqa: PLR2004
    count = f"{len(found)} {what}s with a table" if tables else f"{len(found)} {what}s and no table in any"
    raise UnreadableFile(
        f"{path} has {count}: {several}; name one with sheet = {found[0]!r}",
        path=path,
        setting="sheet",
        near=tuple(found),
    )
