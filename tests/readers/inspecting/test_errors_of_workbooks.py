"""Cells with errors of a spreadsheet do not hide what a column holds."""

from pathlib import Path

from tests.readers.files._old_workbook import old_workbook

from servqual.readers.inspecting.kinds import Holds
from servqual.readers.inspecting.looking import look


def test_a_column_of_moments_with_errors_is_one_of_moments(tmp_path: Path) -> None:
    """A fifth of its cells are errors, which a note counts; the others say what it is."""
    rows = [[f"INC{n}", "2026-05-04 09:00", "#REF!" if n % 5 == 0 else "2026-05-05 09:00"] for n in range(20)]
    path = tmp_path / "export.xls"
    path.write_bytes(old_workbook([["Number", "Opened", "Resolved"], *rows]))
    found = look(path)
    column = next(each for each in found.columns if each.heading == "Resolved")
    assert (column.cells.holds, column.cells.filled) == (Holds.MOMENTS, 16)
    assert "'Resolved' has 4 cells without a value, such as #REF!: they are refused" in found.notes
    assert found.chosen.of("resolved_at")
