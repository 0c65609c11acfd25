"""Many rows a case into one."""

from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue, MissingColumn
from servqual.metrics import measure
from servqual.readers import Chunk, Export, Layout, Log, Moment
from servqual.readers.files import opening

LOG = Log(
    at="when",
    event="step",
    moments={"received_at": Moment(pick="first", of="*"), "resolved_at": Moment(pick="last", of=["done"])},
    repeats={"reopened": ["done"]},
)


def folded(folder: Path, text: str, **layout: object) -> Chunk:
    """The cases of an export."""
    path = folder / "log.csv"
    path.write_text(text, encoding="utf-8")
    [chunk] = Export(path, Layout(zone="UTC", columns={"case_id": "id"}, **layout)).chunks()  # type: ignore[arg-type]
    return chunk


rows = st.lists(
    st.tuples(
        st.sampled_from("abc"), st.sampled_from(["x", "y", ""]), st.sampled_from(["", "2026-05-05", "2026-05-06"])
    ),
    min_size=1,
    max_size=30,
)


@given(rows, st.randoms(use_true_random=False), st.integers(1, 5))
def test_the_latest_row_of_each_case_stands(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]], random: Random, chunk: int
) -> None:
    """Against the obvious version: the latest update, then the greatest content; in any order, in any chunks."""
    slow: dict[str, tuple[str, str]] = {}
    for case, team, updated in rows:
        slow[case] = max(slow.get(case, ("", "")), (updated, team))
    folder = tmp_path_factory.mktemp("fold")
    for some in (rows, random.sample(rows, len(rows))):
        lines = [f"{case},2026-05-04,{team},{updated}\n" for case, team, updated in some]
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(opening, "CHUNK", chunk)
            found = folded(folder, "id,received_at,team,updated_at\n" + "".join(lines), fold=True)
        ids, teams = found.columns["case_id"], found.columns["team"]
        got = {
            ids.labels[c]: (some[n - 2][2], teams.labels[t] if t >= 0 else "")
            for c, t, n in zip(ids.values.tolist(), teams.values.tolist(), np.asarray(found.rows).tolist(), strict=True)
        }
        assert got == slow
        assert found.read == len(rows)


@pytest.mark.parametrize("named", [True, False])
def test_rows_in_memory_are_folded_from_the_first_on(*, named: bool) -> None:
    """Row 0 is a row like any other, whether columns are named or all are read."""
    rows = {
        "interaction_id": ["a", "b", "c", "b"],
        "queued_at": ["2026-05-04T09:00Z", "2026-05-04T10:00Z", "2026-05-04T11:00Z", "2026-05-04T12:00Z"],
    }
    columns = [*rows] if named else None
    [chunk] = Export(rows, Layout(fold=True), need=(), table="interactions", columns=columns).chunks()
    ids = chunk.columns["interaction_id"]
    assert [ids.labels[code] for code in ids.values] == ["a", "b", "c"]
    assert [*chunk.rows] == [0, 3, 2]
    assert chunk.read == 4


def test_only_the_refusals_of_rows_that_stand_remain(tmp_path: Path) -> None:
    """A bad cell that another row replaced was not used, so it is not told."""
    text = "id,updated_at,received_at\na,2026-05-04,soon\na,2026-05-05,2026-05-04\nb,2026-05-04,2026-05-04\n"
    chunk = folded(tmp_path, text + "b,2026-05-05,later\n", fold=True)
    assert [(r.row, r.value) for r in chunk.refusals] == [(5, "later")]
    bad = chunk.columns["received_at"].bad
    assert bad is not None
    assert bad.tolist() == [False, True]


def test_rows_without_a_case_are_lost(tmp_path: Path) -> None:
    """They belong to no case, so they are refused with their number."""
    chunk = folded(tmp_path, "id,received_at\n,2026-05-04\na,2026-05-04\n", fold=True)
    assert (chunk.size, chunk.read) == (1, 2)
    assert [str(r) for r in chunk.lost] == ["row 2: case_id is missing (got '')"]


def test_a_log_of_steps_gives_moments_and_repeats(tmp_path: Path) -> None:
    """First and last of named steps, in whatever order the rows come; a repeat counts beyond the first."""
    text = "id,step,when\na,done,2026-05-06\na,open,2026-05-04\na,done,2026-05-07\nb,open,2026-05-05\nb,open,soon\n"
    chunk = folded(tmp_path, text, log=LOG)
    received, resolved = chunk.columns["received_at"], chunk.columns["resolved_at"]
    day = 86_400_000_000
    assert (received.values[1] - received.values[0]) // day == 1
    assert (resolved.values[0] - received.values[0]) // day == 3
    assert resolved.known.tolist() == [True, False]
    assert chunk.columns["reopened"].values.tolist() == [1.0, 0.0]
    assert [(r.row, r.column) for r in chunk.lost] == [(6, "event_at")]


def test_a_step_whose_moment_cannot_be_read_leaves_the_case_unsure(tmp_path: Path) -> None:
    """Not open: nobody knows when it was done. A step that no moment looks at makes no difference."""
    text = "id,step,when\na,open,2026-05-04\na,done,soon\nb,open,2026-05-04\nb,note,soon\n"
    moments = {"received_at": Moment(pick="first", of="open"), "resolved_at": Moment(pick="last", of="done")}
    log = Log(at="when", event="step", moments=moments)
    chunk = folded(tmp_path, text, log=log)
    bad = chunk.columns["resolved_at"].bad
    assert bad is not None
    assert bad.tolist() == [True, False]
    rate = measure(["resolution_rate"], {"cases": [chunk]}).one()
    assert (rate.n, rate.value) == (1, 0.0)


def test_a_refused_case_takes_its_rows_with_it(tmp_path: Path) -> None:
    """Three rows of two cases, one of which cannot be used: one row is used."""
    chunk = folded(tmp_path, "id,received_at\na,soon\na,later\nb,2026-05-04\n", fold=True)
    rows = measure(["case_volume"], {"cases": [chunk]}).rows["cases"]
    assert (rows.read, rows.used, rows.refused) == (3, 1, 2)


def test_a_log_needs_its_columns(tmp_path: Path) -> None:
    """The name of the step and its moment."""
    with pytest.raises(MissingColumn, match="step"):
        folded(tmp_path, "id,when\na,2026-05-04\n", log=LOG)


def test_a_log_gives_only_moments_and_counts_of_cases() -> None:
    """Mistyped names get near matches."""
    with pytest.raises(InvalidValue, match="did you mean resolved_at"):
        Log(at="when", event="step", moments={"resolvd_at": Moment(pick="last", of="done")})


def test_italian_helpdesk(data: Path) -> None:
    """oracle.json of italian_helpdesk: computed with pandas from the same file; times taken as UTC as it does."""
    layout = Layout(
        zone="UTC",
        columns={"case_id": "Case ID"},
        log=Log(
            event="Activity",
            at="Complete Timestamp",
            moments={
                "received_at": Moment(pick="first", of="*"),
                "first_response_at": Moment(pick="first", of="Take in charge ticket"),
                "resolved_at": Moment(pick="last", of="Resolve ticket"),
                "closed_at": Moment(pick="last", of="Closed"),
            },
            repeats={"reopened": "Resolve ticket"},
        ),
    )
    [chunk] = Export(data / "italian_helpdesk" / "helpdesk.csv.gz", layout).chunks()
    received = chunk.columns["received_at"].values

    def seconds(name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        column = chunk.columns[name]
        return (column.values - received)[column.known] / 1e6

    assert (chunk.read, chunk.size) == (21_348, 4_580)
    assert seconds("first_response_at").mean() == pytest.approx(351338.829405, abs=1e-6)
    assert len(seconds("first_response_at")) == 4_285
    assert seconds("resolved_at").mean() == pytest.approx(996884.720946, abs=1e-6)
    assert np.median(seconds("resolved_at")) == 575_245.0
    assert chunk.columns["closed_at"].known.sum() == 4_559
    assert (chunk.columns["reopened"].values > 0).sum() == 386
