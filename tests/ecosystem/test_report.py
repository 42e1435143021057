"""The page of the documentation tells what passes, and why the rest does not."""

from dataclasses import replace
from datetime import date

from tests.ecosystem.comparison import Comparison
from tests.ecosystem.report import page, table
from tests.ecosystem.suites import Suite

KNOWN = {"a.py::one": "Needs a name.", "a.py::two": "Needs a name.", "b.py::three": "Is slow."}


def suite(name: str) -> Suite:
    return Suite(name, "1.0", f"{name}.tar.gz", "0" * 64, ("tests",), ("routing", "forms"), ())


COMPARED = [
    (suite("whole"), Comparison(passing=1200, known={}, lost=[], recovered=[])),
    (suite("part"), Comparison(passing=10, known=KNOWN, lost=["c.py::four"], recovered=[])),
]


def test_the_table_has_a_line_for_each_suite_and_their_sum() -> None:
    assert [line.split() for line in table(COMPARED).splitlines()] == [
        ["suite", "version", "FastAPI", "ferroapi", "known", "lost"],
        ["whole", "1.0", "1200", "1200", "0", "0"],
        ["part", "1.0", "10", "6", "3", "1"],
        ["all", "1210", "1206", "3", "1"],
    ]


def test_the_page_has_a_row_for_each_suite_and_every_reason() -> None:
    text = page(COMPARED, "0.165.0", date(2026, 11, 28))

    head, missing = text.split("## What does not pass")
    assert "| part | 1.0 | routing, forms | 10 | 6 |" in head
    assert "1,210 in 2 packages, 1,206 pass on ferroapi, and all of theirs in 1 packages" in head
    assert "2026-11-28" in head
    assert missing.strip().splitlines() == [
        "- part, 2: Needs a name.",
        "- part, 1: Is slow.",
        "- part, 1: Not explained.",
    ]


def test_the_page_says_what_has_to_be_as_permissive_as_fastapi() -> None:
    allowing = replace(suite("allowing"), compat="Allows all.")
    passing = Comparison(passing=1, known={}, lost=[], recovered=[])
    text = page([*COMPARED, (allowing, passing)], "0.165.0", date(2026, 11, 28))

    between = text.split("## What needs `FERROAPI_COMPAT=1`")[1].split("## What does not pass")[0]
    assert between.strip().splitlines() == ["- allowing: Allows all."]


def test_the_page_ends_before_what_does_not_pass_when_all_does() -> None:
    assert "What does not pass" not in page(COMPARED[:1], "0.165.0", date(2026, 11, 28))
