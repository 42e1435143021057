"""A WebSocket endpoint: its description, and the plan made of it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from typing import Any

from starlette.routing import Match, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from ferroapi import params
from ferroapi.dependencies.body import embeds_body
from ferroapi.dependencies.callables import callable_name, declaring
from ferroapi.dependencies.declaration import get_endpoint_dependant
from ferroapi.dependencies.models import Dependant
from ferroapi.exceptions import FastAPIError
from ferroapi.live import Live, LiveClass
from ferroapi.plan.cancellation import with_cancellation
from ferroapi.plan.operation import endpoint_context_later
from ferroapi.plan.order.steps import body_params, provided_steps
from ferroapi.plan.solver import Solver
from ferroapi.plan.websocket import WebSocketPlan, with_origins
from ferroapi.routing.inheritance import Inherited, Inheriting
from ferroapi.routing.layers import Layer
from ferroapi.routing.options import first_given
from ferroapi.routing.own_plan import OwnPlan
from ferroapi.routing.paths import PathAttributes
from ferroapi.routing.scope import effective_route
from ferroapi.seams import is_replaced


class APIWebSocketRoute(
    OwnPlan, Live, PathAttributes, Inheriting, WebSocketRoute, metaclass=LiveClass
):
    """A WebSocket endpoint as it was declared, or as an inclusion makes it."""

    _live = frozenset(
        {
            *("app", "handle", "matches"),
            *("cancel_on_disconnect", "dependant", "dependency_overrides_provider"),
            *("param_convertors", "path", "path_format", "path_regex"),
        }
    )

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        name: str | None = None,
        dependencies: Sequence[params.Depends] | None = None,
        dependency_overrides_provider: Any = None,
        cancel_on_disconnect: bool | None = None,
        layers: tuple[Layer, ...] = (),
    ) -> None:
        """
        Args:
            path: the path with its parameters in braces.
            endpoint: the coroutine function that talks.
            name: the name for `url_path_for`; the function's name without it.
            dependencies: run before those of the parameters; nobody takes their values.
            dependency_overrides_provider: an object whose `dependency_overrides` replace
                dependencies.
            cancel_on_disconnect: whether the endpoint is cancelled when its client leaves.
            layers: the middleware and the exception handlers around it, the outermost first.

        Raises:
            FastAPIError: a parameter of the endpoint or of a dependency is to get a `Request`.
        """
        self.endpoint = endpoint
        self.name = callable_name(endpoint) if name is None else name
        self.dependencies = list(dependencies or ())
        self.dependency_overrides_provider = dependency_overrides_provider
        self.cancel_on_disconnect = cancel_on_disconnect
        self._layers = layers
        self._set_path(path)
        _refuse_requests(self.dependant)
        self._is_made = True

    def _set_path(self, path: str) -> None:
        super()._set_path(path)
        self.dependant = get_endpoint_dependant(
            path=self.path_format, call=self.endpoint, dependencies=self.dependencies
        )

    def _within(self, outer: Inherited) -> APIWebSocketRoute:
        """The route as an inclusion makes it of what this one is now; this one stays as it is."""
        route = copy(self)
        for name in ("app", "handle", "matches"):
            # Of this one only.
            vars(route).pop(name, None)
        route._is_made = False
        route.dependencies = [*outer.dependencies, *self.dependencies]
        route.dependency_overrides_provider = outer.dependency_overrides_provider
        route._layers = (*outer.layers, *self._layers)
        route.cancel_on_disconnect = first_given(
            self.cancel_on_disconnect, outer.cancel_on_disconnect
        )
        route._set_path(outer.prefix + self.path)
        route._is_made = True
        return route

    @property
    def _embed_body_fields(self) -> bool:
        fields = [field for dependant in self.dependant.flat() for field in dependant.body_params]
        return embeds_body(fields)

    def _plan(self) -> ASGIApp:
        """Compiles what the route does with a handshake, with the overrides there are now."""
        steps = provided_steps(self.dependant, self.dependency_overrides_provider, absent="request")
        dependants = [step.dependant for step in steps]
        if is_replaced():
            from ferroapi.seams import handlers, sessions

            talk = handlers.get_websocket_app(
                dependant=self.dependant,
                dependency_overrides_provider=self.dependency_overrides_provider,
                embed_body_fields=self._embed_body_fields,
            )
            return self._cancelled(
                with_origins(sessions.websocket_session(talk), dependants), dependants
            )
        solver = Solver(
            steps,
            endpoint_context=endpoint_context_later(self.endpoint),
            embed=embeds_body(body_params(steps)),
        )
        plan = WebSocketPlan(steps=steps, solver=solver)
        return self._cancelled(plan, dependants)

    def _cancelled(self, plan: ASGIApp, dependants: Iterable[Dependant]) -> ASGIApp:
        return with_cancellation(plan, dependants, cancels=bool(self.cancel_on_disconnect))

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether the route answers a handshake, and what it adds to the scope."""
        match, child_scope = WebSocketRoute.matches(effective_route(scope, self), scope)
        if match is not Match.NONE:
            child_scope["route"] = self
        return match, child_scope

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a handshake that matched."""
        await WebSocketRoute.handle(effective_route(scope, self), scope, receive, send)


def _refuse_requests(root: Dependant) -> None:
    """Raises `FastAPIError` for a parameter that is to get a request: a WebSocket has none.

    A function whose signature shows a parameter that it can do without is called without it.
    """
    for dependant in root.flat():
        taken = _named_parameters(dependant.call)
        names = [
            name for name, kind in dependant.injected.items() if kind == "request" and name in taken
        ]
        if names:
            parameters = inspect.signature(dependant.call).parameters
            for name in names:
                if name in parameters and parameters[name].default is inspect.Parameter.empty:
                    with declaring(dependant.call):
                        raise FastAPIError(
                            f"A WebSocket has no Request for the parameter {name!r} of "
                            f"{callable_name(dependant.call)}: HTTPConnection is either, or give "
                            "it a default"
                        )


def _named_parameters(call: Any) -> tuple[str, ...]:
    """The parameters that a function has of itself, whatever signature it shows."""
    if inspect.isclass(call):
        function: Any = call.__init__
    else:
        function = call if inspect.isroutine(call) else type(call).__call__
    code = getattr(getattr(function, "__func__", function), "__code__", None)
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount] if code else ()
