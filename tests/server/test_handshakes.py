"""Handshakes of WebSockets that uvicorn's classes for them refuse: each is answered and closed."""

import pytest
from starlette.types import Receive, Scope, Send
from tests.server.serving import sent, serving

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
