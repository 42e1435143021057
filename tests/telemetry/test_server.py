"""Server spans, metrics and log events of whole requests."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from opentelemetry import baggage, trace
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import StatusCode
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.types import Message, Scope
from starlette.websockets import WebSocketDisconnect

from ferroapi import APIRouter, Depends, FastAPI, HTTPException, Request, WebSocket
from ferroapi.routing import APIRoute
from ferroapi.telemetry import get_telemetry_data
from ferroapi.telemetry.configuration import complete_configuration
from ferroapi.telemetry.server import ServerTelemetry
from ferroapi.testclient import TestClient


def make_app(observed: Any, **settings: Any) -> FastAPI:
    app = FastAPI(telemetry={**observed.config, **settings})

    @app.get("/items/{item_id}")
    async def read(item_id: int) -> int:
        return item_id

    @app.get("/limited/{item_id}", max_body_size=10)
    async def limited(item_id: int) -> int:
        return item_id

    @app.get("/fail")
    def fail() -> None:
        raise ValueError("private")

    @app.get("/refuse")
    async def refuse() -> None:
        raise HTTPException(503)

    @app.get("/stream")
    async def stream() -> StreamingResponse:
        return StreamingResponse(iter(["a", "b"]))

    child = FastAPI()
    router = APIRouter(prefix="/api")

    @router.get("/{name}/")
    async def named(name: str) -> str:
        return name

    child.include_router(router)
    app.mount("/of/{tenant}", child)
    bare = APIRouter()
    bare.add_api_route("/{name}", named)
    app.mount("/bare", bare)
    return app


REQUESTS: list[tuple[str, str, str, int, str | None, str | None]] = [
    # what, method, path, status, route, error.type
    ("operation", "GET", "/items/1", 200, "/items/{item_id}", None),
    ("validation", "GET", "/items/x", 422, "/items/{item_id}", None),
    ("body limit", "GET", "/limited/1", 200, "/limited/{item_id}", None),
    ("unhandled", "GET", "/fail", 500, "/fail", "ValueError"),
    ("answered", "GET", "/refuse", 503, "/refuse", "503"),
    ("stream", "GET", "/stream", 200, "/stream", None),
    ("unknown path", "GET", "/missing", 404, None, None),
    ("wrong method", "POST", "/items/1", 405, "/items/{item_id}", None),
    ("slash", "GET", "/items/1/", 307, "/items/{item_id}", None),
    ("documentation", "GET", "/docs", 200, "/docs", None),
    ("mounted", "GET", "/of/us/api/x/", 200, "/of/{tenant}/api/{name}/", None),
    ("slash in a mount", "GET", "/of/us/api/x", 307, "/of/{tenant}/api/{name}/", None),
    ("nothing in a mount", "GET", "/of/us/y", 404, "/of/{tenant}/{path}", None),
    ("mounted router", "GET", "/bare/x", 200, "/bare/{name}", None),
]


@pytest.mark.parametrize("middleware", [False, True], ids=["alone", "below middleware"])
@pytest.mark.parametrize(
    ("method", "path", "status", "route", "error"),
    [row[1:] for row in REQUESTS],
    ids=[row[0] for row in REQUESTS],
)
def test_requests(
    observed: Any,
    method: str,
    path: str,
    status: int,
    route: str | None,
    error: str | None,
    middleware: bool,
) -> None:
    app = make_app(observed)
    if middleware:

        @app.middleware("http")
        async def pass_on(request: Request, call_next: Any) -> Any:
            return await call_next(request)

    client = TestClient(app, raise_server_exceptions=False)
    assert client.request(method, path, follow_redirects=False).status_code == status
    span = observed.server
    assert span.name == (method if route is None else f"{method} {route}")
    assert span.attributes["http.response.status_code"] == status
    assert span.attributes.get("http.route") == route
    assert span.attributes.get("error.type") == error
    assert span.status.status_code is (StatusCode.ERROR if status >= 500 else StatusCode.UNSET)
    assert span.events == ()
    (point,) = observed.points()
    assert point.count == 1
    assert point.attributes == {
        name: value
        for name, value in span.attributes.items()
        if not name.startswith(("url.path", "server."))
    }
    (active,) = observed.points("http.server.active_requests")
    assert active.value == 0
    assert get_telemetry_data() is None
    assert not trace.get_current_span().get_span_context().is_valid


@pytest.mark.parametrize("path", ["/items/1", "/of/us/api/1/", "/bare/1"])
def test_applications_that_are_not_observed_at_first(
    path: str, observed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Plans that were made for nobody are made again for an observer."""
    app = make_app(observed)
    client = TestClient(app)
    with monkeypatch.context() as nobody:
        nobody.setattr(ServerTelemetry, "observes", lambda *_: False)
        assert client.get(path).status_code == 200
    assert observed.spans == []
    assert client.get(path).status_code == 200
    assert len(observed.spans) == 4
    monkeypatch.setitem(vars(app), "_server_telemetry", None)
    assert client.get(path).status_code == 200
    assert len(observed.spans) == 4


def test_the_client_is_the_parent(observed: Any) -> None:
    app = FastAPI(telemetry=observed.config)

    @app.get("/")
    def root() -> dict[str, object]:
        return dict(baggage.get_all())

    headers = [
        ("traceparent", f"00-{'1' * 32}-{'2' * 16}-01"),
        ("baggage", "a=1"),
        ("baggage", "b=2"),
    ]
    assert TestClient(app).get("/", headers=headers).json() == {"a": "1", "b": "2"}
    assert observed.server.parent.span_id == int("2" * 16, 16)
    assert {span.context.trace_id for span in observed.spans} == {int("1" * 32, 16)}


@pytest.mark.parametrize(
    ("settings", "spans", "points", "logs"),
    [
        ({}, 3, 1, 1),
        ({"operation_spans": False}, 1, 1, 1),
        ({"tracing": False}, 0, 1, 1),
        ({"metrics": False}, 3, 0, 1),
        ({"logs": False}, 3, 1, 0),
        ({"tracing": False, "metrics": False, "logs": False}, 0, 0, 0),
        ({"exclude": lambda scope: scope["path"] == "/fail"}, 0, 0, 0),
        ({"exclude": lambda scope: False}, 3, 1, 1),
    ],
)
def test_settings(
    observed: Any, settings: dict[str, Any], spans: int, points: int, logs: int
) -> None:
    client = TestClient(make_app(observed, **settings), raise_server_exceptions=False)
    assert client.get("/fail").status_code == 500
    assert len(observed.spans) == spans
    assert sum(point.count for point in observed.points()) == points
    assert len(observed.logs) == logs


def test_requests_that_are_not_sampled_are_measured(observed: Any) -> None:
    observed.tracer_provider.sampler = ALWAYS_OFF
    assert TestClient(make_app(observed)).get("/items/1").json() == 1
    assert observed.spans == []
    assert observed.points()[0].count == 1


@pytest.mark.parametrize("middleware", [False, True], ids=["alone", "below middleware"])
def test_an_exception_is_logged_once(observed: Any, middleware: bool) -> None:
    app = make_app(observed)
    if middleware:
        app.add_middleware(lambda app: app)  # type: ignore[arg-type]  # a function is enough
    client = TestClient(app, raise_server_exceptions=False)
    assert client.get("/fail").status_code == 500
    (data,) = observed.logs
    record = data.log_record
    assert record.event_name == "http.server.request.exception"
    assert record.attributes["http.route"] == "/fail"
    assert record.attributes["exception.type"] == "ValueError"
    assert record.span_id == observed.server.context.span_id
    assert "private" not in repr([span.attributes for span in observed.spans])


def test_failed_validations_are_logged_without_inputs(observed: Any) -> None:
    assert TestClient(make_app(observed)).get("/items/private").status_code == 422
    (data,) = observed.logs
    assert data.log_record.event_name == "fastapi.validation.failed"
    assert data.log_record.body == "Request validation failed"
    assert data.log_record.attributes == {
        "http.route": "/items/{item_id}",
        "fastapi.validation.error_count": 1,
    }


def test_excluding_reaches_what_is_mounted_or_called(observed: Any) -> None:
    inner = make_app(observed)
    outer = make_app(observed, exclude=lambda scope: "hidden" in scope["path"])
    outer.mount("/hidden", inner)

    @outer.get("/hidden-caller")
    def call() -> int:
        assert get_telemetry_data() is None
        return 1

    client = TestClient(outer)
    assert client.get("/hidden/items/1").json() == 1
    assert client.get("/hidden-caller").json() == 1
    assert observed.spans == []
    assert client.get("/items/1").json() == 1
    assert observed.server.name == "GET /items/{item_id}"


def test_custom_route_handlers_have_operations_too(observed: Any) -> None:
    class Route(APIRoute):
        def get_route_handler(self) -> Any:
            handler = super().get_route_handler()

            async def add_header(request: Request) -> Any:
                response = await handler(request)
                response.headers["x-route"] = "1"
                return response

            return add_header

    app = FastAPI(telemetry=observed.config)
    router = APIRouter(route_class=Route)
    router.add_api_route("/", lambda: "ok")
    app.include_router(router, prefix="/in")
    assert TestClient(app).get("/in/").headers["x-route"] == "1"
    assert observed.names == [
        "fastapi.dependencies",
        "fastapi.endpoint",
        "fastapi.serialization",
        "GET /in/",
    ]


MESSAGES: dict[str, tuple[list[Message], str | None]] = {
    "complete": (
        [{"type": "http.response.start", "status": 200}, {"type": "http.response.body"}],
        None,
    ),
    "file": (
        [{"type": "http.response.start", "status": 200}, {"type": "http.response.pathsend"}],
        None,
    ),
    "trailers": (
        [
            {"type": "http.response.start", "status": 200, "trailers": True},
            {"type": "http.response.body"},
            {"type": "http.response.trailers", "more_trailers": True},
            {"type": "http.response.trailers"},
        ],
        None,
    ),
    "missing trailers": (
        [
            {"type": "http.response.start", "status": 200, "trailers": True},
            {"type": "http.response.body"},
        ],
        "RuntimeError",
    ),
    "half": (
        [
            {"type": "http.response.start", "status": 200},
            {"type": "http.response.body", "more_body": True},
        ],
        "RuntimeError",
    ),
    "nothing": ([], "RuntimeError"),
}


async def observe(observed: Any, app: Any) -> None:
    scope: Scope = {"type": "http", "method": "GET", "path": "/", "headers": []}

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        last = len(observed.spans)
        assert last == 0, "the span ends after the last message, not before"

    telemetry = ServerTelemetry(complete_configuration(observed.config))
    try:
        await telemetry(app, scope, receive, send)
    finally:
        assert "fastapi.telemetry" not in scope


@pytest.mark.parametrize(("messages", "error"), MESSAGES.values(), ids=MESSAGES)
def test_the_end_of_a_response(observed: Any, messages: list[Message], error: str | None) -> None:
    async def app(scope: Scope, receive: Any, send: Any) -> None:
        for message in messages:
            await send(message)

    asyncio.run(observe(observed, app))
    assert observed.server.attributes.get("error.type") == error
    assert observed.points()[0].count == 1


@pytest.mark.parametrize(
    ("error", "name"),
    [(asyncio.CancelledError(), "asyncio.exceptions.CancelledError"), (OSError(), "OSError")],
)
def test_what_ends_a_response_early(observed: Any, error: BaseException, name: str) -> None:
    async def app(scope: Scope, receive: Any, send: Any) -> None:
        raise error

    with pytest.raises(type(error)):
        asyncio.run(observe(observed, app))
    assert observed.server.attributes["error.type"] == name


def test_a_client_that_leaves(observed: Any) -> None:
    async def app(scope: Scope, receive: Any, send: Any) -> None:
        await receive()

    asyncio.run(observe(observed, app))
    assert observed.server.attributes["error.type"] == "ConnectionError"


def test_the_span_ends_before_background_and_teardown(observed: Any) -> None:
    app = FastAPI(telemetry=observed.config)
    seen = []

    async def dependency() -> Any:
        yield
        seen.append(len(observed.servers))

    @app.get("/", dependencies=[Depends(dependency)])
    async def root() -> PlainTextResponse:
        return PlainTextResponse("ok")

    assert TestClient(app).get("/").text == "ok"
    assert seen == [1]


@pytest.mark.parametrize(
    ("method", "known", "name"),
    [
        ("GET", "", "GET"),
        ("SECRET", "", "HTTP"),
        ("PROPFIND", " PROPFIND , ", "PROPFIND"),
        ("GET", "PROPFIND", "HTTP"),
    ],
)
def test_methods(
    observed: Any, monkeypatch: pytest.MonkeyPatch, method: str, known: str, name: str
) -> None:
    monkeypatch.setenv("OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS", known)
    TestClient(FastAPI(telemetry=observed.config)).request(method, "/")
    attributes = observed.server.attributes
    assert observed.server.name == name
    assert attributes["http.request.method"] == ("_OTHER" if name == "HTTP" else method)
    original = method if name == "HTTP" else None
    assert attributes.get("http.request.method_original") == original


@pytest.mark.parametrize(
    ("code", "failed"), [(1000, False), (1001, False), (1006, True), (None, True)]
)
def test_connections(observed: Any, code: int | None, failed: bool) -> None:
    app = FastAPI(telemetry=observed.config)

    @app.websocket("/rooms/{room}")
    async def talk(websocket: WebSocket, room: int) -> None:
        data = get_telemetry_data()
        assert data is not None
        assert data.websocket is websocket
        assert data.request is None
        assert data.values == {"websocket": websocket, "room": room}
        await websocket.accept()
        if code is None:
            raise ValueError
        await websocket.receive_text()

    with (
        pytest.raises(ValueError if code is None else WebSocketDisconnect),
        TestClient(app).websocket_connect("/rooms/1") as websocket,
    ):
        websocket.close(code=code or 1000)
    span = observed.server
    assert span.name == "WS /rooms/{room}"
    assert span.attributes["network.protocol.name"] == "websocket"
    assert (span.status.status_code is StatusCode.ERROR) == failed
    assert len(observed.logs) == failed
    assert observed.names == ["fastapi.dependencies", "fastapi.endpoint", "WS /rooms/{room}"]
    assert observed.points() == []
