"""Requests on a connection: what is answered, in which order, and when it is closed."""

import asyncio
import json
from typing import Any

import pytest
import websockets
from starlette.types import Receive, Scope, Send
from tests.server.applications import echo, read, respond
from tests.server.serving import LIMIT, connected, sent, serving
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ferroapi.server import HTTPProtocol

pytestmark = pytest.mark.anyio

GET = b"GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = b"GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
POST = b"POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"
CHUNKED = (
    b"POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    b"3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"
)
UPGRADE = (
    b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n\r\n"
)
OLD = b"GET / HTTP/1.0\r\n\r\n"


async def parts(scope: Scope, receive: Receive, send: Send) -> None:
    """Sends a body whose length it does not know."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for part in (b"one", b"", b"two"):
        await send({"type": "http.response.body", "body": part, "more_body": True})
        await asyncio.sleep(0)
    await send({"type": "http.response.body"})


def head_and_body(answer: bytes) -> tuple[list[bytes], bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    return head.split(b"\r\n"), body


@pytest.mark.parametrize(
    ("request_bytes", "body"),
    [
        pytest.param(LAST, b"/last ", id="get"),
        pytest.param(POST, b"/p hello", id="body"),
        pytest.param(
            POST.replace(b"5", b"0").removesuffix(b"hello"), b"/p ", id="body of no length"
        ),
        pytest.param(CHUNKED, b"/p hello", id="chunked body"),
        pytest.param(OLD, b"/ ", id="HTTP/1.0"),
        pytest.param(b"\r\n" + LAST, b"/last ", id="an empty line first"),
        pytest.param(
            LAST.replace(b"/last", b"/%C3%A4%2f?%41"), b"/\xc3\xa4/ ", id="percent-encoded path"
        ),
        pytest.param(LAST.replace(b"/last", b"http://x/z?q"), b"/z ", id="absolute form"),
    ],
)
@pytest.mark.parametrize("cut", [0, 1, 7])
async def test_a_request_is_answered_however_it_is_cut(
    request_bytes: bytes, body: bytes, cut: int
) -> None:
    step = cut or len(request_bytes)
    pieces = [request_bytes[i : i + step] for i in range(0, len(request_bytes), step)]
    async with serving(echo) as port:
        lines, found = head_and_body(await sent(port, *pieces))
    assert lines[0] == b"HTTP/1.1 200 OK"
    assert b"connection: close" in lines
    assert found == body


async def test_requests_of_one_connection_are_answered_in_order() -> None:
    first = GET.replace(b"/a", b"/1")
    second = POST.replace(b"Connection: close\r\n", b"").replace(b"/p", b"/2")
    async with serving(echo) as port:
        answer = await sent(port, first + second + CHUNKED.replace(b"/p", b"/3"))
    heads = answer.split(b"HTTP/1.1 200 OK")
    assert [part.partition(b"\r\n\r\n")[2] for part in heads[1:]] == [
        b"/1 ",
        b"/2 hello",
        b"/3 hello",
    ]


async def test_the_scope_is_that_of_uvicorn() -> None:
    scopes: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scopes.append(scope)
        await respond(send, b"")

    request = (
        b"GET /r/%20a?x=%20 HTTP/1.1\r\nHost: h:1\r\nX-Two:  a\r\nx-two: b\r\n"
        b"Connection: close\r\n\r\n"
    )
    for protocol in (None, HttpToolsProtocol):
        options: Any = {} if protocol is None else {"protocol": protocol}
        async with serving(app, root_path="/root", state={"s": 1}, **options) as port:
            await sent(port, request)
    ours, theirs = scopes
    assert isinstance(ours.pop("client"), tuple)
    assert isinstance(ours.pop("server"), tuple)
    del theirs["client"], theirs["server"]
    assert ours == theirs


async def test_a_body_without_length_is_chunked() -> None:
    async with serving(parts) as port:
        lines, body = head_and_body(await sent(port, LAST))
    assert b"transfer-encoding: chunked" in lines
    assert body == b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"


async def test_a_body_without_length_ends_with_the_connection_for_an_old_client() -> None:
    async with serving(parts) as port:
        lines, body = head_and_body(await sent(port, OLD))
    assert not any(line.startswith(b"transfer-encoding") for line in lines)
    assert body == b"onetwo"


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        pytest.param(b"GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400, id="two spaces"),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", 400, id="no host"),
        pytest.param(b"GET / HTTP/1.1\nHost: x\n\n", 400, id="bare line feeds"),
        pytest.param(b"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505, id="another version"),
        pytest.param(b"GET / b HTTP/1.1\r\nHost: x\r\n\r\n", 400, id="space in the target"),
        pytest.param(
            CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Length: 5\r\n\r\n", 1),
            400,
            id="both lengths",
        ),
        pytest.param(
            b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 70_000 + b"\r\n\r\n", 431, id="long field"
        ),
        pytest.param(b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n", 414, id="long target"),
    ],
)
async def test_what_is_no_request_is_refused_and_the_connection_closed(
    request_bytes: bytes, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(echo) as port:
        lines, body = head_and_body(await sent(port, request_bytes + GET))
    assert lines[0].split()[1] == b"%d" % status
    assert b"connection: close" in lines
    assert body == b"Invalid HTTP request received."
    assert [record.levelname for record in caplog.records] == ["WARNING"]


# name: what is refused with these statuses
REFUSED_HEADS: dict[str, tuple[bytes, bytes]] = {
    "no host": (b"HEAD / HTTP/1.1\r\n\r\n", b"400"),
    "no host behind an empty line": (b"\r\nHEAD / HTTP/1.1\r\n\r\n", b"400"),
    "another version": (b"HEAD / HTTP/1.2\r\n\r\n", b"505"),
    "a fragment": (b"HEAD /#a HTTP/1.1\r\nHost: x\r\n\r\n", b"400"),
    "a long target": (b"HEAD /" + b"a" * 70_000, b"414"),
    "a broken body": (CHUNKED.replace(b"POST", b"HEAD").replace(b"3\r\n", b"x\r\n"), b"400"),
}


@pytest.mark.parametrize(("request_bytes", "status"), REFUSED_HEADS.values(), ids=REFUSED_HEADS)
async def test_a_refusal_of_head_has_no_content(request_bytes: bytes, status: bytes) -> None:
    async with serving(echo) as port:
        lines, body = head_and_body(await sent(port, request_bytes))
    assert lines[0].split()[1] == status
    assert b"content-length: 30" in lines
    assert body == b""


@pytest.mark.parametrize("at_once", [True, False], ids=["with its head", "behind its head"])
@pytest.mark.parametrize("size", [b"x", b"1Zxxxxxxxxxxxx"])
async def test_a_chunked_body_that_is_none_is_refused(size: bytes, at_once: bool) -> None:
    """And nothing of it is read as something else."""
    head = CHUNKED.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    body = b"5\r\nhello\r\n%b\r\n0\r\n\r\n" % size
    parts = [head + body] if at_once else [head, body]
    async with serving(echo) as port:
        lines, _ = head_and_body(await sent(port, *parts))
    assert lines[0] == b"HTTP/1.1 400 Bad Request"


async def test_a_client_is_told_to_send_its_body_when_it_is_read() -> None:
    expecting = POST.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n")
    async with serving(echo) as port:
        answer = await sent(port, expecting)
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")


async def test_a_refusal_before_the_body_was_asked_for_closes() -> None:
    async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
        await respond(send, b"no", 413)

    expecting = POST.replace(b"Connection: close", b"Expect: 100-continue")
    async with serving(refuse) as port:
        lines, body = head_and_body(await sent(port, expecting.removesuffix(b"hello")))
    assert lines[0].startswith(b"HTTP/1.1 413 ")
    assert b"connection: close" in lines
    assert body == b"no"


@pytest.mark.parametrize(
    ("request_bytes", "content"),
    [
        pytest.param(GET, b"Internal Server Error", id="GET"),
        pytest.param(GET.replace(b"GET", b"HEAD"), b"", id="HEAD"),
    ],
)
async def test_what_the_application_raises_is_logged_and_answered(
    request_bytes: bytes, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(scope: Scope, receive: Receive, send: Send) -> None:
        raise LookupError("mine")

    async with serving(fail) as port:
        lines, body = head_and_body(await sent(port, request_bytes))
    assert lines[0] == b"HTTP/1.1 500 Internal Server Error"
    assert body == content
    (record,) = caplog.records
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], LookupError)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param([(b"a", b"b\r\nc: d")], id="line break"),
        pytest.param([(b"a b", b"c")], id="space in a name"),
        pytest.param([(b"content-length", b"-1")], id="negative length"),
        pytest.param([(b"content-length", b"2"), (b"content-length", b"3")], id="two lengths"),
        pytest.param([(b"transfer-encoding", b"gzip")], id="other coding"),
        pytest.param([(b"content-length", b"1")], id="longer than declared"),
        pytest.param([(b"content-length", b"3")], id="shorter than declared"),
    ],
)
async def test_a_response_that_is_not_well_formed_is_refused_where_it_is_made(
    headers: list[tuple[bytes, bytes]],
) -> None:
    raised: list[BaseException] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": b"ok"})
        except RuntimeError as error:
            raised.append(error)
            raise

    async with serving(app) as port:
        answer = await sent(port, GET)
    assert len(raised) == 1
    assert b"ok" not in answer
    assert b"c: d" not in answer


async def test_a_receive_after_the_body_waits_for_the_client_to_leave() -> None:
    events: list[str] = []
    left = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        events.append((await receive())["type"])
        waiting = asyncio.create_task(receive())
        await asyncio.sleep(0.01)
        assert not waiting.done()
        events.append((await waiting)["type"])
        left.set()

    async with serving(app) as port:
        _reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(GET)
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.close()
        await asyncio.wait_for(left.wait(), LIMIT)
    assert events == ["http.request", "http.disconnect"]


async def test_a_client_that_does_not_read_stops_the_sender() -> None:
    sent_parts = 0

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal sent_parts
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while sent_parts < 400:
            await send({"type": "http.response.body", "body": b"x" * 65_536, "more_body": True})
            sent_parts += 1
        await send({"type": "http.response.body"})

    async with serving(app) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        writer.write(LAST)
        await asyncio.sleep(0.3)
        assert sent_parts < 400
        answer = await asyncio.wait_for(reader.read(), LIMIT)
        writer.close()
    assert len(answer) > 400 * 65_536


async def test_a_client_that_does_not_read_stops_itself() -> None:
    """What it sends behind a response that waits for it is not kept."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await respond(send, b"x" * 20_000_000)

    async with serving(app) as port, connected(port) as (_, writer):
        writer.write(GET)
        writer.write(b"x" * 50_000_000)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(writer.drain(), 0.3)
        writer.transport.abort()


async def test_a_body_that_nobody_reads_stops_its_sender() -> None:
    go_on = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await go_on.wait()
        body = await read(receive)
        await respond(send, b"%d" % len(body))

    size = 20_000_000
    head = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % size
    async with serving(app) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head + b"x" * size)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(writer.drain(), 0.3)
        go_on.set()
        answer = await asyncio.wait_for(reader.read(), LIMIT)
        writer.close()
    assert answer.endswith(b"\r\n\r\n%d" % size)


async def test_a_method_that_has_no_content_gets_none() -> None:
    async with serving(echo) as port:
        lines, body = head_and_body(await sent(port, LAST.replace(b"GET", b"HEAD")))
    assert b"content-length: 6" in lines
    assert body == b""


async def test_a_websocket_is_handed_to_the_servers_own_protocol() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "websocket"
        await receive()
        await send({"type": "websocket.accept"})
        message = await receive()
        await send({"type": "websocket.send", "text": message["text"] * 2})
        await send({"type": "websocket.close"})

    async with (
        serving(app, ws="websockets-sansio") as port,
        websockets.connect(f"ws://127.0.0.1:{port}/") as socket,
    ):
        await socket.send("ab")
        assert await asyncio.wait_for(socket.recv(), LIMIT) == "abab"


@pytest.mark.parametrize("before", [b"", b"\r\n"], ids=["", "empty line"])
async def test_what_follows_the_answer_to_a_handshake_belongs_to_the_websocket(
    before: bytes,
) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "websocket"
        assert dict(scope["headers"])[b"host"] == b"x"
        await receive()
        await send({"type": "websocket.accept"})
        message = await receive()
        await send({"type": "websocket.send", "text": message["text"] * 2})
        await send({"type": "websocket.close"})

    masked = b"\x81\x82\x00\x00\x00\x00ab"
    async with serving(app, ws="websockets-sansio") as port, connected(port) as (reader, writer):
        writer.write(before + UPGRADE)
        assert await reader.readline() == b"HTTP/1.1 101 Switching Protocols\r\n"
        await reader.readuntil(b"\r\n\r\n")
        writer.write(masked)
        assert await reader.readexactly(6) == b"\x81\x04abab"


async def test_what_follows_another_upgrade_belongs_to_the_other_protocol() -> None:
    class Other(asyncio.Protocol):
        def __init__(self, transport: asyncio.Transport) -> None:
            self.transport = transport

        def data_received(self, data: bytes) -> None:
            self.transport.write(b"took " + data)
            self.transport.close()

    class Upgrading(HTTPProtocol):
        __slots__ = ()

        def upgrade(
            self, protocol: bytes, head: bytes, transport: asyncio.Transport
        ) -> asyncio.Protocol | None:
            assert protocol == b"other"
            other = Other(transport)
            transport.set_protocol(other)
            return other

    async with serving(echo, protocol=Upgrading) as port:
        answer = await sent(port, UPGRADE.replace(b"websocket", b"other") + b"this")
    assert answer == b"took this"


async def test_a_request_with_a_body_is_not_upgraded() -> None:
    request = UPGRADE.replace(b"\r\n\r\n", b"\r\nContent-Length: 2\r\n\r\nok")
    async with serving(echo, ws="websockets-sansio") as port, connected(port) as (reader, writer):
        writer.write(request + LAST)
        answer = await reader.read()
    assert b"\r\n\r\n/ ok" in answer
    assert answer.endswith(b"/last ")


async def test_the_scope_of_a_request_is_its_own() -> None:
    seen: list[Any] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(json.dumps(scope["asgi"]))
        scope["asgi"]["mine"] = scope["state"]["mine"] = 1
        await respond(send, b"")

    async with serving(app) as port:
        await sent(port, GET + LAST)
    assert seen[0] == seen[1]
