"""Functions among dependencies and endpoints share a thread, and nothing else."""

import contextvars
import threading
from collections.abc import Callable
from typing import Annotated, Any
from unittest.mock import patch

import anyio.lowlevel
import anyio.to_thread
import pytest

from ferroapi import Depends, FastAPI
from ferroapi.responses import PlainTextResponse
from ferroapi.testclient import TestClient

variable = contextvars.ContextVar("variable", default="outer")


def first() -> str:
    variable.set("first")
    return threading.current_thread().name


def second(above: Annotated[str, Depends(first)]) -> tuple[str, str, str]:
    return above, threading.current_thread().name, variable.get()


async def awaited(above: Annotated[str, Depends(first)]) -> str:
    return above


def below_awaited(above: Annotated[str, Depends(awaited)]) -> tuple[str, str, str]:
    return above, threading.current_thread().name, variable.get()


async def in_the_loop(dependency: Any) -> list[str]:
    return [*dependency, variable.get()]


def in_a_thread(dependency: Any) -> list[str]:
    return [*dependency, variable.get()]


# name: (the dependency, the endpoint, visits of a thread)
CHAINS: dict[str, tuple[Callable[..., Any], Callable[..., Any], int]] = {
    "all_functions": (second, in_a_thread, 1),
    "functions_below_a_coroutine": (second, in_the_loop, 1),
    "a_coroutine_between": (below_awaited, in_a_thread, 2),
}


@pytest.mark.parametrize(("dependency", "endpoint", "visits"), CHAINS.values(), ids=CHAINS)
def test_functions_share_a_thread(
    dependency: Callable[..., Any], endpoint: Callable[..., Any], visits: int, loop: dict[str, Any]
) -> None:
    """And what they set in its context is seen by what comes after them, wherever that runs."""
    app = FastAPI()

    async def read(value: Annotated[Any, Depends(dependency)]) -> Any:
        return await endpoint(value)

    def read_in_thread(value: Annotated[Any, Depends(dependency)]) -> Any:
        return endpoint(value)

    app.get("/")(read if endpoint is in_the_loop else read_in_thread)
    visited: list[None] = []
    run_sync = anyio.to_thread.run_sync

    async def counted(*args: Any, **options: Any) -> Any:
        visited.append(None)
        return await run_sync(*args, **options)

    with patch("anyio.to_thread.run_sync", counted):
        lower, upper, seen_above, seen_last = TestClient(app, **loop).get("/").json()
    assert len(visited) == visits
    assert (seen_above, seen_last) == ("first", "first")
    assert lower != threading.current_thread().name
    if visits == 1:
        assert lower == upper


def test_an_exception_in_a_shared_thread_ends_the_chain() -> None:
    calls: list[str] = []

    def failing() -> None:
        calls.append("failing")
        raise LookupError

    def never(above: Annotated[None, Depends(failing)]) -> None:
        calls.append("never")

    app = FastAPI()

    @app.exception_handler(LookupError)
    async def handle(request: Any, error: Exception) -> Any:
        return PlainTextResponse("handled", 404)

    @app.get("/")
    def read(value: Annotated[None, Depends(never)]) -> None:
        calls.append("endpoint")

    assert TestClient(app).get("/").status_code == 404
    assert calls == ["failing"]


def test_none_begins_after_the_request_was_cancelled() -> None:
    begun, go_on = threading.Event(), threading.Event()
    called: list[str] = []

    def slow() -> None:
        called.append("slow")
        begun.set()
        go_on.wait(10)

    def next_one(_above: Annotated[None, Depends(slow)]) -> None:
        called.append("next")

    app = FastAPI()

    @app.get("/")
    async def read(_: Annotated[None, Depends(next_one)]) -> None:
        called.append("endpoint")

    async def ask(scope: anyio.CancelScope) -> None:
        request = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
        with scope:
            await app(request, anyio.sleep_forever, lambda _message: anyio.lowlevel.checkpoint())

    async def cancelled() -> None:
        scope = anyio.CancelScope()
        async with anyio.create_task_group() as group:
            group.start_soon(ask, scope)
            await anyio.to_thread.run_sync(begun.wait, 10)
            scope.cancel()
            await anyio.lowlevel.checkpoint()
            go_on.set()

    anyio.run(cancelled)
    assert called == ["slow"]
