"""A WebSocket that sends a thousand small texts back."""

# mypy: disable-error-code="import-not-found, no-any-return, no-untyped-def, untyped-decorator"
# Frameworks are known at run time only; most applications annotate no result.

from types import ModuleType
from typing import Any

from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket as StarletteWebSocket
from starlette.websockets import WebSocketDisconnect

from harness.case import ASGIApp, Case, Expected, Request, Row, Within

TEXTS = tuple(f"text {number}" for number in range(1000))


async def echo(websocket: Any) -> None:
    await websocket.accept()
    try:
        while True:
            await websocket.send_text(await websocket.receive_text())
    except WebSocketDisconnect:
        pass


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    @api.websocket("/echo")
    async def talk(websocket: framework.WebSocket):  # type: ignore[name-defined]  # of the module
        await echo(websocket)

    return api


def starlette() -> ASGIApp:
    async def talk(websocket: StarletteWebSocket) -> None:
        await echo(websocket)

    return Starlette(routes=[WebSocketRoute("/echo", talk)])


def litestar() -> ASGIApp:
    from litestar import Litestar, websocket
    from litestar import WebSocket as LitestarWebSocket
    from litestar.exceptions import WebSocketDisconnect as Disconnected

    @websocket("/echo")
    async def talk(socket: LitestarWebSocket[Any, Any, Any]) -> None:
        await socket.accept()
        try:
            while True:
                await socket.send_text(await socket.receive_text())
        except Disconnected:
            pass

    return Litestar([talk])


def blacksheep() -> ASGIApp:
    from blacksheep import Application, Router
    from blacksheep import WebSocket as BlackSheepWebSocket
    from blacksheep.server.websocket import WebSocketDisconnectError

    api = Application(router=Router())

    @api.router.ws("/echo")
    async def talk(websocket: BlackSheepWebSocket) -> None:
        await websocket.accept()
        try:
            while True:
                await websocket.send_text(await websocket.receive_text())
        except WebSocketDisconnectError:
            pass

    return api


def falcon() -> ASGIApp:
    from falcon import WebSocketDisconnected
    from falcon.asgi import App

    class Echo:
        async def on_websocket(self, request: Any, websocket: Any) -> None:
            await websocket.accept()
            try:
                while True:
                    await websocket.send_text(await websocket.receive_text())
            except WebSocketDisconnected:
                pass

    api = App()
    api.add_route("/echo", Echo())
    return api


def floor() -> ASGIApp:
    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["type"] == "websocket"
        assert scope["path"] == "/echo"
        assert (await receive())["type"] == "websocket.connect"
        await send({"type": "websocket.accept"})
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                return
            await send({"type": "websocket.send", "text": message["text"]})

    return application


CASE = Case(
    rows=(
        Row(
            name="websocket",
            title="WebSocket, 1,000 small texts echoed",
            request=Request("/echo", texts=TEXTS),
            expected=Expected(list(TEXTS), status=101, form="texts", headers={}),
            goals=(Within("floor", 1.3),),
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
