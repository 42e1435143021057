"""The mix: a request of each kind, and the status of its answer."""

from __future__ import annotations

import socket
from http.client import HTTPResponse

from harness.case import JSON_BODY, LOOPBACK, Request
from harness.load import wire

FORM = ((b"content-type", b"application/x-www-form-urlencoded"),)
MULTIPART = ((b"content-type", b"multipart/form-data; boundary=b"),)
FILE = (
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
    + b"x" * 3000
    + b"\r\n--b--\r\n"
)
ITEM = b'{"name":"Tea","price":1.5,"tags":["a"]}'
HANDSHAKE = (
    (b"connection", b"Upgrade"),
    (b"upgrade", b"websocket"),
    (b"sec-websocket-version", b"13"),
    (b"sec-websocket-key", b"dGhlIHNhbXBsZSBub25jZQ=="),
)
HELLO = b"\x81\x85\0\0\0\0hello"
GOODBYE = b"\x88\x80\0\0\0\0"


def _post(path: str, headers: tuple[tuple[bytes, bytes], ...], body: bytes) -> Request:
    return Request(path, method="POST", headers=headers, body=body)


MIX: tuple[tuple[Request, int], ...] = (
    *((Request(f"/items/{number}", b"q=a&q=b"), 200) for number in range(4)),
    (Request("/items/x", b"q=%ff"), 422),
    (_post("/items", JSON_BODY, ITEM), 200),
    (_post("/items", JSON_BODY, ITEM), 200),
    (_post("/items", JSON_BODY, b'{"name":1}'), 422),
    (_post("/items", JSON_BODY, b"{"), 422),
    (_post("/items", (), ITEM), 422),
    (Request("/thread"), 200),
    (Request("/refused"), 403),
    (Request("/absent"), 404),
    (Request("/items", method="PATCH"), 405),
    (Request("/items/"), 307),
    (Request("/failing"), 500),
    (Request("/unwritable"), 500),
    (_post("/form", FORM, b"name=a&number=1"), 200),
    (_post("/form", FORM, b"name=a&number=x"), 422),
    (_post("/upload", MULTIPART, FILE), 200),
    (_post("/upload", MULTIPART, FILE[:-10]), 400),
    (Request("/file"), 200),
    (Request("/text"), 200),
    (Request("/lines"), 200),
    (Request("/events"), 200),
)
"""What one connection asks, one after the other."""


class WrongStatusError(Exception):
    """An answer has another status than the one of the mix."""


def _connect(port: int) -> socket.socket:
    connection = socket.create_connection((LOOPBACK, port), timeout=30)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def play(port: int) -> int:
    """Asks for the whole mix, then has a WebSocket; how many requests it was.

    Over one connection, but that servers close it behind an application that has raised.
    """
    connection = _connect(port)
    try:
        for request, status in MIX:
            connection.sendall(wire(request))
            with HTTPResponse(connection, method=request.method) as response:
                response.begin()
                response.read()
            if response.status != status:
                raise WrongStatusError(f"{request.path}: {response.status}, not {status}")
            if status >= 500:
                connection.close()
                connection = _connect(port)
        connection.sendall(wire(Request("/echo", headers=HANDSHAKE)))
        _read_until(connection, b"\r\n\r\n")
        connection.sendall(HELLO)
        _read_until(connection, b"hello")
        connection.sendall(GOODBYE)
        while connection.recv(4096):
            pass
    finally:
        connection.close()
    return len(MIX) + 1


def _read_until(connection: socket.socket, end: bytes) -> None:
    received = b""
    while not received.endswith(end):
        data = connection.recv(4096)
        if not data:
            raise WrongStatusError(f"a WebSocket: closed after {received!r}")
        received += data
