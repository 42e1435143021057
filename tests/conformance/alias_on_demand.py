"""Gives the name `fastapi`, and private names where there are some, to whoever imports it.

A process that starts imports this module, by a `.pth` file or as its `sitecustomize`.
"""

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType


class AliasOnDemand:
    """Installs the alias, and is gone."""

    def find_spec(
        self, name: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name.partition(".")[0] != "fastapi":
            return None
        sys.meta_path.remove(self)
        import ferroapi.alias

        ferroapi.alias.install()
        if importlib.util.find_spec("private_names"):
            importlib.import_module("private_names")
        return importlib.util.find_spec(name)


sys.meta_path.insert(0, AliasOnDemand())
