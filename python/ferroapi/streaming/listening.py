"""Starlette's `StreamingResponse` without the tasks in which it sends and listens.

Its generator runs, and is closed, in the task of the request, and nobody listens for the client to
leave before the stream has waited once.
"""

from collections.abc import AsyncIterator, Generator
from contextlib import closing
from functools import partial
from types import AsyncGeneratorType, GeneratorType
from typing import Any

from starlette.concurrency import iterate_in_threadpool
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from ferroapi.dependencies.callables import code_may_wait
from ferroapi.originals import methods_unreplaced
from ferroapi.streaming.response import send_raises
from ferroapi.streaming.scope import StreamScope, stream_scope
from ferroapi.streaming.taskless import is_of_server
from ferroapi.threads import ThreadContexts, run_in_thread

_call_unreplaced = methods_unreplaced(StreamingResponse, "__call__")


def listens(response: Response, scope: Scope) -> bool:
    """Whether a response sends itself as `StreamingResponse` does, to a server that has to be
    asked whether the client has left.

    What is no generator cannot be closed: a cancel scope that it has left open would be in the way.
    """
    return (
        type(response).__call__ is StreamingResponse.__call__
        and type(getattr(response, "body_iterator", None)) is AsyncGeneratorType
        and _call_unreplaced()
        and scope["type"] == "http"
        and not send_raises(scope.get("asgi", {}).get("spec_version", "2.0"))
    )


async def send_listening(
    response: StreamingResponse, scope: Scope, receive: Receive, send: Send
) -> None:
    """Sends a response that `listens`, then runs its background task, also when its client left."""
    generator: Any = response.body_iterator
    children = stream_scope(insulated=code_may_wait(generator.ag_code))
    threaded = _made_in_threads(generator)
    if threaded is not None:
        response.body_iterator = _closed_in_thread(threaded)
    async with children:
        # Called only when the stream waits.
        dismiss = children.call_later(
            0,
            partial(
                children.spawn,
                partial(_listen, response, receive, children),
                taskless=is_of_server(receive),
            ),
        )
        try:
            await response.stream_response(send)
        finally:
            dismiss()
            children.allow_clean_up()
            await _close(response.body_iterator)
    if children.failure is not None:
        raise children.failure
    if response.background is not None:
        await response.background()


async def _listen(response: StreamingResponse, receive: Receive, children: StreamScope) -> None:
    await response.listen_for_disconnect(receive)
    children.stop()


def _made_in_threads(generator: Any) -> Generator[Any, Any, Any] | None:
    """The synchronous generator whose items `iterate_in_threadpool` gives, which leaves it open."""
    if generator.ag_code is not iterate_in_threadpool.__code__ or generator.ag_frame is None:
        return None
    iterator = generator.ag_frame.f_locals["iterator"]
    return iterator if isinstance(iterator, GeneratorType) else None


async def _closed_in_thread(generator: Generator[Any, Any, Any]) -> AsyncIterator[Any]:
    """What `iterate_in_threadpool` gives, and a generator that is closed at the end."""
    async with ThreadContexts() as contexts:
        contexts.enter(closing(generator))
        while (item := await run_in_thread(partial(next, generator, _END))) is not _END:
            yield item


_END = object()


async def _close(generator: Any) -> None:
    try:
        await generator.aclose()
    except* GeneratorExit:
        # A task group around the `yield` has wrapped what closes the generator.
        pass
