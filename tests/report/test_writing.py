"""Files are written beside and moved into place."""

import os
import stat
from pathlib import Path

import pytest

from servqual.errors import UnreadableFile
from servqual.report.writing import write


def test_the_earlier_file_stays_where_the_new_one_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk and an interrupt, at the last moment; nothing is left beside."""
    page = tmp_path / "page.html"
    page.write_text("earlier", encoding="utf-8")
    for error, seen in (
        (OSError(28, "No space left on device"), UnreadableFile),
        (KeyboardInterrupt(), KeyboardInterrupt),
    ):

        def fail(_: int, error: BaseException = error) -> None:
            raise error

        monkeypatch.setattr(os, "fsync", fail)
        with pytest.raises(seen):
            write(page, "new" * 1000)
        assert page.read_text(encoding="utf-8") == "earlier"
        assert [*tmp_path.iterdir()] == [page]


def test_a_link_stays_a_link_and_rights_stay(tmp_path: Path) -> None:
    """The new content is where the link leads; a new file has the usual rights."""
    page, link = tmp_path / "page.html", tmp_path / "link.html"
    page.write_text("earlier", encoding="utf-8")
    page.chmod(0o640)
    link.symlink_to(page)
    write(link, "new")
    assert link.is_symlink()
    assert (page.read_text(encoding="utf-8"), stat.S_IMODE(page.stat().st_mode)) == ("new", 0o640)
    usual = tmp_path / "usual"
    usual.touch()
    write(tmp_path / "other", "new")
    assert (tmp_path / "other").stat().st_mode == usual.stat().st_mode


def test_a_device_is_written_to_directly() -> None:
    """It is not replaced by a file; a full one is said."""
    write(Path("/dev/null"), "page")
    assert not Path("/dev/null").is_file()
    with pytest.raises(UnreadableFile, match="No space left"):
        write(Path("/dev/full"), "page")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_file_that_may_not_be_written_stays(tmp_path: Path) -> None:
    """Moving another into its place would go round its rights."""
    page = tmp_path / "page.html"
    page.write_text("earlier", encoding="utf-8")
    page.chmod(0o444)
    with pytest.raises(UnreadableFile, match="Permission denied"):
        write(page, "new")
    assert page.read_text(encoding="utf-8") == "earlier"


def test_what_is_no_text_is_shown_as_a_question_mark(tmp_path: Path) -> None:
    """Half a character, as a file's name may hold."""
    write(tmp_path / "page", "a\udc80b")
    assert (tmp_path / "page").read_bytes() == b"a?b"
