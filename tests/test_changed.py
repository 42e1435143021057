"""Which tests `make check` takes for those of a file."""

from pathlib import Path

import pytest
from tests.changed import named_for

THERE = [
    "tests/test_encoders.py",
    "tests/plan/reading/test_body.py",
    "tests/plan/test_solver.py",
    "tests/openapi/test_docs.py",
    "tests/core/test_router.py",
    "tests/cli/test_check.py",
    "tests/packaging/test_cli_page.py",
    "tests/packaging/test_readme.py",
]
EXPECTED = {
    "python/ferroapi/encoders.py": ["tests/test_encoders.py"],
    "python/ferroapi/plan/reading/body.py": ["tests/plan/reading/test_body.py"],
    "python/ferroapi/plan/reading/other.py": ["tests/plan/reading"],
    "python/ferroapi/plan/other/thing.py": ["tests/plan"],
    "python/ferroapi/cli/checks/blocking.py": ["tests/cli"],
    "python/ferroapi/openapi/docs.py": ["tests/openapi/test_docs.py"],
    "python/ferroapi/untested.py": [],
    "tests/plan/test_solver.py": ["tests/plan/test_solver.py"],
    "tests/plan/test_gone.py": [],
    "tests/conftest.py": [],
    "rust/core/src/router/table.rs": ["tests/core/test_router.py"],
    "rust/python/src/router.rs": ["tests/core/test_router.py"],
    "rust/core/src/lib.rs": ["tests/core"],
    "docs/cli.md": ["tests/packaging/test_cli_page.py"],
    "docs/other.md": [],
    "README.md": ["tests/packaging/test_readme.py"],
    "Makefile": [],
}


@pytest.mark.parametrize(("path", "tests"), EXPECTED.items(), ids=EXPECTED)
def test_tests_are_found_by_their_names(path: str, tests: list[str], tmp_path: Path) -> None:
    for test in THERE:
        tmp_path.joinpath(test).parent.mkdir(parents=True, exist_ok=True)
        tmp_path.joinpath(test).touch()
    assert named_for(path, tmp_path) == tests
