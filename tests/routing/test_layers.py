"""Middleware and exception handlers of routers, inclusions and operations."""

import inspect
from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar

import pytest
from pydantic import BaseModel
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Match, Mount, Route
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from ferroapi import APIRouter, Depends, FastAPI, HTTPException, Request, WebSocket, routing
from ferroapi.dependencies import utils as dependency_functions
from ferroapi.exceptions import FastAPIError, RequestValidationError
from ferroapi.responses import PlainTextResponse, Response
from ferroapi.routing import APIRoute, APIWebSocketRoute
from ferroapi.routing.handlers import ExceptionHandler
from ferroapi.testclient import TestClient


class BrokenError(Exception):
    pass


class VeryBrokenError(BrokenError):
    pass


def saying(text: str) -> Any:
    """A handler that answers with its name and what it handles."""

    async def handle(_connection: Any, error: Exception) -> Response:
        return PlainTextResponse(f"{text}: {type(error).__name__}", 418)

    return handle


def threaded(_request: Request, error: Exception) -> Response:
    return PlainTextResponse(f"thread: {type(error).__name__}", 418)


async def passing_on(_request: Any, error: Exception) -> Response:
    raise error


async def raising_another(_request: Any, error: Exception) -> Response:
    raise KeyError("another") from error


def failing(error: Exception) -> Any:
    async def fail() -> None:
        raise error

    return fail


Places = dict[str, dict[Any, Any]]


def application(
    error: Exception, places: Places, *, path: str = "/x", app: FastAPI | None = None
) -> FastAPI:
    """An operation that fails, with handlers at any of the places around it."""
    app = FastAPI(exception_handlers=places.get("application")) if app is None else app
    inner = APIRouter(exception_handlers=places.get("inner"))
    inner.get(path, exception_handlers=places.get("operation"))(failing(error))
    outer = APIRouter(exception_handlers=places.get("outer"))
    outer.include_router(inner, exception_handlers=places.get("inclusion"))
    app.include_router(outer)
    return app


EVERYWHERE: Places = {
    name: {BrokenError: saying(name)}
    for name in ("application", "outer", "inclusion", "inner", "operation")
}
WRONG = RequestValidationError([])


def without(*names: str) -> Places:
    return {name: handlers for name, handlers in EVERYWHERE.items() if name not in names}


# name: (what is raised, the handlers by place, the answer)
ANSWERS: dict[str, tuple[Exception, Places, str]] = {
    "operation_first": (BrokenError(), EVERYWHERE, "operation: BrokenError"),
    "then_its_router": (BrokenError(), without("operation"), "inner: BrokenError"),
    "then_the_inclusion": (BrokenError(), without("operation", "inner"), "inclusion: BrokenError"),
    "then_the_router_around": (
        BrokenError(),
        without("operation", "inner", "inclusion"),
        "outer: BrokenError",
    ),
    "then_the_application": (
        BrokenError(),
        without("operation", "inner", "inclusion", "outer"),
        "application: BrokenError",
    ),
    "near_before_exact": (
        VeryBrokenError(),
        {"outer": {VeryBrokenError: saying("outer")}, "inner": {BrokenError: saying("inner")}},
        "inner: VeryBrokenError",
    ),
    "exact_in_one_place": (
        VeryBrokenError(),
        {"inner": {BrokenError: saying("base"), VeryBrokenError: saying("exact")}},
        "exact: VeryBrokenError",
    ),
    "status": (
        HTTPException(404),
        {"inner": {HTTPException: saying("class"), 404: saying("status")}},
        "status: HTTPException",
    ),
    "all_exceptions": (ZeroDivisionError(), {"inner": {Exception: saying("all")}}, "all: Zero"),
    "500": (ZeroDivisionError(), {"inner": {500: saying("500")}}, "500: ZeroDivisionError"),
    "thread": (BrokenError(), {"inner": {BrokenError: threaded}}, "thread: BrokenError"),
    "handed_to_those_around": (
        BrokenError(),
        {"outer": {BrokenError: saying("outer")}, "inner": {BrokenError: passing_on}},
        "outer: BrokenError",
    ),
    "handed_to_the_application": (
        BrokenError(),
        {"application": {BrokenError: saying("application")}, "inner": {BrokenError: passing_on}},
        "application: BrokenError",
    ),
    "another_exception": (
        BrokenError(),
        {
            "outer": {KeyError: saying("outer")},
            "inner": {BrokenError: raising_another, KeyError: saying("inner")},
        },
        "outer: KeyError",
    ),
    "does_not_fit": (
        WRONG,
        {"outer": {RequestValidationError: saying("outer")}},
        "outer: RequestValidationError",
    ),
    "not_its_own": (HTTPException(409), {"inner": {BrokenError: saying("inner")}}, '{"detail":'),
}


@pytest.mark.parametrize(("error", "places", "wanted"), ANSWERS.values(), ids=ANSWERS)
def test_the_innermost_handler_answers(
    loop: dict[str, Any], error: Exception, places: Places, wanted: str
) -> None:
    with TestClient(application(error, places), **loop) as client:
        assert client.get("/x").text.startswith(wanted)


@pytest.fixture
def general(monkeypatch: pytest.MonkeyPatch) -> None:
    """An inner function of FastAPI's that is replaced: operations take the general way."""

    async def solve(**options: Any) -> Any:
        return await dependency_functions.solve_dependencies(**options)

    monkeypatch.setattr(routing, "solve_dependencies", solve)


@pytest.mark.usefixtures("general")
@pytest.mark.parametrize(("error", "places", "wanted"), ANSWERS.values(), ids=ANSWERS)
def test_the_innermost_handler_answers_in_the_general_way(
    error: Exception, places: Places, wanted: str
) -> None:
    assert TestClient(application(error, places)).get("/x").text.startswith(wanted)


def test_what_nobody_handles_is_an_error_of_the_server() -> None:
    app = application(BrokenError(), {"inner": {KeyError: saying("inner")}})
    with pytest.raises(BrokenError):
        TestClient(app).get("/x")
    assert TestClient(app, raise_server_exceptions=False).get("/x").status_code == 500


def test_handlers_may_come_late() -> None:
    app = application(BrokenError(), {})
    router = app.router.routes[-1].router  # type: ignore[attr-defined]  # an included router
    client = TestClient(app, raise_server_exceptions=False)
    assert client.get("/x").status_code == 500
    router.exception_handler(BrokenError)(saying("late"))
    assert client.get("/x").text == "late: BrokenError"
    del router.exception_handlers[BrokenError]
    assert client.get("/x").status_code == 500


def test_what_does_not_fit_is_handled_by_the_router() -> None:
    """Also where the application would answer at once, without an exception."""
    app = FastAPI()
    router = APIRouter(exception_handlers={RequestValidationError: saying("router")})

    @router.get("/x")
    async def read(number: int) -> int:
        return number

    @router.post("/x")
    async def write(body: dict[str, int]) -> None: ...

    app.include_router(router)
    client = TestClient(app)
    assert client.get("/x?number=x").text == "router: RequestValidationError"
    assert client.get("/x?number=3").json() == 3
    assert client.post("/x", content="{").text == "router: RequestValidationError"


def test_the_handler_has_the_request_that_was_read() -> None:
    async def repeat(request: Request, _error: Exception) -> Response:
        return Response(await request.body() + str(request.state.seen).encode(), 400)

    app = FastAPI()
    router = APIRouter(exception_handlers={BrokenError: passing_on})

    async def remember(request: Request) -> None:
        request.state.seen = await request.json()

    @router.post("/x", dependencies=[Depends(remember)])
    async def write(body: dict[str, int]) -> None:
        raise BrokenError

    app.include_router(router, exception_handlers={BrokenError: repeat})
    assert TestClient(app).post("/x", json={"a": 1}).text == "{\"a\":1}{'a': 1}"


def test_dependencies_are_left_before_a_handler_answers() -> None:
    order: list[str] = []

    def resource() -> Any:
        try:
            yield
        finally:
            order.append("left")

    async def handle(_request: Request, _error: Exception) -> Response:
        order.append("handled")
        return Response()

    app = FastAPI()
    app.get("/x", dependencies=[Depends(resource)], exception_handlers={BrokenError: handle})(
        failing(BrokenError())
    )
    TestClient(app).get("/x")
    assert order == ["left", "handled"]


def test_a_started_response_is_not_handled() -> None:
    app = FastAPI()
    router = APIRouter(exception_handlers={Exception: saying("router")})

    @router.get("/x")
    async def stream() -> Any:
        yield 1
        raise BrokenError

    app.include_router(router)
    with pytest.raises(BrokenError):
        TestClient(app).get("/x")


class Problem(BaseModel):
    detail: str


class OutOfStockError(Exception):
    pass


class Gone(HTTPException):
    status_code = 410

    def __init__(self) -> None:
        super().__init__(410, headers={"X-Gone": "yes"})


async def describe(_request: Request, error: Exception) -> Problem:
    return Problem(detail=type(error).__name__)


async def describe_or_answer(_request: Request, error: Exception) -> Problem | Response:
    return Response(status_code=204) if isinstance(error, VeryBrokenError) else Problem(detail="!")


async def describe_loosely(_request: Request, error: Exception) -> Problem:
    return {"detail": "loose", "more": 1}  # type: ignore[return-value]  # as pydantic takes it


# name: (what is raised, key and handler, the status, the body, whether OpenAPI shows it)
VALUES: dict[str, tuple[Exception, Any, Any, int, str, bool]] = {
    "status_of_the_handler": (
        *(OutOfStockError(), OutOfStockError, ExceptionHandler(describe, 409)),
        *(409, '{"detail":"OutOfStockError"}', True),
    ),
    "status_of_the_class": (Gone(), Gone, describe, 410, '{"detail":"Gone"}', True),
    "status_by_key": (HTTPException(402), 402, describe, 402, '{"detail":"HTTPException"}', True),
    "does_not_fit": (
        *(WRONG, RequestValidationError, describe),
        *(422, '{"detail":"RequestValidationError"}', False),
    ),
    "all": (BrokenError(), Exception, describe, 500, '{"detail":"BrokenError"}', True),
    "no_status": (
        OutOfStockError(),
        OutOfStockError,
        describe,
        500,
        '{"detail":"OutOfStockError"}',
        False,
    ),
    "value_of_two": (
        *(BrokenError(), BrokenError, ExceptionHandler(describe_or_answer, 409)),
        *(409, '{"detail":"!"}', True),
    ),
    "response_of_two": (
        *(VeryBrokenError(), BrokenError, ExceptionHandler(describe_or_answer, 409)),
        *(204, "", True),
    ),
    "validated": (
        *(BrokenError(), BrokenError, ExceptionHandler(describe_loosely, 409)),
        *(409, '{"detail":"loose"}', True),
    ),
}


@pytest.mark.parametrize(
    ("error", "key", "handler", "status", "body", "shown"), VALUES.values(), ids=VALUES
)
def test_a_handler_may_return_a_value(
    error: Exception, key: Any, handler: Any, status: int, body: str, shown: bool
) -> None:
    app = application(error, {"inner": {key: handler}})
    response = TestClient(app).get("/x")
    assert (response.status_code, response.text) == (status, body)
    assert ("x-gone" in response.headers) is isinstance(error, Gone)
    responses = app.openapi()["paths"]["/x"]["get"]["responses"]
    described = [
        (code, one["content"]["application/json"]["schema"])
        for code, one in responses.items()
        if code != "200"
    ]
    documented = status if status != 204 else 409
    reference = {"$ref": "#/components/schemas/Problem"}
    assert described == ([(str(documented), reference)] if shown else [])


def test_declared_responses_win_in_openapi() -> None:
    app = FastAPI()
    handlers = {OutOfStockError: ExceptionHandler(describe, 409)}
    app.get("/x", responses={409: {"description": "mine"}}, exception_handlers=handlers)(
        failing(BrokenError())
    )
    assert app.openapi()["paths"]["/x"]["get"]["responses"]["409"] == {"description": "mine"}


class Marking:
    """Adds its name to the header of responses, and counts how often it is made."""

    made: ClassVar[list[str]] = []

    def __init__(self, app: Any, name: str) -> None:
        self.app = app
        self.name = name.encode()
        self.made.append(name)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def marked(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-mark", self.name)]
            await send(message)

        scope.setdefault("order", []).append(self.name.decode())
        await self.app(scope, receive, marked)


def marked(name: str) -> list[Middleware]:
    return [Middleware(Marking, name=name)]


class Answering(BaseRoute):
    """A route that is no more than what Starlette asks of one."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        return Match.FULL if scope["path"] == "/own" else Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("own")(scope, receive, send)


class AnsweringRoute(Route):
    """One of Starlette's that does not call its application."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("own")(scope, receive, send)


class AnsweringOperation(APIRoute):
    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("own")(scope, receive, send)


class CallingOperation(APIRoute):
    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await super().handle(scope, receive, send)


class OperationAsApplication(APIRoute):
    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        await super().app(scope, receive, send)


OPERATIONS = (AnsweringOperation, CallingOperation, OperationAsApplication)


def marked_application() -> FastAPI:
    app = FastAPI(middleware=marked("application"))
    inner = APIRouter(middleware=[*marked("inner"), *marked("second")])

    @inner.get("/x", middleware=marked("operation"))
    async def read(request: Request) -> list[str]:
        order: list[str] = request.scope["order"]
        return order

    @inner.get("/y")
    async def other(request: Request) -> list[str]:
        return await read(request)

    @inner.get("/stream")
    async def stream() -> Any:
        yield 1

    outer = APIRouter(middleware=marked("outer"))
    outer.include_router(inner, middleware=marked("inclusion"))
    outer.routes.append(Route("/route", PlainTextResponse("route")))
    outer.routes.append(Mount("/mount", PlainTextResponse("mount")))
    outer.routes.append(Answering())
    outer.routes.append(AnsweringRoute("/own-route", PlainTextResponse("not called")))
    for kind in OPERATIONS:
        outer.add_api_route(
            f"/{kind.__name__}", other, middleware=marked("operation"), route_class_override=kind
        )
    app.include_router(outer)
    app.get("/outside")(read)
    return app


# name: (path, the marks from the innermost)
MARKS = {
    "operation": ("/x", "operation second inner inclusion outer application"),
    "router": ("/y", "second inner inclusion outer application"),
    "stream": ("/stream", "second inner inclusion outer application"),
    "starlettes_route": ("/route", "outer application"),
    "mounted": ("/mount/x", "outer application"),
    "own_route": ("/own", "outer application"),
    "own_handle": ("/own-route", "outer application"),
    **{kind.__name__: (f"/{kind.__name__}", "operation outer application") for kind in OPERATIONS},
    "outside": ("/outside", "application"),
    "nothing": ("/nothing", "application"),
}


@pytest.mark.parametrize(("path", "marks"), MARKS.values(), ids=MARKS)
def test_middleware_is_around_what_is_below(loop: dict[str, Any], path: str, marks: str) -> None:
    Marking.made.clear()
    with TestClient(marked_application(), **loop) as client:
        response = client.get(path)
        client.get("/y")
    assert response.headers.get_list("x-mark") == marks.split()
    assert len(Marking.made) == len(set(Marking.made))


def test_a_request_passes_middleware_from_outside() -> None:
    order = TestClient(marked_application()).get("/x").json()
    assert order == ["application", "outer", "inclusion", "inner", "second", "operation"]


def test_middleware_may_come_late_and_stays_when_routes_change() -> None:
    Marking.made.clear()
    app, router = FastAPI(), APIRouter()
    app.include_router(router)

    @router.get("/y")
    async def read() -> int:
        return 1

    client = TestClient(app)
    assert "x-mark" not in client.get("/y").headers
    router._layer.middleware.append(*marked("late"))
    assert client.get("/y").headers["x-mark"] == "late"
    router.get("/z")(read)
    assert client.get("/z").headers["x-mark"] == "late"
    assert Marking.made == ["late"]


class Failing:
    def __init__(self, app: Any, error: Exception) -> None:
        self.app = app
        self.error = error

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        raise self.error


class Catching:
    """Sees what passes it."""

    seen: ClassVar[list[str]] = []

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await self.app(scope, receive, send)
        except Exception as error:
            self.seen.append(type(error).__name__)
            raise


# name: (the middleware of the inner router, the handlers by place, the answer, what passes)
FAILING: dict[str, tuple[list[Middleware], Places, str, list[str]]] = {
    "handled_around_it": (
        [Middleware(Failing, error=BrokenError())],
        {"outer": {BrokenError: saying("outer")}, "inner": {BrokenError: saying("inner")}},
        "outer: BrokenError",
        [],
    ),
    "handled_by_the_application": (
        [Middleware(Failing, error=HTTPException(403))],
        {"inner": {HTTPException: saying("inner")}},
        '{"detail":"Forbidden"}',
        [],
    ),
    "inside_of_middleware": (
        [Middleware(Catching)],
        {"inner": {BrokenError: saying("inner")}},
        "inner: BrokenError",
        [],
    ),
    "inside_of_middleware_by_a_handler_outside": (
        [Middleware(Catching)],
        {"outer": {BrokenError: saying("outer")}},
        "outer: BrokenError",
        [],
    ),
    "by_one_outside_after_one_inside": (
        [Middleware(Catching)],
        {"outer": {BrokenError: saying("outer")}, "inner": {BrokenError: passing_on}},
        "outer: BrokenError",
        [],
    ),
}


@pytest.mark.parametrize(
    ("middleware", "places", "wanted", "passed"), FAILING.values(), ids=FAILING
)
def test_failures_and_middleware(
    middleware: list[Middleware], places: Places, wanted: str, passed: list[str]
) -> None:
    Catching.seen.clear()
    app = FastAPI()
    inner = APIRouter(exception_handlers=places.get("inner"), middleware=middleware)
    inner.get("/x")(failing(BrokenError()))
    outer = APIRouter(exception_handlers=places.get("outer"))
    outer.include_router(inner)
    app.include_router(outer)
    assert TestClient(app).get("/x").text == wanted
    assert Catching.seen == passed


def test_each_handler_is_asked_once() -> None:
    asked: list[str] = []

    def passing(name: str) -> Any:
        async def handle(_request: Request, error: Exception) -> Response:
            asked.append(name)
            raise error

        return handle

    app = FastAPI(exception_handlers={Exception: passing("application")})
    catching = [Middleware(Catching)]
    inner = APIRouter(exception_handlers={BrokenError: passing("inner")}, middleware=catching)
    inner.get("/x")(failing(BrokenError()))
    outer = APIRouter(exception_handlers={BrokenError: passing("outer")}, middleware=catching)
    outer.include_router(inner)
    app.include_router(outer)
    Catching.seen.clear()
    with pytest.raises(BrokenError):
        TestClient(app).get("/x")
    assert asked == ["inner", "outer", "application"]
    assert Catching.seen == ["BrokenError", "BrokenError"]


def test_http_middleware() -> None:
    async def dispatch(request: Request, call_next: Any) -> Response:
        response: Response = await call_next(request)
        response.headers["X-Path"] = request.url.path
        return response

    app = FastAPI()
    router = APIRouter(middleware=[Middleware(BaseHTTPMiddleware, dispatch=dispatch)])
    router.get("/x", exception_handlers={BrokenError: saying("x")})(failing(BrokenError()))
    app.include_router(router)
    response = TestClient(app).get("/x")
    assert (response.text, response.headers["x-path"]) == ("x: BrokenError", "/x")


def test_starlettes_routes_have_the_handlers_of_their_router() -> None:
    async def fail(_request: Request) -> Response:
        raise HTTPException(409)

    app = FastAPI()
    router = APIRouter(exception_handlers={HTTPException: saying("router")})
    router.routes.append(Route("/x", fail))
    app.include_router(router)
    app.routes.append(Route("/y", fail))
    client = TestClient(app)
    assert client.get("/x").text == "router: HTTPException"
    assert client.get("/y").json() == {"detail": "Conflict"}


def test_a_mounted_application_keeps_its_own() -> None:
    mounted = FastAPI()
    mounted.get("/x")(failing(HTTPException(409)))
    mounted.get("/broken")(failing(BrokenError()))
    app = FastAPI()
    router = APIRouter(
        exception_handlers={HTTPException: saying("router"), BrokenError: saying("router")}
    )
    router.routes.append(Mount("/m", mounted))
    app.include_router(router)
    client = TestClient(app, raise_server_exceptions=False)
    assert client.get("/m/x").json() == {"detail": "Conflict"}
    assert client.get("/m/broken").status_code == 500


def test_a_router_by_itself() -> None:
    router = APIRouter(
        exception_handlers={BrokenError: saying("router")}, middleware=marked("router")
    )
    router.get("/x")(failing(BrokenError()))
    response = TestClient(router).get("/x")
    assert (response.text, response.headers["x-mark"]) == ("router: BrokenError", "router")


def test_websockets(loop: dict[str, Any]) -> None:
    async def close(websocket: WebSocket, error: Exception) -> None:
        await websocket.close(4000, str(error))

    app = FastAPI()
    router = APIRouter(
        exception_handlers={BrokenError: close, Exception: saying("never")},
        middleware=[Middleware(Catching)],
    )

    @router.websocket("/broken")
    async def fail(websocket: WebSocket) -> None:
        await websocket.accept()
        raise BrokenError("reason")

    @router.websocket("/left")
    async def wait(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.receive_text()

    app.include_router(router)
    Catching.seen.clear()
    with TestClient(app, **loop) as client:
        with (
            client.websocket_connect("/broken") as session,
            pytest.raises(WebSocketDisconnect) as caught,
        ):
            session.receive_text()
        assert (caught.value.code, caught.value.reason) == (4000, "reason")
        assert Catching.seen == []
        with suppress(WebSocketDisconnect), client.websocket_connect("/left"):
            pass
    assert Catching.seen in ([], ["WebSocketDisconnect"])


@pytest.mark.usefixtures("general")
def test_websockets_in_the_general_way(loop: dict[str, Any]) -> None:
    test_websockets(loop)


def test_a_websocket_route_of_a_class_of_its_own_has_the_layers_once() -> None:
    class Calling(APIWebSocketRoute):
        async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
            await super().handle(scope, receive, send)

    async def talk(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_json(websocket.scope["order"])
        await websocket.close()

    router = APIRouter(middleware=marked("router"))
    router.routes.append(Calling("/x", talk))
    app = FastAPI()
    app.include_router(router, middleware=marked("inclusion"))
    with TestClient(app).websocket_connect("/x") as websocket:
        assert websocket.receive_json() == ["inclusion", "router"]


def test_a_websocket_has_layers_of_its_own() -> None:
    async def close(websocket: WebSocket, error: Exception) -> None:
        await websocket.close(4000, str(error))

    app = FastAPI()
    layers: Any = {"exception_handlers": {BrokenError: close}, "middleware": marked("socket")}

    @app.websocket("/x", **layers)
    async def fail(websocket: WebSocket) -> None:
        await websocket.accept()
        raise BrokenError(websocket.scope["order"])

    with (
        TestClient(app).websocket_connect("/x") as session,
        pytest.raises(WebSocketDisconnect) as caught,
    ):
        session.receive_text()
    assert (caught.value.code, caught.value.reason) == (4000, "['socket']")
    with pytest.raises(TypeError, match="unexpected keyword argument 'tags'"):
        app.websocket("/y", tags=["x"])(fail)  # type: ignore[call-arg]  # that is the point


# name: (what is declared, the exception, a part of its text)
WRONG_DECLARATIONS: dict[str, tuple[Callable[[], Any], type[Exception], str]] = {
    "no_exception": (
        lambda: APIRouter(exception_handlers={str: saying("x")}),
        *(TypeError, "Neither an exception class nor a status"),
    ),
    "no_status": (
        lambda: APIRouter(exception_handlers={"404": saying("x")}),
        *(TypeError, "Neither an exception class nor a status"),
    ),
    "no_function": (
        lambda: APIRouter(exception_handlers={404: "handler"}),
        *(TypeError, "cannot be called"),
    ),
    "of_an_operation": (
        lambda: FastAPI().get("/", exception_handlers={404: 1})(describe),
        *(TypeError, "cannot be called"),
    ),
    "of_an_inclusion": (
        lambda: FastAPI().include_router(APIRouter(), exception_handlers={404: 1}),
        *(TypeError, "cannot be called"),
    ),
    "decorated": (
        lambda: APIRouter().exception_handler(int)(describe),  # type: ignore[arg-type]  # that is the point
        *(TypeError, "Neither an exception class nor a status"),
    ),
    "no_middleware": (
        lambda: APIRouter(middleware=[Marking]),  # type: ignore[list-item]  # that is the point
        *(TypeError, "Middleware is declared by Middleware"),
    ),
    "origins": (
        lambda: APIRouter(
            middleware=[Middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)]
        ),
        *(ValueError, "lets every site act"),
    ),
    "no_schema": (
        lambda: APIRouter(exception_handlers={404: unserializable}),
        *(FastAPIError, "Invalid args for response field"),
    ),
}


async def unserializable(_request: Request, _error: Exception) -> Marking:
    raise NotImplementedError


@pytest.mark.parametrize(
    ("declare", "error", "text"), WRONG_DECLARATIONS.values(), ids=WRONG_DECLARATIONS
)
def test_wrong_declarations(declare: Callable[[], Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        declare()


def test_a_wrong_declaration_names_its_place() -> None:
    with pytest.raises(TypeError) as caught:
        APIRouter().exception_handler(int)(describe)  # type: ignore[arg-type]  # that is the point
    line = inspect.getsourcelines(describe)[1]
    assert caught.value.__notes__ == [f"in the declaration of describe, {__file__}, line {line}"]


def test_the_source_is_that_of_the_operation() -> None:
    app = marked_application()
    app.router.exception_handler(BrokenError)(saying("x"))
    plain = FastAPI()
    plain.get("/x")(app.router.routes[-2].router.routes[0].router.routes[0].endpoint)  # type: ignore[attr-defined]  # included routers
    assert app.explain("/x") == plain.explain("/x")


def test_operations_without_layers_keep_the_short_way() -> None:
    """As the server of the package asks for it."""
    app, router = FastAPI(), APIRouter()

    @router.get("/x")
    async def read() -> int:
        return 1

    app.include_router(router)
    compiled = app.router._compiled()
    target = next(one for one in compiled.targets if one.context.path == "/x")
    assert target.compile_directly(app) is not None
    router.exception_handler(BrokenError)(saying("x"))
    target = next(one for one in app.router._compiled().targets if one.context.path == "/x")
    assert target.compile_directly(app) is None
