"""What floors end with."""

from typing import Any

JSON_TYPE = (b"content-type", b"application/json")


async def send_answer(
    send: Any, body: bytes, *headers: tuple[bytes, bytes], status: int = 200
) -> None:
    """Sends an answer whose body is complete, with its length."""
    length = (b"content-length", b"%d" % len(body))
    start = {"type": "http.response.start", "status": status, "headers": [length, *headers]}
    await send(start)
    await send({"type": "http.response.body", "body": body})


async def send_json(send: Any, body: bytes, status: int = 200) -> None:
    """Sends a JSON answer."""
    headers = [(b"content-length", b"%d" % len(body)), JSON_TYPE]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def send_start(send: Any, headers: list[tuple[bytes, bytes]]) -> None:
    """Sends the start of a stream."""
    await send({"type": "http.response.start", "status": 200, "headers": headers})


async def send_part(send: Any, body: bytes, *, more: bool) -> None:
    """Sends a part of a stream."""
    await send({"type": "http.response.body", "body": body, "more_body": more})


async def wait_for_disconnect(receive: Any) -> None:
    """Returns when the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
