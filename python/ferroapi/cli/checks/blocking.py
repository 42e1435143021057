"""Calls in `async def` functions for which the whole event loop waits.

Told are functions of the standard library and of well-known clients, called by their name from the
body of an endpoint or a dependency; what those call in turn is not looked at.
"""

import ast
import inspect
import textwrap
from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any

from ferroapi.applications import FastAPI
from ferroapi.cli.checks.finding import Finding
from ferroapi.cli.naming import title_of
from ferroapi.dependencies.callables import CallableKind, callable_kind, unwrapped
from ferroapi.routing.tree import route_contexts

__all__ = ["blocking_calls"]

REQUESTS = ("delete", "get", "head", "options", "patch", "post", "put", "request")
BLOCKING = {
    *("time.sleep", "os.system", "os.popen", "builtins.input", "urllib.request.urlopen"),
    *(f"subprocess.{name}" for name in ("call", "check_call", "check_output", "getoutput", "run")),
    *("socket.create_connection", "socket.getaddrinfo", "socket.gethostbyname", "sqlite3.connect"),
    *(f"{client}.{name}" for client in ("requests", "httpx", "httpx2") for name in REQUESTS),
    *("psycopg.connect", "psycopg2.connect", "pymysql.connect", "smtplib.SMTP"),
}
"""Module and name of the functions that are known to wait."""


def blocking_calls(app: FastAPI) -> list[Finding]:
    """Each such call in the endpoints and dependencies of an application, once."""
    routes = (context.effective_route for context in route_contexts(app.routes))
    dependants = (getattr(route, "dependant", None) for route in routes)
    calls = [each.call for dependant in dependants if dependant for each in dependant.flat()]
    unique = {id(call): call for call in calls}
    return [finding for call in unique.values() for finding in _in_function(call)]


def _in_function(call: Any) -> Iterator[Finding]:
    function = unwrapped(call)
    kinds = (CallableKind.COROUTINE, CallableKind.ASYNC_GENERATOR)
    if not isinstance(function, FunctionType) or callable_kind(function) not in kinds:
        return
    try:
        lines, first = inspect.getsourcelines(function)
        tree = ast.parse(textwrap.dedent("".join(lines)))
    except (OSError, SyntaxError):  # typed in, generated, or one of several on a line
        return
    names = _Names(function, tree)
    for node in _own_calls(tree.body[0]):
        name = names.of(node.func)
        if name in BLOCKING:
            yield Finding(
                "blocking-call",
                f"{name} blocks the event loop in async def {title_of(function)}: await what does "
                "the same, or make the function a def, which runs in a thread",
                function.__code__.co_filename,
                first + node.lineno - 1,
            )


def _own_calls(function: ast.AST) -> Iterator[ast.Call]:
    """The calls in the body of a function, without those of functions that are defined in it."""
    waiting = list(ast.iter_child_nodes(function))
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            continue
        if isinstance(node, ast.Call):
            yield node
        waiting[:0] = ast.iter_child_nodes(node)


class _Names:
    """What the names in a function mean, as module and name."""

    def __init__(self, function: FunctionType, tree: ast.Module) -> None:
        self._known: dict[str, Any] = dict(function.__globals__)
        cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
        for name, cell in cells:
            try:
                self._known[name] = cell.cell_contents
            except ValueError:  # not assigned yet
                self._known.pop(name, None)
        self._imported: dict[str, str] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    top = alias.name.partition(".")[0]
                    self._imported[alias.asname or top] = alias.name if alias.asname else top
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for alias in node.names:
                    self._imported[alias.asname or alias.name] = f"{node.module}.{alias.name}"

    def of(self, node: ast.expr) -> str | None:
        """Such as `time.sleep`, however it was imported; `None` for what is computed."""
        attributes: list[str] = []
        while isinstance(node, ast.Attribute):
            attributes.insert(0, node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return None
        return ".".join((self._root(node.id), *attributes))

    def _root(self, name: str) -> str:
        if name in self._imported:
            return self._imported[name]
        value = self._known.get(name, name)
        if isinstance(value, ModuleType):
            return value.__name__
        module = getattr(value, "__module__", None)
        if not isinstance(module, str) or not hasattr(value, "__qualname__"):
            return f"builtins.{name}" if name == value else name
        # `requests.api.get` is `requests.get` to everybody.
        return f"{module.removesuffix('.api').removesuffix('._api')}.{value.__qualname__}"
