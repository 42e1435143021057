"""docs/advisories.md names tests that are there, and its rows are whole."""

import ast
import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT.joinpath("docs", "advisories.md").read_text()
ROWS = {
    cells[0]: cells[1:]
    for line in PAGE.splitlines()
    if re.match(r"\| [A-Z]\d", line)
    for cells in [[cell.strip() for cell in line.strip("|").split(" | ")]]
}
"""The number of a fault: what it is, where it is known from, what is done, what tests it."""
LINK = re.compile(r"\[([^\]]+)\]\(([^)]*)\)")
TEST = re.compile(r"`([\w/]+\.(?:py|rs))::(\w+)`")
OPEN = {"A": [2, 11, 19], "B": [9], "E": [1]}
"""What may be open: there is no other."""

REFERENCES = [
    r"(GHSA(?:-\w{4}){3}) https://github\.com/(?:advisories|[\w-]+/[\w-]+/security/advisories)/\1",
    r"CVE-\d{4}-\d{4,} https://github\.com/advisories/GHSA(-\w{4}){3}",
    r"(CVE-\d{4}-\d{4,}) https://www\.cve\.org/CVERecord\?id=\1",
    r"(RUSTSEC-\d{4}-\d{4}) https://rustsec\.org/advisories/\1\.html",
    r"(\d+) https://github\.com/[\w.-]+/[\w.-]+/(?:issues|pull)/\1",
    r"PEP 789 https://peps\.python\.org/pep-0789/",
    r"RFC (\d+) https://www\.rfc-editor\.org/rfc/rfc\1#section-[\d.]+",
    r"Fetch https://fetch\.spec\.whatwg\.org/#[\w-]+",
]
"""The text of a link, and where it leads."""


@cache
def functions_of(path: Path) -> set[str]:
    """The functions of a file that is a test."""
    text = path.read_text()
    if path.suffix == ".rs":
        return set(re.findall(r"\bfn (\w+)\(", text))
    nodes = ast.walk(ast.parse(text))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in nodes if isinstance(node, functions)}


@pytest.mark.parametrize("number", ROWS)
def test_a_row_is_whole(number: str) -> None:
    assert len(ROWS[number]) == 4
    assert all(ROWS[number])


@pytest.mark.parametrize("number", ROWS)
def test_a_fault_has_a_source(number: str) -> None:
    source = ROWS[number][1]
    links = LINK.findall(source)
    assert links or source == "no advisory"
    assert source.count("](") == len(links)
    for text, target in links:
        reference = f"{text} {target}"
        assert any(re.fullmatch(pattern, reference) for pattern in REFERENCES), reference


@pytest.mark.parametrize("number", ROWS)
def test_a_fault_has_tests(number: str) -> None:
    """Unless it is open, which is said where they would stand."""
    column = ROWS[number][3]
    named = TEST.findall(column)
    assert column.count("::") == len(named)
    assert named or column.startswith("open")
    for file, name in named:
        assert name in functions_of(ROOT / file), f"{file}::{name}"
        assert file.startswith("rust/core/tests/") or name.startswith("test_")


def test_numbers_are_unique_and_without_gaps() -> None:
    numbers = re.findall(r"^\| ([A-Z])(\d+) \|", PAGE, re.MULTILINE)
    assert [f"{letter}{number}" for letter, number in numbers] == list(ROWS)
    assert ROWS
    for (letter, number), (next_letter, next_number) in pairwise(numbers):
        assert int(next_number) == (int(number) + 1 if letter == next_letter else 1)


def test_nothing_else_is_open() -> None:
    is_open = {number for number, row in ROWS.items() if row[3].startswith("open")}
    assert is_open <= {f"{letter}{number}" for letter in OPEN for number in OPEN[letter]}
    assert is_open >= {number for number, row in ROWS.items() if row[2].startswith("open")}


def test_an_advisory_has_one_address() -> None:
    addresses: dict[str, str] = {}
    for text, target in LINK.findall(PAGE):
        if re.match("CVE|GHSA|RUSTSEC", text):
            assert addresses.setdefault(text, target) == target
