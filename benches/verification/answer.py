"""What a server did with the bytes of one request."""

from __future__ import annotations

import errno
import socket
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse, RemoteDisconnected
from time import perf_counter
from typing import Literal, TypeAlias

from harness.case import LOOPBACK
from harness.departures import vanish

End: TypeAlias = Literal["answered", "closed", "broken", "hung"]
"""A whole answer; the end of the connection without one byte; in the midst of one; or nothing."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a request ended, the status of what was answered, its body, and the seconds it took."""

    end: End
    status: int = 0
    body: bytes = b""
    seconds: float = 0.0


def outcome(port: int, data: bytes, *, ends: bool, seconds: float, then: bytes = b"") -> Outcome:
    """Sends bytes over a connection of their own, and waits at most so long for what happens.

    `ends`: whether the client says that nothing follows. `then`: what it sends, and that nothing
    follows it, when the server has agreed to another protocol.
    """
    started = perf_counter()
    with socket.create_connection((LOOPBACK, port), timeout=seconds) as connection:
        try:
            # Whoever refuses a request closes while it is still being sent.
            with suppress(ConnectionError):
                connection.sendall(data)
                if ends:
                    _end(connection)
            end, status, body = _read(connection, data)
            if then and status == 101:
                with suppress(ConnectionError):
                    connection.sendall(then)
                    _end(connection)
                    while connection.recv(65536):
                        pass
        except TimeoutError:
            end, status, body = "hung", 0, b""
        vanish(connection)
    return Outcome(end, status, body, perf_counter() - started)


def _end(connection: socket.socket) -> None:
    """Says that nothing follows, unless the server has reset the connection."""
    try:
        connection.shutdown(socket.SHUT_WR)
    except OSError as error:
        if error.errno != errno.ENOTCONN:
            raise


def _read(connection: socket.socket, data: bytes) -> tuple[End, int, bytes]:
    method = data.lstrip(b"\r\n").split(b" ", 1)[0].decode("latin-1")
    response = HTTPResponse(connection, method=method)
    try:
        response.begin()
        return "answered", response.status, response.read()
    except RemoteDisconnected:
        return "closed", 0, b""
    except (HTTPException, ConnectionError, ValueError):
        return "broken", 0, b""
    finally:
        response.close()
