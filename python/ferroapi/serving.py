"""How an application answers: by its middleware, or by its router where nobody is around that."""

from __future__ import annotations

from functools import cached_property
from types import FunctionType
from typing import TYPE_CHECKING

from starlette import applications
from starlette.applications import Starlette

from ferroapi.body_limit import with_body_limit
from ferroapi.failures import Around, Failures
from ferroapi.routing.router import APIRouter
from ferroapi.telemetry.deferred import server_telemetry

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from ferroapi.telemetry.configuration import TelemetryConfig
    from ferroapi.telemetry.deferred import DeferredTelemetry
    from ferroapi.telemetry.server import ServerTelemetry


class ServingApplication(Starlette):
    """The part of an application that requests go through."""

    router: APIRouter
    root_path: str
    max_body_size: int | None
    failures: Failures | None
    _telemetry: TelemetryConfig

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one ASGI connection."""
        scope["app"] = self
        if self.root_path:
            scope["root_path"] = self.root_path
        entry = self._entry or self._start()
        telemetry = self._server_telemetry
        if telemetry is not None and telemetry.observes(scope):
            await telemetry(entry, scope, receive, send, stack=self._stack)
        else:
            await entry(scope, receive, send)

    @cached_property
    def _server_telemetry(self) -> ServerTelemetry | DeferredTelemetry | None:
        return server_telemetry(self._telemetry, on_first_use=self.router.forget_plans)

    @property
    def middleware_stack(self) -> ASGIApp | None:
        """What answers, once it was made. Setting `None` has it made again."""
        return self._stack

    @middleware_stack.setter
    def middleware_stack(self, stack: ASGIApp | None) -> None:
        self._stack = stack
        self._entry: ASGIApp | None = None

    def _start(self) -> ASGIApp:
        """Makes what answers: the router itself, when nobody has anything around it."""
        build = getattr(self.build_middleware_stack, "__func__", None)
        if self._stack is not None:
            pass
        elif self.user_middleware or build is not ServingApplication.build_middleware_stack:
            self._stack = self.build_middleware_stack()
        else:
            self.failures = self._make_failures(outermost=True)
            self._stack = with_body_limit(self.router.app, self.max_body_size)
        if _is_starlette_replaced():
            self._entry = super().__call__
        elif self._stack == self.router.app and type(self.router).app is APIRouter.app:
            self._entry = self.router.respond
        elif isinstance(self._stack, Around):
            # A method is called in less time than an object with one.
            self._entry = self._stack.__call__
        else:
            self._entry = self._stack
        return self._entry

    def build_middleware_stack(self) -> ASGIApp:
        """The user's middleware around the router, and around it what answers unhandled exceptions.

        Subclasses and instrumentation may put more around what this returns.
        """
        self.failures = self._make_failures(outermost=False)
        app: ASGIApp = Innermost(self.router)
        for middleware, args, kwargs in reversed(self.user_middleware):
            app = middleware(app, *args, **kwargs)
        return self.failures.around(with_body_limit(app, self.max_body_size))

    def _make_failures(self, *, outermost: bool) -> Failures:
        return Failures(self.exception_handlers, debug=self.debug, outermost=outermost)


class Innermost:
    """What is inside of all middleware: its `app` is the router, for who follows the chain."""

    def __init__(self, app: APIRouter) -> None:
        self.app = app
        ours = getattr(app.app, "__func__", None) is APIRouter.app
        self._answer: ASGIApp = app.respond if ours else app.app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._answer(scope, receive, send)


def _is_starlette_replaced() -> bool:
    """Whether a monitoring tool has put a method of its own in the place of Starlette's."""
    call = vars(Starlette)["__call__"]
    return type(call) is not FunctionType or call.__globals__ is not vars(applications)
