"""Settings for a report, from what was found: every line with its reason, every open question as an empty text."""

import json
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from servqual._words import clean
from servqual.readers.columns.tables import Kind
from servqual.readers.files.layouts import Layout
from servqual.readers.files.wide_rows import Wide
from servqual.readers.inspecting.choosing import Chosen
from servqual.readers.inspecting.looking import DAYS, Look
from servqual.readers.inspecting.ours import STEP
from servqual.readers.inspecting.picking import Choice, Question

_ZONE: Final = "which zone do the clocks of these times show? Name it, such as Europe/Berlin, or UTC"


_ASKED: Final = {
    "interactions": ("wait_s", "in time is 20 s; for another threshold", ('service_level = { within = "60 s" }',)),
    "answers": (
        "score",
        "which question was asked, on what scale? One of these without its #",
        ("csat = { scale = [1, 5], satisfied_from = 4 }", "nps = {}", "ces = { scale = [1, 7] }"),
    ),
}
"""Parameters of KPIs that no file tells: the column that they are about, why they matter, and what may be written."""


def quoted(text: str) -> str:
    r"""Write a text as TOML does, with nothing in it that could end it or steer a terminal.

    >>> print(quoted('a "b"\n\x1b[31m'))
    "a \"b\"\n\u001b[31m"
    """
    whole = text.encode("utf-8", "replace").decode()  # half a character of JSON is none
    plain = json.dumps(whole, ensure_ascii=False)
    return "".join(sign if sign.isprintable() else _escaped(sign) for sign in plain)


def _escaped(sign: str) -> str:
    return f"\\u{ord(sign):04x}" if ord(sign) < 1 << 16 else f"\\U{ord(sign):08x}"


def settings_of(look: Look, *, facts: Sequence[str] = (), file: str | None = None) -> str:
    """Write the settings of a file; `facts` are lines of comment that stand above.

    `file` is its path from the folder of the settings; by default it lies beside them.
    """
    return "\n".join(_lines(look, facts, file or look.name)) + "\n"


def _lines(look: Look, facts: Sequence[str], file: str) -> Iterator[str]:
    yield _comment(f"Settings to read {look.name}, as `servqual inspect` found it; `servqual report` reads them.")
    yield from map(_comment, facts)
    if look.questions or look.asks_zone:
        yield "# Empty texts are questions: answer them before a report is made."
    if look.vendor and not _doubted(look):
        yield ""
        yield f"preset = {quoted(look.vendor.name)}  # most of its columns are those of {look.vendor.title}"
    yield from _columns(look)
    yield ""
    yield "[read]"
    yield from _read(look)
    if look.chosen.steps:
        yield from _log(look)
    if look.chosen.events:
        yield from ("", "[events]  # our events = the names of steps; an event of another name is refused")
        yield from (f"{event} = {_value(names)}" for event, names in look.chosen.events.items())
    if look.chosen.wide:
        yield from _wide(look.chosen.wide)
    if asked := _ASKED.get(look.chosen.ours.table):
        name, why, ways_ = asked
        if name in look.chosen.names:
            yield from ("", f"[kpis]  {_comment(why)}", *map(_comment, ways_))
    yield from _further(look, file)


def _doubted(look: Look) -> list[str]:
    """List the columns in question that the preset would read unasked."""
    given = look.vendor.settings().columns if look.vendor else {}
    return [question.setting for question in look.questions if question.setting in given]


def _columns(look: Look) -> Iterator[str]:
    choices = [each for each in look.chosen.columns if not look.chosen.steps or each.name not in STEP]
    questions = [question for question in look.questions if question.part == "columns"]
    if not choices and not questions:
        return
    yield ""
    if doubted := _doubted(look):
        yield _comment(f"no preset, as it would read {' and '.join(doubted)} unasked")
    yield "[columns]  # our name = the heading in the file"
    for choice in choices:
        yield f"{choice.name} = {_value(choice.headings)}  {_comment(_reason(choice))}"
    for question in questions:
        yield from _asked(question, needed=question.setting == look.chosen.ours.begins)
    for other in look.otherwise:
        yield _comment(f'where table = "{other.ours.table}", these columns instead:')
        for choice in other.columns:
            yield _comment(f"  {choice.name} = {_value(choice.headings)}")


def _reason(choice: Choice) -> str:
    others = ", ".join(f'"{other}"' for other in choice.others)
    return f"{choice.because}; or {others}" if others else choice.because


def ways(question: Question, sure: Sequence[str] = ()) -> list[str]:
    """Write each setting that answers a question; `sure` are values that stand beside the answer.

    >>> ways(Question(part="read", setting="decimal", answers=(".", ","), because=""))
    ['decimal = "."', 'decimal = ","']
    """
    names = question.names or (question.setting,)
    return [f"{name} = {_value((*sure, answer))}" for name in names for answer in question.answers]


def _asked(question: Question, sure: Sequence[str] = (), *, needed: bool = True) -> Iterator[str]:
    """A question as an empty setting; of a column that no report needs, as a comment."""
    yield _comment(f"{question.setting}: {question.because}; it may be")
    for way in ways(question, sure):
        yield _comment(f"  {way}")
    if needed:
        yield f'{question.setting} = ""'


def _read(look: Look) -> Iterator[str]:
    if len(look.grounds.tables) == 1 and look.chosen.ours.table != "cases":
        yield f"table = {quoted(look.chosen.ours.table)}  {_comment(look.grounds.because)}"
    yield from _zone(look)
    for question in look.questions:
        if question.part == "read":
            yield from _asked(question, look.dates if question.setting == "dates" else ())
    if look.dates and not any(question.setting == "dates" for question in look.questions):
        yield f"dates = {_value(look.dates)}  {_comment(_because(look))}"
    yield from _words(look)
    if look.chosen.fold:
        yield f"fold = true  {_comment(look.chosen.fold)}"
    elif look.vendor and look.vendor.layout.fold and not _doubted(look):
        yield "fold = false  # each case has one row"
    if look.chosen.constants:
        [(constant, value, why)] = look.chosen.constants
        yield f"constants = {{ {constant} = {quoted(value)} }}  {_comment(why)}"
    yield from _written(look)


def _zone(look: Look) -> Iterator[str]:
    if look.zone is None:
        yield 'zone = "UTC"  # every moment tells its offset; days and weeks begin in this zone, name that of the desk'
    elif look.zone == DAYS:
        yield f'zone = "UTC"  {_comment(f"{DAYS[0]}, and days need no zone")}'
    elif look.zoned:
        yield f"zone = {quoted(look.zoned[1])}  {_comment(f'{look.zoned[0]!r} stands below the table')}"
    else:
        yield from map(_comment, (f"zone: {_ZONE}", *look.zone))
        yield 'zone = ""'


def _words(look: Look) -> Iterator[str]:
    """Say the words of the file for a value that is missing, for yes and for no."""
    preset = look.vendor.layout if look.vendor and _doubted(look) else Layout()
    if missing := (*preset.missing, *look.chosen.neither):
        why = "  # neither of the two below; name it there if it is one" if look.chosen.neither else ""
        yield f"missing = {quoted_list(missing)}{why}"
    if look.crowd:
        label, rows, whole = look.crowd
        yield _comment(f"{rows:,} of {whole:,} rows have this customer; without the # it is read as unknown:")
        yield _comment(f"missing_in = {{ customer_id = {quoted_list([label])} }}")
    of_contacts = look.chosen.ours.table == "interactions"
    for name, told, words, more in (
        ("true", "abandoned" if of_contacts else "kept", look.chosen.true, preset.true),
        ("false", "answered" if of_contacts else "missed", look.chosen.false, preset.false),
    ):
        if words or more:
            yield f"{name} = {quoted_list([*dict.fromkeys((*words, *more))])}  # {told}"
            continue
        for each in look.questions:
            for word in (word for setting, word in each.with_it if setting == name):
                yield _comment(f"{name} = {quoted_list([word])}  # with {ways(each)[0]}")


_GOALS: Final = {
    "interactions": (("service_level", {"wait_s"}), ("answer_rate", {"answered", "abandoned"})),
    "contact_counts": (("service_level", {"answered_within", "answered_late"}), ("answer_rate", {"answered"})),
    "complaints": (("complaint_satisfaction", {"satisfied"}),),
}
"""KPIs for which a table often has a goal, and the columns of which each needs one."""


def _further(look: Look, file: str) -> Iterator[str]:
    """Say by what columns a report is told, and as comments what else it may hold."""
    if groups := _groups(look.chosen):
        yield from ("", "[report]", f"groups = {quoted_list(groups)}")
    if look.chosen.ours.table == "cases":
        yield from _promises(look.chosen.names)
    for kpi, of in _GOALS.get(look.chosen.ours.table, ()):
        if of & look.chosen.names:
            yield from ("", "# [[targets]]  # what was promised: the goal of any KPI above, in its unit")
            yield from (f'# kpi = "{kpi}"', "# goal = 0.8")
            break
    if look.scores:
        yield from _scores(look, file)


def _promises(names: Collection[str]) -> Iterator[str]:
    """Say as comments when the desk is open, and what was promised."""
    yield from ("", "# [hours]  # when the desk is open; without it, time is that of the clock")
    yield '# week = { mon-fri = "09:00-17:00" }'
    clocks = {"first_response": {"first_response_at"}, "resolution": {"resolved_at", "closed_at"}}
    for clock in (name for name, ends in clocks.items() if ends & {*names}):
        yield from ("", "# [[targets]]  # what was promised, and the share of cases that is to keep it")
        yield from (f'# clock = "{clock}"', '# within = "8 h"', "# goal = 0.9")
        return


def _scores(look: Look, file: str) -> Iterator[str]:
    """Say as comments how scores beside the rows are shown as answers to a survey."""
    columns = {"answer_id": look.chosen.ours.id, "answered_at": look.chosen.ours.begins}
    read = {name: each.headings for name, of in columns.items() if (each := look.chosen.of(of))}
    told = ", ".join(f"{name} = {_value(of)}" for name, of in (read | {"score": (look.scores,)}).items())
    yield ""
    yield _comment(f"{quoted(look.scores)} could be answers to a survey; to show them, take away these # signs:")
    yield from map(
        _comment,
        (
            "[tables.answers]",
            f"file = {quoted(file)}",
            f"columns = {{ {told} }}",
            f"kpis = {{ {_ASKED['answers'][2][0]} }}",
        ),
    )


def _groups(chosen: Chosen) -> list[str]:
    """List the columns by which a table besides cases is shown: all that name no customer and no row."""
    names = [*([chosen.wide.label] if chosen.wide else []), *(each.name for each in chosen.columns)]
    labels = [name for name in names if chosen.ours.kinds.get(name) is Kind.LABEL]
    return [name for name in labels if name not in {chosen.ours.id, "customer_id"} and chosen.ours.table != "cases"]


def _written(look: Look) -> Iterator[str]:
    """Say how the file is written, where it could be taken for another."""
    if look.encoding and look.encoding.casefold() not in {"utf-8", "utf-8-sig"}:
        yield f"encoding = {quoted(look.encoding)}"
    if look.delimiter and look.delimiter != ",":
        yield f"delimiter = {quoted(look.delimiter)}"
    if len(look.sheets) > 1:
        others = ", ".join(name for name in look.sheets if name != look.sheet)
        yield f"sheet = {quoted(look.sheet)}  {_comment(f'or {others}')}"


def _because(look: Look) -> str:
    dates = [column.cells.dates for column in look.columns if column.cells.dates]
    return next((s.because for each in dates for s in each.structures if s.forms[0] in look.dates), "as all cells fit")


def _log(look: Look) -> Iterator[str]:
    event, at = look.chosen.of("event"), look.chosen.of("at")
    assert event is not None
    assert at is not None
    yield ""
    yield f"[log]  # {look.rows_are[0]}: which step gives which moment of a case; change what is wrong"
    yield f"event = {quoted(event.headings[0])}"
    yield f"at = {quoted(at.headings[0])}"
    yield ""
    yield "[log.moments]"
    for step in look.chosen.steps:
        yield f"{step.name} = {{ {step.pick} = {_value(step.events)} }}"


def _wide(wide: Wide) -> Iterator[str]:
    yield from ("", "[wide]  # each of these cells is a row", f"label = {quoted(wide.label)}")
    if wide.row:
        yield f"row = {quoted(wide.row)}"
    cells = ", ".join(f"{name} = {quoted_list(headings)}" for name, headings in wide.cells.items())
    yield f"cells = {{ {cells} }}"


def _value(texts: Sequence[str]) -> str:
    return quoted(texts[0]) if len(texts) == 1 else quoted_list(texts)


def quoted_list(texts: Sequence[str]) -> str:
    """Write texts as a list of TOML.

    >>> quoted_list(["Date", "Time"])
    '["Date", "Time"]'
    """
    return f"[{', '.join(map(quoted, texts))}]"


def _comment(text: str) -> str:
    return f"# {clean(text)}"
