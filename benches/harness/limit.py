"""The least that a server can do: when something has arrived, it writes a constant."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping

from harness.case import Case
from harness.load import wire

HEAD = (
    b"HTTP/1.1 200 OK\r\ndate: Thu, 01 Jan 1970 00:00:00 GMT\r\nserver: limit\r\n"
    b"content-length: %d\r\ncontent-type: application/json\r\n\r\n"
)


def answers(case: Case) -> dict[bytes, bytes]:
    """What is written for the bytes of each request."""
    bodies = {
        wire(row.request): json.dumps(row.expected.value, separators=(",", ":")).encode()
        for row in case.rows
    }
    return {request: HEAD % len(body) + body for request, body in bodies.items()}


class Limit(asyncio.Protocol):
    """Answers each request of a connection as its first; anything unknown closes it."""

    def __init__(self, answers: Mapping[bytes, bytes]) -> None:
        self._answers = answers
        self._answer: bytes | None = None
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # of a socket

    def data_received(self, data: bytes) -> None:
        if self._answer is None:
            self._answer = self._answers.get(data)
            if self._answer is None:
                self._transport.abort()
                return
        self._transport.write(self._answer)
