"""Submodules that are attributes of their package without an import of their own.

FastAPI imports them with itself, so its users write `fastapi.openapi.utils` after `import fastapi`.
Most programs never do, and importing OpenAPI's models takes long.
"""

from collections.abc import Callable
from importlib import import_module
from types import ModuleType


def imported_on_demand(package: str, *names: str, **others: str) -> Callable[[str], ModuleType]:
    """The `__getattr__` (PEP 562) of a package that imports the submodules `names` when asked.

    `others` are attributes with another name than their submodule.
    """
    submodules = {**dict(zip(names, names, strict=True)), **others}

    def getattr_(name: str) -> ModuleType:
        if name in submodules:
            return import_module(f"{package}.{submodules[name]}")
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return getattr_
