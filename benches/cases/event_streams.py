"""A thousand server-sent events: of models, and of the frameworks' objects of events.

Starlette has no such objects, and only FastAPI and ferroapi make events of models: the others send
frames made by hand there.
"""

# mypy: disable-error-code="import-not-found, no-any-return, no-untyped-def, untyped-decorator"
# Frameworks are known at run time only; most applications annotate no result.

from collections.abc import AsyncIterable, AsyncIterator
from types import ModuleType
from typing import Any

from pydantic_core import to_json
from starlette.applications import Starlette
from starlette.requests import Request as StarletteRequest
from starlette.responses import StreamingResponse
from starlette.routing import Route

from cases.items import FULL, ITEMS, VALUES, Item
from cases.sending import send_part, send_start
from harness.case import ASGIApp, Case, Expected, Request, Row, Within

CHECKED = {"cache-control": "no-cache", "x-accel-buffering": "no"}
HEADERS = {"content-type": "text/event-stream; charset=utf-8", **CHECKED}
TICKS = [{"symbol": f"S{number % 50}", "price": number / 4} for number in range(1000)]


async def read_items() -> AsyncIterable[Item]:
    for item in ITEMS:
        yield item


async def model_frames() -> AsyncIterator[bytes]:
    """The frames of `/models`, by hand."""
    dump = Item.__pydantic_serializer__.to_json
    async for item in read_items():
        yield b"data: %b\n\n" % dump(item)


async def object_frames() -> AsyncIterator[bytes]:
    """The frames of `/objects`, by hand."""
    for number, tick in enumerate(TICKS):
        yield b"event: tick\ndata: %b\nid: %d\n\n" % (to_json(tick), number)


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()
    stream = framework.sse.EventSourceResponse
    event = framework.sse.ServerSentEvent
    api.get("/models", response_class=stream)(read_items)

    @api.get("/objects", response_class=stream)
    async def read_ticks() -> AsyncIterable[event]:  # type: ignore[valid-type]  # of the module
        for number, tick in enumerate(TICKS):
            yield event(data=tick, event="tick", id=str(number))

    return api


def starlette() -> ASGIApp:
    async def models(request: StarletteRequest) -> StreamingResponse:
        return StreamingResponse(model_frames(), headers=HEADERS)

    async def objects(request: StarletteRequest) -> StreamingResponse:
        return StreamingResponse(object_frames(), headers=HEADERS)

    return Starlette(routes=[Route("/models", models), Route("/objects", objects)])


def litestar() -> ASGIApp:
    from litestar import Litestar, get
    from litestar.response import ServerSentEvent, ServerSentEventMessage, Stream
    from litestar.serialization import encode_json

    async def messages() -> AsyncIterator[ServerSentEventMessage]:
        for number, tick in enumerate(TICKS):
            yield ServerSentEventMessage(data=encode_json(tick), event="tick", id=number)

    @get("/models")
    async def models() -> Stream:
        return Stream(model_frames(), headers=HEADERS)

    @get("/objects")
    async def objects() -> ServerSentEvent:
        return ServerSentEvent(messages())

    return Litestar([models, objects])


def blacksheep() -> ASGIApp:
    from blacksheep import Application, Router, StreamedContent
    from blacksheep import Response as BlackSheepResponse
    from blacksheep.server.sse import ServerSentEvent, ServerSentEventsResponse

    api = Application(router=Router())
    headers = [(name.encode(), value.encode()) for name, value in CHECKED.items()]

    async def events() -> AsyncIterable[ServerSentEvent]:
        for number, tick in enumerate(TICKS):
            yield ServerSentEvent(tick, event="tick", id=str(number))

    @api.router.get("/models")
    async def models() -> BlackSheepResponse:
        content = StreamedContent(HEADERS["content-type"].encode(), model_frames)
        return BlackSheepResponse(200, list(headers), content)

    @api.router.get("/objects")
    async def objects() -> ServerSentEventsResponse:
        return ServerSentEventsResponse(events, headers=list(headers))

    return api


def falcon() -> ASGIApp:
    from falcon.asgi import App, SSEvent

    async def events() -> AsyncIterator[SSEvent]:
        for number, tick in enumerate(TICKS):
            yield SSEvent(json=tick, event="tick", event_id=str(number))

    class Models:
        async def on_get(self, request: Any, response: Any) -> None:
            response.set_headers(HEADERS)
            response.stream = model_frames()

    class Objects:
        async def on_get(self, request: Any, response: Any) -> None:
            response.set_headers(CHECKED)
            response.sse = events()

    api = App()
    api.add_route("/models", Models())
    api.add_route("/objects", Objects())
    return api


def floor() -> ASGIApp:
    frames_of = {"/models": model_frames, "/objects": object_frames}
    headers = [(name.encode(), value.encode()) for name, value in HEADERS.items()]

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        await send_start(send, list(headers))
        gathered = bytearray()
        async for frame in frames_of[scope["path"]]():
            gathered += frame
            if len(gathered) >= FULL:
                await send_part(send, bytes(gathered), more=True)
                gathered.clear()
        await send_part(send, bytes(gathered), more=False)

    return application


CASE = Case(
    rows=(
        Row(
            name="sse",
            title="SSE, 1,000 models",
            request=Request("/models"),
            expected=Expected(
                [{"data": value} for value in VALUES], form="events", headers=CHECKED
            ),
            goals=(Within("floor", 1.5),),
        ),
        Row(
            name="events",
            title="SSE, 1,000 objects of events",
            request=Request("/objects"),
            expected=Expected(
                [
                    {"event": "tick", "id": str(number), "data": tick}
                    for number, tick in enumerate(TICKS)
                ],
                form="events",
                headers=CHECKED,
            ),
            goals=(Within("fastapi", 1 / 15),),
        ),
    ),
    app=app,
    floor=floor,
    others={
        "starlette": starlette,
        "litestar": litestar,
        "blacksheep": blacksheep,
        "falcon": falcon,
    },
)
