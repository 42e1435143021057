"""What floors begin with."""

from typing import Any
from urllib.parse import parse_qsl


async def receive_body(receive: Any) -> bytes:
    """The whole body."""
    message = await receive()
    body: bytes = message["body"]
    while message["more_body"]:
        message = await receive()
        body += message["body"]
    return body


async def receive_json(scope: dict[str, Any], receive: Any) -> bytes:
    """The whole body of a request that says that it is JSON."""
    assert (b"content-type", b"application/json") in scope["headers"]
    return await receive_body(receive)


def query_pairs(scope: dict[str, Any]) -> list[tuple[str, str]]:
    """Names and values of the query, in their order."""
    return parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
