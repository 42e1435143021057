"""Operations and WebSockets while an inner function is replaced: they answer as their plans do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any
from unittest.mock import patch

import pytest
from pydantic import BaseModel

from ferroapi import (
    APIRouter,
    BackgroundTasks,
    Body,
    Depends,
    FastAPI,
    File,
    Form,
    Header,
    HTTPException,
    Query,
    Response,
    UploadFile,
    WebSocket,
    routing,
)
from ferroapi.dependencies import utils
from ferroapi.responses import PlainTextResponse, StreamingResponse
from ferroapi.sse import EventSourceResponse, ServerSentEvent
from ferroapi.testclient import TestClient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from types import ModuleType


class Item(BaseModel):
    name: str
    price: float = 1.0


class Secret(Item):
    secret: str = "s"


ended: list[str] = []


async def tenant(x_tenant: Annotated[str, Header()] = "none") -> AsyncIterator[str]:
    yield x_tenant
    ended.append("tenant")


def doubled(q: int = 1) -> int:
    return 2 * q


router = APIRouter(prefix="/in")


@router.get("/items/{item_id}")
def read(
    item_id: int, double: Annotated[int, Depends(doubled)], who: str = Depends(tenant)
) -> list[Any]:
    return [item_id, double, who]


@router.post("/items", status_code=201, response_model=Item)
async def create(item: Item, response: Response) -> Any:
    response.headers["x-made"] = item.name
    response.set_cookie("c", "1")
    return Secret(**item.model_dump())


@router.post("/lists", response_model=list[Item], response_model_exclude_defaults=True)
def create_many(items: list[Item], more: Annotated[int, Body()] = 0) -> Any:
    return items


@router.get("/text", response_class=PlainTextResponse)
async def text() -> str:
    return "text"


@router.get("/response")
async def response(tasks: BackgroundTasks) -> Response:
    tasks.add_task(ended.append, "task")
    return Response("as it is", 203)


@router.get("/untyped", status_code=203)
async def untyped() -> Any:
    return {"number": float("inf"), "item": Item(name="a")}


@router.get("/nothing", status_code=204)
async def nothing() -> None:
    pass


@router.get("/teapot")
async def teapot(who: str = Depends(tenant)) -> None:
    raise HTTPException(418)


@router.get("/wrong", response_model=Item)
async def wrong() -> Any:
    return {"price": "x"}


@router.post("/form")
async def form(
    name: Annotated[str, Form()], files: Annotated[list[UploadFile], File()]
) -> dict[str, int]:
    return {name: sum([len(await file.read()) for file in files])}


@router.get("/lines")
async def lines(who: str = Depends(tenant)) -> AsyncIterator[Item]:
    for name in "ab":
        yield Item(name=name + who)


@router.get("/events", response_class=EventSourceResponse)
def events() -> Iterator[ServerSentEvent]:
    yield ServerSentEvent(data=1, event="first")


@router.get("/chunks", response_class=StreamingResponse)
def chunks() -> Iterator[bytes]:
    yield b"a"
    yield b"b"


@router.websocket("/ws")
async def talk(websocket: WebSocket, q: int = Query(), who: str = Depends(tenant)) -> None:
    await websocket.accept()
    await websocket.send_json([q, who])


REQUESTS: dict[str, dict[str, Any]] = {
    "parameters and dependencies": {"url": "/in/items/3?q=4", "headers": {"x-tenant": "t"}},
    "wrong parameters": {"url": "/in/items/x?q=y"},
    "a model": {"method": "POST", "url": "/in/items", "json": {"name": "a"}},
    "a wrong body": {"method": "POST", "url": "/in/items", "json": {"price": "x"}},
    "no JSON": {
        "method": "POST",
        "url": "/in/items",
        "content": b"{",
        "headers": {"content-type": "application/json"},
    },
    "no body": {"method": "POST", "url": "/in/items"},
    "several body parameters": {
        "method": "POST",
        "url": "/in/lists",
        "json": {"items": [{"name": "a"}, {"name": "b", "price": 2}], "more": 1},
    },
    "a response class": {"url": "/in/text"},
    "a response": {"url": "/in/response"},
    "no declared type": {"url": "/in/untyped"},
    "no content": {"url": "/in/nothing"},
    "an exception with a handler": {"url": "/in/teapot"},
    "an answer that does not fit": {"url": "/in/wrong"},
    "a form": {
        "method": "POST",
        "url": "/in/form",
        "data": {"name": "n"},
        "files": [("files", ("a", b"12")), ("files", ("b", b"345"))],
    },
    "a form without a field": {"method": "POST", "url": "/in/form", "data": {}},
    "JSON Lines": {"url": "/in/lines"},
    "events": {"url": "/in/events"},
    "chunks": {"url": "/in/chunks"},
    "another method": {"method": "DELETE", "url": "/in/text"},
    "no route": {"url": "/none"},
}


def observed(module: ModuleType, name: str, seen: list[str]) -> Any:
    """Replaces a function by one that notes its call and does the same."""
    original: Callable[..., Any] = getattr(module, name)

    def observe(*args: Any, **options: Any) -> Any:
        seen.append(f"{module.__name__.rpartition('.')[2]}.{name}")
        return original(*args, **options)

    return patch.object(module, name, observe)


def answer(request: dict[str, Any]) -> tuple[Any, ...]:
    """What is sent for a request, and what has ended by then."""
    app = FastAPI()
    app.include_router(router)
    client = TestClient(app, raise_server_exceptions=False)
    ended.clear()
    response = client.request(**{"method": "GET", **request})
    return response.status_code, response.content, response.headers.multi_items(), list(ended)


@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS)
def test_a_request_is_answered_as_by_its_plan(request_: dict[str, Any]) -> None:
    expected = answer(request_)
    with observed(routing, "run_endpoint_function", []):
        assert answer(request_) == expected


def test_a_websocket_is_talked_to_as_by_its_plan() -> None:
    app = FastAPI()
    app.include_router(router)
    seen: list[str] = []
    with (
        observed(routing, "solve_dependencies", seen),
        TestClient(app).websocket_connect("/in/ws?q=2") as websocket,
    ):
        assert websocket.receive_json() == [2, "none"]
        assert websocket.receive()["code"] == 1000
    assert seen == ["routing.solve_dependencies"]


NAMES = [
    (utils, "run_in_threadpool"),
    (utils, "solve_dependencies"),
    (routing, "solve_dependencies"),
    (routing, "run_endpoint_function"),
    (routing, "serialize_response"),
]


@pytest.mark.parametrize("late", [False, True])
def test_what_is_replaced_is_called_in_order_also_after_the_first_request(late: bool) -> None:
    app = FastAPI()

    @app.get("/")
    async def root(double: int = Depends(doubled)) -> int:
        return double

    client = TestClient(app)
    seen: list[str] = []
    if late:
        assert client.get("/").json() == 2
    patches = [observed(module, name, seen) for module, name in NAMES]
    for each in patches:
        each.start()
    assert client.get("/").json() == 2
    for each in reversed(patches):
        each.stop()
    assert seen == [
        "routing.solve_dependencies",
        "utils.solve_dependencies",
        "utils.run_in_threadpool",
        "routing.run_endpoint_function",
        "routing.serialize_response",
    ]
    # Taken back, plans answer again.
    assert client.get("/").json() == 2
    assert len(seen) == len(NAMES)


def test_a_class_of_background_tasks_is_replaced() -> None:
    class Managed(BackgroundTasks):
        pass

    app = FastAPI()

    @app.get("/")
    def root(tasks: BackgroundTasks) -> str:
        return type(tasks).__name__

    with patch.object(utils, "BackgroundTasks", Managed):
        assert TestClient(app).get("/").json() == "Managed"


def test_values_that_are_replaced_arrive() -> None:
    solve = routing.solve_dependencies

    async def changed(**options: Any) -> Any:
        solved = await solve(**options)
        return replace(solved, values={**solved.values, "q": 5})

    app = FastAPI()

    @app.get("/")
    def root(q: int) -> int:
        return q

    with patch.object(routing, "solve_dependencies", changed):
        assert TestClient(app).get("/?q=1").json() == 5
