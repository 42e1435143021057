"""What the reference reads docstrings with: it takes shared entries apart, and tells wrong ones."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest

DOCSTRINGS = Path(__file__).parents[2] / "docs" / "docstrings.py"

# name: (what `Args:` says of `def f(first, second)`, part of each warning)
ARGS = {
    "right": ("first: one.\n        second: another.", []),
    "shared": ("first, second: both.", []),
    "shared on two lines": ("first,\n            second: both,\n            again.", []),
    "another name": ("first, third: both.", ["Parameter 'third' does not appear"]),
    "no description": ("first", ["Failed to get 'name: description' pair from 'first'"]),
}


@pytest.fixture
def docstrings() -> Any:
    """The module, which is no part of a package."""
    pytest.importorskip("griffe", reason="the dependency group docs is not installed")
    spec = importlib.util.spec_from_file_location("docstrings", DOCSTRINGS)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("text", "parts"), ARGS.values(), ids=ARGS)
def test_warnings(docstrings: Any, tmp_path: Path, text: str, parts: list[str]) -> None:
    program = f'''def f(first: int, second: int) -> None:
    """Does something.

    Args:
        {text}
    """
'''
    tmp_path.joinpath("documented.py").write_text(program)
    found = docstrings.warnings("documented", tmp_path)
    told = [warning for warning in found if "No type or annotation" not in warning]
    assert len(told) == len(parts)
    assert all(part in warning for part, warning in zip(parts, told, strict=True))
