"""Streams behind middleware that completes responses. With real servers: test_servers.py."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import anyio
import pytest
from starlette.background import BackgroundTask
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.gzip import GZipMiddleware

from ferroapi import FastAPI, HTTPException, Request
from ferroapi.responses import EventSourceResponse, PlainTextResponse, StreamingResponse
from ferroapi.streaming import end_streams

pytestmark = pytest.mark.anyio


class ItemError(Exception):
    pass


async def pass_on(request: Request, call_next: Any) -> Any:
    return await call_next(request)


class Passing(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next: Any) -> Any:
        return await call_next(request)


def by_decorator(app: FastAPI) -> FastAPI:
    app.middleware("http")(pass_on)
    return app


def by_class(app: FastAPI) -> FastAPI:
    app.add_middleware(Passing)
    return app


def inside_of_others(app: FastAPI) -> FastAPI:
    app.add_middleware(Passing)
    app.add_middleware(GZipMiddleware)
    app.add_middleware(Passing)
    return app


def mounted(app: FastAPI) -> FastAPI:
    outer = by_class(FastAPI())
    outer.mount("", by_class(app))
    return outer


Declare = Callable[[FastAPI], FastAPI]

behind = pytest.mark.parametrize(
    "declare", [by_decorator, by_class, inside_of_others, mounted], ids=lambda made: made.__name__
)
kinds = pytest.mark.parametrize(
    "options",
    [{}, {"response_class": StreamingResponse}, {"response_class": EventSourceResponse}],
    ids=["jsonl", "raw", "sse"],
)


@behind
@kinds
@pytest.mark.parametrize("waits", [False, True])
async def test_a_stream_that_fails_is_incomplete(
    client: Any, declare: Declare, options: dict[str, Any], waits: bool
) -> None:
    app = FastAPI()

    @app.get("/", **options)
    async def read() -> AsyncIterator[str]:
        yield "1"
        if waits:
            await anyio.sleep(0.01)
        raise ItemError

    with pytest.raises(ItemError):
        await client.call(declare(app))
    assert b"1" in client.body
    assert not client.complete


@behind
@pytest.mark.parametrize("fails", [False, True])
async def test_a_stream_that_is_returned_is_complete_if_it_has_ended(
    client: Any, declare: Declare, fails: bool
) -> None:
    """So is what fails after it."""
    app = FastAPI()

    async def chunks() -> AsyncIterator[str]:
        yield "1"
        if fails:
            raise ItemError

    async def fail() -> None:
        raise ItemError

    @app.get("/")
    async def read() -> StreamingResponse:
        return StreamingResponse(chunks(), background=BackgroundTask(fail))

    with pytest.raises(ItemError):
        await client.call(declare(app))
    assert client.body
    assert client.complete is not fails


@behind
@pytest.mark.parametrize("status", [404, 500])
async def test_a_failure_before_the_first_item_has_its_answer(
    client: Any, declare: Declare, status: int
) -> None:
    app = FastAPI()

    @app.get("/")
    async def read() -> AsyncIterator[str]:
        if status == 404:
            raise HTTPException(404)
        raise ItemError
        yield

    if status == 404:
        await client.call(declare(app))
    else:
        with pytest.raises(ItemError):
            await client.call(declare(app))
    assert client.messages[0]["status"] == status
    assert client.complete


@behind
async def test_a_stream_that_is_cut_is_incomplete(client: Any, declare: Declare) -> None:
    app = FastAPI()

    @app.get("/")
    async def read() -> AsyncIterator[str]:
        yield "1"
        await anyio.sleep_forever()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(client.call, declare(app))
        await client.until(lambda client: b"1" in client.body)
        end_streams()
    assert not client.complete


@behind
@kinds
async def test_a_client_that_leaves_before_the_response_has_begun(
    client: Any, declare: Declare, options: dict[str, Any]
) -> None:
    """It is no error: to `BaseHTTPMiddleware` no response is one."""
    app = FastAPI()
    waits = anyio.Event()

    @app.get("/", **options)
    async def read() -> AsyncIterator[str]:
        waits.set()
        await anyio.sleep_forever()
        yield ""

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(client.call, declare(app))
        await waits.wait()
        client.leave()


@behind
@kinds
async def test_a_client_that_leaves_amid_its_request_before_the_response_has_begun(
    client: Any, declare: Declare, options: dict[str, Any]
) -> None:
    app = FastAPI()

    @app.post("/", **options)
    async def read(request: Request) -> AsyncIterator[str]:
        async for _ in request.stream():
            client.leave()
        yield ""

    client.request = [{"type": "http.request", "body": b"a", "more_body": True}]
    await client.call(declare(app))
    assert not client.complete


async def test_a_response_in_the_place_of_a_stream_is_complete(client: Any) -> None:
    app = FastAPI()

    @app.get("/")
    async def read() -> AsyncIterator[str]:
        yield "1"
        raise ItemError

    @app.middleware("http")
    async def replace(request: Request, call_next: Any) -> PlainTextResponse:
        await call_next(request)
        return PlainTextResponse("instead")

    with pytest.raises(ItemError):
        await client.call(app)
    assert (client.body, client.complete) == (b"instead", True)
