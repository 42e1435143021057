"""What applications of these tests do with a request."""

from starlette.types import Receive, Scope, Send


async def read(receive: Receive) -> bytes:
    """The body of the request."""
    body = b""
    while True:
        message = await receive()
        assert message["type"] == "http.request"
        body += message["body"]
        if not message["more_body"]:
            return body


async def respond(send: Send, body: bytes, status: int = 200) -> None:
    """Sends a whole response."""
    headers = [(b"Content-Length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Says what it was asked for."""
    body = await read(receive)
    await respond(send, b"%s %s" % (scope["path"].encode(), body))
