"""Every sentence of the seed document, by the test that holds it.

Its snippets run as they stand, in a process where `fastapi` is the name of this package, and are
asked over sockets. What the document says beside them is tried on small applications.
"""

import json
from collections.abc import AsyncIterable, Callable, Iterable, Iterator, Mapping
from typing import Any

import httpx2
import pytest
from pydantic import BaseModel
from websockets.sync.client import connect

from ferroapi import APIRouter, Depends, FastAPI, Header, HTTPException, WebSocket
from ferroapi.exceptions import FastAPIError, ResponseValidationError
from ferroapi.responses import EventSourceResponse
from ferroapi.sse import ServerSentEvent
from ferroapi.testclient import TestClient

SENTENCES = {
    "Organize your API by grouping related path operations into routers and defining endpoints "
    "with specific HTTP methods, streaming capabilities, and WebSocket support.": [
        "test_router_with_everything"
    ],
    "Define endpoints directly on the FastAPI application instance using decorators for HTTP "
    "methods like @app.get(), @app.post(), @app.put(), and @app.delete().": [
        "test_define_path_operations",
        "test_methods_of_the_application",
    ],
    "Use APIRouter to organize your application into multiple files or logical groups.": [
        "test_include_routers"
    ],
    "You can apply shared prefixes, tags, and dependencies to all routes within a router.": [
        "test_include_routers_in_openapi",
        "test_shared_prefix_tags_and_dependencies",
    ],
    "Connect your routers to the main FastAPI application using app.include_router().": [
        "test_include_routers",
        "test_include_routers_in_openapi",
    ],
    "This codebase supports automatic streaming for JSON Lines (JSONL) and Server-Sent Events "
    "(SSE) based on return type annotations and response classes.": [
        "test_stream_jsonl",
        "test_stream_sse",
    ],
    "To stream data as application/jsonl, return an AsyncIterable or Iterable from your path "
    "operation.": ["test_stream_jsonl", "test_iterables_stream_as_jsonl"],
    "FastAPI will automatically serialize each yielded item and append a newline.": [
        "test_stream_jsonl",
        "test_iterables_stream_as_jsonl",
    ],
    "Use EventSourceResponse as the response_class to stream events.": ["test_stream_sse"],
    "You can yield plain objects (which are JSON-encoded) or ServerSentEvent objects for "
    "fine-grained control over event fields like event, id, and retry.": [
        "test_stream_sse",
        "test_event_fields",
    ],
    "Define WebSocket endpoints using the @app.websocket() decorator.": ["test_websocket"],
    "These endpoints integrate with the dependency injection system.": ["test_websocket"],
    "By default, strict_content_type is enabled.": ["test_strict_content_type_is_the_default"],
    "If a client sends a JSON body without a Content-Type: application/json header, the request "
    "will fail.": ["test_strict_content_type_is_the_default"],
    "You can disable this at the app or router level:": ["test_strict_content_type_disabled"],
    "Prefixes must start with / (e.g., /items).": ["test_prefix_rules"],
    "Prefixes must not end with /.": ["test_prefix_rules"],
    "If you include a router, the combination of the router prefix and the route path cannot "
    "result in an empty path.": ["test_empty_path"],
    "If your path operation returns data that does not match the response_model (or the type in "
    "AsyncIterable[Type]), FastAPI will raise a ResponseValidationError (HTTP 500).": [
        "test_response_validation",
        "test_response_validation_in_a_stream",
    ],
    "Ensure your return values strictly adhere to your Pydantic models.": [
        "test_response_validation"
    ],
}


class Item(BaseModel):
    name: str


Snippet = Callable[[str], str]


@pytest.fixture(scope="module")
def snippet(start_server: Callable[..., Any]) -> Snippet:
    """The address of a snippet, by its file."""
    server = start_server(["-m", "ferroapi.alias", "../tests/examples/seed_server.py"])
    ports = json.loads(server.wait_for(r"\{.*\}\n")[0])
    return lambda name: f"http://127.0.0.1:{ports[name]}"


@pytest.fixture(scope="module")
def client() -> Iterator[httpx2.Client]:
    with httpx2.Client(trust_env=False) as client:
        yield client


def client_of(*routers: APIRouter, **options: Any) -> TestClient:
    app = FastAPI()
    for router in routers:
        app.include_router(router)
    return TestClient(app, **options)


def test_sentences() -> None:
    """Every sentence names tests that exist, and every test is named by a sentence."""
    named = {test for tests in SENTENCES.values() for test in tests}
    existing = {name for name in globals() if name.startswith("test_")} - {"test_sentences"}
    assert named == existing


def test_router_with_everything() -> None:
    router = APIRouter(prefix="/group")

    @router.get("/item")
    async def read_item() -> Item:
        return Item(name="Plumbus")

    @router.get("/lines")
    async def stream_items() -> AsyncIterable[Item]:
        yield Item(name="Plumbus")

    @router.get("/events", response_class=EventSourceResponse)
    async def stream_events() -> AsyncIterable[Item]:
        yield Item(name="Plumbus")

    @router.websocket("/ws")
    async def greet(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text("Plumbus")
        await websocket.close()

    client = client_of(router)
    assert client.get("/group/item").text == '{"name":"Plumbus"}'
    assert client.get("/group/lines").text == '{"name":"Plumbus"}\n'
    assert client.get("/group/events").text == 'data: {"name":"Plumbus"}\n\n'
    with client.websocket_connect("/group/ws") as websocket:
        assert websocket.receive_text() == "Plumbus"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "expected"),
    [
        pytest.param(
            "POST",
            "/items/",
            '{"name": "Plumbus", "price": 3}',
            200,
            {"name": "Plumbus", "price": 3.0},
            id="create",
        ),
        pytest.param("GET", "/items/42", None, 200, {"item_id": 42}, id="read"),
        pytest.param(
            "POST",
            "/items/",
            '{"name": "Plumbus"}',
            422,
            {
                "detail": [
                    {
                        "type": "missing",
                        "loc": ["body", "price"],
                        "msg": "Field required",
                        "input": {"name": "Plumbus"},
                    }
                ]
            },
            id="field missing",
        ),
        pytest.param(
            "GET",
            "/items/plumbus",
            None,
            422,
            {
                "detail": [
                    {
                        "type": "int_parsing",
                        "loc": ["path", "item_id"],
                        "msg": "Input should be a valid integer, unable to parse string as an "
                        "integer",
                        "input": "plumbus",
                    }
                ]
            },
            id="not a number",
        ),
        pytest.param("GET", "/nothing", None, 404, {"detail": "Not Found"}, id="unknown path"),
        pytest.param(
            "PUT", "/items/42", None, 405, {"detail": "Method Not Allowed"}, id="wrong method"
        ),
    ],
)
def test_define_path_operations(
    snippet: Snippet,
    client: httpx2.Client,
    method: str,
    path: str,
    body: str | None,
    status: int,
    expected: object,
) -> None:
    response = client.request(
        method,
        snippet("define_path_operations") + path,
        content=body,
        headers={"Content-Type": "application/json"} if body else {},
    )
    assert (response.status_code, response.json()) == (status, expected)


@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_methods_of_the_application(method: str) -> None:
    app = FastAPI()
    getattr(app, method)("/item")(lambda: {"method": method})
    client = TestClient(app)
    assert client.request(method.upper(), "/item").json() == {"method": method}
    refused = client.request("PATCH", "/item")
    assert (refused.status_code, refused.headers["allow"]) == (405, method.upper())


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/users/", [{"username": "Rick"}, {"username": "Morty"}]),
        ("/items/", [{"name": "Plumbus"}, {"name": "Portal Gun"}]),
    ],
)
def test_include_routers(
    snippet: Snippet, client: httpx2.Client, path: str, expected: object
) -> None:
    response = client.get(snippet("include_routers.main") + path)
    assert (response.status_code, response.json()) == (200, expected)


@pytest.mark.parametrize(
    ("path", "tags", "statuses"),
    [("/users/", ["users"], {"200", "404"}), ("/items/", ["items"], {"200"})],
)
def test_include_routers_in_openapi(
    snippet: Snippet, client: httpx2.Client, path: str, tags: list[str], statuses: set[str]
) -> None:
    paths = client.get(snippet("include_routers.main") + "/openapi.json").json()["paths"]
    assert set(paths) == {"/users/", "/items/"}
    operation = paths[path]["get"]
    assert operation["tags"] == tags
    assert set(operation["responses"]) == statuses
    if "404" in statuses:
        assert operation["responses"]["404"] == {"description": "Not found"}


def test_shared_prefix_tags_and_dependencies() -> None:
    async def require_token(token: str = Header()) -> None:
        if token != "portal":
            raise HTTPException(401)

    router = APIRouter(prefix="/users", tags=["users"], dependencies=[Depends(require_token)])
    router.get("/first")(lambda: 1)
    router.get("/second")(lambda: 2)
    client = client_of(router)
    for path, expected in (("/users/first", 1), ("/users/second", 2)):
        assert client.get(path, headers={"token": "portal"}).json() == expected
        assert client.get(path, headers={"token": "guess"}).status_code == 401
        operation = client.get("/openapi.json").json()["paths"][path]["get"]
        assert operation["tags"] == ["users"]


def test_stream_jsonl(snippet: Snippet, client: httpx2.Client) -> None:
    response = client.get(snippet("stream_jsonl") + "/items/stream")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/jsonl"
    assert response.content == b'{"name":"Plumbus"}\n{"name":"Portal Gun"}\n'


async def stream_asynchronously() -> AsyncIterable[Item]:
    yield Item(name="Plumbus")
    yield Item(name="Portal Gun")


def stream_synchronously() -> Iterable[Item]:
    yield Item(name="Plumbus")
    yield Item(name="Portal Gun")


@pytest.mark.parametrize("endpoint", [stream_asynchronously, stream_synchronously])
def test_iterables_stream_as_jsonl(endpoint: Callable[[], object]) -> None:
    router = APIRouter()
    router.get("/")(endpoint)
    response = client_of(router).get("/")
    assert response.headers["content-type"] == "application/jsonl"
    assert response.content == b'{"name":"Plumbus"}\n{"name":"Portal Gun"}\n'


def test_stream_sse(snippet: Snippet, client: httpx2.Client) -> None:
    response = client.get(snippet("stream_sse") + "/events")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert response.content == (
        b"event: greeting\n"
        b'data: "hello"\n'
        b"id: 1\n"
        b"\n"
        b'data: {"msg": "plain data is also supported"}\n'
        b"\n"
    )


@pytest.mark.parametrize(
    ("yielded", "expected"),
    [
        ({"a": 1}, 'data: {"a": 1}\n\n'),
        (Item(name="Plumbus"), 'data: {"name": "Plumbus"}\n\n'),
        ("text", 'data: "text"\n\n'),
        (ServerSentEvent(data=1, event="count"), "event: count\ndata: 1\n\n"),
        (ServerSentEvent(data=1, id="7"), "data: 1\nid: 7\n\n"),
        (ServerSentEvent(data=1, retry=5000), "data: 1\nretry: 5000\n\n"),
        (ServerSentEvent(raw_data="two\nlines"), "data: two\ndata: lines\n\n"),
        (ServerSentEvent(comment="nothing new"), ": nothing new\n\n"),
    ],
    ids=["dict", "model", "str", "event", "id", "retry", "raw data", "comment"],
)
def test_event_fields(yielded: object, expected: str) -> None:
    router = APIRouter()

    @router.get("/", response_class=EventSourceResponse)
    async def stream_events():  # type: ignore[no-untyped-def]  # events without a type
        yield yielded

    assert client_of(router).get("/").text == expected


@pytest.mark.parametrize(
    ("headers", "session"),
    [({"Cookie": "session=abc"}, "abc"), ({"Cookie": "other=1"}, "None"), ({}, "None")],
    ids=["cookie", "another cookie", "no cookie"],
)
def test_websocket(snippet: Snippet, headers: Mapping[str, str], session: str) -> None:
    url = snippet("websocket_connections").replace("http", "ws") + "/ws"
    with connect(url, additional_headers=headers, proxy=None) as websocket:
        for text in ("hello", "again"):
            websocket.send(text)
            assert websocket.recv(timeout=5) == f"Session {session} sent: {text}"


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        (None, 422),
        ("text/plain", 422),
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
    ],
)
@pytest.mark.parametrize(
    "operation",
    ["define_path_operations /items/", "strict_content_type /strict/outside/"],
    ids=["snippet", "beside the router"],
)
def test_strict_content_type_is_the_default(
    snippet: Snippet,
    client: httpx2.Client,
    operation: str,
    content_type: str | None,
    status: int,
) -> None:
    name, path = operation.split()
    response = client.post(
        snippet(name) + path,
        content=b'{"name": "Plumbus", "price": 3}',
        headers={"Content-Type": content_type} if content_type else {},
    )
    assert response.status_code == status
    if status == 422:
        (fault,) = response.json()["detail"]
        assert (fault["type"], fault["loc"]) == ("model_attributes_type", ["body"])


@pytest.mark.parametrize(
    ("content_type", "status"), [(None, 200), ("application/json", 200), ("text/plain", 422)]
)
@pytest.mark.parametrize("path", ["/items/", "/strict/inside/"], ids=["app", "router"])
def test_strict_content_type_disabled(
    snippet: Snippet, client: httpx2.Client, path: str, content_type: str | None, status: int
) -> None:
    response = client.post(
        snippet("strict_content_type") + path,
        content=b'{"name": "Plumbus"}',
        headers={"Content-Type": content_type} if content_type else {},
    )
    assert response.status_code == status


@pytest.mark.parametrize(
    ("prefix", "message"),
    [
        ("items", "A path prefix must start with '/'"),
        ("items/", "A path prefix must start with '/'"),
        ("/items/", "A path prefix must not end with '/', as the routes will start with '/'"),
        ("/", "A path prefix must not end with '/', as the routes will start with '/'"),
    ],
)
@pytest.mark.parametrize(
    "use",
    [
        lambda prefix: APIRouter(prefix=prefix),
        lambda prefix: FastAPI().include_router(APIRouter(), prefix=prefix),
        lambda prefix: APIRouter().include_router(APIRouter(), prefix=prefix),
    ],
    ids=["APIRouter", "FastAPI.include_router", "APIRouter.include_router"],
)
def test_prefix_rules(use: Callable[[str], object], prefix: str, message: str) -> None:
    with pytest.raises(AssertionError) as raised:
        use(prefix)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("own", "given", "path"), [("/items", "", ""), ("", "/items", ""), ("", "", "/items")]
)
def test_empty_path(own: str, given: str, path: str) -> None:
    def router(prefix: str, path: str) -> APIRouter:
        router = APIRouter(prefix=prefix)

        @router.get(path)
        def read_items() -> str:
            return "items"

        return router

    app = FastAPI()
    app.include_router(router(own, path), prefix=given)
    assert TestClient(app).get("/items").json() == "items"
    with pytest.raises(FastAPIError) as raised:
        FastAPI().include_router(router("", ""))
    expected = "Prefix and path cannot be both empty (path operation: read_items)"
    assert str(raised.value) == expected


@pytest.mark.parametrize(
    ("returned", "status"),
    [({"name": "Plumbus"}, 200), ({"name": 1}, 500), ({}, 500), (None, 500), ([], 500)],
)
@pytest.mark.parametrize("how", ["annotation", "response_model"])
def test_response_validation(how: str, returned: object, status: int) -> None:
    router = APIRouter()
    if how == "annotation":

        @router.get("/")
        def read_annotated() -> Item:
            return returned  # type: ignore[return-value]  # the mistake under test

    else:

        @router.get("/", response_model=Item)
        def read_declared() -> object:
            return returned

    response = client_of(router, raise_server_exceptions=False).get("/")
    assert response.status_code == status
    if status == 200:
        assert response.json() == returned
    else:
        with pytest.raises(ResponseValidationError):
            client_of(router).get("/")


def test_response_validation_in_a_stream() -> None:
    router = APIRouter()

    @router.get("/")
    async def stream_items() -> AsyncIterable[Item]:
        yield {"name": 1}  # type: ignore[misc]  # the mistake under test

    with pytest.raises(ResponseValidationError):
        client_of(router).get("/")
