"""Attributes of a package that are imported when somebody asks for them (PEP 562).

FastAPI imports its submodules with itself, so its users write `fastapi.openapi.utils` after
`import fastapi`. Most programs never do, and importing OpenAPI's models takes long.
"""

from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any


def imported_on_demand(package: str, *names: str, **others: str) -> Callable[[str], ModuleType]:
    """The `__getattr__` of a package that imports the submodules `names` when asked.

    `others` are attributes with another name than their submodule.
    """
    submodules = {**dict(zip(names, names, strict=True)), **others}

    def getattr_(name: str) -> ModuleType:
        if name in submodules:
            return import_module(f"{package}.{submodules[name]}")
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return getattr_


def names_on_demand(package: str, **names: tuple[str, ...]) -> Callable[[str], Any]:
    """The `__getattr__` of a package that takes names from its submodules when asked.

    Args:
        package: the name of the package.
        names: the names that are taken from each submodule.
    """
    owners = {name: submodule for submodule, owned in names.items() for name in owned}

    def getattr_(name: str) -> Any:
        if name in owners:
            return getattr(import_module(f"{package}.{owners[name]}"), name)
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return getattr_
