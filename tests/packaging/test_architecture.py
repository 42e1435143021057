"""ARCHITECTURE.md finds everything: each module has a place in it, and what it names is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "python" / "ferroapi"
NAMED = set(re.findall(r"`([\w./-]+)`", ROOT.joinpath("ARCHITECTURE.md").read_text()))
MODULES = sorted(
    path.name + "/" * path.is_dir()
    for path in PACKAGE.glob("[!_]*")
    if path.suffix == ".py" or path.joinpath("__init__.py").exists()
)
FOLDERS = (".github", "python", "rust", "tests", "benches", "docs", "packaging", "examples")


@pytest.mark.parametrize("module", MODULES)
def test_a_module_is_named(module: str) -> None:
    assert any(name.startswith(module) for name in NAMED)


def test_what_is_named_is_there() -> None:
    """By its path, or the last part of it where the rest was said before."""
    there = {
        f"/{path.relative_to(ROOT)}" for top in FOLDERS for path in ROOT.joinpath(top).rglob("*")
    }
    named = {name.rstrip("/") for name in NAMED if re.search(r"/|\.(py|rs)$", name)}
    assert named
    assert not [name for name in named if not any(path.endswith(f"/{name}") for path in there)]
