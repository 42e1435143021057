"""Attributes of a package that are imported when somebody asks for them (PEP 562).

FastAPI imports its submodules with itself, so its users write `fastapi.openapi.utils` after
`import fastapi`. Most programs never do, and importing OpenAPI's models takes long.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any


def imported_on_demand(package: str, *names: str, **others: str) -> Callable[[str], Any]:
    """The `__getattr__` of a package that imports the submodules `names` when asked.

    `others` are attributes with another name than their submodule, and objects of submodules, which
    are written as `module:name`.
    """
    origins = {**dict(zip(names, names, strict=True)), **others}

    def getattr_(name: str) -> Any:
        origin = origins.get(name)
        if origin is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        submodule, _, attribute = origin.partition(":")
        module = import_module(f"{package}.{submodule}")
        return getattr(module, attribute) if attribute else module

    return getattr_
