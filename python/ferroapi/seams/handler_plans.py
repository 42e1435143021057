"""Plans for handlers of routes that are called by themselves."""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from ferroapi.live import compiled_property
from ferroapi.seams import is_replaced

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Receive, Scope, Send

_compilers: WeakKeyDictionary[Callable[..., Any], Callable[[], ASGIApp]] = WeakKeyDictionary()


def keep_compiler(handler: Callable[..., Any], compiler: Callable[[], ASGIApp]) -> None:
    """Keeps what compiles the plan that does what `handler` does."""
    _compilers[handler] = compiler


def with_plan(handler: Callable[..., Any], app: ASGIApp) -> ASGIApp:
    """`app`, or where a plan is known that does what `handler` does, an application of that plan.

    Args:
        handler: a function of a request.
        app: the application of that function, which answers while an inner function is replaced.
    """
    compiler = _compilers.get(handler) if type(handler) is FunctionType else None
    if compiler is None:
        return app
    planned = _Planned(compiler, app)

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("path_params", {})
        await planned.app(scope, receive, send)

    return answer


class _Planned:
    """Compiles a plan for the first request, and again after something has changed."""

    def __init__(self, compiler: Callable[[], ASGIApp], otherwise: ASGIApp) -> None:
        self._compiler = compiler
        self._otherwise = otherwise

    @compiled_property
    def app(self) -> ASGIApp:
        return self._otherwise if is_replaced() else self._compiler()

    def _forget_compiled(self) -> None:
        vars(self).pop("app", None)
