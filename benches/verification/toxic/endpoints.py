"""Ten requests, each with what is a correct answer to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from io import BytesIO
from typing import Any

from harness.case import JSON_BODY, LOOPBACK, Request
from harness.load import wire
from verification.memory.requests import FILE, FORM, GOODBYE, HANDSHAKE, HELLO, ITEM, MULTIPART

CLOSING = ((b"connection", b"close"),)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The bytes of a request, and whether an answer, head and body, is right.

    `then`: what a client sends when something has come, in its order (RFC 6455, section 4.1).
    """

    request: bytes
    is_right: Callable[[bytes], bool]
    then: tuple[tuple[bytes, bytes], ...] = ()


class _Received:
    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, mode: str) -> BytesIO:
        return BytesIO(self._data)


def _answers(status: int, *parts: bytes) -> Callable[[bytes], bool]:
    def is_right(data: bytes) -> bool:
        received: Any = _Received(data)
        response = HTTPResponse(received)
        try:
            response.begin()
            body = response.read()
        except (HTTPException, ValueError):
            return False
        return response.status == status and all(part in body for part in parts)

    return is_right


def _get(path: str, *parts: bytes, status: int = 200) -> Endpoint:
    return Endpoint(wire(Request(path, headers=CLOSING)), _answers(status, *parts))


def _post(
    path: str, headers: tuple[tuple[bytes, bytes], ...], body: bytes, *parts: bytes
) -> Endpoint:
    request = Request(path, method="POST", headers=(*CLOSING, *headers), body=body)
    return Endpoint(wire(request), _answers(200, *parts))


ENDPOINTS: dict[str, Endpoint] = {
    "parameters": _get("/items/7", b'"number":7'),
    "model": _post("/items", JSON_BODY, ITEM, b'"name":"Tea"'),
    "threads": _get("/thread", b'{"connection":2}'),
    "form": _post("/form", FORM, b"name=a&number=1", b'{"a":1}'),
    "upload": _post("/upload", MULTIPART, FILE, b"3000"),
    "file": _get("/file", b"An application with an answer of every kind."),
    "lines": _get("/lines", b'"price":0', b'"price":2'),
    "events": _get("/events", b'"price":0', b'"price":2'),
    "not found": _get("/absent", b"Not Found", status=404),
    "WebSocket": Endpoint(
        wire(Request("/echo", headers=HANDSHAKE)),
        lambda data: data.startswith(b"HTTP/1.1 101 ") and b"\x81\x05hello" in data,
        then=((b"\r\n\r\n", HELLO), (b"hello", GOODBYE)),
    ),
}


async def exchange(
    port: int, endpoint: Endpoint, seconds: float, *, half_closes: bool = False
) -> bytes | None:
    """What came until the end of the connection; `None` when there was no end in time.

    `half_closes`: whether the client says that it sends no more.
    """
    data, then = b"", () if half_closes else endpoint.then
    try:
        async with asyncio.timeout(seconds):
            reader, writer = await asyncio.open_connection(LOOPBACK, port)
            try:
                writer.write(endpoint.request)
                if half_closes:
                    writer.write_eof()
                while piece := await reader.read(65536):
                    data += piece
                    if then and data.endswith(then[0][0]):
                        writer.write(then[0][1])
                        then = then[1:]
            finally:
                writer.close()
    except ConnectionError:
        return data
    except TimeoutError:
        return None
    return data
