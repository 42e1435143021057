"""The client that is awaited: streams as they come, the lifespan, and what goes wrong."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import anyio
import httpx2
import pytest
from starlette.types import Receive, Scope, Send

from ferroapi import BackgroundTasks, FastAPI, HTTPException, Request
from ferroapi.responses import EventSourceResponse, StreamingResponse
from ferroapi.testclient import AsyncClient

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
    app.state.log = ["started"]
    yield {"name": "of the lifespan"}
    app.state.log.append("stopped")


@pytest.fixture
def app() -> FastAPI:
    app = FastAPI(lifespan=lifespan)

    @app.get("/numbers", response_class=EventSourceResponse)
    async def count() -> AsyncIterator[int]:
        try:
            for number in range(1_000_000_000):
                yield number
                await anyio.sleep(0.001)
        finally:
            app.state.log.append("closed")

    @app.get("/failing", response_class=StreamingResponse)
    async def fail() -> AsyncIterator[bytes]:
        yield b"first"
        await anyio.sleep(0.001)
        raise ValueError("late")

    @app.post("/upper", response_class=StreamingResponse)
    async def to_upper_case(request: Request) -> AsyncIterator[bytes]:
        async for part in request.stream():
            yield part.upper()

    @app.get("/state")
    async def read_state(request: Request, background: BackgroundTasks) -> dict[str, Any]:
        background.add_task(app.state.log.append, "in the background")
        return {"name": request.state.name, "client": request.client, "url": str(request.url)}

    @app.get("/{error}")
    async def refuse(error: str) -> None:
        raise HTTPException(418) if error == "expected" else ValueError(error)

    return app


async def read_until(response: httpx2.Response, end: bytes) -> bytes:
    """Reads a response until `end` has come, and closes it."""
    read = b""
    async with aclosing(response.aiter_raw()) as chunks:
        while end not in read:
            read += await anext(chunks)
    return read


async def test_an_endless_stream_is_read_as_it_comes_and_closed_when_the_client_leaves(
    app: FastAPI,
) -> None:
    async with AsyncClient(app) as client:
        async with client.stream("GET", "/numbers") as response:
            assert response.status_code == 200
            assert response.headers["content-type"].startswith("text/event-stream")
            assert app.state.log == ["started"]
            assert (await read_until(response, b"2")).startswith(b"data: 0\n\ndata: 1\n\ndata: 2")
        assert app.state.log == ["started", "closed"]
    assert app.state.log == ["started", "closed", "stopped"]


async def test_a_stream_that_nobody_has_closed_ends_with_the_client(app: FastAPI) -> None:
    async with AsyncClient(app) as client:
        request = client.build_request("GET", "/numbers")
        await client.send(request, stream=True)
    assert app.state.log == ["started", "closed", "stopped"]


async def test_several_streams_are_read_side_by_side(app: FastAPI) -> None:
    async with (
        AsyncClient(app) as client,
        client.stream("GET", "/numbers") as one,
        client.stream("GET", "/numbers") as other,
    ):
        for response in (one, other):
            assert (await read_until(response, b"3")).startswith(b"data: 0\n\n")


async def test_a_request_is_over_when_its_background_tasks_are(app: FastAPI) -> None:
    async with AsyncClient(app) as client:
        response = await client.get("/state")
        assert app.state.log == ["started", "in the background"]
    assert response.json() == {
        "name": "of the lifespan",
        "client": ["testclient", 50000],
        "url": "http://testserver/state",
    }


async def test_a_body_is_sent_while_the_response_is_read(app: FastAPI) -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield b"is it "
        yield b"raining"

    async with AsyncClient(app) as client:
        response = await client.post("/upper", content=parts())
    assert response.content == b"IS IT RAINING"


@pytest.mark.parametrize(("path", "status"), [("/expected", 418), ("/a/b", 404)])
async def test_what_the_application_answers_is_no_exception(
    app: FastAPI, path: str, status: int
) -> None:
    async with AsyncClient(app) as client:
        assert (await client.get(path)).status_code == status


async def test_what_the_application_raises_is_raised(app: FastAPI) -> None:
    async with AsyncClient(app) as client:
        with pytest.raises(ValueError, match="unexpected"):
            await client.get("/unexpected")
        async with client.stream("GET", "/failing") as response:
            assert response.status_code == 200
            with pytest.raises(ValueError, match="late"):
                await response.aread()


async def test_or_it_is_what_a_client_sees(app: FastAPI) -> None:
    async with AsyncClient(app, raise_server_exceptions=False) as client:
        assert (await client.get("/unexpected")).status_code == 500
        with pytest.raises(httpx2.RemoteProtocolError, match="incomplete"):
            await client.get("/failing")


async def test_head_has_no_body() -> None:
    app = FastAPI()

    @app.api_route("/", methods=["GET", "HEAD"])
    async def read() -> str:
        return "text"

    async with AsyncClient(app) as client:
        response = await client.head("/")
    assert (response.headers["content-length"], response.content) == ("6", b"")


async def test_a_client_needs_a_started_application(app: FastAPI) -> None:
    client = AsyncClient(app)
    with pytest.raises(RuntimeError, match="async with AsyncClient"):
        await client.get("/")
    await client.aclose()


async def test_an_application_that_cannot_start_says_why() -> None:
    @asynccontextmanager
    async def broken(_app: FastAPI) -> AsyncIterator[None]:
        raise ConnectionError("no database")
        yield

    with pytest.raises(ConnectionError, match="no database"):
        async with AsyncClient(FastAPI(lifespan=broken)):
            pass


async def test_what_the_shut_down_raises_is_raised() -> None:
    @asynccontextmanager
    async def broken(_app: FastAPI) -> AsyncIterator[None]:
        yield
        raise ConnectionError("still busy")

    with pytest.raises(ConnectionError, match="still busy"):
        async with AsyncClient(FastAPI(lifespan=broken)):
            pass


async def test_an_exception_of_the_test_is_raised_as_it_is(app: FastAPI) -> None:
    with pytest.raises(AssertionError, match="of the test"):
        async with AsyncClient(app):
            raise AssertionError("of the test")
    assert app.state.log == ["started", "stopped"]


@pytest.mark.parametrize("messages", [[], [{"type": "lifespan.startup.failed", "message": "no"}]])
async def test_an_application_that_leaves_its_lifespan_has_failed(messages: list[Any]) -> None:
    async def leave(_scope: Scope, _receive: Receive, send: Send) -> None:
        for message in messages:
            await send(message)

    with pytest.raises(RuntimeError, match="lifespan of the application has failed"):
        async with AsyncClient(leave):
            pass


@pytest.mark.parametrize(
    ("messages", "error"),
    [
        ([], "without a response"),
        ([{"type": "http.response.body"}], "Unexpected ASGI message 'http.response.body'"),
        ([{"type": "http.response.start", "status": 200}] * 2, "'http.response.start'"),
        ([{"type": "http.response.trailers"}], "'http.response.trailers'"),
    ],
)
async def test_what_no_server_takes_is_an_error(messages: list[Any], error: str) -> None:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await receive()
            return
        for message in messages:
            await send(message)

    async with AsyncClient(answer) as client:
        with pytest.raises(RuntimeError, match=error):
            await client.get("/")


async def test_a_request_that_is_given_up_is_a_client_that_has_left() -> None:
    app = FastAPI()
    left = anyio.Event()

    @app.get("/")
    async def wait(request: Request) -> None:
        await request.body()
        assert (await request.receive())["type"] == "http.disconnect"
        left.set()

    async with AsyncClient(app) as client:
        with anyio.move_on_after(0.01):
            await client.get("/")
        with anyio.fail_after(10):
            await left.wait()
