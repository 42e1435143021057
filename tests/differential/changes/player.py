"""Plays a script of changes on one of the frameworks."""

import asyncio
import copy
import inspect
import re
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Match, Route
from tests.differential.asking import ask
from tests.differential.changes.callables import MODELS, Callables
from tests.differential.changes.descriptions import Script, Step
from tests.differential.descriptions import Answer, Handler
from tests.differential.failures import handled_by, handler_of
from tests.differential.frameworks import Framework

MORE_CHANGES = 100
"""More than a script has."""


class Marked(JSONResponse):
    """A response class that can be told from others."""

    media_type = "application/marked+json"


async def play(framework: str, script: Script) -> list[Answer]:
    """The answer of each step: to its request, or with what a declaration or change has raised."""
    player = Player(Framework(framework))
    answers: list[Answer] = []
    try:
        for name, *operands in script["steps"]:
            if name == "request":
                # A task of its own, whose context variables end with it.
                asked = asyncio.create_task(ask(player.app, operands[0], player.calls))
                answers.append(await asked)
            else:
                answers.append(_answer(player.step([name, *operands])))
    finally:
        player.end()
    return answers


def _answer(error: str | None) -> Answer:
    return {
        "status": None,
        "headers": [],
        "body": "",
        "complete": False,
        "messages": [],
        "calls": [],
        "error": error,
    }


class Player:
    """An application with its routers, and a method for each kind of step."""

    def __init__(self, framework: Framework) -> None:
        self.calls: list[str] = []
        self._framework = framework
        self._callables = Callables(framework, self.calls.append)
        self.app = framework.module.FastAPI()
        self._routers: dict[str, Any] = {"app": self.app.router}
        self._patches: list[Any] = []
        self._overrides: dict[Any, Any] = {}
        """Overrides of the script's own, which may be those of the application."""

    def step(self, step: Step) -> str | None:
        """Takes one step; what it raised, if it did."""
        name, *operands = step
        try:
            getattr(self, f"_{name}")(*operands)
        except Exception as error:
            # The frameworks show where functions are, and name what is theirs.
            return re.sub(r'File ".*", line \d+', "File", f"{type(error).__name__}: {error}")
        return None

    def end(self) -> None:
        """Takes back what was replaced for a while."""
        while self._patches:
            self._restore()

    # Declarations

    def _router(self, name: str, prefix: str) -> None:
        self._routers[name] = self._framework.module.APIRouter(prefix=prefix)

    def _declare(self, router: str, path: str, endpoint: str, options: dict[str, Any]) -> None:
        given = {key: self._value(key, value) for key, value in options.items()}
        if router == "app":
            self.app.add_api_route(path, self._callables.endpoint(endpoint), **given)
        else:
            self._routers[router].add_api_route(path, self._callables.endpoint(endpoint), **given)

    def _socket(self, router: str, path: str, endpoint: str, options: dict[str, Any]) -> None:
        given = {key: self._value(key, value) for key, value in options.items()}
        declaring = self.app if router == "app" else self._routers[router]
        declaring.add_api_websocket_route(path, self._callables.socket(endpoint), **given)

    def _talk(self, router: str, index: int, endpoint: str) -> None:
        """Gives a declared WebSocket route another endpoint."""
        cls = self._framework.part("routing").APIWebSocketRoute
        found = [route for route in self._routers[router].routes if isinstance(route, cls)]
        if found:
            found[index % len(found)].endpoint = self._callables.socket(endpoint)

    def _include(self, outer: str, inner: str, options: dict[str, Any]) -> None:
        given = {key: self._value(key, value) for key, value in options.items()}
        including = self.app if outer == "app" else self._routers[outer]
        including.include_router(self._routers[inner], **given)

    def _copy(self, router: str, name: str) -> None:
        self._routers[name] = copy.deepcopy(self._routers[router])

    # Attributes of routes and routers, for good or for a while

    def _set(self, router: str, index: int | None, name: str, value: Any) -> None:
        target = self._target(router, index)
        if target is not None:
            setattr(target, name, self._value(name, value, target))

    def _patch(self, router: str, index: int | None, name: str, value: Any) -> None:
        target = self._target(router, index)
        if target is not None:
            self._replace(target, name, self._value(name, value, target))

    def _replace(self, target: Any, name: str, value: Any) -> None:
        patched = patch.object(target, name, value)
        patched.start()
        self._patches.append(patched)

    def _restore(self) -> None:
        if self._patches:
            self._patches.pop().stop()
            for router in self._routers.values():
                # FastAPI adds up how often each router was changed, and finds nothing new where
                # the sum is that of another list that was there meanwhile.
                for _ in range(MORE_CHANGES):
                    router._mark_routes_changed()

    def _sign(self, router: str, index: int, endpoint: str) -> None:
        """Gives the endpoint of a route the parameters of another one."""
        route = self._target(router, index)
        if route is not None:
            made = self._callables.endpoint(endpoint)
            route.endpoint.__signature__ = inspect.signature(made)

    def _depend(self, router: str, index: int | None, place: int | None, name: str) -> None:
        """Adds to the dependencies of a route or router, at their end without a place."""
        target = self._target(router, index)
        if target is not None:
            dependencies = target.dependencies
            at = len(dependencies) if place is None else place
            depends = self._framework.module.Depends
            dependencies.insert(at, depends(self._callables.dependencies[name]))

    def _target(self, router: str, index: int | None) -> Any:
        if index is None:
            return self._routers[router]
        routes = self._api_routes(router)
        return routes[index % len(routes)] if routes else None

    def _api_routes(self, router: str) -> list[Any]:
        cls = self._framework.part("routing").APIRoute
        return [route for route in self._routers[router].routes if isinstance(route, cls)]

    def _value(self, name: str, value: Any, target: Any = None) -> Any:
        match name:
            case "endpoint":
                return self._callables.endpoint(value)
            case "response_model":
                return MODELS[value]
            case "response_class" | "default_response_class":
                return {"marked": Marked, "json": JSONResponse}[value]
            case "generate_unique_id_function":
                return lambda route: f"{value}_{route.name}_{route.path_format}"
            case "dependencies":
                depends = self._framework.module.Depends
                return [depends(self._callables.dependencies[other]) for other in value]
            case "path_regex":
                return re.compile(value)
            case "methods":
                return set(value)
            case "default":
                return PlainTextResponse(value, 404)
            case "app" | "handle":
                return self._wrapped_app(name, getattr(target, name))
            case "matches":
                return self._wrapped_matches(target.matches)
        return value

    def _wrapped_app(self, name: str, app: Callable[..., Any]) -> Callable[..., Any]:
        async def around(scope: Any, receive: Any, send: Any) -> None:
            self.calls.append(f"{name} of {scope['path']}")
            await app(scope, receive, send)

        return around

    def _wrapped_matches(self, matches: Callable[..., Any]) -> Callable[..., Any]:
        def around(scope: Any) -> Any:
            skipped = (b"x-skip", b"1") in scope["headers"]
            return (Match.NONE, {}) if skipped else matches(scope)

        return around

    # Lists of routes

    def _routes(self, router: str, how: str, index: int) -> None:
        """Changes the list of a router; inclusions in a router stay."""
        owner = self._routers[router]
        routes = owner.routes
        fixed: Any = Route if router == "app" else object
        routing = self._framework.part("routing")
        declared = routing.APIRoute, routing.APIWebSocketRoute
        movable = [
            route for route in routes if isinstance(route, declared) or not isinstance(route, fixed)
        ]
        chosen = movable[index % len(movable)] if movable else None
        match how:
            case "remove" if chosen:
                routes.remove(chosen)
            case "move to the front" if chosen:
                routes.remove(chosen)
                routes.insert(0, chosen)
            case "add again" if chosen:
                routes.append(chosen)
            case "assign without" if chosen:
                owner.routes = [route for route in routes if route is not chosen]
            case "assign reversed":
                owner.routes = list(reversed(routes))
            case "reverse":
                routes.reverse()
            case "clear":
                routes[:] = [route for route in routes if route not in movable]
            case "patch":
                self._replace(owner, "routes", [route for route in routes if route is not chosen])

    # Overrides

    def _override(self, how: str, original: str, other: str) -> None:
        dependencies = self._callables.dependencies
        key, value = dependencies[original], dependencies[other]
        match how:
            case "set":
                self.app.dependency_overrides[key] = value
            case "set in own":
                self._overrides[key] = value
            case "delete":
                self.app.dependency_overrides.pop(key, None)
            case "clear":
                self.app.dependency_overrides.clear()
            case "assign":
                self.app.dependency_overrides = {key: value}
            case "assign own":
                self.app.dependency_overrides = self._overrides
            case "patch":
                self._replace(self.app, "dependency_overrides", {key: value})

    # Dependants of what is served

    def _dependant(self, index: int, place: list[int], how: str, operand: Any) -> None:
        """Changes the dependant of a served route, or one below it on the way of `place`."""
        routing = self._framework.part("routing")
        served = [
            *(
                context
                for context in routing.iter_route_contexts(self.app.routes)
                if isinstance(context.original_route, routing.APIRoute)
            ),
            *(route for route in self.app.routes if isinstance(route, routing.APIWebSocketRoute)),
        ]
        if not served:
            return
        dependant = served[index % len(served)].dependant
        for below in place:
            if dependant.dependencies:
                dependant = dependant.dependencies[below % len(dependant.dependencies)]
        self._change_dependant(dependant, how, operand)

    def _change_dependant(self, dependant: Any, how: str, operand: Any) -> None:
        match how:
            case "append":
                dependant.dependencies.append(self._made(dependant, operand))
            case "insert":
                dependant.dependencies.insert(0, self._made(dependant, operand))
            case "append named":
                dependant.dependencies.append(self._made(dependant, operand, "more"))
            case "assign":
                dependant.dependencies = [self._made(dependant, operand)]
            case "remove":
                if dependant.dependencies:
                    dependant.dependencies.pop()
            case "wrap":
                dependant.call = self._callables.wrapped(dependant.call)
            case "name":
                name = None if getattr(dependant, operand) else operand.removesuffix("_param_name")
                setattr(dependant, operand, name)
            case "take parameters":
                made = self._made(dependant, operand)
                dependant.query_params.extend(made.query_params)
                dependant.header_params = [*dependant.header_params, *made.header_params]
            case "drop parameters":
                dependant.query_params.clear()
                dependant.header_params = []

    def _made(self, dependant: Any, name: str, parameter: str | None = None) -> Any:
        get_dependant = self._framework.part("dependencies.utils").get_dependant
        call = self._callables.dependencies[name]
        return get_dependant(path=dependant.path or "/", call=call, name=parameter)

    # What is around the routes

    def _handlers(self, how: str, described: Handler) -> None:
        """Changes the exception handlers, and has what is around the router made again."""
        of = handled_by(self._framework, described["of"])
        made = handler_of(self._framework, described, self.calls.append)
        match how:
            case "set":
                self.app.exception_handlers[of] = made
            case "delete":
                self.app.exception_handlers.pop(of, None)
            case "assign":
                self.app.exception_handlers = {of: made}
            case "clear":
                self.app.exception_handlers.clear()
            case "remove Starlette's":
                self.app.exception_handlers.pop(StarletteHTTPException, None)
        self.app.middleware_stack = None
