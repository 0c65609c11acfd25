"""Named steps and their order: checked, walked, and drawn as a Mermaid flow chart."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from servqual._checks import among, distinct, no_circle
from servqual.errors import InvalidValue

# a step by name, and its direct predecessors: None means the step listed before it, `()` means none
Node: TypeAlias = tuple[str, tuple[str, ...] | None]
Edge: TypeAlias = tuple[str, str]


def predecessors(nodes: Sequence[Node], field: str = "steps") -> dict[str, tuple[str, ...]]:
    """Map each step to its direct predecessors; refuse no steps, a name twice, an unknown name and a circle."""
    names = [name for name, _ in nodes]
    if not names:
        raise InvalidValue.of(field, "hold at least one", (), shown="none")
    distinct(field, names)
    before = {
        name: after if after is not None else tuple(names[max(place - 1, 0) : place])
        for place, (name, after) in enumerate(nodes)
    }
    for name, earlier in before.items():
        for one in earlier:
            among(f"after of {name!r}", one, names)
    no_circle("after", before, do="a repeated step is a run of its own")
    return before


def edges(before: Mapping[str, tuple[str, ...]]) -> tuple[Edge, ...]:
    """List the pairs of a step and a following step."""
    return tuple((earlier, name) for name, befores in before.items() for earlier in befores)


def ancestors(before: Mapping[str, tuple[str, ...]], name: str) -> frozenset[str]:
    """Collect all direct and indirect predecessors of a step."""
    found: set[str] = set()
    waiting = list(before[name])
    while waiting:
        earlier = waiting.pop()
        if earlier not in found:
            found.add(earlier)
            waiting += before[earlier]
    return frozenset(found)


def flowchart(
    groups: Mapping[str, Mapping[str, str]], arrows: Iterable[Edge], *, direction: str, boxed: bool = True
) -> str:
    """Draw a Mermaid flow chart: text by step, in groups that are boxes with a title unless `boxed=False`."""
    keys: dict[str, str] = {}
    lines = [f"flowchart {direction}"]
    for number, (title, words) in enumerate(groups.items(), 1):
        indent = "    "
        if boxed:
            lines.append(f'    subgraph g{number} ["{_safe(title)}"]')
            indent *= 2
        for name, text in words.items():
            keys[name] = f"s{len(keys) + 1}"
            lines.append(f'{indent}{keys[name]}["{_safe(text)}"]')
        if boxed:
            lines.append("    end")
    lines += [f"    {keys[earlier]} --> {keys[later]}" for earlier, later in arrows]
    return "\n".join(lines)


def _safe(text: str) -> str:
    """Escape text for a quoted Mermaid label: signs that end the label or begin markup become entities."""
    plain = " ".join(text.split())
    return "".join(f"#{ord(sign)};" if sign in _SIGNS else sign for sign in plain)


_SIGNS = frozenset('#"<>&`;[]{}|\\')
