"""Requests that were answered are freed at once: nothing of them waits for a collection."""

import gc
import weakref
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import anyio
import pytest

from ferroapi import Depends, FastAPI, HTTPException, Request, Response
from ferroapi.responses import JSONResponse, StreamingResponse

pytestmark = pytest.mark.anyio


class TakenError(Exception):
    pass


class Resource:
    """Can be referred to weakly."""


def build(left: list[weakref.ref[Any]]) -> FastAPI:
    app = FastAPI()

    def keep(thing: object) -> None:
        left.append(weakref.ref(thing))

    def resource(request: Request) -> Iterator[Resource]:
        keep(request)
        held = Resource()
        keep(held)
        yield held

    @app.exception_handler(TakenError)
    async def answer(request: Request, error: TakenError) -> Response:
        keep(request)
        return JSONResponse({}, 418)

    @app.get("/request")
    async def read_request(request: Request) -> str:
        keep(request)
        return "x"

    @app.get("/invalid")
    def read_invalid(number: int, held: Resource = Depends(resource)) -> None: ...

    @app.get("/refused")
    def refuse(held: Resource = Depends(resource)) -> None:
        raise HTTPException(404)

    @app.get("/taken")
    def fail(held: Resource = Depends(resource)) -> None:
        raise TakenError

    @app.get("/body")
    async def read_body(request: Request) -> bytes:
        keep(request)
        return await request.body()

    @app.get("/stream")
    async def stream(request: Request) -> StreamingResponse:
        keep(request)
        return StreamingResponse(iter(["x"]))

    return app


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/request", 200),
        ("/body", 200),
        ("/stream", 200),
        ("/invalid", 422),
        ("/refused", 404),
        ("/taken", 418),
    ],
)
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_request_is_freed(
    call: Callable[[Any, str], Awaitable[int]], path: str, status: int
) -> None:
    left: list[weakref.ref[Any]] = []
    app = build(left)
    await call(app, path)
    left.clear()
    gc.disable()
    try:
        assert await call(app, path) == status
        assert left
        with anyio.move_on_after(10):
            # A worker thread lets go of what it did a moment after it has told of it.
            while any(reference() is not None for reference in left):  # noqa: ASYNC110
                await anyio.sleep(0.001)
        assert [reference() for reference in left if reference() is not None] == []
    finally:
        gc.enable()


@pytest.fixture
def call() -> Callable[[Any, str], Awaitable[int]]:
    async def call(app: Any, path: str) -> int:
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "GET",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": [],
        }
        await app(scope, receive, send)
        status: int = sent[0]["status"]
        return status

    return call
