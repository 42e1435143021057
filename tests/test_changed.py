"""Which tests `make check` takes for those of a file."""

from pathlib import Path

import pytest
from tests.changed import core_targets, named_for

THERE = [
    "tests/test_encoders.py",
    "tests/plan/reading/test_body.py",
    "tests/plan/test_solver.py",
    "tests/openapi/test_docs.py",
    "tests/core/test_router.py",
    "tests/cli/test_check.py",
    "tests/packaging/test_cli_page.py",
    "tests/packaging/test_readme.py",
    "tests/routing/test_controllers.py",
    "tests/server/test_protocol.py",
    "rust/core/tests/router.rs",
    "rust/core/tests/router_oracle/main.rs",
    "rust/core/tests/json/main.rs",
]
EXPECTED = {
    "python/ferroapi/encoders.py": ["tests/test_encoders.py"],
    "python/ferroapi/plan/reading/body.py": ["tests/plan/reading/test_body.py"],
    "python/ferroapi/plan/reading/other.py": ["tests/plan/reading"],
    "python/ferroapi/plan/other/thing.py": ["tests/plan"],
    "python/ferroapi/cli/checks/blocking.py": ["tests/cli"],
    "python/ferroapi/openapi/docs.py": ["tests/openapi/test_docs.py"],
    "python/ferroapi/untested.py": [],
    "python/ferroapi/controllers.py": ["tests/routing/test_controllers.py"],
    "python/ferroapi/masks.py": ["tests/cli/test_check.py", "tests/plan/test_solver.py"],
    "python/ferroapi/routing/docs.py": ["tests/routing"],
    "tests/plan/test_solver.py": ["tests/plan/test_solver.py"],
    "tests/plan/test_gone.py": [],
    "tests/conftest.py": [],
    "rust/core/src/router/table.rs": ["tests/core/test_router.py"],
    "rust/python/src/router.rs": ["tests/core/test_router.py"],
    "rust/python/src/encoders/walk.rs": ["tests/test_encoders.py"],
    "rust/python/src/server/run.rs": ["tests/server/test_protocol.py"],
    "rust/core/src/http/head.rs": ["tests/server/test_protocol.py"],
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
    for test in ("tests/cli/test_check.py", "tests/plan/test_solver.py"):
        tmp_path.joinpath(test).write_text("from ferroapi.masks import mask\n")
    tmp_path.joinpath("tests/openapi/test_docs.py").write_text("import ferroapi.masks_of_more\n")
    assert named_for(path, tmp_path) == tests


@pytest.mark.parametrize(
    ("paths", "targets"),
    [
        ([], None),
        (["rust/python/src/router.rs", "rust/fuzz/src/bin/router.rs"], None),
        (["rust/core/src/router/tree.rs"], ["router", "router_oracle"]),
        (["rust/core/src/json/uuid.rs", "rust/python/src/json.rs"], ["json"]),
        (["rust/core/tests/json/main.rs"], ["json"]),
        (["rust/core/tests/router_oracle/naive.rs"], ["router_oracle"]),
        (["rust/core/src/router/tree.rs", "rust/core/src/octets.rs"], []),
        (["rust/core/Cargo.toml"], []),
        (["Cargo.lock"], []),
    ],
)
def test_targets_of_the_core_are_found_by_their_names(
    paths: list[str], targets: list[str] | None, tmp_path: Path
) -> None:
    """None is no test of the core, an empty list each."""
    for test in THERE:
        tmp_path.joinpath(test).parent.mkdir(parents=True, exist_ok=True)
        tmp_path.joinpath(test).touch()
    assert core_targets(paths, tmp_path) == targets
