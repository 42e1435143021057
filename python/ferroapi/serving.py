"""How an application answers: by its middleware, or by its router where nobody is around that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property, partial
from sys import modules
from types import MappingProxyType, MethodType
from typing import TYPE_CHECKING, Any, Literal

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send
from typing_extensions import Unpack

from ferroapi._core import DirectTable
from ferroapi.body_limit import with_body_limit
from ferroapi.completing import not_completing
from ferroapi.cross_origin import check_declared, check_made
from ferroapi.failures import Failures
from ferroapi.live import Live, changed, compiled, keep
from ferroapi.originals import function_of, has_own, is_same
from ferroapi.routing.answers import guarded
from ferroapi.routing.introspection import RouteEntry
from ferroapi.routing.mounting import MOUNT_KEYWORDS, MountOptions
from ferroapi.routing.router import APIRouter
from ferroapi.safeguards import Safeguards
from ferroapi.server_errors import Around, is_middleware_replaced, is_observed
from ferroapi.telemetry.configuration import TelemetryConfig
from ferroapi.telemetry.deferred import NAMESPACE, DeferredTelemetry, server_telemetry

if TYPE_CHECKING:
    from ferroapi.telemetry.server import ServerTelemetry


class ServingApplication(Live, Starlette):
    """The part of an application that requests go through."""

    router: APIRouter
    root_path: str
    max_body_size: int | None
    _safeguards: Safeguards
    """What counts for the requests it answers. See `FastAPI`."""
    _failures: Failures | None
    middleware_stack: ASGIApp | None
    """What answers, once it was made. Setting `None` has it made again."""
    _direct_table: DirectTable | Literal[False] | None = None
    """What our server answers requests by; `False` where they have to come by ASGI, `None` until it
    is asked for."""
    _telemetry: TelemetryConfig
    _entry: ASGIApp | None = None

    _outer_overrides_provider: Any = None
    """The application around this one whose `dependency_overrides` count here, too."""
    _lifespan_values: Mapping[Callable[..., Any], Any] = MappingProxyType({})
    """The values of dependencies of scope `lifespan` while it runs, by their callables."""

    _live = frozenset(
        {
            *("dependency_overrides", "_lifespan_values", "middleware_stack"),
            *("_outer_overrides_provider", "root_path", "router"),
        }
    )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one ASGI connection."""
        scope["app"] = self
        if self.root_path:
            scope["root_path"] = self.root_path
        entry = self._entry or self._start()
        telemetry = self._server_telemetry
        if telemetry is not None and NAMESPACE in modules and telemetry.observes(scope):
            await telemetry(entry, scope, receive, send, stack=self.middleware_stack)
        else:
            await entry(scope, receive, send)

    @cached_property
    def _server_telemetry(self) -> ServerTelemetry | DeferredTelemetry | None:
        def observed() -> None:
            # The plans of the table that answers this request, and those of whatever is mounted.
            self.router._forget_plans()
            changed()

        return server_telemetry(self._telemetry, on_first_use=observed)

    def _forget_compiled(self) -> None:
        """Has the way into the application looked for again by the next request."""
        self._entry = self._direct_table = None

    def _make_direct_table(self) -> DirectTable | Literal[False]:
        """Finds out whether our server may answer without ASGI: nobody would see a difference."""
        table = None
        changes = compiled(self)
        try:
            entry = self._entry or self._start()
            telemetry = self._server_telemetry
            if (
                is_same(entry, self.router._entry())
                and type(self).__call__ is _ANSWER
                and not self.root_path
                and (telemetry is None or isinstance(telemetry, DeferredTelemetry))
            ):
                name = None if telemetry is None else NAMESPACE
                table = self.router._direct_table(self, unless_imported=name)
        except Exception:
            # It is raised again where it can be answered.
            return False
        made: DirectTable | Literal[False] = table or False
        # If something has changed meanwhile, the next request finds out again.
        return keep(self, changes, _direct_table=made) and made

    def _start(self) -> ASGIApp:
        """Makes what answers: the router itself, when nobody has anything around it."""
        changes = compiled(self)
        build = function_of(self.build_middleware_stack)
        stack: Any = self.middleware_stack
        if stack is None:
            if self.user_middleware or build is not _BUILD or is_observed():
                stack = self.build_middleware_stack()
            else:
                self._failures = self._make_failures(outermost=True)
                stack = with_body_limit(Innermost(self.router), self.max_body_size)
            # Nothing that was compiled depends on it: it tells nobody.
            vars(self)["middleware_stack"] = stack
        entry: ASGIApp
        if not has_own(Starlette, "__call__"):
            entry = super().__call__
        elif type(stack) is Innermost:
            entry = stack.entry()
        elif isinstance(stack, Around):
            # A method is called in less time than an object with one.
            entry = stack.__call__
        else:
            entry = stack
        keep(self, changes, _entry=entry)
        return entry

    def route_table(self) -> list[RouteEntry]:
        """What the application serves: a row for each method of each path, as it is asked.

        Routes of included routers have the settings of their inclusions, mounted applications are
        listed with theirs. Nothing that a request would run is compiled.
        """
        return self.router.route_table()

    def build_middleware_stack(self) -> ASGIApp:
        """The user's middleware around the router, and around it what answers unhandled exceptions.

        Subclasses and instrumentation may put more around what this returns.
        """
        self._failures = self._make_failures(outermost=False)
        app: ASGIApp = Innermost(self.router)
        if is_middleware_replaced():
            handlers = self.exception_handlers
            app = self._failures.behind_middleware(app, handlers, debug=self.debug)
        for middleware, args, kwargs in reversed(self.user_middleware):
            made = middleware(app, *args, **kwargs)
            if (layer := check_made(made)) is not None:
                self._failures.cross_origin.append(layer)
            app = not_completing(made)
        return self._failures.around(with_body_limit(app, self.max_body_size))

    def explain(self, path: str, method: str = "GET") -> str:
        """What is run for a request: the Python source its path operation was compiled to.

        Args:
            path: the path of a request, such as `/items/3`.
            method: its method.

        Raises:
            LookupError: no path operation answers such a request.
        """
        return self.router.explain(path, method)

    @MOUNT_KEYWORDS.shown
    def mount(
        self, path: str, app: ASGIApp, name: str | None = None, **options: Unpack[MountOptions]
    ) -> None:
        """Serves another ASGI application below a path. See `APIRouter.mount`."""
        self.router.mount(path, app=app, name=name, **options)

    if not TYPE_CHECKING:  # Starlette's says what each class takes

        def add_middleware(self, middleware_class, *args, **kwargs):
            """Adds middleware around what there is.

            Raises:
                RuntimeError: the application has started.
                ValueError: it lets pages of every origin act for the user.
            """
            check_declared(Middleware(middleware_class, *args, **kwargs))
            super().add_middleware(middleware_class, *args, **kwargs)

    def _make_failures(self, *, outermost: bool) -> Failures:
        return Failures(self.exception_handlers, debug=self.debug, outermost=outermost)


class Innermost:
    """What is inside of all middleware: its `app` is the router, for who follows the chain."""

    def __init__(self, app: APIRouter) -> None:
        self.app = app
        self._entry: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self._entry or self.entry())(scope, receive, send)

    def _forget_compiled(self) -> None:
        """Has the way into the router looked for again by the next request."""
        self._entry = None

    def entry(self) -> ASGIApp:
        """What does the same until something changes, without a coroutine of its own."""
        changes = compiled(self)
        router = self.app
        stack = getattr(router, "middleware_stack", None)
        is_plain = is_same(stack, MethodType(_APP, router)) and type(router).__call__ is _CALL
        entry = router._entry() if is_plain else partial(guarded, router)
        keep(self, changes, _entry=entry)
        return entry


# As they were imported: one that somebody has put into its place since then is not ours.
_ANSWER = ServingApplication.__call__
_BUILD = ServingApplication.build_middleware_stack
_APP, _CALL = APIRouter.app, APIRouter.__call__
