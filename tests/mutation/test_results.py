"""What is told of mutants, and that what excuses survivors is still there."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.mutation.places import CHECKOUT
from tests.mutation.results import (
    KILLED,
    REASONS,
    SURVIVED,
    TIMED_OUT,
    Result,
    Survivor,
    read,
    read_survivors,
    report,
    write,
)
from tests.mutation.run import SURVIVORS

LEFT = Result("rust/core/src/octets.rs", 7, 9, "a < b", "replace < with <=", SURVIVED)
OTHERS = [replace(LEFT, column=column, outcome=KILLED) for column in range(10, 19)]
EXPLAINED = Survivor(LEFT.path, LEFT.line, LEFT.mistake, "equivalent", "a is never b")


@pytest.mark.parametrize("row", read_survivors(SURVIVORS), ids=lambda row: row.mistake)
def test_what_explains_a_survivor_fits_the_source(row: Survivor) -> None:
    assert row.reason in REASONS
    assert row.why
    lines = CHECKOUT.joinpath(row.path).read_text().splitlines()
    assert row.line in map(str.strip, lines)


CASES = {
    "enough, and the other explained": ([LEFT, *OTHERS], [EXPLAINED], True),
    "one by its time": ([LEFT, *OTHERS[1:], replace(LEFT, outcome=TIMED_OUT)], [EXPLAINED], True),
    "too few": ([LEFT, *OTHERS[1:]], [EXPLAINED], False),
    "not explained": ([LEFT, *OTHERS], [], False),
    "another one explained": ([LEFT, *OTHERS], [replace(EXPLAINED, mistake="")], False),
}


@pytest.mark.parametrize(("results", "explained", "holds"), CASES.values(), ids=CASES)
def test_the_gate(results: list[Result], explained: list[Survivor], holds: bool) -> None:
    assert report(results, explained)[0] is holds


def test_reported() -> None:
    assert report([LEFT, *OTHERS], [EXPLAINED])[1].splitlines() == [
        "rust/core: 9 of 10 killed, 90.0 %",
        "all: 9 of 10 killed, 90.0 %",
        "survived, equivalent: 1",
    ]
    assert report([LEFT], [])[1].splitlines()[-2:] == [
        "survived: rust/core/src/octets.rs:7 replace < with <=",
        "    a < b",
    ]


def test_nothing_tried_is_no_success() -> None:
    with pytest.raises(ValueError, match="no mutant was tried"):
        report([], [])


def test_what_was_written_last_counts(tmp_path: Path) -> None:
    file = tmp_path / "results.jsonl"
    killed = replace(LEFT, outcome=KILLED, by="tests/test_params.py::a")
    for result in (LEFT, OTHERS[0], killed):
        write(result, file)
    assert read(file) == [killed, OTHERS[0]]
