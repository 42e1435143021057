"""What a subclass of the response class of event streams says about them."""

import math
import time
import traceback
from collections.abc import AsyncIterator, Iterator
from typing import Any

import anyio
import pytest
from tests.streaming.conftest import pinged

from ferroapi import APIRouter, FastAPI, HTTPException, routing
from ferroapi.exceptions import ResponseValidationError
from ferroapi.responses import EventSourceResponse, StreamingResponse
from ferroapi.sse import ServerSentEvent
from ferroapi.streaming import delivery, turn

pytestmark = pytest.mark.anyio


async def failure(client: Any, app: FastAPI) -> Exception | None:
    """What the application raises for a request."""
    try:
        await client.call(app)
    except Exception as error:
        return error
    return None


class Fast(EventSourceResponse):
    ping_interval = 0.02


class Silent(EventSourceResponse):
    ping_interval = None


class Never(Fast):
    ping_interval = math.inf


class Inherited(Fast):
    pass


# name: (response class, whether there are pings within the silence)
PINGS: dict[str, tuple[type[StreamingResponse], bool]] = {
    "set": (Fast, True),
    "inherited": (Inherited, True),
    "none": (Silent, False),
    "infinite": (Never, False),
    "not set": (EventSourceResponse, False),
    "no event stream": (StreamingResponse, False),
}


@pytest.mark.parametrize("synchronous", [False, True])
@pytest.mark.parametrize(("response_class", "pings"), PINGS.values(), ids=PINGS)
async def test_ping_interval(
    client: Any, response_class: Any, pings: bool, synchronous: bool
) -> None:
    async def quiet() -> AsyncIterator[str]:
        yield "a"
        await (client.until(pinged) if pings else anyio.sleep(0.15))
        yield "b"

    def quiet_in_thread() -> Iterator[str]:
        yield "a"
        if pings:
            client.until_in_thread(pinged)
        else:
            time.sleep(0.15)
        yield "b"

    app = FastAPI()
    app.get("/", response_class=response_class)(quiet_in_thread if synchronous else quiet)
    await client.call(app)

    assert client.complete
    assert pinged(client) is pings


async def test_ping_interval_of_a_router_and_the_setting_of_the_module(
    new_client: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """FastAPI's users patch the module's in tests; it counts where no class says anything."""

    async def quiet() -> AsyncIterator[str]:
        yield "a"
        await (client.until(pinged) if pings else anyio.sleep(0.15))

    for default, patched, pings in [
        (Fast, 15.0, True),
        (Silent, 0.02, False),
        (EventSourceResponse, 0.02, True),
    ]:
        monkeypatch.setattr(routing, "_PING_INTERVAL", patched)
        router = APIRouter(default_response_class=default)
        router.get("/")(quiet)
        app = FastAPI()
        app.include_router(router)
        client = new_client()
        await client.call(app)
        assert pinged(client) is pings


@pytest.mark.parametrize("interval", [0, -1.0, math.nan])
async def test_ping_interval_has_to_be_positive(interval: float) -> None:
    with pytest.raises(ValueError, match="ping_interval is a positive number of seconds, not"):
        type("Wrong", (EventSourceResponse,), {"ping_interval": interval})


class ItemError(Exception):
    pass


class Telling(EventSourceResponse):
    @classmethod
    def failure_event(cls, error: Exception) -> ServerSentEvent:
        return ServerSentEvent(event="error", data=f"{cls.__name__}: {type(error).__name__}")


class Choosing(EventSourceResponse):
    @classmethod
    def failure_event(cls, error: Exception) -> ServerSentEvent | None:
        return ServerSentEvent(raw_data="it") if isinstance(error, ItemError) else None


def broken() -> int:
    raise ItemError


def refused() -> Any:
    return "no number"


def http_exception() -> int:
    raise HTTPException(404)


TOLD = b'event: error\ndata: "Telling: %s"\n\n'

# name: (response class, what fails, the last event, the error)
FAILURES: dict[str, tuple[type[StreamingResponse], Any, bytes, type[Exception]]] = {
    "generator": (Telling, broken, TOLD % b"ItemError", ItemError),
    "item": (Telling, refused, TOLD % b"ResponseValidationError", ResponseValidationError),
    "http exception": (Telling, http_exception, TOLD % b"HTTPException", HTTPException),
    "chosen": (Choosing, broken, b"data: it\n\n", ItemError),
    "no event": (Choosing, refused, b"", ResponseValidationError),
    "not set": (EventSourceResponse, broken, b"", ItemError),
}


@pytest.mark.parametrize("kind", ["at once", "after a wait", "in a thread"])
@pytest.mark.parametrize(
    ("response_class", "fail", "last", "error"), FAILURES.values(), ids=FAILURES
)
async def test_failure_event(
    client: Any, response_class: Any, fail: Any, last: bytes, error: type[Exception], kind: str
) -> None:
    async def numbers() -> AsyncIterator[int]:
        for number in range(3):
            yield number
        if kind == "after a wait":
            await anyio.sleep(0.01)
        yield fail()

    def numbers_in_thread() -> Iterator[int]:
        yield from range(3)
        yield fail()

    app = FastAPI()
    app.get("/", response_class=response_class)(
        numbers_in_thread if kind == "in a thread" else numbers
    )
    raised = await failure(client, app)

    assert client.body == b"data: 0\n\ndata: 1\n\ndata: 2\n\n" + last
    assert not client.complete
    assert type(raised) is error


@pytest.mark.parametrize("started", [False, True])
async def test_failure_before_the_first_item(
    client: Any, started: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has its own status, unless the stream has been silent so long that it was started."""
    monkeypatch.setattr(delivery, "START_DELAY", 0.01 if started else 10.0)
    app = FastAPI()

    @app.get("/", response_class=Telling)
    async def stream() -> AsyncIterator[int]:
        await anyio.sleep(0.2)
        yield http_exception()

    await failure(client, app)
    if started:
        assert (client.messages[0]["status"], client.body) == (200, TOLD % b"HTTPException")
    else:
        assert (client.messages[0]["status"], client.body) == (404, b'{"detail":"Not Found"}')
    assert client.complete is not started


@pytest.mark.parametrize("size", [1, 65_510, 70_000])
async def test_failure_event_comes_after_much_that_was_not_sent_yet(
    client: Any, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "SLICE", 10.0)
    app = FastAPI()

    @app.get("/", response_class=Telling)
    async def items() -> AsyncIterator[str]:
        yield "first"
        yield "x" * size
        raise ItemError

    assert isinstance(await failure(client, app), ItemError)
    frame = b'data: "%s"\n\n'
    assert client.body == frame % b"first" + frame % (b"x" * size) + TOLD % b"ItemError"


async def test_failure_event_that_fails(client: Any) -> None:
    """The stream ends without it, and with the error that it was for."""

    class Wrong(EventSourceResponse):
        @classmethod
        def failure_event(cls, error: Exception) -> ServerSentEvent:
            return ServerSentEvent(data="x", id="\n")

    app = FastAPI()

    @app.get("/", response_class=Wrong)
    async def stream() -> AsyncIterator[int]:
        yield 1
        try:
            raise LookupError("the cause")
        except LookupError as cause:
            raise ItemError from cause

    raised = await failure(client, app)
    assert (client.body, client.complete) == (b"data: 1\n\n", False)
    assert raised is not None
    logged = "".join(traceback.format_exception(raised))
    for part in ("the cause", "ItemError", "SSE 'id' must be a single line", "in failure_event"):
        assert part in logged


async def test_response_that_a_function_makes_sends_chunks_as_they_are(client: Any) -> None:
    class Both(Fast, Telling):
        pass

    async def chunks() -> AsyncIterator[str]:
        yield "data: a\n\n"
        await anyio.sleep(0.2)
        raise ItemError

    app = FastAPI()
    app.get("/")(lambda: Both(chunks()))
    raised = await failure(client, app)
    assert client.body == b"data: a\n\n"
    assert isinstance(raised, ItemError)
