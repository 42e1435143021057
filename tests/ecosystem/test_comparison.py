"""What passes on FastAPI has to pass on ferroapi, unless known.toml explains it."""

import pytest
from tests.ecosystem.comparison import Known, compare, matches, read_known
from tests.ecosystem.running import Outcomes
from tests.ecosystem.suites import read_suites

THEIRS = {"a.py::one": "passed", "a.py::two[x]": "passed", "b.py::bad": "failed"}


def known(*tests: str) -> list[Known]:
    return [Known("suite", "because", tests)] if tests else []


@pytest.mark.parametrize(
    ("ours", "explained", "kept", "lost", "recovered"),
    [
        pytest.param(THEIRS, (), 2, [], [], id="the same"),
        pytest.param(THEIRS | {"b.py::bad": "passed"}, (), 2, [], [], id="better"),
        pytest.param(THEIRS | {"a.py::one": "failed"}, (), 1, ["a.py::one"], [], id="fails"),
        pytest.param(THEIRS | {"a.py::one": "skipped"}, (), 1, ["a.py::one"], [], id="skipped"),
        pytest.param({"a.py": "failed"}, (), 0, ["a.py::one", "a.py::two[x]"], [], id="no import"),
        pytest.param({}, ("a.py::*",), 0, [], [], id="explained by a pattern"),
        pytest.param({}, ("a.py::two[x]",), 0, ["a.py::one"], [], id="explained by its name"),
        pytest.param(THEIRS, ("a.py::one",), 2, [], ["a.py::one"], id="passes again"),
        pytest.param(THEIRS, ("c.py::*",), 2, [], ["c.py::*"], id="is not there"),
        pytest.param({}, ("*", "b.py::bad"), 0, [], ["b.py::bad"], id="fails on both"),
    ],
)
def test_lost_tests_are_explained_or_unexpected(
    ours: Outcomes, explained: tuple[str, ...], kept: int, lost: list[str], recovered: list[str]
) -> None:
    found = compare(THEIRS, ours, known(*explained))

    assert (found.passing, found.kept, found.lost, found.recovered) == (2, kept, lost, recovered)
    assert found.expected == (not lost and not recovered)


@pytest.mark.parametrize("outcome", ["passed", "failed"])
def test_what_is_lost_sometimes_counts_as_lost_each_time(outcome: str) -> None:
    entries = [Known("suite", "because", ("a.py::one",), sometimes=True)]
    found = compare(THEIRS, THEIRS | {"a.py::one": outcome}, entries)

    assert (found.known, found.kept, found.expected) == ({"a.py::one": "because"}, 1, True)


def test_unstable_tests_count_nowhere() -> None:
    found = compare(THEIRS, {}, [], unstable=("a.py::two*",))

    assert (found.passing, found.lost) == (1, ["a.py::one"])


def test_a_suite_of_which_nothing_passes_is_not_expected() -> None:
    assert not compare({"a.py": "failed"}, {}, []).expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("a.py::test[b-c]", True),
        ("a.py::*", True),
        ("*[b-c]", True),
        ("*", True),
        ("a.py", False),
        ("a.py::test[bc]", False),
        ("a.py::test?b-c]", False),
        ("a.py::test*b", False),
    ],
)
def test_only_a_star_means_other_characters(pattern: str, expected: bool) -> None:
    assert matches("a.py::test[b-c]", pattern) == expected


def test_known_tests_are_of_suites_that_are_run_and_have_a_reason() -> None:
    names = {suite.name for suite in read_suites()}

    for entry in read_known():
        assert entry.suite in names
        assert entry.reason.strip()
        assert entry.tests


def test_every_suite_is_pinned() -> None:
    for suite in read_suites():
        assert suite.lock, suite.name
        assert all("==" in requirement for requirement in suite.lock), suite.name
