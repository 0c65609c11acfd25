"""A long run at a terminal shows that it goes on; in a pipe it says nothing."""

import io
import re
import time
from pathlib import Path
from typing import Self

import pytest

from servqual import cli
from servqual.report.alive import SignOfLife


class Terminal(io.StringIO):
    """A stream that calls itself a terminal."""

    def isatty(self) -> bool:
        """It does so always."""
        return True


def wait_for(stream: io.StringIO, text: str) -> None:
    """Wait until a text stands in a stream."""
    for _ in range(500):
        if text in stream.getvalue():
            return
        time.sleep(0.01)
    raise AssertionError(stream.getvalue())


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """A file of a hundred bytes."""
    path = tmp_path / "tickets.csv"
    path.write_text("x" * 100, encoding="utf-8")
    return path


def test_a_terminal_sees_how_far_the_reading_is(export: Path) -> None:
    """A quarter, then all: figures are measured; the line is taken away at the end."""
    stream = Terminal()
    with SignOfLife([export], stream=stream, every=0.01) as sign:
        sign.read(25)
        wait_for(stream, "tickets.csv: 25 % read, ")
        sign.read(75)
        wait_for(stream, "tickets.csv: measuring, ")
    assert stream.getvalue().endswith("\r\x1b[K")


def test_a_pipe_gets_nothing(export: Path) -> None:
    """A program that reads the messages sees none of it."""
    stream = io.StringIO()
    with SignOfLife([export], stream=stream, every=0.001):
        time.sleep(0.05)
    assert stream.getvalue() == ""


def test_short_work_says_nothing(export: Path) -> None:
    """Nothing flickers where the work is done before the first line."""
    stream = Terminal()
    with SignOfLife([export], stream=stream, every=60):
        pass
    assert stream.getvalue() == ""


def test_a_terminal_that_has_gone_stops_nothing(export: Path) -> None:
    """The work goes on."""
    stream = Terminal()
    with SignOfLife([export], stream=stream, every=0.01):
        wait_for(stream, "measuring")
        stream.close()
        time.sleep(0.05)


def test_names_of_files_are_shown_without_control_characters(tmp_path: Path) -> None:
    """Several files are one line; a name cannot clear the screen."""
    paths = [tmp_path / "a\x1b[2Jb.csv", tmp_path / "c.csv"]
    for path in paths:
        path.write_text("x", encoding="utf-8")
    stream = Terminal()
    with SignOfLife(paths, stream=stream, every=0.01):
        wait_for(stream, "and 1 more: measuring")
    assert "\x1b[2J" not in stream.getvalue()


@pytest.mark.parametrize("alone", [True, False])
def test_the_command_shows_it_for_all_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, alone: bool
) -> None:
    """Every byte of every table is counted, also of files that the settings name."""
    signs: list[SignOfLife] = []

    class Kept(SignOfLife):
        def __enter__(self) -> Self:
            signs.append(self)
            return super().__enter__()

    monkeypatch.setattr("servqual.report.alive.SignOfLife", Kept)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cases.csv").write_text("received_at\n2026-05-04T09:00Z\n", encoding="utf-8")
    (tmp_path / "calls.csv").write_text("queued_at,answered\n2026-05-04T09:00Z,true\n", encoding="utf-8")
    (tmp_path / "desk.toml").write_text('[tables.interactions]\nfile = "calls.csv"\n', encoding="utf-8")
    words = ["report", "cases.csv"] if alone else ["report", "cases.csv", "--config", "desk.toml"]
    assert cli.main(words) == 0
    size = sum((tmp_path / name).stat().st_size for name in ("cases.csv", "calls.csv")[: 2 - alone])
    [sign] = signs
    assert (sign._size, sign._done >= size) == (size, True)
    assert re.search("measuring|read,", capsys.readouterr().err) is None
