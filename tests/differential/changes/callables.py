"""What scripts refer to by name: dependencies and endpoints that say when they are called."""

import functools
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from contextvars import ContextVar
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel
from tests.differential.echo import call_of, text_of
from tests.differential.frameworks import Framework

_tenant: ContextVar[str] = ContextVar("tenant", default="nobody")


class Small(BaseModel):
    """A response model that leaves something out, and a body."""

    a: int = 0


class Other(BaseModel):
    """Another one."""

    a: int = 0
    b: str = "b"


MODELS: dict[str, Any] = {"Small": Small, "Other": Other, "dict": dict[str, Any], "none": None}

DEPENDENCIES = (
    *("plain", "query", "needs", "nested", "deep", "guard", "thread", "deep thread"),
    *("closing", "closing in a thread", "sets tenant", "sets tenant in a thread"),
    *("adds header", "adds cookie", "changes path", "reads", "makes", "header", "cookie"),
    *("request", "response", "tasks"),
)
DEPENDING = {"nested": ["query"], "deep": ["nested", "plain"], "deep thread": ["thread"]}
"""What dependencies depend on."""
ENDPOINTS = (
    *("plain", "query", "needs", "depends", "deep", "path", "reads", "makes", "header", "cookie"),
    *("tenant", "request", "thread", "body"),
)
OF_SOCKETS = tuple(name for name in ENDPOINTS if name not in ("body", "request"))
"""The endpoints whose parameters a WebSocket can have."""


def _of_tenant(value: str) -> str:
    return f"{value} of {_tenant.get()}"


class Callables:
    """Makes the dependencies and endpoints of one script."""

    def __init__(self, framework: Framework, called: Callable[[str], None]) -> None:
        """`called` gets a line for everything that is called when requests come."""
        self._framework = framework
        self._called = called
        module = framework.module
        takes_request = {"request": (module.Request, ...)}
        parameters: dict[str, dict[str, Any]] = {
            "query": {"q": (str, "d")},
            "needs": {"n": (int, ...)},
            "guard": {"x_token": (str, module.Header("none"))},
            "reads": {"t": (Annotated[str, AfterValidator(_of_tenant)], ...)},
            "makes": {"m": (Annotated[str, module.Query(default_factory=_tenant.get)], ...)},
            "header": {"x_added": (list[str], module.Header([]))},
            "cookie": {"added": (str, module.Cookie("none"))},
            "request": takes_request,
            "adds header": takes_request,
            "adds cookie": takes_request,
            "changes path": takes_request,
            "response": {"response": (module.Response, ...)},
            "tasks": {"tasks": (module.BackgroundTasks, ...)},
        }
        self.dependencies: dict[str, Callable[..., Any]] = {}
        for name in DEPENDENCIES:
            if name in DEPENDING:
                parameters[name] = self._depending(DEPENDING[name])
            made = self._dependency(name)
            self.dependencies[name] = _signed(made, parameters.get(name, {}), name)
        self._parameters = {
            "plain": {},
            **parameters,
            "depends": self._depending(["query"]),
            "deep": self._depending(["deep", "nested"]),
            "path": {"p": (str, ...)},
            "tenant": {**self._depending(["sets tenant"]), **parameters["reads"]},
            "thread": self._depending(["deep thread"]),
            "body": {"item": (Small, ...)},
        }

    def endpoint(self, name: str) -> Callable[..., Any]:
        """A new endpoint: who changes it changes that of no other route."""

        def answer(arguments: dict[str, Any]) -> Any:
            self._called(call_of(name, arguments))
            return {"a": 1, "b": name, "given": text_of(dict(sorted(arguments.items())))}

        made: Any
        if name == "thread":

            def made(**arguments: Any) -> Any:
                return answer(arguments)

        else:

            async def made(**arguments: Any) -> Any:
                return answer(arguments)

        return _signed(made, self._parameters[name], name)

    def socket(self, name: str) -> Callable[..., Any]:
        """A new WebSocket endpoint with the parameters of an endpoint, which it tells."""

        async def made(websocket: Any, **arguments: Any) -> None:
            self._called(call_of(name, arguments))
            await websocket.accept()
            await websocket.send_text(text_of(dict(sorted(arguments.items()))))
            await websocket.close()

        websocket = {"websocket": (self._framework.module.WebSocket, ...)}
        return _signed(made, {**websocket, **self._parameters[name]}, name)

    def wrapped(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """Something of the same kind around a callable, which takes whatever it is given."""

        def note(arguments: dict[str, Any]) -> None:
            self._called(call_of("wrapped", arguments))

        around: Any
        if inspect.iscoroutinefunction(call):

            async def around(**arguments: Any) -> Any:
                note(arguments)
                return await call(**arguments)

        elif inspect.isasyncgenfunction(call) or inspect.isgeneratorfunction(call):
            return call

        else:

            def around(**arguments: Any) -> Any:
                note(arguments)
                return call(**arguments)

        return functools.wraps(call)(around)

    def _depending(self, names: list[str]) -> dict[str, Any]:
        depends = self._framework.module.Depends
        return {f"v{i}": (Any, depends(self.dependencies[name])) for i, name in enumerate(names)}

    def _dependency(self, name: str) -> Callable[..., Any]:
        def begin(arguments: dict[str, Any]) -> str:
            call = call_of(name, arguments)
            self._called(call)
            self._change(name, arguments)
            return call

        made: Any
        if name == "closing":

            async def made(**arguments: Any) -> AsyncIterator[str]:
                yield begin(arguments)
                self._called(f"end {name}")

        elif name == "closing in a thread":

            def made(**arguments: Any) -> Iterator[str]:
                yield begin(arguments)
                self._called(f"end {name}")

        elif "thread" in name:

            def made(**arguments: Any) -> str:
                return begin(arguments)

        else:

            async def made(**arguments: Any) -> str:
                return begin(arguments)

        return made  # type: ignore[no-any-return]  # one of those above

    def _change(self, name: str, arguments: dict[str, Any]) -> None:
        if name == "guard" and arguments.get("x_token") != "ok":
            raise self._framework.module.HTTPException(403, "guarded")
        if name.startswith("sets tenant"):
            _tenant.set(name)
        request = arguments.get("request")
        if request is not None and name == "adds header":
            request.scope["headers"].append((b"x-added", b"1"))
        elif request is not None and name == "adds cookie":
            request.cookies["added"] = "1"
        elif request is not None and name == "changes path":
            request.path_params["p"] = "changed"
        if name == "response" and "response" in arguments:
            arguments["response"].headers["x-set"] = "1"
        if name == "tasks" and "tasks" in arguments:
            arguments["tasks"].add_task(self._called, "task")


def _signed(made: Any, parameters: dict[str, Any], name: str) -> Callable[..., Any]:
    made.__signature__ = inspect.Signature(
        [
            inspect.Parameter(
                key,
                inspect.Parameter.KEYWORD_ONLY,
                annotation=annotation,
                default=inspect.Parameter.empty if default is ... else default,
            )
            for key, (annotation, default) in parameters.items()
        ]
    )
    made.__name__ = made.__qualname__ = name.replace(" ", "_")
    signed: Callable[..., Any] = made
    return signed
