"""Sending a response that an endpoint or a handler gave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import FileResponse, Response, StreamingResponse

from ferroapi._core import check_headers
from ferroapi.cancellation import cancelled_first
from ferroapi.originals import has_own
from ferroapi.plan.reply.file import send_file

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from ferroapi.connection.exchange import Exchange


# As it was imported, unless somebody had changed it before.
_CALL = Response.__call__ if has_own(Response, "__call__") else None


def is_whole(response: Response) -> bool:
    """Whether calling a response sends its status, its headers and its body, and nothing else."""
    return type(response).__call__ is _CALL


async def send_reply(response: Response, exchange: Exchange) -> None:
    """Sends a response as the reply to a request.

    Raises:
        RuntimeError: it has a header that cannot be sent. Nothing was sent then.
    """
    if not is_whole(response):
        await send_response(response, exchange)
        return
    send, headers = exchange.send, response.raw_headers
    check_headers(headers)
    start = {"type": "http.response.start", "status": response.status_code, "headers": headers}
    exchange.started = True
    await send(start)
    await send({"type": "http.response.body", "body": response.body})
    if response.background is not None:
        await response.background()


def send_response(response: Response, exchange: Exchange) -> Awaitable[None]:
    """What calling it does, to be awaited at once.

    A stream of Starlette's is sent as one of ours, and a small file in one visit of a thread. What
    others send by groups of tasks may fail in one of them while the request is cancelled.
    """
    scope, receive, send = exchange.scope, exchange.receive, exchange.send_tracked
    if type(response) is FileResponse:
        return cancelled_first(send_file(response, scope, receive, send))
    if isinstance(response, StreamingResponse):
        # Part of what a plain service does not import.
        from ferroapi.plan.reply.returned_stream import ReturnedStream, is_delivered
        from ferroapi.streaming import GeneratorStream

        if is_delivered(response, exchange):
            response = ReturnedStream(response, exchange)
        if isinstance(response, GeneratorStream):
            return response(scope, receive, send)
    return cancelled_first(response(scope, receive, send))
