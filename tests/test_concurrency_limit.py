"""How many uses of a dependency there may be at once."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Annotated, Any

import anyio
import pytest

from ferroapi import Depends, FastAPI, WebSocket
from ferroapi.testclient import TestClient

SCOPE = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}


@pytest.mark.parametrize("limit", [0, -1, True, 1.0, "1"])
def test_wrong_limit(limit: Any) -> None:
    with pytest.raises(ValueError, match="max_concurrency must be a positive integer or None"):
        Depends(len, max_concurrency=limit)


class Uses:
    """Counts uses at the same time."""

    def __init__(self) -> None:
        self.now = self.most = self.calls = 0

    def begin(self) -> None:
        self.calls += 1
        self.now += 1
        self.most = max(self.most, self.now)

    def end(self) -> None:
        self.now -= 1


def dependency(kind: str, uses: Uses) -> Any:
    async def coroutine() -> None:
        uses.begin()
        await anyio.sleep(0.01)
        uses.end()

    def sync() -> None:
        anyio.from_thread.run_sync(uses.begin)
        anyio.from_thread.run(anyio.sleep, 0.01)
        anyio.from_thread.run_sync(uses.end)

    async def async_generator() -> AsyncIterator[None]:
        uses.begin()
        yield
        uses.end()

    def generator() -> Iterator[None]:
        anyio.from_thread.run_sync(uses.begin)
        yield
        anyio.from_thread.run_sync(uses.end)

    return locals()[kind]


async def request(app: Any, times: int, *, path: str = "/") -> None:
    """Sends requests at the same time."""

    async def one() -> None:
        async def receive() -> Any:
            return {"type": "http.request"}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                assert message["status"] == 200

        await app({**SCOPE, "path": path}, receive, send)

    with anyio.fail_after(10):
        async with anyio.create_task_group() as tasks:
            for _ in range(times):
                tasks.start_soon(one)


async def read() -> None:
    await anyio.sleep(0.01)


@pytest.mark.anyio
@pytest.mark.parametrize("kind", ["coroutine", "sync", "async_generator", "generator"])
@pytest.mark.parametrize("limit", [1, 3])
async def test_limit(kind: str, limit: int) -> None:
    """Generators count until they are left."""
    uses = Uses()
    app = FastAPI()
    app.get("/", dependencies=[Depends(dependency(kind, uses), max_concurrency=limit)])(read)
    await request(app, 8)
    assert (uses.calls, uses.most, uses.now) == (8, limit, 0)


@pytest.mark.anyio
async def test_whoever_shares_the_object_shares_the_limit() -> None:
    """Other declarations of the same callable have limits of their own."""
    uses = Uses()
    call = dependency("coroutine", uses)
    shared = Depends(call, max_concurrency=1)
    app = FastAPI()
    app.get("/a", dependencies=[shared])(read)
    app.get("/b", dependencies=[replace(shared)])(read)
    app.get("/c", dependencies=[Depends(call, max_concurrency=1)])(read)
    app.get("/d", dependencies=[replace(shared, max_concurrency=2)])(read)

    async def both(first: str, second: str) -> int:
        uses.most = 0
        async with anyio.create_task_group() as tasks:
            for path in (first, second):
                tasks.start_soon(lambda path: request(app, 3, path=path), path)
        return uses.most

    assert await both("/a", "/b") == 1
    assert await both("/a", "/c") == 2
    assert await both("/a", "/d") == 3


@pytest.mark.anyio
async def test_a_value_that_is_there_already_is_no_use() -> None:
    uses = Uses()
    limited = Depends(dependency("async_generator", uses), max_concurrency=1)

    def above(_: None = limited) -> None: ...

    app = FastAPI()

    @app.get("/")
    async def twice(a: Annotated[None, limited], b: Annotated[None, Depends(above)]) -> None: ...

    await request(app, 3)
    assert (uses.calls, uses.most) == (3, 1)


@pytest.mark.anyio
async def test_a_replacement_has_the_limit_of_the_original() -> None:
    original, uses = dependency("coroutine", Uses()), Uses()
    app = FastAPI()
    app.get("/", dependencies=[Depends(original, max_concurrency=2)])(read)
    app.dependency_overrides[original] = dependency("coroutine", uses)
    await request(app, 5)
    assert (uses.calls, uses.most) == (5, 2)


def test_other_event_loops_have_limits_of_their_own() -> None:
    """One object may be used by applications in several threads."""
    limited = Depends(dependency("coroutine", Uses()), max_concurrency=1)
    app = FastAPI()
    app.get("/", dependencies=[limited])(read)

    @app.websocket("/", dependencies=[limited])
    async def talk(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.close()

    for _ in range(2):
        assert TestClient(app).get("/").status_code == 200
        with TestClient(app).websocket_connect("/"):
            pass
