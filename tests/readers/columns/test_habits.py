"""A hundred small files of known truth, written as vendors write cells, are read back exactly.

The writer is seeded: dates, zones, languages, decimals, durations, words for missing and labelled scores are drawn per
file, and the settings say only what a person must say: the form of dates, the zone, and where nothing in the column can
tell them, the decimal sign and the clock.
"""

import csv
import datetime as dt
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest

from servqual.readers import Export, Layout
from servqual.readers.columns.advice import IN_CALL
from servqual.readers.columns.columns import MISSING
from servqual.readers.columns.tables import Kind
from servqual.readers.columns.texts import CellReader

dates = pytest.importorskip("babel.dates")
EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
US: Final = dt.timedelta(microseconds=1)
ZONES: Final = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")
# how babel writes a time of the day, and how the settings say it; None needs no setting
DATES: Final[list[tuple[str, str | None]]] = [
    ("yyyy-MM-dd HH:mm:ss", None),
    ("yyyy-MM-dd'T'HH:mm:ss", None),
    ("yyyy/M/d H:mm:ss", None),
    ("yyyy-MM-dd h:mm:ss a", None),
    ("dd/MM/yyyy HH:mm:ss", "%d/%m/%Y %H:%M:%S"),
    ("M/d/yy h:mm:ss a", "%m/%d/%y %I:%M:%S %p"),
    ("dd.MM.yy HH:mm:ss", "%d.%m.%y %H:%M:%S"),
    ("dd/MMM/yy h:mm:ss a", "%d/%b/%y %I:%M:%S %p"),
    ("EEEE, d MMMM yyyy HH:mm:ss", "%A, %d %B %Y %H:%M:%S"),
    ("MMM d, yyyy h:mm:ss a", "%b %d, %Y %I:%M:%S %p"),
    ("yyyyMMddHHmmss", "%Y%m%d%H%M%S"),
]
OFFSETS: Final[dict[str, Callable[[dt.datetime], str]]] = {
    "none": lambda _: "",
    "colon": lambda at: f" {at:%z}"[:4] + ":" + f"{at:%z}"[3:5],
    "plain": lambda at: f"{at:%z}",
    "name": lambda at: f" {at.tzname()}",
}
DURATIONS: Final[dict[str, Callable[[int], str]]] = {
    "seconds": str,
    "clock": lambda s: f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}",
    "words": lambda s: f"{s // 86_400}d {s // 3600 % 24}h {s // 60 % 60}m {s % 60}s",
    "long": lambda s: f"{s // 86_400} Days {s // 3600 % 24} Hours {s // 60 % 60} Minutes {s % 60} Seconds",
    "iso": lambda s: f"P{s // 86_400}DT{s // 3600 % 24}H{s // 60 % 60}M{s % 60}S",
    "python": lambda s: str(dt.timedelta(seconds=s)),
}
NUMBERS: Final[dict[str, Callable[[float], str]]] = {
    "point": lambda x: f"{x:.2f}",
    "comma": lambda x: f"{x:.2f}".replace(".", ","),
    "english": lambda x: f"{x:,.2f}",
    "german": lambda x: f"{x:,.2f}".translate(str.maketrans(",.", ".,")),
    "french": lambda x: f"{x:,.2f}".translate(str.maketrans(",.", "\N{NARROW NO-BREAK SPACE},")),
    "swiss": lambda x: f"{x:,.2f}".replace(",", "'"),
}
GONE: Final = ("", "-", "N/A", "null", "NaN", "None", "#N/A", "n.a.")


@pytest.mark.parametrize("seed", range(100))
def test_what_a_vendor_writes_is_read_back(seed: int, tmp_path: Path) -> None:
    """Every cell, exactly; nothing is refused."""
    draw = random.Random(seed)  # noqa: S311
    language = draw.choice(["en", "de", "fr", "es", "zh", "it", "pt", "sv", "ja"])
    zone, (pattern, form) = ZoneInfo(draw.choice(ZONES)), draw.choice(DATES)
    offset, in_two = draw.choice([*OFFSETS]), draw.random() < 0.3
    length, number = DURATIONS[draw.choice([*DURATIONS])], NUMBERS[draw.choice([*NUMBERS])]
    rows: list[tuple[dt.datetime | None, int | None, float | None, int | None]] = [
        (
            (EPOCH + dt.timedelta(seconds=draw.randrange(10**9, 2 * 10**9))).astimezone(zone),
            draw.randrange(10 ** draw.randint(1, 7)),
            round(draw.uniform(-(10**5), 10**6), 2),
            draw.randint(0, 10),
        )
        for _ in range(12)
    ]
    rows = [tuple(None if draw.random() < 0.1 else cell for cell in row) for row in rows]  # type: ignore[misc]

    def moment(at: dt.datetime) -> str:
        return str(dates.format_datetime(at.replace(tzinfo=None), pattern, locale=language)) + OFFSETS[offset](at)

    written = {
        "Opened": [draw.choice(GONE) if at is None else moment(at) for at, *_ in rows],
        "Talk": [draw.choice(GONE) if s is None else length(s) for _, s, *_ in rows],
        "Cost": [draw.choice(GONE) if x is None else number(x) for *_, x, _ in rows],
        "Score": [draw.choice(GONE) if n is None else f"{n} - so" for *_, n in rows],
    }
    columns: dict[str, Any] = {"at": "Opened", "talk_s": "Talk", "amount": "Cost", "score": "Score"}
    if in_two and " " in pattern and pattern.startswith("yyyy"):
        parts = [text.partition(" ") for text in written.pop("Opened")]
        written |= {"Date": [date for date, _, _ in parts], "Time": [time for *_, time in parts]}
        columns["at"] = ["Date", "Time"]
    with (tmp_path / "export.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=draw.choice(",;\t")).writerows([[*written], *zip(*written.values(), strict=True)])
    layout = Layout(columns=columns, zone=zone, dates=form or ())
    kinds = {"at": Kind.MOMENT, "talk_s": Kind.DURATION, "amount": Kind.NUMBER, "score": Kind.NUMBER}
    export = Export(tmp_path / "export.csv", layout, need=(), table="rows", columns=[*columns], kinds=kinds)
    [chunk] = export.chunks()
    assert not chunk.refusals, [str(refusal) for refusal in chunk.refusals]

    truth = [MISSING if at is None else (first_shown(at, offset) - EPOCH) // US for at, *_ in rows]
    assert chunk.columns["at"].values.tolist() == truth
    assert chunk.columns["talk_s"].values.tolist() == [MISSING if s is None else s * 1_000_000 for _, s, *_ in rows]
    for name, place in (("amount", 2), ("score", 3)):
        read = [None if x != x else x for x in chunk.columns[name].values.tolist()]  # noqa: PLR0124  (NaN)
        assert read == [row[place] for row in rows]


def first_shown(at: dt.datetime, offset: str) -> dt.datetime:
    """What a text without its zone means: of a time that the clock shows twice, the first."""
    return at.replace(fold=0) if offset == "none" else at


ALPHABET: Final = "0123456789:.,-+/ '\u00a0\u2212%TPZDHMSdhms(=e)年月日amp\0\ud800٣²½"


def test_hostile_cells_never_raise_a_foreign_error() -> None:
    """Drawn from the signs of dates, numbers and durations, with any settings: a value, or a reason in words."""
    draw = random.Random(29)  # noqa: S311
    for kind in Kind:
        for settings in (
            {},
            {"dates": ("%d/%m/%Y %H:%M", "%d %b %y %I:%M %p %z", "excel", "unix_ms"), "decimal": ",", "clock": "m:ss"},
            {"business": True, "typed": True, "advice": IN_CALL, "seconds": 86_400},
        ):
            reader = CellReader("score", kind, zone=ZoneInfo("Europe/Berlin"), **settings)
            texts = ["".join(draw.choices(ALPHABET, k=draw.randint(1, 24))) for _ in range(400)]
            texts += ["9" * 5000, "1:" * 5000, "(" * 5000, "1 " * 5000, "a" * 5000, "1e" + "9" * 50, "P" + "1D" * 50]
            column, refusals = reader.read(texts, 0)
            assert len(column.values) == len(texts)
            assert all(refusal.reason.startswith(("must ", "is ")) for refusal in refusals)
