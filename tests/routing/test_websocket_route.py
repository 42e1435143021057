"""WebSocket endpoints: declaration and inclusion."""

from typing import Annotated, Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Match
from starlette.types import Scope
from starlette.websockets import WebSocketDisconnect

from ferroapi import APIRouter, Depends, FastAPI, Query, WebSocket, WebSocketException
from ferroapi.routing import APIWebSocketRoute
from ferroapi.testclient import TestClient


async def talk(websocket: WebSocket, name: str, q: Annotated[int, Query()] = 0) -> None:
    await websocket.accept()
    await websocket.send_json([name, q])
    await websocket.close()


def received(app: Any, path: str) -> Any:
    with TestClient(app).websocket_connect(path) as websocket:
        return websocket.receive_json()


def by_decorator(owner: Any) -> None:
    owner.websocket("/ws/{name}")(talk)


def by_method(owner: Any) -> None:
    owner.add_api_websocket_route("/ws/{name}", talk)


def by_object(owner: Any) -> None:
    getattr(owner, "router", owner).routes.append(APIWebSocketRoute("/ws/{name}", talk))


@pytest.mark.parametrize("declare", [by_decorator, by_method, by_object])
@pytest.mark.parametrize("included", [False, True])
def test_declared(declare: Any, included: bool) -> None:
    app = FastAPI()
    if included:
        router = APIRouter()
        declare(router)
        app.include_router(router, prefix="/in")
    else:
        declare(app)
    assert received(app, ("/in" if included else "") + "/ws/a?q=3") == ["a", 3]


def test_prefixes_and_names() -> None:
    router = APIRouter(prefix="/own")
    router.websocket("/ws/{name}", name="socket")(talk)
    app = FastAPI()
    app.include_router(router, prefix="/in")
    assert app.url_path_for("socket", name="b") == "/in/own/ws/b"
    assert received(app, "/in/own/ws/b") == ["b", 0]


def test_the_functions_name_without_another() -> None:
    route = APIWebSocketRoute("/", talk)
    assert (route.name, route.path, route.path_format) == ("talk", "/", "/")


def test_dependencies_of_all_levels_in_order() -> None:
    calls: list[str] = []

    def depends(name: str) -> Any:
        return Depends(lambda: calls.append(name))

    router = APIRouter(dependencies=[depends("router")])
    router.websocket("/ws/{name}", dependencies=[depends("route")])(talk)
    app = FastAPI(dependencies=[depends("app")])
    app.include_router(router, dependencies=[depends("inclusion")])
    assert received(app, "/ws/a") == ["a", 0]
    assert calls == ["app", "inclusion", "router", "route"]


def test_the_first_declared_wins() -> None:
    async def other(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_json("other")
        await websocket.close()

    app = FastAPI()
    app.websocket("/ws/{name}")(talk)
    app.websocket("/ws/me")(other)
    assert received(app, "/ws/me") == ["me", 0]


def test_http_and_websocket_may_share_a_path() -> None:
    app = FastAPI()
    app.get("/ws/{name}")(lambda name: name)
    app.websocket("/ws/{name}")(talk)
    assert received(app, "/ws/a") == ["a", 0]
    assert TestClient(app).get("/ws/a").json() == "a"


def test_an_unknown_path_is_refused() -> None:
    app = FastAPI()
    app.websocket("/ws/{name}")(talk)
    for path in ("/none", "/ws/a/"):
        with (
            pytest.raises(WebSocketDisconnect) as caught,
            TestClient(app).websocket_connect(path),
        ):
            pass
        assert caught.value.code == 1000


def test_starlettes_decorator() -> None:
    app = FastAPI()

    @app.websocket_route("/ws", name="plain")
    async def plain(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_json("plain")
        await websocket.close()

    assert received(app, "/ws") == "plain"
    assert app.url_path_for("plain") == "/ws"


def test_convertors() -> None:
    app = FastAPI()

    @app.websocket("/ws/{number:int}")
    async def read(websocket: WebSocket, number: int) -> None:
        await websocket.accept()
        await websocket.send_json([number, websocket.path_params["number"]])
        await websocket.close()

    assert received(app, "/ws/12") == [12, 12]


def test_a_route_without_a_router_of_ours() -> None:
    app = Starlette(routes=[APIWebSocketRoute("/ws/{name}", talk)])
    assert received(app, "/ws/a?q=2") == ["a", 2]
    with pytest.raises(WebSocketDisconnect), TestClient(app).websocket_connect("/none"):
        pass


def test_a_class_of_its_own() -> None:
    """What it overrides is asked, in the order of declaration."""

    class Picky(APIWebSocketRoute):
        def matches(self, scope: Any) -> Any:
            match, child_scope = super().matches(scope)
            return (match, child_scope) if b"pick" in scope["query_string"] else (Match.NONE, {})

    async def other(websocket: WebSocket, name: str) -> None:
        await websocket.accept()
        await websocket.send_json("other")
        await websocket.close()

    router = APIRouter()
    router.routes.append(Picky("/ws/{name}", talk))
    router.websocket("/ws/{name}")(other)
    app = FastAPI()
    app.include_router(router, prefix="/in")
    assert received(app, "/in/ws/a?pick=1&q=2") == ["a", 2]
    assert received(app, "/in/ws/a") == "other"


def test_a_route_that_was_used_alone_is_included_without_its_plan() -> None:
    class Deciding(APIWebSocketRoute):
        def matches(self, scope: Scope) -> tuple[Match, Scope]:
            return super().matches(scope)

    def refuse() -> None:
        raise WebSocketException(4000)

    route, app = Deciding("/ws/{name}", talk), FastAPI()
    assert received(Starlette(routes=[route]), "/ws/n") == ["n", 0]
    app.include_router(APIRouter(routes=[route]), dependencies=[Depends(refuse)])
    with pytest.raises(WebSocketDisconnect) as refused:
        received(app, "/ws/n")
    assert refused.value.code == 4000
