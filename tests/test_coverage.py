"""What `make coverage` makes of what coverage.py and LLVM count."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from tests import coverage
from tests.coverage import CHECKOUT, GATES, File, files_of_python, files_of_rust, find_tools, report

RUSTC = "rustc 1.95.0 (59807616e 2026-04-14)\nhost: here\nrelease: 1.95.0\nLLVM version: 22.1.2\n"
SPANS = {
    "none": ([], ""),
    "one": ([3], "3"),
    "two apart": ([3, 5], "3, 5"),
    "two that follow one another": ([3, 4], "3-4"),
    "both": ([1, 3, 4, 5, 9], "1, 3-5, 9"),
}


@pytest.mark.parametrize(("lines", "written"), SPANS.values(), ids=SPANS)
def test_lines_are_written_as_spans(lines: Sequence[int], written: str) -> None:
    assert coverage.spans(lines) == written


def test_regions_that_never_ran_are_missing_where_they_begin() -> None:
    path = CHECKOUT / "rust/core/src/lib.rs"
    regions = {"count": 4, "covered": 2, "percent": 50}
    # Line, column, count, whether it is counted, begins a region, is a gap.
    segments = [
        [1, 1, 7, True, True, False],
        [2, 5, 0, True, True, False],
        [3, 5, 0, True, True, False],
        [4, 5, 0, True, False, False],
        [5, 5, 0, False, True, False],
        [6, 5, 0, True, True, True],
    ]
    file = {"filename": str(path), "summary": {"regions": regions}, "segments": segments}
    assert files_of_rust({"data": [{"files": [file]}]}) == [
        File("rust/core/src/lib.rs", counted=4, run=2, missing=(2, 3))
    ]


def test_statements_and_branches_that_never_ran_are_missing() -> None:
    summary = {"num_statements": 9, "covered_lines": 8, "num_branches": 4, "covered_branches": 2}
    file = {"summary": summary, "missing_lines": [7], "missing_branches": [[4, 7], [5, -1]]}
    assert files_of_python({"files": {"python/ferroapi/live.py": file}}) == [
        File("python/ferroapi/live.py", counted=13, run=10, missing=(4, 5, 7))
    ]


@pytest.mark.parametrize(("run", "reached"), [(1000, True), (970, True), (969, False), (0, False)])
def test_a_part_reaches_its_gate_or_not(
    run: int, reached: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(GATES, "core", 97.0)
    assert report("core", [File("a.rs", 400, 400, ()), File("b.rs", 600, run - 400, ())])[0] is (
        reached
    )


def test_the_files_with_most_that_never_ran_are_listed_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(coverage, "WORST", 2)
    files = [File(f"{left}.rs", 100, 100 - left, (left,)) for left in (0, 2, 9, 4)]
    _, text = report("core", files)
    assert text.splitlines()[0].startswith("core: 96.25 % of 400")
    assert text.splitlines()[1:] == ["  9.rs, 9 of 100: 9", "  4.rs, 4 of 100: 4"]


def test_a_part_of_which_nothing_was_counted_is_no_success() -> None:
    with pytest.raises(ValueError, match="nothing of the core was measured"):
        report("core", [])


TOOLS: dict[str, tuple[set[str], bool]] = {
    "none": (set(), False),
    "one": ({"llvm-cov"}, False),
    "the other": ({"llvm-profdata"}, False),
    "both": ({"llvm-cov", "llvm-profdata"}, True),
}


@pytest.mark.parametrize(("there", "found"), TOOLS.values(), ids=TOOLS)
def test_it_takes_two_tools(
    there: set[str], found: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(
        coverage, "find_tool", lambda name, versions, sysroot: name if name in there else None
    )
    assert (find_tools(RUSTC, tmp_path) is not None) == found


def test_without_tools_it_says_so_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(coverage, "_output", lambda *command: RUSTC)
    monkeypatch.setattr(coverage, "find_tools", lambda versions, sysroot: None)
    assert coverage.main() == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.splitlines() == [
        "There is no llvm-cov that fits rustc: run `rustup component add llvm-tools`."
    ]
