"""The same bytes for our protocol and for uvicorn's: where ours takes a request, it is the same."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.properties import examples
from tests.server.applications import respond
from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from ferroapi.server import HTTPProtocol

TURNS = 12
"""Turns of the loop in which a protocol and its application come to rest."""


@dataclass
class Transport:
    """Keeps what is written."""

    written: bytes = b""
    closed: bool = False

    def get_extra_info(self, name: str) -> Any:
        return {"sockname": ("127.0.0.1", 80), "peername": ("127.0.0.1", 81)}.get(name)

    def write(self, data: bytes) -> None:
        assert not self.closed
        self.written += data

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


@dataclass
class Understanding:
    """What a protocol makes of what has come."""

    requests: list[Any] = field(default_factory=list)
    """Method, path, query, headers and body of each whole request."""
    kept: bool = True
    """Whether more may be sent."""
    statuses: list[bytes] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    """Why something was refused, by the log."""

    @property
    def is_refused(self) -> bool:
        return any(not status.startswith(b"2") for status in self.statuses)


class Reasons(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


Understands = Callable[[type[Any], list[bytes]], Understanding]


@pytest.fixture(scope="module")
def understand() -> Iterator[Understands]:
    """Has a protocol read these parts."""

    async def read(protocol_class: type[Any], parts: list[bytes]) -> Understanding:
        understanding = Understanding()

        async def app(scope: Any, receive: Any, send: Any) -> None:
            body = b""
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return
                body += message["body"]
                if not message["more_body"]:
                    break
            names = ("method", "path", "raw_path", "query_string", "http_version", "headers")
            understanding.requests.append((*(scope[name] for name in names), body))
            await respond(send, b"")

        config = Config(app, log_config=None, lifespan="off", ws="none", proxy_headers=False)
        config.load()
        protocol = protocol_class(config, ServerState(), {})
        transport = Transport()
        protocol.connection_made(transport)
        for part in parts:
            if not transport.closed:
                protocol.data_received(part)
        for _ in range(TURNS):
            await asyncio.sleep(0)
        understanding.kept = not transport.closed
        understanding.statuses = [
            line[9:12]
            for line in transport.written.split(b"\r\n")
            if line.startswith(b"HTTP/1.1 ") and not line.startswith(b"HTTP/1.1 1")
        ]
        transport.closed = True
        protocol.connection_lost(None)
        await asyncio.sleep(0)
        return understanding

    logger = logging.getLogger("uvicorn.error")
    reasons = Reasons()
    logger.addHandler(reasons)
    logger.propagate = False
    with asyncio.Runner() as runner:

        def understand(protocol_class: type[Any], parts: list[bytes]) -> Understanding:
            reasons.messages.clear()
            understanding = runner.run(read(protocol_class, parts))
            understanding.reasons = list(reasons.messages)
            return understanding

        yield understand
    logger.propagate = True
    logger.removeHandler(reasons)


def body_of(data: bytes, sizes: list[int]) -> bytes:
    """The data in chunks of these sizes, and the rest in one."""
    out = b""
    for size in sizes:
        chunk, data = data[:size], data[size:]
        if chunk:
            out += b"%x\r\n%s\r\n" % (len(chunk), chunk)
    if data:
        out += b"%X;ext=1\r\n%s\r\n" % (len(data), data)
    return out + b"0\r\n\r\n"


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    """A request that is well-formed."""
    method = draw(st.sampled_from([b"GET", b"POST", b"PUT", b"DELETE", b"OPTIONS", b"PATCH"]))
    target = draw(st.sampled_from([b"/", b"/a/b", b"/%41%2f%zz?x=%20&y", b"/?", b"/a?b?c", b"//a"]))
    version = draw(st.sampled_from([b"1.1", b"1.1", b"1.1", b"1.0"]))
    fields = [b"Host: x:80"]
    fields += draw(
        st.lists(
            st.sampled_from(
                [
                    b"Accept: */*",
                    b"X-Empty:",
                    b"x-CASE:  \t a b",
                    b"Cookie: a=b; c=d",
                    b"X-High: \xe4\xff",
                    b"Connection: close",
                    b"Connection: keep-alive",
                    b"Connection: x, Close",
                    b"Expect: 100-continue",
                ]
            ),
            max_size=4,
        )
    )
    data = draw(st.binary(max_size=30))
    framing = draw(st.sampled_from(["none", "length", "chunked"]))
    body = b""
    if framing == "length":
        fields.append(b"Content-Length: %d" % len(data))
        body = data
    elif framing == "chunked" and version == b"1.1":
        fields.append(b"Transfer-Encoding: chunked")
        body = body_of(data, draw(st.lists(st.integers(1, 9), max_size=3)))
    order = draw(st.permutations(fields))
    head = b"%s %s HTTP/%s\r\n" % (method, target, version)
    return head + b"".join(line + b"\r\n" for line in order) + b"\r\n" + body


PIECES = [
    *(
        b"\r",
        b"\n",
        b"\r\n",
        b" ",
        b"\t",
        b":",
        b",",
        b";",
        b"\x00",
        b"\x0b",
        b"\x7f",
        b"\xa0",
        b"0",
    ),
    *(b"1", b"a", b"-", b"+", b"#", b"@", b"%", b"/", b"\r\n\r\n", b"HTTP/1.0", b"http://y"),
    *(b"\r\nContent-Length: 3", b"\r\nTransfer-Encoding: chunked", b"\r\nHost: y", b"\r\nA : b"),
    *(
        b"\r\n A: b",
        b"chunked",
        b"Connection: close\r\n",
        b"GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n",
    ),
]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Requests of which a few bytes are others."""
    data = b"".join(draw(st.lists(requests(), min_size=1, max_size=3)))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(data)))
        end = min(start + draw(st.integers(0, 3)), len(data))
        data = data[:start] + draw(st.sampled_from([b"", *PIECES])) + data[end:]
    return data


@settings(max_examples=examples(100), deadline=None)
@given(pipelined=st.lists(requests(), min_size=1, max_size=3))
def test_what_is_well_formed_means_the_same_to_all(
    pipelined: list[bytes], understand: Understands
) -> None:
    data = b"".join(pipelined)
    ours, h11, httptools = (
        understand(protocol, [data]) for protocol in (HTTPProtocol, H11Protocol, HttpToolsProtocol)
    )
    assert not ours.is_refused
    assert ours.requests == h11.requests == httptools.requests
    assert ours.statuses == h11.statuses == httptools.statuses
    assert ours.kept == h11.kept == httptools.kept


POST = b"POST / HTTP/1.1\r\nHost: x\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
STRICTER: dict[str, bytes] = {
    # A bare LF may be taken for the end of a line (RFC 9112, section 2.2), and proxies differ.
    "a line does not end with CR and LF": b"GET / HTTP/1.1\nHost: x\r\n\r\n",
    # A server has to refuse it (section 3.2).
    "Host is no host and port": b"GET / HTTP/1.1\r\nHost: x/y\r\n\r\n",
    # Folded lines are to be refused or replaced (section 5.2).
    "the name of a field is not well-formed": POST + b"A: b\r\n c\r\n\r\n",
    # There are four forms (section 3.2).
    "the request target is no path and no URL": b"GET a HTTP/1.1\r\nHost: x\r\n\r\n",
    # A server has to ignore `Host` then (section 3.2.2); those before it may not.
    "Host is not that of the request target": b"GET http://y/ HTTP/1.1\r\nHost: x\r\n\r\n",
    "the request target has a fragment": b"GET /#a HTTP/1.1\r\nHost: x\r\n\r\n",
    # For proxies; a server may answer that it has no such method.
    "CONNECT is not implemented": b"CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n",
    # A server may refuse it, and proxies differ (section 6.3).
    "both Content-Length and Transfer-Encoding": (
        POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    ),
    # Also the same length twice (section 6.3).
    "Host, Content-Length or Transfer-Encoding more than once": (
        POST + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\na"
    ),
    "Content-Length is no number below 2^63": POST + b"Content-Length: 1, 1\r\n\r\na",
    # There is none (section 6.1).
    "Transfer-Encoding in HTTP/1.0": (
        b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    ),
    # Nobody else may take them for white space or line ends (RFC 9110, section 5.5).
    "the value of a field has a control character": POST + b"A: \x01\r\n\r\n",
    "the extension of a chunk is not well-formed": CHUNKED + b"1;\x01\r\na\r\n0\r\n\r\n",
    "the size of a chunk is no hexadecimal number below 2^63": (
        CHUNKED + b"00000000000000001\r\na\r\n0\r\n\r\n"
    ),
    "a trailer is not well-formed": CHUNKED + b"0\r\nA: b\r\n c\r\n\r\n",
    # What it would mean is written nowhere.
    "neither HTTP/1.1 nor HTTP/1.0": b"GET / HTTP/0.1\r\nHost: x\r\n\r\n",
}
"""What we refuse and h11 takes: the reason that is logged, and a request."""


@pytest.mark.parametrize(("reason", "data"), STRICTER.items(), ids=STRICTER)
def test_we_are_stricter_than_h11(reason: str, data: bytes, understand: Understands) -> None:
    ours, h11 = understand(HTTPProtocol, [data]), understand(H11Protocol, [data])
    assert ours.reasons == [f"Invalid HTTP request received: {reason}"]
    assert not ours.requests
    assert h11.requests


def without_empty_lines(data: bytes, count: int = 2) -> Iterator[bytes]:
    """The same without some of its line ends, which may have been empty lines before a request.

    They are ignored there (RFC 9112, section 2.2); h11 refuses them.
    """
    for line_end in re.finditer(b"\r\n", data):
        fewer = data[: line_end.start()] + data[line_end.end() :]
        yield fewer
        if count > 1:
            yield from without_empty_lines(fewer, count - 1)


@settings(max_examples=examples(300), deadline=None)
@given(data=mutated())
def test_what_we_take_is_what_h11_takes(data: bytes, understand: Understands) -> None:
    ours, h11 = understand(HTTPProtocol, [data]), understand(H11Protocol, [data])
    if len(ours.requests) > len(h11.requests):
        others = (understand(H11Protocol, [other]) for other in without_empty_lines(data))
        assert any(other.requests[: len(ours.requests)] == ours.requests for other in others)
        return
    assert ours.requests == h11.requests[: len(ours.requests)]
    if len(h11.requests) > len(ours.requests):
        (reason,) = ours.reasons
        assert reason.partition(": ")[2] in STRICTER
    elif not ours.is_refused and not h11.is_refused:
        assert ours.kept == h11.kept


@settings(max_examples=examples(150), deadline=None)
@given(data=mutated() | st.lists(requests(), min_size=1, max_size=2).map(b"".join))
@example(data=b"\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n")
def test_where_the_input_was_cut_is_the_same_to_us(data: bytes, understand: Understands) -> None:
    whole = understand(HTTPProtocol, [data])
    assert understand(HTTPProtocol, [data[i : i + 1] for i in range(len(data))]) == whole
    for cut in {len(data) // 3, len(data) // 2, len(data) - 1}:
        assert understand(HTTPProtocol, [data[:cut], data[cut:]]) == whole
