"""What an application serves, as data."""

from enum import Enum
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Host, Mount, Route

from ferroapi import APIRouter, Depends, FastAPI, WebSocket
from ferroapi.routing import RouteEntry
from ferroapi.staticfiles import StaticFiles
from ferroapi.testclient import TestClient

HERE = __file__


def first() -> int:
    return 1


def second(one: Annotated[int, Depends(first)]) -> int:
    return one


def third() -> None: ...


async def read(two: Annotated[int, Depends(second)], one: Annotated[int, Depends(first)]) -> int:
    return one + two


async def talk(socket: WebSocket) -> None: ...


class Callable:
    def __call__(self) -> int:
        return 1


class Tag(Enum):
    ITEMS = "items"


def table(app: FastAPI | APIRouter) -> list[RouteEntry]:
    return [entry for entry in app.route_table() if entry.name not in DOCUMENTATION]


DOCUMENTATION = {route.name for route in FastAPI().router.routes}  # type: ignore[attr-defined]  # all of them have one


def test_an_operation_is_described_as_its_inclusions_make_it() -> None:
    app = FastAPI(dependencies=[Depends(third)])
    router = APIRouter(prefix="/items", tags=[Tag.ITEMS])
    router.api_route("/{item_id}", methods=["GET", "PUT"], name="item", tags=["more"])(read)
    app.include_router(router, prefix="/v1", include_in_schema=False)

    line = read.__code__.co_firstlineno
    expected = {
        "path": "/v1/items/{item_id}",
        "name": "item",
        "endpoint": read,
        "dependencies": (third, first, second),
        "tags": ("items", "more"),
        "include_in_schema": False,
        "file": HERE,
        "line": line,
    }
    assert table(app) == [RouteEntry(method=method, **expected) for method in ("GET", "PUT")]
    assert [entry.path for entry in table(router)] == ["/items/{item_id}"] * 2


def test_the_order_is_that_in_which_routes_are_asked(tmp_path: Path) -> None:
    tmp_path.joinpath("index.html").write_text("")
    app = FastAPI()
    app.frontend("/", directory=tmp_path)
    app.get("/b")(read)
    app.websocket("/talk")(talk)
    app.get("/a")(read)
    assert [(entry.method, entry.path) for entry in table(app)] == [
        ("GET", "/b"),
        ("WEBSOCKET", "/talk"),
        ("GET", "/a"),
        (None, "/"),
    ]


def plain(_request: Any) -> PlainTextResponse:
    return PlainTextResponse("")


def inner() -> FastAPI:
    app = FastAPI(openapi_url=None)
    router = APIRouter()
    router.get("/read")(read)
    app.include_router(router, prefix="/inner")
    return app


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        (Mount("/sub", inner()), [("GET", "/sub/inner/read")]),
        (Mount("/old", Starlette(routes=[Route("/x", plain)])), [("GET", "/old/x")]),
        (Mount("/files", StaticFiles(directory=".")), [(None, "/files")]),
        (Host("api.example.com", inner()), [("GET", "//api.example.com/inner/read")]),
    ],
    ids=["an application", "Starlette", "files", "a host"],
)
def test_what_is_mounted_is_listed(route: Any, expected: list[Any]) -> None:
    app = FastAPI()
    app.router.routes.append(route)
    found = [(entry.method, entry.path) for entry in table(app) if entry.method != "HEAD"]
    assert found == expected


def test_a_plain_route_has_no_dependencies() -> None:
    app = FastAPI()
    app.router.routes.append(Route("/x", plain))
    entries = table(app)
    assert [entry.method for entry in entries] == ["GET", "HEAD"]
    assert {(entry.endpoint, entry.dependencies, entry.tags) for entry in entries} == {
        (plain, (), ())
    }


@pytest.mark.parametrize(
    ("endpoint", "line"),
    [
        (partial(read, one=1), read.__code__.co_firstlineno),
        (Callable(), Callable.__call__.__code__.co_firstlineno),
    ],
    ids=["a partial", "an object"],
)
def test_the_place_is_that_of_what_is_called(endpoint: Any, line: int) -> None:
    app = FastAPI()
    app.get("/")(endpoint)
    (entry,) = table(app)
    assert (entry.file, entry.line) == (HERE, line)


def test_what_is_not_written_in_python_has_no_place() -> None:
    app = FastAPI()
    app.get("/", response_model=None)(abs)
    (entry,) = table(app)
    assert (entry.file, entry.line) == (None, None)


def test_overrides_and_later_routes_are_no_matter() -> None:
    app = FastAPI()
    app.get("/")(read)
    client = TestClient(app)
    with app.override({first: lambda: 5}):
        assert client.get("/").json() == 10
        (entry,) = table(app)
    assert entry.dependencies == (first, second)
    app.get("/later")(read)
    assert [entry.path for entry in table(app)] == ["/", "/later"]
