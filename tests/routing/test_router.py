"""A router alone, and its keywords."""

from typing import Any

import pytest
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from ferroapi import APIRouter, FastAPI, Request, WebSocket
from ferroapi.responses import PlainTextResponse, Response
from ferroapi.routing import APIRoute
from ferroapi.testclient import TestClient


async def plain(request: Request) -> Response:
    return PlainTextResponse("plain")


def test_unknown_keywords_are_refused() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'preffix'"):
        APIRouter(preffix="/x")  # type: ignore[call-arg]  # that is the point
    with pytest.raises(TypeError, match="unexpected keyword argument 'preffix'"):
        FastAPI().include_router(APIRouter(), preffix="/x")


@pytest.mark.parametrize(("value", "mapping"), [(None, None), ([], {})])
def test_options_of_an_inclusion_may_be_empty(value: Any, mapping: Any) -> None:
    router = APIRouter(tags=["own"])
    router.get("/x")(lambda: "x")
    app = FastAPI()
    app.include_router(
        router, tags=value, dependencies=value, responses=mapping, callbacks=value, deprecated=None
    )
    assert TestClient(app).get("/x").json() == "x"
    assert app.openapi()["paths"]["/x"]["get"]["tags"] == ["own"]


def test_plain_routes() -> None:
    app = FastAPI()
    app.router.add_route("/method", plain, methods=["POST"], name="method")
    app.router.route("/decorated", methods=["GET"], name="decorated")(plain)
    app.add_route("/app", plain)
    client = TestClient(app)
    assert client.post("/method").text == client.get("/decorated").text == "plain"
    assert client.get("/app").text == "plain"
    assert client.get("/method").status_code == 405
    assert app.url_path_for("method") == "/method"
    assert app.openapi()["paths"] == {}


def test_a_router_is_an_application_of_its_own_below_a_mount() -> None:
    """Errors are answered by the application around it."""
    router = APIRouter()

    @router.get("/items/{number}")
    async def read(number: int, request: Request) -> list[Any]:
        return [number, request.url.path]

    app = FastAPI()
    app.mount("/sub", router)
    client = TestClient(app)
    assert client.get("/sub/items/3").json() == [3, "/sub/items/3"]
    assert client.get("/sub/items/x").status_code == 422
    assert client.get("/sub/none").json() == {"detail": "Not Found"}


def test_attributes() -> None:
    """What was given is there under its name."""
    router = APIRouter(prefix="/p", tags=["t"], deprecated=True, include_in_schema=False)
    assert (router.prefix, router.tags, router.deprecated) == ("/p", ["t"], True)
    assert router.include_in_schema is False
    assert router.dependencies == []
    assert router.redirect_slashes is True


def test_settings_of_a_router_count_when_a_route_is_declared() -> None:
    router = APIRouter()
    router.get("/before")(lambda: 1)
    router.tags.append("late")
    router.get("/after")(lambda: 1)
    app = FastAPI()
    app.router.routes.extend(router.routes)
    paths = app.openapi()["paths"]
    assert "tags" not in paths["/before"]["get"]
    assert paths["/after"]["get"]["tags"] == ["late"]


class ByVersion(APIRouter):
    """Takes requests of one version, told by a header."""

    version = "1"

    def matches(self, scope: Any) -> Any:
        if dict(scope["headers"]).get(b"x-version", b"1").decode() != self.version:
            return Match.NONE, {}
        return super().matches(scope)

    async def handle(self, scope: Any, receive: Any, send: Any) -> None:
        scope["handled_by"] = self.version
        await super().handle(scope, receive, send)


class Second(ByVersion):
    version = "2"


def versioned(depth: int = 0) -> TestClient:
    """Two routers with the same path, and a route after them."""
    app = FastAPI()
    for router in (ByVersion(prefix="/items"), Second(prefix="/items")):

        @router.get("/{number}", operation_id=f"read_{router.version}")
        async def read(number: int, request: Request, version: str = router.version) -> list[Any]:
            return [version, number, request.scope["handled_by"]]

        @router.websocket("/{number}")
        async def talk(websocket: WebSocket, version: str = router.version) -> None:
            await websocket.accept()
            await websocket.send_text(version)
            await websocket.close()

        included: APIRouter = router
        for _ in range(depth):
            outer = APIRouter()
            outer.include_router(included, prefix="/d")
            included = outer
        app.include_router(included, prefix="/in")
    app.get("/in/items/{number}")(lambda: "after")
    return TestClient(app)


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_routers_that_decide(depth: int) -> None:
    """An included router may refuse what its routes would take, and do more around it."""
    client = versioned(depth)
    path = f"/in{'/d' * depth}/items"
    for version in ("1", "2"):
        headers = {"x-version": version}
        assert client.get(f"{path}/7", headers=headers).json() == [version, 7, version]
        assert client.get(f"{path}/x", headers=headers).status_code == 422
        assert client.post(f"{path}/7", headers=headers).status_code == 405
        with client.websocket_connect(f"{path}/7", headers=headers) as websocket:
            assert websocket.receive_text() == version
    assert client.get(f"{path}/7", headers={"x-version": "3"}).status_code == (
        404 if depth else 200
    )
    assert f"{path}/{{number}}" in client.get("/openapi.json").json()["paths"]


def test_a_router_that_decides_alone() -> None:
    """Nobody asks a router whether it wants what it was given."""
    router = Second()
    router.get("/x")(lambda: "x")
    app = FastAPI()
    app.mount("/sub", router)
    assert TestClient(app).get("/sub/x").json() == "x"


def test_what_answers_the_rest_may_change_between_requests() -> None:
    async def rest(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("rest")(scope, receive, send)

    app = FastAPI()
    app.get("/a/")(lambda: "a")
    client = TestClient(app)
    assert client.get("/b").status_code == 404
    app.router.default = rest
    assert client.get("/b").text == "rest"
    assert client.get("/a").json() == "a"
    app.router.redirect_slashes = False
    assert client.get("/a").text == "rest"
    assert not app.router.redirect_slashes
    assert app.router.default is rest


class Asked(APIRoute):
    """A route with a `matches` of its own."""

    def matches(self, scope: Any) -> Any:
        return super().matches(scope)


@pytest.mark.parametrize("route_class", [APIRoute, Asked])
def test_another_router_has_the_path_with_the_method(route_class: type[APIRoute]) -> None:
    app = FastAPI()
    for method in ("GET", "PUT"):
        router = ByVersion(route_class=route_class)
        router.add_api_route("/a", lambda: "a", methods=[method])
        app.include_router(router)
    client = TestClient(app)
    found = {method: client.request(method, "/a").status_code for method in ("GET", "PUT", "POST")}
    assert found == {"GET": 200, "PUT": 200, "POST": 405}
