"""Imports by names that are text, which import-linter does not see, also go downwards only."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / "python"
CONTRACTS: list[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"][
    "importlinter"
]["contracts"]
FLOORS: dict[str, int] = {
    f"{container}.{name.strip()}": number
    for contract in CONTRACTS
    if contract["type"] == "layers"
    for container in contract["containers"]
    for number, layer in enumerate(reversed(contract["layers"]))
    for name in layer.split("|")
}
"""How high each module or package is above the lowest of those around it."""


def floor_of(module: str, beside: str) -> int:
    """The floor of `module` where the contracts tell it from `beside`."""
    names = module.split(".")
    for length in range(len(names), 1, -1):
        name = ".".join(names[:length])
        if name in FLOORS and not f"{beside}.".startswith(f"{name}."):
            return FLOORS[name]
    raise LookupError(f"{module} has no floor beside {beside}")


def imported_by_text(tree: ast.Module, importing: str) -> Iterator[str]:
    """The modules that a module imports by their names, or has imported."""
    for call in ast.walk(tree):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name)):
            continue
        arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
        texts = [
            node.value
            for argument in arguments
            for node in ast.walk(argument)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
        if call.func.id in ("forward", "import_module"):
            yield from (text for text in texts if text.startswith("ferroapi."))
        elif call.func.id == "imported_on_demand":
            package = importing
            if isinstance(call.args[0], ast.Constant):
                package = texts.pop(0)
            yield from (f"{package}.{text.partition(':')[0]}" for text in texts)


def edges() -> Iterator[tuple[str, str]]:
    for path in sorted(PYTHON.rglob("*.py")):
        module = ".".join(path.relative_to(PYTHON).with_suffix("").parts).removesuffix(".__init__")
        for imported in imported_by_text(ast.parse(path.read_text()), module):
            # A package has its own modules imported for who asks it for them.
            if not imported.startswith(f"{module}."):
                yield module, imported


EDGES = sorted(set(edges()))


@pytest.mark.parametrize(("importing", "imported"), EDGES, ids=map(" ".join, EDGES))
def test_an_import_by_text_goes_downwards(importing: str, imported: str) -> None:
    assert floor_of(imported, beside=importing) < floor_of(importing, beside=imported)


def test_imports_by_text_are_found() -> None:
    assert ("ferroapi.routing", "ferroapi.seams.handlers") in EDGES
    assert ("ferroapi.document_functions", "ferroapi.openapi.utils") in EDGES
    assert ("ferroapi.dependencies.utils", "ferroapi.seams.handlers") in EDGES
