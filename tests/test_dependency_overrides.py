"""Replacing dependencies: by every way to change a dictionary, at any time."""

from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from ferroapi import (
    APIRouter,
    Depends,
    FastAPI,
    Header,
    Query,
    Request,
    Response,
    Security,
    WebSocket,
)
from ferroapi.routing import APIRoute, APIWebSocketRoute
from ferroapi.security import SecurityScopes
from ferroapi.testclient import TestClient


def original(q: int = 0) -> str:
    return f"original {q}"


def replacement() -> str:
    return "replacement"


def other() -> str:
    return "other"


@pytest.fixture
def app() -> FastAPI:
    app = FastAPI()
    router = APIRouter()

    @router.get("/")
    async def read(value: Annotated[str, Depends(original)]) -> str:
        return value

    app.include_router(router, prefix="/r")
    app.get("/")(read)
    return app


def value(app: FastAPI) -> Any:
    found = {TestClient(app).get(path).json() for path in ("/", "/r/")}
    assert len(found) == 1
    return found.pop()


def assign(app: Any, overrides: Any) -> None:
    app.dependency_overrides = overrides


def in_place(app: FastAPI) -> None:
    app.dependency_overrides |= {original: replacement}


# name: (a change of an application without overrides, of one with `other`; what is used then)
CHANGES: dict[str, tuple[Any, str, str]] = {
    "set": (
        lambda app: app.dependency_overrides.__setitem__(original, replacement),
        *("replacement", "replacement"),
    ),
    "update": (
        lambda app: app.dependency_overrides.update({original: replacement}),
        *("replacement", "replacement"),
    ),
    "setdefault": (
        lambda app: app.dependency_overrides.setdefault(original, replacement),
        *("replacement", "other"),
    ),
    "in_place": (in_place, "replacement", "replacement"),
    "assign": (lambda app: assign(app, {original: replacement}), "replacement", "replacement"),
    "assign_empty": (lambda app: assign(app, {}), "original 0", "original 0"),
    "pop": (
        lambda app: app.dependency_overrides.pop(original, None),
        *("original 0", "original 0"),
    ),
    "clear": (lambda app: app.dependency_overrides.clear(), "original 0", "original 0"),
    "none": (
        lambda app: app.dependency_overrides.__setitem__(original, None),
        *("original 0", "original 0"),
    ),
}


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize(("change", "without", "with_other"), CHANGES.values(), ids=CHANGES)
def test_change(app: FastAPI, change: Any, without: str, with_other: str, late: bool) -> None:
    """Before the first request and after it."""
    if late:
        assert value(app) == "original 0"
    change(app)
    assert value(app) == without
    app.dependency_overrides.clear()
    app.dependency_overrides[original] = other
    assert value(app) == "other"
    change(app)
    assert value(app) == with_other


def test_removing_one(app: FastAPI) -> None:
    app.dependency_overrides[original] = other
    assert value(app) == "other"
    del app.dependency_overrides[original]
    assert value(app) == "original 0"
    app.dependency_overrides[original] = other
    assert app.dependency_overrides.popitem() == (original, other)
    assert value(app) == "original 0"


def test_it_is_a_dictionary(app: FastAPI) -> None:
    assert app.dependency_overrides == {}
    assert isinstance(app.dependency_overrides, dict)
    app.dependency_overrides[original] = other
    assert list(app.dependency_overrides.items()) == [(original, other)]
    with pytest.raises(KeyError):
        del app.dependency_overrides[other]


def test_a_replacement_has_parameters_of_its_own(app: FastAPI) -> None:
    """They are required now; the schema still shows those of the original."""

    def with_parameters(x_token: Annotated[str, Header()], below: str = Depends(other)) -> str:
        return f"{x_token} {below}"

    app.dependency_overrides[original] = with_parameters
    client = TestClient(app)
    assert client.get("/", headers={"x-token": "t"}).json() == "t other"
    assert client.get("/").json()["detail"][0]["loc"] == ["header", "x-token"]
    (parameter,) = app.openapi()["paths"]["/"]["get"]["parameters"]
    assert parameter["name"] == "q"


def test_a_replacement_may_ask_for_a_body(app: FastAPI) -> None:
    def body(item: dict[str, int]) -> str:
        return str(item)

    app.dependency_overrides[original] = body
    assert TestClient(app).request("GET", "/", json={"a": 1}).json() == "{'a': 1}"


@pytest.mark.parametrize("path", ["/", "/r/"])
def test_a_replacement_that_cannot_be_meant_is_an_error_of_the_request(
    app: FastAPI, path: str
) -> None:
    def twice(q: Annotated[int, Query(1)] = 2) -> None: ...

    handled: list[type[Exception]] = []

    @app.exception_handler(AssertionError)
    def handle(request: Request, error: AssertionError) -> Response:
        handled.append(type(error))
        return Response(status_code=418)

    client = TestClient(app, raise_server_exceptions=False)
    app.dependency_overrides[original] = twice
    assert [client.get(path).status_code for _ in range(2)] == [418, 418]
    assert handled == [AssertionError, AssertionError]
    app.exception_handlers.pop(AssertionError)
    app.middleware_stack = None
    assert client.get(path).text == "Internal Server Error"
    app.dependency_overrides.clear()
    assert value(app) == "original 0"


def test_replacements_are_replaced_below_but_not_themselves(app: FastAPI) -> None:
    def above(below: Annotated[str, Depends(other)]) -> str:
        return f"above {below}"

    app.dependency_overrides.update({original: above, other: replacement, above: other})
    assert value(app) == "above replacement"


def test_other_kinds(app: FastAPI) -> None:
    """A generator for a function, with its teardown."""
    events: list[str] = []

    def generator() -> Iterator[str]:
        yield "generator"
        events.append("left")

    app.dependency_overrides[original] = generator
    assert TestClient(app).get("/").json() == "generator"
    assert events == ["left"]


def test_lists_and_shared_values() -> None:
    calls: list[str] = []

    def note(name: str) -> Any:
        return lambda: calls.append(name)

    listed, shared = note("listed"), note("shared")
    app = FastAPI(dependencies=[Depends(listed)])

    @app.get("/", dependencies=[Depends(shared)])
    def read(a: Annotated[None, Depends(shared)]) -> None: ...

    app.dependency_overrides = {listed: note("new listed"), shared: note("new shared")}
    assert TestClient(app).get("/").status_code == 200
    assert calls == ["new listed", "new shared"]


def test_scopes_reach_the_replacement() -> None:
    def check(scopes: SecurityScopes) -> list[str]:
        return []

    def tell(scopes: SecurityScopes) -> list[str]:
        return scopes.scopes

    def user(found: Annotated[list[str], Security(check, scopes=["inner"])]) -> list[str]:
        return found

    app = FastAPI()

    @app.get("/")
    def read(found: Annotated[list[str], Security(user, scopes=["outer"])]) -> list[str]:
        return found

    app.dependency_overrides[check] = tell
    assert TestClient(app).get("/").json() == ["outer", "inner"]


def test_websockets() -> None:
    app = FastAPI()

    @app.websocket("/")
    async def talk(websocket: WebSocket, value: Annotated[str, Depends(original)]) -> None:
        await websocket.accept()
        await websocket.send_text(value)
        await websocket.close()

    def received() -> str:
        with TestClient(app).websocket_connect("/") as websocket:
            return websocket.receive_text()

    assert received() == "original 0"
    app.dependency_overrides[original] = other
    assert received() == "other"
    app.dependency_overrides.clear()
    assert received() == "original 0"


class MatchingRoute(APIRoute):
    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        return super().matches(scope)


class HandlingRoute(APIRoute):
    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await super().handle(scope, receive, send)


class HandlingRouter(APIRouter):
    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await super().handle(scope, receive, send)


@pytest.mark.parametrize(
    "router",
    [
        APIRouter(route_class=MatchingRoute),
        APIRouter(route_class=HandlingRoute),
        HandlingRouter(),
        HandlingRouter(route_class=HandlingRoute),
    ],
)
def test_routes_and_routers_that_decide_see_them_change(router: APIRouter) -> None:
    @router.get("/")
    async def read(value: Annotated[str, Depends(original)]) -> str:
        return value

    app, outer = FastAPI(), HandlingRouter()
    app.router.route_class = router.route_class
    outer.include_router(router)
    app.get("/")(read)
    app.include_router(outer, prefix="/r")
    for change, expected in (
        ({}, "original 0"),
        ({original: other}, "other"),
        ({original: replacement}, "replacement"),
        ({}, "original 0"),
    ):
        assign(app, change)
        assert value(app) == expected


def test_websocket_routes_that_decide_see_them_change() -> None:
    class Deciding(APIWebSocketRoute):
        def matches(self, scope: Scope) -> tuple[Match, Scope]:
            return super().matches(scope)

    async def talk(websocket: WebSocket, value: Annotated[str, Depends(original)]) -> None:
        await websocket.accept()
        await websocket.send_text(value)

    app = FastAPI()
    app.include_router(APIRouter(routes=[Deciding("/", talk)]))
    for change, expected in (({}, "original 0"), ({original: other}, "other")):
        assign(app, change)
        with TestClient(app).websocket_connect("/") as websocket:
            assert websocket.receive_text() == expected


def test_endpoints_are_not_replaced(app: FastAPI) -> None:
    endpoint = app.router.routes[-1].endpoint  # type: ignore[attr-defined]  # it is an APIRoute
    app.dependency_overrides[endpoint] = other
    assert value(app) == "original 0"


def test_routes_used_without_a_router_see_none() -> None:
    """A router alone has no overrides, unless it is told whose."""

    class Provider:
        dependency_overrides = {original: other}  # noqa: RUF012  # as an application has it

    router = APIRouter(dependency_overrides_provider=Provider())

    @router.get("/")
    async def read(value: Annotated[str, Depends(original)]) -> str:
        return value

    app = FastAPI()
    app.mount("/sub", router)
    assert TestClient(app).get("/sub/").json() == "other"


def test_a_change_within_a_request_counts_from_the_next_one(app: FastAPI) -> None:
    def change() -> None:
        app.dependency_overrides[original] = replacement

    @app.get("/changing")
    async def changing(_: Annotated[None, Depends(change)], v: Annotated[str, Depends(original)]):  # type: ignore[no-untyped-def]  # the value as it is
        return v

    client = TestClient(app)
    assert [client.get("/changing").json() for _ in "ab"] == ["original 0", "replacement"]


def test_a_block_overrides_and_puts_back_what_was_there(app: FastAPI) -> None:
    with app.override({original: replacement}):
        assert value(app) == "replacement"
        with app.override({original: other}):
            assert value(app) == "other"
        assert value(app) == "replacement"
    assert value(app) == "original 0"
    assert app.dependency_overrides == {}


def test_a_block_puts_back_after_an_exception_and_in_a_mapping_of_the_users(app: FastAPI) -> None:
    app.dependency_overrides = {other: original}
    with pytest.raises(ZeroDivisionError), app.override({original: replacement}):
        raise ZeroDivisionError(value(app))
    assert app.dependency_overrides == {other: original}
    assert value(app) == "original 0"


@pytest.mark.parametrize("replacements", [{original: "fake"}, {"original": other}])
def test_what_cannot_be_called_overrides_nothing(app: FastAPI, replacements: Any) -> None:
    with pytest.raises(TypeError, match="is no dependency"), app.override(replacements):
        pass
    assert app.dependency_overrides == {}
