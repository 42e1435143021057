"""What an application may send, and what becomes of it."""

import asyncio
from http import HTTPStatus
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send
from tests.server.applications import read, respond
from tests.server.serving import connected, sent, serving
from uvicorn.server import ServerState

pytestmark = pytest.mark.anyio

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = b"GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"


def start(status: Any = 200, *headers: tuple[bytes, bytes]) -> Message:
    return {"type": "http.response.start", "status": status, "headers": headers}


def body(data: Any, *, more: bool = False) -> Message:
    return {"type": "http.response.body", "body": data, "more_body": more}


async def answer_to(request: bytes, *messages: Message) -> bytes:
    """What is sent for these messages to a request, and to one after it."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/last":
            await respond(send, b"last")
        else:
            for message in messages:
                await send(message)

    async with serving(app) as port:
        return await sent(port, request + LAST)


NEXT = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\nlast"
LENGTH = (b"Content-Length", b"2")


@pytest.mark.parametrize(
    ("request_bytes", "messages", "answer"),
    [
        pytest.param(
            GET,
            (start(204), body(b"")),
            b"HTTP/1.1 204 No Content\r\n\r\n",
            id="204 without length",
        ),
        pytest.param(
            GET,
            (start(204, LENGTH), body(b"no")),
            b"HTTP/1.1 204 No Content\r\n\r\n",
            id="204 with length and content",
        ),
        pytest.param(
            GET,
            (start(304, LENGTH), body(b"")),
            b"HTTP/1.1 304 Not Modified\r\ncontent-length: 2\r\n\r\n",
            id="304 with length",
        ),
        pytest.param(
            GET,
            (start(304), body(b"no")),
            b"HTTP/1.1 304 Not Modified\r\n\r\n",
            id="304 with content",
        ),
        pytest.param(
            GET.replace(b"GET", b"HEAD"),
            (start(200, LENGTH), body(b"no")),
            b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n",
            id="HEAD with length",
        ),
        pytest.param(
            GET.replace(b"GET", b"HEAD"),
            (start(), body(b"no", more=True), body(b"")),
            b"HTTP/1.1 200 OK\r\n\r\n",
            id="HEAD without length",
        ),
        pytest.param(
            GET,
            (
                start(HTTPStatus.OK, LENGTH),
                body(bytearray(b"o"), more=True),
                body(memoryview(b"k")),
            ),
            b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
            id="other kinds of bytes",
        ),
        pytest.param(
            GET,
            (start(200, LENGTH, (b"Transfer-Encoding", b"chunked"), (b"a", b"b")), body(b"all")),
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\na: b\r\n\r\n3\r\nall\r\n0\r\n\r\n",
            id="both lengths",
        ),
        pytest.param(
            GET,
            (start(299, LENGTH), body(b"ok")),
            b"HTTP/1.1 299 \r\ncontent-length: 2\r\n\r\nok",
            id="status without a phrase",
        ),
    ],
)
async def test_a_response_ends_where_its_head_says(
    request_bytes: bytes, messages: tuple[Message, ...], answer: bytes
) -> None:
    assert await answer_to(request_bytes, *messages) == answer + NEXT


@pytest.mark.parametrize(
    "messages",
    [
        pytest.param((start(100), body(b"")), id="interim status"),
        pytest.param((start(99), body(b"")), id="too small a status"),
        pytest.param((start(1000), body(b"")), id="too large a status"),
        pytest.param((start(-1), body(b"")), id="negative status"),
        pytest.param((start("200"), body(b"")), id="status that is text"),
        pytest.param(({"type": "http.response.start"}, body(b"")), id="no status"),
        pytest.param((body(b"x"),), id="body before the start"),
    ],
)
@pytest.mark.parametrize("waits", [False, True])
async def test_a_response_without_a_status_is_answered_in_its_place(
    messages: tuple[Message, ...], waits: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if waits:
            await asyncio.sleep(0)
        for message in messages:
            await send(message)

    async with serving(app) as port:
        answer = await sent(port, GET + LAST)
    assert answer == (
        b"HTTP/1.1 500 Internal Server Error\r\ncontent-type: text/plain; charset=utf-8\r\n"
        b"content-length: 21\r\nconnection: close\r\n\r\nInternal Server Error"
    )
    (record,) = caplog.records
    assert record.getMessage() == "Exception in ASGI application\n"


async def test_another_response_may_be_sent_in_the_place_of_one_without_a_status() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/last":
            await respond(send, b"last")
            return
        for wrong in (start(100), start(1000), body(b"no start")):
            with pytest.raises(RuntimeError):
                await send(wrong)
        await respond(send, b"ok")

    async with serving(app) as port:
        answer = await sent(port, GET + LAST)
    assert answer == b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok" + NEXT


@pytest.mark.parametrize(
    "messages",
    [
        pytest.param((start(), start()), id="two starts"),
        pytest.param((start(), body("text")), id="body that is text"),
        pytest.param((start(), body(b"x", more=True), {"type": "http.other"}), id="other message"),
    ],
)
async def test_a_response_that_cannot_be_sent_closes_the_connection(
    messages: tuple[Message, ...], caplog: pytest.LogCaptureFixture
) -> None:
    answer = await answer_to(GET, *messages)
    assert b"last" not in answer
    assert len([record for record in caplog.records if record.levelname == "ERROR"]) == 1


async def test_a_response_without_a_valid_head_is_not_taken_for_the_next_one() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await send(start(200, (b"a", b"b\r\nc: d")))
        except RuntimeError:
            await send(body(b"instead"))

    async with serving(app) as port:
        assert await sent(port, GET + LAST) == b""


async def test_an_exception_after_the_start_leaves_the_response_incomplete(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send(start())
        await send(body(b"begun", more=True))
        raise LookupError

    async with serving(app) as port:
        answer = await sent(port, GET + LAST)
    assert answer.endswith(b"\r\n\r\n5\r\nbegun\r\n")
    assert len(caplog.records) == 1


@pytest.mark.parametrize("outcome", [LookupError(), 1])
@pytest.mark.parametrize("waits", [False, True])
async def test_what_goes_wrong_after_a_response_leaves_the_next_one(
    outcome: Any, waits: bool, caplog: pytest.LogCaptureFixture
) -> None:
    ended = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> Any:
        if scope["path"] == "/last":
            if waits:
                await ended.wait()
            await respond(send, b"last")
            return None
        await respond(send, b"ok")
        if waits:
            await asyncio.sleep(0.01)
        ended.set()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async with serving(app) as port:
        answer = await sent(port, GET + LAST)
    assert answer.endswith(b"\r\n\r\nok" + NEXT)
    assert len(caplog.records) == 1


@pytest.mark.parametrize("error", [asyncio.CancelledError, SystemExit, GeneratorExit])
@pytest.mark.parametrize("waits", [False, True])
async def test_whatever_an_application_raises_stays_with_its_request(
    error: type[BaseException], waits: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if waits:
            await asyncio.sleep(0)
        raise error

    server_state = ServerState()
    async with serving(app, server_state=server_state) as port:
        answer = await sent(port, GET)
        assert not server_state.tasks
    assert answer.startswith(b"HTTP/1.1 500 Internal Server Error\r\n")
    assert server_state.total_requests == 1
    assert len(caplog.records) == 1


async def test_a_head_is_sent_before_the_application_waits() -> None:
    go_on = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send(start())
        await go_on.wait()
        await send(body(b""))

    async with serving(app) as port, connected(port) as (reader, writer):
        writer.write(LAST)
        assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
        go_on.set()
        assert (await reader.read()).endswith(b"\r\n\r\n0\r\n\r\n")


@pytest.mark.parametrize("size", [3, 100_000])
async def test_a_body_that_is_too_long_leaves_what_was_sent_before_it(
    size: int, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await answer_to(GET, start(200, LENGTH), body(b"x" * size))
    assert answer == b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n"
    assert len(caplog.records) == 1


@pytest.mark.parametrize(
    ("request_bytes", "kept"),
    [
        (GET, True),
        (LAST.replace(b"last", b""), False),
        (b"GET / HTTP/1.0\r\n\r\n", False),
    ],
)
async def test_a_connection_is_not_said_to_be_kept_where_it_is_not(
    request_bytes: bytes, kept: bool
) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send(start(200, LENGTH, (b"Connection", b"Keep-Alive")))
        await send(body(b"ok"))

    async with serving(app) as port, connected(port) as (reader, writer):
        writer.write(request_bytes)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
    assert (b"connection: keep-alive" in head, b"connection: close" in head) == (kept, not kept)


@pytest.mark.parametrize("size", [65_536, 65_537, 3_000_000])
@pytest.mark.parametrize("framing", [LENGTH[0], b"Transfer-Encoding"])
async def test_a_large_body_arrives_as_it_is(size: int, framing: bytes) -> None:
    data = bytes(range(256)) * (size // 256) + b"x" * (size % 256)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        value = b"chunked" if framing == b"Transfer-Encoding" else b"%d" % size
        await send(start(200, (framing, value)))
        await send(body(data))

    async with serving(app) as port:
        found = (await sent(port, LAST)).partition(b"\r\n\r\n")[2]
    if framing == b"Transfer-Encoding":
        assert found == b"%x\r\n%s\r\n0\r\n\r\n" % (size, data)
    else:
        assert found == data


@pytest.mark.parametrize("begun", [False, True])
async def test_a_broken_body_is_refused_where_nothing_was_answered(
    begun: bool, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if begun:
            await send(start())
            await send(body(b"begun", more=True))
        while not told or told[-1] == "http.request":
            told.append((await receive())["type"])
        await respond(send, b"too late")

    async with serving(app) as port, connected(port) as (reader, writer):
        writer.write(CHUNKED + b"2\r\nok\r\n")
        if begun:
            await reader.readuntil(b"begun\r\n")
        writer.write(b"xx\r\n" + GET)
        answer = await reader.read()
    if begun:
        assert answer == b""
    else:
        assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
        assert answer.endswith(b"\r\n\r\nInvalid HTTP request received.")
    assert told[-1] == "http.disconnect"
    assert [record.levelname for record in caplog.records] == ["WARNING"]


async def test_a_broken_body_behind_its_response_gets_no_other_one() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await respond(send, b"early")

    async with serving(app) as port, connected(port) as (reader, writer):
        writer.write(CHUNKED)
        await reader.readuntil(b"early")
        writer.write(b"xx\r\n" + GET)
        assert await reader.read() == b""


async def test_a_huge_body_is_thrown_away_after_its_response() -> None:
    size = 50_000_000

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await respond(send, b"early")

    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % size
    async with serving(app) as port, connected(port) as (reader, writer):
        writer.write(head)
        for _ in range(size // 500_000):
            writer.write(b"x" * 500_000)
            await writer.drain()
        writer.write(LAST)
        answer = await reader.read()
    assert answer.count(b"\r\n\r\nearly") == 2


async def test_an_old_client_is_answered_and_left() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["http_version"] == "1.0"
        await respond(send, await read(receive))

    request = b"POST / HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok"
    async with serving(app) as port:
        answer = await sent(port, request + GET)
    assert answer == b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok"
