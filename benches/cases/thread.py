"""An endpoint that is a plain function, run in a worker thread."""

# mypy: disable-error-code="import-not-found, no-any-return, no-untyped-def, untyped-decorator"
# Frameworks are known at run time only; most applications annotate no result.

from types import ModuleType
from typing import Any

import anyio.to_thread
from pydantic_core import to_json
from starlette.applications import Starlette
from starlette.requests import Request as StarletteRequest
from starlette.responses import JSONResponse
from starlette.routing import Route

from cases.sending import send_json
from harness.case import ASGIApp, Case, Expected, Request, Row, Within

ANSWER = {"answer": 42}


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    @api.get("/answer")
    def answer():
        return ANSWER

    return api


def starlette() -> ASGIApp:
    def answer(request: StarletteRequest) -> JSONResponse:
        return JSONResponse(ANSWER)

    return Starlette(routes=[Route("/answer", answer)])


def litestar() -> ASGIApp:
    from litestar import Litestar, get

    @get("/answer", sync_to_thread=True)
    def answer() -> dict[str, int]:
        return ANSWER

    return Litestar([answer])


def blacksheep() -> ASGIApp:
    from blacksheep import Application, Router

    api = Application(router=Router())

    def answer() -> dict[str, int]:
        return ANSWER

    @api.router.get("/answer")
    async def in_thread():
        return await anyio.to_thread.run_sync(answer)

    return api


def falcon() -> ASGIApp:
    from falcon.asgi import App

    def answer() -> dict[str, int]:
        return ANSWER

    class Answers:
        async def on_get(self, request: Any, response: Any) -> None:
            response.media = await anyio.to_thread.run_sync(answer)

    api = App()
    api.add_route("/answer", Answers())
    return api


def floor() -> ASGIApp:
    def answer() -> dict[str, int]:
        return ANSWER

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        assert scope["path"] == "/answer"
        await send_json(send, to_json(await anyio.to_thread.run_sync(answer)))

    return application


CASE = Case(
    rows=(
        Row(
            name="thread",
            title="def endpoint",
            request=Request("/answer"),
            expected=Expected(ANSWER),
            goals=(Within("floor", 1.2),),
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
