"""Malformed requests as bytes, damaged once more where only HTTP/1.1 has something to damage."""

from __future__ import annotations

from random import Random
from typing import Literal
from urllib.parse import quote

import h11
from tests.differential.descriptions import Sent

HANDSHAKE = [
    ("connection", "Upgrade"),
    ("upgrade", "websocket"),
    ("sec-websocket-version", "13"),
    ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
]
ODD_HANDSHAKE = [
    ("connection", "close"),
    ("upgrade", "websocket, h2c"),
    ("sec-websocket-version", "12"),
    ("sec-websocket-key", "x"),
    ("sec-websocket-extensions", 'permessage-deflate; client_max_window_bits="99"'),
]
FRAMES = [
    b"\x81\x85\0\0\0\0hello",
    b"\xf1\x80\0\0\0\0",
    b"\x81\x05hello",
    b"\x83\xff" + b"\xff" * 9,
]
FRAMES += [b"\x01\x80\0\0\0\0\x01\x80\0\0\0\0", b"\x88\x81\0\0\0\0x", b"\x89\xfe\xff\xff", b"\x81"]

FIELDS = [
    *(b"Content-Length: x", b"Content-Length: -1", b"Content-Length: +3", b"Content-Length: 5, 5"),
    *(b"Content-Length: 99999999999999999999", b"Content-Length: 3\r\nContent-Length: 4"),
    *(b"Transfer-Encoding: chunked", b"Transfer-Encoding: gzip", b"Transfer-Encoding: \x0bchunked"),
    *(b"Transfer-Encoding: chunked, chunked", b"Transfer-Encoding: chunked\r\nContent-Length: 2"),
    *(b"Host: a\r\nHost: b", b"Host: a/b", b"Host : a", b"Expect: x", b"Expect: 100-continue"),
    *(b"Connection: upgrade\r\nUpgrade: h2c", b"A: b\r\n c", b": a", b"a", b"A\x00: b", b"A: \x00"),
    *(b"X: " + b"a" * 70_000, b"\r\n".join([b"X: a"] * 300), b"Trailer: a", b"TE: trailers"),
]
VERSIONS = [
    b"HTTP/1.0",
    b"HTTP/2.0",
    b"HTTP/0.9",
    b"HTTP/1.2",
    b"HTTP/11",
    b"http/1.1",
    b"",
    b"ICY",
]
TARGETS = [b"*", b"@host", b"http://a/products", b"a:80", b"//a", b"/%", b"/\xff", b"/\x00", b""]
BREAKS = [b"\n", b"\r", b"\r\r\n", b"\x0b", b" \r\n", b"\r\n\r\n"]


def wire(random: Random, sent: Sent) -> tuple[bytes, bytes]:
    """The bytes of a request, damaged in half of the cases, and what a WebSocket sends then."""
    target = sent["path"].encode("utf-8", "surrogatepass")
    if not random.randrange(4):
        target = target.replace(b" ", b"%20")
    else:
        target = quote(target, safe="/:%;,@!$'()*+=~").encode()
    target += b"?" + sent["query"].encode("latin-1") if sent["query"] else b""
    version, frames = b"HTTP/1.1", b""
    fields = [(b"Host", b"127.0.0.1")]
    fields += [(name.encode("latin-1"), value.encode("latin-1")) for name, value in sent["headers"]]
    body = "".join(sent["body"]).encode("latin-1")
    if "messages" in sent:
        handshake = dict(HANDSHAKE)
        if not random.randrange(2):
            name, value = random.choice(ODD_HANDSHAKE)
            handshake[name] = value
        fields += [(name.encode(), value.encode()) for name, value in handshake.items()]
        body, frames = b"", b"".join(random.choices(FRAMES, k=random.randrange(3)))
    elif b"content-length" not in {name.lower() for name, _ in fields}:
        if random.randrange(5):
            fields.append((b"Content-Length", b"%d" % len(body)))
        else:
            fields.append((b"Transfer-Encoding", b"chunked"))
            body = _chunked(random, body)
    damage = random.randrange(16)
    if damage == 0:
        version = random.choice(VERSIONS)
    elif damage == 1:
        target = random.choice(TARGETS)
    lines = [b"%b: %b" % field for field in fields]
    if damage == 2:
        lines.insert(random.randint(0, len(lines)), random.choice(FIELDS))
    elif damage == 3:
        lines.pop(random.randrange(len(lines)))
    elif damage == 4:
        lines.append(random.choice(lines))
    request = b"%b %b %b" % (sent["method"].encode("latin-1"), target, version)
    head = b"\r\n".join([request, *lines]) + b"\r\n\r\n"
    if damage == 5:
        head = head.replace(b"\r\n", random.choice(BREAKS), random.randint(1, 3))
    elif damage == 6:
        head = _other_bytes(random, head)
    data = head + body
    return data[: random.randint(1, len(data))] if damage == 7 else data, frames


def _chunked(random: Random, body: bytes) -> bytes:
    size = random.choice([1, 7, 1000])
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
    if random.randrange(4):
        return chunks
    return random.choice([_other_bytes(random, chunks), chunks[:-2], b"x\r\n" + chunks, b"0;\x00"])


def _other_bytes(random: Random, data: bytes) -> bytes:
    at, length = random.randrange(len(data)), random.choice([0, 1, 1, 5])
    new = random.choice([b"", bytes([random.randrange(256)]), b"\x00", b" ", b"\r\n", b":"])
    return data[:at] + new + data[at + length :]


def reading(data: bytes) -> Literal["complete", "incomplete", "wrong"]:
    """What h11 makes of a request: a server may close without an answer on what is not complete."""
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=2**20)
    connection.receive_data(data)
    try:
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                return "incomplete"
            if event is h11.PAUSED or isinstance(event, h11.EndOfMessage):
                return "complete"
    except h11.RemoteProtocolError:
        return "wrong" if b"\r\n\r\n" in data else "incomplete"
