"""The application: its keywords, attributes and middleware."""

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.datastructures import State
from starlette.middleware import Middleware
from starlette.routing import Router

from ferroapi import APIRouter, Depends, FastAPI, Request, Response
from ferroapi.exceptions import FastAPIDeprecationWarning
from ferroapi.responses import JSONResponse, PlainTextResponse
from ferroapi.testclient import TestClient


def test_keywords_only() -> None:
    parameters = list(inspect.signature(FastAPI.__init__).parameters.values())[1:]
    assert {parameter.kind for parameter in parameters} == {inspect.Parameter.KEYWORD_ONLY}
    with pytest.raises(TypeError):
        FastAPI("title")  # type: ignore[misc]  # that is the point
    with pytest.raises(TypeError, match="unexpected keyword argument 'tytle'"):
        FastAPI(tytle="x")  # type: ignore[call-arg]  # that is the point


# name: (keywords, the error)
WRONG = {
    "title": ({"title": ""}, "A title must be provided for OpenAPI, e.g.: 'My API'"),
    "version": ({"version": ""}, "A version must be provided for OpenAPI, e.g.: '2.1.0'"),
}


@pytest.mark.parametrize(("keywords", "text"), WRONG.values(), ids=WRONG)
def test_wrong_keywords(keywords: dict[str, Any], text: str) -> None:
    with pytest.raises(AssertionError) as caught:
        FastAPI(**keywords)
    assert str(caught.value) == text
    FastAPI(**keywords, openapi_url=None)


# name: (attribute, its value without a keyword)
ATTRIBUTES: dict[str, Any] = {
    "debug": False,
    "title": "FastAPI",
    "summary": None,
    "description": "",
    "version": "0.1.0",
    "openapi_url": "/openapi.json",
    "openapi_version": "3.1.0",
    "openapi_schema": None,
    "docs_url": "/docs",
    "redoc_url": "/redoc",
    "scalar_url": None,
    "swagger_ui_oauth2_redirect_url": "/docs/oauth2-redirect",
    "servers": [],
    "root_path": "",
    "root_path_in_servers": True,
    "separate_input_output_schemas": True,
    "dependency_overrides": {},
    "user_middleware": [],
    "middleware_stack": None,
}


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_attribute(name: str) -> None:
    assert getattr(FastAPI(), name) == ATTRIBUTES[name]


def test_it_is_starlettes() -> None:
    """Code that asks for Starlette's classes finds them."""
    app = FastAPI()
    assert isinstance(app, Starlette)
    assert isinstance(app.state, State)
    assert isinstance(app.router, APIRouter)
    assert isinstance(app.webhooks, APIRouter)
    assert app.routes is app.router.routes


def test_state() -> None:
    app = FastAPI()
    app.state.name = "value"

    @app.get("/")
    async def read(request: Request) -> str:
        return str(request.app.state.name)

    assert TestClient(app).get("/").json() == "value"


class Naming:
    """Adds its name to a header on the way out."""

    def __init__(self, app: Any, name: str) -> None:
        self.app = app
        self.name = name

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def named(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-name", self.name.encode())]
            await send(message)

        await self.app(scope, receive, named)


def test_order_of_middleware() -> None:
    """The first given is outermost; the last added is outside of all."""
    app = FastAPI(middleware=[Middleware(Naming, "given 1"), Middleware(Naming, "given 2")])
    app.add_middleware(Naming, name="added 1")
    app.add_middleware(Naming, "added 2")
    app.get("/")(lambda: 1)
    names = TestClient(app).get("/").headers.get_list("x-name")
    assert names == ["given 2", "given 1", "added 1", "added 2"]


def test_middleware_functions(loop: dict[str, Any]) -> None:
    app = FastAPI()

    @app.middleware("http")
    async def note(request: Request, call_next: Callable[[Request], Any]) -> Response:
        response: Response = await call_next(request)
        response.headers["x-path"] = request.url.path
        return response

    app.get("/a")(lambda: 1)
    client = TestClient(app, **loop)
    assert client.get("/a").headers["x-path"] == "/a"
    assert client.get("/none").headers["x-path"] == "/none"
    assert inspect.iscoroutinefunction(note)


@pytest.mark.parametrize("options", [{}, {"max_body_size": 9}], ids=["unlimited", "limited"])
def test_middleware_leads_to_the_router(options: dict[str, Any]) -> None:
    """Monitoring tools follow `app` from their middleware to it."""
    found = []

    class Following:
        def __init__(self, app: Any) -> None:
            self.app = inner = app
            while not isinstance(inner, Router):
                inner = inner.app
            found.append(inner)

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            await self.app(scope, receive, send)

    app = FastAPI(**options)
    app.middleware("http")(lambda request, call_next: call_next(request))
    app.add_middleware(Following)
    app.get("/")(lambda: "read")
    assert TestClient(app).get("/").json() == "read"
    assert found == [app.router]


def test_middleware_may_answer() -> None:
    class Closed:
        def __init__(self, app: Any) -> None: ...

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            await PlainTextResponse("closed", 503)(scope, receive, send)

    app = FastAPI(middleware=[Middleware(Closed)])
    app.get("/")(lambda: 1)
    assert TestClient(app).get("/").text == "closed"


def test_middleware_cannot_come_late() -> None:
    app = FastAPI()
    TestClient(app).get("/")
    with pytest.raises(
        RuntimeError, match="Cannot add middleware after an application has started"
    ):
        app.add_middleware(Naming, name="late")


def test_middleware_of_a_known_kind() -> None:
    """(FastAPI does not look at it.)"""
    with pytest.raises(AssertionError):
        FastAPI().middleware("https")


def test_default_response_class() -> None:
    class Own(JSONResponse):
        media_type = "application/x-own"

    app = FastAPI(default_response_class=Own)
    app.get("/")(lambda: 1)
    assert TestClient(app).get("/").headers["content-type"] == "application/x-own"


def test_options_for_all_operations() -> None:
    calls: list[str] = []
    app = FastAPI(
        dependencies=[Depends(lambda: calls.append("called"))],
        responses={404: {"description": "Nowhere"}},
        deprecated=True,
        generate_unique_id_function=lambda route: f"own-{route.name}",
    )

    @app.get("/")
    def read() -> None: ...

    TestClient(app).get("/")
    operation = app.openapi()["paths"]["/"]["get"]
    assert calls == ["called"]
    assert operation["responses"]["404"]["description"] == "Nowhere"
    assert (operation["deprecated"], operation["operationId"]) == (True, "own-read")


def test_root_path_is_deprecated() -> None:
    with pytest.warns(FastAPIDeprecationWarning, match="The `root_path` parameter is deprecated"):
        app = FastAPI(root_path="/api")

    @app.get("/items")
    async def read(request: Request) -> list[str]:
        return [request.scope["root_path"], str(request.url)]

    client = TestClient(app)
    assert client.get("/items").json() == ["/api", "http://testserver/items"]
    assert client.get("/openapi.json").json()["servers"] == [{"url": "/api"}]


def test_an_application_in_an_application() -> None:
    inner, outer = FastAPI(), FastAPI()
    inner.get("/x")(lambda: "inner")
    outer.get("/x")(lambda: "outer")
    outer.mount("/sub", inner)
    client = TestClient(outer)
    assert [client.get(path).json() for path in ("/x", "/sub/x")] == ["outer", "inner"]
    assert list(client.get("/sub/openapi.json").json()["paths"]) == ["/x"]
    assert list(client.get("/openapi.json").json()["paths"]) == ["/x"]
    assert client.get("/sub/openapi.json").json()["servers"] == [{"url": "/sub"}]


def test_a_subclass() -> None:
    class Own(FastAPI):
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            scope["own"] = "yes"
            await super().__call__(scope, receive, send)

    app = Own()

    @app.get("/")
    async def read(request: Request) -> str:
        return str(request.scope["own"])

    assert TestClient(app).get("/").json() == "yes"


@pytest.mark.parametrize("name", ["route", "add_websocket_route", "add_event_handler"])
def test_what_only_routers_have(name: str) -> None:
    assert not hasattr(FastAPI(), name)
