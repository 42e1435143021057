"""Runs a program under the alias: `python -m ferroapi.alias script.py` or `... -m module`."""

import importlib.util
import os
import sys
from importlib.abc import InspectLoader
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, ModuleType
from typing import NoReturn, cast

from ferroapi.alias import install
from ferroapi.alias.child import PROGRAM

USAGE = "usage: python -m ferroapi.alias {script.py | -m module} [argument ...]"


class MainModule(ModuleType):
    """The `__main__` of the program.

    Its globals are what they are without the alias. But `multiprocessing` asks `__main__` for the
    module that a spawned child has to run first, and is told the one that installs the alias there.
    """

    @property
    def __spec__(self) -> ModuleSpec | None:  # type: ignore[override]  # an attribute there
        return importlib.util.find_spec("ferroapi.alias.child")


def main(arguments: list[str]) -> None:
    """Runs the program that `arguments` name, with the rest of them as its own."""
    match arguments:
        case ["-m", module, *rest]:
            install()
            run_module(module, rest)
        case [script, *rest] if not script.startswith("-"):
            install()
            run_script(script, rest)
        case _:
            leave(USAGE, 2)


def run_script(script: str, arguments: list[str]) -> None:
    """As `python script` does: its directory comes first in the path."""
    path = Path(script).absolute()
    try:
        code = compile(path.read_bytes(), path, "exec", dont_inherit=True)
    except OSError as error:
        leave(f"cannot open {script}: {error.strerror}", 2)
    if not sys.flags.safe_path:
        sys.path[0] = str(path.resolve().parent)
    sys.argv = [script, *arguments]
    run(code, str(path), {"__file__": str(path)})


def run_module(name: str, arguments: list[str]) -> None:
    """As `python -m name` does; of a package, its `__main__`."""
    try:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.submodule_search_locations is not None:
            spec = importlib.util.find_spec(name + ".__main__")
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        spec = None
    code = cast("InspectLoader", spec.loader).get_code(spec.name) if spec is not None else None
    if spec is None or code is None:
        leave(f"no module named {name} that can be run", 1)
    sys.argv = [spec.origin or name, *arguments]
    names = {"__spec__": spec, "__loader__": spec.loader, "__package__": spec.parent}
    run(code, f"-m {spec.name}", {"__file__": spec.origin, **names})


def run(code: CodeType, program: str, names: dict[str, object]) -> None:
    """Executes `code` as `__main__` with `names` among its globals."""
    module = MainModule("__main__")
    vars(module).update(names)
    sys.modules["__main__"] = module
    # multiprocessing gives the program this second name, to the module that it finds when imported.
    if "__mp_main__" in sys.modules:
        sys.modules["__mp_main__"] = module
    os.environ[PROGRAM] = program
    exec(code, vars(module))


def leave(message: str, status: int) -> NoReturn:
    """Ends the process with a line on the standard error stream."""
    print(message, file=sys.stderr)
    sys.exit(status)


if __name__ == "__main__":
    main(sys.argv[1:])
