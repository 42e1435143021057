"""Functions that are called in the event loop, since they were declared not to block."""

import threading
from collections.abc import AsyncIterator, Iterator
from contextvars import ContextVar
from typing import Annotated, Any

import pytest

from ferroapi import APIRouter, Depends, FastAPI, WebSocket, routing
from ferroapi.dependencies import utils as dependency_functions
from ferroapi.routing import APIRoute
from ferroapi.testclient import TestClient

Loop = dict[str, Any]
NAME: ContextVar[str] = ContextVar("name", default="unset")


async def of_loop() -> int:
    return threading.get_ident()


def function() -> int:
    NAME.set("set")
    return threading.get_ident()


def generator() -> Iterator[int]:
    token = NAME.set("set")
    ident = threading.get_ident()
    yield ident
    assert threading.get_ident() == ident
    # It is left in the context it was entered in.
    NAME.reset(token)


DEPENDENCIES: dict[str, tuple[Any, bool]] = {
    "function": (Depends(function, inline=True), True),
    "generator": (Depends(generator, inline=True), True),
    "of_function": (Depends(generator, inline=True, scope="function"), True),
    "not_inline": (Depends(function), False),
}


@pytest.mark.parametrize("inline", [True, False])
@pytest.mark.parametrize(("depends", "in_loop"), DEPENDENCIES.values(), ids=DEPENDENCIES)
def test_where_functions_run(depends: Any, in_loop: bool, inline: bool, loop: Loop) -> None:
    app = FastAPI()

    @app.get("/", inline=inline)
    def endpoint(
        here: Annotated[int, Depends(of_loop)], there: int = depends
    ) -> tuple[bool, bool, str]:
        return threading.get_ident() == here, there == here, NAME.get()

    with TestClient(app, **loop) as client:
        assert client.get("/").json() == [inline, in_loop, "set"]


def test_a_websocket_has_inline_dependencies(loop: Loop) -> None:
    app = FastAPI()

    @app.websocket("/")
    async def endpoint(
        websocket: WebSocket,
        here: Annotated[int, Depends(of_loop)],
        there: Annotated[int, Depends(generator, inline=True)],
    ) -> None:
        await websocket.accept()
        await websocket.send_json(here == there)

    with TestClient(app, **loop).websocket_connect("/") as websocket:
        assert websocket.receive_json() is True


def test_no_thread_is_asked_for(no_threads: Any) -> None:
    app = FastAPI()

    @app.get("/", inline=True)
    def endpoint(name: str, _there: Annotated[int, Depends(function, inline=True)]) -> str:
        return name

    source = app.explain("/")
    assert "thread" not in source
    assert "await call_" not in source


def test_what_replaces_one_has_its_thread(loop: Loop) -> None:
    app = FastAPI()

    @app.get("/")
    async def endpoint(
        here: Annotated[int, Depends(of_loop)],
        there: Annotated[int, Depends(function, inline=True)],
    ) -> bool:
        return here == there

    with TestClient(app, **loop) as client:
        assert client.get("/").json() is True
        app.dependency_overrides[function] = lambda: threading.get_ident()
        assert client.get("/").json() is False


def test_errors_are_answered(loop: Loop) -> None:
    app = FastAPI()

    @app.get("/", inline=True)
    def endpoint(number: int) -> float:
        return 1 / number

    client = TestClient(app, raise_server_exceptions=False, **loop)
    assert [client.get("/", params={"number": n}).status_code for n in (1, 0, "x")] == [
        *(200, 500, 422)
    ]


def test_it_may_be_set_later_and_on_included_routers(loop: Loop) -> None:
    router = APIRouter()

    @router.get("/")
    def endpoint(here: Annotated[int, Depends(of_loop)]) -> bool:
        return threading.get_ident() == here

    app = FastAPI()
    app.include_router(router)
    with TestClient(app, **loop) as client:
        assert client.get("/").json() is False
        [route] = (route for route in router.routes if isinstance(route, APIRoute))
        route.inline = True
        router.routes = [route]
        assert client.get("/").json() is True


def test_dependencies_are_inline_in_the_general_way(
    loop: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    solve = dependency_functions.solve_dependencies

    async def replaced(**options: Any) -> Any:
        return await solve(**options)

    monkeypatch.setattr(routing, "solve_dependencies", replaced)
    app = FastAPI()

    @app.get("/")
    async def endpoint(
        here: Annotated[int, Depends(of_loop)],
        there: Annotated[int, Depends(function, inline=True)],
        left: Annotated[int, Depends(generator, inline=True)],
    ) -> bool:
        return here == there == left

    assert TestClient(app, **loop).get("/").json() is True


async def coroutine() -> None: ...


async def async_generator() -> AsyncIterator[None]:
    yield


def stream() -> Iterator[int]:
    yield 1


REFUSED: dict[str, tuple[Any, str]] = {
    "coroutine": (lambda app: app.get("/", inline=True)(coroutine), "'coroutine' is"),
    "stream": (lambda app: app.get("/", inline=True)(stream), "'stream' would keep the event loop"),
    "dependency": (
        lambda app: app.get("/", dependencies=[Depends(async_generator, inline=True)])(coroutine),
        "'async_generator' is",
    ),
}


@pytest.mark.parametrize(("declare", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_short_function_is_refused(declare: Any, message: str) -> None:
    with pytest.raises(AssertionError, match=message) as caught:
        declare(FastAPI())
    assert f", {__file__}, line" in caught.value.__notes__[0]


def test_a_limit_makes_no_sense() -> None:
    with pytest.raises(ValueError, match=r"inline=True has no max_concurrency"):
        Depends(function, inline=True, max_concurrency=1)
