"""The name `fastapi` for this package, in one process, for as long as it is wanted.

    import ferroapi.alias

    ferroapi.alias.install()
    from fastapi import FastAPI  # ferroapi's

`import fastapi.routing` then gives the very module object of `ferroapi.routing`, and so for every
submodule: classes are the same classes, and patching one name patches the other. Only the
top-level `fastapi` is an object of its own. It forwards every attribute, read and written, to
`ferroapi`, but `fastapi.__version__` has to tell the version of FastAPI whose behaviour this is
(libraries compare it) while `ferroapi.__version__` tells ours, and one object has one version.
`importlib.metadata` gives the same answer for the distribution `fastapi`.

A FastAPI that is installed in the same environment stays where it is and is never imported.

Without a change to the program:

    python -m ferroapi.alias script.py [argument ...]
    python -m ferroapi.alias -m module [argument ...]
    pytest -p ferroapi.alias

Processes that `multiprocessing` starts from the first two have the name as well.
"""

import importlib
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from importlib.abc import InspectLoader, Loader
from importlib.machinery import ModuleSpec, PathFinder
from importlib.metadata import Distribution, DistributionFinder
from importlib.resources.abc import ResourceReader
from os import PathLike
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, cast

from ferroapi.logger import log_as

__all__ = ["FASTAPI_VERSION", "install", "uninstall"]

FASTAPI_VERSION = "0.165.0"
"""The version of FastAPI whose programming interface and behaviour this package has."""

_ALIAS = "fastapi"
_TARGET = "ferroapi"


def install() -> None:
    """Makes `fastapi` and `fastapi.*` mean this package; a second call does nothing.

    Raises:
        RuntimeError: another `fastapi` is already imported: its classes would live on beside ours
            in whatever imported them.
    """
    if any(isinstance(finder, _Finder) for finder in sys.meta_path):
        return
    other = sys.modules.get(_ALIAS)
    if other is not None:
        raise RuntimeError(
            f"fastapi is already imported, from {getattr(other, '__file__', None)}: "
            "call ferroapi.alias.install() before anything imports it"
        )
    # Behind the finders of import hooks, which ask those behind them for the module to hook into.
    place = sys.meta_path.index(PathFinder) if PathFinder in sys.meta_path else 0
    sys.meta_path.insert(place, _Finder())
    log_as(_ALIAS)


def uninstall() -> None:
    """Gives the name `fastapi` back: from now on it means what is installed under it, if anything.

    What was imported before stays ferroapi's.
    """
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Finder)]
    log_as(_TARGET)
    for name, module in list(sys.modules.items()):
        if _is_alias(name) and (
            isinstance(module, _TopLevelModule) or module is sys.modules.get(_target_of(name))
        ):
            del sys.modules[name]


def pytest_addhooks(pluginmanager: object) -> None:
    """Installs the alias for `pytest -p ferroapi.alias`.

    pytest calls this hook at the moment it registers a plugin, before it imports the next one and
    before any `conftest.py`.
    """
    install()


def _is_alias(name: str) -> bool:
    return name == _ALIAS or name.startswith(_ALIAS + ".")


def _target_of(name: str) -> str:
    return _TARGET + name.removeprefix(_ALIAS)


class _Finder(DistributionFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        real = importlib.util.find_spec(_target_of(fullname)) if _is_alias(fullname) else None
        if real is None:
            return None
        spec = _Spec(fullname, _Loader(real), origin=real.origin)
        spec.has_location = real.has_location
        spec.submodule_search_locations = real.submodule_search_locations
        return spec

    def find_distributions(
        self,
        context: DistributionFinder.Context = DistributionFinder.Context(),  # noqa: B008  # as the base
    ) -> Iterator[Distribution]:
        if context.name is None or context.name.lower() == _ALIAS:
            yield _Distribution()


class _Spec(ModuleSpec):
    """Says where a module is for as long as it is imported under the alias.

    Import hooks find what wants to see a module by the `__name__` that it has when it was executed.
    """

    lent: ModuleType | None = None
    """The module that has the alias for its name."""

    def lend(self, module: ModuleType, own: ModuleSpec) -> None:
        """Gives `module` the name of this spec until its import is over."""
        self.lent = module
        self._own = own
        module.__spec__ = own
        module.__name__ = self.name

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, value)
        # The import system says by it that it is done with a module, whose hooks were called.
        if name == "_initializing" and not value and self.lent is not None:
            self.lent.__name__ = self._own.name
            self.lent.__loader__ = self._own.loader
            self.lent = None


class _Loader(Loader):
    def __init__(self, real: ModuleSpec) -> None:
        self._name = real.name
        self._loader = real.loader
        self._own: ModuleSpec | None = None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        if spec.name == _ALIAS:
            return _TopLevelModule(spec.name)
        target = importlib.import_module(self._name)
        # The import system is about to put another there.
        self._own = target.__spec__
        return target

    def exec_module(self, module: ModuleType) -> None:
        if isinstance(module, _TopLevelModule):
            module.__doc__ = importlib.import_module(self._name).__doc__
            module.__version__ = FASTAPI_VERSION
            # FastAPI imports its submodules with itself, which is when hooks see them.
            for name in [name for name in sys.modules if name.startswith(_TARGET + ".")]:
                importlib.import_module(_ALIAS + name.removeprefix(_TARGET))
        elif isinstance(spec := module.__spec__, _Spec) and self._own is not None:
            spec.lend(module, self._own)

    def get_code(self, fullname: str) -> CodeType | None:
        """For `python -m fastapi`."""
        return cast("InspectLoader", self._loader).get_code(self._name)

    def get_resource_reader(self, fullname: str) -> ResourceReader | None:
        """For `importlib.resources.files("fastapi")`."""
        reader = getattr(self._loader, "get_resource_reader", None)
        return reader(self._name) if reader else None


class _TopLevelModule(ModuleType):
    """Forwards everything but what the import system and the version need."""

    def __getattr__(self, name: str) -> Any:
        return getattr(_target(), name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("__"):
            super().__setattr__(name, value)
        else:
            setattr(_target(), name, value)

    def __delattr__(self, name: str) -> None:
        delattr(_target(), name)

    def __dir__(self) -> list[str]:
        return dir(_target())


def _target() -> ModuleType:
    # Programs that run others, such as coverage, take modules out of `sys.modules` again.
    return importlib.import_module(_TARGET)


class _Distribution(Distribution):
    def read_text(self, filename: str) -> str | None:
        if filename != "METADATA":
            return None
        return f"Metadata-Version: 2.4\nName: {_ALIAS}\nVersion: {FASTAPI_VERSION}\n"

    def locate_file(self, path: str | PathLike[str]) -> Path:
        return Path(__file__).parents[2] / path
