"""Write docs/glossary.md from the labels in the code: `python docs/make_glossary.py`."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path

from servqual import model, pdca
from servqual.model.declared import name_of
from servqual.model.labels import Labelled
from servqual.model.terms import TERMS, label

HEAD = """# Glossary

The terms of servqual, in English and in simplified Chinese. `label(Type, "zh")` gives the term of a type,
`member.label("zh")` the label of a member; files and databases hold the stored name. A member is also found by its
other names: `Role("客户服务代表")` is `Role.AGENT`. This page is written by `docs/make_glossary.py`.

Terms of the industry that the source documents do not use are our choice and marked *.

## Types

| English | 中文 | type | where |
|---|---|---|---|
"""

INDUSTRY = {
    *("sla", "case.escalated", "raci", "roster", "action_item", "procedure_run", "article", "horizon", "conduct"),
    *("corrections.voided", "corrections.amended"),
}


def modules() -> Iterator[str]:
    """The modules of the model, then those of pdca, in order of name."""
    rooms = (model, pdca)
    return (module.name for room in rooms for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."))


def types() -> Iterator[type]:
    """Every type that one of them defines and does not keep to itself."""
    for name in modules():
        for found in vars(importlib.import_module(name)).values():
            if inspect.isclass(found) and found.__module__ == name and not found.__name__.startswith("_"):
                yield found


def page() -> str:
    """The page: one table of types, and one for each enumeration."""
    found = list(types())
    by_key = {name_of(kind): kind for kind in found}
    text = HEAD
    for name in TERMS:
        kind = by_key[name]
        mark = " *" if name in INDUSTRY else ""
        text += f"| {label(kind)}{mark} | {label(kind, 'zh')} | `{kind.__name__}` | `{kind.__module__}` |\n"
    for kind in found:
        if issubclass(kind, Labelled) and len(kind):
            text += enumeration(kind)
    return text


def enumeration(kind: type[Labelled]) -> str:
    """One enumeration: its members in both languages."""
    lines = [
        f"\n## {kind.__name__}\n",
        f"{(inspect.getdoc(kind) or '').splitlines()[0]} (`{kind.__module__}`)\n",
        "| English | 中文 | stored name | also |",
        "|---|---|---|---|",
    ]
    for member in kind:
        also = "、".join(getattr(member, "aliases", ()))
        lines.append(f"| {member.label('en')} | {member.label('zh')} | `{member.value}` | {also} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    (Path(__file__).parent / "glossary.md").write_text(page(), encoding="utf-8")
