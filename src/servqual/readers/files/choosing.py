"""Which of several tables of a file is read: the one that is asked for, or the only one there is."""

from collections.abc import Sequence

from servqual._checks import did_you_mean, near
from servqual.errors import UnreadableFile


def chosen(path: str, what: str, names: Sequence[str], tables: Sequence[str] | None, asked: str | None) -> str:
    """Choose a sheet, a file of an archive or a table of a page by its name.

    `tables` are those with a table, None where that is not known.

    Without one asked for, the only one with a table is taken, else the only one at all. Of several none is guessed.

    >>> chosen("book.xlsx", "sheet", ["Cover", "Data"], ["Data"], None)
    'Data'
    """
    if asked is not None:
        if asked in names:
            return asked
        close = near(asked, names)
        raise UnreadableFile(
            f"{path} has the {what}s {_listed(names) or 'nothing'} (got {asked!r}){did_you_mean(close)}",
            path=path,
            setting="sheet",
            near=close or tuple(names),
        )
    found = tables or names
    if len(found) == 1:
        return found[0]
    if not found:
        without = what if tables is None else f"{what} with a table"
        raise UnreadableFile(f"{path} holds no {without}; put the table into it, or save that as CSV", path=path)
    which = " with a table" if tables else "" if tables is None else " and no table in any"
    raise UnreadableFile(
        f"{path} has {len(found)} {what}s{which}: {_listed(found)}; name one with sheet = {found[0]!r}, which is "
        f"--sheet {found[0]!r} of servqual inspect",
        path=path,
        setting="sheet",
        near=tuple(found),
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:20])) + (" …" if len(names) > 20 else "")  # noqa: PLR2004
