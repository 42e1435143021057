"""A built front end among the routes: it gets what nothing else takes."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match

from ferroapi.body_limit import with_body_limit
from ferroapi.dependencies.declaration import get_endpoint_dependant
from ferroapi.exceptions import EndpointContext, RequestValidationError
from ferroapi.plan.operation import OperationPlan
from ferroapi.plan.order.steps import provided_steps
from ferroapi.plan.order.teardown import REQUEST_STACK
from ferroapi.plan.reply.serialization import with_background
from ferroapi.plan.solver import Solver
from ferroapi.routing.frontend_options import METHODS
from ferroapi.routing.inheritance import Inherited, Inheriting
from ferroapi.routing.layers import Layer
from ferroapi.routing.root_path import below
from ferroapi.seams import is_replaced
from ferroapi.validation_errors import as_shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import ASGIApp, Receive, Scope, Send

    from ferroapi import params
    from ferroapi.connection.exchange import Exchange
    from ferroapi.dependencies.models import Dependant
    from ferroapi.routing.frontend_files import FrontendFiles, RunInThread


class Frontend(Inheriting, BaseRoute):
    """The files of a front end as they were declared, or as an inclusion serves them."""

    def __init__(
        self,
        path: str,
        files: FrontendFiles,
        *,
        dependencies: Sequence[params.Depends] = (),
        dependency_overrides_provider: Any = None,
        max_body_size: int | None = None,
        layers: tuple[Layer, ...] = (),
    ) -> None:
        """
        Args:
            path: the path of the directory, without a slash at its end.
            files: the files.
            dependencies: run before a file is looked for; nobody takes their values.
            dependency_overrides_provider: an object whose `dependency_overrides` replace
                dependencies.
            max_body_size: the most bytes a request body may have; `None` leaves it to what is
                around.
            layers: the middleware and the exception handlers around it, the outermost first.
        """
        self.path = path
        self.path_format = path + "/{path}"
        self.app = files
        self.dependencies = list(dependencies)
        self.dependency_overrides_provider = dependency_overrides_provider
        self.max_body_size = max_body_size
        self._layers = layers
        # The path has no parameters, whatever stands in its braces.
        dependant = get_endpoint_dependant(
            path="", call=self._respond, dependencies=self.dependencies
        )
        self.dependant = dependant.with_path(self.path_format)

    def _within(self, outer: Inherited) -> Frontend:
        """The front end as an inclusion serves it; this one stays as it is."""
        return Frontend(
            outer.prefix + self.path,
            self.app,
            dependencies=[*outer.dependencies, *self.dependencies],
            dependency_overrides_provider=outer.dependency_overrides_provider,
            max_body_size=outer.max_body_size,
            layers=(*outer.layers, *self._layers),
        )

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """A full match for every request below the path: its method depends on the file."""
        if scope["type"] != "http" or self._file_path(scope) is None:
            return Match.NONE, {}
        return Match.FULL, {"path_params": scope.get("path_params", {})}

    def _file_path(self, scope: Scope) -> str | None:
        path = below(scope.get("root_path", ""), scope["path"])
        if path == self.path:
            return ""
        prefix = self.path + "/"
        return path.removeprefix(prefix) if path.startswith(prefix) else None

    def _plan(self) -> ASGIApp:
        """Compiles what the front end does with a request, with the overrides there are now."""
        read = self._in_general() if is_replaced() else self._compile(self.dependant)
        without = copy(self.dependant)
        vars(without)["dependencies"] = []
        refuse = self._compile(without)

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            plan = read if scope["method"] in METHODS else refuse
            await plan(scope, receive, send)

        return with_body_limit(answer, self.max_body_size)

    def _compile(self, dependant: Dependant) -> OperationPlan:
        steps = provided_steps(dependant, self.dependency_overrides_provider)
        return OperationPlan(
            steps=steps,
            solver=Solver(steps, endpoint_context=EndpointContext),
            serialize=_with_injected,
            status_code=None,
        )

    def _in_general(self) -> ASGIApp:
        """What FastAPI does with a request, by the inner functions that somebody has replaced."""
        from ferroapi.seams import handlers, sessions

        async def respond(request: Request) -> Response:
            solved = await handlers.solve_dependencies(
                request=request,
                dependant=self.dependant,
                dependency_overrides_provider=self.dependency_overrides_provider,
                async_exit_stack=request.scope[REQUEST_STACK],
                embed_body_fields=False,
            )
            if solved.errors:
                raise as_shown(RequestValidationError(solved.errors), request.scope)
            exchange = sessions.exchange_of(request)
            exchange.background, exchange.response = solved.background_tasks, solved.response
            response = await self._file(request, handlers.run_in_threadpool)
            return _with_injected(response, exchange)

        return sessions.request_response(respond)

    async def _respond(self, request: Request) -> Response:
        return await self._file(request, run_in_threadpool)

    async def _file(self, request: Request, in_thread: RunInThread) -> Response:
        path = self._file_path(request.scope)
        assert path is not None
        return await self.app.respond(path, request.scope, in_thread)


def frontend_path(path: str) -> str:
    """A declared path without the slash at its end.

    Raises:
        AssertionError: the path is empty or does not start with a slash.
    """
    assert path == "/" or path.rstrip("/"), "A frontend path cannot be empty"
    assert path.startswith("/"), "A frontend path must start with '/'"
    return path.rstrip("/")


def _with_injected(response: Response, exchange: Exchange) -> Response:
    """Adds what dependencies put into the injected response and background tasks."""
    response = with_background(response, exchange)
    response.raw_headers.extend(exchange.chosen_headers)
    return response
