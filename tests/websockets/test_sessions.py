"""WebSockets over real servers with a real client: what both sides see from the handshake on."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.request import urlopen

import pytest
from tests.websockets.cases import TEXT
from tests.websockets.client import Client
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Frame
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

SECONDS = 10


@contextmanager
def connected(port: int, path: str, **options: Any) -> Iterator[ClientConnection]:
    with connect(
        f"ws://127.0.0.1:{port}{path}", open_timeout=SECONDS, close_timeout=SECONDS, **options
    ) as websocket:
        yield websocket


def end_of(port: int, name: str) -> Any:
    """What the application saw at the end of a session."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        with urlopen(f"http://127.0.0.1:{port}/ends/{name}") as response:
            seen = json.load(response)
        if seen is not None:
            return seen
        time.sleep(0.01)
    raise AssertionError("it has not ended")


# name: (the endpoint, what is sent, the code and the reason of the close)
CLOSES: dict[str, tuple[str, list[str | bytes], int, str]] = {
    "returns": ("returns", [], 1000, ""),
    "fails": ("fails", [], 1011, ""),
    "closes_for_a_long_reason": ("refuses", [], 4001, "\u20ac" * 41),
    "gets_bytes_for_text": ("text", [b"a"], 1003, "Expected text"),
    "gets_text_for_bytes": ("bytes", ["a"], 1003, "Expected bytes"),
}


@pytest.mark.parametrize("name", CLOSES)
def test_every_end_is_a_close_frame(name: str, port: int) -> None:
    path, sent, code, reason = CLOSES[name]
    with connected(port, f"/{path}/{name}") as websocket:
        for message in sent:
            websocket.send(message)
        with suppress(ConnectionClosed):
            while True:
                websocket.recv(timeout=SECONDS)
        assert (websocket.close_code, websocket.close_reason) == (code, reason)


def test_the_application_sees_code_and_reason(server: str, port: int) -> None:
    with connected(port, "/text/told") as websocket:
        websocket.send("a")
        assert websocket.recv(timeout=SECONDS) == "a"
        websocket.close(4000, "why \u20ac")
    # Granian does not tell the reason.
    assert end_of(port, "told") == [4000, "" if server == "granian" else "why \u20ac"]


def test_the_application_sees_that_a_client_is_gone(port: int) -> None:
    """Its connection is reset: nobody has sent a code, which ASGI calls 1005."""
    client = Client(port, "/text/gone")
    client.send(Frame(TEXT, b"a"))
    assert client.next() == ("text", "a")
    client.abort()
    assert end_of(port, "gone")[0] in (1005, 1006)


def test_fragments_and_compression(port: int) -> None:
    """By the client's own means: a message of an iterator, compressed as both offer."""
    with connected(port, "/text/fragments") as websocket:
        websocket.send(["frag", "ments ", "\u20ac" * 100_000])
        assert websocket.recv(timeout=SECONDS) == "fragments " + "\u20ac" * 100_000


def test_pings(port: int) -> None:
    with connected(port, "/text/pings") as websocket:
        assert websocket.ping("p").wait(SECONDS)
        websocket.send("a")
        assert websocket.recv(timeout=SECONDS) == "a"


def test_the_subprotocol_that_is_chosen(port: int) -> None:
    offered = [Subprotocol("first"), Subprotocol("second")]
    with connected(port, "/chat/subprotocol", subprotocols=offered) as websocket:
        assert websocket.subprotocol == "second"


def test_a_path_that_is_not_there(port: int) -> None:
    with pytest.raises(InvalidStatus) as caught, connected(port, "/none"):
        pass
    assert caught.value.response.status_code == 403
