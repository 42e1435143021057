"""Requests that a server and the proxy before it may take for different ones: all are refused."""

import pytest
from starlette.types import Receive, Scope, Send
from tests.server.applications import respond
from tests.server.serving import connected, serving

pytestmark = pytest.mark.anyio

SECRET = b"/hidden"
HIDDEN = b"GET " + SECRET + b" HTTP/1.1\r\nHost: x\r\n\r\n"
"""What is behind each of them, which must not be answered."""


def request(*lines: bytes, method: bytes = b"POST", target: bytes = b"/") -> bytes:
    """A request with these lines, which have no end where one of theirs is meant."""
    start = b"%s %s HTTP/1.1\r\nHost: x\r\n" % (method, target)
    return (
        start
        + b"".join(line if line.endswith(b"\n") else line + b"\r\n" for line in lines)
        + b"\r\n"
    )


LENGTH = b"Content-Length: 3"
CHUNKED = b"Transfer-Encoding: chunked"

HEADS: dict[str, bytes] = {
    "both lengths": request(LENGTH, CHUNKED),
    "both lengths, the other way round": request(CHUNKED, LENGTH),
    "two lengths": request(LENGTH, b"Content-Length: 4"),
    "one length twice": request(LENGTH, LENGTH),
    "lengths in a list": request(b"Content-Length: 3, 3"),
    "a length with a sign": request(b"Content-Length: +3"),
    "a negative length": request(b"Content-Length: -3"),
    "a length in hexadecimal": request(b"Content-Length: 0x3"),
    "a length with an underscore": request(b"Content-Length: 1_0"),
    "a length with a fraction": request(b"Content-Length: 3.0"),
    "a length in other digits": request("Content-Length: ³".encode()),
    "an empty length": request(b"Content-Length:"),
    "a length with a space in it": request(b"Content-Length: 1 0"),
    "a length over 2^64": request(b"Content-Length: 18446744073709551619"),
    "a length with NUL": request(b"Content-Length: 3\x00"),
    "a length with a vertical tab": request(b"Content-Length: \x0b3"),
    "a length after a folded line": request(b"A: b", b" Content-Length: 3"),
    "a length that is folded": request(b"Content-Length:", b" 3"),
    "a length behind a bare CR": request(b"A: b\rContent-Length: 3"),
    "a length behind a bare LF": request(b"A: b\nContent-Length: 3"),
    "space before the colon of a length": request(b"Content-Length : 3"),
    "tab before the colon of a length": request(b"Content-Length\t: 3"),
    "space before the colon of a coding": request(b"Transfer-Encoding : chunked"),
    "space before the first field": b"POST / HTTP/1.1\r\n Host: x\r\n" + LENGTH + b"\r\n\r\n",
    "coding twice": request(CHUNKED, CHUNKED),
    "coding twice in a list": request(CHUNKED + b", chunked"),
    "another coding": request(b"Transfer-Encoding: gzip"),
    "identity": request(b"Transfer-Encoding: identity"),
    "another coding before": request(b"Transfer-Encoding: gzip, chunked"),
    "another coding behind": request(CHUNKED + b", identity"),
    "a misspelt coding": request(b"Transfer-Encoding: xchunked"),
    "a coding in quotes": request(b'Transfer-Encoding: "chunked"'),
    "a coding with a parameter": request(CHUNKED + b";q=1"),
    "a coding behind a vertical tab": request(b"Transfer-Encoding: \x0bchunked"),
    "a coding behind a form feed": request(b"Transfer-Encoding: \x0cchunked"),
    "a coding before a no-break space": request(CHUNKED + b"\xa0"),
    "a coding in other letters": request("Transfer-Encoding: chun\u212aed".encode()),
    "an empty coding": request(b"Transfer-Encoding:"),
    "a coding with a comma": request(CHUNKED + b","),
    "a coding that is folded": request(b"Transfer-Encoding:", b" chunked"),
    "a coding in two fields": request(b"Transfer-Encoding: gzip", CHUNKED),
    "a coding in HTTP/1.0": b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
    "bare line feeds": b"GET / HTTP/1.1\nHost: x\n\n",
    "a bare line feed after the request line": b"GET / HTTP/1.1\nHost: x\r\n\r\n",
    "a bare line feed at the end": b"GET / HTTP/1.1\r\nHost: x\r\n\n",
    "bare carriage returns": b"GET / HTTP/1.1\rHost: x\r\r",
    "a bare carriage return in a value": request(b"A: b\rc"),
    "two carriage returns": request(b"A: b\r\r\n"),
    "NUL in a name": request(b"A\x00: b"),
    "NUL in a value": request(b"A: \x00"),
    "NUL in the target": request(target=b"/\x00"),
    "NUL in the method": request(method=b"GE\x00T"),
    "an empty name": request(b": b"),
    "no colon": request(b"Content-Length 3"),
    "a name with a space": request(b"Content Length: 3"),
    "a name beyond ASCII": request("Contént-Length: 3".encode()),
    "two hosts": request(b"Host: y"),
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "a host with a path": b"GET / HTTP/1.1\r\nHost: x/y\r\n\r\n",
    "a host with user information": b"GET / HTTP/1.1\r\nHost: a@x\r\n\r\n",
    "a host with a space": b"GET / HTTP/1.1\r\nHost: x y\r\n\r\n",
    "hosts in a list": b"GET / HTTP/1.1\r\nHost: x, y\r\n\r\n",
    "a host with a port that is none": b"GET / HTTP/1.1\r\nHost: x:8a\r\n\r\n",
    "a target that is an authority": request(target=b"x:80"),
    "a tunnel": request(method=b"CONNECT", target=b"x:80"),
    "a URL of another scheme": request(target=b"file:///etc/passwd"),
    "a URL with user information": request(target=b"http://a@x/"),
    "a URL without a host": request(target=b"http:///a"),
    "a target without a slash": request(target=b"a"),
    "a fragment": request(target=b"/a#b"),
    "a space in the target": request(target=b"/a b"),
    "bytes beyond ASCII in the target": request(target="/é".encode()),
    "an asterisk": request(target=b"*"),
    "two spaces": b"GET  / HTTP/1.1\r\nHost: x\r\n\r\n",
    "a space at the end": b"GET / HTTP/1.1 \r\nHost: x\r\n\r\n",
    "a space at the beginning": b" GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "a tab instead of a space": b"GET\t/ HTTP/1.1\r\nHost: x\r\n\r\n",
    "no version": b"GET /\r\nHost: x\r\n\r\n",
    "HTTP/0.9": b"GET / HTTP/0.9\r\nHost: x\r\n\r\n",
    "HTTP/1.2": b"GET / HTTP/1.2\r\nHost: x\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a version of two digits": b"GET / HTTP/1.10\r\nHost: x\r\n\r\n",
    "a version in small letters": b"GET / http/1.1\r\nHost: x\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "many empty lines": b"\r\n" * 5 + request(),
}

BODIES: dict[str, bytes] = {
    "a negative size": b"-1\r\n",
    "a size with a sign": b"+3\r\nabc\r\n0\r\n\r\n",
    "a size with 0x": b"0x3\r\nabc\r\n0\r\n\r\n",
    "a size with an underscore": b"1_0\r\n",
    "a size over 2^63": b"ffffffffffffffff\r\nabc",
    "a size of many digits": b"0" * 17 + b"3\r\nabc\r\n0\r\n\r\n",
    "an empty size": b"\r\nabc\r\n0\r\n\r\n",
    "space before a size": b" 3\r\nabc\r\n0\r\n\r\n",
    "NUL in a size": b"3\x00\r\nabc\r\n0\r\n\r\n",
    "a bare line feed after a size": b"3\nabc\r\n0\r\n\r\n",
    "a bare carriage return after a size": b"3\rabc\r\n0\r\n\r\n",
    "a bare line feed after data": b"3\r\nabc\n0\r\n\r\n",
    "data that is longer than its size": b"3\r\nabcd\r\n0\r\n\r\n",
    "a bare line feed at the end": b"3\r\nabc\r\n0\r\n\n",
    "a bare line feed in an extension": b"3;a\nb\r\nabc\r\n0\r\n\r\n",
    "a bare carriage return in an extension": b"3;a\rb\r\nabc\r\n0\r\n\r\n",
    "NUL in an extension": b"3;a\x00\r\nabc\r\n0\r\n\r\n",
    "space after a size, and no extension": b"3 \r\nabc\r\n0\r\n\r\n",
    "extensions without end": b"3;" + b"a" * 5_000 + b"\r\nabc\r\n0\r\n\r\n",
    "a trailer without a colon": b"0\r\nabc\r\n\r\n",
    "a trailer with a space before the colon": b"0\r\nA : b\r\n\r\n",
    "a trailer that is folded": b"0\r\nA: b\r\n c\r\n\r\n",
    "NUL in a trailer": b"0\r\nA: \x00\r\n\r\n",
    "trailers without end": b"0\r\n" + b"A: b\r\n" * 100 + b"\r\n",
}


async def answers(data: bytes, caplog: pytest.LogCaptureFixture) -> list[bytes]:
    """The answers to what has to be refused, which have to be one at most."""
    paths: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        paths.append(scope["path"])
        while True:
            message = await receive()
            if message["type"] == "http.disconnect" or not message["more_body"]:
                break
        await respond(send, b"answered")

    async with serving(app) as port, connected(port) as (reader, writer):
        writer.write(data + HIDDEN)
        answer = await reader.read()
    assert SECRET.decode() not in paths
    assert answer.count(b"HTTP/1.1 ") == 1
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.split(b" ")[1] in {b"400", b"431", b"501", b"505"}
    assert head.splitlines()[1:] == [
        b"content-type: text/plain; charset=utf-8",
        b"content-length: 30",
        b"connection: close",
    ]
    assert body == b"Invalid HTTP request received."
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    message = record.getMessage()
    assert message.isprintable()
    assert SECRET.decode() not in message
    return paths


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
async def test_a_head_that_may_mean_two_things_is_refused(
    head: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    assert await answers(head, caplog) == []


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_a_body_that_may_end_in_two_places_is_refused(
    body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    await answers(request(CHUNKED) + body, caplog)


ACCEPTED: dict[str, tuple[bytes, bytes]] = {
    "a coding in other letters": (
        request(b"TRANSFER-ENCODING:\tChunked ") + b"3\r\nabc\r\n0\r\n\r\n",
        b"abc",
    ),
    "a size with zeros before it": (request(CHUNKED) + b"0003\r\nabc\r\n000\r\n\r\n", b"abc"),
    "an extension": (request(CHUNKED) + b'3;a="b";c\r\nabc\r\n0;d\r\n\r\n', b"abc"),
    "trailers": (request(CHUNKED) + b"3\r\nabc\r\n0\r\nContent-Length: 50\r\nA: b\r\n\r\n", b"abc"),
    "a length with zeros before it": (request(b"Content-Length: 003") + b"abc", b"abc"),
    "a name with an underscore is another one": (request(b"Content_Length: 50"), b""),
    "white space around a value": (request(b"Content-Length: \t 3 \t") + b"abc", b"abc"),
    "a body of a request that has none": (request(LENGTH, method=b"GET") + b"abc", b"abc"),
    "a request in the body": (request(b"Content-Length: %d" % len(HIDDEN)) + HIDDEN, HIDDEN),
}


@pytest.mark.parametrize(("data", "body"), ACCEPTED.values(), ids=ACCEPTED)
async def test_what_means_one_thing_only_is_read_as_that(data: bytes, body: bytes) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        received = b""
        while (message := await receive())["type"] == "http.request":
            received += message["body"]
            if not message["more_body"]:
                break
        seen.append((scope["path"], received))
        await respond(send, b"")

    seen: list[tuple[str, bytes]] = []
    last = request(b"Connection: close", target=b"/last")
    async with serving(app) as port, connected(port) as (reader, writer):
        writer.write(data + last)
        await reader.read()
    assert seen == [("/", body), ("/last", b"")]
