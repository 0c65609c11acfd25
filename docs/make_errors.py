"""Write docs/errors.md from the classes in servqual.errors: `python docs/make_errors.py`."""

import inspect
from pathlib import Path

from servqual import errors


def page() -> str:
    """The page: code, class, builtin, and what it says."""
    lines = [
        "# Errors",
        "",
        "Every error that servqual raises on purpose is a `servqual.errors.ServqualError` with a stable `code`, the",
        "facts behind its text as attributes, and `to_dict()`. The codes of a lifecycle begin with its name, such as",
        "`case.illegal_transition`. This page is written by `docs/make_errors.py`.",
        "",
        "| code | class | also a | meaning |",
        "|---|---|---|---|",
    ]
    kinds = [getattr(errors, name) for name in errors.__all__]
    for kind in sorted(kinds, key=lambda kind: str(kind.code)):
        also = ", ".join(
            f"`{base.__name__}`" for base in kind.__mro__ if base.__module__ == "builtins" and base is not object
        )
        also = also.replace(", `Exception`", "").replace(", `BaseException`", "")
        lines.append(f"| `{kind.code}` | `{kind.__name__}` | {also} | {inspect.getdoc(kind).splitlines()[0]} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    (Path(__file__).parent / "errors.md").write_text(page(), encoding="utf-8")
