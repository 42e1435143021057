"""Shapes of requests that take a connection of a pool, and need threads while they have it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import anyio
import anyio.lowlevel
from starlette.types import Message

from ferroapi import APIRouter, BackgroundTasks, Depends, FastAPI, Form

CONNECTIONS = 5
THREADS = 5
PATIENCE = 2.0
"""Seconds that who asks for a connection waits for one."""


class Pool:
    """Connections that are lent, as those of a database are."""

    def __init__(self, size: int = CONNECTIONS) -> None:
        self._free = threading.Semaphore(size)
        self._counting = threading.Lock()
        self.opened = 0
        self.closed = 0

    @contextmanager
    def connection(self) -> Iterator[str]:
        if not self._free.acquire(timeout=PATIENCE):
            raise TimeoutError("no connection")
        with self._counting:
            self.opened += 1
        try:
            yield "connection"
        finally:
            with self._counting:
                self.closed += 1
            self._free.release()

    def get(self) -> Iterator[str]:
        with self.connection() as connection:
            yield connection


async def in_the_event_loop() -> None:
    """A dependency between two others, whose threads are two visits then."""
    await anyio.lowlevel.checkpoint()


def work() -> None:
    """Something that takes a little of a thread."""
    threading.Event().wait(0.001)


def end_in_one_visit(app: APIRouter, pool: Pool) -> None:
    @app.post("/")
    def endpoint(connection: Annotated[str, Depends(pool.get)]) -> str:
        work()
        return connection


def end_of_scope_function(app: APIRouter, pool: Pool) -> None:
    @app.post("/")
    def endpoint(connection: Annotated[str, Depends(pool.get, scope="function")]) -> str:
        work()
        return connection


def a_coroutine_between(app: APIRouter, pool: Pool) -> None:
    @app.post("/")
    def endpoint(
        connection: Annotated[str, Depends(pool.get)],
        between: Annotated[None, Depends(in_the_event_loop)],
    ) -> str:
        work()
        return connection


def a_form_read_in_the_exact_order(app: APIRouter, pool: Pool) -> None:
    @app.post("/")
    def endpoint(
        connection: Annotated[str, Depends(pool.get)], name: Annotated[str, Form()] = ""
    ) -> str:
        work()
        return connection


def a_function_after_the_response(app: APIRouter, pool: Pool) -> None:
    @app.post("/")
    async def endpoint(
        connection: Annotated[str, Depends(pool.get)], tasks: BackgroundTasks
    ) -> str:
        tasks.add_task(work)
        return connection


def a_synchronous_stream(app: APIRouter, pool: Pool) -> None:
    @app.post("/")
    def endpoint(connection: Annotated[str, Depends(pool.get)]) -> Iterator[str]:
        for _ in range(3):
            work()
            yield connection


def one_within_another(app: APIRouter, pool: Pool) -> None:
    outer_pool = Pool(20)

    async def between(outer: Annotated[str, Depends(outer_pool.get)]) -> None:
        await anyio.lowlevel.checkpoint()

    @app.post("/")
    def endpoint(
        before: Annotated[None, Depends(between)],
        connection: Annotated[str, Depends(pool.get)],
        after: Annotated[None, Depends(in_the_event_loop)],
    ) -> str:
        work()
        return connection


def within_a_limit_of_uses(app: APIRouter, pool: Pool) -> None:
    @app.post("/")
    def endpoint(
        connection: Annotated[str, Depends(pool.get, max_concurrency=50)],
    ) -> str:
        work()
        return connection


POOLED: dict[str, Callable[[APIRouter, Pool], None]] = {
    shape.__name__: shape
    for shape in (
        end_in_one_visit,
        end_of_scope_function,
        a_coroutine_between,
        a_form_read_in_the_exact_order,
        a_function_after_the_response,
        a_synchronous_stream,
        one_within_another,
        within_a_limit_of_uses,
    )
}


HEADERS = [(b"content-type", b"multipart/form-data; boundary=x")]
BODY = b'--x\r\ncontent-disposition: form-data; name="name"\r\n\r\nvalue\r\n--x--\r\n'


async def failures(name: str, requests: int, rounds: int) -> list[Any]:
    """What was answered, or raised, but not 200, when so many come at once, so many times."""
    app, pool = FastAPI(), Pool()
    POOLED[name](app.router, pool)
    found: list[Any] = []

    async def request() -> None:
        messages: list[Message] = [{"type": "http.request", "body": BODY}]

        async def receive() -> Message:
            if not messages:
                await anyio.sleep_forever()
            return messages.pop()

        async def send(message: Message) -> None:
            if message.get("status", 200) != 200:
                found.append(message)

        scope = {
            "type": "http",
            "method": "POST",
            "path": "/",
            "query_string": b"",
            "headers": HEADERS,
        }
        try:
            await app(scope, receive, send)
        except TimeoutError as error:
            found.append(error)

    for _ in range(rounds):
        async with anyio.create_task_group() as tasks:
            for _ in range(requests):
                tasks.start_soon(request)
    if pool.opened != pool.closed:
        found.append((pool.opened, pool.closed))
    return found
