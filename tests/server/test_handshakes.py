"""Handshakes of WebSockets: those that are refused are answered and closed; all are one request."""

import asyncio
from urllib.parse import unquote

import pytest
from starlette.types import Receive, Scope, Send
from tests.server.serving import connected, sent, serving

pytestmark = pytest.mark.anyio

CLASSES = "websockets", "websockets-sansio", "wsproto"
UPGRADE = [b"Connection: Upgrade", b"Upgrade: websocket", b"Sec-WebSocket-Version: 13"]
KEY = b"Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw=="
LONG = b"a" * 9000


def handshake(*fields: bytes, target: bytes = b"/", method: bytes = b"GET") -> bytes:
    lines = [b"%b %b HTTP/1.1" % (method, target), b"Host: x", *UPGRADE, *fields]
    return b"\r\n".join([*lines, b"", b""])


async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.close"})


# One of the classes is deprecated, and so is how it calls its library.
@pytest.mark.filterwarnings("ignore:The `websockets` implementation")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("ws", CLASSES)
@pytest.mark.parametrize(
    ("data", "status"),
    [
        pytest.param(handshake(KEY, b"X: " + LONG), 431, id="long field"),
        pytest.param(handshake(KEY, *[b"X: a"] * 126), 431, id="many fields"),
        pytest.param(handshake(KEY, target=b"/" + LONG), 414, id="long target"),
        pytest.param(handshake(), 400, id="no key"),
        pytest.param(handshake(KEY, method=b"POST"), 405, id="POST"),
        pytest.param(handshake(KEY), 403, id="refused by the application"),
    ],
)
async def test_a_handshake_that_is_refused_is_answered(data: bytes, status: int, ws: str) -> None:
    async with serving(refuse, ws=ws) as port:
        answer = await sent(port, data, closing=False)
    # The other classes have no such limit, so that the application refuses it, or say 400.
    statuses = {status} if ws == "websockets-sansio" else {status, 400, 403}
    assert answer.startswith(tuple(b"HTTP/1.1 %d " % status for status in statuses))


FRAMES: dict[str, bytes] = {
    "a message": b"\x81\x82\x00\x00\x00\x00ab",
    "a ping": b"\x89\x80\x00\x00\x00\x00",
    "a close": b"\x88\x80\x00\x00\x00\x00",
    "half a frame": b"\x81",
    "a request": b"GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n",
    "an empty line": b"\r\n",
}


@pytest.mark.filterwarnings("ignore:The `websockets` implementation")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("ws", CLASSES)
@pytest.mark.parametrize("data", FRAMES.values(), ids=FRAMES)
async def test_a_client_that_does_not_wait_for_the_answer_is_refused(
    data: bytes, ws: str, caplog: pytest.LogCaptureFixture
) -> None:
    """As RFC 6455, section 4.1 has it: nothing of its data is answered before the handshake is."""
    called: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        called.append(scope["type"])

    async with serving(app, ws=ws) as port:
        answer = await sent(port, handshake(KEY) + data, closing=False)
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert answer.endswith(b"\r\n\r\nInvalid HTTP request received.")
    assert called == []
    assert [record.getMessage() for record in caplog.records] == [
        "Invalid HTTP request received: data behind the handshake of a WebSocket"
    ]


@pytest.mark.filterwarnings("ignore:The `websockets` implementation")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("ws", CLASSES)
@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        pytest.param(b"/a%20b?c=%20", "/a b", b"c=%20", id="path and query"),
        pytest.param(b"/a?", "/a", b"", id="empty query"),
        pytest.param(b"http://x/a%20b?c", "/a b", b"c", id="URL"),
        pytest.param(b"http://X:80?c", "/", b"c", id="URL without a path"),
    ],
)
async def test_a_handshake_has_the_path_of_its_target(
    target: bytes, path: str, query: bytes, ws: str
) -> None:
    seen: asyncio.Queue[Scope] = asyncio.Queue()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.put_nowait(scope)
        await refuse(scope, receive, send)

    async with serving(app, ws=ws) as port, connected(port) as (_, writer):
        writer.write(handshake(KEY, target=target))
        scope = await seen.get()
    assert (scope["path"], scope["query_string"]) == (path, query)
    assert unquote(scope["raw_path"].decode()) == path
