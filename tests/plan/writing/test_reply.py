"""What shares a visit of a thread with the endpoint, and that nothing else tells."""

import functools
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextvars import ContextVar
from typing import Annotated, Any, Literal
from unittest.mock import patch

import anyio.to_thread
import pytest

from ferroapi import Depends, FastAPI, HTTPException
from ferroapi.testclient import TestClient

variable: ContextVar[str] = ContextVar("variable", default="outer")
Scope = Literal["function", "request"]
Declare = Callable[[FastAPI, Scope, list[Any]], None]


def opened(events: list[Any], name: str = "generator") -> Any:
    def generator() -> Iterator[str]:
        events.append((f"enter {name}", variable.get()))
        variable.set(name)
        try:
            yield name
        except Exception as error:
            events.append((f"{name} got {type(error).__name__}", variable.get()))
            raise
        events.append((f"leave {name}", variable.get()))

    return generator


def in_a_thread(app: FastAPI, scope: Scope, events: list[Any]) -> None:
    @app.get("/")
    def read(value: Annotated[str, Depends(opened(events), scope=scope)]) -> str:
        events.append(("endpoint", variable.get()))
        variable.set("endpoint")
        return value


def in_the_loop(app: FastAPI, scope: Scope, events: list[Any]) -> None:
    @app.get("/")
    async def read(value: Annotated[str, Depends(opened(events), scope=scope)]) -> str:
        events.append(("endpoint", variable.get()))
        return value


def several(app: FastAPI, scope: Scope, events: list[Any]) -> None:
    first, second = opened(events, "first"), opened(events, "second")

    def function(value: Annotated[str, Depends(first, scope=scope)]) -> str:
        return value

    @app.get("/")
    def read(
        a: Annotated[str, Depends(function)], b: Annotated[str, Depends(second, scope=scope)]
    ) -> str:
        events.append(("endpoint", variable.get()))
        return a + b


def a_coroutine_between(app: FastAPI, scope: Scope, events: list[Any]) -> None:
    async def between(value: Annotated[str, Depends(opened(events), scope=scope)]) -> str:
        return value

    @app.get("/")
    def read(value: Annotated[str, Depends(between)]) -> str:
        return value


def wrapped(app: FastAPI, scope: Scope, events: list[Any]) -> None:
    generator = opened(events)
    loop_thread: list[int] = []

    @functools.wraps(generator)
    def noting() -> Any:
        events.append(("called", threading.get_ident() == loop_thread[0]))
        return generator()

    async def note() -> None:
        loop_thread.append(threading.get_ident())

    @app.get("/")
    def read(
        _: Annotated[None, Depends(note)], value: Annotated[str, Depends(noting, scope=scope)]
    ) -> str:
        return value


# name: (the operation, visits with generators of scope request, and of scope function)
SHAPES: dict[str, tuple[Declare, int, int]] = {
    "generator_and_endpoint": (in_a_thread, 2, 1),
    "generator_and_coroutine": (in_the_loop, 2, 2),
    "two_generators_and_a_function": (several, 2, 1),
    "a_coroutine_between": (a_coroutine_between, 3, 3),
    "a_wrapper_runs_in_the_loop": (wrapped, 3, 3),
}


def visits(app: FastAPI, loop: dict[str, Any]) -> tuple[int, Any]:
    visited: list[None] = []
    run_sync = anyio.to_thread.run_sync

    async def counted(*args: Any, **options: Any) -> Any:
        visited.append(None)
        return await run_sync(*args, **options)

    with patch("anyio.to_thread.run_sync", counted):
        response = TestClient(app, **loop).get("/")
    assert response.status_code == 200
    return len(visited), response.json()


@pytest.mark.parametrize("scope", ["request", "function"])
@pytest.mark.parametrize("name", SHAPES)
def test_visits(name: str, scope: Scope, loop: dict[str, Any]) -> None:
    declare, of_request, of_function = SHAPES[name]
    app, events = FastAPI(), list[Any]()
    declare(app, scope, events)
    count, _ = visits(app, loop)
    assert count == (of_request if scope == "request" else of_function)
    is_set = "outer"
    for event, context in events:
        if event != "called":
            assert context == is_set, "each sees what the dependencies before it have set"
        is_set = event.removeprefix("enter ") if "enter" in event else is_set
    left = [event for event, _ in events if event.startswith("leave")]
    assert left == [
        event.replace("enter", "leave") for event, _ in reversed(events) if "enter" in event
    ]


def test_generators_of_both_scopes_are_left_each_in_their_time(loop: dict[str, Any]) -> None:
    app, events = FastAPI(), list[Any]()
    request, function = opened(events, "request"), opened(events, "function")

    @app.get("/")
    def read(
        a: Annotated[str, Depends(function, scope="function")],
        b: Annotated[str, Depends(request)],
    ) -> str:
        return a + b

    count, answer = visits(app, loop)
    assert (count, answer) == (2, "functionrequest")
    assert [event for event, _ in events] == [
        *("enter function", "enter request", "leave function", "leave request"),
    ]


def test_an_end_that_raises_before_the_response_is_the_answer(loop: dict[str, Any]) -> None:
    def refuse() -> Iterator[None]:
        yield
        raise HTTPException(418)

    app = FastAPI()

    @app.get("/")
    def read(_: Annotated[None, Depends(refuse, scope="function")]) -> str:
        return "fine"

    assert TestClient(app, **loop).get("/").status_code == 418


def test_a_generator_that_is_not_entered_ends_the_chain(loop: dict[str, Any]) -> None:
    """What was entered before it in the same visit is left."""
    events: list[Any] = []

    def refuse() -> Iterator[None]:
        raise HTTPException(403)
        yield

    app = FastAPI()

    @app.get("/")
    def read(
        a: Annotated[str, Depends(opened(events))], b: Annotated[None, Depends(refuse)]
    ) -> None:
        events.append(("endpoint", ""))

    assert TestClient(app, **loop).get("/").status_code == 403
    assert [event for event, _ in events] == ["enter generator", "generator got HTTPException"]


def test_around_an_asynchronous_one(loop: dict[str, Any]) -> None:
    """The last opened is the first closed, whatever kind it is."""
    events: list[Any] = []

    async def between(_: Annotated[str, Depends(opened(events, "outer"))]) -> AsyncIterator[None]:
        events.append(("enter between", ""))
        yield
        events.append(("leave between", ""))

    app = FastAPI()

    @app.get("/")
    def read(
        _: Annotated[None, Depends(between)],
        inner: Annotated[str, Depends(opened(events, "inner"))],
    ) -> None: ...

    assert TestClient(app, **loop).get("/").status_code == 200
    assert [event for event, _ in events] == [
        *("enter outer", "enter between", "enter inner"),
        *("leave inner", "leave between", "leave outer"),
    ]


@pytest.mark.anyio
async def test_as_many_as_there_are_threads_do_not_lock_each_other(ask: Any) -> None:
    """Two hundred at once, each with something open, and five threads."""
    app, still_open = FastAPI(), list[int]()

    def connection() -> Iterator[int]:
        still_open.append(1)
        yield 1
        still_open.pop()

    @app.get("/{scoped}")
    def read(scoped: str, value: Annotated[int, Depends(connection)]) -> int:
        return value

    limiter = anyio.to_thread.current_default_thread_limiter()
    tokens, limiter.total_tokens = limiter.total_tokens, 5
    statuses: list[int] = []

    async def one() -> None:
        statuses.append((await ask(app, path="/a")).status)

    try:
        with anyio.fail_after(60):
            async with anyio.create_task_group() as tasks:
                for _ in range(200):
                    tasks.start_soon(one)
    finally:
        limiter.total_tokens = tokens
    assert statuses == [200] * 200
    assert still_open == []
    assert limiter.borrowed_tokens == 0
