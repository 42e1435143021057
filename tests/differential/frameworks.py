"""The modules of one of the frameworks."""

from importlib import import_module
from typing import Any


class Framework:
    """A framework, given by the name of its package."""

    def __init__(self, name: str) -> None:
        """`name` is `"ferroapi"` or `"fastapi"`."""
        self._name = name
        self.module: Any = import_module(name)
        self.has_more = name == "ferroapi"
        """Whether it has the options of `neutral_options.py`."""

    def part(self, name: str) -> Any:
        """A module of it, by its name below the package."""
        return import_module(f"{self._name}.{name}")
